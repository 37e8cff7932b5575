//! What becomes of a stake: shares won, refunded and lost, or nothing at all.

use serde::{Deserialize, Serialize};

/// The parts of a stake, as whole numbers of equal shares: a half win is one share won and one refunded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Shares {
    /// Shares paid at the odds.
    pub won: u8,
    /// Shares given back.
    pub refunded: u8,
    /// Shares kept by the book.
    pub lost: u8,
}

impl Shares {
    /// All won.
    pub const WON: Self = Self { won: 1, refunded: 0, lost: 0 };
    /// Half won, half refunded.
    pub const HALF_WON: Self = Self { won: 1, refunded: 1, lost: 0 };
    /// All refunded: a push.
    pub const PUSHED: Self = Self { won: 0, refunded: 1, lost: 0 };
    /// Half lost, half refunded.
    pub const HALF_LOST: Self = Self { won: 0, refunded: 1, lost: 1 };
    /// All lost.
    pub const LOST: Self = Self { won: 0, refunded: 0, lost: 1 };

    /// A dead heat: `tied` finishers share `places`, so places/tied of the stake wins at full odds and the rest loses.
    /// None when there are no more finishers than places, which is no dead heat.
    pub fn dead_heat(places: u8, tied: u8) -> Option<Self> {
        (places > 0 && tied > places).then(|| Self { won: places, refunded: 0, lost: tied - places })
    }

    /// All won or all lost.
    pub(super) fn win_if(condition: bool) -> Self {
        if condition { Self::WON } else { Self::LOST }
    }

    /// Graded by what is left after a line, in quarters: above half a point all is won, a quarter wins half, none pushes.
    pub(super) fn of_quarters_ahead(quarters: i32) -> Self {
        match quarters {
            2.. => Self::WON,
            1 => Self::HALF_WON,
            0 => Self::PUSHED,
            -1 => Self::HALF_LOST,
            _ => Self::LOST,
        }
    }

    /// The number of shares the stake is divided into.
    pub fn total(self) -> u16 {
        u16::from(self.won) + u16::from(self.refunded) + u16::from(self.lost)
    }

    /// The usual name of the result.
    pub fn name(self) -> &'static str {
        match (self.won, self.refunded, self.lost) {
            (1.., 0, 0) => "win",
            (1.., 1.., 0) => "half_win",
            (0, 1.., 0) => "push",
            (0, 1.., 1..) => "half_loss",
            (0, 0, _) => "loss",
            _ => "dead_heat",
        }
    }
}

/// The grade of a selection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// The stake is divided.
    Settled(Shares),
    /// The bet never was.
    Void,
}

impl Grade {
    /// The usual name of the result.
    pub fn name(self) -> &'static str {
        match self {
            Self::Settled(shares) => shares.name(),
            Self::Void => "void",
        }
    }
}
