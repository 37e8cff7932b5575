//! A soccer league: Poisson goals from attack, defence and home advantage, with or without dependent low scores.
//!
//! `ln lambda = level + home_advantage + attack[home] + defence[away]`, `ln mu = level + attack[away] + defence[home]`;
//! attack and defence are drawn around 0, so their means are known too.

use std::collections::BTreeMap;

use domain::{
    CompetitionId, Fixture, FixtureStatus, Kickoff, MatchStatistics, Score, ScoreDistribution, Season, Sport,
    Stage, TeamId, statistics::Pair,
};
use jiff::{civil::Date, tz::TimeZone};
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use crate::{
    Played, calendar,
    draw::{gamma, normal, nth_team, poisson},
    facts::Facts,
};

/// Settings of a league; [`SoccerLeague::default`] is a big league with promotion, quotes and expected goals.
#[derive(Debug, Clone, PartialEq)]
pub struct SoccerLeague {
    /// Its id.
    pub competition: CompetitionId,
    /// Of the generator.
    pub seed: u64,
    /// Teams per season; all meet twice.
    pub n_teams: usize,
    /// Start year of the first season.
    pub first_season: i16,
    /// Seasons played.
    pub n_seasons: i16,
    /// How many of the weakest teams give way to new ones after each season.
    pub promoted: usize,
    /// What the strengths of new teams are below the others, in log goals: less attack, more goals against.
    pub promoted_gap: f64,
    /// Deviation of attacks and of defences, in log goals.
    pub strength_sd: f64,
    /// Log goals of an average side away from home.
    pub level: f64,
    /// Log goals gained at home.
    pub home_advantage: f64,
    /// Dependence of 0-0, 0-1, 1-0 and 1-1.
    pub rho: f64,
    /// Share of matches at neutral venues.
    pub neutral_share: f64,
    /// Whether only dates are on record.
    pub date_only: bool,
    /// Whether expected goals are published.
    pub expected_goals: bool,
    /// Margin of the quotes; None for no quotes.
    pub margin: Option<f64>,
    /// Rounds at the end of the last season that are announced and not played.
    pub unplayed_rounds: usize,
}

impl Default for SoccerLeague {
    fn default() -> Self {
        Self {
            competition: CompetitionId::literal("eng.1"),
            seed: 1,
            n_teams: 20,
            first_season: 2018,
            n_seasons: 4,
            promoted: 3,
            promoted_gap: 0.2,
            strength_sd: 0.25,
            level: 0.15,
            home_advantage: 0.25,
            rho: -0.06,
            neutral_share: 0.0,
            date_only: false,
            expected_goals: true,
            margin: Some(0.05),
            unplayed_rounds: 1,
        }
    }
}

/// How good a team is, in log goals around the league's level.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Strength {
    /// What its own log goals gain.
    pub attack: f64,
    /// What its opponents' log goals gain; low is good.
    pub defence: f64,
}

/// What scores were drawn from.
#[derive(Debug, Clone, PartialEq)]
pub struct SoccerTruth {
    /// By team.
    pub strengths: BTreeMap<TeamId, Strength>,
    /// Log goals of an average side away from home.
    pub level: f64,
    /// Log goals gained at home.
    pub home_advantage: f64,
    /// Dependence of low scores.
    pub rho: f64,
}

impl SoccerTruth {
    /// True expected goals of both sides. An unknown team counts as average.
    pub fn expected_goals(&self, fixture: &Fixture) -> (f64, f64) {
        let average = Strength { attack: 0.0, defence: 0.0 };
        let strength = |team: TeamId| self.strengths.get(&team).copied().unwrap_or(average);
        let (home, away) = (strength(fixture.home), strength(fixture.away));
        let advantage = if fixture.neutral { 0.0 } else { self.home_advantage };
        (
            (self.level + advantage + home.attack + away.defence).exp(),
            (self.level + away.attack + home.defence).exp(),
        )
    }

    /// The true distribution over scores up to 15 goals a side.
    ///
    /// # Panics
    /// When the settings leave no positive probability, which no test should ask for.
    pub fn distribution(&self, fixture: &Fixture) -> ScoreDistribution {
        let (lambda, mu) = self.expected_goals(fixture);
        let (home, away) = (poisson_weights(lambda), poisson_weights(mu));
        ScoreDistribution::from_fn(15, 15, |s| {
            home[usize::from(s.home)] * away[usize::from(s.away)] * self.dependence(s, lambda, mu)
        })
        .unwrap_or_else(|error| panic!("true expectations {lambda} and {mu}: {error}"))
    }

    fn dependence(&self, score: Score, lambda: f64, mu: f64) -> f64 {
        match (score.home, score.away) {
            (0, 0) => 1.0 - lambda * mu * self.rho,
            (0, 1) => 1.0 + lambda * self.rho,
            (1, 0) => 1.0 + mu * self.rho,
            (1, 1) => 1.0 - self.rho,
            _ => 1.0,
        }
        .max(0.0)
    }

    /// Two independent counts, accepted in proportion to the dependence: exact, because the factors have mean 1.
    fn draw(&self, fixture: &Fixture, rng: &mut Xoshiro256PlusPlus) -> Score {
        let (lambda, mu) = self.expected_goals(fixture);
        let bound = 1.0 + self.rho.abs() * 1.0_f64.max(lambda).max(mu).max(lambda * mu);
        loop {
            let score = Score::new(poisson(lambda, rng), poisson(mu, rng));
            if rng.random::<f64>() * bound <= self.dependence(score, lambda, mu) {
                return score;
            }
        }
    }
}

/// In the ratio of Poisson probabilities: the grid is normalised as a whole.
fn poisson_weights(mean: f64) -> [f64; 16] {
    let mut weights = [1.0; 16];
    for k in 1..16 {
        weights[k] = weights[k - 1] * mean / k as f64;
    }
    weights
}

impl SoccerLeague {
    /// Plays the league out.
    pub fn generate(&self) -> Played<SoccerTruth> {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(self.seed);
        let mut truth = SoccerTruth {
            strengths: BTreeMap::new(),
            level: self.level,
            home_advantage: self.home_advantage,
            rho: self.rho,
        };
        let mut members: Vec<TeamId> =
            (0..self.n_teams).map(|_| self.found(&mut truth, 0.0, &mut rng)).collect();
        let mut facts = Facts::default();
        for season in 0..self.n_seasons {
            if season > 0 {
                self.promote(&mut members, &mut truth, &mut rng);
            }
            self.play_season(season, &members, &truth, &mut facts, &mut rng);
        }
        let (history, fixtures) = facts.into_history();
        Played { history, fixtures, truth }
    }

    fn found(&self, truth: &mut SoccerTruth, gap: f64, rng: &mut Xoshiro256PlusPlus) -> TeamId {
        let team = nth_team(truth.strengths.len());
        let attack = normal(-gap, self.strength_sd, rng);
        let defence = normal(gap, self.strength_sd, rng);
        truth.strengths.insert(team, Strength { attack, defence });
        team
    }

    fn promote(&self, members: &mut Vec<TeamId>, truth: &mut SoccerTruth, rng: &mut Xoshiro256PlusPlus) {
        let worth = |team: &TeamId| truth.strengths.get(team).map_or(0.0, |s| s.attack - s.defence);
        members.sort_by(|a, b| worth(b).total_cmp(&worth(a)));
        members.truncate(self.n_teams.saturating_sub(self.promoted));
        while members.len() < self.n_teams {
            members.push(self.found(truth, self.promoted_gap, rng));
        }
        members.sort_unstable();
    }

    fn play_season(
        &self,
        season: i16,
        members: &[TeamId],
        truth: &SoccerTruth,
        facts: &mut Facts,
        rng: &mut Xoshiro256PlusPlus,
    ) {
        let year = self.first_season + season;
        let rounds = calendar::rounds(members.len(), 2 * (members.len() + members.len() % 2 - 1));
        let days_apart = 280.0 / rounds.len() as f64;
        let last = season + 1 == self.n_seasons;
        for (round, pairs) in rounds.iter().enumerate() {
            let at = calendar::noon(year, 8, 10, (round as f64 * days_apart).floor());
            let played = !last || round + self.unplayed_rounds < rounds.len();
            for (home, away) in pairs {
                let fixture = Fixture {
                    id: facts.next_id(),
                    competition: self.competition,
                    sport: Sport::Soccer,
                    season: Season::starting(year),
                    home: members[*home],
                    away: members[*away],
                    kickoff: self.kickoff(at),
                    neutral: rng.random::<f64>() < self.neutral_share,
                    stage: Stage::Regular,
                    status: FixtureStatus::Scheduled,
                };
                self.play(&fixture, played, truth, facts, rng);
            }
        }
    }

    fn kickoff(&self, at: jiff::Timestamp) -> Kickoff {
        let date: Date = at.to_zoned(TimeZone::UTC).date();
        if self.date_only {
            Kickoff::on_date(date, &TimeZone::UTC).unwrap_or(Kickoff::At(at))
        } else {
            Kickoff::At(at)
        }
    }

    fn play(
        &self,
        fixture: &Fixture,
        played: bool,
        truth: &SoccerTruth,
        facts: &mut Facts,
        rng: &mut Xoshiro256PlusPlus,
    ) {
        facts.announce(*fixture);
        if let Some(margin) = self.margin {
            facts.quote(fixture, truth.distribution(fixture).outcome_probabilities(), margin);
        }
        if !played {
            return;
        }
        facts.play(fixture, truth.draw(fixture, rng));
        if self.expected_goals {
            let (lambda, mu) = truth.expected_goals(fixture);
            // Chances scatter around the expectation less than goals do.
            let mut chances = |mean: f64| gamma(3.0, mean, rng);
            let expected_goals = Some(Pair { home: chances(lambda), away: chances(mu) });
            facts.count(fixture, MatchStatistics { expected_goals, ..MatchStatistics::default() });
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::{OutcomeClass, RecordedBy};
    use jiff::Timestamp;

    use super::*;

    #[test]
    fn the_same_seed_plays_the_same_league() {
        let league = SoccerLeague { n_seasons: 1, ..SoccerLeague::default() };
        let (a, b) = (league.generate(), league.generate());
        assert_eq!(a.history.result_facts(), b.history.result_facts());
        let other = SoccerLeague { seed: 2, ..league }.generate();
        assert_ne!(a.history.result_facts(), other.history.result_facts());
    }

    #[test]
    fn scores_follow_the_truth() {
        let league =
            SoccerLeague { n_seasons: 20, promoted: 0, rho: -0.12, margin: None, ..SoccerLeague::default() };
        let Played { history, truth, .. } = league.generate();
        let snapshot = history.as_of(Timestamp::MAX, RecordedBy::Now);
        let (mut expected, mut seen) = ([0.0; 4], [0.0; 4]);
        for played in snapshot.played() {
            let grid = truth.distribution(played.fixture);
            let outcome = grid.outcome_probabilities();
            let (score, nil_nil) = (played.score(), Score::new(0, 0));
            for class in OutcomeClass::ALL {
                expected[class as usize] += outcome.of(class);
                seen[class as usize] += f64::from(u8::from(OutcomeClass::of(score) == class));
            }
            expected[3] += grid.probability(nil_nil);
            seen[3] += f64::from(u8::from(score == nil_nil));
        }
        assert_eq!(snapshot.played().count(), 20 * 380 - 10);
        for (want, got) in expected.iter().zip(seen) {
            // Four standard deviations of a count.
            assert!((want - got).abs() < 4.0 * want.sqrt(), "{got} seen, {want} expected");
        }
    }

    #[test]
    fn teams_change_and_the_last_round_is_open() {
        let Played { history, fixtures, truth } = SoccerLeague::default().generate();
        assert_eq!(truth.strengths.len(), 20 + 3 * 3);
        assert_eq!(fixtures.len(), 4 * 380);
        assert_eq!(history.result_facts().len(), 4 * 380 - 10);
        let dated = SoccerLeague { date_only: true, n_seasons: 1, ..SoccerLeague::default() }.generate();
        assert!(dated.fixtures.iter().all(|f| f.kickoff.is_date_only()));
    }
}
