-- Prices once more, as they are read by the thousand: those of a fixture that one import stored for one moment are one text, number
-- of the series and millionths in turns, by series, blanks between. What shows or trains on prices finds a row where there
-- were thirty. References are checked as those of `quote` are.
CREATE TABLE packed_quotes (
    fixture_id BIGINT NOT NULL,
    phase TEXT COLLATE "C" NOT NULL,
    known_at BIGINT NOT NULL,
    sequence BIGINT NOT NULL,
    known_rule BIGINT NOT NULL,
    prices TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (fixture_id, phase, known_at, sequence, known_rule)
);

INSERT INTO packed_quotes (fixture_id, phase, known_at, sequence, known_rule, prices)
SELECT q.fixture_id, s.phase, q.known_at, q.sequence, q.known_rule,
    string_agg(concat_ws(' ', q.series_id, q.price_micros), ' ' ORDER BY q.series_id)
FROM quote q JOIN quote_series s ON s.id = q.series_id
GROUP BY q.fixture_id, s.phase, q.known_at, q.sequence, q.known_rule;

-- As before, also in a schema whose name must be quoted.
CREATE OR REPLACE FUNCTION add_month_partitions(parent TEXT, first_at BIGINT, last_at BIGINT) RETURNS BIGINT
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
        AND c.relnamespace = to_regnamespace(quote_ident(current_schema()))) THEN
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
