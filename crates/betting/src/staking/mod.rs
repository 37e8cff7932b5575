//! Staking rules: how much of the bankroll a bet is worth before caps. One file per rule; the enum [`Staking`] is the list.

mod exclusive;
mod flat;
mod kelly;
mod proportional;

use domain::DecimalOdds;
use serde::{Deserialize, Serialize};

pub use self::{
    exclusive::{ExclusiveLeg, kelly_exclusive},
    kelly::kelly,
};
use crate::{BettingError, error::check_share, grades::GradeDistribution};

/// A rule on the list, with its settings.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "rule", rename_all = "snake_case", deny_unknown_fields)]
pub enum Staking {
    /// A fraction of the stake that maximises expected log growth. Half of it keeps three quarters of the growth at a quarter
    /// of the variance; a quarter forgives a forecast that is off.
    Kelly {
        /// Share of the full Kelly stake, above 0 and at most 1.
        fraction: f64,
    },
    /// The same amount on every bet.
    Flat {
        /// Minor units.
        stake_minor: i64,
    },
    /// The same share of the current bankroll on every bet.
    Proportional {
        /// Share of the bankroll, above 0 and at most 1.
        share: f64,
    },
}

impl Staking {
    /// The stake wanted for a single bet, in minor units and before rounding; never negative, NaN or above the bankroll.
    pub fn wanted(self, bankroll_minor: i64, grades: &GradeDistribution, odds: DecimalOdds) -> f64 {
        let bankroll = bankroll_minor.max(0) as f64;
        let wanted = match self {
            Self::Kelly { fraction } => fraction * kelly(grades, odds) * bankroll,
            Self::Flat { stake_minor } => flat::stake(stake_minor),
            Self::Proportional { share } => proportional::stake(share, bankroll),
        };
        wanted.max(0.0).min(bankroll)
    }

    /// Whether the settings are within their ranges.
    ///
    /// # Errors
    /// When a fraction or share is not above 0 and at most 1, or a flat stake is not positive.
    pub fn check(self) -> Result<(), BettingError> {
        match self {
            Self::Kelly { fraction } => check_share("staking.fraction", fraction),
            Self::Proportional { share } => check_share("staking.share", share),
            Self::Flat { stake_minor } if stake_minor > 0 => Ok(()),
            Self::Flat { stake_minor } => Err(BettingError::Setting {
                setting: "staking.stake_minor",
                value: stake_minor.to_string(),
                allowed: "positive",
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::Probability;

    use super::*;

    #[test]
    fn what_each_rule_wants_of_ten_thousand() {
        let grades = GradeDistribution::win_or_lose(Probability::new(0.55).unwrap());
        let odds = DecimalOdds::new(2.0).unwrap();
        let wanted = |rule: Staking| rule.wanted(1_000_000, &grades, odds);
        assert!((wanted(Staking::Kelly { fraction: 0.25 }) - 25_000.0).abs() < 1e-6);
        assert_eq!(wanted(Staking::Flat { stake_minor: 1_050 }), 1_050.0);
        assert_eq!(wanted(Staking::Flat { stake_minor: 2_000_000 }), 1_000_000.0, "no more than there is");
        assert_eq!(wanted(Staking::Proportional { share: 0.01 }), 10_000.0);
        assert_eq!(Staking::Flat { stake_minor: 5 }.wanted(-3, &grades, odds), 0.0);
    }

    #[test]
    fn settings_out_of_range_are_named() {
        for bad in [
            Staking::Kelly { fraction: 0.0 },
            Staking::Kelly { fraction: f64::NAN },
            Staking::Proportional { share: 1.5 },
            Staking::Flat { stake_minor: 0 },
        ] {
            assert!(bad.check().unwrap_err().to_string().starts_with("staking."), "{bad:?}");
        }
        let text = r#"{"rule":"kelly","fraction":0.25}"#;
        assert_eq!(serde_json::from_str::<Staking>(text).unwrap(), Staking::Kelly { fraction: 0.25 });
    }
}
