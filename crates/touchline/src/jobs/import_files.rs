//! Imports files: parse, resolve names, judge, store. One file is one transaction. One thread parses ahead while the store
//! writes, so that both cores of a small machine have work.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context, Result, anyhow};
use domain::{Competition, CompetitionId, Loss, Rejection, UnknownName};
use ingest::{
    check::{Contracts, Held, HeldBack, Judged, Verdict, judge_import},
    identity::{Naming, Roster, resolve},
    prediction,
    source::{self, Mapping, Source},
};
use jiff::Timestamp;
use serde::Serialize;
use store::{ImportBatch, ImportOutcome, PayloadHash, Quarantined, ReleasedRow, Store};
use tokio::sync::mpsc;

use super::import_predictions;
use crate::{app::App, exit::Stop};

/// A format to read files by.
#[derive(Clone)]
pub(crate) enum Format {
    /// One of the listed sources.
    Listed(&'static dyn Source),
    /// A mapping file, and its name with a hash: a mapping that was mended reads the same file anew.
    Mapped(Arc<Mapping>, String),
}

impl Format {
    fn source(&self) -> &dyn Source {
        match self {
            Self::Listed(source) => *source,
            Self::Mapped(mapping, _) => mapping.as_ref(),
        }
    }

    /// What an import is remembered by, beside its payload.
    fn key(&self) -> String {
        match self {
            Self::Listed(source) => source.code().to_owned(),
            Self::Mapped(_, key) => key.clone(),
        }
    }

    fn competitions(&self) -> Vec<Competition> {
        let own = match self {
            Self::Listed(_) => &[],
            Self::Mapped(mapping, _) => mapping.competitions(),
        };
        own.iter().chain(domain::competition::COMPETITIONS).cloned().collect()
    }
}

/// The format of that name, or of that mapping file.
pub(crate) fn format(name: &str) -> Result<Format> {
    if Path::new(name).extension().is_some_and(|e| e.eq_ignore_ascii_case("toml")) {
        let text =
            std::fs::read_to_string(name).with_context(|| format!("mapping file {name} cannot be read"))?;
        let mapping = Mapping::from_toml(&text).with_context(|| format!("mapping file {name} is wrong"))?;
        let hash = PayloadHash::of(text.as_bytes()).to_string();
        let key = format!("{}@{}", mapping.code(), &hash[..12]);
        return Ok(Format::Mapped(Arc::new(mapping), key));
    }
    let listed = source::by_format(name).map(Format::Listed);
    listed.ok_or_else(|| {
        let list = source::SOURCES.iter().map(|s| s.code()).chain([prediction::FORMAT]);
        let there_is = list.collect::<Vec<_>>().join(", ");
        Stop::Usage(format!(
            "no format {name:?}; there is {there_is}, or name a mapping file that ends in .toml"
        ))
        .into()
    })
}

/// One payload with the name it came under.
pub(crate) struct Payload {
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
}

/// What all files together came to.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Imported {
    /// Files read.
    pub(crate) files: usize,
    /// Files whose every byte was stored before.
    pub(crate) unchanged: usize,
    /// Fixtures nobody had announced.
    pub(crate) fixtures: u64,
    /// Results that are new.
    pub(crate) results: u64,
    /// Statistics that are new.
    pub(crate) statistics: u64,
    /// Line-ups that are new.
    pub(crate) line_ups: u64,
    /// Players nobody had named.
    pub(crate) players: u64,
    /// Venues of matches that are new.
    pub(crate) venues: u64,
    /// Weather that is new.
    pub(crate) weather: u64,
    /// Plays that are new.
    pub(crate) plays: u64,
    /// What players did in a match that is new.
    pub(crate) player_statistics: u64,
    /// Reports on injured players that are new.
    pub(crate) injuries: u64,
    /// Prices that are new.
    pub(crate) quotes: u64,
    /// Forecasts made elsewhere that are new.
    pub(crate) forecasts: u64,
    /// Rows, fields and files that could not be used.
    pub(crate) rejected: u64,
    /// Matches that were stored already.
    pub(crate) duplicates: u64,
    /// Matches whose score differs from what was stored.
    pub(crate) corrections: u64,
    /// Team names waiting for a decision.
    pub(crate) unknown_names: usize,
    /// Rejections counted by reason and by how much they cost.
    pub(crate) by_reason: Vec<ByReason>,
    /// Files of which nothing could be used.
    pub(crate) refused_files: Vec<RefusedFile>,
    /// Files of which nothing was stored, because a check blocks.
    pub(crate) blocked_files: Vec<RefusedFile>,
    /// Every rejection.
    #[serde(skip)]
    pub(crate) refused: Vec<Refused>,
}

/// How often something was wrong.
#[derive(Debug, Serialize)]
pub(crate) struct ByReason {
    /// What.
    pub(crate) reason: String,
    /// `field`, `row` or `file`.
    pub(crate) loss: String,
    /// How often.
    pub(crate) count: usize,
}

/// A file of which nothing could be used.
#[derive(Debug, Serialize)]
pub(crate) struct RefusedFile {
    /// Which.
    pub(crate) file: String,
    /// Why.
    pub(crate) why: String,
}

/// A rejection with its file.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Refused {
    pub(crate) file: String,
    pub(crate) row: u32,
    pub(crate) field: Option<String>,
    pub(crate) value: String,
    pub(crate) reason: String,
    pub(crate) remedy: &'static str,
    pub(crate) loss: Loss,
}

/// Reads and imports files in their order.
pub(crate) async fn run(
    app: &App,
    store: &Store,
    format: Format,
    contracts: &Contracts,
    files: Vec<PathBuf>,
) -> Result<Imported> {
    let count = files.len();
    let payloads = files.into_iter().map(|path| {
        let file = path.display().to_string();
        match std::fs::read(&path) {
            Ok(bytes) => Ok(Payload { name: file, bytes }),
            Err(error) => Err(RefusedFile { file, why: format!("cannot be read: {error}") }),
        }
    });
    let imported = run_payloads(app, store, format, contracts, count, payloads).await?;
    refresh(store).await?;
    Ok(imported)
}

/// Brings the aggregates up to date with what was imported.
pub(crate) async fn refresh(store: &Store) -> Result<()> {
    let refreshed = super::refresh_aggregates::run(store).await;
    refreshed
        .context("the files are imported; `touchline stats refresh` brings the statistics up to date")?;
    Ok(())
}

/// An archived payload to be read again, with the name and the format it came under.
pub(crate) struct Archived {
    pub(crate) file: String,
    pub(crate) format: String,
    pub(crate) hash: PayloadHash,
}

/// Reads archived payloads again, after a decision let more of them pass.
pub(crate) async fn again(app: &App, store: &Store, archived: Vec<Archived>) -> Result<Imported> {
    let contracts = super::run_checks::contracts(&app.config.checks)?;
    let mut imported = Imported::default();
    for Archived { file, format: name, hash } in archived {
        if name == prediction::FORMAT {
            let bytes = store.payload(hash).await?.with_context(|| format!("the archive lacks {file}"))?;
            import_predictions::one(app, store, Payload { name: file, bytes }, &mut imported).await?;
            continue;
        }
        let Ok(format) = format(&name) else {
            app.out.say(format!("import {file} again by its mapping file: {name} is not built in"));
            continue;
        };
        let bytes = store.payload(hash).await?.with_context(|| format!("the archive lacks {file}"))?;
        let one = std::iter::once(Ok(Payload { name: file, bytes }));
        imported.add(run_payloads(app, store, format, &contracts, 1, one).await?);
    }
    imported.sum_up();
    refresh(store).await?;
    Ok(imported)
}

/// Imports payloads in their order.
pub(crate) async fn run_payloads(
    app: &App,
    store: &Store,
    format: Format,
    contracts: &Contracts,
    count: usize,
    payloads: impl Iterator<Item = Result<Payload, RefusedFile>> + Send + 'static,
) -> Result<Imported> {
    let now = app.clock.now();
    let roster = Roster::new(store.aliases().await?.into_iter().map(|a| (a.pool, a.alias, a.team)))?;
    let reader = Reader { format, roster, contracts: contracts.clone(), now };
    let (sender, mut receiver) = mpsc::channel(2);
    let reading = tokio::task::spawn_blocking(move || {
        for payload in payloads {
            // A closed channel means the writer gave up and says why itself.
            if sender.blocking_send(payload.map(|payload| reader.read(payload))).is_err() {
                break;
            }
        }
    });
    let bar = app.out.progress(count, "importing");
    let mut imported = Imported::default();
    while let Some(read) = receiver.recv().await {
        bar.inc(1);
        let mut read = match read {
            Ok(read) => read,
            Err(error) => {
                imported.files += 1;
                imported.refused_files.push(error);
                continue;
            }
        };
        let hash = PayloadHash::of(&read.batch.payload);
        read.reinstate(&store.released_rows(hash).await?);
        if store.is_imported(hash, &read.batch.format).await? {
            imported.count_unchanged(&read);
        } else if let Some(why) = read.blocked {
            imported.files += 1;
            imported.blocked_files.push(RefusedFile { file: read.batch.file, why });
        } else {
            imported.count(store, read).await?;
        }
    }
    reading.await?;
    bar.finish_and_clear();
    imported.sum_up();
    Ok(imported)
}

/// Everything that happens to a payload before it is stored.
struct Reader {
    format: Format,
    roster: Roster,
    contracts: Contracts,
    now: Timestamp,
}

/// A payload ready to be stored.
struct Read {
    batch: ImportBatch,
    /// Repeats within the file.
    duplicates: usize,
    /// Why a check refuses the file, when one does.
    blocked: Option<String>,
    /// What checks hold back, unless a person let it pass.
    held_back: Vec<HeldBack>,
}

impl Read {
    /// Puts back what a person let pass and turns the rest into quarantined rows and rejections.
    fn reinstate(&mut self, released: &[ReleasedRow]) {
        for held in std::mem::take(&mut self.held_back) {
            if released.iter().any(|r| r.row == held.row && r.rule == held.rule) {
                self.put_back(held);
            } else {
                self.batch.quarantined.push(quarantined(&held));
                self.batch.rejections.push(held.rejection());
            }
        }
    }

    fn put_back(&mut self, held: HeldBack) {
        let record = self.batch.records.iter_mut().find(|r| r.row == held.row);
        match (held.held, record) {
            (Held::Record(whole), _) => self.batch.records.push(*whole),
            (Held::Quotes(quotes), Some(record)) => record.quotes.extend(quotes),
            (Held::Statistics(statistics), Some(record)) => record.statistics = *statistics,
            // The whole row is held back by another rule as well, and stays out until that lets it pass too.
            (Held::Quotes(_) | Held::Statistics(_), None) => {}
        }
    }
}

impl Reader {
    fn read(&self, payload: Payload) -> Read {
        let source = self.format.source();
        let parsed = source.parse(&payload.bytes, &payload.name);
        let mut names = Names { rejections: parsed.rejections, unknown: BTreeMap::new() };
        let records = names.resolve(parsed.records, &self.roster);
        let sheets = names.resolve(parsed.sheets, &self.roster);
        let injuries = names.resolve(parsed.injuries, &self.roster);
        let judged = judge_import(records, &self.contracts, self.now);
        let blocked = (judged.verdict == Verdict::Block).then(|| blocked_by(&judged));
        let of_records = judged.records.iter().map(|r| r.competition);
        let of_sheets = sheets.iter().map(|s| s.competition);
        let used: BTreeSet<CompetitionId> =
            of_records.chain(of_sheets).chain(injuries.iter().map(|i| i.competition)).collect();
        let batch = ImportBatch {
            source: source.code().to_owned(),
            format: self.format.key(),
            file: payload.name,
            payload: payload.bytes,
            recorded_at: self.now,
            quarantined: Vec::new(),
            rejections: names.rejections,
            unknown_names: names.unknown.into_iter().collect(),
            competitions: self.format.competitions().into_iter().filter(|c| used.contains(&c.id)).collect(),
            records: judged.records,
            sheets,
            injuries,
        };
        Read { batch, duplicates: judged.duplicates, blocked, held_back: judged.held_back }
    }
}

/// What came of looking up names, for all records of a payload.
struct Names {
    rejections: Vec<Rejection>,
    unknown: BTreeMap<UnknownName, u32>,
}

impl Names {
    /// The records whose names are known; the others are noted.
    fn resolve<R: Naming>(&mut self, records: Vec<R>, roster: &Roster) -> Vec<R::Resolved> {
        let resolved = resolve(records, roster);
        self.rejections.extend(resolved.rejections());
        for (name, rows) in resolved.unknown {
            *self.unknown.entry(name).or_default() += rows;
        }
        resolved.records
    }
}

fn quarantined(held: &HeldBack) -> Quarantined {
    let what = match &held.held {
        Held::Record(_) => "the whole row",
        Held::Quotes(_) => "prices",
        Held::Statistics(_) => "statistics",
    };
    Quarantined { row: held.row, rule: held.rule.clone(), detail: format!("{what}: {}", held.detail) }
}

fn blocked_by(judged: &Judged) -> String {
    let blocking = judged.findings.iter().filter(|f| f.severity == ingest::check::Severity::Blocking);
    let why: Vec<String> = blocking.map(|f| format!("{} ({}): {}", f.rule, f.subject, f.detail)).collect();
    format!("{}; correct the file or change the rule's action", why.join("; "))
}

impl Imported {
    async fn count(&mut self, store: &Store, read: Read) -> Result<()> {
        let file = read.batch.file.clone();
        self.files += 1;
        self.unknown_names += read.batch.unknown_names.len();
        self.refuse(&file, &read.batch.rejections);
        let outcome: ImportOutcome =
            store.import(read.batch).await.with_context(|| format!("{file} was not imported"))?;
        tracing::info!(
            file,
            fixtures = outcome.fixtures,
            quotes = outcome.quotes,
            corrections = outcome.corrections,
            rejected = outcome.rejected,
            "imported"
        );
        self.refuse(&file, &outcome.conflicts);
        self.fixtures += outcome.fixtures;
        self.results += outcome.results;
        self.statistics += outcome.statistics;
        self.line_ups += outcome.line_ups;
        self.players += outcome.players;
        self.venues += outcome.venues;
        self.weather += outcome.weather;
        self.plays += outcome.plays;
        self.player_statistics += outcome.player_statistics;
        self.injuries += outcome.injuries;
        self.quotes += outcome.quotes;
        self.unchanged += usize::from(outcome.unchanged);
        self.duplicates += outcome.duplicates + read.duplicates as u64;
        self.corrections += outcome.corrections;
        Ok(())
    }

    /// What was stored to the last byte is not written again; what was wrong with it is said again.
    fn count_unchanged(&mut self, read: &Read) {
        self.files += 1;
        self.unchanged += 1;
        self.duplicates += (read.batch.records.len() + read.duplicates) as u64;
        self.refuse(&read.batch.file, &read.batch.rejections);
    }

    /// Notes what could not be used of a file.
    pub(crate) fn refuse(&mut self, file: &str, rejections: &[Rejection]) {
        for rejection in rejections {
            if rejection.loss == Loss::File {
                let field = rejection.field.as_deref().map_or_else(String::new, |f| format!(" {f}"));
                let why = format!("{}:{field} {:?}", rejection.reason.remedy(), rejection.value);
                self.refused_files.push(RefusedFile { file: file.to_owned(), why });
            }
            self.refused.push(Refused {
                file: file.to_owned(),
                row: rejection.row,
                field: rejection.field.clone(),
                value: rejection.value.clone(),
                reason: rejection.reason.code(),
                remedy: rejection.reason.remedy(),
                loss: rejection.loss,
            });
        }
    }

    /// Counts what was noted, once all files are read.
    pub(crate) fn sum_up(&mut self) {
        self.rejected = self.refused.len() as u64;
        let mut counts: BTreeMap<(String, String), usize> = BTreeMap::new();
        for refused in &self.refused {
            let loss = format!("{:?}", refused.loss).to_lowercase();
            *counts.entry((refused.reason.clone(), loss)).or_default() += 1;
        }
        self.by_reason =
            counts.into_iter().map(|((reason, loss), count)| ByReason { reason, loss, count }).collect();
    }

    /// Whether everything came in: a file that a check blocks, or that is of no use at all, is named.
    pub(crate) fn verdict(&self) -> Result<()> {
        if let [first, ..] = self.blocked_files.as_slice() {
            let n = self.blocked_files.len();
            let why = format!("{n} of the files are blocked, the first {}: {}", first.file, first.why);
            return Err(Stop::Gate(why).into());
        }
        match self.refused_files.as_slice() {
            [] => Ok(()),
            [one] => Err(anyhow!("{} was refused: {}", one.file, one.why)),
            several => {
                let (n, first) = (several.len(), &several[0]);
                Err(anyhow!("{n} files were refused, the first {}: {}", first.file, first.why))
            }
        }
    }

    /// Adds what another run came to.
    pub(crate) fn add(&mut self, other: Self) {
        self.files += other.files;
        self.unchanged += other.unchanged;
        self.fixtures += other.fixtures;
        self.results += other.results;
        self.statistics += other.statistics;
        self.line_ups += other.line_ups;
        self.players += other.players;
        self.venues += other.venues;
        self.weather += other.weather;
        self.plays += other.plays;
        self.player_statistics += other.player_statistics;
        self.injuries += other.injuries;
        self.quotes += other.quotes;
        self.forecasts += other.forecasts;
        self.duplicates += other.duplicates;
        self.corrections += other.corrections;
        self.unknown_names += other.unknown_names;
        self.refused_files.extend(other.refused_files);
        self.blocked_files.extend(other.blocked_files);
        self.refused.extend(other.refused);
        self.sum_up();
    }
}
