//! How many events of a renewal process with Weibull waiting times fall into one match.
//!
//! ```text
//! P(x) = sum over j >= x of (-1)^(x + j) lambda^j alpha(x, j) / Gamma(c j + 1)
//! alpha(0, j) = Gamma(c j + 1) / j!
//! alpha(x + 1, j) = sum over m from x to j - 1 of alpha(x, m) Gamma(c (j - m) + 1) / (j - m)!          c = shape
//! ```
//!
//! The coefficients depend on the shape alone: they are computed once per shape, with their derivatives, and serve every
//! match. The terms alternate and their largest sets the accuracy, so rates are held to where no term exceeds [`LARGEST_TERM`]:
//! the error of a probability then stays below 1e-9 there, and below 1e-11 at rates of up to 4. Enough terms are summed for
//! what is left out to be below rounding.
//!
//! B. McShane, M. Adrian, E. T. Bradlow and P. S. Fader, "Count Models Based on Weibull Interarrival Times", Journal of
//! Business & Economic Statistics 26 (2008), 369-378.

use super::gamma::gamma;
use crate::model::score_model::Jet;

const N_TERMS: usize = 90;
const LARGEST_TERM: f64 = 1e6;
/// No larger rate is asked for.
const LARGEST_RATE: f64 = 10.0;
/// Terms below this are left out.
const NEGLIGIBLE: f64 = 1e-19;

/// The series of one shape, with their derivatives by it.
#[derive(Debug, Clone)]
pub(super) struct Counts {
    /// By count, then term: coefficient and its first two derivatives by the shape.
    terms: Vec<Vec<[f64; 3]>>,
    /// By term, the largest coefficient over all counts.
    largest: Vec<f64>,
    largest_rate: f64,
}

/// One count: its probability and that of all smaller ones, by log rate and shape.
#[derive(Debug, Clone, Copy)]
pub(super) struct Count {
    pub(super) probability: Jet<2>,
    pub(super) below: Jet<2>,
}

impl Counts {
    /// Counts of up to `highest`. None where the shape is none.
    pub(super) fn of(shape: f64, highest: u16) -> Option<Self> {
        if !(shape.is_finite() && shape > 0.0) {
            return None;
        }
        let gammas: Vec<Jet<1>> = (0..=N_TERMS).map(|n| gamma_of_multiple(shape, n as f64)).collect();
        let mut factorial = 1.0;
        let mut relative = Vec::with_capacity(N_TERMS + 1);
        for (n, gamma) in gammas.iter().enumerate() {
            factorial *= n.max(1) as f64;
            relative.push(*gamma * (1.0 / factorial));
        }
        let inverse: Vec<Jet<1>> = gammas.iter().map(|g| g.recip()).collect();
        let mut alpha = relative.clone();
        let mut counts =
            Self { terms: Vec::new(), largest: vec![0.0; N_TERMS + 1], largest_rate: LARGEST_RATE };
        for x in 0..=usize::from(highest) {
            counts.push(x, &alpha, &inverse);
            alpha = convolved(&alpha, &relative, x);
        }
        counts.bound();
        Some(counts)
    }

    fn push(&mut self, x: usize, alpha: &[Jet<1>], inverse: &[Jet<1>]) {
        let term = |j: usize| {
            let sign = if (x + j).is_multiple_of(2) { 1.0 } else { -1.0 };
            let term = alpha[j] * inverse[j] * sign;
            if j < x { [0.0; 3] } else { [term.value, term.gradient[0], term.hessian[0][0]] }
        };
        let terms: Vec<[f64; 3]> = (0..=N_TERMS).map(term).collect();
        for (largest, term) in self.largest.iter_mut().zip(&terms) {
            *largest = term[0].abs().max(*largest);
        }
        self.terms.push(terms);
    }

    /// Where the largest term of any count is still small enough.
    fn bound(&mut self) {
        for (j, largest) in self.largest.iter().enumerate().skip(1) {
            self.largest_rate = self.largest_rate.min((LARGEST_TERM / largest).powf(1.0 / j as f64));
        }
    }

    pub(super) fn largest_rate(&self) -> f64 {
        self.largest_rate
    }

    pub(super) fn highest(&self) -> u16 {
        (self.terms.len() - 1) as u16
    }

    /// `rate^j` for as many j as matter.
    fn powers(&self, rate: f64) -> Vec<f64> {
        let mut powers = Vec::with_capacity(N_TERMS + 1);
        let mut power = 1.0;
        for (j, largest) in self.largest.iter().enumerate() {
            // Terms rise before they fall.
            if power * largest < NEGLIGIBLE && j as f64 > 2.0 * rate + self.terms.len() as f64 {
                break;
            }
            powers.push(power);
            power *= rate;
        }
        powers
    }

    /// Probabilities of 0, 1, 2 ... goals.
    pub(super) fn probabilities(&self, rate: f64) -> Vec<f64> {
        let powers = self.powers(rate.min(self.largest_rate));
        let sum = |terms: &Vec<[f64; 3]>| powers.iter().zip(terms).map(|(p, t)| p * t[0]).sum::<f64>();
        self.terms.iter().map(|terms| sum(terms).max(0.0)).collect()
    }

    /// The counts up to `highest`, by log rate and shape.
    pub(super) fn jets(&self, rate: f64, highest: u16) -> Vec<Count> {
        let powers = self.powers(rate.min(self.largest_rate));
        let mut below = Jet::ZERO;
        let rows = self.terms.iter().take(usize::from(highest) + 1).enumerate();
        let count = |(x, terms): (usize, &Vec<[f64; 3]>)| {
            let count = Count { probability: summed(&powers, terms, x), below };
            below = below + count.probability;
            count
        };
        rows.map(count).collect()
    }
}

/// `Gamma(c n + 1)` by c.
fn gamma_of_multiple(c: f64, n: f64) -> Jet<1> {
    let [value, digamma, trigamma] = gamma(c * n + 1.0);
    let first = n * digamma * value;
    Jet::variable(c, 0).through([value, first, n * n * trigamma * value + n * digamma * first])
}

/// `alpha(x + 1, .)` from `alpha(x, .)`.
fn convolved(alpha: &[Jet<1>], relative: &[Jet<1>], x: usize) -> Vec<Jet<1>> {
    let at = |j: usize| {
        let products = (x..j).map(|m| alpha[m] * relative[j - m]);
        products.fold(Jet::ZERO, |sum, product| sum + product)
    };
    (0..alpha.len()).map(|j| if j > x { at(j) } else { Jet::ZERO }).collect()
}

/// The series at these powers of the rate, with derivatives by log rate and shape; terms before `first` are 0.
fn summed(powers: &[f64], terms: &[[f64; 3]], first: usize) -> Jet<2> {
    let [mut value, mut rate, mut rate_rate, mut shape, mut shape_shape, mut both] = [0.0; 6];
    for (j, (power, [term, by_shape, twice_by_shape])) in powers.iter().zip(terms).enumerate().skip(first) {
        let (j, term, slope) = (j as f64, power * term, power * by_shape);
        value += term;
        rate += j * term;
        rate_rate += j * j * term;
        shape += slope;
        both += j * slope;
        shape_shape += power * twice_by_shape;
    }
    Jet { value, gradient: [rate, shape], hessian: [[rate_rate, both], [both, shape_shape]] }
}
