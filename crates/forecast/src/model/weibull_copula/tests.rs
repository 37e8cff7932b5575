//! Against values computed with 50 digits by mpmath 1.3: the series term by term, the copula by its definition.

use domain::Score;

use super::*;

/// Rate, shape, and the probabilities of 0, 1, 2, 3, 5, 8 and 12 goals.
const COUNTS: [(f64, f64, [f64; 7]); 6] = [
    (
        0.4,
        1.05,
        [
            0.6703200460356393,
            0.2707762189430695,
            0.05182955027066685,
            0.006439385382965362,
            4.2610522395917e-05,
            5.6591709808362745e-09,
            6.8955217921954805e-15,
        ],
    ),
    (
        1.7,
        1.05,
        [
            0.18268352405273466,
            0.3238389795612086,
            0.26903244003682314,
            0.144278000046669,
            0.01763514769358305,
            0.0001839272923942975,
            7.464289692127919e-08,
        ],
    ),
    (
        3.5,
        0.85,
        [
            0.0301973834223185,
            0.08064243272755829,
            0.1348966569375791,
            0.16885944598434124,
            0.1463465469131668,
            0.042909102459570816,
            0.0023292668848100455,
        ],
    ),
    (
        4.0,
        1.4,
        [
            0.01831563888873418,
            0.15034076008824623,
            0.299069165439956,
            0.2819100342307332,
            0.06418676310983627,
            0.0008348170193497061,
            2.1245711061655598e-07,
        ],
    ),
    (
        7.0,
        1.1,
        [
            0.0009118819655545162,
            0.009014830464622656,
            0.03550034475000629,
            0.0834572333364653,
            0.1726336471286432,
            0.10549633953464625,
            0.008199068060225731,
        ],
    ),
    (
        2.5,
        2.0,
        [
            0.0820849986238988,
            0.5031192063055642,
            0.33442036517108414,
            0.0722790948731922,
            0.0004727765892070805,
            1.243707937986078e-08,
            2.9627364876214857e-16,
        ],
    ),
];

#[test]
fn counts_agree_with_high_precision() {
    for (rate, shape, expected) in COUNTS {
        let counts = Counts::of(shape, 15).unwrap();
        assert!(rate < counts.largest_rate(), "{rate} at shape {shape}: {}", counts.largest_rate());
        let got = counts.probabilities(rate);
        let tolerance = if rate < 4.5 { 1e-11 } else { 1e-9 };
        for (x, want) in [0, 1, 2, 3, 5, 8, 12].into_iter().zip(expected) {
            assert!((got[x] - want).abs() < tolerance, "{x} at {rate}, {shape}: {} against {want}", got[x]);
        }
        for (x, count) in counts.jets(rate, 15).iter().enumerate() {
            let below: f64 = got[..x].iter().sum();
            assert!((count.probability.value - got[x]).abs() < tolerance);
            assert!((count.below.value - below).abs() < tolerance);
        }
    }
}

#[test]
fn rates_are_held_to_what_the_series_bear() {
    for (shape, least) in [(0.7, 4.0), (1.0, 8.0), (1.5, 10.0)] {
        let counts = Counts::of(shape, 15).unwrap();
        assert!(counts.largest_rate() >= least, "{shape}: {}", counts.largest_rate());
        let sum: f64 = counts.probabilities(1e6).iter().sum();
        assert!(sum > 0.9 && sum < 1.0 + 1e-8, "{shape}: {sum}");
    }
    assert!(Counts::of(f64::NAN, 5).is_none());
}

/// Home rate, away rate, shape, kappa, and the probabilities of 0-0, 1-0, 1-1, 2-3 and 7-1.
const JOINT: [([f64; 4], [f64; 5]); 3] = [
    (
        [1.6, 1.1, 1.05, 0.3],
        [
            0.07261956948348494,
            0.11469579924049111,
            0.12633988461256968,
            0.018885339909967706,
            0.00026443949642075557,
        ],
    ),
    (
        [1.6, 1.1, 0.9, -2.5],
        [
            0.02938495859124686,
            0.07201805080106913,
            0.11039337766626996,
            0.013722285282312218,
            0.000661633192057331,
        ],
    ),
    (
        [2.4, 0.6, 1.2, 6.0],
        [
            0.0865794442011017,
            0.23684791096830096,
            0.03363513037013766,
            0.0016256886872571855,
            0.0008175790970659935,
        ],
    ),
];

#[test]
fn scores_agree_with_high_precision() {
    for ([lambda, mu, shape, kappa], expected) in JOINT {
        // Mass beyond 40 goals is nothing, so the grid is the law itself.
        let law = JoinedWeibull::at(&[shape, kappa], 40).unwrap();
        let grid = law.grid(lambda, mu, 40).unwrap();
        for ((home, away), want) in [(0, 0), (1, 0), (1, 1), (2, 3), (7, 1)].into_iter().zip(expected) {
            let got = grid.probability(Score::new(home, away));
            assert!((got - want).abs() < 1e-12, "{home}-{away} at {lambda}, {mu}: {got} against {want}");
        }
    }
}
