//! What players did, summed up from plays by the rules of the league's box score: two-point tries and plays that a penalty undid do
//! not count, a sack is no pass, a spike is. Yards after a lateral stay with who had the ball first.
//!
//! Checked against the box score of Super Bowl XLIV: <https://www.pro-football-reference.com/boxscores/201002070clt.htm>.

use std::collections::BTreeMap;

use domain::{Play, PlayerCode, PlayerStatistic as S, PlayerStatistics, Side};

/// What is marked 1 or 0 of a play; none where the file does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Flags {
    caught: Option<bool>,
    dropped: Option<bool>,
    intercepted: Option<bool>,
    sacked: Option<bool>,
    scored_by_pass: Option<bool>,
    scored_by_run: Option<bool>,
    is_try: Option<bool>,
}

impl Flags {
    pub(super) const COLUMNS: [&'static str; 7] = [
        "complete_pass",
        "incomplete_pass",
        "interception",
        "sack",
        "pass_touchdown",
        "rush_touchdown",
        "two_point_attempt",
    ];

    /// From the cells of those columns.
    pub(super) fn of(marks: [Option<bool>; 7]) -> Self {
        let [caught, dropped, intercepted, sacked, scored_by_pass, scored_by_run, is_try] = marks;
        Self { caught, dropped, intercepted, sacked, scored_by_pass, scored_by_run, is_try }
    }

    /// What became of a pass, where the file says whether it was one and whether it was caught.
    fn pass(self) -> Option<Pass> {
        let (caught, dropped) = (self.caught?, self.dropped?);
        let intercepted = self.intercepted.unwrap_or_default();
        Some(Pass { thrown: caught || dropped || intercepted, caught, intercepted })
    }
}

#[derive(Clone, Copy)]
struct Pass {
    thrown: bool,
    caught: bool,
    intercepted: bool,
}

/// Sums over the plays of one match, by player.
pub(super) fn sums<'p>(
    plays: impl Iterator<Item = (&'p Play, Flags)>,
) -> Vec<(PlayerCode, Side, PlayerStatistics)> {
    let mut sums = Sums::default();
    for (play, flags) in plays {
        sums.add(play, flags);
    }
    sums.0.into_iter().map(|(code, (side, counted))| (code, side, with_rounded_sums(counted))).collect()
}

/// The same however the plays are ordered.
fn with_rounded_sums(mut counted: PlayerStatistics) -> PlayerStatistics {
    for statistic in [S::PassingEpa, S::RushingEpa, S::ReceivingEpa] {
        if let Some(sum) = counted.get(statistic) {
            counted.set(statistic, (sum * 1e6).round() / 1e6);
        }
    }
    counted
}

#[derive(Default)]
struct Sums(BTreeMap<PlayerCode, (Side, PlayerStatistics)>);

impl Sums {
    fn add(&mut self, play: &Play, flags: Flags) {
        let Some(side) = play.possession else { return };
        let kind = play.kind.as_ref().map_or("no_play", |kind| kind.as_str());
        if kind == "no_play" || flags.is_try == Some(true) {
            return;
        }
        if let (Some(player), Some(pass)) = (play.passer, flags.pass()) {
            add_pass(self.of(player, side), play, flags, pass);
        }
        if let (Some(player), Some(pass)) = (play.receiver, flags.pass()) {
            add_target(self.of(player, side), play, flags, pass);
        }
        if let Some(player) = play.rusher {
            let rusher = self.of(player, side);
            rusher.add(S::RushAttempts, 1.0);
            rusher.add(S::RushingYards, yards(play));
            add_mark(rusher, S::RushingTouchdowns, flags.scored_by_run);
            add_epa(rusher, S::RushingEpa, play);
        }
    }

    fn of(&mut self, player: PlayerCode, side: Side) -> &mut PlayerStatistics {
        &mut self.0.entry(player).or_insert_with(|| (side, PlayerStatistics::default())).1
    }
}

fn add_pass(passer: &mut PlayerStatistics, play: &Play, flags: Flags, pass: Pass) {
    passer.add(S::PassAttempts, one_if(pass.thrown));
    passer.add(S::Completions, one_if(pass.caught));
    passer.add(S::PassingYards, if pass.caught { yards(play) } else { 0.0 });
    passer.add(S::Interceptions, one_if(pass.intercepted));
    add_mark(passer, S::Sacks, flags.sacked);
    add_mark(passer, S::PassingTouchdowns, flags.scored_by_pass.map(|scored| scored && pass.caught));
    add_epa(passer, S::PassingEpa, play);
}

fn add_target(receiver: &mut PlayerStatistics, play: &Play, flags: Flags, pass: Pass) {
    receiver.add(S::Targets, 1.0);
    receiver.add(S::Receptions, one_if(pass.caught));
    receiver.add(S::ReceivingYards, if pass.caught { yards(play) } else { 0.0 });
    add_mark(receiver, S::ReceivingTouchdowns, flags.scored_by_pass.map(|scored| scored && pass.caught));
    add_epa(receiver, S::ReceivingEpa, play);
}

fn one_if(happened: bool) -> f64 {
    f64::from(u8::from(happened))
}

fn yards(play: &Play) -> f64 {
    f64::from(play.yards_gained.unwrap_or_default())
}

fn add_mark(counted: &mut PlayerStatistics, statistic: S, happened: Option<bool>) {
    if let Some(happened) = happened {
        counted.add(statistic, one_if(happened));
    }
}

fn add_epa(counted: &mut PlayerStatistics, statistic: S, play: &Play) {
    if let Some(epa) = play.expected_points_added {
        counted.add(statistic, epa);
    }
}
