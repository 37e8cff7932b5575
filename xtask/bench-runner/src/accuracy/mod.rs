//! Forecasts of held-out seasons and how good they were. One file per field, listed in [`run`].

mod points;
mod soccer;

use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufWriter, Write as _},
    path::Path,
    sync::Arc,
};

use anyhow::{Context, Result, bail};
use domain::{
    BookId, CompetitionId, FixtureId, History, Outcome, OutcomeClass, OutcomeProbabilities, Score,
    ScoreDistribution, TeamId,
    interval::{Level, ScoreView},
    snapshot::settled_score,
};
use forecast::backtest::MatchForecasts;
use serde_json::{Value, json};
use store::{Access, QuoteScope, Scope, Store};

/// Walks through a field's held-out seasons, appends every forecast to `forecasts` and returns the figures.
pub(crate) fn run(field: &str, database: &Path, forecasts: &Path) -> Result<Value> {
    let file = File::options().append(true).open(forecasts);
    let mut writer = BufWriter::new(file.with_context(|| format!("cannot open {}", forecasts.display()))?);
    let figures = match field {
        "soccer" => soccer::run(database, &mut writer)?,
        "nfl" => points::run(&points::NFL, database, &mut writer)?,
        "nba" => points::run(&points::NBA, database, &mut writer)?,
        other => bail!("no field {other:?}; there are soccer, nfl and nba"),
    };
    writer.flush()?;
    Ok(json!({ "figures": figures.iter().map(Figure::to_json).collect::<Vec<_>>() }))
}

/// One number with its name.
#[derive(Debug, Clone)]
pub(crate) struct Figure {
    pub(crate) name: String,
    pub(crate) value: f64,
    pub(crate) unit: &'static str,
}

impl Figure {
    pub(crate) fn new(name: impl Into<String>, value: f64, unit: &'static str) -> Self {
        Self { name: name.into(), value, unit }
    }

    fn to_json(&self) -> Value {
        json!({ "name": self.name, "value": self.value, "unit": self.unit, "peer": null, "ratio": null })
    }
}

/// How often the central intervals of a score's total and margin held what came.
#[derive(Default)]
pub(crate) struct Coverage {
    n: f64,
    held: [f64; 3],
}

impl Coverage {
    pub(crate) fn add(&mut self, said: &ScoreDistribution, score: Score) {
        for view in [ScoreView::Total, ScoreView::Margin] {
            self.n += 1.0;
            for (held, level) in self.held.iter_mut().zip(Level::ALL) {
                *held += said.coverage(view, level, score);
            }
        }
    }

    /// `NAME_50`, `NAME_80` and `NAME_95`.
    pub(crate) fn figures(&self, name: &str) -> Vec<Figure> {
        let levels = self.held.iter().zip(Level::ALL);
        let figure = |(held, level): (&f64, Level)| {
            Figure::new(format!("{name}_{:.0}", 100.0 * level.mass()), held / self.n, "share")
        };
        levels.map(figure).collect()
    }
}

/// The final score of every match, for scoring.
pub(crate) fn scores(history: &History) -> BTreeMap<FixtureId, Score> {
    let outcomes: BTreeMap<FixtureId, &Outcome> =
        history.result_facts().iter().map(|f| (f.value.fixture, &f.value.outcome)).collect();
    let fixtures = history.fixtures_for_scoring().into_iter();
    fixtures.filter_map(|f| Some((f.id, settled_score(f, outcomes.get(&f.id)?)))).collect()
}

/// The facts of some competitions with the prices of one book, and the names of all teams.
pub(crate) struct Loaded {
    pub(crate) history: Arc<History>,
    pub(crate) teams: BTreeMap<TeamId, String>,
}

pub(crate) fn load(database: &Path, competitions: Vec<CompetitionId>, books: Vec<BookId>) -> Result<Loaded> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let store = Store::open(database, Access::ReadOnly).await?;
        let scope = Scope { competitions, quotes: QuoteScope::Books(books), known_before: None };
        let history = store.history(&scope).await?;
        let teams = store.teams().await?.into_iter().map(|team| (team.id, team.name)).collect();
        store.close().await;
        Ok(Loaded { history, teams })
    })
}

/// One forecast as a line of the file that `cargo xtask bench accuracy --out DIR` leaves.
pub(crate) fn write_forecast(
    writer: &mut impl std::io::Write,
    figure: &str,
    competition: CompetitionId,
    teams: &BTreeMap<TeamId, String>,
    one: &MatchForecasts,
    said: OutcomeProbabilities,
) -> Result<()> {
    let name = |team: TeamId| teams.get(&team).map_or("", String::as_str);
    let [home, draw, away] = said.as_array();
    let outcome = match one.outcome {
        OutcomeClass::Home => "home",
        OutcomeClass::Draw => "draw",
        OutcomeClass::Away => "away",
    };
    writeln!(
        writer,
        "{figure},{competition},{},{},{},{},{},{home},{draw},{away},{outcome}",
        one.fixture.0,
        name(one.home),
        name(one.away),
        one.kickoff,
        one.as_of,
    )?;
    Ok(())
}
