//! Closing line value of reference/betting/clv.json, within 1e-9.

use domain::{BookId, DecimalOdds, Market};
use touchline_betting::ClosingLine;

use testkit::shared::{number, numbers, reference};

#[test]
fn raw_and_without_margin() {
    let Some(file) = reference("betting/clv.json") else { return };
    let cases = file.as_array().unwrap();
    assert_eq!(cases.len(), 2);
    for case in cases {
        let closing = numbers(&case["closing_odds"]);
        let market = if closing.len() == 3 { Market::THREE_WAY } else { Market::MONEYLINE };
        let odds = closing.into_iter().map(|o| DecimalOdds::new(o).unwrap());
        let prices = market.selections().into_iter().zip(odds).collect();
        let line = ClosingLine { book: BookId::PINNACLE, market, prices };
        let selection = market.selections()[case["selection"].as_u64().unwrap() as usize];
        let value = line.value(selection, DecimalOdds::new(number(case, "bet_odds")).unwrap()).unwrap();
        let close =
            |got: f64, field: &str| assert!((got - number(case, field)).abs() < 1e-9, "{field} of {case}");
        close(value.raw, "clv_raw");
        close(value.multiplicative.unwrap(), "clv_novig_mult");
        close(value.shin.unwrap(), "clv_novig_shin");
    }
}
