//! Every payout of reference/betting/settlement.json. The two tables are written out here as well, so that they are checked
//! where the folder is absent.

use domain::{
    Currency, DecimalOdds, Grade, Market, Money, Outcome, Score, Selection, Shares, Sport,
    market::{Line, MarketKind, Terms},
};
use touchline_betting::{grades::unit_return, settle};

use testkit::shared::{number, reference, rows};

/// `asian_handicap`: the line, then what 100.00 at 1.95 on the home side returns at margins -2, -1, 0, 1, 2.
const HANDICAPS: [(f64, [i64; 5]); 14] = [
    (-1.75, [0, 0, 0, 0, 14_750]),
    (-1.5, [0, 0, 0, 0, 19_500]),
    (-1.25, [0, 0, 0, 5_000, 19_500]),
    (-1.0, [0, 0, 0, 10_000, 19_500]),
    (-0.75, [0, 0, 0, 14_750, 19_500]),
    (-0.5, [0, 0, 0, 19_500, 19_500]),
    (-0.25, [0, 0, 5_000, 19_500, 19_500]),
    (0.0, [0, 0, 10_000, 19_500, 19_500]),
    (0.25, [0, 0, 14_750, 19_500, 19_500]),
    (0.5, [0, 0, 19_500, 19_500, 19_500]),
    (0.75, [0, 5_000, 19_500, 19_500, 19_500]),
    (1.0, [0, 10_000, 19_500, 19_500, 19_500]),
    (1.25, [0, 14_750, 19_500, 19_500, 19_500]),
    (1.5, [0, 19_500, 19_500, 19_500, 19_500]),
];

/// `asian_totals`: the line, then what 100.00 at 1.95 returns on over and on under at totals 1, 2, 3, 4.
const TOTALS: [(f64, [i64; 4], [i64; 4]); 5] = [
    (2.0, [0, 10_000, 19_500, 19_500], [19_500, 10_000, 0, 0]),
    (2.25, [0, 5_000, 19_500, 19_500], [19_500, 14_750, 0, 0]),
    (2.5, [0, 0, 19_500, 19_500], [19_500, 19_500, 0, 0]),
    (2.75, [0, 0, 14_750, 19_500], [19_500, 19_500, 5_000, 0]),
    (3.0, [0, 0, 10_000, 19_500], [19_500, 19_500, 10_000, 0]),
];

const STAKE: f64 = 100.0;
const ODDS: f64 = 1.95;

fn euros(amount: f64) -> Money {
    let minor = (100.0 * amount).round();
    assert!((100.0 * amount - minor).abs() < 1e-6, "{amount} is not in cents");
    Money::new(minor as i64, Currency::EUR)
}

/// What comes back of a stake on a side of a handicap or total line.
fn returned(kind: MarketKind, line: f64, side: Selection, score: Score, stake: f64, odds: f64) -> Money {
    let market = Market::new(kind, Some(Line::try_from(line).unwrap())).unwrap();
    let grade = market.grade(side, &Outcome::completed(score), Terms::of(Sport::Soccer)).unwrap();
    settle(euros(stake), DecimalOdds::new(odds).unwrap(), grade).unwrap().returned
}

fn with_margin(margin: i32) -> Score {
    Score::new(u16::try_from(3 + margin).unwrap(), 3)
}

#[test]
fn every_handicap_of_the_table() {
    for (line, payouts) in HANDICAPS {
        for (expected, margin) in payouts.into_iter().zip(-2..=2) {
            let score = with_margin(margin);
            let got = returned(MarketKind::AsianHandicap, line, Selection::Home, score, STAKE, ODDS);
            assert_eq!(got.minor, expected, "{line} at {margin}");
        }
    }
}

#[test]
fn every_total_of_the_table() {
    for (line, over, under) in TOTALS {
        for (side, payouts) in [(Selection::Over, over), (Selection::Under, under)] {
            for (expected, total) in payouts.into_iter().zip(1..) {
                let got = returned(MarketKind::AsianTotal, line, side, Score::new(total, 0), STAKE, ODDS);
                assert_eq!(got.minor, expected, "{side} {line} at {total}");
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
        let score = with_margin(row["margin"].as_i64().unwrap() as i32);
        let (stake, odds) = (number(row, "stake"), number(row, "odds"));
        let got =
            returned(MarketKind::AsianHandicap, number(row, "line"), Selection::Home, score, stake, odds);
        assert_eq!(got, euros(number(row, "returned")), "{row}");
        assert_eq!(got.minor - euros(stake).minor, euros(number(row, "profit")).minor, "{row}");
    }
    let totals = rows(&file, "asian_totals");
    assert_eq!(totals.len(), 40);
    for row in totals {
        let side = row["side"].as_str().unwrap().parse().unwrap();
        let score = Score::new(row["total"].as_u64().unwrap() as u16, 0);
        let (stake, odds) = (number(row, "stake"), number(row, "odds"));
        let got = returned(MarketKind::AsianTotal, number(row, "line"), side, score, stake, odds);
        assert_eq!(got, euros(number(row, "returned")), "{row}");
    }
    for row in rows(&file, "dead_heat") {
        let count = |field: &str| row[field].as_u64().unwrap() as u8;
        let shares = Shares::dead_heat(count("places"), count("tied")).unwrap();
        let odds = DecimalOdds::new(number(row, "odds")).unwrap();
        let payout = settle(euros(number(row, "stake")), odds, Grade::Settled(shares)).unwrap();
        assert_eq!(payout.returned, euros(number(row, "returned")), "{row}");
    }
}

#[test]
fn the_legs_of_a_parlay_multiply() {
    // Parlays are not settled here, but a leg counts by the same shares: void 1, half won (1 + odds) / 2, half lost 1/2.
    let Some(file) = reference("betting/settlement.json") else { return };
    let parlays = rows(&file, "parlay");
    assert_eq!(parlays.len(), 4);
    for row in parlays {
        let mut returned = number(row, "stake");
        for leg in rows(row, "legs") {
            let shares = match leg[1].as_str().unwrap() {
                "win" => Shares::WON,
                "half_win" => Shares::HALF_WON,
                "push" | "void" => Shares::PUSHED,
                "half_loss" => Shares::HALF_LOST,
                "loss" => Shares::LOST,
                other => panic!("{other} is no grade"),
            };
            returned *= unit_return(shares, DecimalOdds::new(leg[0].as_f64().unwrap()).unwrap());
        }
        assert!((returned - number(row, "returned")).abs() < 1e-9, "{row}");
    }
}
