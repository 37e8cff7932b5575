//! What can go wrong with the store, and what to do about it.

use std::path::PathBuf;

use crate::Place;

/// Why the store could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The place for the database cannot be used.
    #[error("cannot open the store at {}: {source}; choose another place with --data DIR", path.display())]
    Open {
        /// Where.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The address of a server that cannot be understood.
    #[error(
        "the address of the database cannot be understood: {detail}; it reads postgres://USER:PASSWORD@HOST:PORT/DATABASE"
    )]
    Address {
        /// What is wrong with it.
        detail: String,
    },
    /// A server that does not answer, or refuses.
    #[error(
        "cannot open the store on {server}: {detail}; check that the server runs and that user, password and database exist"
    )]
    Unreachable {
        /// Which.
        server: String,
        /// What it said.
        detail: String,
    },
    /// A connection that ended in the middle of something, which was not done.
    #[error(
        "the connection to the database was lost: {detail}; run the command again when the server is back (nothing was lost)"
    )]
    Disconnected {
        /// What happened to it.
        detail: String,
    },
    /// There is no database to read.
    #[error("there is no store at {place}; create it with `touchline init` or by importing data")]
    Absent {
        /// Where.
        place: Place,
    },
    /// The file is something else.
    #[error("{place} is not a Touchline store; choose another place with --data DIR or --database URL")]
    NotAStore {
        /// Where.
        place: Place,
    },
    /// A later Touchline wrote this database.
    #[error(
        "the store at {place} has schema {found} and this Touchline knows schemas up to {known}; upgrade Touchline \
         (nothing was changed)"
    )]
    Newer {
        /// Where.
        place: Place,
        /// The newest migration in the database.
        found: i64,
        /// The newest migration known here.
        known: i64,
    },
    /// An earlier Touchline wrote this database.
    #[error(
        "the store at {place} has schema {found} and this Touchline needs {known}; `touchline db migrate` brings it up to date, \
         after a backup"
    )]
    Older {
        /// Where.
        place: Place,
        /// The newest migration in the database.
        found: i64,
        /// The newest migration known here.
        known: i64,
    },
    /// A migration failed; its transaction was rolled back.
    #[error("cannot bring the store up to date: {detail}; nothing was changed")]
    Migration {
        /// What the database said.
        detail: String,
    },
    /// The schema must be brought up to date, and the user of the database may not do that.
    #[error(
        "the store at {place} has {} and this Touchline needs schema {known}, which its user may not make ({detail}); run \
         `touchline db migrate` as the owner, postgres://touchline_owner@... of `touchline db roles`",
        found.map_or_else(|| "no schema".to_owned(), |found| format!("schema {found}"))
    )]
    MayNotMigrate {
        /// Where.
        place: Place,
        /// The newest migration in the database, if there is any.
        found: Option<i64>,
        /// The newest migration known here.
        known: i64,
        /// What the database said.
        detail: String,
    },
    /// The user of the database may not do what was asked.
    #[error(
        "the database does not allow it: {detail}; use the role that may, and after an upgrade let its owner run `touchline db roles \
         --apply` again"
    )]
    Denied {
        /// What the database said.
        detail: String,
    },
    /// Roles were asked of a file.
    #[error(
        "{place} is a file, which knows no roles: its folder's permissions say who may read and write it"
    )]
    NoRoles {
        /// Where.
        place: Place,
    },
    /// A beginning that names of roles cannot have.
    #[error("roles cannot be named {prefix:?}_owner: begin with small letters, digits and underscores")]
    RoleName {
        /// The beginning.
        prefix: String,
    },
    /// The target of a copy holds something already.
    #[error(
        "{place} is not empty, it holds rows of {table}: copy to an empty database (nothing was changed)"
    )]
    NotEmpty {
        /// Where.
        place: Place,
        /// A table with rows.
        table: String,
    },
    /// The target of a copy is becoming a copy of another store.
    #[error(
        "{place} holds an unfinished copy of another store: finish that one, or copy to an empty database (nothing was changed)"
    )]
    OtherCopy {
        /// Where.
        place: Place,
    },
    /// A copy that was stopped and not finished.
    #[error(
        "the store at {place} is a copy that was begun at {begun_at} and never finished: run the same `touchline db copy` again, \
         or remove it"
    )]
    HalfCopied {
        /// Where.
        place: Place,
        /// When it was begun.
        begun_at: jiff::Timestamp,
    },
    /// A copy that is not equal to its source.
    #[error(
        "the copy differs from its source in table {table}, key ({key}): {detail}; copy to an empty database instead"
    )]
    CopyDiffers {
        /// The table.
        table: String,
        /// The first key that differs.
        key: String,
        /// How.
        detail: &'static str,
    },
    /// A write to a store that was opened for reading, or whose file is protected.
    #[error(
        "the store is open for reading only; open it for writing and check that its folder can be written"
    )]
    ReadOnly,
    /// Another process is writing and did not finish in time.
    #[error(
        "another process has been writing to the store for over {waited_secs} s; try again when it is done"
    )]
    Busy {
        /// How long this one waited.
        waited_secs: u64,
    },
    /// A store that must not be open elsewhere.
    #[error(
        "another process has the store at {place} open; end it (`touchline serve`, an import) and run the command again"
    )]
    InUse {
        /// Where.
        place: Place,
    },
    /// A store in the place where another one should be made.
    #[error("there is a store at {place} already (nothing was changed)")]
    Taken {
        /// Where.
        place: Place,
    },
    /// No space is left.
    #[error(
        "the disk that holds the store is full; free some space and run the command again (nothing was lost)"
    )]
    DiskFull,
    /// Something that needs more space than there is.
    #[error(
        "{} has {} MB free and this needs {}: free some space (nothing was changed)",
        folder.display(), free / 1_000_000, needed / 1_000_000
    )]
    TooLittleSpace {
        /// Where.
        folder: PathBuf,
        /// Bytes needed.
        needed: u64,
        /// Bytes free.
        free: u64,
    },
    /// The operating system failed to read or write.
    #[error(
        "the store's file cannot be read or written: {detail}; check the disk, its free space and file size \
         limits, then run the command again (nothing was lost)"
    )]
    Io {
        /// What the database said.
        detail: String,
    },
    /// The database file is damaged.
    #[error("the store is damaged: {detail}; run `touchline doctor` and restore a backup")]
    Damaged {
        /// What the database said.
        detail: String,
    },
    /// Rows of a backup that are not what was written.
    #[error("table {table}, block {block} (from row {row} on): {detail}")]
    DamagedRows {
        /// Whose rows.
        table: String,
        /// Which block of them, from 1 on.
        block: u64,
        /// The first row of the block, from 1 on.
        row: u64,
        /// What is wrong with it.
        detail: String,
    },
    /// A stored value that this version does not understand.
    #[error(
        "the store holds {value:?} as {column}, which this Touchline does not understand; upgrade Touchline"
    )]
    Value {
        /// What it stands for.
        column: &'static str,
        /// What stands there.
        value: String,
    },
    /// Something was referred to that is not in the store.
    #[error("there is no {what} {id} in the store")]
    NotFound {
        /// What kind of thing.
        what: &'static str,
        /// How it was named.
        id: String,
    },
    /// A name already belongs to another team.
    #[error(
        "{name:?} is already a name of team {team} in pool {pool}; accept it as an alias of that team instead"
    )]
    NameTaken {
        /// The pool.
        pool: String,
        /// The name.
        name: String,
        /// Whose it is.
        team: i64,
    },
    /// A settlement that does not fit its bet.
    #[error("bet {bet} was struck in {stake} and cannot be paid in {payout}")]
    Currency {
        /// The bet.
        bet: i64,
        /// Its currency.
        stake: String,
        /// The payout's currency.
        payout: String,
    },
    /// A value that does not fit into JSON.
    #[error("cannot write {what} as JSON: {detail}")]
    Json {
        /// What it is.
        what: &'static str,
        /// What is wrong with it.
        detail: String,
    },
    /// Any other failure of the database.
    #[error("the store failed: {0}")]
    Database(#[source] sqlx::Error),
}

impl StoreError {
    /// Whether the server went away, so that trying again may help.
    pub(crate) fn is_outage(&self) -> bool {
        matches!(self, Self::Disconnected { .. })
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        crate::engine::classify(error)
    }
}
