//! A team's latest matches in the competition, seen from its own side.

use domain::{Fixture, PlayedMatch, Snapshot, TeamId, statistics::Pair};

/// A played match from one side's view.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Side<'h> {
    pub(crate) played: PlayedMatch<'h>,
    home: bool,
}

impl Side<'_> {
    /// Own goals or points less the opponent's.
    pub(crate) fn margin(&self) -> f64 {
        let margin = f64::from(self.played.score().margin());
        if self.home { margin } else { -margin }
    }

    /// Own value less the opponent's.
    pub(crate) fn difference(&self, pair: Pair) -> f64 {
        if self.home { pair.home - pair.away } else { pair.away - pair.home }
    }
}

/// The latest matches of `team` in the fixture's competition before its kick-off, the last one first.
pub(crate) fn recent<'s, 'h>(
    snapshot: &'s Snapshot<'h>,
    fixture: &'s Fixture,
    team: TeamId,
) -> impl Iterator<Item = Side<'h>> + 's {
    let before = fixture.kickoff.earliest();
    let played = snapshot.played_in(fixture.competition).rev();
    played.filter(move |m| m.fixture.kickoff.earliest() < before).filter_map(move |m| {
        let home = m.fixture.home == team;
        (home || m.fixture.away == team).then_some(Side { played: m, home })
    })
}

/// Mean of `value` over a team's last `n` matches where it is defined; none unless all `n` are there.
pub(crate) fn mean_of_last(
    snapshot: &Snapshot<'_>,
    fixture: &Fixture,
    team: TeamId,
    n: usize,
    value: impl Fn(&Side<'_>) -> Option<f64>,
) -> Option<f64> {
    let values: Vec<f64> = recent(snapshot, fixture, team).filter_map(|side| value(&side)).take(n).collect();
    (n > 0 && values.len() == n).then(|| values.iter().sum::<f64>() / n as f64)
}

/// Home value less away value of [`mean_of_last`].
pub(crate) fn difference_of_last(
    snapshot: &Snapshot<'_>,
    fixture: &Fixture,
    n: usize,
    value: impl Fn(&Side<'_>) -> Option<f64>,
) -> Option<f64> {
    let home = mean_of_last(snapshot, fixture, fixture.home, n, &value)?;
    Some(home - mean_of_last(snapshot, fixture, fixture.away, n, &value)?)
}
