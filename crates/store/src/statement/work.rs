//! Models, forecasts, reports and findings.

statements! {
    /// The newest migration.
    SCHEMA = "SELECT MAX(version) FROM _sqlx_migrations";
    MODEL_OF = "SELECT id, version FROM model_version WHERE competition = $1 AND model = $2 AND as_of = $3 \
        AND code_version = $4 AND data_sequence = $5";
    INSERT_MODEL = "INSERT INTO model_version (competition, model, version, as_of, fitted_at, code_version, \
        data_sequence, parameters, report) SELECT $1, $2, COALESCE(MAX(version), 0) + 1, $3, $4, $5, $6, $7, $8 \
        FROM model_version WHERE competition = $1 AND model = $2 RETURNING id, version";
    MODELS = "SELECT id, competition, model, version, as_of, fitted_at, code_version, data_sequence, parameters, \
        report FROM model_version WHERE ($1 = '' OR competition = $1) AND ($2 = '' OR model = $2) ORDER BY id";
    FORECAST_OF = "SELECT id FROM forecast WHERE fixture_id = $1 AND model = $2 AND as_of = $3 \
        AND code_version = $4 AND input_hash = $5";
    /// A model made elsewhere says one thing about a match as of a moment.
    STATED_BEFORE = "SELECT input_hash FROM forecast WHERE fixture_id = $1 AND model = $2 AND as_of = $3 \
        ORDER BY id LIMIT 1";
    INSERT_FORECAST = "INSERT INTO forecast (fixture_id, model, as_of, made_at, code_version, data_sequence, \
        input_hash, training_matches, home, draw, away, expected_home, expected_away, entropy, home_log_se, \
        away_log_se, correlation, cells) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18) \
        ON CONFLICT (fixture_id, model, as_of, code_version, input_hash) DO NOTHING RETURNING id";
    FORECAST = "SELECT id, fixture_id, model, as_of, made_at, code_version, data_sequence, input_hash, \
        training_matches, home_log_se, away_log_se, correlation, cells FROM forecast WHERE id = $1";
    FORECASTS = "SELECT p.id, p.fixture_id, p.model, p.as_of, p.made_at, p.code_version, p.data_sequence, \
        p.input_hash, p.training_matches, p.home_log_se, p.away_log_se, p.correlation, p.cells \
        FROM forecast p JOIN fixture f ON f.id = p.fixture_id \
        WHERE p.fixture_id BETWEEN $1 AND $2 AND ($3 = '' OR p.model = $3) AND ($4 = '' OR f.competition = $4) \
        AND p.as_of >= $5 AND p.as_of < $6 ORDER BY p.id";
    INSERT_REPORT = "INSERT INTO report (kind, created_at, body) VALUES ($1, $2, $3) RETURNING id";
    LATEST_REPORT = "SELECT id, created_at, body FROM report WHERE kind = $1 ORDER BY id DESC LIMIT 1";
    INSERT_CHECK_RUN = "INSERT INTO check_run (ran_at) VALUES ($1) RETURNING id";
    LAST_CHECK_RUN = "SELECT id, ran_at FROM check_run ORDER BY id DESC LIMIT 1";
    FINDINGS = "SELECT check_name, severity, fixture_id, subject, detail FROM check_finding \
        WHERE check_run_id = $1 ORDER BY id";
}

bulk_inserts! {
    FINDING_ROWS = "INSERT INTO check_finding (check_run_id, check_name, severity, fixture_id, subject, detail)";
}
