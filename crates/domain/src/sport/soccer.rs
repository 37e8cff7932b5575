//! Association football: goals, two halves, bets on 90 minutes plus stoppage.

use jiff::SignedDuration;

use super::{LevelScore, SettlementPeriod, SportRules};
use crate::market::MarketKind;

pub(super) static RULES: SportRules = SportRules {
    code: "soccer",
    unit: "goals",
    regulation_periods: 2,
    level_score: LevelScore::Draw,
    settlement_period: SettlementPeriod::Regulation,
    result_known_after: SignedDuration::from_mins(150),
    plausible_score: 0..=20,
    forecast_max: 15,
    attainable: |_| true,
    markets: &[
        MarketKind::ThreeWay,
        MarketKind::DrawNoBet,
        MarketKind::DoubleChance,
        MarketKind::AsianHandicap,
        MarketKind::AsianTotal,
        MarketKind::BothTeamsToScore,
        MarketKind::CorrectScore,
    ],
};
