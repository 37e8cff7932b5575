//! The facts one batch appends, gathered before any of them is written.

use std::collections::{HashMap, HashSet};

use domain::{
    FixtureId, FixtureStatus, Kickoff, LineUp, MatchRecord, MatchStatistics, Outcome, Reason, TeamId, Venue,
    Weather, outcome::OutcomeStatus,
};
use jiff::Timestamp;

use super::{
    ImportOutcome, Quarantined,
    conflict::HeldBack,
    detail::Details,
    directory::Directory,
    line_up,
    quote::{self, QuoteRow, SeriesNumbers},
    resolve::{Finder, Place},
    result, statistics,
    stored::{self, Appended, Stored, Version},
    venue, version, weather,
};
use crate::{StoreError, engine::Connection};

type Record = MatchRecord<TeamId>;

/// The rule under which a record is held back that may mean two fixtures, or contradicts what its fixture is.
const UNCLEAR: &str = "unclear_fixture";

/// A fact about a fixture.
#[derive(Debug)]
pub(super) struct Of<T> {
    pub(super) fixture: FixtureId,
    /// When it happened: the kick-off, as far as it is known.
    pub(super) occurred_at: Timestamp,
    pub(super) fact: Appended<T>,
}

/// A new fixture with its key.
#[derive(Debug)]
pub(super) struct NewFixture {
    pub(super) id: FixtureId,
    pub(super) key: KeyOf,
}

/// What finds a fixture without its source's id.
#[derive(Debug)]
pub(super) struct KeyOf {
    pub(super) competition: domain::CompetitionId,
    pub(super) home: TeamId,
    pub(super) away: TeamId,
    pub(super) local_date: jiff::civil::Date,
}

/// What to append, and what became of each record.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) source: String,
    pub(super) fixtures: Vec<NewFixture>,
    pub(super) keys: Vec<(FixtureId, KeyOf)>,
    pub(super) names: Vec<(FixtureId, String)>,
    pub(super) versions: Vec<Of<Version>>,
    pub(super) results: Vec<Of<Outcome>>,
    pub(super) statistics: Vec<Of<MatchStatistics>>,
    pub(super) line_ups: Vec<Of<LineUp>>,
    /// With the numbers of the venues.
    pub(super) venues: Vec<(Of<Venue>, i64)>,
    pub(super) weather: Vec<Of<Weather>>,
    pub(super) directory: Directory,
    pub(super) quotes: Vec<QuoteRow>,
    pub(super) quarantined: Vec<Quarantined>,
    pub(super) outcome: ImportOutcome,
}

impl Plan {
    /// Whether nothing is to be appended.
    pub(super) fn is_empty(&self) -> bool {
        self.fixtures.is_empty()
            && self.keys.is_empty()
            && self.names.is_empty()
            && self.versions.is_empty()
            && self.results.is_empty()
            && self.statistics.is_empty()
            && self.line_ups.is_empty()
            && self.venues.is_empty()
            && self.weather.is_empty()
            && self.directory.players.is_empty()
            && self.quotes.is_empty()
    }

    /// Notes a row that is not applied.
    pub(super) fn hold_back(&mut self, held_back: HeldBack) {
        self.outcome.conflicts.push(held_back.rejection);
        self.quarantined.extend(held_back.quarantined);
    }

    /// Counts what is new beside matches, once all players were heard of.
    pub(super) fn count(&mut self, details: &mut Details) {
        self.directory.players.settle();
        self.outcome.players = self.directory.players.n_added();
        self.outcome.plays = details.plays.len() as u64;
        self.outcome.player_statistics = details.player_statistics.len() as u64;
        self.outcome.injuries = details.injuries.len() as u64;
        self.outcome.corrections += details.corrections;
        self.outcome.duplicates += details.duplicates;
        self.outcome.conflicts.append(&mut details.rejections);
    }

    /// Compares records of different matches with what is stored.
    pub(super) async fn add(
        &mut self,
        connection: &mut Connection,
        records: Vec<Record>,
        recorded_at: Timestamp,
        series: &mut SeriesNumbers,
    ) -> Result<(), StoreError> {
        let mut finder = Finder::load(connection, &self.source, &records).await?;
        let mut places = Vec::with_capacity(records.len());
        for record in &records {
            places.push(finder.place(connection, record).await?);
        }
        let known = known_fixtures(&places);
        let stored = stored::load(connection, &known).await?;
        let mut spoken_of = HashSet::with_capacity(records.len());
        let mut quiet = HashSet::new();
        for (record, place) in records.into_iter().zip(places) {
            let Some(fixture) = self.admit(&record, &place, &stored, &mut spoken_of) else { continue };
            let appended = self.add_facts(fixture, &record, stored.get(&fixture), recorded_at);
            if !appended {
                quiet.insert(fixture.0);
            }
            for price in &record.quotes {
                let number = match series.known(price.series) {
                    Some(number) => number,
                    None => series.add(connection, price.series).await?,
                };
                self.quotes.push(QuoteRow::new(fixture, number, price, record.row));
            }
            self.note_place(fixture, record, &place);
        }
        self.settle_quotes(connection, &known, &mut quiet).await?;
        self.outcome.duplicates += quiet.len() as u64;
        Ok(())
    }

    /// The record's fixture, unless it is unclear or does not fit; then the record is held back.
    fn admit(
        &mut self,
        record: &Record,
        place: &Place,
        stored: &HashMap<FixtureId, Stored>,
        spoken_of: &mut HashSet<FixtureId>,
    ) -> Option<FixtureId> {
        let (fixture, misfit) = match place {
            Place::New { fixture, .. } => (*fixture, None),
            Place::Known { fixture, .. } => (*fixture, stored.get(fixture).and_then(|s| misfit(s, record))),
            Place::Unclear { detail } => {
                self.hold_back(unclear(record, detail.clone()));
                return None;
            }
        };
        let misfit = misfit.or_else(|| {
            let again = !spoken_of.insert(fixture);
            again.then(|| format!("another row of this file already speaks of fixture {}", fixture.0))
        });
        match misfit {
            Some(detail) => {
                self.hold_back(unclear(record, detail));
                None
            }
            None => Some(fixture),
        }
    }

    /// Whether the record said anything new about its fixture, prices apart.
    fn add_facts(
        &mut self,
        fixture: FixtureId,
        record: &Record,
        stored: Option<&Stored>,
        recorded_at: Timestamp,
    ) -> bool {
        let known = stored.and_then(|s| s.version);
        let versions = version::plan(known, record, recorded_at);
        let last = versions.last().map(|a| a.value).or(known.map(|k| k.value));
        let kickoff = last.map_or(record.kickoff, |version| version.kickoff);
        let result = result::plan(stored.and_then(|s| s.result.as_ref()), record, kickoff, recorded_at);
        let counted =
            statistics::plan(stored.and_then(|s| s.statistics.as_ref()), record, kickoff, recorded_at);
        let named = line_up::plan(stored.and_then(|s| s.line_up.as_ref()), record, kickoff, recorded_at);
        self.directory.hear_line_up(record.competition, &record.line_up, kickoff.line_up_known_at());
        let corrections = [
            versions.iter().any(|a| a.correction),
            result.as_ref().is_some_and(|a| a.correction),
            counted.is_some_and(|a| a.correction),
            named.as_ref().is_some_and(|a| a.correction),
        ];
        let outcome = &mut self.outcome;
        outcome.fixtures += u64::from(stored.is_none());
        outcome.updated += u64::from(stored.is_some() && !versions.is_empty());
        outcome.results += u64::from(result.is_some());
        outcome.statistics += u64::from(counted.is_some());
        outcome.line_ups += u64::from(named.is_some());
        outcome.corrections += corrections.map(u64::from).iter().sum::<u64>();
        let news = !versions.is_empty() || result.is_some() || counted.is_some() || named.is_some();
        let occurred_at = kickoff.earliest();
        let versions = versions.into_iter();
        self.versions.extend(versions.map(|fact| Of {
            fixture,
            occurred_at: fact.value.kickoff.earliest(),
            fact,
        }));
        self.results.extend(result.map(|fact| Of { fixture, occurred_at, fact }));
        self.statistics.extend(counted.map(|fact| Of { fixture, occurred_at, fact }));
        self.line_ups.extend(named.map(|fact| Of { fixture, occurred_at, fact }));
        self.add_surroundings(fixture, record, stored, kickoff, recorded_at) || news
    }

    /// Whether the record said anything new about where its fixture is played and in what weather.
    fn add_surroundings(
        &mut self,
        fixture: FixtureId,
        record: &Record,
        stored: Option<&Stored>,
        kickoff: Kickoff,
        recorded_at: Timestamp,
    ) -> bool {
        let place = venue::plan(stored.and_then(|s| s.venue.as_ref()), record, kickoff, recorded_at);
        let weather = weather::plan(stored.and_then(|s| s.weather.as_ref()), record, kickoff, recorded_at);
        let corrected = [place.as_ref().is_some_and(|a| a.correction), weather.is_some_and(|a| a.correction)];
        self.outcome.corrections += corrected.map(u64::from).iter().sum::<u64>();
        self.outcome.venues += u64::from(place.is_some());
        self.outcome.weather += u64::from(weather.is_some());
        let news = place.is_some() || weather.is_some();
        let occurred_at = kickoff.earliest();
        let numbered = |fact: Appended<Venue>| {
            let number = self.directory.venue(record.competition, &fact.value);
            (Of { fixture, occurred_at, fact }, number)
        };
        self.venues.extend(place.map(numbered));
        self.weather.extend(weather.map(|fact| Of { fixture, occurred_at, fact }));
        news
    }

    fn note_place(&mut self, fixture: FixtureId, record: Record, place: &Place) {
        let key = || KeyOf {
            competition: record.competition,
            home: record.home,
            away: record.away,
            local_date: record.local_date,
        };
        let (is_new, has_new_key, is_newly_named) = match place {
            Place::New { owns_key, .. } => (true, *owns_key, true),
            Place::Known { moved, named, .. } => (false, *moved, *named),
            Place::Unclear { .. } => return,
        };
        if is_new {
            self.fixtures.push(NewFixture { id: fixture, key: key() });
        }
        if has_new_key {
            self.keys.push((fixture, key()));
        }
        if let Some(id) = record.source_id.filter(|_| is_newly_named) {
            self.names.push((fixture, id));
        }
    }

    /// Keeps the prices that are new. Fixtures that gain one are no longer `quiet`.
    async fn settle_quotes(
        &mut self,
        connection: &mut Connection,
        known: &[i64],
        quiet: &mut HashSet<i64>,
    ) -> Result<(), StoreError> {
        let (rows, contradicting) = quote::distinct(std::mem::take(&mut self.quotes));
        self.outcome.conflicts.extend(contradicting);
        let (rows, corrections) = quote::unknown(connection, rows, known).await?;
        for row in &rows {
            quiet.remove(&row.fixture);
        }
        self.outcome.quotes += rows.len() as u64;
        self.outcome.corrections += corrections;
        self.quotes = rows;
        Ok(())
    }
}

fn known_fixtures(places: &[Place]) -> Vec<i64> {
    let founded: HashSet<FixtureId> = places
        .iter()
        .filter_map(|place| if let Place::New { fixture, .. } = place { Some(*fixture) } else { None })
        .collect();
    let mut known: Vec<i64> = places
        .iter()
        .filter_map(|place| if let Place::Known { fixture, .. } = place { Some(*fixture) } else { None })
        .filter(|fixture| !founded.contains(fixture))
        .map(|fixture| fixture.0)
        .collect();
    known.sort_unstable();
    known.dedup();
    known
}

/// Why a record cannot be about the fixture it names.
fn misfit(stored: &Stored, record: &Record) -> Option<String> {
    if (stored.competition, stored.home, stored.away) != (record.competition, record.home, record.away) {
        return Some(format!(
            "its source's id belongs to teams {} and {} in {}",
            stored.home.0, stored.away.0, stored.competition
        ));
    }
    let status = stored.version.map(|known| known.value.status)?;
    let is_played = record.outcome.as_ref().is_some_and(|o| o.status == OutcomeStatus::Completed);
    (is_played && !status.may_become(FixtureStatus::Completed))
        .then(|| format!("it has a result, but the match is {}", status.code()))
}

fn unclear(record: &Record, detail: String) -> HeldBack {
    let value = record.source_id.clone().unwrap_or_else(|| record.local_date.to_string());
    HeldBack::row(record.row, value, Reason::FailedCheck, UNCLEAR, detail)
}
