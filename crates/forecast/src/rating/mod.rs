//! Ratings: a number or two per team that says how strong it is, moved after every match. One file per rating, listed in
//! [`ratings`]; pure values, which models, features and the store's history read.
//!
//! [`totals`] rates scoring in place of strength and [`quarterback`] players in place of teams; they are no [`Rating`]s.

pub mod colley;
pub mod elo;
pub mod glicko2;
pub mod massey;
pub mod paired;
pub mod pi_rating;
pub mod pythagorean;
pub mod quarterback;
mod seasons;
pub mod totals;

use std::fmt;

use domain::{Fixture, PlayedMatch, PlayerCode, Season, Sport, TeamId};

pub use self::{
    colley::Colley,
    elo::{EloRating, EloRules, EloTable, MarginOfVictory},
    glicko2::Glicko2,
    massey::Massey,
    pi_rating::PiRating,
    pythagorean::Pythagorean,
    quarterback::{QuarterbackRules, Quarterbacks},
    totals::{TotalRules, TotalTable},
};

/// The visible list: every rating by the default constants of each sport.
pub fn ratings() -> Vec<Box<dyn Rating>> {
    vec![
        Box::new(EloRating::default()),
        Box::new(Glicko2::default()),
        Box::new(PiRating::default()),
        Box::new(Massey::default()),
        Box::new(Colley::default()),
        Box::new(Pythagorean::default()),
    ]
}

/// The rating of that name on the list.
pub fn by_name(name: &str) -> Option<Box<dyn Rating>> {
    ratings().into_iter().find(|rating| rating.name() == name)
}

/// A way of rating teams.
pub trait Rating: Send + Sync {
    /// Its name on the list, and that of the forecaster and the feature made of it.
    fn name(&self) -> &'static str;

    /// Whether it is defined for this sport.
    fn supports(&self, sport: Sport) -> bool;

    /// A table that has seen no match.
    fn table(&self, sport: Sport) -> Box<dyn RatingTable>;

    /// Its constants for a sport, for people and for the store.
    fn constants(&self, sport: Sport) -> serde_json::Value;

    /// What a difference is divided by before a regression sees it, so that slopes are of the order of one.
    fn scale(&self, sport: Sport) -> f64;
}

/// The ratings of one competition as its matches go by. It is fed in the order of kick-off and remembers all it needs.
pub trait RatingTable: fmt::Debug + Send + Sync {
    /// Learns from a match.
    fn update(&mut self, played: &PlayedMatch<'_>);

    /// How much stronger the home side is than the away side, in the rating's own unit (log-odds where ratings are shares of
    /// wins and do not add up). Home advantage is not counted, unless
    /// the rating is defined with it; at a neutral venue it never is, and changing sides there changes the sign alone.
    fn difference(&self, fixture: &Fixture) -> f64;

    /// What the starters for home and away add to the difference; nothing where nobody is named, or the rating is of teams
    /// alone.
    fn adjustment(&self, _fixture: &Fixture, _starters: [Option<PlayerCode>; 2]) -> f64 {
        0.0
    }

    /// A team's rating at the start of its next match of `season`; that of a newcomer for a team never seen.
    fn rating(&self, team: TeamId, season: Season) -> f64;

    /// Matches of a team so far.
    fn n_matches(&self, team: TeamId) -> usize;

    /// Every team ever seen with its rating after its last match.
    fn ratings(&self) -> Vec<(TeamId, f64)>;

    /// Every player whose start it learnt from, with his value.
    fn players(&self) -> Vec<(PlayerCode, f64)> {
        Vec::new()
    }

    /// The same table once more.
    fn boxed_clone(&self) -> Box<dyn RatingTable>;
}

impl Clone for Box<dyn RatingTable> {
    fn clone(&self) -> Self {
        self.boxed_clone()
    }
}

#[cfg(test)]
mod tests;
