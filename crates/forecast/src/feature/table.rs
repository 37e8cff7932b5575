//! A training table: one row per played match with every feature as of its forecast moment, in one pass over the past.
//!
//! A row is, bit for bit, what would have been computed live from the history as of that moment. A match at a neutral venue
//! has two rows of half weight, one seen from each side, because nobody is at home.

use std::collections::BTreeMap;

use domain::{CompetitionId, Fixture, Score, Snapshot, Sport, TeamId};
use jiff::Timestamp;

use super::{Ahead, Feature, OddsFeature, Tracker, odds_values, stream::Stream};

/// Trackers of several features, brought up to the moment of a snapshot.
pub struct Tracking {
    trackers: Vec<Box<dyn Tracker>>,
}

impl Tracking {
    /// What the features know of one competition.
    pub fn of(
        features: &[&dyn Feature],
        snapshot: &Snapshot<'_>,
        competition: CompetitionId,
        sport: Sport,
    ) -> Self {
        let mut stream = Stream::new(features, sport, snapshot, competition);
        stream.advance(snapshot.at());
        Self { trackers: stream.into_trackers() }
    }

    /// The features of a fixture, in their order.
    pub fn values(&self, fixture: &Fixture, ahead: &Ahead) -> Vec<Option<f64>> {
        self.trackers.iter().map(|t| value(t.as_ref(), fixture, ahead)).collect()
    }
}

fn value(tracker: &dyn Tracker, fixture: &Fixture, ahead: &Ahead) -> Option<f64> {
    tracker.value(fixture, ahead).filter(|value| value.is_finite())
}

/// One row: what is known of the match beside its features.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Row {
    /// The match, in the version known at the moment of the row.
    pub fixture: Fixture,
    /// Nothing known at or after this moment is in the row.
    pub at: Timestamp,
    /// How it ended: the target, and no feature.
    pub score: Score,
    /// 1, or 1/2 for each view of a match at a neutral venue.
    pub weight: f64,
    /// Seen from the away side, which stands as the fixture's home side here.
    pub mirrored: bool,
    /// Matches of the competition that the side with fewer of them had played when this one began.
    pub n_before: usize,
}

/// Features of played matches as of their forecast moments.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    names: Vec<&'static str>,
    rows: Vec<Row>,
    /// Row by row; NaN where a feature is not defined, which no accessor shows.
    cells: Vec<f64>,
}

impl Table {
    /// Every played match that the snapshot shows of a competition, by kick-off, and the trackers as they are at its end.
    pub fn of(
        features: &[&dyn Feature],
        snapshot: &Snapshot<'_>,
        competition: CompetitionId,
        sport: Sport,
    ) -> (Self, Tracking) {
        let names = features.iter().map(|f| f.name()).collect();
        let mut table = Self { names, rows: Vec::new(), cells: Vec::new() };
        let mut stream = Stream::new(features, sport, snapshot, competition);
        let mut n_matches: BTreeMap<TeamId, usize> = BTreeMap::new();
        for played in snapshot.played_in(competition) {
            let at = moment_of(played.fixture);
            stream.advance(at);
            let fixture = *stream.fixture(played.fixture.id).unwrap_or(played.fixture);
            let sides = [fixture.home, fixture.away];
            let n_before = sides.iter().map(|t| n_matches.get(t).copied().unwrap_or(0)).min().unwrap_or(0);
            for side in sides {
                *n_matches.entry(side).or_default() += 1;
            }
            let weight = if fixture.neutral { 0.5 } else { 1.0 };
            let row = Row { fixture, at, score: played.score(), weight, mirrored: false, n_before };
            let briefing = snapshot.briefing_before(&fixture, at);
            table.push(row, &Ahead::of(&briefing, false), stream.trackers());
            if fixture.neutral {
                table.push(mirrored(&row), &Ahead::of(&briefing, true), stream.trackers());
            }
        }
        stream.advance(snapshot.at());
        (table, Tracking { trackers: stream.into_trackers() })
    }

    /// The same table with what the market said of each match by its moment as further columns.
    #[must_use]
    pub fn with_odds(self, features: &[Box<dyn OddsFeature>], snapshot: &Snapshot<'_>) -> Self {
        let width = self.names.len();
        let mut cells = Vec::with_capacity(self.cells.len() + self.rows.len() * features.len());
        for (i, row) in self.rows.iter().enumerate() {
            cells.extend_from_slice(&self.cells[i * width..][..width]);
            let briefing = snapshot.briefing_before(&row.fixture, row.at);
            let odds = odds_values(features, &briefing, row.mirrored);
            cells.extend(odds.into_iter().map(|value| value.unwrap_or(f64::NAN)));
        }
        let names = self.names.iter().copied().chain(features.iter().map(|f| f.name())).collect();
        Self { names, rows: self.rows, cells }
    }

    fn push(&mut self, row: Row, ahead: &Ahead, trackers: &[Box<dyn Tracker>]) {
        let cell = |tracker: &dyn Tracker| value(tracker, &row.fixture, ahead).unwrap_or(f64::NAN);
        self.cells.extend(trackers.iter().map(|tracker| cell(tracker.as_ref())));
        self.rows.push(row);
    }

    /// The features, by column.
    pub fn names(&self) -> &[&'static str] {
        &self.names
    }

    /// The matches, by row.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// One feature of one match; none where it is not defined, and beyond the table.
    pub fn value(&self, row: usize, column: usize) -> Option<f64> {
        let value = self.cells.get(row * self.names.len() + column).copied()?;
        (column < self.names.len() && !value.is_nan()).then_some(value)
    }

    /// The features of one match; empty beyond the table.
    pub fn values(&self, row: usize) -> Vec<Option<f64>> {
        let columns = if row < self.rows.len() { self.names.len() } else { 0 };
        (0..columns).map(|column| self.value(row, column)).collect()
    }
}

/// The moment as of which a match is forecast: its earliest kick-off, as a snapshot takes it.
fn moment_of(fixture: &Fixture) -> Timestamp {
    let kickoff = fixture.kickoff.earliest();
    Timestamp::from_microsecond(kickoff.as_nanosecond().div_euclid(1000) as i64).unwrap_or(kickoff)
}

fn mirrored(row: &Row) -> Row {
    let Row { fixture, score, .. } = *row;
    Row {
        fixture: Fixture { home: fixture.away, away: fixture.home, ..fixture },
        score: Score::new(score.away, score.home),
        mirrored: true,
        ..*row
    }
}
