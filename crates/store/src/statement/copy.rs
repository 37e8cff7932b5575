//! What a database says of itself: its identity, and the copies made into it.

statements! {
    IDENTITY = "SELECT identity FROM _identity";
    COPIES = "SELECT source, begun_at, finished_at FROM _copy ORDER BY begun_at, source";
    UNFINISHED_COPY = "SELECT begun_at FROM _copy WHERE finished_at IS NULL ORDER BY begun_at LIMIT 1";
    BEGIN_COPY = "INSERT INTO _copy (source, begun_at) VALUES ($1, $2)";
    FINISH_COPY = "UPDATE _copy SET finished_at = $2 WHERE source = $1";
}
