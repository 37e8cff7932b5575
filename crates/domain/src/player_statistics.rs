//! What was counted of one player in one match.

use serde::{Serialize, Serializer};

/// Named statistics with what they count.
macro_rules! statistics {
    ($($(#[$doc:meta])* $name:ident = $code:literal;)*) => {
        /// What can be counted of a player. Counts and sums; which sport has it goes without saying.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum PlayerStatistic {
            $($(#[$doc])* $name,)*
        }

        impl PlayerStatistic {
            /// Every statistic, in the order of the store's columns.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// Its name in the store and in answers.
            pub fn code(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)*
                }
            }
        }
    };
}

statistics! {
    /// Whether he started: 1 or 0.
    Started = "started";
    /// Minutes played.
    Minutes = "minutes";
    /// Points scored.
    Points = "points";
    /// Field goals made, three-pointers among them.
    FieldGoalsMade = "field_goals_made";
    /// Field goals attempted, three-pointers among them.
    FieldGoalsAttempted = "field_goals_attempted";
    /// Three-pointers made.
    ThreePointersMade = "three_pointers_made";
    /// Three-pointers attempted.
    ThreePointersAttempted = "three_pointers_attempted";
    /// Free throws made.
    FreeThrowsMade = "free_throws_made";
    /// Free throws attempted.
    FreeThrowsAttempted = "free_throws_attempted";
    /// Rebounds at the opponent's basket.
    OffensiveRebounds = "offensive_rebounds";
    /// Rebounds at the own basket.
    DefensiveRebounds = "defensive_rebounds";
    /// Assists.
    Assists = "assists";
    /// Steals.
    Steals = "steals";
    /// Blocks.
    Blocks = "blocks";
    /// Turnovers.
    Turnovers = "turnovers";
    /// Personal fouls.
    Fouls = "fouls";
    /// Points of the own side less those of the other while he played.
    PlusMinus = "plus_minus";
    /// Passes thrown; sacks and two-point tries are none.
    PassAttempts = "pass_attempts";
    /// Passes caught.
    Completions = "completions";
    /// Yards gained by passing.
    PassingYards = "passing_yards";
    /// Touchdowns thrown.
    PassingTouchdowns = "passing_touchdowns";
    /// Passes the other side caught.
    Interceptions = "interceptions";
    /// Times tackled before throwing.
    Sacks = "sacks";
    /// Expected points added by his passing plays, sacks among them.
    PassingEpa = "passing_epa";
    /// Runs with the ball, scrambles and kneels among them.
    RushAttempts = "rush_attempts";
    /// Yards gained by running.
    RushingYards = "rushing_yards";
    /// Touchdowns run in.
    RushingTouchdowns = "rushing_touchdowns";
    /// Expected points added by his runs.
    RushingEpa = "rushing_epa";
    /// Passes thrown to him.
    Targets = "targets";
    /// Passes he caught.
    Receptions = "receptions";
    /// Yards gained by catching.
    ReceivingYards = "receiving_yards";
    /// Touchdowns caught.
    ReceivingTouchdowns = "receiving_touchdowns";
    /// Expected points added by passes to him.
    ReceivingEpa = "receiving_epa";
}

const N: usize = PlayerStatistic::ALL.len();

/// What was counted; what a source does not give is absent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PlayerStatistics([Option<f64>; N]);

impl Default for PlayerStatistics {
    fn default() -> Self {
        Self([None; N])
    }
}

impl PlayerStatistics {
    /// One of them.
    pub fn get(&self, statistic: PlayerStatistic) -> Option<f64> {
        self.0[statistic as usize]
    }

    /// Gives one of them a value; one that is no number is not taken.
    pub fn set(&mut self, statistic: PlayerStatistic, value: f64) {
        if value.is_finite() {
            self.0[statistic as usize] = Some(value);
        }
    }

    /// Adds to one of them, from 0.
    pub fn add(&mut self, statistic: PlayerStatistic, value: f64) {
        self.set(statistic, self.get(statistic).unwrap_or_default() + value);
    }

    /// Those that are known.
    pub fn iter(&self) -> impl Iterator<Item = (PlayerStatistic, f64)> + '_ {
        let known = PlayerStatistic::ALL.iter().zip(&self.0);
        known.filter_map(|(statistic, value)| Some((*statistic, (*value)?)))
    }

    /// All in the order of [`PlayerStatistic::ALL`].
    pub fn values(&self) -> &[Option<f64>] {
        &self.0
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Both together; where both give a value, `other` counts.
    #[must_use]
    pub fn overlaid(&self, other: &Self) -> Self {
        let mut both = *self;
        other.iter().for_each(|(statistic, value)| both.set(statistic, value));
        both
    }
}

/// As a map of what is known.
impl Serialize for PlayerStatistics {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter().map(|(statistic, value)| (statistic.code(), value)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_and_overlays() {
        let mut counted = PlayerStatistics::default();
        counted.add(PlayerStatistic::PassAttempts, 1.0);
        counted.add(PlayerStatistic::PassAttempts, 1.0);
        counted.set(PlayerStatistic::PassingEpa, f64::NAN);
        assert_eq!(counted.iter().collect::<Vec<_>>(), [(PlayerStatistic::PassAttempts, 2.0)]);
        let mut other = PlayerStatistics::default();
        other.set(PlayerStatistic::PassAttempts, 3.0);
        assert_eq!(counted.overlaid(&other), other);
        assert_eq!(serde_json::to_string(&other).unwrap(), r#"{"pass_attempts":3.0}"#);
    }

    #[test]
    fn codes_are_unique() {
        let mut codes: Vec<&str> = PlayerStatistic::ALL.iter().map(|s| s.code()).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), N);
    }
}
