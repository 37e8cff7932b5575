use domain::{BookId, DecimalOdds, FixtureId, Market, Selection, Shares};
use jiff::civil::date;

use super::*;
use crate::ClosingLineValue;

fn bet(stake: i64, returned: i64, raw: Option<f64>) -> SettledBet {
    SettledBet {
        fixture: FixtureId(1),
        day: date(2024, 1, 1),
        book: BookId::PINNACLE,
        market: Market::THREE_WAY,
        selection: Selection::Home,
        model: "toy".into(),
        odds: DecimalOdds::new(2.0).unwrap(),
        stake: Money::new(stake, Currency::EUR),
        returned: Money::new(returned, Currency::EUR),
        grade: Grade::Settled(if returned > stake { Shares::WON } else { Shares::LOST }),
        closing: raw.map(|raw| ClosingLineValue { raw, multiplicative: None, shin: Some(raw / 2.0) }),
    }
}

#[test]
fn groups_add_up_to_the_whole() {
    let void = SettledBet { grade: Grade::Void, ..bet(700, 700, Some(0.9)) };
    let all = [
        bet(1000, 2100, Some(0.05)),
        bet(1000, 0, Some(-0.01)),
        bet(500, 500, None),
        void,
        bet(300, 0, Some(0.02)),
    ];
    let whole = Totals::of(&all, Currency::EUR).unwrap();
    assert_eq!((whole.n_bets, whole.n_void, whole.n_won, whole.n_level, whole.n_lost), (5, 1, 1, 1, 2));
    assert_eq!((whole.turnover.minor, whole.profit.minor), (2800, -200));
    assert_eq!((whole.roi(), whole.hit_rate()), (Some(-200.0 / 2800.0), Some(1.0 / 3.0)));
    assert_eq!((whole.n_closing, whole.n_closing_shin), (3, 3));
    assert!((whole.mean_closing_raw.unwrap() - 0.02).abs() < 1e-15);
    assert!((whole.mean_closing_shin.unwrap() - 0.01).abs() < 1e-15);
    for cut in 0..=all.len() {
        let [first, second] = [&all[..cut], &all[cut..]].map(|part| Totals::of(part, Currency::EUR).unwrap());
        let sum = first.with(&second).unwrap();
        assert!((sum.mean_closing_raw.unwrap() - whole.mean_closing_raw.unwrap()).abs() < 1e-15, "{cut}");
        assert!((sum.mean_closing_shin.unwrap() - whole.mean_closing_shin.unwrap()).abs() < 1e-15, "{cut}");
        let exact = Totals {
            mean_closing_raw: whole.mean_closing_raw,
            mean_closing_shin: whole.mean_closing_shin,
            ..sum
        };
        assert_eq!(exact, whole);
    }
}

#[test]
fn nothing_comes_to_nothing_and_currencies_do_not_mix() {
    let nothing = Totals::nothing(Currency::EUR);
    assert_eq!(Totals::of(&[], Currency::EUR).unwrap(), nothing);
    assert_eq!((nothing.roi(), nothing.hit_rate(), nothing.mean_closing_raw), (None, None, None));
    let dollars = "USD".parse().unwrap();
    assert!(Totals::of(&[bet(100, 0, None)], dollars).is_err());
    assert!(nothing.with(&Totals::nothing(dollars)).is_err());
}
