//! Forecasts, models, reports and findings: kept as they were made.

use domain::{FixtureId, Forecast, ScoreDistribution, Sequence, forecast::Uncertainty};
use serde_json::json;
use touchline_store::{CheckFinding, ForecastFilter, NewForecast, NewModel, Severity};

use super::place;
use crate::sample::{LATER, NOW, batch, eng, season, ts};

pub(super) fn forecast(fixture: i64, model: &str, input: &str) -> NewForecast {
    let distribution =
        ScoreDistribution::from_fn(15, 15, |s| 1.0 / f64::from(7 + 3 * s.home * s.home + s.away)).unwrap();
    NewForecast {
        forecast: Forecast {
            fixture: FixtureId(fixture),
            as_of: ts("2023-08-11T12:00:00Z"),
            model: model.into(),
            distribution,
            uncertainty: Some(Uncertainty { home_log_se: 0.11, away_log_se: 0.13, correlation: -0.2 }),
            training_matches: 1900,
        },
        made_at: ts(NOW),
        code_version: "0.1.0".into(),
        data_sequence: Sequence(1),
        input_hash: input.into(),
    }
}

#[tokio::test]
async fn a_forecast_is_never_overwritten() {
    let place = place().await;
    place.import(batch("a", NOW, season(2))).await;
    let first = forecast(1, "elo", "hash");
    let numbers = place.store.append_forecasts(&[first.clone(), forecast(2, "elo", "hash")]).await.unwrap();
    assert!(numbers.iter().all(|(_, new)| *new));
    // The same inputs: another distribution or moment does not replace what was said.
    let mut other = NewForecast { made_at: ts(LATER), ..first.clone() };
    other.forecast.distribution = ScoreDistribution::from_weights(2, vec![1.0; 4]).unwrap();
    assert_eq!(place.store.append_forecasts(&[other.clone()]).await.unwrap(), [(numbers[0].0, false)]);
    let stored = place.store.forecast(numbers[0].0).await.unwrap().unwrap();
    assert_eq!(stored.made, first);
    let bits = |f: &NewForecast| -> Vec<u64> {
        f.forecast.distribution.cells().iter().map(|c| c.to_bits()).collect()
    };
    assert_eq!(bits(&stored.made), bits(&first));
    // Other inputs or another version of the code make another forecast.
    other.input_hash = "another hash".into();
    let newer = NewForecast { code_version: "0.2.0".into(), ..first.clone() };
    let more = place.store.append_forecasts(&[other, newer]).await.unwrap();
    assert!(more.iter().all(|(_, new)| *new));
    assert!(place.store.append_forecasts(&[forecast(4711, "elo", "hash")]).await.is_err());
}

#[tokio::test]
async fn forecasts_are_found() {
    let place = place().await;
    place.import(batch("a", NOW, season(2))).await;
    let all = [forecast(1, "elo", "a"), forecast(1, "dixon_coles", "a"), forecast(2, "elo", "a")];
    place.store.append_forecasts(&all).await.unwrap();
    let found = async |filter: ForecastFilter| place.store.forecasts(&filter).await.unwrap().len();
    assert_eq!(found(ForecastFilter::default()).await, 3);
    assert_eq!(found(ForecastFilter { fixture: Some(FixtureId(1)), ..Default::default() }).await, 2);
    assert_eq!(found(ForecastFilter { model: Some("elo".into()), ..Default::default() }).await, 2);
    assert_eq!(found(ForecastFilter { competition: Some(eng()), ..Default::default() }).await, 3);
    let as_of = ts("2023-08-11T12:00:00Z");
    assert_eq!(found(ForecastFilter { as_of_from: Some(as_of), ..Default::default() }).await, 3);
    assert_eq!(found(ForecastFilter { as_of_before: Some(as_of), ..Default::default() }).await, 0);
}

#[tokio::test]
async fn the_columns_say_what_the_distribution_says() {
    let place = place().await;
    place.import(batch("a", NOW, season(1))).await;
    let made = forecast(1, "elo", "a");
    place.store.append_forecasts(std::slice::from_ref(&made)).await.unwrap();
    let sql = "SELECT home, draw, away, expected_home, expected_away, entropy FROM forecast";
    let row = place.rows(sql).await.remove(0);
    let classes = made.forecast.distribution.outcome_probabilities();
    let expected = made.forecast.distribution.expected_score();
    let said = [classes.home, classes.draw, classes.away, expected.0, expected.1, classes.entropy()];
    assert_eq!(row, said.map(|number| format!("Some({number:?})")));
}

#[tokio::test]
async fn fits_are_versions() {
    let place = place().await;
    let fit = NewModel {
        competition: eng(),
        model: "dixon_coles".into(),
        as_of: ts("2023-08-11T12:00:00Z"),
        fitted_at: ts(NOW),
        code_version: "0.1.0".into(),
        data_sequence: Sequence(1),
        parameters: json!({"home_advantage": 0.1 + 0.2, "rho": -1.0 / 3.0}),
        report: json!({"converged": true}),
    };
    let first = place.store.save_model(&fit).await.unwrap();
    assert_eq!((first.1, first.2), (1, true));
    let again = NewModel { fitted_at: ts(LATER), ..fit.clone() };
    assert_eq!(place.store.save_model(&again).await.unwrap(), (first.0, 1, false));
    let next = NewModel { as_of: ts(NOW), ..fit.clone() };
    assert_eq!(place.store.save_model(&next).await.unwrap().1, 2);
    let other = NewModel { model: "elo".into(), ..fit.clone() };
    assert_eq!(place.store.save_model(&other).await.unwrap().1, 1);
    assert_eq!(place.store.models(Some(eng()), None).await.unwrap().len(), 3);
    let stored = place.store.models(None, Some("dixon_coles")).await.unwrap();
    assert_eq!(stored[0].fit, fit, "parameters return to the last bit");
    assert_eq!(stored[1].version, 2);
}

#[tokio::test]
async fn the_latest_report_and_findings_count() {
    let place = place().await;
    assert!(place.store.latest_report("backtest").await.unwrap().is_none());
    assert!(place.store.last_check_run().await.unwrap().is_none());
    for n in 1..=2 {
        place.store.save_report("backtest", &json!({"rps": 0.1 * f64::from(n)}), ts(NOW)).await.unwrap();
    }
    place.store.save_report("leak", &json!([]), ts(NOW)).await.unwrap();
    let latest = place.store.latest_report("backtest").await.unwrap().unwrap();
    assert_eq!((latest.body, latest.created_at), (json!({"rps": 0.2}), ts(NOW)));

    let finding = CheckFinding {
        check: "overround".into(),
        severity: Severity::Warn,
        fixture: None,
        subject: "market_maximum".into(),
        detail: "implied probabilities sum to 0.98".into(),
    };
    place.store.save_check_run(&vec![finding.clone(); 70], ts(NOW)).await.unwrap();
    let run = place.store.last_check_run().await.unwrap().unwrap();
    assert_eq!((run.findings.len(), &run.findings[69]), (70, &finding));
    place.store.save_check_run(&[], ts(LATER)).await.unwrap();
    let run = place.store.last_check_run().await.unwrap().unwrap();
    assert!(run.findings.is_empty() && run.ran_at == ts(LATER), "a clean run is the last word");
}
