//! reference/betting/settlement.json: every row of the handicap and totals tables, dead heats, American prices.

use touchline_domain::{
    DecimalOdds, Grade, Market, Outcome, Score, Selection, Shares, Sport,
    market::{Line, MarketKind, Terms},
};

use testkit::shared::{number, reference, rows};

/// `asian_handicap`: the line, then the grade of the home side at margins -2, -1, 0, 1, 2. L lost, l half lost, p pushed,
/// w half won, W won.
const HANDICAPS: [(f64, &str); 14] = [
    (-1.75, "LLLLw"),
    (-1.5, "LLLLW"),
    (-1.25, "LLLlW"),
    (-1.0, "LLLpW"),
    (-0.75, "LLLwW"),
    (-0.5, "LLLWW"),
    (-0.25, "LLlWW"),
    (0.0, "LLpWW"),
    (0.25, "LLwWW"),
    (0.5, "LLWWW"),
    (0.75, "LlWWW"),
    (1.0, "LpWWW"),
    (1.25, "LwWWW"),
    (1.5, "LWWWW"),
];

/// `asian_totals`: the line, then the grades of over and under at totals 1, 2, 3, 4.
const TOTALS: [(f64, &str, &str); 5] = [
    (2.0, "LpWW", "WpLL"),
    (2.25, "LlWW", "WwLL"),
    (2.5, "LLWW", "WWLL"),
    (2.75, "LLwW", "WWlL"),
    (3.0, "LLpW", "WWpL"),
];

fn shares(letter: char) -> Shares {
    match letter {
        'L' => Shares::LOST,
        'l' => Shares::HALF_LOST,
        'p' => Shares::PUSHED,
        'w' => Shares::HALF_WON,
        'W' => Shares::WON,
        _ => panic!("{letter} is no grade"),
    }
}

fn market(kind: MarketKind, line: f64) -> Market {
    Market::new(kind, Some(Line::try_from(line).unwrap())).unwrap()
}

fn with_margin(margin: i32) -> Score {
    Score::new(u16::try_from(3 + margin).unwrap(), 3)
}

fn grade(market: Market, selection: Selection, score: Score) -> Shares {
    let outcome = Outcome::completed(score);
    match market.grade(selection, &outcome, Terms::of(Sport::Soccer)).unwrap() {
        Grade::Settled(shares) => shares,
        Grade::Void => panic!("a match played to its end is not void"),
    }
}

fn returned(shares: Shares, stake: f64, odds: f64) -> f64 {
    stake * (f64::from(shares.won) * odds + f64::from(shares.refunded)) / f64::from(shares.total())
}

#[test]
fn every_handicap_of_the_table() {
    for (line, grades) in HANDICAPS {
        for (letter, margin) in grades.chars().zip(-2..=2) {
            let handicap = market(MarketKind::AsianHandicap, line);
            assert_eq!(
                grade(handicap, Selection::Home, with_margin(margin)),
                shares(letter),
                "{line} {margin}"
            );
            if let Ok(spread) = Market::new(MarketKind::Spread, handicap.line()) {
                assert_eq!(
                    grade(spread, Selection::Home, with_margin(margin)),
                    shares(letter),
                    "{line} {margin}"
                );
            }
        }
    }
}

#[test]
fn every_total_of_the_table() {
    for (line, over, under) in TOTALS {
        for ((over, under), total) in over.chars().zip(under.chars()).zip(1..) {
            let kinds = [MarketKind::AsianTotal, MarketKind::Total];
            for kind in kinds.into_iter().filter(|kind| Market::new(*kind, Line::try_from(line).ok()).is_ok())
            {
                for score in [Score::new(total, 0), Score::new(1, total - 1)] {
                    assert_eq!(
                        grade(market(kind, line), Selection::Over, score),
                        shares(over),
                        "{line} {total}"
                    );
                    assert_eq!(
                        grade(market(kind, line), Selection::Under, score),
                        shares(under),
                        "{line} {total}"
                    );
                }
            }
        }
    }
}

#[test]
fn every_row_of_the_file() {
    let Some(file) = reference("betting/settlement.json") else { return };
    let handicaps = rows(&file, "asian_handicap");
    assert_eq!(handicaps.len(), 70);
    for row in handicaps {
        let margin = row["margin"].as_i64().unwrap() as i32;
        let got = grade(
            market(MarketKind::AsianHandicap, number(row, "line")),
            Selection::Home,
            with_margin(margin),
        );
        assert_eq!(got.name(), row["result"].as_str().unwrap(), "{row}");
        let back = returned(got, number(row, "stake"), number(row, "odds"));
        assert!((back - number(row, "returned")).abs() < 1e-9, "{row}");
    }
    let totals = rows(&file, "asian_totals");
    assert_eq!(totals.len(), 40);
    for row in totals {
        let side: Selection = row["side"].as_str().unwrap().parse().unwrap();
        let score = Score::new(row["total"].as_u64().unwrap() as u16, 0);
        let got = grade(market(MarketKind::AsianTotal, number(row, "line")), side, score);
        let back = returned(got, number(row, "stake"), number(row, "odds"));
        assert!((back - number(row, "returned")).abs() < 1e-9, "{row}");
    }
}

#[test]
fn dead_heats_are_shares() {
    // settlement.json, dead_heat: stake, odds, tied, places, returned.
    for (stake, odds, tied, places, expected) in
        [(10.0, 5.0, 2, 1, 25.0), (10.0, 9.0, 3, 2, 60.0), (12.0, 4.0, 3, 1, 16.0)]
    {
        let shares = Shares::dead_heat(places, tied).unwrap();
        assert!((returned(shares, stake, odds) - expected).abs() < 1e-12);
    }
    assert_eq!(Shares::dead_heat(2, 2), None, "as many places as finishers is a win for all");
    assert_eq!(Shares::dead_heat(0, 2), None);
}

#[test]
fn american_prices() {
    let Some(file) = reference("betting/settlement.json") else { return };
    let prices = rows(&file, "american_to_decimal");
    assert_eq!(prices.len(), 8);
    for row in prices {
        let american = number(row, "american");
        let odds = DecimalOdds::from_american(american).unwrap();
        assert!((odds.value() - number(row, "decimal")).abs() < 1e-12, "{row}");
        // -100 and +100 are the same price.
        assert!((odds.to_american() - american).abs() < 1e-9 || american.abs() == 100.0, "{row}");
    }
}
