//! What the operation does, one job per file. A job takes its moment as an argument, so that a replay runs the same code; run
//! twice it changes nothing.

pub(crate) mod backtest_season;
pub(crate) mod forecast_fixtures;
pub(crate) mod import_files;
pub(crate) mod load_history;
pub(crate) mod place_bets;
pub(crate) mod record_ratings;
pub(crate) mod replay_season;
pub(crate) mod run_checks;
pub(crate) mod settle_bets;
pub(crate) mod sum_up_bets;
pub(crate) mod sync_roster;
pub(crate) mod write_report;
