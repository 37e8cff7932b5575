//! Stakes, payouts and closing line value against the reference figures, and the laws of settlement.

mod closing_line;
mod laws;
mod settlement;
mod staking;
