//! What the network reads: each team's latest matches, seen from its own side.

use std::collections::{BTreeMap, VecDeque};

use domain::{CompetitionId, Fixture, OutcomeClass, PlayedMatch, PlayerCode, Snapshot, TeamId};
use jiff::Timestamp;

use super::players::Starters;
use crate::rating::{EloRules, EloTable, RatingTable, elo::SCALE};

/// Matches that are read of each team.
pub(super) const LENGTH: usize = 12;
/// Numbers per match.
pub(super) const WIDTH: usize = 8;
/// Numbers about the fixture itself.
pub(super) const CONTEXT: usize = 2;

/// One team's latest matches, the last one last; before its first match zeros, which the mask leaves out.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Reading {
    pub(super) matches: [[f32; WIDTH]; LENGTH],
    /// 1 where there was a match.
    pub(super) mask: [f32; LENGTH],
}

/// Both teams' readings, the fixture itself and who starts for home and away.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Readings {
    pub(super) home: Reading,
    pub(super) away: Reading,
    pub(super) context: [f32; CONTEXT],
    pub(super) starters: [Starters; 2],
}

impl Readings {
    /// The same match seen from the other side.
    pub(super) fn mirrored(self) -> Self {
        let Self { home, away, context: [difference, at_home], starters: [ours, theirs] } = self;
        Self { home: away, away: home, context: [-difference, at_home], starters: [theirs, ours] }
    }
}

/// What was read before a match, and what came of it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Example {
    pub(super) readings: Readings,
    /// Shares of home win, draw and away win; a tie in a two-way sport is half a win of each side.
    pub(super) target: [f32; 3],
}

/// Every team's latest matches after the last one.
#[derive(Debug, Clone)]
pub(super) struct Reader {
    teams: BTreeMap<TeamId, VecDeque<Seen>>,
    elo: EloTable,
    level: Level,
}

/// A match from one side.
#[derive(Debug, Clone, Copy)]
struct Seen {
    kickoff: Timestamp,
    numbers: [f32; WIDTH],
}

/// Mean and spread of what one side scores, to measure scores by.
#[derive(Debug, Clone, Copy)]
struct Level {
    mean: f64,
    sd: f64,
}

impl Level {
    fn of(snapshot: &Snapshot<'_>, competition: CompetitionId) -> Self {
        let (mut n, mut sum, mut squares) = (0.0, 0.0, 0.0);
        for played in snapshot.played_in(competition) {
            for score in [played.score().home, played.score().away].map(f64::from) {
                n += 1.0;
                sum += score;
                squares += score * score;
            }
        }
        let mean = sum / f64::max(n, 1.0);
        Self { mean, sd: (squares / f64::max(n, 1.0) - mean * mean).max(0.25).sqrt() }
    }

    fn measured(self, value: f64) -> f32 {
        ((value - self.mean) / self.sd) as f32
    }
}

impl Reader {
    /// Reads every match of a competition once, in order, keeping what was known before each.
    pub(super) fn through(snapshot: &Snapshot<'_>, competition: CompetitionId) -> (Self, Vec<Example>) {
        let sport = snapshot.played_in(competition).next().map(|m| m.fixture.sport);
        let mut reader = Self {
            teams: BTreeMap::new(),
            elo: EloTable::new(EloRules::of(sport.unwrap_or(domain::Sport::Soccer))),
            level: Level::of(snapshot, competition),
        };
        let mut examples = Vec::new();
        for played in snapshot.played_in(competition) {
            let readings = reader.readings(played.fixture, played.starters());
            examples.push(Example { readings, target: target(&played) });
            reader.take(&played);
        }
        (reader, examples)
    }

    /// What is known of a fixture's two teams and of who starts for them.
    pub(super) fn readings(&self, fixture: &Fixture, starters: [Option<PlayerCode>; 2]) -> Readings {
        let difference = self.elo.difference(fixture) / SCALE;
        Readings {
            home: self.reading(fixture.home, fixture.kickoff.earliest()),
            away: self.reading(fixture.away, fixture.kickoff.earliest()),
            context: [difference as f32, f32::from(u8::from(!fixture.neutral))],
            starters: starters.map(|starter| starter.into_iter().collect()),
        }
    }

    fn reading(&self, team: TeamId, at: Timestamp) -> Reading {
        let mut reading = Reading { matches: [[0.0; WIDTH]; LENGTH], mask: [0.0; LENGTH] };
        let seen = self.teams.get(&team).into_iter().flatten().rev();
        for ((row, mask), seen) in reading.matches.iter_mut().zip(&mut reading.mask).rev().zip(seen) {
            *row = seen.numbers;
            row[WIDTH - 1] = weeks(at, seen.kickoff);
            *mask = 1.0;
        }
        reading
    }

    fn take(&mut self, played: &PlayedMatch<'_>) {
        let (fixture, score) = (played.fixture, played.score());
        let chances = played.statistics.and_then(|s| s.expected_goals);
        let chances = chances.map(|pair| (pair.home, pair.away));
        let difference = (self.elo.difference(fixture) / SCALE) as f32;
        let at_home = f32::from(u8::from(!fixture.neutral));
        let (home, away) = (f64::from(score.home), f64::from(score.away));
        let sides = [
            (fixture.home, home, away, chances, at_home, difference),
            (fixture.away, away, home, chances.map(|(h, a)| (a, h)), -at_home, -difference),
        ];
        for (team, scored, conceded, chances, place, difference) in sides {
            let (made, allowed) = chances.unwrap_or((scored, conceded));
            let numbers = [
                self.level.measured(scored),
                self.level.measured(conceded),
                self.level.measured(made),
                self.level.measured(allowed),
                f32::from(u8::from(chances.is_some())),
                place,
                difference,
                0.0,
            ];
            let seen = self.teams.entry(team).or_default();
            if seen.len() == LENGTH {
                seen.pop_front();
            }
            seen.push_back(Seen { kickoff: fixture.kickoff.earliest(), numbers });
        }
        self.elo.update(played);
    }
}

/// Weeks between two matches on a scale that a summer break does not leave.
fn weeks(later: Timestamp, earlier: Timestamp) -> f32 {
    let weeks = later.duration_since(earlier).as_secs_f64() / (7.0 * 86_400.0);
    (1.0 + weeks.max(0.0)).ln() as f32
}

fn target(played: &PlayedMatch<'_>) -> [f32; 3] {
    match (OutcomeClass::of(played.score()), played.fixture.sport.is_three_way()) {
        (OutcomeClass::Home, _) => [1.0, 0.0, 0.0],
        (OutcomeClass::Draw, true) => [0.0, 1.0, 0.0],
        (OutcomeClass::Draw, false) => [0.5, 0.0, 0.5],
        (OutcomeClass::Away, _) => [0.0, 0.0, 1.0],
    }
}
