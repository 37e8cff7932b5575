//! Kelly stakes of reference/betting/kelly.json and reference/models/kelly.json, within 1e-6.

use domain::{DecimalOdds, Probability};
use serde_json::Value;
use touchline_betting::{
    GradeDistribution, Staking,
    staking::{ExclusiveLeg, kelly, kelly_exclusive},
};

use testkit::shared::{number, numbers, reference, rows};

const TOLERANCE: f64 = 1e-6;

fn close(got: f64, expected: f64, row: &Value) {
    assert!((got - expected).abs() < TOLERANCE, "{got} against {expected} in {row}");
}

fn single(row: &Value) -> (GradeDistribution, DecimalOdds) {
    let probability = Probability::new(number(row, "p")).unwrap();
    (GradeDistribution::win_or_lose(probability), DecimalOdds::new(number(row, "odds")).unwrap())
}

fn legs(row: &Value) -> Vec<ExclusiveLeg> {
    let leg = |(p, o): (f64, f64)| ExclusiveLeg {
        probability: Probability::new(p).unwrap(),
        odds: DecimalOdds::new(o).unwrap(),
    };
    numbers(&row["p"]).into_iter().zip(numbers(&row["odds"])).map(leg).collect()
}

fn growth(legs: &[ExclusiveLeg], stakes: &[f64]) -> f64 {
    let kept = 1.0 - stakes.iter().sum::<f64>();
    let of = |(leg, stake): (&ExclusiveLeg, &f64)| {
        leg.probability.value() * (kept + stake * leg.odds.value()).ln()
    };
    legs.iter().zip(stakes).map(of).sum()
}

#[test]
fn single_bets() {
    let Some(file) = reference("betting/kelly.json") else { return };
    let singles = rows(&file, "single");
    assert_eq!(singles.len(), 5);
    for row in singles {
        let (grades, odds) = single(row);
        let full = kelly(&grades, odds);
        close(full, number(row, "clamped"), row);
        close(grades.expected_value(odds), number(row, "edge"), row);
        close(grades.log_growth(odds, full), number(row, "growth"), row);
        for (fraction, field) in [(0.5, "half"), (0.25, "quarter")] {
            let wanted = Staking::Kelly { fraction }.wanted(1_000_000, &grades, odds);
            close(wanted / 1e6, number(row, field), row);
        }
    }
}

#[test]
fn single_bets_of_the_model_references() {
    let Some(file) = reference("models/kelly.json") else { return };
    let singles = rows(&file, "single");
    assert_eq!(singles.len(), 7);
    for row in singles {
        let (grades, odds) = single(row);
        let stake = number(row, "fraction") * kelly(&grades, odds);
        close(stake, number(row, "stake"), row);
        close(grades.log_growth(odds, stake), number(row, "growth"), row);
        close(grades.expected_value(odds), number(row, "edge"), row);
    }
}

#[test]
fn mutually_exclusive_bets() {
    let Some(file) = reference("betting/kelly.json") else { return };
    let cases = rows(&file, "mutually_exclusive");
    assert_eq!(cases.len(), 4);
    for row in cases {
        let stakes = kelly_exclusive(&legs(row), 1.0).unwrap();
        for (got, expected) in stakes.iter().zip(numbers(&row["stakes"])) {
            close(*got, expected, row);
        }
        close(growth(&legs(row), &stakes), number(row, "growth"), row);
        close(1.0 - stakes.iter().sum::<f64>(), number(row, "reserve_rate"), row);
    }
}

#[test]
fn mutually_exclusive_bets_of_the_model_references_run_to_their_cap() {
    // That optimiser held the sum of stakes at 0.99; the second and third case are arbitrage books and reach it.
    let Some(file) = reference("models/kelly.json") else { return };
    let cases = rows(&file, "multiple");
    assert_eq!(cases.len(), 3);
    for (row, at_cap) in cases.iter().zip([false, true, true]) {
        let stakes = kelly_exclusive(&legs(row), 0.99).unwrap();
        for (got, expected) in stakes.iter().zip(numbers(&row["stakes"])) {
            close(*got, expected, row);
        }
        close(growth(&legs(row), &stakes), number(row, "growth"), row);
        assert_eq!((stakes.iter().sum::<f64>() - 0.99).abs() < 1e-9, at_cap, "{row}");
    }
}
