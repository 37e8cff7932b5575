-- Players, venues, what players did, injuries, weather, plays; and possession among the statistics of a match.

INSERT INTO known_rule (id, code) VALUES
    (10, 'venue_before_kickoff'),
    (11, 'weather_with_result'),
    (12, 'injury_report_day_before'),
    (13, 'injury_report_week_end');

ALTER TABLE statistics ADD COLUMN possession_home DOUBLE PRECISION;
ALTER TABLE statistics ADD COLUMN possession_away DOUBLE PRECISION;

-- A player by the id of its league's own records.
CREATE TABLE player (
    id BIGINT PRIMARY KEY,
    pool TEXT COLLATE "C" NOT NULL,
    code TEXT COLLATE "C" NOT NULL,
    UNIQUE (pool, code)
);

-- What is said of him, for people. Another spelling of a name is no version; another position is.
CREATE TABLE player_version (
    player_id BIGINT NOT NULL REFERENCES player (id),
    known_at BIGINT NOT NULL,
    sequence BIGINT NOT NULL REFERENCES import (sequence),
    known_rule BIGINT NOT NULL REFERENCES known_rule (id),
    occurred_at BIGINT NOT NULL,
    name TEXT COLLATE "C",
    short_name TEXT COLLATE "C",
    position TEXT COLLATE "C",
    PRIMARY KEY (player_id, known_at, sequence)
);

-- Those who are known as starters already.
INSERT INTO player (id, pool, code)
SELECT ROW_NUMBER() OVER (ORDER BY pool, code), pool, code FROM (
    SELECT c.pool, l.home_player AS code FROM line_up l
    JOIN fixture f ON f.id = l.fixture_id JOIN competition c ON c.id = f.competition WHERE l.home_player IS NOT NULL
    UNION
    SELECT c.pool, l.away_player AS code FROM line_up l
    JOIN fixture f ON f.id = l.fixture_id JOIN competition c ON c.id = f.competition WHERE l.away_player IS NOT NULL
) starter;

INSERT INTO player_version (player_id, known_at, sequence, known_rule, occurred_at, name)
SELECT p.id, first.known_at, first.sequence, first.known_rule, first.known_at, first.name FROM (
    SELECT pool, code, known_at, sequence, known_rule, NULLIF(name, '') AS name,
        ROW_NUMBER() OVER (PARTITION BY pool, code ORDER BY known_at, sequence) AS place
    FROM (
        SELECT c.pool, l.home_player AS code, l.known_at, l.sequence, l.known_rule, l.home_name AS name FROM line_up l
        JOIN fixture f ON f.id = l.fixture_id JOIN competition c ON c.id = f.competition WHERE l.home_player IS NOT NULL
        UNION ALL
        SELECT c.pool, l.away_player AS code, l.known_at, l.sequence, l.known_rule, l.away_name AS name FROM line_up l
        JOIN fixture f ON f.id = l.fixture_id JOIN competition c ON c.id = f.competition WHERE l.away_player IS NOT NULL
    ) starter
) first JOIN player p ON p.pool = first.pool AND p.code = first.code WHERE first.place = 1;

CREATE TABLE venue (
    id BIGINT PRIMARY KEY,
    pool TEXT COLLATE "C" NOT NULL,
    code TEXT COLLATE "C" NOT NULL,
    UNIQUE (pool, code)
);

-- Where a match is played: the venue as it is called, roofed and laid out on the day.
CREATE TABLE fixture_venue (
    fixture_id BIGINT NOT NULL REFERENCES fixture (id),
    known_at BIGINT NOT NULL,
    sequence BIGINT NOT NULL REFERENCES import (sequence),
    known_rule BIGINT NOT NULL REFERENCES known_rule (id),
    occurred_at BIGINT NOT NULL,
    venue_id BIGINT NOT NULL REFERENCES venue (id),
    name TEXT COLLATE "C" NOT NULL,
    roof TEXT COLLATE "C",
    surface TEXT COLLATE "C",
    PRIMARY KEY (fixture_id, known_at, sequence)
);
CREATE INDEX fixture_venue_by_venue ON fixture_venue (venue_id, fixture_id);

CREATE TABLE weather (
    fixture_id BIGINT NOT NULL REFERENCES fixture (id),
    known_at BIGINT NOT NULL,
    sequence BIGINT NOT NULL REFERENCES import (sequence),
    known_rule BIGINT NOT NULL REFERENCES known_rule (id),
    occurred_at BIGINT NOT NULL,
    temperature_celsius DOUBLE PRECISION,
    wind_mps DOUBLE PRECISION,
    PRIMARY KEY (fixture_id, known_at, sequence)
);

-- What was counted of a player in a match; what a sport or a source does not count is null.
CREATE TABLE player_statistics (
    fixture_id BIGINT NOT NULL REFERENCES fixture (id),
    player_id BIGINT NOT NULL REFERENCES player (id),
    known_at BIGINT NOT NULL,
    sequence BIGINT NOT NULL REFERENCES import (sequence),
    known_rule BIGINT NOT NULL REFERENCES known_rule (id),
    occurred_at BIGINT NOT NULL,
    team_id BIGINT NOT NULL REFERENCES team (id),
    started DOUBLE PRECISION,
    minutes DOUBLE PRECISION,
    points DOUBLE PRECISION,
    field_goals_made DOUBLE PRECISION,
    field_goals_attempted DOUBLE PRECISION,
    three_pointers_made DOUBLE PRECISION,
    three_pointers_attempted DOUBLE PRECISION,
    free_throws_made DOUBLE PRECISION,
    free_throws_attempted DOUBLE PRECISION,
    offensive_rebounds DOUBLE PRECISION,
    defensive_rebounds DOUBLE PRECISION,
    assists DOUBLE PRECISION,
    steals DOUBLE PRECISION,
    blocks DOUBLE PRECISION,
    turnovers DOUBLE PRECISION,
    fouls DOUBLE PRECISION,
    plus_minus DOUBLE PRECISION,
    pass_attempts DOUBLE PRECISION,
    completions DOUBLE PRECISION,
    passing_yards DOUBLE PRECISION,
    passing_touchdowns DOUBLE PRECISION,
    interceptions DOUBLE PRECISION,
    sacks DOUBLE PRECISION,
    passing_epa DOUBLE PRECISION,
    rush_attempts DOUBLE PRECISION,
    rushing_yards DOUBLE PRECISION,
    rushing_touchdowns DOUBLE PRECISION,
    rushing_epa DOUBLE PRECISION,
    targets DOUBLE PRECISION,
    receptions DOUBLE PRECISION,
    receiving_yards DOUBLE PRECISION,
    receiving_touchdowns DOUBLE PRECISION,
    receiving_epa DOUBLE PRECISION,
    PRIMARY KEY (fixture_id, player_id, known_at, sequence)
);
CREATE INDEX player_statistics_by_player ON player_statistics (player_id, fixture_id);

-- What a side reported of a player before its match of a week. The match is null while it is not on record.
CREATE TABLE injury (
    team_id BIGINT NOT NULL REFERENCES team (id),
    season BIGINT NOT NULL,
    week BIGINT NOT NULL,
    player_id BIGINT NOT NULL REFERENCES player (id),
    known_at BIGINT NOT NULL,
    sequence BIGINT NOT NULL REFERENCES import (sequence),
    known_rule BIGINT NOT NULL REFERENCES known_rule (id),
    occurred_at BIGINT NOT NULL,
    fixture_id BIGINT REFERENCES fixture (id),
    availability TEXT COLLATE "C",
    what TEXT COLLATE "C",
    what_else TEXT COLLATE "C",
    practice TEXT COLLATE "C",
    PRIMARY KEY (team_id, season, week, player_id, known_at, sequence)
);
CREATE INDEX injury_by_fixture ON injury (fixture_id, known_at);
CREATE INDEX injury_by_player ON injury (player_id, season, week);

-- Between which moments the plays of a match became known, and how many are stored: what looks for them by time reads no more.
CREATE TABLE fixture_plays (
    fixture_id BIGINT PRIMARY KEY REFERENCES fixture (id),
    first_known_at BIGINT NOT NULL,
    last_known_at BIGINT NOT NULL,
    plays BIGINT NOT NULL
);

-- Plays of a match by the source's numbers; possession is `home` or `away`. As for prices, references are checked by the writer
-- and by `doctor`; one partition per month of known_at, UTC.
CREATE TABLE play (
    fixture_id BIGINT NOT NULL,
    number BIGINT NOT NULL,
    known_at BIGINT NOT NULL,
    sequence BIGINT NOT NULL,
    known_rule BIGINT NOT NULL,
    occurred_at BIGINT NOT NULL,
    period BIGINT,
    clock_secs BIGINT,
    possession TEXT COLLATE "C",
    down BIGINT,
    distance BIGINT,
    yards_to_goal BIGINT,
    kind TEXT COLLATE "C",
    yards_gained BIGINT,
    home_score BIGINT,
    away_score BIGINT,
    home_timeouts BIGINT,
    away_timeouts BIGINT,
    passer_id BIGINT,
    receiver_id BIGINT,
    rusher_id BIGINT,
    expected_points_added DOUBLE PRECISION,
    home_win_probability DOUBLE PRECISION,
    description TEXT COLLATE "C",
    CONSTRAINT play_key PRIMARY KEY (fixture_id, number, known_at, sequence)
) PARTITION BY RANGE (known_at);

-- Makes sure that every month between two moments (microseconds since 1970) has its partition of a table, and says how many it
-- made: none of a table that something else divides, as TimescaleDB does. Attaching blocks neither readers nor writers. It runs with its owner's rights, so that a role that only writes rows
-- can have partitions made without the right to make tables.
CREATE FUNCTION add_month_partitions(parent TEXT, first_at BIGINT, last_at BIGINT) RETURNS BIGINT
    LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    month TIMESTAMP := date_trunc('month', to_timestamp(first_at / 1000000) AT TIME ZONE 'UTC');
    until TIMESTAMP := to_timestamp(last_at / 1000000) AT TIME ZONE 'UTC';
    made BIGINT := 0;
    name TEXT;
    from_at BIGINT;
    to_at BIGINT;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_partitioned_table p JOIN pg_class c ON c.oid = p.partrelid WHERE c.relname = parent
        AND c.relnamespace = CAST(CAST(current_schema() AS TEXT) AS REGNAMESPACE)) THEN
        RETURN 0;
    END IF;
    WHILE month <= until LOOP
        name := parent || '_' || to_char(month, 'YYYY_MM');
        IF to_regclass(name) IS NULL THEN
            from_at := CAST(EXTRACT(EPOCH FROM month) AS BIGINT) * 1000000;
            to_at := CAST(EXTRACT(EPOCH FROM month + INTERVAL '1 month') AS BIGINT) * 1000000;
            EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL)', name, parent);
            EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%s) TO (%s)', parent, name, from_at, to_at);
            made := made + 1;
        END IF;
        month := month + INTERVAL '1 month';
    END LOOP;
    RETURN made;
END
$$;
DROP FUNCTION add_quote_partitions(BIGINT, BIGINT);
