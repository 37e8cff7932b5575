//! The only durable state: facts with their three times, forecasts, bets and the ledger.
//!
//! # Shape
//! One SQLite file in WAL mode, one writer, several readers. Every write is one transaction that starts as a writer
//! (`BEGIN IMMEDIATE`), so that two processes wait for each other and a killed one leaves nothing behind. What SQLite alone
//! understands is in `engine/sqlite.rs` and in its migrations; every statement is listed in `statement/` and uses `$1`
//! placeholders, `ON CONFLICT`, integers for money and instants, so that PostgreSQL can take the same list.
//!
//! # Facts
//! Facts are only ever appended. A fixture has versions, a result has versions, statistics have versions (each the union of
//! what was known before and what is new, so that expected goals of one source and shots of another both survive), and a
//! price may be followed by a corrected one. `known_at` follows the rules of [`domain::KnownRule`]; `recorded_at` is that of
//! the import, whose number is the fact's [`domain::Sequence`]. [`Store::history`] reads everything; only
//! [`domain::History::as_of`] decides what a model may see.
//!
//! What a record may do to a known fixture is decided in one file per kind of fact under `import/`: a result with another score
//! is a correction known from its import on; a date that gains its time counts as listed with it; a record behind the known
//! status changes nothing. Only prices differ: a price is a fact about its own moment, so a corrected one keeps that moment
//! and comes later by its sequence. Two rows of one payload that contradict each other are both held in quarantine, and so is
//! a row that may mean two fixtures; releasing a row reopens its payload for another reading.
//!
//! # Numbers
//! The writer hands out the numbers of fixtures while it holds the right to write; there is one writer at a time, among
//! processes too. Importing thirty years of 22 leagues (195,110 matches, 6.6 million prices) took 9 s and left 42 bytes per price,
//! everything included; `examples/import_rate.rs` measures it.
//!
//! # Moving
//! The database describes its own tables (`catalogue.rs`), so copies and exports need no list of them. Tables whose names begin with
//! an underscore say something of one database and stay in it. [`Store::copy_to`] is in `copy/`. Backups are blocks of rows
//! (`dump/`), which a [`Restoration`] fills a store with beside the one in force.
//!
//! # Instants and money
//! Instants are whole microseconds since 1970 in UTC; finer parts are dropped. Money is minor units. Prices are millionths.

mod aggregate;
mod backtest;
mod bet;
mod catalogue;
mod column;
mod copy;
mod detail;
mod dump;
mod engine;
mod error;
mod fact;
mod finding;
mod forecast;
mod history;
mod identity;
mod import;
mod ledger;
mod model;
mod odds;
mod pace;
mod packed;
mod payload;
mod place;
mod prediction;
mod quarantine;
mod rating;
mod relation;
mod report;
mod restoration;
mod role;
mod series;
mod settlement;
mod statement;
mod status;
mod store;
mod team_history;
mod trial;
mod upgrade;
mod upkeep;

pub use self::{
    aggregate::{
        ActivityFilter, Aggregate, AggregateState, BetGroup, BetWeek, BettingPlan, Extent, MadeForecast,
        MeanScoresRow, ModelWeek, PricedRow, QuoteDay, QuoteTotal, RefreshedTeams, ScoringPlan, TeamDayRow,
        TeamStanding,
    },
    backtest::{BacktestHead, BacktestId, MatchSetId, NewBacktest, StoredBacktest},
    bet::{Bet, BetFilter, BetId, NewBet, PlacedBet},
    catalogue::{Checksum, Column, Kind, Table, Values, View},
    copy::{Copied, CopiedTable, CopyProgress},
    detail::{PlayerLine, ReportedInjury},
    dump::{Block, Blocks, TableDump},
    engine::{KeptAs, Value},
    error::StoreError,
    finding::{CheckFinding, CheckRun, Severity},
    forecast::{ForecastFilter, ForecastId, NewForecast, StoredForecast},
    history::{QuoteScope, Scope},
    identity::{Alias, BlockedImport, NameDecision, ReviewEntry, Team, TeamSeed},
    import::{ImportBatch, ImportOutcome, Quarantined},
    ledger::{EntryKind, LedgerEntry},
    model::{ModelVersion, NewModel},
    odds::{KnownQuote, OddsFilter},
    payload::PayloadHash,
    place::{Place, Server},
    prediction::{EXTERNAL, NewPrediction, PredictionBatch, PredictionOutcome},
    quarantine::{QuarantineEntry, QuarantineStatus, RejectionFilter, ReleasedRow, StoredRejection},
    rating::{NewRatings, RatingStep},
    relation::{By, Filter, Meaning, Relation, Rows},
    report::Report,
    restoration::{Restoration, Restored},
    role::Roles,
    settlement::{NewSettlement, Settled, Settlement},
    status::{LastImport, RejectionCount, SeasonStatus, Status},
    store::{Access, Store},
    team_history::TeamMatch,
    trial::{NewSearch, Search, SearchId},
    upgrade::Upgrade,
    upkeep::{
        DatabaseStatus, IndexSize, Migration, Pages, Partition, Schema, TableSize, Vitals, database_status,
        schema,
    },
};
