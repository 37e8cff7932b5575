//! Fixtures, results, statistics and quotes.

/// A real number packed: `-` for null, whole ones as integers, others as the engine writes them, and `?` where that is not
/// the same number again. PostgreSQL writes as many digits as it takes; SQLite writes fifteen.
macro_rules! real {
    ($column:literal) => {
        concat!(
            "CASE WHEN s.",
            $column,
            " IS NULL THEN '-' WHEN s.",
            $column,
            " NOT BETWEEN -1e15 AND 1e15 THEN '?' WHEN CAST(s.",
            $column,
            " AS BIGINT) = s.",
            $column,
            " THEN CAST(CAST(s.",
            $column,
            " AS BIGINT) AS TEXT) WHEN CAST(CAST(s.",
            $column,
            " AS TEXT) AS DOUBLE PRECISION) = s.",
            $column,
            " THEN CAST(s.",
            $column,
            " AS TEXT) ELSE '?' END"
        )
    };
}

/// Columns of real numbers, packed.
macro_rules! reals {
    ($first:literal $(, $column:literal)*) => {
        concat!(real!($first) $(, ", ", real!($column))*)
    };
}

/// The columns of statistics, packed.
macro_rules! statistics {
    () => {
        reals!(
            "expected_goals_home",
            "expected_goals_away",
            "shots_home",
            "shots_away",
            "shots_on_target_home",
            "shots_on_target_away",
            "corners_home",
            "corners_away",
            "red_cards_home",
            "red_cards_away",
            "possession_home",
            "possession_away"
        )
    };
}

/// The same, row by row.
macro_rules! statistics_of_row {
    () => {
        "s.expected_goals_home, s.expected_goals_away, s.shots_home, s.shots_away, s.shots_on_target_home, s.shots_on_target_away, \
        s.corners_home, s.corners_away, s.red_cards_home, s.red_cards_away, s.possession_home, s.possession_away"
    };
}

/// A version of a fixture, packed.
macro_rules! version {
    () => {
        "f.home_id, f.away_id, v.kickoff_start, COALESCE(CAST(v.kickoff_end AS TEXT), '-'), v.season, v.neutral, v.stage, v.status"
    };
}

/// A result, packed.
macro_rules! outcome {
    () => {
        "r.status, COALESCE(CAST(r.regulation_home AS TEXT), '-'), COALESCE(CAST(r.regulation_away AS TEXT), '-'), \
        r.full_time_home, r.full_time_away, COALESCE(r.periods, '-')"
    };
}

/// The last import, competitions and a team's matches on one side packed: one statement sees one state, and one question is asked
/// once. Of each match the last version, result and statistics. Their moment is an expression, so that a plan for any moment looks
/// as cheap as one for this moment, and is kept.
macro_rules! team_matches {
    ($side:literal) => {
        concat!(
            "SELECT (SELECT MAX(sequence) FROM import), (SELECT string_agg(concat_ws(' ', c.id, c.sport), ';') FROM competition c), \
            (SELECT string_agg(concat_ws(' ', f.competition, f.id, \
            COALESCE((SELECT concat_ws(' ', ",
            version!(),
            ") FROM fixture_version v WHERE v.fixture_id = f.id AND v.known_at + 0 < $2 \
            ORDER BY v.known_at DESC, v.sequence DESC LIMIT 1), '-'), COALESCE((SELECT concat_ws(' ', ",
            outcome!(),
            ") FROM result r WHERE r.fixture_id = f.id AND r.known_at + 0 < $2 ORDER BY r.known_at DESC, r.sequence DESC LIMIT 1), '-'), \
            COALESCE((SELECT concat_ws(' ', ",
            statistics!(),
            ") FROM statistics s WHERE s.fixture_id = f.id AND s.known_at + 0 < $2 \
            ORDER BY s.known_at DESC, s.sequence DESC LIMIT 1), '-')), ';') FROM fixture f WHERE f.",
            $side,
            " = $1)"
        )
    };
}

/// Their statistics row by row, where packing would lose something; the last of each match comes last.
macro_rules! team_statistics {
    ($side:literal) => {
        concat!(
            "SELECT s.fixture_id, ",
            statistics_of_row!(),
            " FROM fixture f JOIN statistics s ON s.fixture_id = f.id WHERE f.",
            $side,
            " = $1 AND s.known_at < $2 AND s.sequence <= $3 ORDER BY s.known_at, s.sequence"
        )
    };
}

statements! {
    COMPETITION_OF = "SELECT competition FROM fixture WHERE id = $1";
    LAST_FIXTURE = "SELECT COALESCE(MAX(id), 0) FROM fixture";
    KEYS_BETWEEN = "SELECT local_date, home_id, away_id, fixture_id FROM fixture_key \
        WHERE competition = $1 AND local_date BETWEEN $2 AND $3 ORDER BY local_date, home_id, away_id";
    SOURCE_IDS_BETWEEN = "SELECT source_id, fixture_id FROM fixture_source \
        WHERE source = $1 AND source_id BETWEEN $2 AND $3 ORDER BY source_id";
    SOURCE_ID_OF_FIXTURE = "SELECT source_id FROM fixture_source WHERE fixture_id = $1 AND source = $2 \
        ORDER BY source_id LIMIT 1";
    FIXTURES_BETWEEN = "SELECT id, competition, home_id, away_id FROM fixture WHERE id BETWEEN $1 AND $2 ORDER BY id";
    VERSIONS_BETWEEN = "SELECT fixture_id, known_at, known_rule, kickoff_start, kickoff_end, season, neutral, \
        stage, status FROM fixture_version WHERE fixture_id BETWEEN $1 AND $2 \
        ORDER BY fixture_id, known_at, sequence";
    RESULTS_BETWEEN = "SELECT fixture_id, known_at, known_rule, status, regulation_home, regulation_away, \
        full_time_home, full_time_away, periods FROM result WHERE fixture_id BETWEEN $1 AND $2 \
        ORDER BY fixture_id, known_at, sequence";
    STATISTICS_BETWEEN = "SELECT fixture_id, known_at, known_rule, expected_goals_home, expected_goals_away, \
        shots_home, shots_away, shots_on_target_home, shots_on_target_away, corners_home, corners_away, \
        red_cards_home, red_cards_away, possession_home, possession_away FROM statistics WHERE fixture_id BETWEEN $1 AND $2 \
        ORDER BY fixture_id, known_at, sequence";
    LINE_UPS_BETWEEN = "SELECT fixture_id, known_at, known_rule, home_player, home_name, away_player, away_name \
        FROM line_up WHERE fixture_id BETWEEN $1 AND $2 ORDER BY fixture_id, known_at, sequence";
    /// The moments are those in question: on a partitioned table they name the partitions to read.
    QUOTES_BETWEEN = "SELECT fixture_id, series_id, known_at, price_micros FROM quote \
        WHERE fixture_id BETWEEN $1 AND $2 AND known_at BETWEEN $3 AND $4 \
        ORDER BY fixture_id, series_id, known_at, sequence";
    SUM_UP_QUOTES = sum_up!("fixture_quotes", "quotes");
    LAST_QUOTES_BETWEEN = "SELECT fixture_id, last_known_at FROM fixture_quotes WHERE fixture_id BETWEEN $1 AND $2";
    /// Reads that are waited for come packed: see `packed.rs`.
    ODDS_PATH = "SELECT string_agg(concat_ws(' ', known_at, sequence, known_rule, prices), ';') \
        FROM packed_quotes WHERE fixture_id = $1 AND known_at < $2";
    HOME_MATCHES = team_matches!("home_id");
    AWAY_MATCHES = team_matches!("away_id");
    HOME_STATISTICS = team_statistics!("home_id");
    AWAY_STATISTICS = team_statistics!("away_id");
    /// An entry met again returns its number.
    SERIES_NUMBER = "INSERT INTO quote_series (book, kind, line_quarters, selection, phase) \
        VALUES ($1, $2, $3, $4, $5) ON CONFLICT (book, kind, line_quarters, selection, phase) \
        DO UPDATE SET phase = excluded.phase RETURNING id";
    /// Fixtures are read in stretches of their numbers.
    HISTORY_FIXTURES = "SELECT string_agg(CAST(id AS TEXT), ';') FROM fixture WHERE competition = $1";
    HISTORY_VERSIONS = concat!("SELECT string_agg(concat_ws(' ', v.fixture_id, v.known_at, v.sequence, v.known_rule, ", version!(), "), ';') \
        FROM fixture f JOIN fixture_version v ON v.fixture_id = f.id \
        WHERE f.competition = $1 AND f.id BETWEEN $2 AND $3 AND v.known_at < $4 AND v.sequence <= $5");
    HISTORY_RESULTS = concat!("SELECT string_agg(concat_ws(' ', r.fixture_id, r.known_at, r.sequence, r.known_rule, r.occurred_at, ", outcome!(), "), ';') \
        FROM fixture f JOIN result r ON r.fixture_id = f.id \
        WHERE f.competition = $1 AND f.id BETWEEN $2 AND $3 AND r.known_at < $4 AND r.sequence <= $5");
    HISTORY_STATISTICS = concat!("SELECT string_agg(concat_ws(' ', s.fixture_id, s.known_at, s.sequence, s.known_rule, \
        s.occurred_at, ", statistics!(), "), ';') FROM fixture f JOIN statistics s ON s.fixture_id = f.id \
        WHERE f.competition = $1 AND f.id BETWEEN $2 AND $3 AND s.known_at < $4 AND s.sequence <= $5");
    /// Row by row, where packing would lose something.
    HISTORY_STATISTICS_ROWS = concat!("SELECT s.fixture_id, s.known_at, s.sequence, s.known_rule, s.occurred_at, ", statistics_of_row!(), " \
        FROM fixture f JOIN statistics s ON s.fixture_id = f.id \
        WHERE f.competition = $1 AND f.id BETWEEN $2 AND $3 AND s.known_at < $4 AND s.sequence <= $5");
    HISTORY_LINE_UPS = "SELECT l.fixture_id, l.known_at, l.sequence, l.known_rule, l.occurred_at, l.home_player, \
        l.home_name, l.away_player, l.away_name FROM fixture f JOIN line_up l ON l.fixture_id = f.id \
        WHERE f.competition = $1 AND l.known_at < $2 AND l.sequence <= $3 ORDER BY f.id, l.known_at, l.sequence";
    HISTORY_WEATHER = "SELECT w.fixture_id, w.known_at, w.sequence, w.known_rule, w.occurred_at, \
        w.temperature_celsius, w.wind_mps FROM fixture f JOIN weather w ON w.fixture_id = f.id \
        WHERE f.competition = $1 AND w.known_at < $2 AND w.sequence <= $3";
    HISTORY_ROOFS = "SELECT v.fixture_id, v.known_at, v.sequence, v.known_rule, v.occurred_at, v.roof \
        FROM fixture f JOIN fixture_venue v ON v.fixture_id = f.id \
        WHERE f.competition = $1 AND v.known_at < $2 AND v.sequence <= $3 AND v.roof IS NOT NULL";
    SERIES = "SELECT string_agg(concat_ws(' ', id, book, kind, line_quarters, selection, phase), ';') \
        FROM quote_series";
    HISTORY_QUOTES = "SELECT string_agg(concat_ws(' ', q.fixture_id, q.known_at, q.sequence, q.known_rule, q.prices), ';') \
        FROM fixture f JOIN packed_quotes q ON q.fixture_id = f.id \
        WHERE f.competition = $1 AND f.id BETWEEN $2 AND $3 AND q.known_at < $4 AND q.sequence <= $5";
    HISTORY_CLOSING_QUOTES = "SELECT string_agg(concat_ws(' ', q.fixture_id, q.known_at, q.sequence, q.known_rule, q.prices), ';') \
        FROM fixture f JOIN packed_quotes q ON q.fixture_id = f.id AND q.phase = 'closing' \
        WHERE f.competition = $1 AND f.id BETWEEN $2 AND $3 AND q.known_at < $4 AND q.sequence <= $5";
    SEASON_COUNTS = "WITH latest AS (SELECT v.fixture_id, v.season, v.kickoff_start, \
        ROW_NUMBER() OVER (PARTITION BY v.fixture_id ORDER BY v.known_at DESC, v.sequence DESC) AS place \
        FROM fixture_version v) \
        SELECT f.competition, l.season, COUNT(*), MIN(l.kickoff_start), MAX(l.kickoff_start), \
        CAST(SUM(CASE WHEN EXISTS (SELECT 1 FROM result r WHERE r.fixture_id = f.id) THEN 1 ELSE 0 END) AS BIGINT), \
        CAST(COALESCE(SUM(q.quotes), 0) AS BIGINT) FROM fixture f \
        JOIN latest l ON l.fixture_id = f.id AND l.place = 1 LEFT JOIN fixture_quotes q ON q.fixture_id = f.id \
        GROUP BY f.competition, l.season ORDER BY f.competition, l.season";
    /// Prices whose fixture, series or import does not exist; the table itself does not check.
    STRAY_QUOTES = "SELECT COUNT(*) FROM quote q LEFT JOIN fixture f ON f.id = q.fixture_id \
        LEFT JOIN quote_series s ON s.id = q.series_id LEFT JOIN import i ON i.sequence = q.sequence \
        WHERE f.id IS NULL OR s.id IS NULL OR i.sequence IS NULL";
    /// Fixtures whose prices are not what `fixture_quotes` says of them.
    WRONG_SUMS = "SELECT COUNT(*) FROM (SELECT fixture_id, MIN(known_at) AS first_at, MAX(known_at) AS last_at, \
        COUNT(*) AS prices FROM quote GROUP BY fixture_id) q JOIN fixture f ON f.id = q.fixture_id \
        LEFT JOIN fixture_quotes s ON s.fixture_id = q.fixture_id WHERE s.fixture_id IS NULL \
        OR s.first_known_at <> q.first_at OR s.last_known_at <> q.last_at OR s.quotes <> q.prices";
    /// Rows of `packed_quotes` that are not what the prices would be packed into.
    WRONG_PACKS = "SELECT COUNT(*) FROM (SELECT q.fixture_id, s.phase, q.known_at, q.sequence, q.known_rule, \
        string_agg(concat_ws(' ', q.series_id, q.price_micros), ' ' ORDER BY q.series_id) AS prices \
        FROM quote q JOIN quote_series s ON s.id = q.series_id \
        GROUP BY q.fixture_id, s.phase, q.known_at, q.sequence, q.known_rule) q \
        FULL JOIN packed_quotes p ON p.fixture_id = q.fixture_id AND p.phase = q.phase AND p.known_at = q.known_at \
        AND p.sequence = q.sequence AND p.known_rule = q.known_rule \
        WHERE p.prices IS NULL OR q.prices IS NULL OR p.prices <> q.prices";
}

bulk_inserts! {
    FIXTURE_ROWS = "INSERT INTO fixture (id, competition, home_id, away_id)";
    KEY_ROWS = "INSERT INTO fixture_key (competition, local_date, home_id, away_id, fixture_id)";
    SOURCE_ROWS = "INSERT INTO fixture_source (source, source_id, fixture_id)";
    VERSION_ROWS = "INSERT INTO fixture_version (fixture_id, known_at, sequence, known_rule, kickoff_start, \
        kickoff_end, season, neutral, stage, status)";
    RESULT_ROWS = "INSERT INTO result (fixture_id, known_at, sequence, known_rule, occurred_at, status, \
        regulation_home, regulation_away, full_time_home, full_time_away, periods)";
    STATISTICS_ROWS = "INSERT INTO statistics (fixture_id, known_at, sequence, known_rule, occurred_at, \
        expected_goals_home, expected_goals_away, shots_home, shots_away, shots_on_target_home, \
        shots_on_target_away, corners_home, corners_away, red_cards_home, red_cards_away, \
        possession_home, possession_away)";
    LINE_UP_ROWS = "INSERT INTO line_up (fixture_id, known_at, sequence, known_rule, occurred_at, home_player, \
        home_name, away_player, away_name)";
    QUOTE_SUM_ROWS = "INSERT INTO fixture_quotes (fixture_id, first_known_at, last_known_at, quotes)";
    PACKED_QUOTE_ROWS = "INSERT INTO packed_quotes (fixture_id, phase, known_at, sequence, known_rule, prices)";
    QUOTE_ROWS = "INSERT INTO quote (fixture_id, series_id, known_at, sequence, price_micros, known_rule)";
}
