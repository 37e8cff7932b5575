//! Prices of one match, and the matches of one team, read without the rest of the history.

use domain::{BookId, KnownRule};
use domain::{Fixture, FixtureId, MatchStatistics, Outcome, Quote, Sequence, TeamId, market::MarketKind};
use jiff::Timestamp;
use serde::Serialize;

use crate::{
    Store, StoreError, column,
    engine::{Row, query, query_as},
    fact,
    history::first_micro_not_before,
    statement::fact as sql,
};

/// A price with the moment it could be known.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct KnownQuote {
    /// When.
    pub known_at: Timestamp,
    /// How that is known.
    pub known_rule: KnownRule,
    /// The import that stored it; of two prices for one moment, the later import's counts.
    pub sequence: Sequence,
    /// The price.
    #[serde(flatten)]
    pub quote: Quote,
}

/// Which prices of a match to read.
#[derive(Debug, Clone, Copy, Default)]
pub struct OddsFilter {
    /// Of one book; of all when none.
    pub book: Option<BookId>,
    /// Of one kind of market; of all when none.
    pub kind: Option<MarketKind>,
}

/// A match of a team as it was known at a moment.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TeamMatch {
    /// The match.
    pub fixture: Fixture,
    /// How it ended, once known.
    pub outcome: Option<Outcome>,
    /// What was counted, once known.
    pub statistics: Option<MatchStatistics>,
}

impl Store {
    /// The last price of every series of a match that was known before a moment.
    ///
    /// # Errors
    /// When the store cannot be read, or a later version wrote into it.
    pub async fn latest_odds(
        &self,
        fixture: FixtureId,
        as_of: Timestamp,
    ) -> Result<Vec<KnownQuote>, StoreError> {
        let Some((first, last)) = self.quote_span(fixture).await? else { return Ok(Vec::new()) };
        let until = first_micro_not_before(as_of).min(last + 1);
        let latest = query(sql::LATEST_ODDS).bind(fixture.0).bind(first).bind(until);
        latest.fetch_all(self.readers()).await?.iter().map(|row| known_quote(fixture, row)).collect()
    }

    /// Every price of a match that was known before a moment, in the order they became known.
    ///
    /// # Errors
    /// As [`Store::latest_odds`].
    pub async fn odds_path(
        &self,
        fixture: FixtureId,
        filter: OddsFilter,
        as_of: Timestamp,
    ) -> Result<Vec<KnownQuote>, StoreError> {
        let Some((first, last)) = self.quote_span(fixture).await? else { return Ok(Vec::new()) };
        let rows = query(sql::ODDS_PATH)
            .bind(fixture.0)
            .bind(first)
            .bind(first_micro_not_before(as_of).min(last + 1))
            .bind(filter.book.as_ref().map_or("", BookId::as_str))
            .bind(filter.kind.map_or("", MarketKind::code))
            .fetch_all(self.readers())
            .await?;
        rows.iter().map(|row| known_quote(fixture, row)).collect()
    }

    /// A team's matches from a moment on, home and away, by kick-off, as they were known at another.
    ///
    /// # Errors
    /// As [`Store::latest_odds`].
    pub async fn team_history(
        &self,
        team: TeamId,
        from: Timestamp,
        as_of: Timestamp,
    ) -> Result<Vec<TeamMatch>, StoreError> {
        let competitions = self.competitions().await?;
        let rows = query(sql::TEAM_HISTORY)
            .bind(team.0)
            .bind(first_micro_not_before(as_of))
            .bind(column::micros(from))
            .fetch_all(self.readers())
            .await?;
        let matches = rows.iter().map(|row| {
            let competition = column::parsed("competition", row.try_get(1)?)?;
            let known = competitions.iter().find(|c| c.id == competition);
            let sport = known.ok_or_else(|| column::not_understood("competition", competition))?.sport;
            let version = fact::version(row, 4)?;
            let fixture = Fixture {
                id: FixtureId(row.try_get(0)?),
                competition,
                sport,
                season: version.season,
                home: TeamId(row.try_get(2)?),
                away: TeamId(row.try_get(3)?),
                kickoff: version.kickoff,
                neutral: version.neutral,
                stage: version.stage,
                status: version.status,
            };
            let has_outcome = row.try_get::<Option<&str>>(10)?.is_some();
            let outcome = has_outcome.then(|| fact::outcome(row, 10)).transpose()?;
            let statistics = Some(fact::statistics(row, 16)?).filter(|s| *s != MatchStatistics::default());
            Ok(TeamMatch { fixture, outcome, statistics })
        });
        matches.collect()
    }

    /// Between which moments a match has prices.
    async fn quote_span(&self, fixture: FixtureId) -> Result<Option<(i64, i64)>, StoreError> {
        Ok(query_as(sql::QUOTE_SPAN).bind(fixture.0).fetch_optional(self.readers()).await?)
    }
}

/// Columns known_at, sequence, price_micros, known_rule, and those of the series.
fn known_quote(fixture: FixtureId, row: &Row) -> Result<KnownQuote, StoreError> {
    let quote = Quote { fixture, series: fact::series(row, 4)?, odds: column::odds(row.try_get(2)?)? };
    Ok(KnownQuote {
        known_at: column::instant(row.try_get(0)?)?,
        known_rule: column::rule(row.try_get(3)?)?,
        sequence: Sequence(row.try_get(1)?),
        quote,
    })
}
