-- Who starts: the quarterbacks of an NFL game. A side nobody is named for is null.

INSERT INTO known_rule (id, code) VALUES (9, 'line_up_before_kickoff');

CREATE TABLE line_up (
    fixture_id BIGINT NOT NULL REFERENCES fixture (id),
    known_at BIGINT NOT NULL,
    sequence BIGINT NOT NULL REFERENCES import (sequence),
    known_rule BIGINT NOT NULL REFERENCES known_rule (id),
    occurred_at BIGINT NOT NULL,
    home_player TEXT COLLATE "C",
    home_name TEXT COLLATE "C",
    away_player TEXT COLLATE "C",
    away_name TEXT COLLATE "C",
    PRIMARY KEY (fixture_id, known_at, sequence)
);
