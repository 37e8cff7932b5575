//! Imports predictions made elsewhere as forecasts of external models: finds the match of each, checks that it was said before
//! the match, and stores what was stated with the distribution nearest to the base rate that says it.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    path::PathBuf,
};

use anyhow::{Context as _, Result};
use domain::{
    CompetitionId, Fixture, FixtureId, Forecast, Loss, PredictedMatch, PredictionRecord, Reason, RecordedBy,
    Rejection, ScoreDistribution, TeamId,
};
use forecast::{FittedModel, ForecastError, backtest::Schedule, model::by_name, projection};
use ingest::{
    identity::{Resolved, Roster, resolve},
    prediction::{self, FORMAT},
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use store::{EXTERNAL, ImportBatch, NewPrediction, PayloadHash, PredictionBatch, QuoteScope, Store};

use super::{
    import_files::{self, Imported, Payload, RefusedFile},
    load_history::{self, Loaded},
};
use crate::app::App;

/// The model whose scores fill in what a prediction leaves open.
const BASE_RATE: &str = "base_rate";

/// Reads and imports files in their order.
pub(crate) async fn run(app: &App, store: &Store, files: Vec<PathBuf>) -> Result<Imported> {
    let mut imported = Imported::default();
    let bar = app.out.progress(files.len(), "importing");
    for path in files {
        let name = path.display().to_string();
        match std::fs::read(&path) {
            Ok(bytes) => one(app, store, Payload { name, bytes }, &mut imported).await?,
            Err(error) => {
                imported.files += 1;
                let why = format!("cannot be read: {error}");
                imported.refused_files.push(RefusedFile { file: name, why });
            }
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    imported.sum_up();
    import_files::refresh(store).await?;
    Ok(imported)
}

/// Imports one payload and counts what came of it.
pub(crate) async fn one(app: &App, store: &Store, payload: Payload, imported: &mut Imported) -> Result<()> {
    imported.files += 1;
    let parsed = prediction::parse(&payload.bytes);
    let rows = parsed.records.len() as u64;
    if store.is_imported(PayloadHash::of(&payload.bytes), FORMAT).await? {
        imported.unchanged += 1;
        imported.duplicates += rows;
        imported.refuse(&payload.name, &parsed.rejections);
        return Ok(());
    }
    let roster = Roster::new(store.aliases().await?.into_iter().map(|a| (a.pool, a.alias, a.team)))?;
    let resolved = resolve(parsed.records, &roster);
    let mut refused = parsed.rejections;
    refused.extend(resolved.rejections());
    let Resolved { records, unknown, .. } = resolved;
    let mut finder = Finder::load(store, &records).await?;
    let mut batch = PredictionBatch { complete: unknown.is_empty(), ..PredictionBatch::default() };
    for record in records {
        match finder.prediction(&record)? {
            Ok(prediction) => batch.predictions.push(prediction),
            Err(rejection) => {
                batch.complete &= !waits(rejection.reason);
                refused.push(rejection);
            }
        }
    }
    imported.refuse(&payload.name, &refused);
    imported.unknown_names += unknown.len();
    batch.file = ImportBatch {
        source: FORMAT.to_owned(),
        format: FORMAT.to_owned(),
        file: payload.name.clone(),
        payload: payload.bytes,
        recorded_at: app.clock.now(),
        rejections: refused,
        unknown_names: unknown.into_iter().collect(),
        ..ImportBatch::default()
    };
    let outcome = store.import_predictions(batch).await;
    let outcome = outcome.with_context(|| format!("{} was not imported", payload.name))?;
    imported.refuse(&payload.name, &outcome.conflicts);
    imported.forecasts += outcome.forecasts;
    imported.duplicates += outcome.duplicates;
    imported.unchanged += usize::from(outcome.unchanged);
    Ok(())
}

/// Whether another import may make the row good.
fn waits(reason: Reason) -> bool {
    matches!(reason, Reason::UnknownFixture | Reason::TooFewEarlierMatches)
}

/// What finds matches and base rates.
struct Finder {
    competitions: BTreeMap<CompetitionId, Known>,
    by_number: HashMap<FixtureId, CompetitionId>,
}

/// A competition with the matches predictions may be about.
struct Known {
    loaded: Loaded,
    by_pairing: HashMap<(TeamId, TeamId, Date), FixtureId>,
    latest: HashMap<FixtureId, Fixture>,
    /// By the moment of the fit; none where there is too little to learn from.
    base_rates: HashMap<Timestamp, Option<Box<dyn FittedModel>>>,
}

impl Finder {
    async fn load(store: &Store, records: &[PredictionRecord<TeamId>]) -> Result<Self> {
        let mut finder = Self { competitions: BTreeMap::new(), by_number: HashMap::new() };
        let mut wanted = BTreeSet::new();
        for record in records {
            match &record.about {
                PredictedMatch::Pairing { competition, .. } => {
                    wanted.insert(*competition);
                }
                PredictedMatch::Fixture(fixture) => {
                    if let Some(competition) = store.competition_of(*fixture).await? {
                        finder.by_number.insert(*fixture, competition);
                        wanted.insert(competition);
                    }
                }
            }
        }
        let stored: BTreeSet<CompetitionId> = store.competitions().await?.into_iter().map(|c| c.id).collect();
        for competition in wanted.intersection(&stored) {
            let loaded = load_history::run(store, *competition, QuoteScope::None).await?;
            finder.competitions.insert(*competition, Known::of(loaded)?);
        }
        Ok(finder)
    }

    /// The prediction to store, or why it cannot be.
    fn prediction(
        &mut self,
        record: &PredictionRecord<TeamId>,
    ) -> Result<std::result::Result<NewPrediction, Rejection>> {
        let Some((known, fixture)) = self.find(&record.about) else {
            return Ok(Err(rejection(record, "fixture_id", about(record), Reason::UnknownFixture)));
        };
        if record.as_of > fixture.kickoff.latest() {
            return Ok(Err(rejection(record, "as_of", record.as_of.to_string(), Reason::AfterKickoff)));
        }
        let Some(base) = known.base_rate(record.as_of, &fixture)? else {
            return Ok(Err(rejection(
                record,
                "as_of",
                record.as_of.to_string(),
                Reason::TooFewEarlierMatches,
            )));
        };
        let distribution = match projection::nearest(&base, &record.statement) {
            Ok(distribution) => distribution,
            Err(ForecastError::Unattainable { stated }) => {
                return Ok(Err(rejection(
                    record,
                    "probability_home",
                    stated,
                    Reason::ContradictoryPrediction,
                )));
            }
            Err(error) => return Err(error.into()),
        };
        Ok(Ok(new(record, fixture.id, distribution)))
    }

    fn find(&mut self, about: &PredictedMatch<TeamId>) -> Option<(&mut Known, Fixture)> {
        let (known, fixture) = match about {
            PredictedMatch::Fixture(fixture) => {
                (self.competitions.get_mut(self.by_number.get(fixture)?)?, *fixture)
            }
            PredictedMatch::Pairing { competition, local_date, home, away } => {
                let known = self.competitions.get_mut(competition)?;
                let fixture = *known.by_pairing.get(&(*home, *away, *local_date))?;
                (known, fixture)
            }
        };
        let fixture = *known.latest.get(&fixture)?;
        Some((known, fixture))
    }
}

impl Known {
    /// A fixture is found under every date it was ever announced for.
    fn of(loaded: Loaded) -> Result<Self> {
        let zone = TimeZone::get(&loaded.competition.zone)?;
        let (mut by_pairing, mut latest) = (HashMap::new(), HashMap::new());
        for fact in loaded.history.fixture_facts() {
            let fixture = fact.value;
            let date = fixture.kickoff.earliest().to_zoned(zone.clone()).date();
            by_pairing.insert((fixture.home, fixture.away, date), fixture.id);
            // In the order they became known.
            latest.insert(fixture.id, fixture);
        }
        Ok(Self { loaded, by_pairing, latest, base_rates: HashMap::new() })
    }

    /// How scores of the competition were spread, as known at the last weekly refit before a moment.
    fn base_rate(&mut self, as_of: Timestamp, fixture: &Fixture) -> Result<Option<ScoreDistribution>> {
        let moment = Schedule::weekly().fit_moment(as_of);
        let history = &self.loaded.history;
        if !self.base_rates.contains_key(&moment) {
            let snapshot = history.as_of(moment, RecordedBy::Now);
            let fitted = match by_name(BASE_RATE)?.fit(&snapshot, self.loaded.competition.id, None) {
                Ok(fitted) => Some(fitted),
                Err(ForecastError::TooFewMatches { .. }) => None,
                Err(error) => return Err(error.into()),
            };
            self.base_rates.insert(moment, fitted);
        }
        let Some(Some(fitted)) = self.base_rates.get(&moment) else { return Ok(None) };
        let briefing = history.briefing(fixture, moment, RecordedBy::Now);
        Ok(Some(fitted.forecast(&briefing)?.distribution))
    }
}

fn new(
    record: &PredictionRecord<TeamId>,
    fixture: FixtureId,
    distribution: ScoreDistribution,
) -> NewPrediction {
    let name = record.model.strip_prefix(EXTERNAL).unwrap_or(&record.model);
    NewPrediction {
        row: record.row,
        forecast: Forecast {
            fixture,
            as_of: record.as_of,
            model: format!("{EXTERNAL}{name}"),
            distribution,
            uncertainty: None,
            training_matches: 0,
        },
        statement: record.statement,
    }
}

fn about(record: &PredictionRecord<TeamId>) -> String {
    match &record.about {
        PredictedMatch::Fixture(fixture) => fixture.0.to_string(),
        PredictedMatch::Pairing { local_date, .. } => local_date.to_string(),
    }
}

fn rejection(record: &PredictionRecord<TeamId>, field: &str, value: String, reason: Reason) -> Rejection {
    let field = match (&record.about, reason) {
        (PredictedMatch::Pairing { .. }, Reason::UnknownFixture) => "date",
        _ => field,
    };
    Rejection { row: record.row, field: Some(field.to_owned()), value, reason, loss: Loss::Row }
}
