//! One setting: its name, what it may be, and what it is when nobody asks.

use serde::{Deserialize, Serialize};

/// How a setting is spread out over its range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scale {
    /// Equal differences are equally far.
    Linear,
    /// Equal ratios are; for times and strengths of priors. The range must be positive.
    Logarithmic,
}

/// A setting that may be searched.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Range {
    /// Its name, as in `--set MODEL.NAME=VALUE`.
    pub name: String,
    /// The least it may be.
    pub low: f64,
    /// The most.
    pub high: f64,
    /// How it is spread out.
    pub scale: Scale,
    /// What it is when nobody asks.
    pub default: f64,
}

impl Range {
    /// The value at `unit`, 0..=1 from the low end to the high end, rounded to three digits: no score tells finer ones apart,
    /// and what is printed is what was tried.
    pub fn value(&self, unit: f64) -> f64 {
        let at = |low: f64, high: f64| low + (high - low) * unit;
        let exact = match self.scale {
            Scale::Linear => at(self.low, self.high),
            Scale::Logarithmic => at(self.low.ln(), self.high.ln()).exp(),
        };
        three_digits(exact).clamp(self.low, self.high)
    }

    /// Where a value lies, 0..=1.
    pub fn unit(&self, value: f64) -> f64 {
        let of = |low: f64, high: f64, x: f64| (x - low) / (high - low);
        let unit = match self.scale {
            Scale::Linear => of(self.low, self.high, value),
            Scale::Logarithmic => of(self.low.ln(), self.high.ln(), value.ln()),
        };
        unit.clamp(0.0, 1.0)
    }

    /// Whether it may be this.
    pub fn allows(&self, value: f64) -> bool {
        (self.low..=self.high).contains(&value)
    }
}

impl std::fmt::Display for Range {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({} to {}, {} by default)", self.name, self.low, self.high, three_digits(self.default))
    }
}

/// Rounded by way of its decimal form, so that 0.67 is what people write as 0.67.
fn three_digits(x: f64) -> f64 {
    format!("{x:.2e}").parse().unwrap_or(x)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(scale: Scale) -> Range {
        Range { name: "days".into(), low: 100.0, high: 400.0, scale, default: 2.0 / 3.0 }
    }

    #[test]
    fn values_and_back() {
        let (linear, logarithmic) = (range(Scale::Linear), range(Scale::Logarithmic));
        assert_eq!((linear.value(0.5), logarithmic.value(0.5)), (250.0, 200.0));
        for r in [linear, logarithmic] {
            assert_eq!((r.value(0.0), r.value(1.0), r.value(2.0)), (100.0, 400.0, 400.0));
            for unit in [0.0, 0.1, 0.77, 1.0] {
                assert!((r.unit(r.value(unit)) - unit).abs() < 0.005);
            }
            assert!(r.allows(100.0) && r.allows(400.0) && !r.allows(400.1) && !r.allows(f64::NAN));
        }
    }

    #[test]
    fn three_digits_are_kept() {
        assert_eq!((three_digits(2.0 / 3.0), three_digits(1234.5), three_digits(0.0)), (0.667, 1230.0, 0.0));
    }
}
