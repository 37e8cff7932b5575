use super::*;

fn odds(values: &[f64]) -> Vec<DecimalOdds> {
    values.iter().map(|v| DecimalOdds::new(*v).unwrap()).collect()
}

/// Odds, then multiplicative, power and Shin probabilities: reference/betting/devig.json, which agrees to 5e-13 with the
/// PyPI packages shin, penaltyblog and goto_conversion.
type Case = (&'static [f64], &'static [f64], &'static [f64], &'static [f64]);
const CASES: &[Case] = &[
    (
        &[4.2, 3.7, 1.95],
        &[0.2331555986427533, 0.264663111972855, 0.5021812893843918],
        &[0.23114097982279716, 0.2630640923658869, 0.5057949278113159],
        &[0.23157195890888926, 0.26357449628316393, 0.504853544807947],
    ),
    (
        &[2.45, 3.7, 2.9],
        &[0.39888475836431225, 0.2641263940520446, 0.33698884758364317],
        &[0.4003166502368098, 0.2627179079150054, 0.3369654418481849],
        &[0.4000220611591423, 0.26292715007394457, 0.3370507887669132],
    ),
];

#[test]
fn the_published_probabilities() {
    for (quoted, multiplicative, power, shin) in CASES {
        for (method, expected) in METHODS.into_iter().zip([multiplicative, power, shin]) {
            let got = method.remove(&odds(quoted)).unwrap().probabilities;
            for (g, e) in got.iter().zip(expected.iter()) {
                assert!((g - e).abs() < 1e-9, "{}: {got:?} against {expected:?}", method.code());
            }
        }
    }
}

#[test]
fn an_arbitrage_book_is_named_not_mended() {
    let arbitrage = odds(&[2.1, 2.1]);
    assert!(MarginRemoval::Shin.remove(&arbitrage).is_err());
    assert!(MarginRemoval::Power.remove(&arbitrage).is_err());
    assert_eq!(MarginRemoval::Multiplicative.remove(&arbitrage).unwrap().probabilities, [0.5, 0.5]);
    assert!(MarginRemoval::Shin.remove(&odds(&[2.0])).is_err());
}

#[test]
fn long_and_short_prices_stay_probabilities() {
    for quoted in [&[1.001, 900.0, 950.0][..], &[1.01, 1.01], &[1.9, 1.9, 501.0, 501.0]] {
        for method in METHODS {
            let p = method.remove(&odds(quoted)).unwrap().probabilities;
            assert!(p.iter().all(|x| (0.0..=1.0).contains(x)), "{}: {p:?}", method.code());
            assert!((p.iter().sum::<f64>() - 1.0).abs() < 1e-9, "{}", method.code());
        }
    }
}
