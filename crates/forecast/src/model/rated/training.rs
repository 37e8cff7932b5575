//! One pass over the past: ratings, and for every match what they said before it.

use domain::{CompetitionId, PlayedMatch, Score, Snapshot, Sport};
use jiff::Timestamp;

use super::RatedSettings;
use crate::{
    rating::{Rating, RatingTable, TotalTable},
    regression::Goals,
};

/// What was known before a match, and its score.
#[derive(Debug, Clone, Copy)]
pub(in crate::model) struct RatedMatch {
    /// Home less away strength over the rating's scale.
    pub(in crate::model) difference: f64,
    /// Whether the home side was at home.
    pub(in crate::model) at_home: bool,
    /// Level of the total.
    pub(in crate::model) total_level: f64,
    /// What the two teams add to the total.
    pub(in crate::model) total_teams: f64,
    /// How it ended.
    pub(in crate::model) score: Score,
    /// Weight by age.
    pub(in crate::model) weight: f64,
}

impl RatedMatch {
    pub(super) fn goals(&self) -> Goals {
        let Self { difference, at_home, score, weight, .. } = *self;
        Goals { difference, at_home, score, weight }
    }
}

/// Ratings after the last match, and the matches for the regressions.
pub(super) struct Training {
    pub(super) ratings: Box<dyn RatingTable>,
    pub(super) scale: f64,
    pub(super) totals: TotalTable,
    pub(super) matches: Vec<RatedMatch>,
    pub(super) n_matches: usize,
}

pub(super) fn train(
    snapshot: &Snapshot<'_>,
    competition: CompetitionId,
    rating: &dyn Rating,
    sport: Sport,
    settings: &RatedSettings,
) -> Training {
    let (mut ratings, scale) = (rating.table(sport), rating.scale(sport));
    let mut totals = TotalTable::new(settings.totals);
    let mut seasoned = Vec::new();
    let mut early = Vec::new();
    // Age counts from the last match, not from now: after a long break the matches are worth no less to each other.
    let last =
        snapshot.played_in(competition).next_back().map_or(snapshot.at(), |m| m.fixture.kickoff.earliest());
    for played in snapshot.played_in(competition) {
        let difference = ratings.difference(played.fixture) / scale;
        let rated = before(&played, difference, &totals, last, settings.half_life_days);
        let fewest = ratings.n_matches(played.fixture.home).min(ratings.n_matches(played.fixture.away));
        if fewest >= settings.warm_up { &mut seasoned } else { &mut early }.push(rated);
        ratings.update(&played);
        totals.update(played.fixture, played.score());
    }
    let n_matches = seasoned.len() + early.len();
    // With little history, early matches are better than none.
    if seasoned.len() < 100 {
        seasoned.append(&mut early);
    }
    Training { ratings, scale, totals, matches: seasoned, n_matches }
}

fn before(
    played: &PlayedMatch<'_>,
    difference: f64,
    totals: &TotalTable,
    last: Timestamp,
    half_life_days: f64,
) -> RatedMatch {
    let age_secs = last.as_second() - played.fixture.kickoff.earliest().as_second();
    let age_days = age_secs as f64 / (24.0 * 60.0 * 60.0);
    RatedMatch {
        difference,
        at_home: !played.fixture.neutral,
        total_level: totals.level(),
        total_teams: totals.teams(played.fixture),
        score: played.score(),
        weight: (-age_days / half_life_days).exp2(),
    }
}
