//! Players, venues, weather, injuries, plays, and what players did.

/// The columns of `player_statistics` that count, in the order of [`domain::PlayerStatistic::ALL`].
macro_rules! counted {
    () => {
        "started, minutes, points, field_goals_made, field_goals_attempted, three_pointers_made, \
        three_pointers_attempted, free_throws_made, free_throws_attempted, offensive_rebounds, defensive_rebounds, \
        assists, steals, blocks, turnovers, fouls, plus_minus, pass_attempts, completions, passing_yards, \
        passing_touchdowns, interceptions, sacks, passing_epa, rush_attempts, rushing_yards, rushing_touchdowns, \
        rushing_epa, targets, receptions, receiving_yards, receiving_touchdowns, receiving_epa"
    };
}

/// The columns of `play` that say what happened.
macro_rules! happened {
    () => {
        "period, clock_secs, possession, down, distance, yards_to_goal, kind, yards_gained, home_score, away_score, \
        home_timeouts, away_timeouts, passer_id, receiver_id, rusher_id, expected_points_added, \
        home_win_probability, description"
    };
}

statements! {
    POOLS = "SELECT id, pool FROM competition ORDER BY id";
    PLAYERS = "SELECT id, pool, code FROM player ORDER BY id";
    VENUES = "SELECT id, pool, code FROM venue ORDER BY id";
    PROFILES = "SELECT player_id, known_at, name, short_name, position FROM player_version \
        ORDER BY player_id, known_at, sequence";
    VENUES_BETWEEN = "SELECT a.fixture_id, a.known_at, a.known_rule, v.code, a.name, a.roof, a.surface \
        FROM fixture_venue a JOIN venue v ON v.id = a.venue_id WHERE a.fixture_id BETWEEN $1 AND $2 \
        ORDER BY a.fixture_id, a.known_at, a.sequence";
    WEATHER_BETWEEN = "SELECT fixture_id, known_at, known_rule, temperature_celsius, wind_mps FROM weather \
        WHERE fixture_id BETWEEN $1 AND $2 ORDER BY fixture_id, known_at, sequence";
    TEAM_NAME = "SELECT name FROM team WHERE id = $1";
    /// Of one pairing: few.
    FIXTURES_OF_PAIR = "SELECT id FROM fixture WHERE home_id = $1 AND away_id = $2 AND competition = $3 ORDER BY id";
    INJURIES_BETWEEN = "SELECT team_id, week, player_id, COALESCE(fixture_id, 0), known_at, availability, what, what_else, practice \
        FROM injury WHERE season = $1 AND team_id BETWEEN $2 AND $3 \
        ORDER BY team_id, week, player_id, known_at, sequence";
    PLAYER_STATISTICS_BETWEEN = concat!("SELECT fixture_id, player_id, known_at, team_id, ", counted!(),
        " FROM player_statistics WHERE fixture_id BETWEEN $1 AND $2 ORDER BY fixture_id, player_id, known_at, sequence");
    PLAY_SPAN = "SELECT first_known_at, last_known_at FROM fixture_plays WHERE fixture_id = $1";
    PLAYS_OF = concat!("SELECT number, known_at, occurred_at, ", happened!(), " FROM play \
        WHERE fixture_id = $1 AND known_at BETWEEN $2 AND $3 ORDER BY number, known_at, sequence");
    SUM_UP_PLAYS = sum_up!("fixture_plays", "plays");
    /// Plays whose fixture, import or players do not exist; the table itself does not check.
    STRAY_PLAYS = "SELECT COUNT(*) FROM play p LEFT JOIN fixture f ON f.id = p.fixture_id \
        LEFT JOIN import i ON i.sequence = p.sequence LEFT JOIN player a ON a.id = p.passer_id \
        LEFT JOIN player b ON b.id = p.receiver_id LEFT JOIN player c ON c.id = p.rusher_id \
        WHERE f.id IS NULL OR i.sequence IS NULL OR (p.passer_id IS NOT NULL AND a.id IS NULL) \
        OR (p.receiver_id IS NOT NULL AND b.id IS NULL) OR (p.rusher_id IS NOT NULL AND c.id IS NULL)";
    /// Fixtures whose plays are not what `fixture_plays` says of them.
    WRONG_PLAY_SUMS = "SELECT COUNT(*) FROM (SELECT fixture_id, MIN(known_at) AS first_at, MAX(known_at) AS last_at, \
        COUNT(*) AS plays FROM play GROUP BY fixture_id) p JOIN fixture f ON f.id = p.fixture_id \
        LEFT JOIN fixture_plays s ON s.fixture_id = p.fixture_id WHERE s.fixture_id IS NULL \
        OR s.first_known_at <> p.first_at OR s.last_known_at <> p.last_at OR s.plays <> p.plays";
    /// The rest is read as of a moment: the last version of everything that was known before it.
    VENUE_AS_OF = "SELECT a.occurred_at, a.known_at, a.sequence, a.known_rule, i.recorded_at, v.code, a.name, a.roof, a.surface \
        FROM fixture_venue a JOIN import i ON i.sequence = a.sequence JOIN venue v ON v.id = a.venue_id \
        WHERE a.fixture_id = $1 AND a.known_at < $2 ORDER BY a.known_at DESC, a.sequence DESC LIMIT 1";
    WEATHER_AS_OF = "SELECT w.occurred_at, w.known_at, w.sequence, w.known_rule, i.recorded_at, w.temperature_celsius, \
        w.wind_mps FROM weather w JOIN import i ON i.sequence = w.sequence \
        WHERE w.fixture_id = $1 AND w.known_at < $2 ORDER BY w.known_at DESC, w.sequence DESC LIMIT 1";
    INJURIES_AS_OF = "SELECT l.occurred_at, l.known_at, l.sequence, l.known_rule, i.recorded_at, l.team_id, l.season, l.week, \
        p.code, l.availability, l.what, l.what_else, l.practice FROM (SELECT j.*, ROW_NUMBER() OVER (PARTITION BY \
        j.team_id, j.player_id ORDER BY j.known_at DESC, j.sequence DESC) AS place FROM injury j \
        WHERE j.fixture_id = $1 AND j.known_at < $2) l JOIN import i ON i.sequence = l.sequence \
        JOIN player p ON p.id = l.player_id WHERE l.place = 1 ORDER BY l.team_id, l.player_id";
    /// Whatever match a report belongs to, on record or not.
    TEAM_INJURIES_AS_OF = "SELECT l.occurred_at, l.known_at, l.sequence, l.known_rule, i.recorded_at, l.team_id, l.season, \
        l.week, p.code, l.availability, l.what, l.what_else, l.practice FROM (SELECT j.*, ROW_NUMBER() OVER (PARTITION BY \
        j.week, j.player_id ORDER BY j.known_at DESC, j.sequence DESC) AS place FROM injury j \
        WHERE j.team_id = $1 AND j.season = $3 AND j.known_at < $2) l JOIN import i ON i.sequence = l.sequence \
        JOIN player p ON p.id = l.player_id WHERE l.place = 1 ORDER BY l.week, l.player_id";
    PLAYER_STATISTICS_AS_OF = concat!("SELECT l.occurred_at, l.known_at, l.sequence, l.known_rule, i.recorded_at, l.team_id, \
        p.code, ", counted!(), " FROM (SELECT s.*, ROW_NUMBER() OVER (PARTITION BY s.player_id \
        ORDER BY s.known_at DESC, s.sequence DESC) AS place FROM player_statistics s \
        WHERE s.fixture_id = $1 AND s.known_at < $2) l JOIN import i ON i.sequence = l.sequence \
        JOIN player p ON p.id = l.player_id WHERE l.place = 1 ORDER BY l.team_id, l.player_id");
    /// The moments are those of the fixture's plays: on a partitioned table they name the partitions to read.
    PLAYS_AS_OF = concat!("SELECT l.occurred_at, l.known_at, l.sequence, l.known_rule, i.recorded_at, l.number, ", happened!(),
        " FROM (SELECT p.*, ROW_NUMBER() OVER (PARTITION BY p.number ORDER BY p.known_at DESC, p.sequence DESC) \
        AS place FROM play p WHERE p.fixture_id = $1 AND p.known_at >= $2 AND p.known_at < $3) l \
        JOIN import i ON i.sequence = l.sequence WHERE l.place = 1 ORDER BY l.number");
    PLAYERS_IN_PLAYS = "SELECT id, code FROM player WHERE id IN (SELECT passer_id FROM play WHERE fixture_id = $1 \
        AND known_at BETWEEN $2 AND $3 UNION SELECT receiver_id FROM play WHERE fixture_id = $1 AND known_at BETWEEN $2 AND $3 \
        UNION SELECT rusher_id FROM play WHERE fixture_id = $1 AND known_at BETWEEN $2 AND $3) ORDER BY id";
    PLAYERS_AS_OF = "SELECT p.code, v.name, v.short_name, v.position FROM player p \
        JOIN player_version v ON v.player_id = p.id WHERE p.pool = $1 AND v.known_at < $2 \
        ORDER BY p.id, v.known_at, v.sequence";
}

bulk_inserts! {
    PLAYER_ROWS = "INSERT INTO player (id, pool, code)";
    PROFILE_ROWS = "INSERT INTO player_version (player_id, known_at, sequence, known_rule, occurred_at, name, short_name, position)";
    VENUE_ROWS = "INSERT INTO venue (id, pool, code)";
    FIXTURE_VENUE_ROWS = "INSERT INTO fixture_venue (fixture_id, known_at, sequence, known_rule, occurred_at, venue_id, \
        name, roof, surface)";
    WEATHER_ROWS = "INSERT INTO weather (fixture_id, known_at, sequence, known_rule, occurred_at, temperature_celsius, \
        wind_mps)";
    INJURY_ROWS = "INSERT INTO injury (team_id, season, week, player_id, known_at, sequence, known_rule, occurred_at, \
        fixture_id, availability, what, what_else, practice)";
    PLAYER_STATISTICS_ROWS = concat!("INSERT INTO player_statistics (fixture_id, player_id, known_at, sequence, known_rule, \
        occurred_at, team_id, ", counted!(), ")");
    PLAY_SUM_ROWS = "INSERT INTO fixture_plays (fixture_id, first_known_at, last_known_at, plays)";
    PLAY_ROWS = concat!("INSERT INTO play (fixture_id, number, known_at, sequence, known_rule, occurred_at, ", happened!(), ")");
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_is_counted_has_its_column() {
        let columns: Vec<&str> = counted!().split(", ").collect();
        let codes: Vec<&str> = domain::PlayerStatistic::ALL.iter().map(|s| s.code()).collect();
        assert_eq!(columns, codes);
    }
}
