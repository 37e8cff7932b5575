//! What is to come, as one answer: forecasts beside prices with their age and how the teams have done.

use std::collections::{BTreeMap, btree_map::Entry};

use anyhow::Result;
use domain::{CompetitionId, FixtureId};
use jiff::{Timestamp, civil::Date};
use serde::Serialize;

use super::{Desk, Look};
use crate::{
    jobs::{
        quoted_prices::{QuotedPrice, week_of},
        team_statistics::TeamStatistics,
    },
    report::UpcomingForecast,
};

/// A competition with the matches that come next.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct CompetitionAhead {
    /// Its id.
    pub(crate) competition: CompetitionId,
    /// Its name.
    pub(crate) name: String,
    /// By kick-off.
    pub(crate) matches: Vec<MatchAhead>,
    /// Why there is none, when it could not be said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) problem: Option<String>,
}

/// One match.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct MatchAhead {
    /// The forecast; not on record.
    pub(crate) forecast: UpcomingForecast,
    /// The last prices of the configured book.
    pub(crate) prices: Vec<Price>,
    /// How the sides have done; none for one that has not played.
    pub(crate) home: Option<TeamStatistics>,
    /// As `home`.
    pub(crate) away: Option<TeamStatistics>,
}

/// A price with its age.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Price {
    /// The price.
    #[serde(flatten)]
    pub(crate) quoted: QuotedPrice,
    /// Since it became known.
    pub(crate) age_secs: i64,
}

impl Price {
    /// Its age in words.
    pub(crate) fn age_in_words(&self) -> String {
        match self.age_secs {
            secs if secs < 60 => "under a minute".into(),
            secs if secs < 2 * 3600 => format!("{} min", secs / 60),
            secs if secs < 2 * 86_400 => format!("{} h", secs / 3600),
            secs => format!("{} days", secs / 86_400),
        }
    }
}

/// The prices of one fixture with their age at a moment.
fn priced(prices: &[QuotedPrice], fixture: FixtureId, now: Timestamp) -> Vec<Price> {
    let of_it = prices.iter().filter(|price| price.fixture == fixture);
    of_it
        .map(|price| Price { age_secs: now.duration_since(price.known_at).as_secs(), quoted: price.clone() })
        .collect()
}

impl Desk {
    /// What every competition has ahead. One that cannot be forecast says why and does not keep the others back.
    pub(crate) async fn ahead(&self) -> Result<Vec<CompetitionAhead>> {
        let mut all = Vec::new();
        for competition in self.competitions_on(self.horizon_days()).await? {
            let look = self.look(competition).await?;
            let (matches, problem) = match look.ahead().await {
                Ok(matches) => (matches, None),
                Err(error) => {
                    tracing::warn!(competition = %look.competition().id, error = format!("{error:#}"), "no forecasts");
                    (Vec::new(), Some(format!("{error:#}")))
                }
            };
            let competition = look.competition();
            all.push(CompetitionAhead {
                competition: competition.id,
                name: competition.name.to_string(),
                matches,
                problem,
            });
        }
        all.retain(|ahead| !ahead.matches.is_empty() || ahead.problem.is_some());
        Ok(all)
    }
}

impl Look {
    /// What is ahead here.
    pub(crate) async fn ahead(&self) -> Result<Vec<MatchAhead>> {
        let forecasts = self.forecasts().await?;
        let teams = self.team_statistics().await?;
        let mut prices: BTreeMap<Date, Vec<QuotedPrice>> = BTreeMap::new();
        for forecast in &forecasts {
            if let Entry::Vacant(week) = prices.entry(week_of(forecast.kickoff)) {
                week.insert(self.prices(forecast.kickoff).await?);
            }
        }
        let now = self.now();
        let ahead = |forecast: UpcomingForecast| {
            let prices = priced(&prices[&week_of(forecast.kickoff)], forecast.fixture, now);
            let of = |name: &str| teams.iter().find(|team| team.team == name).cloned();
            MatchAhead { home: of(&forecast.home), away: of(&forecast.away), forecast, prices }
        };
        Ok(forecasts.into_iter().map(ahead).collect())
    }

    /// One match ahead; none when the fixture is not ahead.
    pub(crate) async fn match_ahead(&self, fixture: FixtureId) -> Result<Option<MatchAhead>> {
        Ok(self.ahead().await?.into_iter().find(|ahead| ahead.forecast.fixture == fixture))
    }

    /// The prices of the fixture of a forecast, with their age now.
    pub(crate) async fn priced(&self, forecast: &UpcomingForecast) -> Result<Vec<Price>> {
        Ok(priced(&self.prices(forecast.kickoff).await?, forecast.fixture, self.now()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_say_how_old_they_are() {
        let known_at: Timestamp = "2024-06-01T12:00:00Z".parse().unwrap();
        let quoted = QuotedPrice {
            fixture: FixtureId(7),
            book: domain::BookId::PINNACLE,
            market: "three_way".into(),
            selection: "home".into(),
            odds: 2.1,
            known_at,
        };
        let other = QuotedPrice { fixture: FixtureId(8), ..quoted.clone() };
        for (now, words) in [
            ("2024-06-01T12:00:59Z", "under a minute"),
            ("2024-06-01T12:59:00Z", "59 min"),
            ("2024-06-02T13:00:00Z", "25 h"),
            ("2024-06-04T12:00:00Z", "3 days"),
        ] {
            let priced = priced(&[other.clone(), quoted.clone()], FixtureId(7), now.parse().unwrap());
            assert_eq!(priced.iter().map(Price::age_in_words).collect::<Vec<_>>(), [words]);
        }
    }
}
