-- What is said of this very database and not of what it holds: such tables begin with an underscore and are never copied.

-- Its name, random and given once, by which a copy that was stopped knows its source again.
CREATE TABLE _identity (
    identity TEXT COLLATE "C" PRIMARY KEY
);

INSERT INTO _identity (identity) VALUES (replace(CAST(gen_random_uuid() AS TEXT), '-', ''));

-- Copies into this database, by the identity of their source. One that is not finished goes on where it stopped.
CREATE TABLE _copy (
    source TEXT COLLATE "C" PRIMARY KEY,
    begun_at BIGINT NOT NULL,
    finished_at BIGINT
);
