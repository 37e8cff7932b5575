use domain::{BookId, FixtureStatus, Sequence, competition::COMPETITIONS};
use jiff::{SignedDuration, civil::date};

use super::*;
use crate::test_history::{LEAGUE, TestHistory, noon};

fn league() -> &'static Competition {
    COMPETITIONS.iter().find(|c| c.id == LEAGUE).unwrap()
}

/// Twelve matches that teach the base rate: six home wins, three draws, three away wins.
fn taught() -> TestHistory {
    let mut history = TestHistory::default();
    for n in 0..12 {
        let score = [(1, 0), (2, 0), (1, 1), (0, 1)][n as usize % 4];
        history.play(n, 1, 2, score);
    }
    history
}

fn made(fixture: &Fixture, model: &str, as_of: Timestamp, home: f64) -> Made {
    let rest = (1.0 - home) / 2.0;
    Made {
        fixture: fixture.id,
        model: model.into(),
        as_of,
        recorded_by: RecordedBy::Now,
        probabilities: OutcomeProbabilities { home, draw: rest, away: rest },
    }
}

fn hours_before(fixture: &Fixture, hours: i64) -> Timestamp {
    fixture.kickoff.earliest() - SignedDuration::from_hours(hours)
}

#[test]
fn the_last_forecast_before_kickoff_counts_beside_base_rate_and_market() {
    let mut history = taught();
    // 2020-09-21 is a Monday.
    let fixture = history.play(20, 1, 2, (2, 0));
    history.quote(&fixture, BookId::MARKET_AVERAGE, Phase::Closing, 0, &[2.0, 4.0, 4.0]);
    let forecasts = [
        made(&fixture, "a", hours_before(&fixture, 48), 0.2),
        made(&fixture, "a", hours_before(&fixture, 1), 0.6),
        made(&fixture, "a", hours_before(&fixture, 24), 0.3),
        made(&fixture, "a", hours_before(&fixture, -1), 0.99),
        made(&fixture, "b", hours_before(&fixture, 1), 0.8),
    ];
    let weeks = weeks(&history.build(), league(), &forecasts, None).unwrap();
    let [a, b] = weeks.as_slice() else { panic!("{weeks:?}") };
    assert_eq!((a.model.as_str(), b.model.as_str(), a.monday), ("a", "b", date(2020, 9, 21)));
    assert_eq!((a.scores.n, a.scores.accuracy), (1, 1.0));
    assert!((a.scores.log_loss + 0.6f64.ln()).abs() < 1e-12, "{a:?}");
    assert!((b.scores.log_loss + 0.8f64.ln()).abs() < 1e-12, "{b:?}");
    // Of 12 matches 6 were home wins; one is added to each class.
    assert!((a.base_rate.log_loss + (7.0f64 / 15.0).ln()).abs() < 1e-9, "{a:?}");
    assert_eq!(a.base_rate, b.base_rate);
    let priced = a.priced.unwrap();
    assert_eq!((priced.n_closing, priced.model), (1, a.scores));
    assert!((priced.market.log_loss + 0.5f64.ln()).abs() < 1e-12, "prices without a margin: {priced:?}");
}

#[test]
fn what_was_stored_later_does_not_change_the_base_rate_of_then() {
    let mut history = taught();
    let fixture = history.play(20, 1, 2, (2, 0));
    let history = history.build();
    let early = Made {
        recorded_by: RecordedBy::Import(Sequence(0)),
        ..made(&fixture, "a", hours_before(&fixture, 1), 0.6)
    };
    assert!(
        weeks(&history, league(), &[early], None).unwrap().is_empty(),
        "nothing was stored to know a rate by"
    );
}

#[test]
fn matches_that_were_not_completed_are_not_scored() {
    let mut history = taught();
    let withdrawn = history.play(20, 1, 2, (2, 0));
    history.withdraw(&withdrawn, noon(30));
    let to_come = history.announce(21, 1, 2);
    let forecasts = [
        made(&withdrawn, "a", hours_before(&withdrawn, 1), 0.6),
        made(&to_come, "a", hours_before(&to_come, 1), 0.6),
    ];
    assert!(weeks(&history.build(), league(), &forecasts, None).unwrap().is_empty());
}

#[test]
fn a_match_without_prices_counts_without_the_market() {
    let mut history = taught();
    let bare = history.play(20, 1, 2, (2, 0));
    let priced = history.play(21, 2, 1, (0, 1));
    history.quote(&priced, BookId::MARKET_AVERAGE, Phase::PreMatch, 30, &[2.0, 4.0, 4.0]);
    let forecasts =
        [made(&bare, "a", hours_before(&bare, 1), 0.6), made(&priced, "a", hours_before(&priced, 1), 0.5)];
    let weeks = weeks(&history.build(), league(), &forecasts, None).unwrap();
    let of_prices = weeks[0].priced.unwrap();
    assert_eq!((weeks[0].scores.n, of_prices.model.n, of_prices.market.n, of_prices.n_closing), (2, 1, 1, 0));
    assert!((of_prices.model.log_loss + 0.25f64.ln()).abs() < 1e-12);
}

#[test]
fn a_moved_match_touches_both_its_weeks() {
    let mut history = taught();
    let old = history.announce(20, 1, 2);
    let moved = Fixture { kickoff: domain::Kickoff::At(noon(40)), status: FixtureStatus::Completed, ..old };
    history.version(moved, noon(30));
    history.end(&moved, (1, 1), noon(41));
    let forecast = made(&old, "a", hours_before(&old, 1), 0.6);
    let history = history.build();
    let touched = weeks_of(&history, league(), &BTreeSet::from([old.id]));
    assert_eq!(touched, BTreeSet::from([date(2020, 9, 21), date(2020, 10, 5)]));
    let told = |only: &[Date]| {
        weeks(&history, league(), std::slice::from_ref(&forecast), Some(&only.iter().copied().collect()))
            .unwrap()
    };
    assert!(told(&[date(2020, 9, 21)]).is_empty());
    assert_eq!(told(&[date(2020, 10, 5)])[0].scores.n, 1, "the forecast of before still counts");
}
