//! A Kalman filter over what the teams of a league are worth in points.
//!
//! | symbol | meaning | unit |
//! |---|---|---|
//! | x, P | state and its covariance: level, effects, teams, players | points |
//! | a | how a match looks at the state: +-1 per team and player, level and effects by its circumstances | |
//! | y, r | what was seen and its variance about a'x | points |
//! | q, v | variance a team gains per day, and between seasons | points^2 |
//! | c | share of a team's strength that is left after a season | |
//!
//! Seen: S = a'Pa + r, K = Pa / S, x <- x + K (y - a'x), P <- P - K a'P. Between matches: P_tt <- P_tt + q days. Between
//! seasons: x_t <- c x_t, P accordingly, then P_tt <- P_tt + v.
//!
//! References: Kalman (1960), A new approach to linear filtering and prediction problems; Glickman and Stern (1998), A
//! state-space model for National Football League scores.

use std::collections::BTreeMap;

use domain::{PlayerCode, Season, TeamId};
use jiff::Timestamp;
use serde::Serialize;

/// Mean and variance of a part of the state before anything was seen, and the variance it gains.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Drift {
    /// Mean at the start.
    pub mean: f64,
    /// Variance at the start.
    pub variance: f64,
    /// Variance gained per day within a season.
    pub per_day: f64,
    /// Variance gained between seasons.
    pub per_season: f64,
    /// c: share left of it after a season.
    pub carry_over: f64,
}

impl Drift {
    /// Something that never moves.
    pub(super) const fn fixed(mean: f64, variance: f64) -> Self {
        Self { mean, variance, per_day: 0.0, per_season: 0.0, carry_over: 1.0 }
    }

    /// Variance gained, and the share left of what was there.
    fn over(&self, passed: Passed) -> (f64, f64) {
        if passed.seasons > 0 {
            (self.per_season * f64::from(passed.seasons), self.carry_over.powi(passed.seasons))
        } else {
            (self.per_day * passed.days, 1.0)
        }
    }
}

/// How every part of the state begins and moves.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct FilterRules {
    /// Home advantage of margins, league level of totals.
    pub level: Drift,
    /// What rest and the play-offs change.
    pub effect: Drift,
    /// A team.
    pub team: Drift,
    /// A quarterback.
    pub player: Drift,
    /// r of a final margin or total.
    pub result_variance: f64,
    /// r of a closing line's, as far as it tells strengths: news about the one match is in it, too.
    pub line_variance: f64,
}

/// Number of effects.
pub(super) const EFFECTS: usize = 2;
const LEVEL: usize = 0;
const FIRST_OTHER: usize = 1 + EFFECTS;
/// No break within a season counts for longer.
const LONGEST_BREAK_DAYS: f64 = 60.0;
const DAY_SECS: f64 = 24.0 * 60.0 * 60.0;

/// A match as the filter sees it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Look {
    pub(super) season: Season,
    pub(super) at: Timestamp,
    pub(super) teams: [TeamId; 2],
    pub(super) players: [Option<PlayerCode>; 2],
    /// Of the second team and player: -1 for margins, 1 for totals.
    pub(super) second: f64,
    /// How much of the level counts.
    pub(super) level: f64,
    pub(super) effects: [f64; EFFECTS],
}

/// What the filter expects of a match.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Expected {
    pub(super) mean: f64,
    /// Of the mean, not of the score about it.
    pub(super) variance: f64,
    /// The part of the mean that is the two teams'.
    pub(super) teams: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Level,
    Effect,
    Team,
    Player,
}

#[derive(Debug, Clone, Copy, Default)]
struct Passed {
    seasons: i32,
    days: f64,
}

/// One part of the state in a match: where it stands, if it was ever seen.
struct Term {
    place: Option<usize>,
    part: Part,
    weight: f64,
}

/// The state.
#[derive(Debug, Clone)]
pub(super) struct Filter {
    rules: FilterRules,
    /// Of the last match that was seen.
    last: Option<(Season, Timestamp)>,
    parts: Vec<Part>,
    teams: BTreeMap<TeamId, usize>,
    players: BTreeMap<PlayerCode, usize>,
    mean: Vec<f64>,
    /// Row by row.
    covariance: Vec<f64>,
}

impl Filter {
    pub(super) fn new(rules: FilterRules) -> Self {
        let mut filter = Self {
            rules,
            last: None,
            parts: Vec::new(),
            teams: BTreeMap::new(),
            players: BTreeMap::new(),
            mean: Vec::new(),
            covariance: Vec::new(),
        };
        filter.add(Part::Level);
        for _ in 0..EFFECTS {
            filter.add(Part::Effect);
        }
        filter
    }

    /// What is expected of a match at or after the last one seen. A team or player never seen is an average one.
    pub(super) fn expected(&self, look: &Look) -> Expected {
        let passed = self.passed(look);
        let terms = self.terms(look);
        let mut expected = Expected { mean: 0.0, variance: 0.0, teams: 0.0 };
        for term in &terms {
            let drift = self.drift(term.part);
            let (gained, left) = drift.over(passed);
            let mean = term.place.map_or(drift.mean, |place| self.mean[place]);
            expected.mean += term.weight * left * mean;
            if term.part == Part::Team {
                expected.teams += term.weight * left * mean;
            }
            let own = if term.place.is_none() { left * left * drift.variance } else { 0.0 };
            expected.variance += term.weight * term.weight * (gained + own);
            for other in &terms {
                if let (Some(i), Some(j)) = (term.place, other.place) {
                    let (_, other_left) = self.drift(other.part).over(passed);
                    let both = term.weight * left * other.weight * other_left;
                    expected.variance += both * self.covariance[i * self.mean.len() + j];
                }
            }
        }
        expected
    }

    /// Moves time on to a match and makes its teams and players known.
    pub(super) fn advance(&mut self, look: &Look) {
        let passed = self.passed(look);
        for team in look.teams {
            if !self.teams.contains_key(&team) {
                let place = self.add(Part::Team);
                self.teams.insert(team, place);
            }
        }
        for player in look.players.into_iter().flatten() {
            if !self.players.contains_key(&player) {
                let place = self.add(Part::Player);
                self.players.insert(player, place);
            }
        }
        let n = self.mean.len();
        let moves: Vec<(f64, f64)> = self.parts.iter().map(|p| self.drift(*p).over(passed)).collect();
        if passed.seasons > 0 {
            for (i, (_, left)) in moves.iter().enumerate() {
                self.mean[i] *= left;
                for (cell, (_, other_left)) in self.covariance[i * n..][..n].iter_mut().zip(&moves) {
                    *cell *= left * other_left;
                }
            }
        }
        for (i, (gained, _)) in moves.iter().enumerate() {
            self.covariance[i * n + i] += gained;
        }
        self.last = Some((look.season, look.at));
    }

    /// Learns from something seen in the match that time was moved to last.
    pub(super) fn observe(&mut self, look: &Look, seen: f64, variance: f64) {
        let n = self.mean.len();
        let terms = self.terms(look);
        let mut toward = vec![0.0; n];
        let mut mean = 0.0;
        for term in &terms {
            let Some(place) = term.place else { continue };
            mean += term.weight * self.mean[place];
            for (sum, cell) in toward.iter_mut().zip(&self.covariance[place * n..][..n]) {
                *sum += term.weight * cell;
            }
        }
        let spread: f64 =
            terms.iter().filter_map(|t| t.place.map(|place| t.weight * toward[place])).sum::<f64>()
                + variance;
        let error = (seen - mean) / spread;
        for i in 0..n {
            if toward[i] == 0.0 {
                continue;
            }
            self.mean[i] += toward[i] * error;
            let gain = toward[i] / spread;
            for (cell, other) in self.covariance[i * n..][..n].iter_mut().zip(&toward) {
                *cell -= gain * other;
            }
        }
    }

    /// Every team's strength and standard error after the last match seen.
    pub(super) fn strengths(&self) -> impl Iterator<Item = (TeamId, f64, f64)> + '_ {
        self.teams.iter().map(|(team, place)| (*team, self.mean[*place], self.standard_error(*place)))
    }

    /// Every player's value and standard error.
    pub(super) fn values(&self) -> impl Iterator<Item = (PlayerCode, f64, f64)> + '_ {
        self.players.iter().map(|(player, place)| (*player, self.mean[*place], self.standard_error(*place)))
    }

    /// Home advantage or league level.
    pub(super) fn level(&self) -> f64 {
        self.mean[LEVEL]
    }

    pub(super) fn effects(&self) -> &[f64] {
        &self.mean[1..FIRST_OTHER]
    }

    fn standard_error(&self, place: usize) -> f64 {
        self.covariance[place * self.mean.len() + place].max(0.0).sqrt()
    }

    fn drift(&self, part: Part) -> &Drift {
        match part {
            Part::Level => &self.rules.level,
            Part::Effect => &self.rules.effect,
            Part::Team => &self.rules.team,
            Part::Player => &self.rules.player,
        }
    }

    /// A further part of the state; its place.
    fn add(&mut self, part: Part) -> usize {
        let n = self.mean.len();
        let drift = *self.drift(part);
        let mut covariance = Vec::with_capacity((n + 1) * (n + 1));
        for row in self.covariance.chunks_exact(n.max(1)) {
            covariance.extend_from_slice(row);
            covariance.push(0.0);
        }
        covariance.extend(std::iter::repeat_n(0.0, n));
        covariance.push(drift.variance);
        self.covariance = covariance;
        self.mean.push(drift.mean);
        self.parts.push(part);
        n
    }

    fn passed(&self, look: &Look) -> Passed {
        let Some((season, at)) = self.last else { return Passed::default() };
        let seasons = i32::from(look.season.start_year) - i32::from(season.start_year);
        let days = (look.at.as_second() - at.as_second()) as f64 / DAY_SECS;
        Passed { seasons: seasons.max(0), days: days.clamp(0.0, LONGEST_BREAK_DAYS) }
    }

    fn terms(&self, look: &Look) -> Vec<Term> {
        let mut terms = Vec::with_capacity(FIRST_OTHER + 4);
        terms.push(Term { place: Some(LEVEL), part: Part::Level, weight: look.level });
        for (i, effect) in look.effects.iter().enumerate() {
            terms.push(Term { place: Some(1 + i), part: Part::Effect, weight: *effect });
        }
        for (side, weight) in [1.0, look.second].into_iter().enumerate() {
            let place = self.teams.get(&look.teams[side]).copied();
            terms.push(Term { place, part: Part::Team, weight });
            if let Some(player) = look.players[side] {
                let place = self.players.get(&player).copied();
                terms.push(Term { place, part: Part::Player, weight });
            }
        }
        terms.retain(|term| term.weight != 0.0);
        terms
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use nalgebra::{DMatrix, DVector};

    use super::*;

    const RULES: FilterRules = FilterRules {
        level: Drift::fixed(2.5, 4.0),
        effect: Drift::fixed(0.0, 1.0),
        team: Drift { mean: 0.0, variance: 30.0, per_day: 0.0, per_season: 6.0, carry_over: 0.6 },
        player: Drift::fixed(0.0, 9.0),
        result_variance: 150.0,
        line_variance: 4.0,
    };

    fn look(day: i64, home: i64, away: i64, rested: f64) -> Look {
        let at = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * day);
        let teams = [TeamId(home), TeamId(away)];
        let season = Season::starting(2020);
        Look { season, at, teams, players: [None, None], second: -1.0, level: 1.0, effects: [rested, 0.0] }
    }

    /// What nothing moves is a Bayesian regression: the filter's state must be the posterior mean and variance
    /// (X'X / r + V^-1)^-1 of all matches at once.
    #[test]
    fn without_drift_it_is_the_regression_on_all_matches_at_once() {
        let seen =
            [(1, 2, 1.0, 7.0), (2, 3, 0.0, -3.0), (3, 1, -1.0, 10.0), (1, 3, 0.0, 21.0), (2, 1, 1.0, -6.0)];
        let mut filter = Filter::new(RULES);
        let mut x = DMatrix::zeros(seen.len(), 5);
        for (row, (home, away, rested, margin)) in seen.into_iter().enumerate() {
            let look = look(i64::try_from(row).unwrap(), home, away, rested);
            filter.advance(&look);
            filter.observe(&look, margin, RULES.result_variance);
            x[(row, 0)] = 1.0;
            x[(row, 1)] = rested;
            x[(row, 1 + home as usize)] = 1.0;
            x[(row, 1 + away as usize)] = -1.0;
        }
        let prior = DVector::from_vec(vec![2.5, 0.0, 0.0, 0.0, 0.0]);
        let precision =
            DMatrix::from_diagonal(&DVector::from_vec(vec![0.25, 1.0, 1.0 / 30.0, 1.0 / 30.0, 1.0 / 30.0]));
        let y = DVector::from_iterator(seen.len(), seen.iter().map(|s| s.3));
        let posterior = (x.transpose() * &x / 150.0 + &precision).try_inverse().unwrap();
        let mean = &posterior * (x.transpose() * y / 150.0 + precision * prior);
        assert!((filter.level() - mean[0]).abs() < 1e-10 && (filter.effects()[0] - mean[1]).abs() < 1e-10);
        for (team, strength, se) in filter.strengths() {
            let i = 1 + usize::try_from(team.0).unwrap();
            assert!(
                (strength - mean[i]).abs() < 1e-10 && (se * se - posterior[(i, i)]).abs() < 1e-9,
                "{team:?}"
            );
        }
        let next = look(9, 1, 2, 0.0);
        let a = DVector::from_vec(vec![1.0, 0.0, 1.0, -1.0, 0.0]);
        let expected = filter.expected(&next);
        assert!((expected.mean - a.dot(&mean)).abs() < 1e-10);
        assert!((expected.variance - a.dot(&(&posterior * &a))).abs() < 1e-9);
        assert!((expected.teams - (mean[2] - mean[3])).abs() < 1e-10);
    }

    /// A forecast for the next season looks ahead to what `advance` will do.
    #[test]
    fn strengths_fade_between_seasons_alike_in_forecast_and_state() {
        let mut filter = Filter::new(RULES);
        let first = look(0, 1, 2, 0.0);
        filter.advance(&first);
        filter.observe(&first, 35.0, RULES.result_variance);
        let (home, away) = (filter.mean[3], filter.mean[4]);
        let next = Look { season: Season::starting(2021), ..look(250, 1, 2, 0.0) };
        let looked_ahead = filter.expected(&next);
        filter.advance(&next);
        assert!((filter.mean[3] - 0.6 * home).abs() < 1e-12 && (filter.mean[4] - 0.6 * away).abs() < 1e-12);
        let now = filter.expected(&next);
        assert!(
            (looked_ahead.mean - now.mean).abs() < 1e-12
                && (looked_ahead.variance - now.variance).abs() < 1e-9
        );
        // Strangers are average and as uncertain as anybody was: two of variance 30 and the level's.
        let strangers = filter.expected(&Look { teams: [TeamId(8), TeamId(9)], ..next });
        assert!((strangers.mean - filter.level()).abs() < 1e-12);
        assert!(strangers.variance > 60.0 && strangers.variance < 64.5, "{}", strangers.variance);
    }
}
