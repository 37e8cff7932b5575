-- Prices once more, as they are read by the thousand: those of a fixture that one import stored for one moment are one text, number
-- of the series and millionths in turns, by series, blanks between. What shows or trains on prices finds a row where there
-- were thirty. References are checked as those of `quote` are.
CREATE TABLE packed_quotes (
    fixture_id INTEGER NOT NULL,
    phase TEXT NOT NULL,
    known_at INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    known_rule INTEGER NOT NULL,
    prices TEXT NOT NULL,
    PRIMARY KEY (fixture_id, phase, known_at, sequence, known_rule)
) STRICT, WITHOUT ROWID;

INSERT INTO packed_quotes (fixture_id, phase, known_at, sequence, known_rule, prices)
SELECT q.fixture_id, s.phase, q.known_at, q.sequence, q.known_rule,
    string_agg(concat_ws(' ', q.series_id, q.price_micros), ' ' ORDER BY q.series_id)
FROM quote q JOIN quote_series s ON s.id = q.series_id
GROUP BY q.fixture_id, s.phase, q.known_at, q.sequence, q.known_rule;
