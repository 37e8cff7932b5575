//! Every forecast of a backtest as CSV, so that its figures can be recomputed elsewhere.

use anyhow::Result;
use domain::{OutcomeClass, OutcomeProbabilities};
use forecast::market_baseline;
use store::Store;

use super::backtest_run::Forecasts;

const HEAD: [&str; 19] = [
    "fixture",
    "competition",
    "season",
    "date",
    "kickoff",
    "home",
    "away",
    "as_of",
    "fitted_at",
    "model",
    "p_home",
    "p_draw",
    "p_away",
    "home_score",
    "away_score",
    "outcome",
    "market_home",
    "market_draw",
    "market_away",
];

/// One row per match and forecaster, by kick-off; the market's probabilities stand beside every forecast too.
pub(crate) async fn run(store: &Store, forecasts: &[Forecasts]) -> Result<Vec<u8>> {
    let teams: std::collections::BTreeMap<_, _> =
        store.teams().await?.into_iter().map(|team| (team.id, team.name)).collect();
    let mut csv = csv::Writer::from_writer(Vec::new());
    csv.write_record(HEAD)?;
    for competition in forecasts {
        let market = competition.names.iter().position(|name| name == market_baseline::NAME);
        for m in &competition.matches {
            let name = |team| teams.get(&team).cloned().unwrap_or_else(|| format!("team {}", team.0));
            let market = three(market.and_then(|i| m.probabilities[i]));
            for (model, said) in competition.names.iter().zip(&m.probabilities) {
                let Some(said) = said else { continue };
                let [p_home, p_draw, p_away] = three(Some(*said));
                let outcome = match m.outcome {
                    OutcomeClass::Home => "home",
                    OutcomeClass::Draw => "draw",
                    OutcomeClass::Away => "away",
                };
                let row = [
                    m.fixture.0.to_string(),
                    competition.competition.to_string(),
                    m.season.to_string(),
                    m.kickoff.strftime("%Y-%m-%d").to_string(),
                    m.kickoff.to_string(),
                    name(m.home),
                    name(m.away),
                    m.as_of.to_string(),
                    m.fitted_at.to_string(),
                    model.clone(),
                    p_home,
                    p_draw,
                    p_away,
                    m.score.home.to_string(),
                    m.score.away.to_string(),
                    outcome.to_owned(),
                ];
                csv.write_record(row.iter().chain(&market))?;
            }
        }
    }
    Ok(csv.into_inner().map_err(csv::IntoInnerError::into_error)?)
}

/// As short as they can be read back to the bit.
fn three(p: Option<OutcomeProbabilities>) -> [String; 3] {
    p.map_or_else(Default::default, |p| p.as_array().map(|p| p.to_string()))
}
