//! Intervals: where a score is likely to fall, and how sure a forecast is of its own probabilities.
//!
//! | symbol | meaning |
//! |---|---|
//! | F(x) | probability that the view of the score is at most x |
//! | a | mass left out on each side, (1 - level) / 2 |
//! | d_h, d_a | errors of the logarithms of the two expected scores, jointly normal |
//! | f | any value of the score; its expectation is what a market asks for |
//!
//! A central interval of a whole number holds more than its level, since mass comes in lumps. [`ScoreDistribution::coverage`]
//! therefore counts only the part of the lump at the observed score that lies between the tails, whose mean is the level
//! exactly when the forecast is calibrated: the non-randomised probability integral transform of C. Czado, T. Gneiting and L. Held,
//! "Predictive Model Assessment for Count Data", Biometrics 65 (2009), 1254-1261.
//!
//! Doubt about expected scores becomes doubt about a probability by the delta method. Tilting the distribution by
//! exp(t_h x + t_a y) moves its means along an exponential family, in which independent Poisson scores are a special case:
//!
//! ```text
//! d E[f] = Cov(f, x) t_h + Cov(f, y) t_a      with  V (t_h, t_a)' = (E[x] d_h, E[y] d_a)',  V = Var(x, y)
//! ```

use serde::{Deserialize, Serialize};

use crate::{
    forecast::{ScoreDistribution, Uncertainty},
    outcome::Score,
};

/// How much of the mass an interval should hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// 50 %.
    Half,
    /// 80 %.
    FourFifths,
    /// 95 %.
    NineteenTwentieths,
}

impl Level {
    /// Every level that is reported.
    pub const ALL: [Self; 3] = [Self::Half, Self::FourFifths, Self::NineteenTwentieths];

    /// The mass, 0..1.
    pub fn mass(self) -> f64 {
        match self {
            Self::Half => 0.5,
            Self::FourFifths => 0.8,
            Self::NineteenTwentieths => 0.95,
        }
    }

    /// Half width in standard deviations of a normal distribution.
    pub fn z(self) -> f64 {
        match self {
            Self::Half => 0.6744897501960817,
            Self::FourFifths => 1.2815515655446004,
            Self::NineteenTwentieths => 1.959963984540054,
        }
    }

    fn tail(self) -> f64 {
        0.5 * (1.0 - self.mass())
    }
}

/// One number about a score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScoreView {
    /// What the home side scores.
    Home,
    /// What the away side scores.
    Away,
    /// Both together.
    Total,
    /// Home less away.
    Margin,
}

impl ScoreView {
    /// Every view.
    pub const ALL: [Self; 4] = [Self::Home, Self::Away, Self::Total, Self::Margin];

    /// Its value for a score.
    pub fn of(self, score: Score) -> i32 {
        let (home, away) = (i32::from(score.home), i32::from(score.away));
        match self {
            Self::Home => home,
            Self::Away => away,
            Self::Total => home + away,
            Self::Margin => home - away,
        }
    }
}

impl ScoreDistribution {
    /// The smallest and the largest value of the central interval: at most the tail's mass lies below, and at most that above.
    pub fn interval(&self, view: ScoreView, level: Level) -> (i32, i32) {
        let masses = self.view(view);
        let (tail, mut below) = (level.tail(), 0.0);
        let (mut low, mut high) = (masses.first, masses.first);
        let mut found = false;
        for (value, p) in masses.iter() {
            if !found && below + p > tail {
                (low, found) = (value, true);
            }
            if below < 1.0 - tail && p > 0.0 {
                high = value;
            }
            below += p;
        }
        (low, high)
    }

    /// The part of the mass at the observed score that lies within the central interval, 0..1. Its mean over matches is the
    /// level when the forecasts are calibrated. A score beyond the rectangle is not covered.
    pub fn coverage(&self, view: ScoreView, level: Level, observed: Score) -> f64 {
        let (tail, observed) = (level.tail(), view.of(observed));
        let mut below = 0.0;
        for (value, p) in self.view(view).iter() {
            if value == observed && p > 0.0 {
                let within = (below + p).min(1.0 - tail) - below.max(tail);
                return (within / p).clamp(0.0, 1.0);
            }
            below += p;
        }
        0.0
    }

    /// Standard error of the expectation of `value` when the two expected scores are uncertain.
    pub fn standard_error(&self, uncertainty: Uncertainty, value: impl FnMut(Score) -> f64) -> f64 {
        let [home, away] = self.slopes(value);
        let (home, away) = (home * uncertainty.home_log_se, away * uncertainty.away_log_se);
        (home * home + away * away + 2.0 * uncertainty.correlation * home * away).max(0.0).sqrt()
    }

    /// How the expectation of `value` moves with the logarithms of the expected home and away score.
    fn slopes(&self, mut value: impl FnMut(Score) -> f64) -> [f64; 2] {
        let (mut f, mut x, mut y) = (0.0, 0.0, 0.0);
        let (mut fx, mut fy, mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for (score, p) in self.iter() {
            let (v, h, a) = (value(score), f64::from(score.home), f64::from(score.away));
            f += p * v;
            x += p * h;
            y += p * a;
            fx += p * v * h;
            fy += p * v * a;
            xx += p * h * h;
            yy += p * a * a;
            xy += p * h * a;
        }
        let (fx, fy) = (fx - f * x, fy - f * y);
        let (xx, yy, xy) = (xx - x * x, yy - y * y, xy - x * y);
        let determinant = xx * yy - xy * xy;
        if determinant <= 0.0 {
            return [0.0; 2];
        }
        [x * (fx * yy - fy * xy) / determinant, y * (fy * xx - fx * xy) / determinant]
    }

    fn view(&self, view: ScoreView) -> View {
        let corners =
            [(0, 0), (self.home_max(), 0), (0, self.away_max()), (self.home_max(), self.away_max())];
        let corners = corners.map(|(home, away)| view.of(Score::new(home, away)));
        let (first, last) = corners.iter().fold((0, 0), |(low, high), v| (low.min(*v), high.max(*v)));
        let mut masses = vec![0.0; (last - first + 1) as usize];
        for (score, p) in self.iter() {
            masses[(view.of(score) - first) as usize] += p;
        }
        View { first, masses }
    }
}

/// Mass by value, from the smallest on.
struct View {
    first: i32,
    masses: Vec<f64>,
}

impl View {
    fn iter(&self) -> impl Iterator<Item = (i32, f64)> + '_ {
        (self.first..).zip(self.masses.iter().copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn poisson(home: f64, away: f64) -> ScoreDistribution {
        let mass = |mean: f64, k: u16| (1..=k).fold((-mean).exp(), |p, i| p * mean / f64::from(i));
        ScoreDistribution::from_fn(40, 40, |s| mass(home, s.home) * mass(away, s.away)).unwrap()
    }

    #[test]
    fn central_intervals_of_a_poisson_total() {
        // Poisson(2.7): F(0) = .0672, F(1) = .2487, F(3) = .7141, F(4) = .8629, F(5) = .9433, F(6) = .9794.
        let forecast = poisson(1.5, 1.2);
        assert_eq!(forecast.interval(ScoreView::Total, Level::FourFifths), (1, 5));
        assert_eq!(forecast.interval(ScoreView::Total, Level::NineteenTwentieths), (0, 6));
        assert_eq!(forecast.interval(ScoreView::Total, Level::Half), (2, 4));
        // A certain score is its own interval.
        let certain = ScoreDistribution::from_fn(5, 5, |s| f64::from(s == Score::new(1, 3))).unwrap();
        for view in ScoreView::ALL {
            let value = view.of(Score::new(1, 3));
            assert_eq!(certain.interval(view, Level::FourFifths), (value, value));
        }
    }

    #[test]
    fn coverage_of_a_calibrated_forecast_is_its_level() {
        let forecast = poisson(1.6, 1.1);
        for view in ScoreView::ALL {
            for level in Level::ALL {
                let mean: f64 = forecast.iter().map(|(s, p)| p * forecast.coverage(view, level, s)).sum();
                assert!((mean - level.mass()).abs() < 1e-9, "{view:?} {level:?} {mean}");
            }
        }
        let narrow = ScoreDistribution::from_fn(40, 40, |s| forecast.probability(s).powi(3)).unwrap();
        let held: f64 =
            forecast.iter().map(|(s, p)| p * narrow.coverage(ScoreView::Total, Level::FourFifths, s)).sum();
        assert!(held < 0.7, "an overconfident forecast is found out: {held}");
        assert_eq!(forecast.coverage(ScoreView::Total, Level::Half, Score::new(60, 60)), 0.0);
    }

    #[test]
    fn errors_of_the_means_become_errors_of_a_probability() {
        // The derivative by differences of two re-made grids, for independent Poisson scores.
        let (home, away) = (1.5, 1.2);
        let forecast = poisson(home, away);
        let won = |s: Score| f64::from(s.home > s.away);
        let step = 1e-4_f64;
        let by_home = (poisson(home * step.exp(), away).expectation(won)
            - poisson(home * (-step).exp(), away).expectation(won))
            / (2.0 * step);
        let by_away = (poisson(home, away * step.exp()).expectation(won)
            - poisson(home, away * (-step).exp()).expectation(won))
            / (2.0 * step);
        let [slope_home, slope_away] = forecast.slopes(won);
        assert!((slope_home - by_home).abs() < 1e-6 && (slope_away - by_away).abs() < 1e-6);
        let doubt = Uncertainty { home_log_se: 0.1, away_log_se: 0.2, correlation: -0.3 };
        let variance =
            (0.1 * by_home).powi(2) + (0.2 * by_away).powi(2) - 0.6 * 0.1 * by_home * 0.2 * by_away;
        assert!((forecast.standard_error(doubt, won) - variance.sqrt()).abs() < 1e-6);
        assert!((forecast.standard_error(doubt, |s| f64::from(s.home)) - 0.1 * home).abs() < 1e-9);
    }
}
