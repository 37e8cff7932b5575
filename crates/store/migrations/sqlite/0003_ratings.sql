-- How matches moved ratings. One row per rating, match and team, never updated: where corrected facts or other code make
-- another number, one more row says so. Of a match and team, the row with the latest known_at before a moment, the last
-- written among equals, is what the rating was as of that moment.
CREATE TABLE rating_step (
    id INTEGER PRIMARY KEY,
    competition TEXT NOT NULL REFERENCES competition (id),
    rating TEXT NOT NULL,
    fixture_id INTEGER NOT NULL REFERENCES fixture (id),
    team_id INTEGER NOT NULL REFERENCES team (id),
    rating_before REAL NOT NULL,
    rating_after REAL NOT NULL,
    -- When the last of the facts that make this number could be known.
    known_at INTEGER NOT NULL,
    made_at INTEGER NOT NULL,
    code_version TEXT NOT NULL,
    data_sequence INTEGER NOT NULL
) STRICT;
CREATE INDEX rating_step_by_rating ON rating_step (competition, rating, fixture_id, team_id, known_at, id);
CREATE INDEX rating_step_by_team ON rating_step (competition, rating, team_id, fixture_id, known_at, id);
