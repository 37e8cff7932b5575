use super::*;

fn line(value: f64) -> Line {
    Line::try_from(value).unwrap()
}

#[test]
fn names_and_lines() {
    for kind in MarketKind::ALL {
        assert_eq!(MarketKind::from_code(kind.code()), Some(kind));
        let given = kind.line_step().map(|_| Line::from_quarters(-2));
        let market = Market::new(kind, given).unwrap();
        for selection in market.selections() {
            assert_eq!(selection.to_string().parse::<Selection>().unwrap(), selection);
            market.shares(selection, Score::new(2, 1)).unwrap();
        }
    }
    assert!(Market::new(MarketKind::Spread, Some(line(-2.75))).is_err(), "no quarter points");
    assert!(Market::new(MarketKind::ThreeWay, Some(line(0.5))).is_err());
    assert!(Market::new(MarketKind::AsianTotal, None).is_err());
    assert!(Line::try_from(0.3).is_err());
    assert!(Market::THREE_WAY.shares(Selection::Over, Score::new(0, 0)).is_err());
}

#[test]
fn the_selections_of_a_market_share_out_the_book() {
    // At fair odds the whole book neither gains nor loses: expected values are 0 for every selection of every market.
    let forecast = ScoreDistribution::from_fn(6, 6, |s| 1.0 / f64::from(1 + s.home + 2 * s.away)).unwrap();
    for kind in MarketKind::ALL {
        let market = Market::new(kind, kind.line_step().map(|_| Line::from_quarters(2))).unwrap();
        for selection in market.selections() {
            let price = market.price(selection, &forecast).unwrap();
            assert!((price.won + price.refunded + price.lost - 1.0).abs() < 1e-12);
            if let Some(fair) = price.fair_odds() {
                assert!(price.expected_value(fair).abs() < 1e-12, "{market} {selection}");
            }
        }
    }
}

#[test]
fn expected_shares_are_means_over_scores() {
    let forecast = ScoreDistribution::from_fn(8, 8, |s| 1.0 / f64::from(1 + s.home + 2 * s.away)).unwrap();
    for kind in MarketKind::ALL {
        for quarters in [-6, -4, -2, 0, 2, 4, 10] {
            let market = Market::new(kind, kind.line_step().map(|_| Line::from_quarters(quarters))).unwrap();
            for selection in market.selections() {
                let mean = |part: fn(Shares) -> u8| {
                    forecast.expectation(|score| {
                        let shares = market.shares(selection, score).unwrap();
                        f64::from(part(shares)) / f64::from(shares.total())
                    })
                };
                let price = market.price(selection, &forecast).unwrap();
                assert!((price.won - mean(|s| s.won)).abs() < 1e-12, "{market} {selection}");
                assert!((price.refunded - mean(|s| s.refunded)).abs() < 1e-12, "{market} {selection}");
                assert!((price.lost - mean(|s| s.lost)).abs() < 1e-12, "{market} {selection}");
                let grades = market.grade_probabilities(selection, &forecast).unwrap();
                assert!(grades.len() <= 5);
                assert!((grades.iter().map(|(_, p)| p).sum::<f64>() - 1.0).abs() < 1e-12);
            }
        }
    }
}

#[test]
fn exhaustive_markets_leave_nothing_over() {
    let forecast = ScoreDistribution::from_fn(9, 9, |s| 1.0 / f64::from(1 + s.home + 2 * s.away)).unwrap();
    for kind in MarketKind::ALL {
        let market = Market::new(kind, kind.line_step().map(|_| Line::from_quarters(2))).unwrap();
        let prices = market.selections().into_iter().map(|s| market.price(s, &forecast).unwrap());
        let sum: f64 = prices.map(Price::win_probability).sum();
        assert_eq!((sum - 1.0).abs() < 1e-12, kind.is_exhaustive(), "{market}: {sum}");
    }
}

#[test]
fn unplayed_matches_are_void_and_missing_regulation_is_an_error() {
    let mut outcome = Outcome::completed(Score::new(1, 0));
    outcome.status = OutcomeStatus::Postponed;
    let terms = Terms::of(Sport::Soccer);
    assert_eq!(Market::THREE_WAY.grade(Selection::Home, &outcome, terms).unwrap(), Grade::Void);
    let after_extra_time = Outcome::after_overtime(None, Score::new(2, 1));
    assert!(Market::THREE_WAY.grade(Selection::Home, &after_extra_time, terms).is_err());
    let with_regulation = Outcome::after_overtime(Some(Score::new(1, 1)), Score::new(2, 1));
    let grade = Market::THREE_WAY.grade(Selection::Draw, &with_regulation, terms).unwrap();
    assert_eq!(grade, Grade::Settled(Shares::WON), "soccer settles on 90 minutes");
    let nfl = Market::MONEYLINE.grade(Selection::Home, &with_regulation, Terms::of(Sport::Nfl)).unwrap();
    assert_eq!(nfl, Grade::Settled(Shares::WON), "NFL settles on overtime too");
}

#[test]
fn a_stored_market_is_checked_when_read() {
    let stored = |text: &str| serde_json::from_str::<Market>(text);
    let handicap = Market::new(MarketKind::AsianHandicap, Some(line(-0.75))).unwrap();
    for market in [handicap, Market::THREE_WAY] {
        assert_eq!(stored(&serde_json::to_string(&market).unwrap()).unwrap(), market);
    }
    assert_eq!(stored(r#"{"kind":"three_way"}"#).unwrap(), Market::THREE_WAY);
    for bad in [
        r#"{"kind":"three_way","line":0.5}"#,
        r#"{"kind":"asian_total"}"#,
        r#"{"kind":"spread","line":-2.75}"#,
        r#"{"kind":"total","line":44.3}"#,
    ] {
        assert!(stored(bad).is_err(), "{bad}");
    }
}

#[test]
fn doubt_widens_fair_odds_around_the_price() {
    let mean = |m: f64, k: u16| (1..=k).fold((-m).exp(), |p, i| p * m / f64::from(i));
    let grid =
        |home: f64| ScoreDistribution::from_fn(30, 30, |s| mean(home, s.home) * mean(1.1, s.away)).unwrap();
    let doubt = Uncertainty { home_log_se: 0.1, away_log_se: 0.0, correlation: 0.0 };
    let spread = Market::new(MarketKind::Spread, Some(Line::from_quarters(-4))).unwrap();
    for (market, selection) in [(Market::THREE_WAY, Selection::Home), (spread, Selection::Home)] {
        let win = |home: f64| market.price(selection, &grid(home)).unwrap().win_probability();
        let interval = market.price_interval(selection, &grid(1.5), doubt, Level::Half).unwrap();
        // Half of a normal error lies within .6745 standard errors; the response is nearly linear that far.
        let (low, high) = (win(1.5 * (-0.06744897_f64).exp()), win(1.5 * 0.06744897_f64.exp()));
        assert!(
            (interval.low - low).abs() < 1e-3 && (interval.high - high).abs() < 1e-3,
            "{interval:?} {low} {high}"
        );
        let (short, long) = interval.fair_odds();
        assert!(short.unwrap() < long.unwrap());
    }
    let none = Uncertainty { home_log_se: 0.0, away_log_se: 0.0, correlation: 0.0 };
    let sure =
        Market::THREE_WAY.price_interval(Selection::Draw, &grid(1.5), none, Level::FourFifths).unwrap();
    assert!((sure.high - sure.low).abs() < 1e-12);
}
