//! Massey's ratings: least squares on margins.
//!
//! | symbol | meaning | unit |
//! |---|---|---|
//! | y | margin of the home side | goals or points |
//! | r | how much stronger than an average team | goals or points |
//!
//! y = r_home - r_away + error, by least squares with sum r = 0, for one season: that is [`MasseyRules::PUBLISHED`]. The
//! defaults start a season from a share of the last one's rating, as if it had been seen in some matches, which makes August
//! useful; [`super::paired`] has the equations.
//!
//! Reference: Massey (1997), Statistical models applied to the rating of sports teams, honours thesis, Bluefield College.

use domain::{Fixture, PlayedMatch, Season, Sport, TeamId};
use serde::Serialize;

use super::{
    Rating, RatingTable,
    paired::{PairedRules, PairedTable},
};

/// The constants of Massey's rating.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct MasseyRules {
    /// How a season starts.
    pub paired: PairedRules,
}

impl MasseyRules {
    /// As published: nothing is carried over, nothing is known before the first match, and the prior is
    /// worth a millionth of a match, which picks the solution that sums to zero.
    pub const PUBLISHED: Self =
        Self { paired: PairedRules { prior_matches: 1e-6, carry_over: 0.0, newcomer: 0.0 } };

    /// The defaults of a sport, which did best in walks over England and Spain 2008-09 to 2018-19, the NFL 2011 to 2017 and
    /// the NBA 2009-10 to 2013-14. They lean on last season far more than a table does.
    pub fn of(sport: Sport) -> Self {
        let (prior_matches, carry_over, newcomer) = match sport {
            Sport::Soccer => (32.0, 0.95, -0.5),
            Sport::Nfl => (12.0, 0.6, -4.0),
            Sport::Nba => (12.0, 0.8, -4.0),
        };
        Self { paired: PairedRules { prior_matches, carry_over, newcomer } }
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

#[cfg(test)]
mod tests {
    use domain::Score;

    use super::*;
    use crate::rating::{
        elo::tests::fixture,
        tests::{ACC_2005, fed, reference_table},
    };

    fn published() -> MasseyTable {
        MasseyTable(PairedTable::new(MasseyRules::PUBLISHED.paired))
    }

    #[test]
    fn five_teams_of_a_textbook() {
        // Langville and Meyer (2012), Who's #1?, chapter 2: Duke, Miami, UNC, UVA and VT in 2005, to one decimal.
        let table = fed(published(), &ACC_2005);
        for (team, expected) in (1..).zip([-24.8, 18.2, -8.0, -3.4, 18.0]) {
            let got = table.rating(TeamId(team), Season::starting(2005));
            assert!((got - expected).abs() < 1e-4, "{team}: {got} against {expected}");
        }
    }

    #[test]
    fn ratings_of_the_reference() {
        for seasons in ["1s", "5s"] {
            let Some((matches, expected)) = reference_table(seasons, "massey") else { return };
            // The reference takes five seasons for one.
            let table = fed(published(), &matches);
            assert_eq!(table.ratings().len(), expected.len());
            for ((name, team), rating) in expected {
                let got = table.rating(team, Season::starting(2005));
                assert!((got - rating).abs() < 1e-5, "{name}: {got} against {rating}");
            }
        }
    }

    #[test]
    fn ratings_sum_to_zero_while_nobody_joins() {
        let mut table = MasseyTable(PairedTable::new(MasseyRules::of(Sport::Soccer).paired));
        for season in 2020..2023 {
            for i in 0..60u16 {
                let (home, away) = (i64::from(i % 6), i64::from((i + 1 + i / 7 % 5) % 6));
                table.0.learn(&fixture(home, away, season), f64::from(Score::new(i % 5, i % 3).margin()));
            }
            let sum: f64 = table.ratings().iter().map(|(_, rating)| rating).sum();
            assert!(sum.abs() < 1e-9, "{season}: {sum}");
        }
    }

    #[test]
    fn a_season_starts_from_a_share_of_the_last_one() {
        let rules = MasseyRules::of(Sport::Nfl);
        let mut table = MasseyTable(PairedTable::new(rules.paired));
        let PairedRules { prior_matches, carry_over, newcomer } = rules.paired;
        table.0.learn(&fixture(1, 2, 2020), 14.0);
        // One match between equals: r = +-y / (2 + l), from 2 r + l r = y.
        let after = table.rating(TeamId(1), Season::starting(2020));
        assert!((after - 14.0 / (2.0 + prior_matches)).abs() < 1e-12);
        assert!((table.rating(TeamId(1), Season::starting(2021)) - carry_over * after).abs() < 1e-12);
        assert_eq!(table.rating(TeamId(9), Season::starting(2021)), newcomer);
        assert_eq!(table.rating(TeamId(9), Season::starting(2020)), 0.0, "first season on record");
        table.0.learn(&fixture(1, 9, 2021), 0.0);
        assert_eq!(table.rating(TeamId(2), Season::starting(2022)), newcomer, "a season elsewhere");
        let (one, nine) = (
            table.rating(TeamId(1), Season::starting(2021)),
            table.rating(TeamId(9), Season::starting(2021)),
        );
        assert!(
            (one + nine - carry_over * after - newcomer).abs() < 1e-12,
            "a match only moves strength over"
        );
    }
}
