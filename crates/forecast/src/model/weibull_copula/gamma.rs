//! The gamma function and its first two derivatives, for arguments from 1.
//!
//! Stirling's series at an argument of at least 16, brought down by `Gamma(z) = Gamma(z + 1) / z`. Reference: Abramowitz and
//! Stegun (1964), 6.1.40, 6.3.18 and 6.4.11.

/// Bernoulli numbers B2, B4 ... B14.
const BERNOULLI: [f64; 7] =
    [1.0 / 6.0, -1.0 / 30.0, 1.0 / 42.0, -1.0 / 30.0, 5.0 / 66.0, -691.0 / 2730.0, 7.0 / 6.0];
const LEAST: f64 = 16.0;

/// Gamma, digamma and trigamma of `z`, at least 1.
pub(super) fn gamma(z: f64) -> [f64; 3] {
    // Between 1 and 2 the digits are best; whole steps up or down from there are products.
    let start = z - (z.floor() - 1.0);
    let [mut value, mut digamma, mut trigamma] = between_one_and_two(start);
    let mut at = start;
    while at < z - 0.5 {
        value *= at;
        digamma += 1.0 / at;
        trigamma -= 1.0 / (at * at);
        at += 1.0;
    }
    [value, digamma, trigamma]
}

fn between_one_and_two(z: f64) -> [f64; 3] {
    let (mut product, mut sum, mut squares, mut at) = (1.0, 0.0, 0.0, z);
    while at < LEAST {
        product *= at;
        sum += 1.0 / at;
        squares += 1.0 / (at * at);
        at += 1.0;
    }
    let inverse_square = 1.0 / (at * at);
    let (mut log_tail, mut digamma_tail, mut trigamma_tail) = (0.0, 0.0, 0.0);
    let mut power = 1.0 / at;
    for (k, bernoulli) in (1..).map(|k| 2.0 * f64::from(k)).zip(BERNOULLI) {
        log_tail += bernoulli / (k * (k - 1.0)) * power;
        digamma_tail -= bernoulli / k * power / at;
        trigamma_tail += bernoulli * power * inverse_square;
        power *= inverse_square;
    }
    let log = (at - 0.5) * at.ln() - at + 0.5 * std::f64::consts::TAU.ln() + log_tail;
    [
        log.exp() / product,
        at.ln() - 0.5 / at + digamma_tail - sum,
        1.0 / at + 0.5 * inverse_square + trigamma_tail + squares,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// mpmath 1.3 with 30 digits.
    #[test]
    fn agrees_with_high_precision() {
        for (z, expected) in VALUES {
            for (got, want) in gamma(z).into_iter().zip(expected) {
                assert!((got - want).abs() < 5e-14 * want.abs().max(1.0), "{z}: {got} against {want}");
            }
        }
    }

    const VALUES: [(f64, [f64; 3]); 7] = [
        (1.0, [1.0, -0.5772156649015329, 1.6449340668482264]),
        (1.05, [0.9735042655627757, -0.49784499129987037, 1.5323573421151193]),
        (1.5, [0.886226925452758, 0.03648997397857652, 0.9348022005446793]),
        (2.0, [1.0, 0.42278433509846713, 0.6449340668482264]),
        (7.3, [1271.4236336639092, 1.9178203356379862, 0.14679576813142708]),
        (40.5, [1.2860502482549915e47, 3.6889054929332334, 0.02499869820135674]),
        (120.25, [1.8436071562551405e197, 4.785409141868194, 0.008350682162142584]),
    ];
}
