//! Competitions, teams, their spellings, and names waiting for a decision.

statements! {
    UPSERT_COMPETITION = "INSERT INTO competition (id, sport, name, pool, zone, season_rule) \
        VALUES ($1, $2, $3, $4, $5, $6) \
        ON CONFLICT (id) DO UPDATE SET sport = excluded.sport, name = excluded.name, pool = excluded.pool, \
        zone = excluded.zone, season_rule = excluded.season_rule";
    COMPETITIONS = "SELECT id, sport, name, pool, zone, season_rule FROM competition ORDER BY id";
    TEAMS = "SELECT id, pool, name FROM team ORDER BY id";
    ALIASES = "SELECT pool, alias, team_id FROM team_alias ORDER BY pool, alias";
    INSERT_TEAM = "INSERT INTO team (pool, name) VALUES ($1, $2) RETURNING id";
    POOL_OF_TEAM = "SELECT pool FROM team WHERE id = $1";
    TEAM_OF_ALIAS = "SELECT team_id FROM team_alias WHERE pool = $1 AND alias = $2";
    INSERT_ALIAS = "INSERT INTO team_alias (pool, alias, team_id) VALUES ($1, $2, $3) \
        ON CONFLICT (pool, alias) DO NOTHING";
    /// A name met again stays as it is: first seen first, decisions kept.
    INSERT_REVIEW = "INSERT INTO name_review (pool, name, source, first_sequence, status) \
        VALUES ($1, $2, $3, $4, 'open') ON CONFLICT (pool, name) DO NOTHING";
    /// Rows are those of the last import of each payload, so that reading a file again does not count them twice.
    REVIEW_QUEUE = "SELECT r.pool, r.name, r.source, r.first_sequence, \
        (SELECT CAST(COALESCE(SUM(n.row_count), 0) AS BIGINT) FROM import_name n JOIN import i ON i.sequence = n.sequence \
         WHERE n.pool = r.pool AND n.name = r.name AND NOT EXISTS (SELECT 1 FROM import later \
         WHERE later.payload_hash = i.payload_hash AND later.format = i.format AND later.sequence > i.sequence)) \
        FROM name_review r WHERE r.status = 'open' ORDER BY r.first_sequence, r.pool, r.name";
    DECIDE_NAME = "UPDATE name_review SET status = $3, team_id = $4, decided_at = $5 \
        WHERE pool = $1 AND name = $2";
    /// Names decided elsewhere (a roster that now knows them) leave the queue.
    CLOSE_KNOWN_NAMES = "UPDATE name_review SET status = 'alias', team_id = \
        (SELECT a.team_id FROM team_alias a WHERE a.pool = name_review.pool AND a.alias = name_review.name) \
        WHERE status = 'open' AND EXISTS \
        (SELECT 1 FROM team_alias a WHERE a.pool = name_review.pool AND a.alias = name_review.name)";
    INSERT_IMPORT_NAME = "INSERT INTO import_name (sequence, pool, name, row_count) VALUES ($1, $2, $3, $4) \
        ON CONFLICT (sequence, pool, name) DO UPDATE SET row_count = import_name.row_count + excluded.row_count";
    NAMES_OF_IMPORT = "SELECT pool, name, row_count FROM import_name WHERE sequence = $1 ORDER BY pool, name";
    IMPORTS_BLOCKED_BY = "SELECT i.sequence, i.source, i.file, i.format, i.payload_hash FROM import_name n \
        JOIN import i ON i.sequence = n.sequence WHERE n.pool = $1 AND n.name = $2 \
        AND NOT EXISTS (SELECT 1 FROM import later WHERE later.payload_hash = i.payload_hash \
        AND later.format = i.format AND later.sequence > i.sequence) ORDER BY i.sequence";
}

bulk_inserts! {}
