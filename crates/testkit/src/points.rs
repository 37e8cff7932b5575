//! Leagues that count points, with strengths in points: a side's expected points are the league's mean, half its
//! strength's lead over the other side and half the home advantage.
//!
//! - NFL: touchdowns worth 7 (sometimes 6 or 8) and field goals worth 3, so threes and sevens stand out; level games
//!   after regulation are mostly decided by three points.
//! - NBA: a pace that both sides share and a normal part of each; overtime until somebody leads.

use std::collections::BTreeMap;

use domain::{
    CompetitionId, Fixture, FixtureStatus, Kickoff, OutcomeProbabilities, PlayerCode, Score, Season, Sport,
    Stage, TeamId, Weather, venue::Roof,
};
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use crate::{
    Played, calendar,
    draw::{normal, nth_team, poisson},
    facts::Facts,
    quarterbacks::Quarterbacks,
};

/// Settings of a league that counts points.
#[derive(Debug, Clone, PartialEq)]
pub struct PointsLeague {
    /// Its id.
    pub competition: CompetitionId,
    /// NFL or NBA.
    pub sport: Sport,
    /// Of the generator.
    pub seed: u64,
    /// Teams; they stay the same.
    pub n_teams: usize,
    /// Start year of the first season.
    pub first_season: i16,
    /// Seasons played.
    pub n_seasons: i16,
    /// Games of each team per season.
    pub games: usize,
    /// Days between rounds.
    pub days_apart: f64,
    /// Mean points of a side.
    pub mean_points: f64,
    /// Deviation of strengths, in points of margin.
    pub strength_sd: f64,
    /// Points of margin gained at home.
    pub home_advantage: f64,
    /// Deviation of one side's points around its expectation (NBA; NFL's follows from its scoring plays).
    pub points_sd: f64,
    /// Deviation of the pace both sides share, per side (NBA).
    pub pace_sd: f64,
    /// Share of games at neutral venues.
    pub neutral_share: f64,
    /// Margin of the moneyline quotes; None for no quotes.
    pub margin: Option<f64>,
    /// Deviation of what quarterbacks add to the points of their side; 0 for none, and no line-ups.
    pub quarterback_sd: f64,
}

/// What scores were drawn from.
#[derive(Debug, Clone, PartialEq)]
pub struct PointsTruth {
    /// By team, in points of margin against an average team.
    pub strengths: BTreeMap<TeamId, f64>,
    /// Points of margin gained at home.
    pub home_advantage: f64,
    /// Mean points of a side.
    pub mean_points: f64,
    /// What each quarterback adds to the points of his side.
    pub quarterbacks: BTreeMap<PlayerCode, f64>,
}

impl PointsTruth {
    /// Home minus away, in expectation, with average quarterbacks.
    pub fn expected_margin(&self, fixture: &Fixture) -> f64 {
        let strength = |team: TeamId| self.strengths.get(&team).copied().unwrap_or(0.0);
        let advantage = if fixture.neutral { 0.0 } else { self.home_advantage };
        advantage + strength(fixture.home) - strength(fixture.away)
    }

    /// Expected points of both sides, with average quarterbacks.
    pub fn expected_points(&self, fixture: &Fixture) -> (f64, f64) {
        self.expected_points_with(fixture, [None, None])
    }

    /// Expected points of both sides with these quarterbacks for home and away.
    pub fn expected_points_with(&self, fixture: &Fixture, starters: [Option<PlayerCode>; 2]) -> (f64, f64) {
        let half = 0.5 * self.expected_margin(fixture);
        let [home, away] = starters.map(|player| self.quarterback(player));
        ((self.mean_points + half + home).max(1.0), (self.mean_points - half + away).max(1.0))
    }

    fn quarterback(&self, player: Option<PlayerCode>) -> f64 {
        player.and_then(|player| self.quarterbacks.get(&player).copied()).unwrap_or(0.0)
    }
}

impl PointsLeague {
    /// 32 teams, 17 games, 22 points a side.
    pub fn nfl() -> Self {
        Self {
            competition: CompetitionId::literal("nfl"),
            sport: Sport::Nfl,
            seed: 1,
            n_teams: 32,
            first_season: 2018,
            n_seasons: 4,
            games: 17,
            days_apart: 7.0,
            mean_points: 22.0,
            strength_sd: 5.0,
            home_advantage: 2.0,
            points_sd: 9.0,
            pace_sd: 0.0,
            neutral_share: 0.02,
            margin: Some(0.045),
            quarterback_sd: 0.0,
        }
    }

    /// 30 teams, 82 games, 112 points a side.
    pub fn nba() -> Self {
        Self {
            competition: CompetitionId::literal("nba"),
            sport: Sport::Nba,
            seed: 1,
            n_teams: 30,
            first_season: 2019,
            n_seasons: 2,
            games: 82,
            days_apart: 2.0,
            mean_points: 112.0,
            strength_sd: 4.5,
            home_advantage: 2.5,
            points_sd: 9.0,
            pace_sd: 7.0,
            neutral_share: 0.0,
            margin: Some(0.045),
            quarterback_sd: 0.0,
        }
    }

    /// Plays the league out.
    pub fn generate(&self) -> Played<PointsTruth> {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(self.seed);
        let strengths =
            (0..self.n_teams).map(|team| (nth_team(team), normal(0.0, self.strength_sd, &mut rng))).collect();
        let (mut quarterbacks, values) = Quarterbacks::draw(self.n_teams, self.quarterback_sd, self.seed);
        let truth = PointsTruth {
            strengths,
            home_advantage: self.home_advantage,
            mean_points: self.mean_points,
            quarterbacks: values,
        };
        let mut facts = Facts::default();
        for season in 0..self.n_seasons {
            quarterbacks.deal();
            self.play_season(self.first_season + season, &truth, &mut quarterbacks, &mut facts, &mut rng);
        }
        let (history, fixtures) = facts.into_history();
        Played { history, fixtures, truth }
    }

    fn play_season(
        &self,
        year: i16,
        truth: &PointsTruth,
        quarterbacks: &mut Quarterbacks,
        facts: &mut Facts,
        rng: &mut Xoshiro256PlusPlus,
    ) {
        let (month, day) = if self.sport == Sport::Nfl { (9, 8) } else { (10, 20) };
        for (round, pairs) in calendar::rounds(self.n_teams, self.games).iter().enumerate() {
            let at = calendar::noon(year, month, day, round as f64 * self.days_apart);
            for (home, away) in pairs {
                let fixture = Fixture {
                    id: facts.next_id(),
                    competition: self.competition,
                    sport: self.sport,
                    season: Season::starting(year),
                    home: nth_team(*home),
                    away: nth_team(*away),
                    kickoff: Kickoff::At(at),
                    neutral: rng.random::<f64>() < self.neutral_share,
                    stage: Stage::Regular,
                    status: FixtureStatus::Scheduled,
                };
                facts.announce(fixture);
                let mut starters = [None, None];
                if self.quarterback_sd > 0.0 {
                    let line_up = quarterbacks.line_up(fixture.home, fixture.away);
                    starters = line_up.players();
                    facts.name(&fixture, line_up);
                    let (roof, weather) = conditions(&fixture, round);
                    facts.under(&fixture, roof, weather);
                }
                let expected = truth.expected_points_with(&fixture, starters);
                if let Some(margin) = self.margin {
                    facts.quote(&fixture, self.fair(expected.0 - expected.1), margin);
                }
                facts.play(&fixture, self.draw(expected, rng));
            }
        }
    }

    fn draw(&self, expected: (f64, f64), rng: &mut Xoshiro256PlusPlus) -> Score {
        match self.sport {
            Sport::Nfl => draw_nfl(expected, rng),
            _ => self.draw_nba(expected, rng),
        }
    }

    fn draw_nba(&self, (home, away): (f64, f64), rng: &mut Xoshiro256PlusPlus) -> Score {
        let pace = normal(0.0, self.pace_sd, rng);
        let mut side = |mean: f64| normal(mean + pace, self.points_sd, rng).round().clamp(60.0, 180.0) as u16;
        let (mut home, mut away) = (side(home), side(away));
        while home == away {
            home += poisson(10.0, rng);
            away += poisson(10.0, rng);
        }
        Score::new(home, away)
    }

    /// The moneyline by a normal margin: what a book without better knowledge would quote.
    fn fair(&self, expected_margin: f64) -> OutcomeProbabilities {
        let sd = if self.sport == Sport::Nfl { 13.0 } else { self.points_sd * std::f64::consts::SQRT_2 };
        // The logistic curve is within .01 of the normal one at this scale.
        let home = (1.0 / (1.0 + (-1.702 * expected_margin / sd).exp())).clamp(0.02, 0.98);
        OutcomeProbabilities { home, draw: 0.0, away: 1.0 - home }
    }
}

/// One team in two plays at home under a roof; elsewhere it gets colder from round to round.
fn conditions(fixture: &Fixture, round: usize) -> (Roof, Weather) {
    let roof = if fixture.home.0 % 2 == 0 { Roof::Dome } else { Roof::Outdoors };
    let (temperature, wind) = (25.0 - round as f64, (fixture.id.0 % 7) as f64);
    (roof, Weather { temperature_celsius: Some(temperature), wind_mps: Some(wind) })
}

fn draw_nfl(expected: (f64, f64), rng: &mut Xoshiro256PlusPlus) -> Score {
    let (mut home, mut away) = (nfl_points(expected.0, rng), nfl_points(expected.1, rng));
    // One level game in twenty stays a tie after overtime; the others end with a field goal.
    if home == away && rng.random::<f64>() > 0.05 {
        if rng.random::<bool>() {
            home += 3;
        } else {
            away += 3;
        }
    }
    Score::new(home, away)
}

/// About seven tenths of the points come from touchdowns.
fn nfl_points(mean: f64, rng: &mut Xoshiro256PlusPlus) -> u16 {
    let touchdowns = poisson(0.7 * mean / 6.95, rng);
    let field_goals = poisson(0.3 * mean / 3.0, rng);
    let mut points = 3 * field_goals;
    for _ in 0..touchdowns {
        let conversion = rng.random::<f64>();
        points += if conversion < 0.08 {
            6
        } else if conversion < 0.97 {
            7
        } else {
            8
        };
    }
    points
}

#[cfg(test)]
mod tests {
    use domain::RecordedBy;
    use jiff::Timestamp;

    use super::*;

    #[test]
    fn scores_are_attainable_and_follow_the_truth() {
        for league in [PointsLeague::nfl(), PointsLeague::nba()] {
            let Played { history, truth, fixtures } = league.generate();
            assert_eq!(
                fixtures.len(),
                league.n_teams / 2 * league.games * usize::try_from(league.n_seasons).unwrap()
            );
            let snapshot = history.as_of(Timestamp::MAX, RecordedBy::Now);
            let (mut n, mut margin_error, mut total_error) = (0.0, 0.0, 0.0);
            for played in snapshot.played() {
                let score = played.score();
                assert!(league.sport.attainable(score), "{} {score}", league.sport);
                margin_error += f64::from(score.margin()) - truth.expected_margin(played.fixture);
                let (home, away) = truth.expected_points(played.fixture);
                total_error += f64::from(score.total()) - home - away;
                n += 1.0;
            }
            // Margins deviate by about 14 points; overtime adds a little to totals.
            assert!((margin_error / n).abs() < 4.0 * 14.0 / f64::sqrt(n), "{}", league.sport);
            assert!((total_error / n).abs() < 2.0, "{}", league.sport);
        }
    }

    #[test]
    fn threes_and_sevens_stand_out_in_the_nfl() {
        let Played { history, .. } = PointsLeague { n_seasons: 20, ..PointsLeague::nfl() }.generate();
        let margins: Vec<i32> =
            history.result_facts().iter().map(|f| f.value.outcome.full_time.margin().abs()).collect();
        let count = |m: i32| margins.iter().filter(|x| **x == m).count();
        assert!(count(3) > count(2) && count(3) > count(5) && count(7) > count(8) && count(7) > count(5));
        assert!(count(0) * 100 < margins.len(), "ties are rare");
    }
}
