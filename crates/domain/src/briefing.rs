//! What is known about one fixture itself when it is forecast: how it is announced and what it is priced at.

use jiff::Timestamp;

use crate::{
    conditions::Conditions,
    fact::Fact,
    fixture::Fixture,
    history::{History, RecordedBy},
    line_up::LineUp,
    player::PlayerCode,
    quote::Quote,
    quote_table::QuotesOf,
};

/// A fixture to forecast, with the news about it as of one moment. Strengths come from a fit; what concerns this match alone
/// comes from here, which may be later than the fit.
#[derive(Debug, Clone, Copy)]
pub struct Briefing<'h> {
    fixture: Fixture,
    /// None later than the briefing.
    quotes: Option<QuotesOf<'h>>,
    line_up: Option<&'h LineUp>,
    conditions: Conditions,
    recorded_by: RecordedBy,
}

impl<'h> Briefing<'h> {
    /// Nothing but the pairing: nobody prices it.
    pub fn bare(fixture: &Fixture) -> Self {
        let (line_up, conditions) = (None, Conditions::default());
        Self { fixture: *fixture, quotes: None, line_up, conditions, recorded_by: RecordedBy::Now }
    }

    pub(crate) fn of(
        history: &'h History,
        fixture: &Fixture,
        at: Timestamp,
        recorded_by: RecordedBy,
    ) -> Self {
        let quotes = history.quotes_of(fixture.id).map(|quotes| quotes.known_before(at));
        let dense = history.dense(fixture.id);
        let line_up = dense.and_then(|i| history.visible_line_up(i, at, recorded_by));
        let conditions = dense.map(|i| history.visible_conditions(i, at, recorded_by)).unwrap_or_default();
        Self { fixture: *fixture, quotes, line_up, conditions, recorded_by }
    }

    /// The match.
    pub fn fixture(&self) -> &Fixture {
        &self.fixture
    }

    /// Who starts, once that is known.
    pub fn line_up(&self) -> Option<&'h LineUp> {
        self.line_up
    }

    /// Who starts for home and away, once that is known.
    pub fn starters(&self) -> [Option<PlayerCode>; 2] {
        self.line_up.map_or([None, None], LineUp::players)
    }

    /// What it is to be played under, as far as that is known.
    pub fn conditions(&self) -> Conditions {
        self.conditions
    }

    /// Its prices by the moment they became known.
    pub fn quotes(&self) -> impl Iterator<Item = Fact<Quote>> + Clone + use<'h> {
        let recorded_by = self.recorded_by;
        self.quotes.into_iter().flat_map(move |quotes| quotes.recorded_by(recorded_by))
    }
}
