//! Imports, their payloads, what they rejected and what was held back.

statements! {
    PAYLOAD = "SELECT compressed FROM payload WHERE hash = $1";
    INSERT_PAYLOAD = "INSERT INTO payload (hash, compressed, size, source, label, fetched_at) \
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (hash) DO NOTHING";
    /// A later correction may have come between: then the payload has something to say again and is not complete.
    LAST_IMPORT_OF_PAYLOAD = "SELECT i.sequence, CASE WHEN EXISTS (SELECT 1 FROM import later \
        WHERE later.sequence > i.sequence AND later.corrections > 0) THEN 0 ELSE i.complete END FROM import i \
        WHERE i.payload_hash = $1 AND i.format = $2 ORDER BY i.sequence DESC LIMIT 1";
    INSERT_IMPORT = "INSERT INTO import (recorded_at, source, file, payload_hash, format, complete, records) \
        VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING sequence";
    FINISH_IMPORT = "UPDATE import SET fixtures = $2, results = $3, statistics = $4, quotes = $5, duplicates = $6, \
        corrections = $7, rejected = $8 WHERE sequence = $1";
    ROWS_WRITTEN = "SELECT CAST(COALESCE(SUM(fixtures + results + statistics + quotes), 0) AS BIGINT) FROM import";
    LAST_SEQUENCE = "SELECT MAX(sequence) FROM import";
    LAST_IMPORT = "SELECT sequence, recorded_at, source, file FROM import ORDER BY sequence DESC LIMIT 1";
    /// Packed: see `packed.rs`.
    RECORDED = "SELECT string_agg(concat_ws(' ', sequence, recorded_at), ';') FROM import";
    IMPORT_TOTALS = "SELECT COUNT(*), CAST(COALESCE(SUM(quotes), 0) AS BIGINT), \
        (SELECT COUNT(*) FROM payload), (SELECT COUNT(*) FROM quarantine WHERE status = 'held'), \
        (SELECT COUNT(*) FROM name_review WHERE status = 'open') FROM import";
    /// Of the last import of each payload, so that reading a file again does not count its rejections twice.
    REJECTION_COUNTS = "SELECT r.reason, r.loss, COUNT(*) FROM rejection r \
        JOIN import i ON i.sequence = r.sequence WHERE NOT EXISTS (SELECT 1 FROM import later \
        WHERE later.payload_hash = i.payload_hash AND later.format = i.format AND later.sequence > i.sequence) \
        GROUP BY r.reason, r.loss ORDER BY COUNT(*) DESC, r.reason, r.loss";
    REJECTIONS = "SELECT r.sequence, i.file, r.line, r.field, r.value, r.reason, r.loss FROM rejection r \
        JOIN import i ON i.sequence = r.sequence \
        WHERE r.sequence >= $1 AND r.sequence <= $2 AND ($3 = '' OR r.reason = $3) \
        ORDER BY r.sequence, r.position LIMIT $4";
    INSERT_QUARANTINE = "INSERT INTO quarantine (payload_hash, line, rule, sequence, detail, status) \
        VALUES ($1, $2, $3, $4, $5, 'held') ON CONFLICT (payload_hash, line, rule) DO NOTHING";
    QUARANTINE = "SELECT q.id, q.sequence, i.file, q.payload_hash, q.line, q.rule, q.detail, q.status, i.format \
        FROM quarantine q JOIN import i ON i.sequence = q.sequence \
        WHERE ($1 = '' OR q.status = $1) ORDER BY q.id";
    RELEASED_ROWS = "SELECT line, rule FROM quarantine WHERE payload_hash = $1 AND status = 'released' \
        ORDER BY line, rule";
    DECIDE_QUARANTINE = "UPDATE quarantine SET status = $2, decided_at = $3 WHERE id = $1 RETURNING payload_hash";
    REOPEN_IMPORTS = "UPDATE import SET complete = 0 WHERE payload_hash = $1";
}

bulk_inserts! {
    REJECTION_ROWS = "INSERT INTO rejection (sequence, position, line, field, value, reason, loss)";
}
