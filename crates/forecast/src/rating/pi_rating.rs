//! Pi-ratings: goals expected against an average side, at home and away apart, with surprises of many goals damped.
//!
//! | symbol | meaning | unit |
//! |---|---|---|
//! | R_H, R_A | a team's home and away rating | |
//! | x(R) | goals by which it is expected to beat an average side, sign(R) (b^(abs(R) / c) - 1) | goals |
//! | g | margin of the home side | goals |
//! | f | expected margin, x(R_H of the home side) - x(R_A of the away side) | goals |
//! | e | abs(g - f) | goals |
//! | psi | c log_b(1 + e), with the sign of g - f for the home side and of f - g for the away side | |
//! | L | learning rate lambda | |
//! | G | share gamma of the change that passes to the rating at the other venue | |
//! | b, c | 10 and 3 | |
//!
//! Home side: R_H moves by L psi, R_A by G times that. Away side: R_A moves by L psi, R_H by G times that. The overall rating
//! is the mean of the two. Every team starts at 0; nothing happens between seasons. L = 0.035 and G = 0.7 are the values the
//! authors found best, and are kept: this rating is exactly what they published.
//!
//! They have no neutral venue. Here both sides meet there by their overall ratings, and L psi is shared between their two
//! ratings in equal parts, each getting (1 + G) / 2 of it, so that the overall rating moves as far as elsewhere.
//!
//! Reference: Constantinou and Fenton (2013), Determining the level of ability of football teams by dynamic ratings based on
//! the relative discrepancies in scores between adversaries, Journal of Quantitative Analysis in Sports 9(1), 37-50. The
//! Python library penaltyblog offers a rating of that name with e / (1 + 0.75 e) for psi and other constants, which is not it.

use std::collections::BTreeMap;

use domain::{Fixture, PlayedMatch, Score, Season, Sport, TeamId};
use serde::Serialize;

use super::{Rating, RatingTable};

/// The constants of pi-ratings.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PiRules {
    /// L.
    pub lambda: f64,
    /// G.
    pub gamma: f64,
    /// b.
    pub base: f64,
    /// c.
    pub damping: f64,
}

impl PiRules {
    /// As published.
    pub const PUBLISHED: Self = Self { lambda: 0.035, gamma: 0.7, base: 10.0, damping: 3.0 };

    /// x: the margin a rating stands for.
    pub fn expected_margin(&self, rating: f64) -> f64 {
        rating.signum() * (self.base.powf(rating.abs() / self.damping) - 1.0)
    }

    /// psi of a surprise, with its sign.
    pub fn damped(&self, surprise: f64) -> f64 {
        surprise.signum() * self.damping * surprise.abs().ln_1p() / self.base.ln()
    }
}

/// Pi-ratings on the list.
#[derive(Debug, Clone, Copy)]
pub struct PiRating {
    /// Constants.
    pub rules: PiRules,
}

impl Default for PiRating {
    fn default() -> Self {
        Self { rules: PiRules::PUBLISHED }
    }
}

impl Rating for PiRating {
    fn name(&self) -> &'static str {
        "pi_rating"
    }

    /// Its scale of damped goals is soccer's: b, c and L mean nothing where margins are in the tens.
    fn supports(&self, sport: Sport) -> bool {
        sport == Sport::Soccer
    }

    fn table(&self, _: Sport) -> Box<dyn RatingTable> {
        Box::new(PiTable::new(self.rules))
    }

    fn scale(&self, _: Sport) -> f64 {
        2.0
    }

    fn constants(&self, _: Sport) -> serde_json::Value {
        serde_json::json!(self.rules)
    }
}

/// A team's ratings.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct PiTeam {
    /// R_H.
    pub home: f64,
    /// R_A.
    pub away: f64,
}

impl PiTeam {
    /// The overall rating.
    pub fn overall(&self) -> f64 {
        f64::midpoint(self.home, self.away)
    }
}

/// Ratings of the teams of one competition.
#[derive(Debug, Clone)]
pub struct PiTable {
    rules: PiRules,
    teams: BTreeMap<TeamId, (PiTeam, usize)>,
}

impl PiTable {
    /// A table without teams.
    pub fn new(rules: PiRules) -> Self {
        Self { rules, teams: BTreeMap::new() }
    }

    /// Both ratings of a team.
    pub fn team(&self, team: TeamId) -> PiTeam {
        self.teams.get(&team).map(|(ratings, _)| *ratings).unwrap_or_default()
    }

    /// Moves the ratings of both sides after a match.
    pub fn learn(&mut self, fixture: &Fixture, score: Score) {
        let surprise = f64::from(score.margin()) - self.difference(fixture);
        let step = self.rules.lambda * self.rules.damped(surprise);
        let gamma = self.rules.gamma;
        let (at_venue, elsewhere) = if fixture.neutral {
            (f64::midpoint(1.0, gamma), f64::midpoint(1.0, gamma))
        } else {
            (1.0, gamma)
        };
        self.shift(fixture.home, step * at_venue, step * elsewhere);
        self.shift(fixture.away, -step * elsewhere, -step * at_venue);
    }

    fn shift(&mut self, team: TeamId, home: f64, away: f64) {
        let (ratings, n_matches) = self.teams.entry(team).or_default();
        ratings.home += home;
        ratings.away += away;
        *n_matches += 1;
    }
}

impl RatingTable for PiTable {
    fn update(&mut self, played: &PlayedMatch<'_>) {
        self.learn(played.fixture, played.score());
    }

    /// f: home advantage is in it, as the rating is defined.
    fn difference(&self, fixture: &Fixture) -> f64 {
        let (home, away) = (self.team(fixture.home), self.team(fixture.away));
        let (home, away) =
            if fixture.neutral { (home.overall(), away.overall()) } else { (home.home, away.away) };
        self.rules.expected_margin(home) - self.rules.expected_margin(away)
    }

    fn rating(&self, team: TeamId, _: Season) -> f64 {
        self.team(team).overall()
    }

    fn n_matches(&self, team: TeamId) -> usize {
        self.teams.get(&team).map_or(0, |(_, n_matches)| *n_matches)
    }

    fn ratings(&self) -> Vec<(TeamId, f64)> {
        self.teams.iter().map(|(team, (ratings, _))| (*team, ratings.overall())).collect()
    }

    fn boxed_clone(&self) -> Box<dyn RatingTable> {
        Box::new(self.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rating::{elo::tests::fixture, tests::reference_matches};

    #[test]
    fn one_match_by_hand() {
        // Home side at 1.6 and 0.4, away side at 0.3 and -1.2, 4-1: f = 10^(1.6/3) - 1 + 10^(1.2/3) - 1 = 3.926435, so the
        // home side won by less than expected; e = 0.926435, psi = 3 log10 1.926435 = 0.854263.
        let rules = PiRules { lambda: 0.1, gamma: 0.3, ..PiRules::PUBLISHED };
        let mut table = PiTable::new(rules);
        table.teams.insert(TeamId(1), (PiTeam { home: 1.6, away: 0.4 }, 20));
        table.teams.insert(TeamId(2), (PiTeam { home: 0.3, away: -1.2 }, 20));
        let fixture = fixture(1, 2, 2020);
        assert!((table.difference(&fixture) - 3.926_435_3).abs() < 1e-6);
        table.learn(&fixture, Score::new(4, 1));
        let step = 0.085_426_33;
        let (home, away) = (table.team(TeamId(1)), table.team(TeamId(2)));
        assert!((home.home - (1.6 - step)).abs() < 1e-7 && (home.away - (0.4 - 0.3 * step)).abs() < 1e-7);
        assert!((away.away - (-1.2 + step)).abs() < 1e-7 && (away.home - (0.3 + 0.3 * step)).abs() < 1e-7);
        assert_eq!(table.n_matches(TeamId(1)), 21);
    }

    /// R_H and R_A after the 4,180 matches of epl_11s.csv with the published constants, computed by a script in another
    /// language that follows the paper's equations one by one.
    const FINAL_RATINGS: &[(&str, f64, f64)] = &[
        ("Man City", 1.505_277_558_770_925_3, 1.243_918_932_060_470_9),
        ("Liverpool", 1.116_856_132_400_490_9, 0.836_929_735_725_263_3),
        ("Arsenal", 1.250_879_001_378_763, 0.860_923_358_295_698_8),
        ("Southampton", -0.301_964_892_009_522_9, -0.523_200_270_352_769_4),
        ("Leeds", -0.274_197_217_009_325_53, -0.276_308_514_140_698_1),
        ("Sunderland", -0.505_876_693_790_753_2, -0.652_549_614_224_962_8),
        ("Brentford", 0.559_447_390_309_880_7, 0.408_278_042_482_343_95),
    ];

    /// The same run: row and expected margin before that match.
    const PRE_MATCH: &[(usize, f64)] = &[
        (4160, 1.141_636_830_060_127),
        (4165, 2.016_868_854_453_43),
        (4170, 1.508_396_769_287_964_5),
        (4175, 0.516_736_255_634_786_5),
    ];

    #[test]
    fn ratings_of_eleven_seasons() {
        let Some((names, matches)) = reference_matches("epl_11s.csv") else { return };
        let mut table = PiTable::new(PiRules::PUBLISHED);
        for (row, (home, away, score)) in matches.iter().enumerate() {
            let fixture = fixture(*home, *away, 2012);
            if let Some((_, expected)) = PRE_MATCH.iter().find(|(i, _)| *i == row) {
                assert!((table.difference(&fixture) - expected).abs() < 1e-9, "row {row}");
            }
            table.learn(&fixture, Score::new(score.0, score.1));
        }
        for (name, home, away) in FINAL_RATINGS {
            let got = table.team(names.iter().find(|(n, _)| n == name).map(|(_, team)| *team).unwrap());
            assert!((got.home - home).abs() < 1e-9 && (got.away - away).abs() < 1e-9, "{name}: {got:?}");
        }
    }

    #[test]
    fn a_neutral_match_moves_the_overall_rating_as_far() {
        let (mut here, mut neutral) = (PiTable::new(PiRules::PUBLISHED), PiTable::new(PiRules::PUBLISHED));
        let fixture = fixture(1, 2, 2020);
        here.learn(&fixture, Score::new(3, 0));
        neutral.learn(&Fixture { neutral: true, ..fixture }, Score::new(3, 0));
        let (a, b) = (here.team(TeamId(1)), neutral.team(TeamId(1)));
        assert!((a.overall() - b.overall()).abs() < 1e-15 && b.home == b.away && a.home > a.away);
        assert!((here.team(TeamId(1)).overall() + here.team(TeamId(2)).overall()).abs() < 1e-15);
    }
}
