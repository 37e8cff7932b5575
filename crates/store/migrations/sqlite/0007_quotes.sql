-- Between which moments a fixture has prices, and how many: what counts them, or looks for them by time, need not read them.
CREATE TABLE fixture_quotes (
    fixture_id INTEGER PRIMARY KEY REFERENCES fixture (id),
    first_known_at INTEGER NOT NULL,
    last_known_at INTEGER NOT NULL,
    quotes INTEGER NOT NULL
) STRICT;

INSERT INTO fixture_quotes (fixture_id, first_known_at, last_known_at, quotes)
SELECT fixture_id, MIN(known_at), MAX(known_at), COUNT(*) FROM quote
WHERE fixture_id IN (SELECT id FROM fixture) GROUP BY fixture_id;

CREATE INDEX fixture_by_home ON fixture (home_id, id);
CREATE INDEX fixture_by_away ON fixture (away_id, id);
