-- Between which moments a fixture has prices, and how many: what counts them, or looks for them by time, need not read them,
-- and reads the partitions of those months only.
CREATE TABLE fixture_quotes (
    fixture_id BIGINT PRIMARY KEY REFERENCES fixture (id),
    first_known_at BIGINT NOT NULL,
    last_known_at BIGINT NOT NULL,
    quotes BIGINT NOT NULL
);

INSERT INTO fixture_quotes (fixture_id, first_known_at, last_known_at, quotes)
SELECT fixture_id, MIN(known_at), MAX(known_at), COUNT(*) FROM quote
WHERE fixture_id IN (SELECT id FROM fixture) GROUP BY fixture_id;

CREATE INDEX fixture_by_home ON fixture (home_id, id);
CREATE INDEX fixture_by_away ON fixture (away_id, id);

-- One partition per month of known_at, UTC.
ALTER TABLE quote RENAME TO quote_whole;
CREATE TABLE quote (
    fixture_id BIGINT NOT NULL,
    series_id BIGINT NOT NULL,
    known_at BIGINT NOT NULL,
    sequence BIGINT NOT NULL,
    price_micros BIGINT NOT NULL,
    known_rule BIGINT NOT NULL,
    CONSTRAINT quote_key PRIMARY KEY (fixture_id, series_id, known_at, sequence)
) PARTITION BY RANGE (known_at);

-- Makes sure that every month between two moments (microseconds since 1970) has its partition, and says how many it made.
-- Attaching blocks neither readers nor writers. It runs with its owner's rights, so that a role that only writes rows can have
-- partitions made without the right to make tables.
CREATE FUNCTION add_quote_partitions(first_at BIGINT, last_at BIGINT) RETURNS BIGINT
    LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    month TIMESTAMP := date_trunc('month', to_timestamp(first_at / 1000000) AT TIME ZONE 'UTC');
    until TIMESTAMP := to_timestamp(last_at / 1000000) AT TIME ZONE 'UTC';
    made BIGINT := 0;
    name TEXT;
    from_at BIGINT;
    to_at BIGINT;
BEGIN
    WHILE month <= until LOOP
        name := 'quote_' || to_char(month, 'YYYY_MM');
        IF to_regclass(name) IS NULL THEN
            from_at := CAST(EXTRACT(EPOCH FROM month) AS BIGINT) * 1000000;
            to_at := CAST(EXTRACT(EPOCH FROM month + INTERVAL '1 month') AS BIGINT) * 1000000;
            EXECUTE format('CREATE TABLE %I (LIKE quote INCLUDING ALL)', name);
            EXECUTE format('ALTER TABLE quote ATTACH PARTITION %I FOR VALUES FROM (%s) TO (%s)', name, from_at, to_at);
            made := made + 1;
        END IF;
        month := month + INTERVAL '1 month';
    END LOOP;
    RETURN made;
END
$$;

DO $$
DECLARE
    month BIGINT;
BEGIN
    FOR month IN
        SELECT DISTINCT CAST(EXTRACT(EPOCH FROM date_trunc('month', to_timestamp(known_at / 1000000) AT TIME ZONE 'UTC')) AS BIGINT)
        FROM quote_whole
    LOOP
        PERFORM add_quote_partitions(month * 1000000, month * 1000000);
    END LOOP;
END
$$;
INSERT INTO quote (fixture_id, series_id, known_at, sequence, price_micros, known_rule)
SELECT fixture_id, series_id, known_at, sequence, price_micros, known_rule FROM quote_whole
ORDER BY fixture_id, series_id, known_at, sequence;
DROP TABLE quote_whole;
