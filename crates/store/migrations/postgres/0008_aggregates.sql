-- What follows from facts, forecasts and bets, and can be made from them again at any time.

-- Which fixtures an import said anything new about; imports of before this table have none, and aggregates begin by making all.
CREATE TABLE import_fixture (
    sequence BIGINT NOT NULL REFERENCES import (sequence),
    fixture_id BIGINT NOT NULL REFERENCES fixture (id),
    PRIMARY KEY (sequence, fixture_id)
);

-- The order in which bets were settled.
ALTER TABLE settlement ADD COLUMN number BIGINT NOT NULL DEFAULT 0;
UPDATE settlement SET number = ordered.number FROM (SELECT bet_id, revision,
    ROW_NUMBER() OVER (ORDER BY settled_at, bet_id, revision) AS number FROM settlement) AS ordered
    WHERE ordered.bet_id = settlement.bet_id AND ordered.revision = settlement.revision;
CREATE INDEX settlement_by_number ON settlement (number, bet_id);

-- Up to which import, forecast and settlement an aggregate is brought in this database, by which code. Without its mark, as in a
-- copy, an aggregate is made anew.
CREATE TABLE _aggregate_mark (
    aggregate TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    code_version TEXT COLLATE "C" NOT NULL,
    sequence BIGINT NOT NULL,
    forecast BIGINT NOT NULL,
    settlement BIGINT NOT NULL
);

-- How every team stands in every season.
CREATE TABLE team_season_statistics (
    competition TEXT COLLATE "C" NOT NULL REFERENCES competition (id),
    season BIGINT NOT NULL,
    team_id BIGINT NOT NULL REFERENCES team (id),
    played BIGINT NOT NULL,
    won BIGINT NOT NULL,
    drawn BIGINT NOT NULL,
    lost BIGINT NOT NULL,
    scored BIGINT NOT NULL,
    conceded BIGINT NOT NULL,
    home_won BIGINT NOT NULL,
    home_drawn BIGINT NOT NULL,
    home_lost BIGINT NOT NULL,
    home_scored BIGINT NOT NULL,
    home_conceded BIGINT NOT NULL,
    away_won BIGINT NOT NULL,
    away_drawn BIGINT NOT NULL,
    away_lost BIGINT NOT NULL,
    away_scored BIGINT NOT NULL,
    away_conceded BIGINT NOT NULL,
    -- Null in sports whose record ends with regulation.
    overtime_won BIGINT,
    overtime_lost BIGINT,
    overtime_unknown BIGINT,
    -- Null in sports whose tables go by shares of matches won.
    points BIGINT,
    form TEXT COLLATE "C" NOT NULL,
    streak TEXT COLLATE "C",
    expected_goals_matches BIGINT NOT NULL,
    expected_goals_for DOUBLE PRECISION NOT NULL,
    expected_goals_against DOUBLE PRECISION NOT NULL,
    shots_matches BIGINT NOT NULL,
    shots_for DOUBLE PRECISION NOT NULL,
    shots_against DOUBLE PRECISION NOT NULL,
    playoff_played BIGINT NOT NULL,
    playoff_won BIGINT NOT NULL,
    unplayed BIGINT NOT NULL,
    PRIMARY KEY (competition, season, team_id)
);

-- How it stood after every match day. Of a day, the row with the latest known_at before a moment is what was known then.
CREATE TABLE team_statistics_daily (
    competition TEXT COLLATE "C" NOT NULL REFERENCES competition (id),
    season BIGINT NOT NULL,
    team_id BIGINT NOT NULL REFERENCES team (id),
    on_date TEXT COLLATE "C" NOT NULL,
    known_at BIGINT NOT NULL,
    won BIGINT NOT NULL,
    drawn BIGINT NOT NULL,
    lost BIGINT NOT NULL,
    scored BIGINT NOT NULL,
    conceded BIGINT NOT NULL,
    points BIGINT,
    form TEXT COLLATE "C" NOT NULL,
    expected_goals_matches BIGINT NOT NULL,
    expected_goals_for DOUBLE PRECISION NOT NULL,
    expected_goals_against DOUBLE PRECISION NOT NULL,
    shots_matches BIGINT NOT NULL,
    shots_for DOUBLE PRECISION NOT NULL,
    shots_against DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (competition, season, team_id, on_date, known_at)
);

-- Mean scores of the last forecast before each kick-off, by the week of the match, which is named by its Monday. Of the matches
-- with prices, what the model and the market scored on those alone.
CREATE TABLE model_performance (
    competition TEXT COLLATE "C" NOT NULL REFERENCES competition (id),
    week TEXT COLLATE "C" NOT NULL,
    model TEXT COLLATE "C" NOT NULL,
    matches BIGINT NOT NULL,
    log_loss DOUBLE PRECISION NOT NULL,
    rps DOUBLE PRECISION NOT NULL,
    brier DOUBLE PRECISION NOT NULL,
    accuracy DOUBLE PRECISION NOT NULL,
    base_rate_log_loss DOUBLE PRECISION NOT NULL,
    base_rate_rps DOUBLE PRECISION NOT NULL,
    base_rate_brier DOUBLE PRECISION NOT NULL,
    base_rate_accuracy DOUBLE PRECISION NOT NULL,
    priced_matches BIGINT NOT NULL,
    closing_matches BIGINT NOT NULL,
    priced_log_loss DOUBLE PRECISION,
    priced_rps DOUBLE PRECISION,
    priced_brier DOUBLE PRECISION,
    priced_accuracy DOUBLE PRECISION,
    market_log_loss DOUBLE PRECISION,
    market_rps DOUBLE PRECISION,
    market_brier DOUBLE PRECISION,
    market_accuracy DOUBLE PRECISION,
    PRIMARY KEY (competition, week, model)
);

-- What settled bets came to, by the week of the match.
CREATE TABLE betting_performance (
    run TEXT COLLATE "C" NOT NULL,
    currency TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    book TEXT COLLATE "C" NOT NULL,
    model TEXT COLLATE "C" NOT NULL,
    week TEXT COLLATE "C" NOT NULL,
    bets BIGINT NOT NULL,
    void BIGINT NOT NULL,
    won BIGINT NOT NULL,
    level BIGINT NOT NULL,
    lost BIGINT NOT NULL,
    staked_minor BIGINT NOT NULL,
    profit_minor BIGINT NOT NULL,
    roi DOUBLE PRECISION,
    closing_bets BIGINT NOT NULL,
    closing_value DOUBLE PRECISION,
    fair_closing_bets BIGINT NOT NULL,
    fair_closing_value DOUBLE PRECISION,
    PRIMARY KEY (run, currency, kind, book, model, week)
);

-- Prices by the day they became known, which is named by its first instant in UTC. Filled when it is asked for; with
-- TimescaleDB a continuous aggregate takes its place.
CREATE MATERIALIZED VIEW _quote_activity_daily AS
    SELECT s.book, s.kind, q.known_at - (q.known_at % 86400000000 + 86400000000) % 86400000000 AS day, COUNT(*) AS prices,
        COUNT(DISTINCT q.fixture_id) AS fixtures, MIN(q.known_at) AS first_at, MAX(q.known_at) AS last_at
    FROM quote q JOIN quote_series s ON s.id = q.series_id
    GROUP BY s.book, s.kind, q.known_at - (q.known_at % 86400000000 + 86400000000) % 86400000000
    WITH NO DATA;
CREATE UNIQUE INDEX _quote_activity_daily_by_key ON _quote_activity_daily (book, kind, day);

-- Makes it anew while others read it. It runs with its owner's rights, since only the owner may, and a role that only writes
-- rows asks for it.
CREATE FUNCTION refresh_quote_activity() RETURNS VOID
    LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    IF (SELECT relispopulated FROM pg_class WHERE oid = CAST('_quote_activity_daily' AS REGCLASS)) THEN
        REFRESH MATERIALIZED VIEW CONCURRENTLY _quote_activity_daily;
    ELSE
        REFRESH MATERIALIZED VIEW _quote_activity_daily;
    END IF;
END
$$;
