//! Point spreads a book could quote.

use domain::{MatchRecord, Sport, TeamId, market::MarketKind};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    Action, RecordRule,
    import::{Hit, Scope},
};

/// Parameters: largest spread on either side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpreadRange {
    /// What follows.
    pub action: Action,
    /// Goals, for Asian handicaps.
    pub soccer: f64,
    /// Points.
    pub nfl: f64,
    /// Points.
    pub nba: f64,
}

impl SpreadRange {
    fn largest(&self, sport: Sport) -> f64 {
        match sport {
            Sport::Soccer => self.soccer,
            Sport::Nfl => self.nfl,
            Sport::Nba => self.nba,
        }
    }
}

impl RecordRule for SpreadRange {
    fn name(&self) -> &'static str {
        "spread_range"
    }

    fn action(&self) -> Action {
        self.action
    }

    fn hits(&self, records: &[MatchRecord<TeamId>], _now: Timestamp) -> Vec<Hit> {
        let breach = |(at, record): (usize, &MatchRecord<TeamId>)| {
            let largest = self.largest(record.sport);
            let line = |i: usize| {
                let market = record.quotes[i].series.market;
                let is_spread = matches!(market.kind(), MarketKind::Spread | MarketKind::AsianHandicap);
                market.line().filter(|_| is_spread).map(domain::market::Line::value)
            };
            let broken: Vec<usize> = (0..record.quotes.len())
                .filter(|i| line(*i).is_some_and(|value| value.abs() > largest))
                .collect();
            let value = line(*broken.first()?)?;
            let detail = format!("row {}: spread {value} is beyond {largest}", record.row);
            Some(Hit::of(records, at, Scope::Quotes(broken), detail))
        };
        records.iter().enumerate().filter_map(breach).collect()
    }
}
