-- Backtests and searches for settings, kept so that they can be shown, compared and counted.

-- The matches that forecasts were scored on; runs over the same matches share a set.
CREATE TABLE match_set (
    id INTEGER PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE match_set_fixture (
    fixture_id INTEGER NOT NULL REFERENCES fixture (id),
    match_set_id INTEGER NOT NULL REFERENCES match_set (id),
    PRIMARY KEY (fixture_id, match_set_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX match_set_fixture_by_set ON match_set_fixture (match_set_id);

-- Every configuration that was ever scored on a set: the more there were, the luckier the best of them looks.
CREATE TABLE configuration_tried (
    match_set_id INTEGER NOT NULL REFERENCES match_set (id),
    configuration TEXT NOT NULL,
    PRIMARY KEY (match_set_id, configuration)
) STRICT, WITHOUT ROWID;

-- Never updated. `forecasts` is the JSON of every forecast, zstd-compressed, and `forecasts_hash` the hash of that JSON.
CREATE TABLE backtest (
    id INTEGER PRIMARY KEY,
    made_at INTEGER NOT NULL,
    code_version TEXT NOT NULL,
    data_sequence INTEGER NOT NULL,
    match_set_id INTEGER NOT NULL REFERENCES match_set (id),
    configuration TEXT NOT NULL,
    headline TEXT NOT NULL,
    report TEXT NOT NULL,
    forecasts_hash TEXT NOT NULL,
    forecasts BLOB NOT NULL,
    UNIQUE (configuration, code_version, data_sequence, forecasts_hash)
) STRICT;

-- A search is named by everything its trials depend on; its budget is not part of it, so a larger one continues it.
CREATE TABLE settings_search (
    id INTEGER PRIMARY KEY,
    specification TEXT NOT NULL,
    code_version TEXT NOT NULL,
    data_sequence INTEGER NOT NULL,
    match_set_id INTEGER NOT NULL REFERENCES match_set (id),
    begun_at INTEGER NOT NULL,
    UNIQUE (specification, code_version, data_sequence)
) STRICT;

CREATE TABLE settings_trial (
    search_id INTEGER NOT NULL REFERENCES settings_search (id),
    position INTEGER NOT NULL,
    trial TEXT NOT NULL,
    finished_at INTEGER NOT NULL,
    PRIMARY KEY (search_id, position)
) STRICT, WITHOUT ROWID;
