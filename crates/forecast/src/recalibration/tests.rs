use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::*;

fn probabilities(home: f64, draw: f64, away: f64) -> OutcomeProbabilities {
    OutcomeProbabilities::from_weights(home, draw, away).unwrap()
}

/// Forecasts that say truth^power, with outcomes drawn from the truth.
fn misjudged(power: f64, n: usize, seed: u64) -> Vec<Observed> {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut draw = || {
        let (home, away) = (0.1 + 0.6 * random.random::<f64>(), 0.1 + 0.6 * random.random::<f64>());
        let truth = probabilities(home, 0.35, away);
        let u: f64 = random.random();
        let class = if u < truth.home { 0 } else { 1 + usize::from(u >= truth.home + truth.draw) };
        let mut target = [0.0; 3];
        target[class] = 1.0;
        let [home, level, away] = truth.as_array().map(|p| p.powf(power));
        Observed { said: probabilities(home, level, away), target }
    };
    (0..n).map(|_| draw()).collect()
}

fn log_loss(observed: &[Observed], map: &Map) -> f64 {
    let loss = |o: &Observed| {
        let p = map.apply(o.said).unwrap().as_array();
        -(0..3).map(|c| o.target[c] * p[c].ln()).sum::<f64>()
    };
    observed.iter().map(loss).sum::<f64>() / observed.len() as f64
}

#[test]
fn every_method_mends_a_bold_and_a_shy_forecaster_on_later_matches() {
    for method in METHODS {
        for power in [0.5, 2.0] {
            let map = method.fit(&misjudged(power, 4000, 1)).unwrap();
            let (later, truth) = (misjudged(power, 4000, 2), misjudged(1.0, 4000, 2));
            let plain = Map::Temperature(Temperature { power: 1.0 });
            let (before, after) = (log_loss(&later, &plain), log_loss(&later, &map));
            let best = log_loss(&truth, &plain);
            assert!(
                after < before && after - best < 0.25 * (before - best),
                "{}: {before} {after} {best}",
                method.name
            );
        }
    }
}

#[test]
fn a_calibrated_forecaster_is_left_nearly_alone_and_nothing_is_learnt_from_nothing() {
    let said = probabilities(0.5, 0.3, 0.2);
    for method in METHODS {
        let learnt = method.fit(&misjudged(1.0, 4000, 3)).unwrap().apply(said).unwrap();
        for (a, b) in learnt.as_array().iter().zip(said.as_array()) {
            assert!((a - b).abs() < 0.05, "{}: {learnt:?}", method.name);
        }
        let unlearnt = method.fit(&[]).unwrap().apply(said).unwrap();
        for (a, b) in unlearnt.as_array().iter().zip(said.as_array()) {
            assert!((a - b).abs() < 1e-12, "{}: {unlearnt:?}", method.name);
        }
    }
}

#[test]
fn a_class_that_cannot_happen_stays_impossible() {
    let two_way: Vec<Observed> = (0..200)
        .map(|i| Observed {
            said: probabilities(0.3 + 0.002 * f64::from(i), 0.0, 0.7 - 0.002 * f64::from(i)),
            target: if i % 3 == 0 { [0.0, 0.0, 1.0] } else { [1.0, 0.0, 0.0] },
        })
        .collect();
    for method in METHODS {
        let p = method.fit(&two_way).unwrap().apply(probabilities(0.6, 0.0, 0.4)).unwrap();
        assert_eq!(p.draw, 0.0, "{}", method.name);
        assert!(p.home > 0.5 && p.home < 1.0, "{}: {p:?}", method.name);
    }
}

/// Ten forecasts of a home win and whether it came.
fn ten() -> Vec<Observed> {
    let said = [0.15, 0.22, 0.31, 0.37, 0.45, 0.52, 0.58, 0.66, 0.74, 0.83];
    let came = [0.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 1.0, 0.0, 1.0];
    let observed = said.iter().zip(came);
    observed
        .map(|(p, y)| Observed { said: probabilities(*p, 0.0, 1.0 - p), target: [y, 0.0, 1.0 - y] })
        .collect()
}

#[test]
fn platts_sigmoid_is_at_its_maximum() {
    // Newton's method in another language on the same ten forecasts and softened targets 6/7 and 1/7.
    let (slope, intercept) = Platt::fit(&ten()).unwrap().classes[0].unwrap();
    assert!(
        (slope - 0.625431155904437).abs() < 1e-9 && (intercept - 0.052169553572207976).abs() < 1e-9,
        "{slope} {intercept}"
    );
}

#[test]
fn isotonic_blocks_are_those_of_the_pooled_violators() {
    // By hand: (0 0) | (1 0) | (1 0) | (1 1 0) | (1), each with one more match that ended as the mean of all, 1/2.
    let map = Isotonic::fit(&ten()).unwrap();
    let expected = [(0.185, 0.5 / 3.0), (0.4125, 2.5 / 5.0), (0.66, 2.5 / 4.0), (0.83, 1.5 / 2.0)];
    assert_eq!(map.blocks[0].len(), expected.len(), "{map:?}");
    for ((x, y), (ex, ey)) in map.blocks[0].iter().zip(expected) {
        assert!((x - ex).abs() < 1e-12 && (y - ey).abs() < 1e-12, "{map:?}");
    }
    // Half-way between two blocks the map is half-way.
    let middle = map.apply([0.745, 0.0, 0.255]);
    assert!((middle[0] - 0.6875).abs() < 1e-12, "{middle:?}");
}

#[test]
fn the_temperature_is_the_inverse_of_the_misjudgement() {
    // Each forecast stands for 1,000 matches that ended in exact proportion to the truth.
    let truths = [(0.5, 0.3, 0.2), (0.2, 0.3, 0.5), (0.7, 0.2, 0.1)];
    let rows = truths.iter().flat_map(|(h, d, a)| {
        let said = probabilities(h * h, d * d, a * a);
        std::iter::repeat_n(Observed { said, target: [*h, *d, *a] }, 1000)
    });
    let fitted = Temperature::fit(&rows.collect::<Vec<_>>()).unwrap();
    assert!((fitted.power - 0.5).abs() < 3e-3, "{fitted:?}");
}
