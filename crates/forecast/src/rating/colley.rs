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
    /// How a season starts.
    pub paired: PairedRules,
}

impl ColleyRules {
    /// As published: every season from 0.5, by Laplace's two matches.
    pub const PUBLISHED: Self =
        Self { paired: PairedRules { prior_matches: 2.0, carry_over: 0.0, newcomer: 0.0 } };

    /// The defaults of a sport, which did best in walks over England and Spain 2008-09 to 2018-19, the NFL 2011 to 2017 and
    /// the NBA 2009-10 to 2013-14.
    pub fn of(sport: Sport) -> Self {
        let (prior_matches, carry_over, newcomer) = match sport {
            Sport::Soccer => (35.0, 0.95, -0.1),
            Sport::Nfl => (12.0, 0.65, -0.1),
            Sport::Nba => (16.0, 0.8, -0.1),
        };
        Self { paired: PairedRules { prior_matches, carry_over, newcomer } }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rating::tests::{ACC_2005, fed, reference_table};

    fn published() -> ColleyTable {
        ColleyTable(PairedTable::new(ColleyRules::PUBLISHED.paired))
    }

    fn mean(table: &ColleyTable) -> f64 {
        let ratings = table.ratings();
        ratings.iter().map(|(_, rating)| rating).sum::<f64>() / ratings.len() as f64
    }

    #[test]
    fn five_teams_of_a_textbook() {
        // Langville and Meyer (2012), Who's #1?, chapter 3: everybody met everybody, so that 7 r = 7/2 + (w - l) / 2.
        let table = fed(published(), &ACC_2005);
        for (team, wins, losses) in [(1, 0, 4), (2, 4, 0), (3, 2, 2), (4, 1, 3), (5, 3, 1)] {
            let expected = (3.5 + f64::from(wins - losses) / 2.0) / 7.0;
            let got = table.rating(TeamId(team), Season::starting(2005));
            assert!((got - expected).abs() < 1e-12, "{team}: {got} against {expected}");
        }
        assert!((mean(&table) - 0.5).abs() < 1e-12);
    }

    #[test]
    fn one_match_is_the_rule_of_succession() {
        // Winner and loser of their only match: (1 + 1) / (2 + 1) = 2/3 against an average team; against each other 5/8.
        let table = fed(published(), &[(1, 2, (1, 0))]);
        assert!((table.rating(TeamId(1), Season::starting(2005)) - 0.625).abs() < 1e-12);
        assert!((table.rating(TeamId(2), Season::starting(2005)) - 0.375).abs() < 1e-12);
    }

    #[test]
    fn ratings_of_the_reference() {
        for seasons in ["1s", "5s"] {
            let Some((matches, expected)) = reference_table(seasons, "colley_published") else { return };
            let table = fed(published(), &matches);
            assert_eq!(table.ratings().len(), expected.len());
            for ((name, team), rating) in expected {
                let got = table.rating(team, Season::starting(2005));
                assert!((got - rating).abs() < 1e-9, "{name}: {got} against {rating}");
            }
            assert!((mean(&table) - 0.5).abs() < 1e-12);
        }
    }
}
