//! Massey's ratings: least squares on margins.
//!
//! | symbol | meaning | unit |
//! |---|---|---|
//! | y | margin of the home side | goals or points |
//! | r | how much stronger than an average team | goals or points |
//! | h | home advantage | goals or points |
//! | m | margin from which a further goal or point counts half | goals or points |
//!
//! y = r_home - r_away + h + error, by least squares with sum r = 0. Massey's own definition has neither h nor a start from the
//! last season: that is [`MasseyRules::PUBLISHED`]. The defaults carry a share of last season's rating over as if it had been
//! seen in some matches, which makes August useful; [`super::paired`] has the equations.
//!
//! Reference: Massey (1997), Statistical models applied to the rating of sports teams, honours thesis, Bluefield College.

use domain::{Fixture, PlayedMatch, Season, Sport, TeamId};
use serde::Serialize;

use super::{
    Rating, RatingTable,
    paired::{LearntHome, PairedRules, PairedTable},
};

/// The constants of Massey's rating.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct MasseyRules {
    /// Start of a season and home advantage.
    pub paired: PairedRules,
}

impl MasseyRules {
    /// As published: nothing is carried over, nothing is known before the first match, and venues do not count. The prior is
    /// worth a millionth of a match, which picks the solution that sums to zero.
    pub const PUBLISHED: Self =
        Self { paired: PairedRules { prior_matches: 1e-6, carry_over: 0.0, newcomer: 0.0, home: None } };

    /// The defaults of a sport.
    pub fn of(sport: Sport) -> Self {
        let paired = match sport {
            Sport::Soccer => PairedRules {
                prior_matches: 12.0,
                carry_over: 0.85,
                newcomer: -0.4,
                home: Some(LearntHome { initial: 0.35, initial_matches: 50.0, carried_matches: 400.0 }),
            },
            Sport::Nfl => PairedRules {
                prior_matches: 8.0,
                carry_over: 0.6,
                newcomer: -4.0,
                home: Some(LearntHome { initial: 2.4, initial_matches: 50.0, carried_matches: 400.0 }),
            },
            Sport::Nba => PairedRules {
                prior_matches: 10.0,
                carry_over: 0.7,
                newcomer: -4.0,
                home: Some(LearntHome { initial: 3.0, initial_matches: 50.0, carried_matches: 600.0 }),
            },
        };
        Self { paired }
    }
}

/// Massey's rating on the list.
#[derive(Debug, Clone, Copy, Default)]
pub struct Massey {
    /// Constants; none for the defaults of the sport.
    pub rules: Option<MasseyRules>,
}

impl Massey {
    fn rules(self, sport: Sport) -> MasseyRules {
        self.rules.unwrap_or_else(|| MasseyRules::of(sport))
    }
}

impl Rating for Massey {
    fn name(&self) -> &'static str {
        "massey"
    }

    fn supports(&self, _: Sport) -> bool {
        true
    }

    fn table(&self, sport: Sport) -> Box<dyn RatingTable> {
        Box::new(MasseyTable(PairedTable::new(self.rules(sport).paired)))
    }

    fn scale(&self, sport: Sport) -> f64 {
        match sport {
            Sport::Soccer => 2.0,
            Sport::Nfl | Sport::Nba => 14.0,
        }
    }

    fn constants(&self, sport: Sport) -> serde_json::Value {
        serde_json::json!(self.rules(sport))
    }
}

/// Ratings of the teams of one competition.
#[derive(Debug, Clone)]
pub struct MasseyTable(PairedTable);

impl RatingTable for MasseyTable {
    fn update(&mut self, played: &PlayedMatch<'_>) {
        self.0.learn(played.fixture, f64::from(played.score().margin()));
    }

    fn difference(&self, fixture: &Fixture) -> f64 {
        self.0.difference(fixture)
    }

    fn rating(&self, team: TeamId, season: Season) -> f64 {
        self.0.strength(team, season)
    }

    fn n_matches(&self, team: TeamId) -> usize {
        self.0.n_matches(team)
    }

    fn ratings(&self) -> Vec<(TeamId, f64)> {
        self.0.strengths().collect()
    }

    fn boxed_clone(&self) -> Box<dyn RatingTable> {
        Box::new(self.clone())
    }
}
