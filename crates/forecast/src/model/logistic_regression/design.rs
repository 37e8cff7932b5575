//! From features, some of them not defined, to inputs of mean 0 and standard deviation 1.

use std::collections::BTreeSet;

use nalgebra::{DMatrix, DVector};

use crate::{model::on_features::Lessons, regression::Examples};

/// One input.
#[derive(Debug, Clone, PartialEq)]
struct Input {
    name: &'static str,
    column: usize,
    source: Source,
    mean: f64,
    sd: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    /// The feature; its mean where it is not defined.
    Value,
    /// 1 where the feature is not defined, else 0.
    Missing,
}

/// How inputs are made of features.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Design {
    inputs: Vec<Input>,
}

impl Design {
    /// Means and deviations of the lessons.
    pub(super) fn of(lessons: &Lessons<'_>) -> Self {
        let mut inputs = Vec::new();
        let mut patterns = BTreeSet::new();
        for (column, name) in lessons.names().iter().enumerate() {
            let values: Vec<Option<f64>> = (0..lessons.len()).map(|i| lessons.value(i, column)).collect();
            let weights = (0..lessons.len()).map(|i| lessons.weight(i));
            let missing: Vec<bool> = values.iter().map(Option::is_none).collect();
            let (mean, sd) = moments(values.into_iter().zip(weights.clone()));
            inputs.extend(input(name, column, Source::Value, mean, sd));
            let absent = missing.iter().map(|m| Some(f64::from(u8::from(*m))));
            let (mean, sd) = moments(absent.zip(weights));
            if patterns.insert(missing) {
                inputs.extend(input(name, column, Source::Missing, mean, sd));
            }
        }
        Self { inputs }
    }

    pub(super) fn n_inputs(&self) -> usize {
        self.inputs.len()
    }

    /// What each input stands for.
    pub(super) fn names(&self) -> impl Iterator<Item = String> + '_ {
        self.inputs.iter().map(|input| match input.source {
            Source::Value => input.name.to_owned(),
            Source::Missing => format!("{} is not defined", input.name),
        })
    }

    /// The inputs of one match.
    pub(super) fn inputs(&self, values: &[Option<f64>]) -> Vec<f64> {
        self.inputs.iter().map(|input| input.of(values.get(input.column).copied().flatten())).collect()
    }

    pub(super) fn examples(&self, lessons: &Lessons<'_>) -> Examples {
        let (n, k) = (lessons.len(), lessons.n_classes());
        let weights = DVector::from_fn(n, |i, _| lessons.weight(i));
        Examples {
            inputs: DMatrix::from_fn(n, self.inputs.len(), |i, j| {
                self.inputs[j].of(lessons.value(i, self.inputs[j].column))
            }),
            outcomes: DMatrix::from_fn(n, k, |i, class| lessons.outcome(i, class)),
            weights: &weights / weights.sum(),
        }
    }
}

/// Without spread an input says nothing.
fn input(name: &'static str, column: usize, source: Source, mean: f64, sd: f64) -> Option<Input> {
    let varies = sd > 1e-9 * mean.abs().max(1.0);
    varies.then_some(Input { name, column, source, mean, sd })
}

impl Input {
    fn of(&self, value: Option<f64>) -> f64 {
        let value = match self.source {
            Source::Value => value,
            Source::Missing => Some(f64::from(u8::from(value.is_none()))),
        };
        value.map_or(0.0, |value| (value - self.mean) / self.sd)
    }
}

/// Mean over what is defined, and the standard deviation with the mean in place of what is not.
fn moments(values: impl Iterator<Item = (Option<f64>, f64)> + Clone) -> (f64, f64) {
    let defined = || values.clone().filter_map(|(value, weight)| Some((value?, weight)));
    let weight: f64 = defined().map(|(_, w)| w).sum();
    if weight <= 0.0 {
        return (0.0, 0.0);
    }
    let mean = defined().map(|(x, w)| w * x).sum::<f64>() / weight;
    let squares: f64 = defined().map(|(x, w)| w * (x - mean) * (x - mean)).sum();
    let all: f64 = values.map(|(_, w)| w).sum();
    (mean, (squares / all).sqrt())
}
