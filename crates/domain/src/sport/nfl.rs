//! American football: points in threes and sevens, four quarters, overtime counts.

use jiff::SignedDuration;

use super::{LevelScore, SettlementPeriod, SportRules};
use crate::market::MarketKind;

pub(super) static RULES: SportRules = SportRules {
    code: "nfl",
    unit: "points",
    regulation_periods: 4,
    level_score: LevelScore::Tie,
    settlement_period: SettlementPeriod::IncludingOvertime,
    result_known_after: SignedDuration::from_hours(4),
    // The record is 73 points (1940); 72 were scored in 2023.
    plausible_score: 0..=100,
    forecast_max: 80,
    // A one-point safety needs a conversion try, so a side with one point alone has never occurred.
    attainable: |points| points != 1,
    markets: &[MarketKind::Moneyline, MarketKind::Spread, MarketKind::Total],
};
