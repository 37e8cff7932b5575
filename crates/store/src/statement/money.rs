//! Bets, settlements and the ledger.

statements! {
    INSERT_BET = "INSERT INTO bet (idempotency_key, run, fixture_id, book, kind, line_quarters, selection, \
        price_micros, probability, edge, stake_minor, currency, placed_at, kickoff_start, kickoff_end, forecast_id) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) \
        ON CONFLICT (idempotency_key) DO NOTHING RETURNING id";
    BET_OF_KEY = "SELECT id FROM bet WHERE idempotency_key = $1";
    /// With the last settlement, null where there is none.
    BETS = "SELECT b.id, b.idempotency_key, b.run, b.fixture_id, b.book, b.kind, b.line_quarters, b.selection, \
        b.price_micros, b.probability, b.edge, b.stake_minor, b.currency, b.placed_at, b.kickoff_start, b.kickoff_end, b.forecast_id, \
        s.revision, s.result_sequence, s.grade, s.won, s.refunded, s.lost, s.payout_minor, s.settled_at, f.model, home.name, away.name, x.competition \
        FROM bet b JOIN fixture x ON x.id = b.fixture_id JOIN team home ON home.id = x.home_id \
        JOIN team away ON away.id = x.away_id LEFT JOIN forecast f ON f.id = b.forecast_id LEFT JOIN settlement s ON s.bet_id = b.id AND s.revision = \
        (SELECT MAX(last.revision) FROM settlement last WHERE last.bet_id = b.id) \
        WHERE ($1 = '' OR b.run = $1) AND b.fixture_id BETWEEN $2 AND $3 \
        AND ($4 = 0 OR s.revision IS NULL) ORDER BY b.id";
    /// Competitions that a run has bets on.
    COMPETITIONS_BET_ON = "SELECT DISTINCT f.competition FROM bet b JOIN fixture f ON f.id = b.fixture_id \
        WHERE b.run = $1 ORDER BY f.competition";
    BET_TERMS = "SELECT run, currency FROM bet WHERE id = $1";
    LAST_SETTLEMENT = "SELECT revision, grade, won, refunded, lost, payout_minor FROM settlement WHERE bet_id = $1 \
        ORDER BY revision DESC LIMIT 1";
    INSERT_SETTLEMENT = "INSERT INTO settlement (bet_id, revision, result_sequence, grade, won, refunded, lost, \
        payout_minor, settled_at, number) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, \
        (SELECT COALESCE(MAX(number), 0) + 1 FROM settlement))";
    INSERT_ENTRY = "INSERT INTO ledger (idempotency_key, run, bet_id, kind, amount_minor, currency, at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (idempotency_key) DO NOTHING RETURNING id";
    LEDGER = "SELECT id, idempotency_key, run, bet_id, kind, amount_minor, currency, at FROM ledger WHERE run = $1 \
        ORDER BY id";
    BALANCE = "SELECT currency, CAST(SUM(amount_minor) AS BIGINT) FROM ledger WHERE run = $1 GROUP BY currency ORDER BY currency";
}
