//! Key numbers: how much likelier a margin of 3 or a score of 20 is than a smooth curve says.
//!
//! | symbol | meaning |
//! |---|---|
//! | n_k | training matches with absolute margin k (or sides with score k) |
//! | m_k | their expected number under the weights with the present factors |
//! | f_k | factor of k |
//! | c | matches the prior opinion f = 1 is worth |
//!
//! The factors maximise the multinomial likelihood with independent gamma priors of mode 1 and weight c:
//! n_k - m_k + c (1 - f_k) = 0, solved by repeating f_k <- f_k (n_k + c) / (m_k + c f_k), iterative proportional fitting
//! with a prior; scores, of which every match has two, take the square root of that step (generalised iterative scaling).
//!
//! References: Darroch and Ratcliff (1972), Generalized iterative scaling for log-linear models; Deming and Stephan (1940), On a least squares adjustment of a sampled frequency table.

use std::collections::BTreeMap;

use domain::{Score, Sport};

/// Expected margin and total with their spread.
#[derive(Debug, Clone, Copy)]
pub(super) struct Means {
    pub(super) margin: f64,
    pub(super) margin_sd: f64,
    pub(super) total: f64,
    pub(super) total_sd: f64,
}

/// How firmly the factors are held to 1.
#[derive(Debug, Clone, Copy)]
pub(super) struct KeyNumberRules {
    /// c of the margins.
    margin_prior: f64,
    /// c of the scores; none to leave them at 1.
    score_prior: Option<f64>,
}

impl KeyNumberRules {
    pub(super) fn of(sport: Sport) -> Self {
        match sport {
            Sport::Nfl => Self { margin_prior: 3.0, score_prior: Some(5.0) },
            // Single points move NBA scores too smoothly for a score to be special; a margin near 0 is, by overtime and fouls.
            Sport::Nba | Sport::Soccer => Self { margin_prior: 50.0, score_prior: None },
        }
    }
}

/// Factors of absolute margins and of scores.
#[derive(Debug, Clone)]
pub(super) struct KeyNumbers {
    sport: Sport,
    margins: Vec<f64>,
    scores: Vec<f64>,
    converged: bool,
}

/// Beyond this many standard deviations a cell has no weight worth having (4e-8 of the peak).
const REACH: f64 = 5.8;
const MAX_ROUNDS: usize = 200;
/// Relative move of a factor at which it is at rest: far below its sampling error of some percent.
const TOLERANCE: f64 = 1e-3;

impl KeyNumbers {
    /// All factors 1, and 0 where a score cannot be attained.
    pub(super) fn none(sport: Sport) -> Self {
        let rules = sport.rules();
        let factor = |points| if (rules.attainable)(points) { 1.0 } else { 0.0 };
        let scores: Vec<f64> = (0..=rules.forecast_max).map(factor).collect();
        let level_ok = sport.attainable(Score::new(0, 0));
        let margins = (0..=rules.forecast_max).map(|k| if k == 0 && !level_ok { 0.0 } else { 1.0 });
        Self { sport, margins: margins.collect(), scores, converged: false }
    }

    /// Factors learnt from scores and what was expected before each.
    pub(super) fn fit(sport: Sport, seen: &[(Means, Score)], rules: &KeyNumberRules) -> Self {
        let mut keys = Self::none(sport);
        let observed = Counts::observed(seen, sport);
        let pooled = Pooled::of(seen, sport);
        for _ in 0..MAX_ROUNDS {
            let expected = keys.expected(&pooled);
            let mut moved =
                renew(&mut keys.margins, &observed.margins, &expected.margins, rules.margin_prior, 1.0);
            if let Some(prior) = rules.score_prior {
                let expected = keys.expected(&pooled);
                // Every match has two scores: half the step in each keeps the likelihood rising.
                let scores = renew(&mut keys.scores, &observed.scores, &expected.scores, prior, 0.5);
                moved = moved.max(scores);
            }
            if moved < TOLERANCE {
                keys.converged = true;
                break;
            }
        }
        keys
    }

    /// Whether the factors came to rest.
    pub(super) fn converged(&self) -> bool {
        self.converged
    }

    pub(super) fn margin_factors(&self) -> &[f64] {
        &self.margins
    }

    pub(super) fn score_factors(&self) -> &[f64] {
        &self.scores
    }

    /// Visits every score with weight; those far from the means have none.
    pub(super) fn for_each_weight(&self, means: &Means, mut visit: impl FnMut(Score, f64)) {
        let max = i64::from(self.sport.rules().forecast_max);
        let margins = Bell::new(means.margin, means.margin_sd, -max, max);
        let totals = Bell::new(means.total, means.total_sd, 0, 2 * max);
        for (margin, weight) in margins.iter() {
            let factor = weight * self.margins[margin.unsigned_abs() as usize];
            self.along(margin, &totals, |score, weight| visit(score, factor * weight));
        }
    }

    /// Every score of one margin with the weight of its total and of its two sides.
    fn along(&self, margin: i64, totals: &Bell, mut visit: impl FnMut(Score, f64)) {
        let max = i64::from(self.sport.rules().forecast_max);
        // Margin and total are both odd or both even, and neither side scores less than 0 or more than the maximum.
        let first = totals.first.max(margin.abs());
        let first = first + ((first + margin) & 1);
        let last = totals.last().min(2 * max - margin.abs());
        for total in (first..=last).step_by(2) {
            let away = (total - margin) / 2;
            let home = away + margin;
            let sides = self.scores[home as usize] * self.scores[away as usize];
            visit(Score::new(home as u16, away as u16), totals.at(total) * sides);
        }
    }

    /// How often every margin and score is expected. The weight of a margin along all totals is the same for every match, so
    /// the matches enter by their margin curves alone.
    fn expected(&self, pooled: &Pooled) -> Counts {
        let mut counts = Counts::none(self.sport);
        let max = i64::from(self.sport.rules().forecast_max);
        let mut along = vec![0.0; 2 * max as usize + 1];
        for margin in pooled.first..=pooled.last {
            self.along(margin, &pooled.totals, |_, weight| along[(margin + max) as usize] += weight);
            along[(margin + max) as usize] *= self.margins[margin.unsigned_abs() as usize];
        }
        let mut matches_at = vec![0.0; along.len()];
        for (bell, n) in &pooled.margins {
            let sum: f64 = bell.iter().map(|(margin, weight)| weight * along[(margin + max) as usize]).sum();
            for (margin, weight) in bell.iter().filter(|_| sum > 0.0) {
                matches_at[(margin + max) as usize] += n * weight / sum;
            }
        }
        for margin in pooled.first..=pooled.last {
            let factor = matches_at[(margin + max) as usize] * self.margins[margin.unsigned_abs() as usize];
            self.along(margin, &pooled.totals, |score, weight| counts.add(score, factor * weight));
        }
        counts
    }
}

/// A normal curve on whole numbers.
struct Bell {
    first: i64,
    weights: Vec<f64>,
}

impl Bell {
    fn new(mean: f64, sd: f64, low: i64, high: i64) -> Self {
        // A mean beyond the grid still leaves its nearest edge.
        let first = ((mean - REACH * sd).ceil() as i64).clamp(low, high);
        let last = ((mean + REACH * sd).floor() as i64).clamp(first, high);
        let weight = |x: i64| {
            let z = (x as f64 - mean) / sd;
            (-z * z / 2.0).exp()
        };
        Self { first, weights: (first..=last).map(weight).collect() }
    }

    fn last(&self) -> i64 {
        self.first + i64::try_from(self.weights.len()).unwrap_or(i64::MAX) - 1
    }

    fn at(&self, x: i64) -> f64 {
        self.weights[(x - self.first) as usize]
    }

    fn iter(&self) -> impl Iterator<Item = (i64, f64)> + '_ {
        (self.first..).zip(self.weights.iter().copied())
    }
}

/// Matches by absolute margin and sides by score.
struct Counts {
    margins: Vec<f64>,
    scores: Vec<f64>,
}

impl Counts {
    fn none(sport: Sport) -> Self {
        let len = usize::from(sport.rules().forecast_max) + 1;
        Self { margins: vec![0.0; len], scores: vec![0.0; len] }
    }

    fn observed(seen: &[(Means, Score)], sport: Sport) -> Self {
        let mut counts = Self::none(sport);
        for (_, score) in seen {
            counts.add(*score, 1.0);
        }
        counts
    }

    fn add(&mut self, score: Score, n: f64) {
        let cell = |counts: &mut [f64], i: usize| {
            if let Some(count) = counts.get_mut(i) {
                *count += n;
            }
        };
        cell(&mut self.margins, score.margin().unsigned_abs() as usize);
        cell(&mut self.scores, usize::from(score.home));
        cell(&mut self.scores, usize::from(score.away));
    }
}

/// One round of proportional fitting; the largest relative move.
fn renew(factors: &mut [f64], observed: &[f64], expected: &[f64], prior: f64, power: f64) -> f64 {
    let mut largest: f64 = 0.0;
    for ((factor, n), m) in factors.iter_mut().zip(observed).zip(expected) {
        // A factor of 0 is a rule of the sport, not an estimate.
        if *factor > 0.0 {
            let move_by = ((n + prior) / (m + prior * *factor)).powf(power);
            *factor *= move_by;
            largest = largest.max((move_by - 1.0).abs());
        }
    }
    largest
}

/// What was expected of the training matches: a margin curve for every group of nearly equal means, and the mean of their
/// total curves. Expected margins and totals are all but unrelated, so the totals need no groups.
struct Pooled {
    margins: Vec<(Bell, f64)>,
    /// Lowest and highest margin of the curves.
    first: i64,
    last: i64,
    totals: Bell,
}

impl Pooled {
    fn of(seen: &[(Means, Score)], sport: Sport) -> Self {
        let max = i64::from(sport.rules().forecast_max);
        // Groups are a sixth of a standard deviation wide in margin and a point in total.
        let margin_groups = groups(seen, |m| (m.margin, m.margin_sd, m.margin_sd / 6.0));
        let total_groups = groups(seen, |m| (m.total, m.total_sd, 1.0));
        let bells = |groups: Vec<(f64, f64, f64)>, low: i64, high: i64| -> Vec<(Bell, f64)> {
            groups.iter().map(|(mean, sd, n)| (Bell::new(*mean, *sd, low, high), *n)).collect()
        };
        let margins = bells(margin_groups, -max, max);
        Self {
            first: margins.iter().map(|(bell, _)| bell.first).min().unwrap_or(0),
            last: margins.iter().map(|(bell, _)| bell.last()).max().unwrap_or(0),
            margins,
            totals: mixture(&bells(total_groups, 0, 2 * max)),
        }
    }
}

/// Mean, standard deviation and number of matches whose means fall into one cell of `width`.
fn groups(seen: &[(Means, Score)], of: impl Fn(&Means) -> (f64, f64, f64)) -> Vec<(f64, f64, f64)> {
    let mut cells: BTreeMap<i64, (f64, f64, f64)> = BTreeMap::new();
    for (means, _) in seen {
        let (mean, sd, width) = of(means);
        let (sum, _, n) = cells.entry((mean / width).round() as i64).or_insert((0.0, sd, 0.0));
        *sum += mean;
        *n += 1.0;
    }
    cells.into_values().map(|(sum, sd, n)| (sum / n, sd, n)).collect()
}

/// The sum of curves in proportion to their matches.
fn mixture(bells: &[(Bell, f64)]) -> Bell {
    let first = bells.iter().map(|(bell, _)| bell.first).min().unwrap_or(0);
    let last = bells.iter().map(|(bell, _)| bell.last()).max().unwrap_or(0);
    let mut weights = vec![0.0; (last - first + 1) as usize];
    for (bell, n) in bells {
        for (x, weight) in bell.iter() {
            weights[(x - first) as usize] += n * weight;
        }
    }
    Bell { first, weights }
}
