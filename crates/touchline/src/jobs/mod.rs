//! What the operation does, one job per file. A job takes its moment as an argument, so that a replay runs the same code; run
//! twice it changes nothing.

pub(crate) mod back_up;
pub(crate) mod backtest_compare;
pub(crate) mod backtest_csv;
pub(crate) mod backtest_external;
pub(crate) mod backtest_report;
pub(crate) mod backtest_run;
pub(crate) mod backtest_season;
pub(crate) mod closing_values;
pub(crate) mod export_tables;
pub(crate) mod forecast_ahead;
pub(crate) mod forecast_fixtures;
pub(crate) mod import_files;
pub(crate) mod import_predictions;
pub(crate) mod load_history;
pub(crate) mod place_bets;
pub(crate) mod quoted_prices;
pub(crate) mod read_statistics;
pub(crate) mod record_ratings;
pub(crate) mod refresh_aggregates;
pub(crate) mod replay_season;
pub(crate) mod restore_backup;
pub(crate) mod run_checks;
pub(crate) mod score_forecasts;
pub(crate) mod search_settings;
pub(crate) mod settle_bets;
pub(crate) mod simulate_season;
pub(crate) mod sum_up_bets;
pub(crate) mod sum_up_weeks;
pub(crate) mod sync_roster;
pub(crate) mod team_statistics;
pub(crate) mod thin_backups;
pub(crate) mod verify_backup;
pub(crate) mod warm_up;
pub(crate) mod write_report;
