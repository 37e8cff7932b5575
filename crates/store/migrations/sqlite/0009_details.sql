-- Players, venues, what players did, injuries, weather, plays; and possession among the statistics of a match.

INSERT INTO known_rule (id, code) VALUES
    (10, 'venue_before_kickoff'),
    (11, 'weather_with_result'),
    (12, 'injury_report_day_before'),
    (13, 'injury_report_week_end');

ALTER TABLE statistics ADD COLUMN possession_home REAL;
ALTER TABLE statistics ADD COLUMN possession_away REAL;

-- A player by the id of its league's own records.
CREATE TABLE player (
    id INTEGER PRIMARY KEY,
    pool TEXT NOT NULL,
    code TEXT NOT NULL,
    UNIQUE (pool, code)
) STRICT;

-- What is said of him, for people. Another spelling of a name is no version; another position is.
CREATE TABLE player_version (
    player_id INTEGER NOT NULL REFERENCES player (id),
    known_at INTEGER NOT NULL,
    sequence INTEGER NOT NULL REFERENCES import (sequence),
    known_rule INTEGER NOT NULL REFERENCES known_rule (id),
    occurred_at INTEGER NOT NULL,
    name TEXT,
    short_name TEXT,
    position TEXT,
    PRIMARY KEY (player_id, known_at, sequence)
) STRICT, WITHOUT ROWID;

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
    id INTEGER PRIMARY KEY,
    pool TEXT NOT NULL,
    code TEXT NOT NULL,
    UNIQUE (pool, code)
) STRICT;

-- Where a match is played: the venue as it is called, roofed and laid out on the day.
CREATE TABLE fixture_venue (
    fixture_id INTEGER NOT NULL REFERENCES fixture (id),
    known_at INTEGER NOT NULL,
    sequence INTEGER NOT NULL REFERENCES import (sequence),
    known_rule INTEGER NOT NULL REFERENCES known_rule (id),
    occurred_at INTEGER NOT NULL,
    venue_id INTEGER NOT NULL REFERENCES venue (id),
    name TEXT NOT NULL,
    roof TEXT,
    surface TEXT,
    PRIMARY KEY (fixture_id, known_at, sequence)
) STRICT, WITHOUT ROWID;
CREATE INDEX fixture_venue_by_venue ON fixture_venue (venue_id, fixture_id);

CREATE TABLE weather (
    fixture_id INTEGER NOT NULL REFERENCES fixture (id),
    known_at INTEGER NOT NULL,
    sequence INTEGER NOT NULL REFERENCES import (sequence),
    known_rule INTEGER NOT NULL REFERENCES known_rule (id),
    occurred_at INTEGER NOT NULL,
    temperature_celsius REAL,
    wind_mps REAL,
    PRIMARY KEY (fixture_id, known_at, sequence)
) STRICT, WITHOUT ROWID;

-- What was counted of a player in a match; what a sport or a source does not count is null.
CREATE TABLE player_statistics (
    fixture_id INTEGER NOT NULL REFERENCES fixture (id),
    player_id INTEGER NOT NULL REFERENCES player (id),
    known_at INTEGER NOT NULL,
    sequence INTEGER NOT NULL REFERENCES import (sequence),
    known_rule INTEGER NOT NULL REFERENCES known_rule (id),
    occurred_at INTEGER NOT NULL,
    team_id INTEGER NOT NULL REFERENCES team (id),
    started REAL,
    minutes REAL,
    points REAL,
    field_goals_made REAL,
    field_goals_attempted REAL,
    three_pointers_made REAL,
    three_pointers_attempted REAL,
    free_throws_made REAL,
    free_throws_attempted REAL,
    offensive_rebounds REAL,
    defensive_rebounds REAL,
    assists REAL,
    steals REAL,
    blocks REAL,
    turnovers REAL,
    fouls REAL,
    plus_minus REAL,
    pass_attempts REAL,
    completions REAL,
    passing_yards REAL,
    passing_touchdowns REAL,
    interceptions REAL,
    sacks REAL,
    passing_epa REAL,
    rush_attempts REAL,
    rushing_yards REAL,
    rushing_touchdowns REAL,
    rushing_epa REAL,
    targets REAL,
    receptions REAL,
    receiving_yards REAL,
    receiving_touchdowns REAL,
    receiving_epa REAL,
    PRIMARY KEY (fixture_id, player_id, known_at, sequence)
) STRICT, WITHOUT ROWID;
CREATE INDEX player_statistics_by_player ON player_statistics (player_id, fixture_id);

-- What a side reported of a player before its match of a week. The match is null while it is not on record.
CREATE TABLE injury (
    team_id INTEGER NOT NULL REFERENCES team (id),
    season INTEGER NOT NULL,
    week INTEGER NOT NULL,
    player_id INTEGER NOT NULL REFERENCES player (id),
    known_at INTEGER NOT NULL,
    sequence INTEGER NOT NULL REFERENCES import (sequence),
    known_rule INTEGER NOT NULL REFERENCES known_rule (id),
    occurred_at INTEGER NOT NULL,
    fixture_id INTEGER REFERENCES fixture (id),
    availability TEXT,
    what TEXT,
    what_else TEXT,
    practice TEXT,
    PRIMARY KEY (team_id, season, week, player_id, known_at, sequence)
) STRICT, WITHOUT ROWID;
CREATE INDEX injury_by_fixture ON injury (fixture_id, known_at);
CREATE INDEX injury_by_player ON injury (player_id, season, week);

-- Between which moments the plays of a match became known, and how many are stored: what looks for them by time reads no more.
CREATE TABLE fixture_plays (
    fixture_id INTEGER PRIMARY KEY REFERENCES fixture (id),
    first_known_at INTEGER NOT NULL,
    last_known_at INTEGER NOT NULL,
    plays INTEGER NOT NULL
) STRICT;

-- Plays of a match by the source's numbers; possession is `home` or `away`. As for prices, references are checked by the writer
-- and by `doctor`.
CREATE TABLE play (
    fixture_id INTEGER NOT NULL,
    number INTEGER NOT NULL,
    known_at INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    known_rule INTEGER NOT NULL,
    occurred_at INTEGER NOT NULL,
    period INTEGER,
    clock_secs INTEGER,
    possession TEXT,
    down INTEGER,
    distance INTEGER,
    yards_to_goal INTEGER,
    kind TEXT,
    yards_gained INTEGER,
    home_score INTEGER,
    away_score INTEGER,
    home_timeouts INTEGER,
    away_timeouts INTEGER,
    passer_id INTEGER,
    receiver_id INTEGER,
    rusher_id INTEGER,
    expected_points_added REAL,
    home_win_probability REAL,
    description TEXT,
    PRIMARY KEY (fixture_id, number, known_at, sequence)
) STRICT, WITHOUT ROWID;
