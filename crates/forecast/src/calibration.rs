//! Calibration: whether what was forecast with 30 % happened in 30 % of the cases.
//!
//! | symbol | meaning |
//! |---|---|
//! | n_b | forecasts in bin b of N |
//! | p_b | their mean forecast |
//! | f_b | how often it happened |
//!
//! ECE = sum over b of n_b / N |p_b - f_b|, over bins of equal width. The interval of f_b is Wilson's: with z = 1.96,
//! (f_b + z^2 / 2 n_b -+ z sqrt(f_b (1 - f_b) / n_b + z^2 / 4 n_b^2)) / (1 + z^2 / n_b).
//!
//! Reference: Wilson (1927), Probable inference, the law of succession, and statistical inference, for the interval; Naeini, Cooper and Hauskrecht (2015), Obtaining well calibrated probabilities using Bayesian binning, for ECE;
//! Cox (1958), Two further applications of a model for binary regression, for slope and intercept.

use serde::{Deserialize, Serialize};

use crate::{
    regression::{Curvature, maximise},
    scoring_rule::Scored,
};

/// Bins of a table unless told otherwise.
pub const DEFAULT_BINS: usize = 10;

/// Forecasts of similar probability and how often they came true.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CalibrationBin {
    /// Lower edge, included.
    pub low: f64,
    /// Upper edge, excluded but for the last bin.
    pub high: f64,
    /// Forecasts in it.
    pub count: usize,
    /// Their mean; 0 when empty.
    pub mean_forecast: f64,
    /// How often it happened; 0 when empty.
    pub observed: f64,
    /// Its 95 % interval; 0 to 1 when empty.
    pub observed_interval: [f64; 2],
}

/// A calibration table, of one class or of all pooled.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CalibrationTable {
    /// `home`, `draw`, `away`, or `pooled`.
    pub class: String,
    /// Bins of equal width over 0..=1, empty ones included.
    pub bins: Vec<CalibrationBin>,
    /// Expected calibration error.
    pub ece: f64,
    /// Slope and intercept of the observed log-odds on the forecast log-odds; none where they have no finite estimate.
    pub line: Option<CalibrationLine>,
}

/// Observed log-odds = intercept + slope * forecast log-odds. Perfect is 0 and 1; a slope below 1 is overconfidence.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CalibrationLine {
    /// Intercept.
    pub intercept: f64,
    /// Slope.
    pub slope: f64,
}

/// How well a forecaster is calibrated: over all classes pooled and for each class.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    /// Every class of every match as one forecast.
    pub pooled: CalibrationTable,
    /// One table per class, in order.
    pub classes: Vec<CalibrationTable>,
}

/// Calibration of these forecasts in `n_bins` bins (at least one); none without forecasts.
pub fn calibration(scored: &[Scored], n_bins: usize) -> Option<Calibration> {
    let names = scored.first()?.class_names();
    let of_class = |i: usize| -> Vec<(f64, f64)> {
        scored.iter().map(|s| (s.probabilities()[i], s.outcome()[i])).collect()
    };
    let pooled: Vec<(f64, f64)> = (0..names.len()).flat_map(of_class).collect();
    Some(Calibration {
        pooled: table("pooled", &pooled, n_bins),
        classes: names.iter().enumerate().map(|(i, name)| table(name, &of_class(i), n_bins)).collect(),
    })
}

fn table(class: &str, pairs: &[(f64, f64)], n_bins: usize) -> CalibrationTable {
    let n_bins = n_bins.max(1);
    let mut sums = vec![(0usize, 0.0, 0.0); n_bins];
    for (p, y) in pairs {
        let (count, forecast, happened) = &mut sums[((p * n_bins as f64) as usize).min(n_bins - 1)];
        *count += 1;
        *forecast += p;
        *happened += y;
    }
    let share = |sum: f64, count: usize| if count == 0 { 0.0 } else { sum / count as f64 };
    let bin = |(i, (count, forecast, happened)): (usize, &(usize, f64, f64))| CalibrationBin {
        low: i as f64 / n_bins as f64,
        high: (i + 1) as f64 / n_bins as f64,
        count: *count,
        mean_forecast: share(*forecast, *count),
        observed: share(*happened, *count),
        observed_interval: wilson(*happened, *count),
    };
    let bins: Vec<CalibrationBin> = sums.iter().enumerate().map(bin).collect();
    let gaps = bins.iter().map(|b| b.count as f64 * (b.mean_forecast - b.observed).abs());
    let ece = gaps.sum::<f64>() / pairs.len() as f64;
    CalibrationTable { class: class.to_owned(), bins, ece, line: line(pairs) }
}

/// The 95 % quantile of the normal distribution, two-sided.
const Z: f64 = 1.959963984540054;

/// Wilson's 95 % interval of a share.
fn wilson(happened: f64, count: usize) -> [f64; 2] {
    if count == 0 {
        return [0.0, 1.0];
    }
    let n = count as f64;
    let share = happened / n;
    let centre = share + Z * Z / (2.0 * n);
    let reach = Z * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + Z * Z / n;
    [((centre - reach) / scale).max(0.0), ((centre + reach) / scale).min(1.0)]
}

/// Maximum likelihood of the logistic recalibration. Separable data have no finite maximum, and then there is no line.
fn line(pairs: &[(f64, f64)]) -> Option<CalibrationLine> {
    let log_odds = |p: f64| {
        let p = p.clamp(1e-9, 1.0 - 1e-9);
        (p / (1.0 - p)).ln()
    };
    let points: Vec<(f64, f64)> = pairs.iter().map(|(p, y)| (log_odds(*p), *y)).collect();
    let objective = |[intercept, slope]: &[f64; 2]| {
        let mut at = Curvature::<2>::default();
        for (x, y) in &points {
            let eta = intercept + slope * x;
            let mu = 1.0 / (1.0 + (-eta).exp());
            at.value += y * eta - eta.max(0.0) - (-eta.abs()).exp().ln_1p();
            at.add_gradient([1.0, *x], y - mu);
            at.add_hessian([1.0, *x], [1.0, *x], -mu * (1.0 - mu));
        }
        at
    };
    let found = maximise([0.0, 1.0], objective);
    let [intercept, slope] = found.at;
    (found.converged && slope.abs() < 1e3).then_some(CalibrationLine { intercept, slope })
}

#[cfg(test)]
mod tests {
    use domain::{OutcomeClass, OutcomeProbabilities};

    use super::*;

    /// `times` forecasts of `home` of which `won` were won, in two classes.
    fn forecasts(home: f64, times: usize, won: usize) -> Vec<Scored> {
        let p = OutcomeProbabilities::new(home, 0.0, 1.0 - home).unwrap();
        (0..times)
            .map(|i| Scored::two_way(p, if i < won { OutcomeClass::Home } else { OutcomeClass::Away }))
            .collect()
    }

    #[test]
    fn bins_counts_and_error() {
        let mut scored = forecasts(0.62, 50, 40);
        scored.extend(forecasts(0.68, 50, 34));
        let table = calibration(&scored, 10).unwrap();
        let home = &table.classes[0];
        assert_eq!(home.bins.len(), 10);
        let bin = home.bins[6];
        assert_eq!((bin.count, bin.low, bin.high), (100, 0.6, 0.7));
        assert!((bin.mean_forecast - 0.65).abs() < 1e-12 && (bin.observed - 0.74).abs() < 1e-12);
        assert!((home.ece - 0.09).abs() < 1e-12);
        // The away side mirrors it, and pooled both count.
        assert!((table.classes[1].ece - 0.09).abs() < 1e-12 && (table.pooled.ece - 0.09).abs() < 1e-12);
        assert_eq!(table.pooled.bins.iter().map(|b| b.count).sum::<usize>(), 200);
        assert!(calibration(&[], 10).is_none());
    }

    #[test]
    fn intervals_of_shares() {
        // 81 of 263 and 15 of 148: Newcombe (1998), Two-sided confidence intervals for the single proportion, table I, gives
        // .2553 to .3662 and .0624 to .1605; statsmodels gives the further digits.
        for (happened, count, low, high) in [
            (81.0, 263, 0.2552885198782742, 0.36620957698280004),
            (15.0, 148, 0.06238639953073628, 0.16048724172330803),
            (0.0, 20, 0.0, 0.1611251580528194),
        ] {
            let [l, h] = wilson(happened, count);
            assert!((l - low).abs() < 1e-12 && (h - high).abs() < 1e-12, "{happened} of {count}: {l} {h}");
        }
        assert_eq!(wilson(0.0, 0), [0.0, 1.0]);
    }

    #[test]
    fn edges_belong_to_the_bin_above_and_one_to_the_last() {
        let at = |p: f64| {
            let table = calibration(&forecasts(p, 1, 1), 4).unwrap();
            table.classes[0].bins.iter().position(|b| b.count == 1)
        };
        assert_eq!((at(0.0), at(0.25), at(0.75), at(1.0)), (Some(0), Some(1), Some(3), Some(3)));
    }

    #[test]
    fn slope_and_intercept_of_two_points() {
        // A logistic line through two groups passes through their observed log-odds: ln 3 at forecast 0.6, ln 9 at 0.8.
        let mut scored = forecasts(0.6, 400, 300);
        scored.extend(forecasts(0.8, 400, 360));
        let line = calibration(&scored, 10).unwrap().classes[0].line.unwrap();
        let (x1, x2) = (1.5f64.ln(), 4f64.ln());
        let slope = (9f64.ln() - 3f64.ln()) / (x2 - x1);
        assert!((line.slope - slope).abs() < 1e-8, "{line:?}");
        assert!((line.intercept - (3f64.ln() - slope * x1)).abs() < 1e-8, "{line:?}");
    }

    #[test]
    fn a_calibrated_forecaster_has_slope_one() {
        let scored: Vec<Scored> =
            [(0.2, 20), (0.5, 50), (0.7, 70)].iter().flat_map(|(p, won)| forecasts(*p, 100, *won)).collect();
        let table = calibration(&scored, 10).unwrap();
        let line = table.pooled.line.unwrap();
        assert!((line.slope - 1.0).abs() < 1e-8 && line.intercept.abs() < 1e-8 && table.pooled.ece < 1e-12);
        // Always right: no finite slope.
        assert_eq!(calibration(&forecasts(0.6, 10, 10), 10).unwrap().classes[0].line, None);
    }
}
