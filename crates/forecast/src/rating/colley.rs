//! Colley's ratings: wins and losses against whom, without margins.
//!
//! | symbol | meaning | unit |
//! |---|---|---|
//! | n, w, l | matches, wins and losses of a team; a tie is half of each | matches |
//! | r | rating, about 0.5 | share |
//!
//! (2 + n) r - sum of the opponents' r = 1 + (w - l) / 2 for every team: Laplace's rule of succession, corrected for the
//! opponents. Ratings average 0.5. The same r minimises the sum over matches of (1/2, 0 or -1/2 less r_home - r_away)^2 plus
//! 2 sum (r - 1/2)^2, which is how [`super::paired`] finds it: the rule of succession is a prior worth two matches. Venues do
//! not count. That is [`ColleyRules::PUBLISHED`]; the defaults start a season from a share of the last one's rating, so that
//! the mean is then 0.5 plus what teams that left and joined make of it.
//!
//! Reference: Colley (2002), Colley's bias free college football ranking method.

use domain::{Fixture, PlayedMatch, Season, Sport, TeamId};
use serde::Serialize;

use super::{
    Rating, RatingTable,
    paired::{PairedRules, PairedTable},
};

/// Where ratings are centred.
const CENTRE: f64 = 0.5;

/// The constants of Colley's rating.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ColleyRules {
    /// Start of a season.
    pub paired: PairedRules,
}

impl ColleyRules {
    /// As published: every season from 0.5, by Laplace's two matches.
    pub const PUBLISHED: Self =
        Self { paired: PairedRules { prior_matches: 2.0, carry_over: 0.0, newcomer: 0.0, home: None } };

    /// The defaults of a sport.
    pub fn of(sport: Sport) -> Self {
        let (prior_matches, carry_over, newcomer) = match sport {
            Sport::Soccer => (12.0, 0.85, -0.1),
            Sport::Nfl => (8.0, 0.5, -0.1),
            Sport::Nba => (12.0, 0.65, -0.1),
        };
        Self { paired: PairedRules { prior_matches, carry_over, newcomer, home: None } }
    }
}

/// Colley's rating on the list.
#[derive(Debug, Clone, Copy, Default)]
pub struct Colley {
    /// Constants; none for the defaults of the sport.
    pub rules: Option<ColleyRules>,
}

impl Colley {
    fn rules(self, sport: Sport) -> ColleyRules {
        self.rules.unwrap_or_else(|| ColleyRules::of(sport))
    }
}

impl Rating for Colley {
    fn name(&self) -> &'static str {
        "colley"
    }

    fn supports(&self, _: Sport) -> bool {
        true
    }

    fn table(&self, sport: Sport) -> Box<dyn RatingTable> {
        Box::new(ColleyTable(PairedTable::new(self.rules(sport).paired)))
    }

    fn scale(&self, _: Sport) -> f64 {
        0.5
    }

    fn constants(&self, sport: Sport) -> serde_json::Value {
        serde_json::json!(self.rules(sport))
    }
}

/// Ratings of the teams of one competition.
#[derive(Debug, Clone)]
pub struct ColleyTable(PairedTable);

impl RatingTable for ColleyTable {
    fn update(&mut self, played: &PlayedMatch<'_>) {
        self.0.learn(played.fixture, f64::from(played.score().margin().signum()) / 2.0);
    }

    fn difference(&self, fixture: &Fixture) -> f64 {
        self.0.difference(fixture)
    }

    fn rating(&self, team: TeamId, season: Season) -> f64 {
        CENTRE + self.0.strength(team, season)
    }

    fn n_matches(&self, team: TeamId) -> usize {
        self.0.n_matches(team)
    }

    fn ratings(&self) -> Vec<(TeamId, f64)> {
        self.0.strengths().map(|(team, strength)| (team, CENTRE + strength)).collect()
    }

    fn boxed_clone(&self) -> Box<dyn RatingTable> {
        Box::new(self.clone())
    }
}
