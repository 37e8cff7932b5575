//! All default models fitted on years of several leagues, kept in memory together, and one fixture forecast by each.

use std::{hint::black_box, path::Path, time::Instant};

use anyhow::{Context, Result};
use domain::{Briefing, CompetitionId, Fixture, RecordedBy, Sport};
use forecast::model::{FittedModel, Model, OddsUse, models};
use jiff::SignedDuration;
use serde_json::{Value, json};
use store::{Access, QuoteScope, Scope, Store};

/// Fits every default soccer model on each competition of a database and times forecasts of the last fixture of the first.
pub(crate) fn run(database: &Path, competitions: &[&str], repeats: usize) -> Result<Value> {
    let competitions: Vec<CompetitionId> =
        competitions.iter().map(|id| Ok(id.parse()?)).collect::<Result<_>>()?;
    let first = *competitions.first().context("no competition is named")?;
    let models: Vec<Box<dyn Model>> =
        models().into_iter().filter(|model| model.supports(Sport::Soccer) && !model.on_request()).collect();
    let read_odds = models.iter().any(|model| model.odds_use() != OddsUse::Nothing);
    let quotes = if read_odds { QuoteScope::All } else { QuoteScope::None };
    let scope = Scope { competitions: competitions.clone(), quotes, known_before: None };
    let history = tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
        let store = Store::open(database, Access::ReadWrite).await?;
        store.history(&scope).await
    })?;
    let fixtures = history.fixtures_for_scoring();
    let last = fixtures.iter().filter(|f| f.competition == first).max_by_key(|f| f.kickoff.earliest());
    let fixture: Fixture = **last.context("the first competition has no fixture")?;
    let at = fixture.kickoff.earliest() - SignedDuration::from_hours(1);
    let snapshot = history.as_of(at, RecordedBy::Now);
    let mut fits: Vec<Box<dyn FittedModel>> = Vec::new();
    for competition in &competitions {
        for model in &models {
            let fitted = model.fit(&snapshot, *competition, None);
            fits.push(fitted.with_context(|| format!("{} on {competition}", model.name()))?);
        }
    }
    let briefing = snapshot.briefing(&fixture);
    let mut seconds = Vec::with_capacity(repeats);
    for _ in 0..repeats {
        let start = Instant::now();
        forecast_by(&fits[..models.len()], black_box(&briefing))?;
        seconds.push(start.elapsed().as_secs_f64());
    }
    Ok(json!({
        "models": models.iter().map(|model| model.name()).collect::<Vec<_>>(),
        "matches": snapshot.played().count(),
        "quotes": read_odds,
        "seconds": seconds,
    }))
}

fn forecast_by(fits: &[Box<dyn FittedModel>], briefing: &Briefing<'_>) -> Result<()> {
    for fitted in fits {
        black_box(fitted.forecast(briefing)?);
    }
    Ok(())
}
