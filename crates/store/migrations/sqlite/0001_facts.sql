-- Facts and where they came from. Instants are microseconds since 1970 in UTC, dates are ISO text, prices are millionths.

CREATE TABLE known_rule (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL UNIQUE
) STRICT;

INSERT INTO known_rule (id, code) VALUES
    (0, 'observed'),
    (1, 'listed_week_before'),
    (2, 'result_after_kickoff'),
    (3, 'result_next_day_noon'),
    (4, 'statistics_day_after_result'),
    (5, 'friday_or_tuesday_before'),
    (6, 'closing_at_kickoff'),
    (7, 'opening_unknown'),
    (8, 'corrected_on_import');

-- What a source sent, verbatim, by SHA-256.
CREATE TABLE payload (
    hash TEXT PRIMARY KEY,
    compressed BLOB NOT NULL,
    size INTEGER NOT NULL,
    source TEXT NOT NULL,
    label TEXT NOT NULL,
    fetched_at INTEGER NOT NULL
) STRICT;

-- One row per import: its number is the sequence of the facts it stored. `complete` is 0 while a row waits for a team name
-- or after a quarantined row was released: the payload is then read again when asked.
CREATE TABLE import (
    sequence INTEGER PRIMARY KEY,
    recorded_at INTEGER NOT NULL,
    source TEXT NOT NULL,
    file TEXT NOT NULL,
    payload_hash TEXT NOT NULL REFERENCES payload (hash),
    format TEXT NOT NULL,
    complete INTEGER NOT NULL,
    records INTEGER NOT NULL,
    fixtures INTEGER NOT NULL DEFAULT 0,
    results INTEGER NOT NULL DEFAULT 0,
    statistics INTEGER NOT NULL DEFAULT 0,
    quotes INTEGER NOT NULL DEFAULT 0,
    duplicates INTEGER NOT NULL DEFAULT 0,
    corrections INTEGER NOT NULL DEFAULT 0,
    rejected INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX import_by_payload ON import (payload_hash, format, sequence);

CREATE TABLE rejection (
    sequence INTEGER NOT NULL REFERENCES import (sequence),
    position INTEGER NOT NULL,
    line INTEGER NOT NULL,
    field TEXT,
    value TEXT NOT NULL,
    reason TEXT NOT NULL,
    loss TEXT NOT NULL,
    PRIMARY KEY (sequence, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE quarantine (
    id INTEGER PRIMARY KEY,
    payload_hash TEXT NOT NULL REFERENCES payload (hash),
    line INTEGER NOT NULL,
    rule TEXT NOT NULL,
    sequence INTEGER NOT NULL REFERENCES import (sequence),
    detail TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('held', 'released', 'rejected')),
    decided_at INTEGER,
    UNIQUE (payload_hash, line, rule)
) STRICT;

CREATE TABLE competition (
    id TEXT PRIMARY KEY,
    sport TEXT NOT NULL,
    name TEXT NOT NULL,
    pool TEXT NOT NULL,
    zone TEXT NOT NULL,
    season_rule TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE team (
    id INTEGER PRIMARY KEY,
    pool TEXT NOT NULL,
    name TEXT NOT NULL,
    UNIQUE (pool, name)
) STRICT;

-- Every spelling of a team, its own name included.
CREATE TABLE team_alias (
    pool TEXT NOT NULL,
    alias TEXT NOT NULL,
    team_id INTEGER NOT NULL REFERENCES team (id),
    PRIMARY KEY (pool, alias)
) STRICT, WITHOUT ROWID;

-- Names no team is known by, and what was decided about them.
CREATE TABLE name_review (
    pool TEXT NOT NULL,
    name TEXT NOT NULL,
    source TEXT NOT NULL,
    first_sequence INTEGER NOT NULL REFERENCES import (sequence),
    status TEXT NOT NULL CHECK (status IN ('open', 'alias', 'new_team')),
    team_id INTEGER REFERENCES team (id),
    decided_at INTEGER,
    PRIMARY KEY (pool, name)
) STRICT, WITHOUT ROWID;

-- Which import met which of them, on how many rows.
CREATE TABLE import_name (
    sequence INTEGER NOT NULL REFERENCES import (sequence),
    pool TEXT NOT NULL,
    name TEXT NOT NULL,
    row_count INTEGER NOT NULL,
    PRIMARY KEY (sequence, pool, name),
    FOREIGN KEY (pool, name) REFERENCES name_review (pool, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX import_name_by_name ON import_name (pool, name, sequence);

CREATE TABLE fixture (
    id INTEGER PRIMARY KEY,
    competition TEXT NOT NULL REFERENCES competition (id),
    home_id INTEGER NOT NULL REFERENCES team (id),
    away_id INTEGER NOT NULL REFERENCES team (id),
    CHECK (home_id <> away_id)
) STRICT;
CREATE INDEX fixture_by_competition ON fixture (competition, id);

-- By which pairing and date a fixture is found. A moved fixture keeps its old key and gains the new one.
CREATE TABLE fixture_key (
    competition TEXT NOT NULL,
    local_date TEXT NOT NULL,
    home_id INTEGER NOT NULL,
    away_id INTEGER NOT NULL,
    fixture_id INTEGER NOT NULL REFERENCES fixture (id),
    PRIMARY KEY (competition, local_date, home_id, away_id)
) STRICT, WITHOUT ROWID;

-- By which id a source knows a fixture.
CREATE TABLE fixture_source (
    source TEXT NOT NULL,
    source_id TEXT NOT NULL,
    fixture_id INTEGER NOT NULL REFERENCES fixture (id),
    PRIMARY KEY (source, source_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX fixture_source_by_fixture ON fixture_source (fixture_id, source);

-- `kickoff_end` is null when the kick-off instant is known.
CREATE TABLE fixture_version (
    fixture_id INTEGER NOT NULL REFERENCES fixture (id),
    known_at INTEGER NOT NULL,
    sequence INTEGER NOT NULL REFERENCES import (sequence),
    known_rule INTEGER NOT NULL REFERENCES known_rule (id),
    kickoff_start INTEGER NOT NULL,
    kickoff_end INTEGER,
    season INTEGER NOT NULL,
    neutral INTEGER NOT NULL,
    stage TEXT NOT NULL,
    status TEXT NOT NULL,
    PRIMARY KEY (fixture_id, known_at, sequence)
) STRICT, WITHOUT ROWID;

CREATE TABLE result (
    fixture_id INTEGER NOT NULL REFERENCES fixture (id),
    known_at INTEGER NOT NULL,
    sequence INTEGER NOT NULL REFERENCES import (sequence),
    known_rule INTEGER NOT NULL REFERENCES known_rule (id),
    occurred_at INTEGER NOT NULL,
    status TEXT NOT NULL,
    regulation_home INTEGER,
    regulation_away INTEGER,
    full_time_home INTEGER NOT NULL,
    full_time_away INTEGER NOT NULL,
    periods TEXT,
    PRIMARY KEY (fixture_id, known_at, sequence)
) STRICT, WITHOUT ROWID;

CREATE TABLE statistics (
    fixture_id INTEGER NOT NULL REFERENCES fixture (id),
    known_at INTEGER NOT NULL,
    sequence INTEGER NOT NULL REFERENCES import (sequence),
    known_rule INTEGER NOT NULL REFERENCES known_rule (id),
    occurred_at INTEGER NOT NULL,
    expected_goals_home REAL,
    expected_goals_away REAL,
    shots_home REAL,
    shots_away REAL,
    shots_on_target_home REAL,
    shots_on_target_away REAL,
    corners_home REAL,
    corners_away REAL,
    red_cards_home REAL,
    red_cards_away REAL,
    PRIMARY KEY (fixture_id, known_at, sequence)
) STRICT, WITHOUT ROWID;

-- What is quoted, apart from the fixture. `line_quarters` is 0 for kinds that have no line.
CREATE TABLE quote_series (
    id INTEGER PRIMARY KEY,
    book TEXT NOT NULL,
    kind TEXT NOT NULL,
    line_quarters INTEGER NOT NULL,
    selection TEXT NOT NULL,
    phase TEXT NOT NULL,
    UNIQUE (book, kind, line_quarters, selection, phase)
) STRICT;

-- By far the largest table: clustered by fixture, integers only. Its references are checked by the writer and by `doctor`
-- instead of row by row, which would cost half of the import's time.
CREATE TABLE quote (
    fixture_id INTEGER NOT NULL,
    series_id INTEGER NOT NULL,
    known_at INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    price_micros INTEGER NOT NULL,
    known_rule INTEGER NOT NULL,
    PRIMARY KEY (fixture_id, series_id, known_at, sequence)
) STRICT, WITHOUT ROWID;
