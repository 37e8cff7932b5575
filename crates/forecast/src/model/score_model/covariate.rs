//! What moves expected goals beside teams and venue, with coefficients fitted together with the strengths.
//!
//! ```text
//! ln lambda = ... + coefficient * home value        ln mu = ... + coefficient * away value
//! ```

use std::collections::BTreeMap;

use domain::{CompetitionId, Fixture, FixtureStatus, Snapshot, TeamId};
use jiff::Timestamp;

use super::{pairs::Column, prior::Normal};

/// Something known about a fixture before it starts.
pub trait Covariate: std::fmt::Debug + Send + Sync {
    /// Its name in reports.
    fn name(&self) -> &'static str;

    /// What is believed of its coefficient, in log goals per unit of its values.
    fn prior(&self) -> Option<Normal>;

    /// Learns from a snapshot what it needs to answer about any fixture, those already played included. Of a played one it
    /// must say what could be said before its kick-off, and nothing of how it ended.
    fn learn(&self, snapshot: &Snapshot<'_>, competition: CompetitionId) -> Box<dyn CovariateValues>;
}

/// A covariate that knows what it needs.
pub trait CovariateValues: std::fmt::Debug + Send + Sync {
    /// What it is for the home and for the away side. Seen from the other side at a neutral venue the two must change
    /// places.
    fn of(&self, fixture: &Fixture) -> [f64; 2];
}

/// A covariate as a fit carries it.
#[derive(Debug)]
pub(super) struct LearntCovariate {
    pub(super) name: &'static str,
    pub(super) prior: Option<Normal>,
    pub(super) values: Box<dyn CovariateValues>,
}

impl LearntCovariate {
    pub(super) fn of(covariate: &dyn Covariate, snapshot: &Snapshot<'_>, competition: CompetitionId) -> Self {
        let values = covariate.learn(snapshot, competition);
        Self { name: covariate.name(), prior: covariate.prior(), values }
    }

    pub(super) fn column<'f>(&self, fixtures: impl Iterator<Item = &'f Fixture>) -> Column {
        Column { name: self.name, values: fixtures.map(|f| self.values.of(f)).collect() }
    }
}

/// Weeks of rest more than the opponent's, from one announced kick-off to the next over all competitions on record. A week is
/// as good as more.
#[derive(Debug, Clone, Copy)]
pub struct RestWeeks;

const SECONDS_PER_WEEK: f64 = 7.0 * 86_400.0;

impl Covariate for RestWeeks {
    fn name(&self) -> &'static str {
        "rest_weeks"
    }

    /// A free week is worth a few per cent of a goal at the most.
    fn prior(&self) -> Option<Normal> {
        Some(Normal { mean: 0.0, sd: 0.1 })
    }

    fn learn(&self, snapshot: &Snapshot<'_>, _: CompetitionId) -> Box<dyn CovariateValues> {
        let takes_place =
            |f: &&Fixture| !matches!(f.status, FixtureStatus::Postponed | FixtureStatus::Cancelled);
        let mut kickoffs: BTreeMap<TeamId, Vec<Timestamp>> = BTreeMap::new();
        for fixture in snapshot.fixtures().filter(takes_place) {
            for team in [fixture.home, fixture.away] {
                kickoffs.entry(team).or_default().push(fixture.kickoff.earliest());
            }
        }
        for of_team in kickoffs.values_mut() {
            of_team.sort_unstable();
        }
        Box::new(Kickoffs(kickoffs))
    }
}

/// Sorted kick-offs by team.
#[derive(Debug)]
struct Kickoffs(BTreeMap<TeamId, Vec<Timestamp>>);

impl Kickoffs {
    fn rest_weeks(&self, team: TeamId, kickoff: Timestamp) -> f64 {
        let of_team = self.0.get(&team).map_or(&[][..], Vec::as_slice);
        let earlier = of_team.partition_point(|at| *at < kickoff);
        let last = earlier.checked_sub(1).and_then(|i| of_team.get(i));
        last.map_or(1.0, |last| (kickoff.duration_since(*last).as_secs_f64() / SECONDS_PER_WEEK).min(1.0))
    }
}

impl CovariateValues for Kickoffs {
    fn of(&self, fixture: &Fixture) -> [f64; 2] {
        let kickoff = fixture.kickoff.earliest();
        let more = self.rest_weeks(fixture.home, kickoff) - self.rest_weeks(fixture.away, kickoff);
        [more, -more]
    }
}
