//! reference/betting/devig.json: ten markets of two to six selections, three methods, within 1e-9.

use touchline_domain::{DecimalOdds, margin::MarginRemoval};

use testkit::shared::{number, numbers, reference, rows};

#[test]
fn every_market_by_every_method() {
    let Some(file) = reference("betting/devig.json") else { return };
    let cases = rows(&file, "cases");
    assert_eq!(cases.len(), 10);
    for case in cases {
        let odds: Vec<DecimalOdds> =
            numbers(&case["odds"]).into_iter().map(|o| DecimalOdds::new(o).unwrap()).collect();
        let expected = [
            (MarginRemoval::Multiplicative, &case["multiplicative"], number(case, "raw_sum")),
            (MarginRemoval::Power, &case["power"]["p"], number(&case["power"], "k")),
            (MarginRemoval::Shin, &case["shin"]["p"], number(&case["shin"], "z")),
        ];
        for (method, probabilities, parameter) in expected {
            let got = method.remove(&odds).unwrap();
            assert!((got.parameter - parameter).abs() < 1e-9, "{} of {odds:?}", method.code());
            let probabilities = numbers(probabilities);
            assert_eq!(got.probabilities.len(), probabilities.len());
            for (g, e) in got.probabilities.iter().zip(&probabilities) {
                assert!((g - e).abs() < 1e-9, "{} of {odds:?}: {g} against {e}", method.code());
            }
        }
    }
}
