//! A number that knows its first and second derivatives by `N` variables: arithmetic on such numbers is exact forward
//! differentiation, so a law is written once, as its formula, and has its gradient and curvature from that.
//!
//! For `f = u v`: `f' = u' v + u v'`, `f'' = u'' v + u' v' + v' u' + u v''`; for `f = h(u)`: `f' = h' u'`,
//! `f'' = h' u'' + h'' u' u'`. Reference: Griewank and Walther (2008), Evaluating Derivatives, chapter 13.

use std::ops::{Add, Mul, Neg, Sub};

/// Value, gradient and (symmetric) matrix of second derivatives.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::model) struct Jet<const N: usize> {
    pub(in crate::model) value: f64,
    pub(in crate::model) gradient: [f64; N],
    pub(in crate::model) hessian: [[f64; N]; N],
}

impl<const N: usize> Jet<N> {
    pub(in crate::model) const ZERO: Self = Self::constant(0.0);

    pub(in crate::model) const fn constant(value: f64) -> Self {
        Self { value, gradient: [0.0; N], hessian: [[0.0; N]; N] }
    }

    /// The `i`-th variable itself.
    pub(in crate::model) const fn variable(value: f64, i: usize) -> Self {
        let mut jet = Self::constant(value);
        jet.gradient[i] = 1.0;
        jet
    }

    /// `exp` of the `i`-th variable, whose exponential is known.
    pub(in crate::model) const fn exponential(value: f64, i: usize) -> Self {
        let mut jet = Self::constant(value);
        jet.gradient[i] = value;
        jet.hessian[i][i] = value;
        jet
    }

    /// `h(self)`, given `h` and its first two derivatives at the value.
    pub(in crate::model) fn through(self, [value, first, second]: [f64; 3]) -> Self {
        let mut jet = Self::constant(value);
        for i in 0..N {
            jet.gradient[i] = first * self.gradient[i];
            let bent = second * self.gradient[i];
            for j in 0..N {
                jet.hessian[i][j] = first * self.hessian[i][j] + bent * self.gradient[j];
            }
        }
        jet
    }

    pub(in crate::model) fn ln(self) -> Self {
        let inverse = 1.0 / self.value;
        self.through([self.value.ln(), inverse, -inverse * inverse])
    }

    pub(in crate::model) fn exp(self) -> Self {
        self.through([self.value.exp(); 3])
    }

    pub(in crate::model) fn recip(self) -> Self {
        let inverse = 1.0 / self.value;
        let first = -inverse * inverse;
        self.through([inverse, first, -2.0 * first * inverse])
    }

    /// `ln(1 + z) / z`, continued by 1 at 0.
    pub(in crate::model) fn ln_1p_over(self) -> Self {
        self.through(ln_1p_over(self.value))
    }

    /// `(1 - exp(-z)) / z`, continued by 1 at 0.
    pub(in crate::model) fn decay_over(self) -> Self {
        self.through(decay_over(self.value))
    }

    pub(in crate::model) fn is_finite(&self) -> bool {
        self.value.is_finite() && self.gradient.iter().all(|x| x.is_finite())
    }
}

/// Below this the quotients are summed as series: their closed forms lose digits near 0.
const SERIES_BELOW: f64 = 0.125;

fn ln_1p_over(z: f64) -> [f64; 3] {
    if z.abs() < SERIES_BELOW {
        // (-1)^k / (k + 1)
        return series(z, 18, |k| if k % 2 == 0 { 1.0 } else { -1.0 } / (k + 1) as f64);
    }
    let value = z.ln_1p() / z;
    let first = (1.0 / (1.0 + z) - value) / z;
    [value, first, (-1.0 / ((1.0 + z) * (1.0 + z)) - 2.0 * first) / z]
}

fn decay_over(z: f64) -> [f64; 3] {
    if z.abs() < SERIES_BELOW {
        let mut coefficients = [1.0; 12];
        for k in 1..coefficients.len() {
            coefficients[k] = -coefficients[k - 1] / (k + 1) as f64;
        }
        return series(z, coefficients.len(), |k| coefficients[k]);
    }
    let decay = (-z).exp();
    let value = -(-z).exp_m1() / z;
    let first = (decay - value) / z;
    [value, first, (-decay - 2.0 * first) / z]
}

/// A power series and its first two derivatives, by Horner's rule.
fn series(z: f64, n_terms: usize, coefficient: impl Fn(usize) -> f64) -> [f64; 3] {
    let [mut value, mut first, mut half_second] = [0.0; 3];
    for k in (0..n_terms).rev() {
        half_second = half_second * z + first;
        first = first * z + value;
        value = value * z + coefficient(k);
    }
    [value, first, 2.0 * half_second]
}

impl<const N: usize> Add for Jet<N> {
    type Output = Self;

    fn add(mut self, other: Self) -> Self {
        self.value += other.value;
        for i in 0..N {
            self.gradient[i] += other.gradient[i];
            for j in 0..N {
                self.hessian[i][j] += other.hessian[i][j];
            }
        }
        self
    }
}

impl<const N: usize> Mul for Jet<N> {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        let mut product = Self::constant(self.value * other.value);
        for i in 0..N {
            product.gradient[i] = self.gradient[i] * other.value + self.value * other.gradient[i];
            for j in 0..N {
                product.hessian[i][j] = self.hessian[i][j] * other.value
                    + self.gradient[i] * other.gradient[j]
                    + other.gradient[i] * self.gradient[j]
                    + self.value * other.hessian[i][j];
            }
        }
        product
    }
}

impl<const N: usize> Mul<f64> for Jet<N> {
    type Output = Self;

    fn mul(mut self, factor: f64) -> Self {
        self.value *= factor;
        for i in 0..N {
            self.gradient[i] *= factor;
            for j in 0..N {
                self.hessian[i][j] *= factor;
            }
        }
        self
    }
}

impl<const N: usize> Add<f64> for Jet<N> {
    type Output = Self;

    fn add(mut self, constant: f64) -> Self {
        self.value += constant;
        self
    }
}

impl<const N: usize> Neg for Jet<N> {
    type Output = Self;

    fn neg(self) -> Self {
        self * -1.0
    }
}

impl<const N: usize> Sub for Jet<N> {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Function = fn(Jet<2>, Jet<2>) -> Jet<2>;

    const FUNCTIONS: [Function; 6] = [
        |x, y| x * y + x * x * 3.0 - y,
        |x, y| (x * y + 2.0).ln() * x.exp(),
        |x, y| (x + y * y + 1.0).recip(),
        |x, y| (x * y).ln_1p_over(),
        |x, y| (x * y * 4.0).decay_over() * y,
        |x, y| (-(x * y)).ln_1p_over() + (x - y).decay_over(),
    ];

    fn at(f: Function, x: f64, y: f64) -> Jet<2> {
        f(Jet::variable(x, 0), Jet::variable(y, 1))
    }

    #[test]
    fn derivatives_agree_with_central_differences() {
        let h = 1e-5;
        for (k, f) in FUNCTIONS.into_iter().enumerate() {
            for (x, y) in [(0.3, 0.7), (0.01, 0.4), (0.6, 0.9), (0.2, 0.6250001)] {
                let jet = at(f, x, y);
                for (i, (dx, dy)) in [(h, 0.0), (0.0, h)].into_iter().enumerate() {
                    let (up, down) = (at(f, x + dx, y + dy), at(f, x - dx, y - dy));
                    let slope = (up.value - down.value) / (2.0 * h);
                    assert!((slope - jet.gradient[i]).abs() < 1e-8, "{k} at {x}, {y}");
                    for j in 0..2 {
                        let bend = (up.gradient[j] - down.gradient[j]) / (2.0 * h);
                        assert!((bend - jet.hessian[i][j]).abs() < 1e-7, "{k} at {x}, {y}");
                    }
                }
            }
        }
    }

    #[test]
    fn quotients_are_smooth_through_zero() {
        // Taylor: ln(1+z)/z = 1 - z/2 + z^2/3, (1-exp(-z))/z = 1 - z/2 + z^2/6.
        assert_eq!(ln_1p_over(0.0), [1.0, -0.5, 2.0 / 3.0]);
        assert_eq!(decay_over(0.0), [1.0, -0.5, 1.0 / 3.0]);
        for f in [ln_1p_over, decay_over] {
            for edge in [-SERIES_BELOW, SERIES_BELOW] {
                let (inside, outside) = (f(edge * (1.0 - 1e-15)), f(edge * (1.0 + 1e-15)));
                for (a, b) in inside.iter().zip(outside) {
                    assert!((a - b).abs() < 2e-13, "{a} against {b}");
                }
            }
        }
    }
}
