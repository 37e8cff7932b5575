//! Looking at a database and tidying it up, whichever engine is behind.

use sqlx::migrate::{MigrateError, Migrator};

use super::{Connection, Pool, classify, postgres, sqlite};
use crate::{
    Place, StoreError, catalogue,
    role::Objects,
    upkeep::{Extents, Migration, Partition, Schema, Vitals},
};

/// Connections that only read, to a database of any version.
pub(crate) async fn look(place: &Place) -> Result<Pool, StoreError> {
    match place {
        Place::File(path) => sqlite::look(path).await,
        Place::Server(server) => postgres::look(server).await,
    }
}

/// The versions of the schema.
pub(crate) async fn schema(place: &Place, pool: &Pool) -> Result<Schema, StoreError> {
    let (migrations, found) = match (place, &mut pool.acquire().await?) {
        (Place::File(path), Connection::Sqlite(connection)) => {
            (&sqlite::MIGRATIONS, sqlite::applied_version(path, connection).await?)
        }
        (Place::Server(server), Connection::Postgres(connection)) => {
            (&postgres::MIGRATIONS, postgres::applied_version(server, connection).await?)
        }
        _ => return Err(StoreError::NotAStore { place: place.clone() }),
    };
    let known = known_version(migrations);
    let pending = migrations.iter().filter(|m| found.is_none_or(|found| m.version > found));
    let pending = pending.map(|m| Migration { version: m.version, name: m.description.to_string() });
    Ok(Schema { found, known, pending: pending.collect() })
}

/// What the engine says of itself and of the whole.
pub(crate) async fn vitals(place: &Place, pool: &Pool) -> Result<Vitals, StoreError> {
    match pool {
        Pool::Sqlite(pool) => sqlite::vitals(place, pool).await,
        Pool::Postgres(pool) => postgres::vitals(pool).await,
    }
}

/// What the engine knows of each table without counting its rows.
pub(crate) async fn extents(pool: &Pool) -> Result<Extents, StoreError> {
    match pool {
        Pool::Sqlite(pool) => sqlite::extents(pool).await,
        Pool::Postgres(pool) => postgres::extents(pool).await,
    }
}

/// Parts of tables that are stored apart; SQLite has none.
pub(crate) async fn partitions(pool: &Pool) -> Result<Vec<Partition>, StoreError> {
    match pool {
        Pool::Sqlite(_) => Ok(Vec::new()),
        Pool::Postgres(pool) => postgres::partitions(pool).await,
    }
}

/// What roles are about; a file has none.
pub(crate) async fn objects(place: &Place, pool: &Pool) -> Result<Objects, StoreError> {
    let Pool::Postgres(server) = pool else { return Err(StoreError::NoRoles { place: place.clone() }) };
    let described = catalogue::tables(&mut pool.acquire().await?).await?;
    let tables = described.into_iter().map(|table| table.name).collect();
    Ok(Objects { tables, ..postgres::objects(server).await? })
}

/// Runs statements on a server, all or none.
pub(crate) async fn run_all(place: &Place, statements: &[String]) -> Result<(), StoreError> {
    match place {
        Place::File(_) => Err(StoreError::NoRoles { place: place.clone() }),
        Place::Server(server) => postgres::run_all(server, statements).await,
    }
}

impl Pool {
    /// Gives back unused space and lets the planner learn sizes.
    pub(crate) async fn vacuum(&self, place: &Place, step: &mut dyn FnMut(&str)) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(pool) => sqlite::vacuum(place, pool, step).await,
            Self::Postgres(pool) => postgres::vacuum(pool, step).await,
        }
    }
}

/// The newest version of the list.
pub(super) fn known_version(migrations: &Migrator) -> i64 {
    migrations.iter().map(|m| m.version).max().unwrap_or_default()
}

/// The store's own words for what a migration failed of.
pub(super) fn migration_failed(error: MigrateError) -> StoreError {
    match error {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => match classify(error) {
            StoreError::Database(error) => StoreError::Migration { detail: error.to_string() },
            classified => classified,
        },
        other => StoreError::Migration { detail: other.to_string() },
    }
}
