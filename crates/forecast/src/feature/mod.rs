//! Features: one number about a fixture from what was known before it. One file per kind, listed in [`features`].
//!
//! Those about both sides are the home side's value less the away side's, so that 0 means level, unless their name says
//! otherwise. A [`Tracker`] hears facts in the order they became known, so the same code answers one question and fills a
//! training [`Table`] in one pass.
//!
//! How far teams travel is not among them: no venue is on record with its place.

mod ahead;
mod conditions;
mod expected_goals;
mod form;
mod goals;
mod head_to_head;
mod league_level;
mod line_up_strength;
mod newcomer;
mod odds;
mod rating_difference;
mod recent;
mod rest;
mod season_phase;
mod shots;
mod stream;
mod table;
mod venue;

use domain::{Fixture, MatchStatistics, PlayedMatch, Snapshot, Sport};

pub(crate) use self::odds::odds_values;
pub use self::{
    ahead::Ahead,
    conditions::UnderConditions,
    head_to_head::HeadToHead,
    league_level::LeagueLevel,
    line_up_strength::LineUpStrength,
    newcomer::Newcomer,
    odds::{MarketLogOdds, OddsFeature},
    rating_difference::RatingDifference,
    recent::Recent,
    rest::RestDays,
    season_phase::SeasonPhase,
    table::{Row, Table, Tracking},
    venue::NeutralVenue,
};
use crate::rating::ratings;

/// One number about a fixture.
pub trait Feature: Send + Sync {
    /// Its name on the list and in tables.
    fn name(&self) -> &'static str;

    /// A tracker that has heard nothing.
    fn tracker(&self, sport: Sport) -> Box<dyn Tracker>;
}

impl dyn Feature + '_ {
    /// Its value, from the snapshot alone; none when it is not defined, e.g. rest days before a first match.
    pub fn value(&self, snapshot: &Snapshot<'_>, fixture: &Fixture) -> Option<f64> {
        let tracking = Tracking::of(&[self], snapshot, fixture.competition, fixture.sport);
        let ahead = Ahead::of(&snapshot.briefing(fixture), false);
        tracking.values(fixture, &ahead).first().copied().flatten()
    }
}

/// What a feature remembers of one competition. It hears of each completed match once, in the order in which results and
/// statistics became known.
pub trait Tracker: Send + Sync {
    /// The feature of a fixture to come, as of now, with the news about it. Answers that are not finite count as none.
    fn value(&self, fixture: &Fixture, ahead: &Ahead) -> Option<f64>;

    /// A result is known, with who started and under what conditions. Statistics come later and by themselves.
    fn result(&mut self, played: &PlayedMatch<'_>);

    /// Statistics of a match are known whose result was told before.
    fn statistics(&mut self, _played: &PlayedMatch<'_>, _statistics: &MatchStatistics) {}
}

/// The visible list: everything but prices.
pub fn features() -> Vec<Box<dyn Feature>> {
    let mut list: Vec<Box<dyn Feature>> = Vec::new();
    list.extend(ratings().into_iter().map(|r| Box::new(RatingDifference::new(r)) as Box<dyn Feature>));
    for kind in [&form::LIST[..], &goals::LIST, &expected_goals::LIST, &shots::LIST] {
        list.extend(kind.iter().map(|recent| Box::new(*recent) as Box<dyn Feature>));
    }
    list.push(Box::new(HeadToHead));
    list.extend(RestDays::ALL.map(|f| Box::new(f) as Box<dyn Feature>));
    list.extend(SeasonPhase::ALL.map(|f| Box::new(f) as Box<dyn Feature>));
    list.extend(Newcomer::ALL.map(|f| Box::new(f) as Box<dyn Feature>));
    list.extend(LeagueLevel::ALL.map(|f| Box::new(f) as Box<dyn Feature>));
    list.push(Box::new(NeutralVenue));
    list.push(Box::new(LineUpStrength));
    list.extend(UnderConditions::ALL.map(|f| Box::new(f) as Box<dyn Feature>));
    list
}

/// The visible list of what the market says of the match itself. Only models whose
/// [`odds_use`](crate::Model::odds_use) declares it may read them.
pub fn odds_features() -> Vec<Box<dyn OddsFeature>> {
    MarketLogOdds::ALL.map(|f| Box::new(f) as Box<dyn OddsFeature>).into()
}

#[cfg(test)]
mod tests;
