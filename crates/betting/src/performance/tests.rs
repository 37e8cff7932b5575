use domain::Shares;
use jiff::civil::date;

use super::*;

const SEEDED: Bootstrap = Bootstrap { resamples: 2_000, level: 0.95, seed: 1 };

fn euros(minor: i64) -> Money {
    Money::new(minor, Currency::EUR)
}

/// A bet of that day in January 2024 with its stake and what came back.
fn bet(day: i8, stake: i64, returned: i64) -> SettledBet {
    SettledBet {
        fixture: FixtureId(1),
        day: date(2024, 1, 1).saturating_add(jiff::Span::new().days(i64::from(day) - 1)),
        book: BookId::PINNACLE,
        market: Market::THREE_WAY,
        selection: Selection::Home,
        model: "toy".into(),
        odds: DecimalOdds::new(2.0).unwrap(),
        stake: euros(stake),
        returned: euros(returned),
        grade: Grade::Settled(if returned > stake { Shares::WON } else { Shares::LOST }),
        closing: None,
    }
}

fn of(bets: &[SettledBet]) -> Performance {
    performance(bets, Currency::EUR, SEEDED).unwrap()
}

#[test]
fn sums_by_hand() {
    let void = SettledBet { grade: Grade::Void, ..bet(4, 500, 500) };
    let closing = ClosingLineValue { raw: 0.04, multiplicative: None, shin: Some(0.01) };
    let covered = SettledBet { closing: Some(closing), ..bet(1, 1_000, 2_000) };
    let all = [covered, bet(1, 1_000, 0), bet(2, 1_000, 1_000), bet(3, 1_000, 1_475), void];
    let p = of(&all);
    assert_eq!((p.n_bets, p.n_void, p.n_won, p.n_level, p.n_lost), (5, 1, 2, 1, 1));
    assert_eq!((p.turnover, p.profit), (euros(4_000), euros(475)));
    assert_eq!(p.roi, Some(475.0 / 4_000.0));
    assert_eq!(p.hit_rate, Some(2.0 / 3.0));
    assert_eq!(p.mean_odds, Some(2.0));
    assert_eq!((p.mean_closing_raw, p.mean_closing_shin), (Some(0.04), Some(0.01)));
    assert_eq!(p.closing_coverage, Coverage { n_bets: 4, n_covered: 1 });
}

#[test]
fn nothing_is_said_about_nothing() {
    let p = of(&[]);
    assert_eq!((p.n_bets, p.turnover, p.profit), (0, euros(0), euros(0)));
    assert_eq!((p.roi, p.roi_interval, p.hit_rate, p.mean_odds), (None, None, None, None));
    assert_eq!(max_drawdown(euros(1_000), &[]), None);
}

#[test]
fn the_interval_of_two_days_is_known() {
    // A day won and a day lost: means of two draws are -1, 0 and 1 with probabilities 1/4, 1/2 and 1/4.
    let all = [bet(1, 100, 200), bet(2, 100, 0)];
    let interval =
        |level| performance(&all, Currency::EUR, Bootstrap { level, ..SEEDED }).unwrap().roi_interval;
    assert_eq!(interval(0.95), Some(Interval { low: -1.0, high: 1.0 }));
    assert_eq!(interval(0.40), Some(Interval { low: 0.0, high: 0.0 }));
    assert_eq!(of(&all[..1]).roi_interval, None, "one day says nothing about days");
    assert!(performance(&all, Currency::EUR, Bootstrap { level: 1.0, ..SEEDED }).is_err());
    let none = Bootstrap { resamples: 0, ..SEEDED };
    assert_eq!(performance(&all, Currency::EUR, none).unwrap().roi_interval, None);
}

#[test]
fn the_interval_approaches_the_normal_one() {
    // 100 days of one even-money bet, 55 won: ROI 0.10, standard error sqrt(1 - 0.1^2) / 10 = 0.0995.
    let all: Vec<_> = (1..=100).map(|day| bet(day, 100, if day <= 55 { 200 } else { 0 })).collect();
    let many = Bootstrap { resamples: 20_000, ..SEEDED };
    let Interval { low, high } = performance(&all, Currency::EUR, many).unwrap().roi_interval.unwrap();
    let half = 1.959964 * (1.0f64 - 0.01).sqrt() / 10.0;
    // ROI moves in steps of 0.02, so the ends are known to that.
    assert!((low - (0.10 - half)).abs() < 0.02 && (high - (0.10 + half)).abs() < 0.02, "{low} {high}");
}

#[test]
fn bets_of_one_day_do_not_count_as_independent() {
    // The same 100 bets on 100 days and on 10: ten of a day win or lose together.
    let spread: Vec<_> = (1..=100).map(|day| bet(day, 100, if day % 2 == 0 { 200 } else { 0 })).collect();
    let bunched: Vec<_> =
        (0..100).map(|i| bet(1 + i / 10, 100, if (i / 10) % 2 == 0 { 200 } else { 0 })).collect();
    let width = |bets: &[SettledBet]| {
        let Interval { low, high } = of(bets).roi_interval.unwrap();
        high - low
    };
    let ratio = width(&bunched) / width(&spread);
    assert!((ratio - 10f64.sqrt()).abs() < 0.5, "{ratio}");
}

#[test]
fn the_same_seed_gives_the_same_bits_in_any_order() {
    let mut all: Vec<_> = (1..=40).map(|day| bet(day, 100, i64::from(day) * 7 % 230)).collect();
    let first = of(&all);
    assert_eq!(first, of(&all));
    all.reverse();
    assert_eq!(first, of(&all));
    let other = performance(&all, Currency::EUR, Bootstrap { seed: 2, ..SEEDED }).unwrap();
    assert_ne!(first.roi_interval, other.roi_interval);
    assert_eq!(first.roi, other.roi);
}

#[test]
fn groups_share_out_the_whole() {
    let total = Market::MONEYLINE;
    let all = [
        bet(1, 100, 200),
        SettledBet { book: BookId::MARKET_AVERAGE, market: total, ..bet(2, 200, 0) },
        SettledBet { model: "other".into(), ..bet(3, 300, 900) },
    ];
    for grouping in Grouping::ALL {
        let groups = performance_by(&all, grouping, Currency::EUR, SEEDED).unwrap();
        assert_eq!(groups.len(), 2, "{grouping:?}");
        assert_eq!(groups.values().map(|p| p.profit.minor).sum::<i64>(), of(&all).profit.minor);
    }
    let by_market = performance_by(&all, Grouping::Market, Currency::EUR, SEEDED).unwrap();
    assert_eq!(by_market["moneyline"].profit, euros(-200));
}

#[test]
fn the_curve_and_its_deepest_fall() {
    let start = euros(1_000);
    // Out of order on purpose: 1,000 -> 1,200 -> 900 -> 1,100 -> 850 -> 1,300.
    let all = [
        bet(3, 300, 500),
        bet(1, 100, 300),
        bet(2, 300, 0),
        bet(4, 250, 0),
        bet(5, 100, 400),
        bet(5, 100, 250),
    ];
    let curve = bankroll_curve(start, &all).unwrap();
    let levels: Vec<_> = curve.iter().map(|point| point.bankroll.minor).collect();
    assert_eq!(levels, [1_200, 900, 1_100, 850, 1_300]);
    assert_eq!((curve[4].n_bets, curve[4].profit), (2, euros(450)));
    let fall = max_drawdown(start, &curve).unwrap();
    assert_eq!((fall.depth, fall.share), (euros(350), Some(350.0 / 1_200.0)));
    assert_eq!((fall.peak_on, fall.trough_on), (Some(curve[0].day), curve[3].day));
    // A new peak by a single unit counts, and of two equal falls the first is told.
    let twice = [bet(1, 100, 101), bet(2, 100, 0), bet(3, 100, 200), bet(4, 100, 0)];
    let fall = max_drawdown(start, &bankroll_curve(start, &twice).unwrap()).unwrap();
    assert_eq!((fall.depth, fall.peak_on, fall.trough_on), (euros(100), Some(twice[0].day), twice[1].day));
    let from_the_start = bankroll_curve(start, &[bet(1, 400, 0)]).unwrap();
    assert_eq!(max_drawdown(start, &from_the_start).unwrap().peak_on, None);
    assert_eq!(max_drawdown(start, &curve[..1]), None);
}

#[test]
fn currencies_do_not_mix() {
    let usd: Currency = "USD".parse().unwrap();
    let all = [bet(1, 100, 200)];
    assert!(performance(&all, usd, SEEDED).is_err());
    assert!(bankroll_curve(Money::new(0, usd), &all).is_err());
    let mixed = [SettledBet { returned: Money::new(200, usd), ..bet(1, 100, 200) }];
    assert!(performance(&mixed, Currency::EUR, SEEDED).is_err());
}
