//! Backtests, searches for settings and the configurations both tried.

statements! {
    MATCH_SET_OF = "SELECT id FROM match_set WHERE hash = $1";
    INSERT_MATCH_SET = "INSERT INTO match_set (hash) VALUES ($1) RETURNING id";
    INSERT_TRIED = "INSERT INTO configuration_tried (match_set_id, configuration) VALUES ($1, $2) \
        ON CONFLICT (match_set_id, configuration) DO NOTHING";
    /// Of every set that shares a match with this one.
    TRIED = "SELECT DISTINCT t.configuration FROM configuration_tried t WHERE t.match_set_id IN \
        (SELECT DISTINCT other.match_set_id FROM match_set_fixture mine \
        JOIN match_set_fixture other ON other.fixture_id = mine.fixture_id WHERE mine.match_set_id = $1) \
        ORDER BY t.configuration";
    BACKTEST_OF = "SELECT id, match_set_id FROM backtest WHERE configuration = $1 AND code_version = $2 \
        AND data_sequence = $3 AND forecasts_hash = $4";
    INSERT_BACKTEST = "INSERT INTO backtest (made_at, code_version, data_sequence, match_set_id, configuration, \
        headline, report, forecasts_hash, forecasts) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id";
    BACKTEST = "SELECT id, made_at, code_version, data_sequence, match_set_id, configuration, headline, report \
        FROM backtest WHERE id = $1";
    BACKTESTS = "SELECT id, made_at, code_version, data_sequence, match_set_id, configuration, headline \
        FROM backtest ORDER BY id";
    BACKTEST_FORECASTS = "SELECT forecasts FROM backtest WHERE id = $1";
    SEARCH_OF = "SELECT id, match_set_id FROM settings_search WHERE specification = $1 AND code_version = $2 \
        AND data_sequence = $3";
    INSERT_SEARCH = "INSERT INTO settings_search (specification, code_version, data_sequence, match_set_id, \
        begun_at) VALUES ($1, $2, $3, $4, $5) RETURNING id";
    TRIALS = "SELECT trial FROM settings_trial WHERE search_id = $1 ORDER BY position";
    INSERT_TRIAL = "INSERT INTO settings_trial (search_id, position, trial, finished_at) VALUES ($1, $2, $3, $4) \
        ON CONFLICT (search_id, position) DO NOTHING";
}

bulk_inserts! {
    MATCH_SET_ROWS = "INSERT INTO match_set_fixture (fixture_id, match_set_id)";
}
