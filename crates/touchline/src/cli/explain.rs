//! `touchline explain`

use anyhow::{Result, anyhow};
use clap::Args;
use domain::{RecordedBy, Sequence, Snapshot};
use forecast::model::by_name;
use serde::Serialize;
use store::{ForecastId, QuoteScope, StoredForecast};

use crate::{
    app::App,
    exit::Stop,
    jobs::{
        forecast_fixtures::{CODE_VERSION, Fitted, shown},
        load_history::{self, Loaded},
    },
    output::table,
    report::UpcomingForecast,
};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The forecast's number
    id: i64,
}

/// A forecast with everything it came from.
#[derive(Debug, Serialize)]
struct Explanation {
    forecast: UpcomingForecast,
    code_version: String,
    data_sequence: Sequence,
    input_hash: String,
    training_matches: usize,
    /// Whether refitting on the same inputs gave the very same bits; none when another code version is needed.
    reproduced: Option<bool>,
    parameters: serde_json::Value,
    last_matches: Vec<String>,
}

pub(super) async fn run(app: &App, arguments: &Arguments) -> Result<()> {
    let store = app.existing_store().await?;
    let Some(stored) = store.forecast(ForecastId(arguments.id)).await? else {
        return Err(Stop::Usage(format!("there is no forecast {}", arguments.id)).into());
    };
    let fixture = stored.made.forecast.fixture;
    let competition = store.competition_of(fixture).await?;
    let competition = competition.ok_or_else(|| anyhow!("fixture {} is not stored", fixture.0))?;
    let loaded = load_history::run(&store, competition, QuoteScope::None).await?;
    let explanation = explain(&stored, &loaded)?;
    app.out.answer(&explanation, || print(&explanation))?;
    match explanation.reproduced {
        Some(false) => {
            Err(anyhow!("the forecast could not be rebuilt from its inputs: its number is not to be trusted"))
        }
        Some(true) | None => Ok(()),
    }
}

fn explain(stored: &StoredForecast, loaded: &Loaded) -> Result<Explanation> {
    let (id, stored) = (stored.id, &stored.made);
    let recorded_by = RecordedBy::Import(stored.data_sequence);
    let snapshot = loaded.history.as_of(stored.forecast.as_of, recorded_by);
    // The fixture may have been announced after the fit; then what was known when the forecast was made decides.
    let seen = loaded.history.as_of(stored.made_at, recorded_by);
    let id_of_fixture = stored.forecast.fixture;
    let fixture = snapshot
        .fixture(id_of_fixture)
        .or_else(|| seen.fixture(id_of_fixture))
        .ok_or_else(|| anyhow!("fixture {} is not stored", stored.forecast.fixture.0))?;
    let model = by_name(&stored.forecast.model)?;
    let fitted = Fitted::on(&snapshot, model.as_ref(), &loaded.competition)?;
    let rebuilt = fitted.forecast(fixture)?;
    let same = rebuilt.distribution == stored.forecast.distribution;
    Ok(Explanation {
        forecast: shown(id.0, &stored.forecast, fixture, |team| loaded.name(team))?,
        code_version: stored.code_version.clone(),
        data_sequence: stored.data_sequence,
        input_hash: stored.input_hash.clone(),
        training_matches: stored.forecast.training_matches,
        reproduced: (stored.code_version == CODE_VERSION).then_some(same),
        parameters: of_fixture(fitted.model().parameters(), fixture),
        last_matches: last_matches(&snapshot, fixture, loaded),
    })
}

/// A model's parameters without those of teams that do not play.
fn of_fixture(mut parameters: serde_json::Value, fixture: &domain::Fixture) -> serde_json::Value {
    if let Some(teams) = parameters.get_mut("teams").and_then(serde_json::Value::as_array_mut) {
        teams.retain(|team| {
            let id = team.get("team").and_then(serde_json::Value::as_i64);
            id == Some(fixture.home.0) || id == Some(fixture.away.0)
        });
    }
    parameters
}

/// The last matches of both sides that the model had seen.
fn last_matches(snapshot: &Snapshot<'_>, fixture: &domain::Fixture, loaded: &Loaded) -> Vec<String> {
    let plays = |team| move |m: &domain::PlayedMatch<'_>| m.fixture.home == team || m.fixture.away == team;
    let mut lines = Vec::new();
    for team in [fixture.home, fixture.away] {
        lines.extend(snapshot.played_in(fixture.competition).rev().filter(plays(team)).take(5).map(|m| {
            let day = m.fixture.kickoff.earliest().strftime("%Y-%m-%d");
            format!("{day} {} – {} {}", loaded.name(m.fixture.home), loaded.name(m.fixture.away), m.score())
        }));
    }
    lines
}

fn print(explanation: &Explanation) {
    let f = &explanation.forecast;
    println!("forecast {}: {} – {}, {}", f.id, f.home, f.away, f.competition);
    println!(
        "{} on {} matches known before {}, imports up to {}, code {}, inputs {}",
        f.model,
        explanation.training_matches,
        f.as_of,
        explanation.data_sequence.0,
        explanation.code_version,
        &explanation.input_hash[..explanation.input_hash.len().min(12)]
    );
    match explanation.reproduced {
        Some(true) => println!("rebuilt from its inputs: the same to the last bit"),
        Some(false) => println!("rebuilt from its inputs: DIFFERENT"),
        None => println!("to rebuild it, use Touchline {}", explanation.code_version),
    }
    println!("\nlast matches the model had seen:");
    for line in &explanation.last_matches {
        println!("  {line}");
    }
    println!("\nparameters: {:#}", explanation.parameters);
    let rows = f.fair_odds.iter().filter(|o| o.market != "correct_score").map(|o| {
        let odds = o.odds.map_or_else(|| "–".into(), |odds| format!("{odds:.3}"));
        [o.market.clone(), o.selection.clone(), format!("{:.4}", o.probability), odds]
    });
    println!("{}", table(["market", "selection", "probability", "fair odds"], rows));
}
