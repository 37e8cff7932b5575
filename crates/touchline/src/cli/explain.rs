//! `touchline explain`

use anyhow::{Result, anyhow};
use clap::Args;
use domain::{Fixture, RecordedBy, Sequence, Snapshot, Stated};
use forecast::model::by_name;
use serde::Serialize;
use serde_json::Value;
use store::{ForecastId, NewForecast, StoredForecast};

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
    /// Whether refitting on the same inputs gave the very same bits.
    reproduced: bool,
    parameters: Value,
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
    if stored.made.stated() != Stated::Distribution {
        let (model, import) = (&stored.made.forecast.model, stored.made.data_sequence.0);
        return Err(anyhow!(
            "forecast {} was made elsewhere, by {model}, and came with import {import}: there is nothing to rebuild it from",
            arguments.id
        ));
    }
    if stored.made.code_version != CODE_VERSION {
        let needed = &stored.made.code_version;
        return Err(anyhow!(
            "forecast {} was made by Touchline {needed}: only that version rebuilds it bit for bit",
            arguments.id
        ));
    }
    let loaded =
        load_history::run(&store, competition, load_history::quotes_for(&stored.made.forecast.model)).await?;
    let explanation = explain(&stored, &loaded)?;
    app.out.answer(&explanation, || print(&explanation))?;
    if explanation.reproduced {
        return Ok(());
    }
    Err(anyhow!("the forecast could not be rebuilt from its inputs: its number is not to be trusted"))
}

fn explain(stored: &StoredForecast, loaded: &Loaded) -> Result<Explanation> {
    let (id, stored) = (stored.id, &stored.made);
    let recorded_by = RecordedBy::Import(stored.data_sequence);
    let snapshot = loaded.history.as_of(stored.forecast.as_of, recorded_by);
    let model = by_name(&stored.forecast.model)?;
    let fitted = Fitted::on(&snapshot, model.as_ref(), &loaded.competition)?;
    let fixture = fixture_of(stored, loaded, &fitted)?;
    let rebuilt = fitted.forecast(&loaded.history, fixture)?;
    let same = rebuilt == stored.forecast && fitted.input_hash(&loaded.history, fixture) == stored.input_hash;
    Ok(Explanation {
        forecast: shown(id.0, &stored.forecast, fixture, |team| loaded.name(team))?,
        code_version: stored.code_version.clone(),
        data_sequence: stored.data_sequence,
        input_hash: stored.input_hash.clone(),
        training_matches: stored.forecast.training_matches,
        reproduced: same,
        parameters: of_fixture(fitted.model().parameters(), fixture),
        last_matches: last_matches(&snapshot, fixture, loaded),
    })
}

/// The fixture in the version that was forecast: the one whose inputs hash to the stored hash. It may have been announced, or
/// have changed, between the fit and the forecast.
fn fixture_of<'l>(stored: &NewForecast, loaded: &'l Loaded, fitted: &Fitted) -> Result<&'l Fixture> {
    let id = stored.forecast.fixture;
    let versions = || loaded.history.fixture_facts().iter().map(|f| &f.value).filter(|f| f.id == id);
    let hashed = versions().find(|f| fitted.input_hash(&loaded.history, f) == stored.input_hash);
    hashed.or_else(|| versions().next()).ok_or_else(|| anyhow!("fixture {} is not stored", id.0))
}

/// A model's parameters, those of its members too, without teams that do not play.
fn of_fixture(mut parameters: Value, fixture: &Fixture) -> Value {
    let plays = |team: &Value| {
        let id = team.get("team").and_then(Value::as_i64);
        id.is_none() || id == Some(fixture.home.0) || id == Some(fixture.away.0)
    };
    match &mut parameters {
        Value::Array(list) => {
            list.retain(plays);
            for value in list.iter_mut() {
                *value = of_fixture(value.take(), fixture);
            }
        }
        Value::Object(fields) => {
            for value in fields.values_mut() {
                *value = of_fixture(value.take(), fixture);
            }
        }
        _ => {}
    }
    parameters
}

/// The last matches of both sides that the model had seen.
fn last_matches(snapshot: &Snapshot<'_>, fixture: &Fixture, loaded: &Loaded) -> Vec<String> {
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
    let verdict = if explanation.reproduced { "the same to the last bit" } else { "DIFFERENT" };
    println!("rebuilt from its inputs: {verdict}");
    println!("\nlast matches the model had seen:");
    for line in &explanation.last_matches {
        println!("  {line}");
    }
    println!("\nparameters: {:#}", explanation.parameters);
    let rows = f.fair_odds.iter().filter(|o| o.market != "correct_score").map(|o| {
        let odds = o.odds.map_or_else(|| "–".into(), |odds| format!("{odds:.3}"));
        [o.market.clone(), o.selection.clone(), format!("{:.4}", o.probability), odds, o.interval_in_words()]
    });
    println!("{}", table(["market", "selection", "probability", "fair odds", "80 % interval"], rows));
}
