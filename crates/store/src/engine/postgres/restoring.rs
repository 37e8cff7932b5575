//! The tables of one schema take the place of those of another, in one transaction.
//!
//! The new store is filled in a schema beside the one in force. Whatever belongs to the old store then moves to a schema that
//! is kept, and the new tables move in. Schemas are not renamed: what extensions keep in the one in force has to stay.

use std::time::Duration;

use sqlx::{AssertSqlSafe, Connection as _, postgres::PgConnection};

use super::{IN_USE, first_connection, options};
use crate::{Access, Place, StoreError, catalogue::quoted, engine::side::PATIENCE, place::Server};

/// The schema in which the store of the one in force is filled, by the number that its lock has too.
const SIDE: &str = "SELECT 'touchline_restoring_' || to_hex(hashtext(CAST(current_schema() AS TEXT)))";

/// Tables, views and numbering of a schema that are no extension's, as statements that move them. What numbers a column moves
/// with its table.
const RELATIONS: &str = "SELECT format('ALTER TABLE %I.%I SET SCHEMA %I', n.nspname, c.relname, $2) \
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
    WHERE n.nspname = $1 AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND NOT EXISTS (SELECT 1 FROM pg_depend d \
        WHERE d.classid = CAST('pg_class' AS REGCLASS) AND d.objid = c.oid \
        AND (d.deptype = 'e' OR (c.relkind = 'S' AND d.deptype IN ('a', 'i')))) ORDER BY c.oid";
/// Functions of a schema likewise.
const FUNCTIONS: &str = "SELECT format('ALTER ROUTINE %s SET SCHEMA %I', CAST(p.oid AS REGPROCEDURE), $2) \
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace \
    WHERE n.nspname = $1 AND NOT EXISTS (SELECT 1 FROM pg_depend d \
        WHERE d.classid = CAST('pg_proc' AS REGCLASS) AND d.objid = p.oid AND d.deptype = 'e') ORDER BY p.oid";
/// Functions that look for names in a schema of their own, as statements that let them look in the one they are in.
const SEARCHES: &str = "SELECT format('ALTER ROUTINE %s SET search_path TO %I', CAST(p.oid AS REGPROCEDURE), $1) \
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace \
    WHERE n.nspname = $1 AND EXISTS (SELECT 1 FROM unnest(p.proconfig) c WHERE c LIKE 'search_path=%') ORDER BY p.oid";

/// Bytes that a name may have.
const MAX_NAME: usize = 63;

/// A place that is about to be filled anew, for one process alone.
#[derive(Debug)]
pub(crate) struct Side {
    /// Holds the lock.
    connection: PgConnection,
    /// The schema in force, and the one beside it.
    schemas: [String; 2],
    server: Server,
}

/// Removes what a killed restoration left. Only for who shares the place, since then nobody is restoring. One that cannot be
/// removed hinders nobody before the next restoration.
pub(super) async fn clear(connection: &mut PgConnection) {
    const LEFT: &str = "SELECT CAST(nspname AS TEXT) FROM pg_namespace \
        WHERE nspname = 'touchline_restoring_' || to_hex(hashtext(CAST(current_schema() AS TEXT)))";
    if let Ok(Some(left)) = sqlx::query_scalar::<_, String>(LEFT).fetch_optional(&mut *connection).await {
        let _ = run(connection, &format!("DROP SCHEMA IF EXISTS {left} CASCADE")).await;
    }
}

/// Takes the place alone, or is refused.
pub(crate) async fn begin(server: &Server) -> Result<Side, StoreError> {
    let place = || Place::Server(server.clone());
    let mut connection = first_connection(server, &options(server, Access::ReadWrite)).await?;
    let schema: Option<String> =
        sqlx::query_scalar("SELECT CAST(current_schema() AS TEXT)").fetch_one(&mut connection).await?;
    let schema = schema.ok_or_else(|| StoreError::Absent { place: place() })?;
    if !alone(&mut connection).await? {
        return Err(StoreError::InUse { place: place() });
    }
    let side: String = sqlx::query_scalar(SIDE).fetch_one(&mut connection).await?;
    run(&mut connection, &format!("DROP SCHEMA IF EXISTS {side} CASCADE; CREATE SCHEMA {side}")).await?;
    let options = Box::new(server.options.clone().options([("search_path", &side)]));
    Ok(Side { connection, schemas: [schema, side], server: Server { options, ..server.clone() } })
}

/// Whether nobody else has the place open. The server takes a moment to notice that a process has ended.
async fn alone(connection: &mut PgConnection) -> Result<bool, StoreError> {
    const TAKE: &str = "SELECT pg_try_advisory_lock($1, hashtext(CAST(current_schema() AS TEXT)))";
    const PAUSE: Duration = Duration::from_millis(50);
    let mut attempts = PATIENCE.as_millis() / PAUSE.as_millis();
    loop {
        let taken = sqlx::query_scalar(TAKE).bind(IN_USE).fetch_one(&mut *connection).await?;
        if taken || attempts == 0 {
            return Ok(taken);
        }
        attempts -= 1;
        tokio::time::sleep(PAUSE).await;
    }
}

impl Side {
    /// Where the new store is filled.
    pub(crate) fn server(&self) -> &Server {
        &self.server
    }

    /// Whether a store is in force, which must be Touchline's.
    pub(crate) async fn is_taken(&mut self) -> Result<bool, StoreError> {
        let moves = self.moves(&self.schemas[0].clone(), "").await?;
        let ours = "SELECT to_regclass(quote_ident(current_schema()) || '._sqlx_migrations') IS NOT NULL";
        let ours: bool = sqlx::query_scalar(ours).fetch_one(&mut self.connection).await?;
        if moves.is_empty() || ours {
            return Ok(!moves.is_empty());
        }
        Err(StoreError::NotAStore { place: Place::Server(self.server.clone()) })
    }

    /// Puts the new store in the place of the one in force, if any. The schema in which that is kept.
    pub(crate) async fn switch(mut self, stamp: &str) -> Result<Option<String>, StoreError> {
        let [schema, side] = self.schemas.clone();
        run(&mut self.connection, "BEGIN").await?;
        let is_free = self.moves(&schema, "").await?.is_empty();
        let replaced = if is_free { None } else { Some(self.keep(&schema, stamp).await?) };
        self.carry(&side, &schema).await?;
        run(&mut self.connection, &format!("DROP SCHEMA {side}; COMMIT")).await?;
        self.connection.close().await?;
        Ok(replaced)
    }

    /// Moves the store in force to a schema of its own.
    async fn keep(&mut self, schema: &str, stamp: &str) -> Result<String, StoreError> {
        const EXISTS: &str = "SELECT EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = $1)";
        let ending = format!("_replaced_{}", stamp.to_lowercase());
        let mut kept = named(schema, &ending);
        let mut n = 1;
        while sqlx::query_scalar(EXISTS).bind(&kept).fetch_one(&mut self.connection).await? {
            n += 1;
            kept = named(schema, &format!("{ending}_{n}"));
        }
        run(&mut self.connection, &format!("CREATE SCHEMA {}", quoted(&kept))).await?;
        self.carry(schema, &kept).await?;
        Ok(kept)
    }

    /// Moves everything from one schema to another.
    async fn carry(&mut self, from: &str, to: &str) -> Result<(), StoreError> {
        let moves = self.moves(from, to).await?;
        run(&mut self.connection, &moves.join("; ")).await?;
        let searches = sqlx::query_scalar(SEARCHES).bind(to);
        let searches: Vec<String> = searches.fetch_all(&mut self.connection).await?;
        run(&mut self.connection, &searches.join("; ")).await
    }

    async fn moves(&mut self, from: &str, to: &str) -> Result<Vec<String>, StoreError> {
        let mut moves: Vec<String> = Vec::new();
        for what in [RELATIONS, FUNCTIONS] {
            let found = sqlx::query_scalar(what).bind(from).bind(to);
            moves.extend(found.fetch_all(&mut self.connection).await?);
        }
        Ok(moves)
    }

    /// Leaves the place as it was.
    pub(crate) async fn abandon(mut self) {
        let _ = run(&mut self.connection, &format!("DROP SCHEMA {} CASCADE", self.schemas[1])).await;
    }
}

/// A name with an ending, cut to what a name may have.
fn named(name: &str, ending: &str) -> String {
    let mut length = MAX_NAME.saturating_sub(ending.len()).min(name.len());
    while !name.is_char_boundary(length) {
        length -= 1;
    }
    format!("{}{ending}", &name[..length])
}

async fn run(connection: &mut PgConnection, sql: &str) -> Result<(), StoreError> {
    if sql.is_empty() {
        return Ok(());
    }
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(connection).await?;
    Ok(())
}
