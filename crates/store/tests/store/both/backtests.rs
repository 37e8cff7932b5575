//! Backtests and searches: kept whole, counted once, continued where they stopped.

use domain::{FixtureId, Sequence};
use serde_json::json;
use touchline_store::{BacktestId, NewBacktest, NewSearch, StoreError};

use super::place;
use crate::sample::{LATER, NOW, batch, season, ts};

pub(super) fn backtest(model: &str, fixtures: std::ops::RangeInclusive<i64>) -> NewBacktest {
    NewBacktest {
        made_at: ts(NOW),
        code_version: "0.1.0".into(),
        data_sequence: Sequence(1),
        configuration: json!({ "models": [model] }),
        headline: json!({ "n": fixtures.clone().count() }),
        report: json!({ "rps": 0.1 + 0.2 }),
        forecasts: format!("[\"{model}\",0.30000000000000004]").into_bytes(),
        fixtures: fixtures.map(FixtureId).collect(),
        tried: vec![model.to_owned()],
    }
}

#[tokio::test]
async fn a_backtest_returns_as_it_was_and_the_same_again_is_the_same() {
    let place = place().await;
    place.import(batch("a", NOW, season(4))).await;
    let first = backtest("elo", 1..=6);
    let (id, new) = place.store.save_backtest(&first).await.unwrap();
    assert!(new);
    let stored = place.store.backtest(id).await.unwrap().unwrap();
    assert_eq!(
        (stored.report, stored.head.configuration),
        (first.report.clone(), first.configuration.clone())
    );
    assert_eq!((stored.head.headline, stored.head.data_sequence), (first.headline.clone(), Sequence(1)));
    assert_eq!(place.store.backtest_forecasts(id).await.unwrap(), Some(first.forecasts.clone()));
    let again = NewBacktest { made_at: ts(LATER), ..first.clone() };
    assert_eq!(place.store.save_backtest(&again).await.unwrap(), (id, false));
    // Other facts, other code, other forecasts: another backtest.
    for other in [
        NewBacktest { data_sequence: Sequence(2), ..first.clone() },
        NewBacktest { code_version: "0.2.0".into(), ..first.clone() },
        NewBacktest { forecasts: b"[]".to_vec(), ..first.clone() },
    ] {
        assert!(place.store.save_backtest(&other).await.unwrap().1);
    }
    let ids: Vec<BacktestId> = place.store.backtests().await.unwrap().iter().map(|b| b.id).collect();
    assert_eq!((ids.len(), ids.is_sorted()), (4, true));
    assert!(place.store.backtest(BacktestId(99)).await.unwrap().is_none());
    assert!(place.store.backtest_forecasts(BacktestId(99)).await.unwrap().is_none());
}

#[tokio::test]
async fn configurations_count_once_wherever_matches_are_shared() {
    let place = place().await;
    place.import(batch("a", NOW, season(8))).await;
    let tried = async |id: BacktestId| {
        let set = place.store.backtest(id).await.unwrap().unwrap().head.match_set;
        place.store.configurations_tried(set).await.unwrap()
    };
    let (early, _) = place.store.save_backtest(&backtest("elo", 1..=6)).await.unwrap();
    let (over, _) = place.store.save_backtest(&backtest("poisson", 6..=12)).await.unwrap();
    let other = NewBacktest { configuration: json!("another season"), ..backtest("elo", 13..=14) };
    let (late, _) = place.store.save_backtest(&other).await.unwrap();
    assert_eq!(tried(early).await, ["elo", "poisson"], "they share match 6");
    assert_eq!(tried(over).await, ["elo", "poisson"]);
    assert_eq!(tried(late).await, ["elo"]);
    let again = NewBacktest { data_sequence: Sequence(2), ..backtest("elo", 1..=6) };
    place.store.save_backtest(&again).await.unwrap();
    assert_eq!(tried(early).await, ["elo", "poisson"], "the same configuration is no new try");
    // A trial of a search is a try on its matches.
    let search = place.store.begin_search(&search(1..=3)).await.unwrap();
    place.store.append_trial(&search, 0, &json!({}), "elo k=30", ts(NOW)).await.unwrap();
    assert_eq!(tried(early).await, ["elo", "elo k=30", "poisson"]);
    assert_eq!(tried(over).await, ["elo", "poisson"]);
}

fn search(fixtures: std::ops::RangeInclusive<i64>) -> NewSearch {
    NewSearch {
        specification: json!({ "model": "elo", "seed": 1 }),
        code_version: "0.1.0".into(),
        data_sequence: Sequence(1),
        fixtures: fixtures.map(FixtureId).collect(),
        begun_at: ts(NOW),
    }
}

#[tokio::test]
async fn a_search_goes_on_where_it_stopped() {
    let place = place().await;
    place.import(batch("a", NOW, season(4))).await;
    let first = place.store.begin_search(&search(1..=6)).await.unwrap();
    assert!(first.trials.is_empty());
    for (position, loss) in [(0, 1.0), (1, 0.1 + 0.2)] {
        let trial = json!({ "loss": loss });
        assert!(place.store.append_trial(&first, position, &trial, "a", ts(NOW)).await.unwrap());
    }
    assert!(!place.store.append_trial(&first, 1, &json!({ "loss": 9 }), "a", ts(NOW)).await.unwrap());
    let again = place.store.begin_search(&search(1..=6)).await.unwrap();
    assert_eq!((again.id, again.match_set), (first.id, first.match_set));
    assert_eq!(again.trials, [json!({ "loss": 1.0 }), json!({ "loss": 0.1 + 0.2 })]);
    // Newer facts or another seed begin anew.
    let newer = NewSearch { data_sequence: Sequence(2), ..search(1..=6) };
    let newer = place.store.begin_search(&newer).await.unwrap();
    assert!(newer.id != first.id && newer.trials.is_empty() && newer.match_set == first.match_set);
}

#[tokio::test]
async fn what_refers_to_nothing_is_refused_whole() {
    let place = place().await;
    place.import(batch("a", NOW, season(1))).await;
    assert!(place.store.save_backtest(&backtest("elo", 1..=4711)).await.is_err());
    assert!(place.store.backtests().await.unwrap().is_empty());
    let reader = place.at.open(touchline_store::Access::ReadOnly).await.unwrap();
    let refused = reader.save_backtest(&backtest("elo", 1..=1)).await.unwrap_err();
    assert!(matches!(refused, StoreError::ReadOnly), "{refused:?}");
    assert!(place.store.integrity().await.unwrap().is_empty());
}
