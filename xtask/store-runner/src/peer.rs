//! The task that a peer does too: prices from CSV into a store, then of every match and series the last price known an hour
//! before kick-off.

use std::{collections::BTreeMap, path::Path, time::Instant};

use anyhow::{Context, Result};
use domain::{
    DecimalOdds, Kickoff, KnownRule, Market, MatchRecord, Phase, TeamId,
    market::{Line, MarketKind},
    quote::Series,
    record::QuoteRecord,
};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::{Access, Place, Store};

use crate::{
    generate::{League, SEASONS},
    load::known,
};

/// A price with its match.
#[derive(Serialize, Deserialize)]
struct Row {
    league: u64,
    season: i16,
    home: i64,
    away: i64,
    kickoff: i64,
    book: String,
    kind: String,
    line_quarters: i16,
    selection: String,
    phase: String,
    known_at: i64,
    price_micros: i64,
}

/// Writes the prices of one league's first seasons.
pub(crate) fn write(path: &Path, seasons: i16) -> Result<Value> {
    let league = League::new(0, (1..=20).map(TeamId).collect())?;
    let mut file = csv::Writer::from_path(path)?;
    let mut rows = 0_u64;
    for season in 0..seasons.min(SEASONS) {
        for record in league.season(season)?.records {
            for price in &record.quotes {
                let market = price.series.market;
                file.serialize(Row {
                    league: 0,
                    season,
                    home: record.home.0,
                    away: record.away.0,
                    kickoff: record.kickoff.earliest().as_microsecond(),
                    book: price.series.book.to_string(),
                    kind: market.kind().code().into(),
                    line_quarters: market.line().map_or(0, Line::quarters),
                    selection: price.series.selection.to_string(),
                    phase: price.series.phase.code().into(),
                    known_at: price.known_at.as_microsecond(),
                    price_micros: price.odds.to_micros(),
                })?;
                rows += 1;
            }
        }
    }
    file.flush()?;
    Ok(json!({ "rows": rows }))
}

/// Imports them into an empty store and joins.
pub(crate) async fn join(place: &str, path: &Path) -> Result<Value> {
    let begun = Instant::now();
    let store = Store::open(Place::parse(place)?, Access::ReadWrite).await?;
    let league = known(&store, 0).await?;
    let mut quotes = 0;
    for (season, records) in read(&league, path)? {
        let mut batch = league.season(season)?;
        batch.records = records;
        quotes += store.import(batch).await?.quotes;
    }
    let import_secs = begun.elapsed().as_secs_f64();
    let begun = Instant::now();
    let end: Timestamp = "2030-01-01T00:00:00Z".parse()?;
    let history = store.history(&store::Scope::default()).await?;
    let (mut joined, mut sum) = (0_u64, 0);
    for fixture in history.as_of(end, domain::RecordedBy::Now).played() {
        let as_of = fixture.fixture.kickoff.earliest() - SignedDuration::from_hours(1);
        for price in store.latest_odds(fixture.fixture.id, as_of).await? {
            joined += 1;
            sum += price.quote.odds.to_micros();
        }
    }
    let join_secs = begun.elapsed().as_secs_f64();
    store.close().await;
    Ok(json!({
        "import_secs": import_secs, "join_secs": join_secs, "quotes": quotes, "joined": joined, "sum_micros": sum,
    }))
}

/// By kick-off, home and away.
type PricesByMatch = BTreeMap<(i64, i64, i64), Vec<QuoteRecord>>;

/// The records of each season, prices grouped by match.
fn read(league: &League, path: &Path) -> Result<BTreeMap<i16, Vec<MatchRecord<TeamId>>>> {
    let mut seasons: BTreeMap<i16, PricesByMatch> = BTreeMap::new();
    for row in csv::Reader::from_path(path)?.deserialize() {
        let row: Row = row?;
        let matches = seasons.entry(row.season).or_default();
        matches.entry((row.kickoff, row.home, row.away)).or_default().push(quote(&row)?);
    }
    let records = seasons.into_iter().map(|(season, mut matches)| {
        let mut records = league.season(season)?.records;
        for record in &mut records {
            let Kickoff::At(kickoff) = record.kickoff else { continue };
            let key = (kickoff.as_microsecond(), record.home.0, record.away.0);
            record.quotes = matches.remove(&key).context("a match without prices")?;
        }
        Ok((season, records))
    });
    records.collect()
}

fn quote(row: &Row) -> Result<QuoteRecord> {
    let kind = MarketKind::from_code(&row.kind).context("an unknown market")?;
    let line = kind.line_step().map(|_| Line::from_quarters(row.line_quarters));
    let phase = Phase::from_code(&row.phase).context("an unknown phase")?;
    let series = Series {
        book: row.book.parse()?,
        market: Market::new(kind, line)?,
        selection: row.selection.parse()?,
        phase,
    };
    let known_rule = match phase {
        Phase::Opening => KnownRule::OpeningUnknown,
        Phase::Closing => KnownRule::ClosingAtKickoff,
        _ => KnownRule::Observed,
    };
    Ok(QuoteRecord {
        series,
        odds: DecimalOdds::from_micros(row.price_micros)?,
        known_at: Timestamp::from_microsecond(row.known_at)?,
        known_rule,
    })
}
