-- What Touchline makes of the facts: models, forecasts, bets and their money, reports, findings.

CREATE TABLE model_version (
    id INTEGER PRIMARY KEY,
    competition TEXT NOT NULL,
    model TEXT NOT NULL,
    version INTEGER NOT NULL,
    as_of INTEGER NOT NULL,
    fitted_at INTEGER NOT NULL,
    code_version TEXT NOT NULL,
    data_sequence INTEGER NOT NULL,
    parameters TEXT NOT NULL,
    report TEXT NOT NULL,
    UNIQUE (competition, model, version),
    UNIQUE (competition, model, as_of, code_version, data_sequence)
) STRICT;

-- Never updated. `cells` holds the very bits of the score distribution, zstd-compressed; see src/forecast.rs.
CREATE TABLE forecast (
    id INTEGER PRIMARY KEY,
    fixture_id INTEGER NOT NULL REFERENCES fixture (id),
    model TEXT NOT NULL,
    as_of INTEGER NOT NULL,
    made_at INTEGER NOT NULL,
    code_version TEXT NOT NULL,
    data_sequence INTEGER NOT NULL,
    input_hash TEXT NOT NULL,
    training_matches INTEGER NOT NULL,
    home REAL NOT NULL,
    draw REAL NOT NULL,
    away REAL NOT NULL,
    expected_home REAL NOT NULL,
    expected_away REAL NOT NULL,
    entropy REAL NOT NULL,
    home_log_se REAL,
    away_log_se REAL,
    correlation REAL,
    cells BLOB NOT NULL,
    UNIQUE (fixture_id, model, as_of, code_version, input_hash)
) STRICT;

CREATE TABLE bet (
    id INTEGER PRIMARY KEY,
    idempotency_key TEXT NOT NULL UNIQUE,
    run TEXT NOT NULL,
    fixture_id INTEGER NOT NULL REFERENCES fixture (id),
    book TEXT NOT NULL,
    kind TEXT NOT NULL,
    line_quarters INTEGER NOT NULL,
    selection TEXT NOT NULL,
    price_micros INTEGER NOT NULL,
    probability REAL NOT NULL,
    edge REAL NOT NULL,
    stake_minor INTEGER NOT NULL CHECK (stake_minor > 0),
    currency TEXT NOT NULL,
    placed_at INTEGER NOT NULL,
    -- As announced when the bet was struck; the end is null when the instant is known.
    kickoff_start INTEGER NOT NULL,
    kickoff_end INTEGER,
    forecast_id INTEGER REFERENCES forecast (id)
) STRICT;
CREATE INDEX bet_by_run ON bet (run, id);
CREATE INDEX bet_by_fixture ON bet (fixture_id, id);

-- Revision 1 is the first settlement; a corrected result appends the next.
CREATE TABLE settlement (
    bet_id INTEGER NOT NULL REFERENCES bet (id),
    revision INTEGER NOT NULL,
    result_sequence INTEGER,
    grade TEXT NOT NULL,
    won INTEGER NOT NULL,
    refunded INTEGER NOT NULL,
    lost INTEGER NOT NULL,
    payout_minor INTEGER NOT NULL CHECK (payout_minor >= 0),
    settled_at INTEGER NOT NULL,
    PRIMARY KEY (bet_id, revision)
) STRICT, WITHOUT ROWID;

-- Money in is positive, money out negative; the balance of a run is the sum. Entries are only ever appended.
CREATE TABLE ledger (
    id INTEGER PRIMARY KEY,
    idempotency_key TEXT NOT NULL UNIQUE,
    run TEXT NOT NULL,
    bet_id INTEGER REFERENCES bet (id),
    kind TEXT NOT NULL CHECK (kind IN ('deposit', 'withdrawal', 'stake', 'payout', 'reversal')),
    amount_minor INTEGER NOT NULL,
    currency TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX ledger_by_run ON ledger (run, id);
CREATE INDEX ledger_by_bet ON ledger (bet_id, id);

CREATE TABLE report (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    body TEXT NOT NULL
) STRICT;
CREATE INDEX report_by_kind ON report (kind, id);

-- One row per run of the checks, so that a run without findings is on record too.
CREATE TABLE check_run (
    id INTEGER PRIMARY KEY,
    ran_at INTEGER NOT NULL
) STRICT;

CREATE TABLE check_finding (
    id INTEGER PRIMARY KEY,
    check_run_id INTEGER NOT NULL REFERENCES check_run (id),
    check_name TEXT NOT NULL,
    severity TEXT NOT NULL CHECK (severity IN ('block', 'warn', 'quarantine')),
    fixture_id INTEGER REFERENCES fixture (id),
    subject TEXT NOT NULL,
    detail TEXT NOT NULL
) STRICT;
CREATE INDEX check_finding_by_run ON check_finding (check_run_id, id);
