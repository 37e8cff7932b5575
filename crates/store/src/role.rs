//! Roles of a PostgreSQL database, each allowed what it needs and no more.
//!
//! The owner migrates. The writer reads everything, appends rows, and changes only the columns that some statement changes; it
//! deletes nothing but aggregates, which it makes anew. The reader reads. They can log in, and have no password until they are given one.

use crate::{Place, StoreError, engine};

/// What statements change. All else is only ever appended. A test sends every statement as the writer.
const UPDATED: [(&str, &[&str]); 9] = [
    (AGGREGATE_MARK, &["code_version", "sequence", "forecast", "settlement"]),
    ("competition", &["sport", "name", "pool", "zone", "season_rule"]),
    (
        "import",
        &["complete", "fixtures", "results", "statistics", "quotes", "duplicates", "corrections", "rejected"],
    ),
    ("fixture_quotes", &["first_known_at", "last_known_at", "quotes"]),
    ("fixture_plays", &["first_known_at", "last_known_at", "plays"]),
    ("import_name", &["row_count"]),
    ("name_review", &["status", "team_id", "decided_at"]),
    ("quarantine", &["status", "decided_at"]),
    // Only so that a series that is there already answers with its number.
    ("quote_series", &["phase"]),
];

/// What follows from other tables.
const AGGREGATES: [&str; 4] =
    ["betting_performance", "model_performance", "team_season_statistics", "team_statistics_daily"];
/// Which says how far they are brought, of one database like other tables that are not copied, but by who brings them there.
const AGGREGATE_MARK: &str = "_aggregate_mark";

/// Longest beginning of a name: PostgreSQL cuts names at 63 bytes.
const MAX_PREFIX: usize = 40;

/// An owner, a writer and a reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roles {
    owner: String,
    writer: String,
    reader: String,
}

/// What is in the schema that roles are about.
#[derive(Debug, Clone, Default)]
pub(crate) struct Objects {
    pub(crate) schema: String,
    /// Everything that has rows and an owner, partitions and views among them.
    pub(crate) relations: Vec<String>,
    /// Functions with their arguments, quoted.
    pub(crate) routines: Vec<String>,
    /// Tables of the store's own, without what they say of the database.
    pub(crate) tables: Vec<String>,
}

impl Roles {
    /// Roles whose names begin with `prefix`.
    ///
    /// # Errors
    /// When the prefix is not made of small letters, digits and underscores.
    pub fn new(prefix: &str) -> Result<Self, StoreError> {
        let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if prefix.is_empty() || prefix.len() > MAX_PREFIX || !prefix.chars().all(is_plain) {
            return Err(StoreError::RoleName { prefix: prefix.into() });
        }
        let [owner, writer, reader] = ["owner", "writer", "reader"].map(|role| format!("{prefix}_{role}"));
        Ok(Self { owner, writer, reader })
    }

    /// Their names: owner, writer, reader.
    pub fn names(&self) -> [&str; 3] {
        [&self.owner, &self.writer, &self.reader]
    }

    /// The statements that make them and give them their rights in the database at `place` as it is. They may be run again.
    ///
    /// # Errors
    /// When the database is a file or cannot be read.
    pub async fn statements(&self, place: &Place) -> Result<Vec<String>, StoreError> {
        let pool = engine::look(place).await?;
        let objects = engine::objects(place, &pool).await;
        pool.close().await;
        Ok(self.statements_for(&objects?))
    }

    /// Runs the statements, all or none, and returns them.
    ///
    /// # Errors
    /// When the database is a file, cannot be reached, or its user may not do this.
    pub async fn apply(&self, place: &Place) -> Result<Vec<String>, StoreError> {
        let statements = self.statements(place).await?;
        engine::run_all(place, &statements).await?;
        Ok(statements)
    }

    fn statements_for(&self, objects: &Objects) -> Vec<String> {
        let Objects { schema, relations, routines, .. } = objects;
        let Self { owner, writer, reader } = self;
        let mut statements: Vec<String> = self.names().map(made).into();
        statements.extend([
            format!("ALTER SCHEMA \"{schema}\" OWNER TO {owner}"),
            format!("REVOKE ALL ON SCHEMA \"{schema}\" FROM PUBLIC"),
            format!("GRANT USAGE ON SCHEMA \"{schema}\" TO {writer}, {reader}"),
        ]);
        let owned = |kind: &'static str, names: &[String]| {
            names.iter().map(|name| format!("ALTER {kind} {name} OWNER TO {owner}")).collect::<Vec<_>>()
        };
        let quoted: Vec<String> = relations.iter().map(|name| format!("\"{name}\"")).collect();
        statements.extend(owned("TABLE", &quoted));
        statements.extend(owned("ROUTINE", routines));
        for routine in routines {
            // What runs with the owner's rights is not for everybody.
            statements.push(format!("REVOKE ALL ON ROUTINE {routine} FROM PUBLIC"));
            statements.push(format!("GRANT EXECUTE ON ROUTINE {routine} TO {writer}"));
        }
        statements.extend([
            // Whatever was granted before; what follows is all they have.
            format!("REVOKE ALL ON ALL TABLES IN SCHEMA \"{schema}\" FROM {writer}, {reader}"),
            format!("GRANT SELECT ON ALL TABLES IN SCHEMA \"{schema}\" TO {writer}, {reader}"),
            format!("GRANT USAGE ON ALL SEQUENCES IN SCHEMA \"{schema}\" TO {writer}"),
        ]);
        // Tables of later migrations can be read at once; to write to them this must be run again.
        statements.push(format!(
            "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA \"{schema}\" GRANT SELECT ON TABLES TO {writer}, {reader}"
        ));
        statements.extend(self.writing(objects));
        statements
    }

    fn writing(&self, objects: &Objects) -> Vec<String> {
        let writer = &self.writer;
        let is_there = |table: &str| objects.relations.iter().any(|relation| relation == table);
        let mark = is_there(AGGREGATE_MARK).then_some(AGGREGATE_MARK);
        let tables = objects.tables.iter().map(String::as_str).chain(mark);
        let tables: Vec<String> = tables.map(|table| format!("\"{table}\"")).collect();
        let mut statements = Vec::new();
        if !tables.is_empty() {
            statements.push(format!("GRANT INSERT ON {} TO {writer}", tables.join(", ")));
        }
        for (table, columns) in UPDATED.iter().filter(|(table, _)| is_there(table)) {
            statements.push(format!("GRANT UPDATE ({}) ON \"{table}\" TO {writer}", columns.join(", ")));
        }
        for table in AGGREGATES.iter().filter(|table| is_there(table)) {
            statements.push(format!("GRANT DELETE ON \"{table}\" TO {writer}"));
        }
        statements
    }
}

fn made(role: &str) -> String {
    format!(
        "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN CREATE ROLE {role} LOGIN; \
         END IF; END $$"
    )
}
