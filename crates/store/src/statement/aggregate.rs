//! Aggregates: how far each is brought, what changed since, and their rows.

statements! {
    /// The last import, forecast and settlement there is.
    EXTENT = "SELECT (SELECT COALESCE(MAX(sequence), 0) FROM import), (SELECT COALESCE(MAX(id), 0) FROM forecast), \
        (SELECT COALESCE(MAX(number), 0) FROM settlement)";
    MARK = "SELECT sequence, forecast, settlement FROM _aggregate_mark WHERE aggregate = $1 AND code_version = $2";
    SET_MARK = "INSERT INTO _aggregate_mark (aggregate, code_version, sequence, forecast, settlement) \
        VALUES ($1, $2, $3, $4, $5) ON CONFLICT (aggregate) DO UPDATE SET code_version = excluded.code_version, \
        sequence = excluded.sequence, forecast = excluded.forecast, settlement = excluded.settlement";

    /// Every season that a fixture spoken of by later imports was ever in.
    SEASONS_SINCE = "SELECT DISTINCT f.competition, v.season FROM import_fixture t \
        JOIN fixture f ON f.id = t.fixture_id JOIN fixture_version v ON v.fixture_id = f.id \
        WHERE t.sequence > $1 ORDER BY f.competition, v.season";
    ALL_SEASONS = "SELECT DISTINCT f.competition, v.season FROM fixture f \
        JOIN fixture_version v ON v.fixture_id = f.id ORDER BY f.competition, v.season";
    DROP_TEAM_SEASONS = "DELETE FROM team_season_statistics WHERE competition = $1 AND season = $2";
    DROP_TEAM_DAYS = "DELETE FROM team_statistics_daily WHERE competition = $1 AND season = $2";
    DROP_ALL_TEAM_SEASONS = "DELETE FROM team_season_statistics";
    DROP_ALL_TEAM_DAYS = "DELETE FROM team_statistics_daily";
    TEAM_SEASONS = "SELECT s.competition, s.season, s.team_id, t.name, s.won, s.drawn, s.lost, s.scored, s.conceded, \
        s.home_won, s.home_drawn, s.home_lost, s.home_scored, s.home_conceded, s.away_won, s.away_drawn, \
        s.away_lost, s.away_scored, s.away_conceded, s.overtime_won, s.overtime_lost, s.overtime_unknown, s.points, \
        s.form, s.streak, s.expected_goals_matches, s.expected_goals_for, s.expected_goals_against, \
        s.shots_matches, s.shots_for, s.shots_against, s.playoff_played, s.playoff_won, s.unplayed \
        FROM team_season_statistics s JOIN team t ON t.id = s.team_id \
        WHERE s.competition = $1 AND s.season = $2 ORDER BY s.team_id";
    LAST_SEASON = "SELECT MAX(season) FROM team_season_statistics WHERE competition = $1";
    AGGREGATED_SEASONS = "SELECT competition, season, COUNT(*) FROM team_season_statistics \
        GROUP BY competition, season ORDER BY competition, season";
    /// Of one team, or of all when the team is 0; of every day the version that was known by then comes last.
    TEAM_DAYS = "SELECT team_id, on_date, known_at, won, drawn, lost, scored, conceded, points, form, \
        expected_goals_matches, expected_goals_for, expected_goals_against, shots_matches, shots_for, shots_against \
        FROM team_statistics_daily WHERE competition = $1 AND season = $2 AND ($3 = 0 OR team_id = $3) \
        AND known_at < $4 ORDER BY team_id, on_date, known_at";

    /// Forecast fixtures that have a result and were forecast, or spoken of by an import, since.
    SCORABLE_SINCE = "SELECT f.competition, f.id FROM fixture f WHERE f.id IN \
        (SELECT p.fixture_id FROM forecast p WHERE p.id > $1 \
        UNION SELECT t.fixture_id FROM import_fixture t WHERE t.sequence > $2) \
        AND EXISTS (SELECT 1 FROM forecast p WHERE p.fixture_id = f.id) \
        AND EXISTS (SELECT 1 FROM result r WHERE r.fixture_id = f.id) ORDER BY f.competition, f.id";
    FORECAST_COMPETITIONS = "SELECT DISTINCT f.competition FROM forecast p JOIN fixture f ON f.id = p.fixture_id \
        ORDER BY f.competition";
    MADE = "SELECT p.fixture_id, p.model, p.as_of, p.data_sequence, p.home, p.draw, p.away \
        FROM forecast p JOIN fixture f ON f.id = p.fixture_id WHERE f.competition = $1 ORDER BY p.id";
    DROP_MODEL_WEEK = "DELETE FROM model_performance WHERE competition = $1 AND week = $2";
    DROP_ALL_MODEL_WEEKS = "DELETE FROM model_performance";
    MODEL_WEEKS = "SELECT competition, week, model, matches, log_loss, rps, brier, accuracy, base_rate_log_loss, \
        base_rate_rps, base_rate_brier, base_rate_accuracy, priced_matches, closing_matches, priced_log_loss, \
        priced_rps, priced_brier, priced_accuracy, market_log_loss, market_rps, market_brier, market_accuracy \
        FROM model_performance WHERE ($1 = '' OR competition = $1) AND ($2 = '' OR model = $2) \
        ORDER BY model, week, competition";

    /// Bets settled, or on fixtures spoken of by an import, since; those never settled are not among them.
    BETS_SINCE = "SELECT b.id FROM bet b WHERE b.id IN (SELECT s.bet_id FROM settlement s WHERE s.number > $1) \
        OR (b.fixture_id IN (SELECT t.fixture_id FROM import_fixture t WHERE t.sequence > $2) \
        AND EXISTS (SELECT 1 FROM settlement s WHERE s.bet_id = b.id)) ORDER BY b.id";
    DROP_BET_WEEK = "DELETE FROM betting_performance WHERE run = $1 AND currency = $2 AND kind = $3 AND book = $4 \
        AND model = $5 AND week = $6";
    DROP_ALL_BET_WEEKS = "DELETE FROM betting_performance";
    BET_WEEKS = "SELECT run, currency, kind, book, model, week, bets, void, won, level, lost, staked_minor, \
        profit_minor, roi, closing_bets, closing_value, fair_closing_bets, fair_closing_value FROM betting_performance \
        WHERE ($1 = '' OR run = $1) ORDER BY run, currency, kind, book, model, week";

    /// A book or kind that is blank is any.
    QUOTE_DAYS = "SELECT book, kind, day, prices, fixtures, first_at, last_at FROM _quote_activity_daily \
        WHERE ($1 = '' OR book = $1) AND ($2 = '' OR kind = $2) AND day >= $3 AND day < $4 \
        ORDER BY day DESC, prices DESC, book, kind LIMIT $5";
    QUOTE_TOTALS = "SELECT book, kind, COUNT(*), CAST(SUM(prices) AS BIGINT), CAST(SUM(fixtures) AS BIGINT), \
        MIN(first_at), MAX(last_at) FROM _quote_activity_daily \
        WHERE ($1 = '' OR book = $1) AND ($2 = '' OR kind = $2) AND day >= $3 AND day < $4 \
        GROUP BY book, kind ORDER BY SUM(prices) DESC, book, kind";
}

bulk_inserts! {
    IMPORT_FIXTURE_ROWS = "INSERT INTO import_fixture (sequence, fixture_id)";
    TEAM_SEASON_ROWS = "INSERT INTO team_season_statistics (competition, season, team_id, played, won, drawn, lost, \
        scored, conceded, home_won, home_drawn, home_lost, home_scored, home_conceded, away_won, away_drawn, \
        away_lost, away_scored, away_conceded, overtime_won, overtime_lost, overtime_unknown, points, form, streak, \
        expected_goals_matches, expected_goals_for, expected_goals_against, shots_matches, shots_for, shots_against, \
        playoff_played, playoff_won, unplayed)";
    TEAM_DAY_ROWS = "INSERT INTO team_statistics_daily (competition, season, team_id, on_date, known_at, won, drawn, \
        lost, scored, conceded, points, form, expected_goals_matches, expected_goals_for, expected_goals_against, \
        shots_matches, shots_for, shots_against)";
    MODEL_WEEK_ROWS = "INSERT INTO model_performance (competition, week, model, matches, log_loss, rps, brier, \
        accuracy, base_rate_log_loss, base_rate_rps, base_rate_brier, base_rate_accuracy, priced_matches, \
        closing_matches, priced_log_loss, priced_rps, priced_brier, priced_accuracy, market_log_loss, market_rps, \
        market_brier, market_accuracy)";
    BET_WEEK_ROWS = "INSERT INTO betting_performance (run, currency, kind, book, model, week, bets, void, won, level, \
        lost, staked_minor, profit_minor, roi, closing_bets, closing_value, fair_closing_bets, fair_closing_value)";
}
