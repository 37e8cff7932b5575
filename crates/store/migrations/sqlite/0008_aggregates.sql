-- What follows from facts, forecasts and bets, and can be made from them again at any time.

-- Which fixtures an import said anything new about; imports of before this table have none, and aggregates begin by making all.
CREATE TABLE import_fixture (
    sequence INTEGER NOT NULL REFERENCES import (sequence),
    fixture_id INTEGER NOT NULL REFERENCES fixture (id),
    PRIMARY KEY (sequence, fixture_id)
) STRICT, WITHOUT ROWID;

-- The order in which bets were settled.
ALTER TABLE settlement ADD COLUMN number INTEGER NOT NULL DEFAULT 0;
UPDATE settlement SET number = ordered.number FROM (SELECT bet_id, revision,
    ROW_NUMBER() OVER (ORDER BY settled_at, bet_id, revision) AS number FROM settlement) AS ordered
    WHERE ordered.bet_id = settlement.bet_id AND ordered.revision = settlement.revision;
CREATE INDEX settlement_by_number ON settlement (number, bet_id);

-- Up to which import, forecast and settlement an aggregate is brought in this database, by which code. Without its mark, as in a
-- copy, an aggregate is made anew.
CREATE TABLE _aggregate_mark (
    aggregate TEXT NOT NULL PRIMARY KEY,
    code_version TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    forecast INTEGER NOT NULL,
    settlement INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- How every team stands in every season.
CREATE TABLE team_season_statistics (
    competition TEXT NOT NULL REFERENCES competition (id),
    season INTEGER NOT NULL,
    team_id INTEGER NOT NULL REFERENCES team (id),
    played INTEGER NOT NULL,
    won INTEGER NOT NULL,
    drawn INTEGER NOT NULL,
    lost INTEGER NOT NULL,
    scored INTEGER NOT NULL,
    conceded INTEGER NOT NULL,
    home_won INTEGER NOT NULL,
    home_drawn INTEGER NOT NULL,
    home_lost INTEGER NOT NULL,
    home_scored INTEGER NOT NULL,
    home_conceded INTEGER NOT NULL,
    away_won INTEGER NOT NULL,
    away_drawn INTEGER NOT NULL,
    away_lost INTEGER NOT NULL,
    away_scored INTEGER NOT NULL,
    away_conceded INTEGER NOT NULL,
    -- Null in sports whose record ends with regulation.
    overtime_won INTEGER,
    overtime_lost INTEGER,
    overtime_unknown INTEGER,
    -- Null in sports whose tables go by shares of matches won.
    points INTEGER,
    form TEXT NOT NULL,
    streak TEXT,
    expected_goals_matches INTEGER NOT NULL,
    expected_goals_for REAL NOT NULL,
    expected_goals_against REAL NOT NULL,
    shots_matches INTEGER NOT NULL,
    shots_for REAL NOT NULL,
    shots_against REAL NOT NULL,
    playoff_played INTEGER NOT NULL,
    playoff_won INTEGER NOT NULL,
    unplayed INTEGER NOT NULL,
    PRIMARY KEY (competition, season, team_id)
) STRICT, WITHOUT ROWID;

-- How it stood after every match day. Of a day, the row with the latest known_at before a moment is what was known then.
CREATE TABLE team_statistics_daily (
    competition TEXT NOT NULL REFERENCES competition (id),
    season INTEGER NOT NULL,
    team_id INTEGER NOT NULL REFERENCES team (id),
    on_date TEXT NOT NULL,
    known_at INTEGER NOT NULL,
    won INTEGER NOT NULL,
    drawn INTEGER NOT NULL,
    lost INTEGER NOT NULL,
    scored INTEGER NOT NULL,
    conceded INTEGER NOT NULL,
    points INTEGER,
    form TEXT NOT NULL,
    expected_goals_matches INTEGER NOT NULL,
    expected_goals_for REAL NOT NULL,
    expected_goals_against REAL NOT NULL,
    shots_matches INTEGER NOT NULL,
    shots_for REAL NOT NULL,
    shots_against REAL NOT NULL,
    PRIMARY KEY (competition, season, team_id, on_date, known_at)
) STRICT, WITHOUT ROWID;

-- Mean scores of the last forecast before each kick-off, by the week of the match, which is named by its Monday. Of the matches
-- with prices, what the model and the market scored on those alone.
CREATE TABLE model_performance (
    competition TEXT NOT NULL REFERENCES competition (id),
    week TEXT NOT NULL,
    model TEXT NOT NULL,
    matches INTEGER NOT NULL,
    log_loss REAL NOT NULL,
    rps REAL NOT NULL,
    brier REAL NOT NULL,
    accuracy REAL NOT NULL,
    base_rate_log_loss REAL NOT NULL,
    base_rate_rps REAL NOT NULL,
    base_rate_brier REAL NOT NULL,
    base_rate_accuracy REAL NOT NULL,
    priced_matches INTEGER NOT NULL,
    closing_matches INTEGER NOT NULL,
    priced_log_loss REAL,
    priced_rps REAL,
    priced_brier REAL,
    priced_accuracy REAL,
    market_log_loss REAL,
    market_rps REAL,
    market_brier REAL,
    market_accuracy REAL,
    PRIMARY KEY (competition, week, model)
) STRICT, WITHOUT ROWID;

-- What settled bets came to, by the week of the match.
CREATE TABLE betting_performance (
    run TEXT NOT NULL,
    currency TEXT NOT NULL,
    kind TEXT NOT NULL,
    book TEXT NOT NULL,
    model TEXT NOT NULL,
    week TEXT NOT NULL,
    bets INTEGER NOT NULL,
    void INTEGER NOT NULL,
    won INTEGER NOT NULL,
    level INTEGER NOT NULL,
    lost INTEGER NOT NULL,
    staked_minor INTEGER NOT NULL,
    profit_minor INTEGER NOT NULL,
    roi REAL,
    closing_bets INTEGER NOT NULL,
    closing_value REAL,
    fair_closing_bets INTEGER NOT NULL,
    fair_closing_value REAL,
    PRIMARY KEY (run, currency, kind, book, model, week)
) STRICT, WITHOUT ROWID;

-- Prices by the day they became known, which is named by its first instant in UTC. On PostgreSQL this is a view that the server
-- keeps, so it is each database's own.
CREATE TABLE _quote_activity_daily (
    book TEXT NOT NULL,
    kind TEXT NOT NULL,
    day INTEGER NOT NULL,
    prices INTEGER NOT NULL,
    fixtures INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    PRIMARY KEY (book, kind, day)
) STRICT, WITHOUT ROWID;
