//! What roles of a server are about, and running the statements that make them.

use sqlx::{AssertSqlSafe, Connection as _, postgres::PgPool};

use super::{first_connection, options};
use crate::{Access, StoreError, place::Server, role::Objects};

/// Everything in the schema that has an owner.
pub(in crate::engine) async fn objects(pool: &PgPool) -> Result<Objects, StoreError> {
    const RELATIONS: &str = "SELECT CAST(relname AS TEXT) FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm') \
        AND relnamespace = to_regnamespace(quote_ident(current_schema())) ORDER BY relname";
    const ROUTINES: &str = "SELECT CAST(CAST(p.oid AS REGPROCEDURE) AS TEXT) FROM pg_proc p \
        WHERE p.pronamespace = to_regnamespace(quote_ident(current_schema())) AND NOT EXISTS \
        (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e') ORDER BY 1";
    let relations: Vec<String> = sqlx::query_scalar(RELATIONS).fetch_all(pool).await?;
    Ok(Objects {
        schema: sqlx::query_scalar("SELECT CAST(current_schema() AS TEXT)").fetch_one(pool).await?,
        relations,
        routines: sqlx::query_scalar(ROUTINES).fetch_all(pool).await?,
        tables: Vec::new(),
    })
}

/// All of them or none.
pub(in crate::engine) async fn run_all(server: &Server, statements: &[String]) -> Result<(), StoreError> {
    let mut connection = first_connection(server, &options(server, Access::ReadWrite)).await?;
    let mut transaction = connection.begin().await?;
    for statement in statements {
        sqlx::raw_sql(AssertSqlSafe(statement.clone())).execute(&mut *transaction).await?;
    }
    Ok(transaction.commit().await?)
}
