-- Who starts: the quarterbacks of an NFL game. A side nobody is named for is null.

INSERT INTO known_rule (id, code) VALUES (9, 'line_up_before_kickoff');

CREATE TABLE line_up (
    fixture_id INTEGER NOT NULL REFERENCES fixture (id),
    known_at INTEGER NOT NULL,
    sequence INTEGER NOT NULL REFERENCES import (sequence),
    known_rule INTEGER NOT NULL REFERENCES known_rule (id),
    occurred_at INTEGER NOT NULL,
    home_player TEXT,
    home_name TEXT,
    away_player TEXT,
    away_name TEXT,
    PRIMARY KEY (fixture_id, known_at, sequence)
) STRICT, WITHOUT ROWID;
