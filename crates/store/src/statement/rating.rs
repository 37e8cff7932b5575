//! Ratings by match.

statements! {
    /// Of one team, or of all when the team is 0; every version known by then, the one that counts last.
    RATING_STEPS = "SELECT fixture_id, team_id, rating_before, rating_after, known_at FROM rating_step \
        WHERE competition = $1 AND rating = $2 AND ($3 = 0 OR team_id = $3) AND known_at < $4 \
        ORDER BY fixture_id, team_id, known_at, id";
}

bulk_inserts! {
    RATING_STEP_ROWS = "INSERT INTO rating_step (competition, rating, fixture_id, team_id, rating_before, \
        rating_after, known_at, made_at, code_version, data_sequence)";
}
