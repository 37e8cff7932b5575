//! Basketball: points by the hundred, four quarters, overtime until somebody leads.

use jiff::SignedDuration;

use super::{LevelScore, SettlementPeriod, SportRules};
use crate::market::MarketKind;

pub(super) static RULES: SportRules = SportRules {
    code: "nba",
    unit: "points",
    regulation_periods: 4,
    level_score: LevelScore::Impossible,
    settlement_period: SettlementPeriod::IncludingOvertime,
    result_known_after: SignedDuration::from_hours(4),
    // Since 1947 sides have scored from 18 to 186 points; since the shot clock never under 49.
    plausible_score: 30..=200,
    forecast_max: 200,
    attainable: |_| true,
    markets: &[MarketKind::Moneyline, MarketKind::Spread, MarketKind::Total],
};
