//! Relations joined for people. Each takes the moment before which things were known or made, and the first and last season;
//! competitions and the order are put behind. Whatever comes first in FROM is read in the order of its key, so nothing is
//! sorted: CROSS JOIN is how SQLite is told the order of the loops.

/// Columns of the match a row is about; see `relation/joined.rs` for what becomes of them.
macro_rules! match_columns {
    () => {
        "f.id, f.competition, v.season, c.zone, v.kickoff_start, v.kickoff_end, home.name, away.name"
    };
}

macro_rules! match_tables {
    () => {
        "CROSS JOIN competition c CROSS JOIN fixture_version v CROSS JOIN team home CROSS JOIN team away"
    };
}

/// The latest version known before `$1`. It is found by its whole key, so that the planner knows there is one.
macro_rules! match_conditions {
    () => {
        "c.id = f.competition AND home.id = f.home_id AND away.id = f.away_id AND v.fixture_id = f.id \
         AND v.known_at = (SELECT l.known_at FROM fixture_version l WHERE l.fixture_id = f.id AND l.known_at < $1 \
         ORDER BY l.known_at DESC, l.sequence DESC LIMIT 1) \
         AND v.sequence = (SELECT l.sequence FROM fixture_version l WHERE l.fixture_id = f.id AND l.known_at < $1 \
         ORDER BY l.known_at DESC, l.sequence DESC LIMIT 1) \
         AND v.season BETWEEN $2 AND $3"
    };
}

statements! {
    MATCHES = concat!("SELECT ", match_columns!(), ", r.full_time_home, r.full_time_away, r.regulation_home, \
        r.regulation_away, r.periods, r.periods, v.stage, v.status, v.neutral, s.expected_goals_home, \
        s.expected_goals_away, s.shots_home, s.shots_away, s.shots_on_target_home, s.shots_on_target_away, \
        s.corners_home, s.corners_away, s.red_cards_home, s.red_cards_away, s.possession_home, s.possession_away, \
        c.sport, c.name \
        FROM fixture f ", match_tables!(), " \
        LEFT JOIN result r ON r.fixture_id = f.id \
        AND r.known_at = (SELECT l.known_at FROM result l WHERE l.fixture_id = f.id AND l.known_at < $1 \
        ORDER BY l.known_at DESC, l.sequence DESC LIMIT 1) \
        AND r.sequence = (SELECT l.sequence FROM result l WHERE l.fixture_id = f.id AND l.known_at < $1 \
        ORDER BY l.known_at DESC, l.sequence DESC LIMIT 1) \
        LEFT JOIN statistics s ON s.fixture_id = f.id \
        AND s.known_at = (SELECT l.known_at FROM statistics l WHERE l.fixture_id = f.id AND l.known_at < $1 \
        ORDER BY l.known_at DESC, l.sequence DESC LIMIT 1) \
        AND s.sequence = (SELECT l.sequence FROM statistics l WHERE l.fixture_id = f.id AND l.known_at < $1 \
        ORDER BY l.known_at DESC, l.sequence DESC LIMIT 1) WHERE ", match_conditions!());
    /// A price that a later import corrected is left out. Between which moments a fixture has prices passes by all other
    /// partitions, and keeps PostgreSQL from reading the prices once for every series.
    ODDS = concat!("SELECT ", match_columns!(), ", s.book, s.kind, CAST(s.line_quarters AS DOUBLE PRECISION) / 4, \
        s.selection, s.phase, CAST(q.price_micros AS DOUBLE PRECISION) / 1000000, q.known_at, k.code, i.recorded_at \
        FROM fixture f ", match_tables!(), " CROSS JOIN fixture_quotes n CROSS JOIN quote q CROSS JOIN quote_series s \
        CROSS JOIN known_rule k CROSS JOIN import i WHERE ", match_conditions!(), " AND n.fixture_id = f.id \
        AND q.fixture_id = f.id AND q.known_at BETWEEN n.first_known_at AND n.last_known_at AND q.known_at < $1 \
        AND s.id = q.series_id AND k.id = q.known_rule AND i.sequence = q.sequence \
        AND NOT EXISTS (SELECT 1 FROM quote later WHERE later.fixture_id = q.fixture_id \
        AND later.series_id = q.series_id AND later.known_at = q.known_at AND later.sequence > q.sequence)");
    FORECASTS = concat!("SELECT p.id, ", match_columns!(), ", p.model, p.as_of, p.made_at, p.home, p.draw, p.away, \
        p.expected_home, p.expected_away, p.entropy, p.training_matches, p.code_version \
        FROM forecast p CROSS JOIN fixture f ", match_tables!(), " WHERE f.id = p.fixture_id AND p.as_of < $1 AND ",
        match_conditions!());
    BETS = concat!("SELECT b.id, b.run, ", match_columns!(), ", b.book, b.kind, \
        CAST(b.line_quarters AS DOUBLE PRECISION) / 4, b.selection, CAST(b.price_micros AS DOUBLE PRECISION) / 1000000, \
        b.probability, b.edge, b.stake_minor, b.currency, b.placed_at, p.model, s.grade, s.payout_minor, \
        s.payout_minor - b.stake_minor, s.settled_at \
        FROM bet b CROSS JOIN fixture f ", match_tables!(), " LEFT JOIN forecast p ON p.id = b.forecast_id \
        LEFT JOIN settlement s ON s.bet_id = b.id AND s.revision = (SELECT MAX(l.revision) FROM settlement l \
        WHERE l.bet_id = b.id AND l.settled_at < $1) WHERE f.id = b.fixture_id AND b.placed_at < $1 AND ",
        match_conditions!());
}
