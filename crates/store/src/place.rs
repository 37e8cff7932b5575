//! Where a store is.

use std::{
    fmt,
    path::{Path, PathBuf},
    str::FromStr,
};

use sqlx::postgres::PgConnectOptions;

use crate::{StoreError, engine};

/// Where a store is: a file of its own, or a PostgreSQL server.
#[derive(Debug, Clone)]
pub enum Place {
    /// A SQLite file.
    File(PathBuf),
    /// A database on a PostgreSQL server.
    Server(Server),
}

/// A database on a PostgreSQL server, and how many connections to keep.
#[derive(Clone)]
pub struct Server {
    pub(crate) options: Box<PgConnectOptions>,
    /// Connections kept open.
    pub min_connections: u32,
    /// Connections opened at the most.
    pub max_connections: u32,
}

impl Place {
    /// A file, or where the text begins with `postgres://` or `postgresql://` a server.
    ///
    /// # Errors
    /// When the address of a server cannot be understood; the message does not repeat it, since it may hold a password.
    pub fn parse(text: &str) -> Result<Self, StoreError> {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Self::Server(text.parse()?));
        }
        Ok(Self::File(text.into()))
    }

    /// Whether there is no file yet. What is on a server is only known once it is asked.
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::File(path) if matches!(engine::is_taken(path), Ok(false)))
    }

    /// Which engine keeps a store there.
    pub fn engine(&self) -> &'static str {
        match self {
            Self::File(_) => "sqlite",
            Self::Server(_) => "postgresql",
        }
    }
}

impl From<&Path> for Place {
    fn from(path: &Path) -> Self {
        Self::File(path.to_owned())
    }
}

impl From<PathBuf> for Place {
    fn from(path: PathBuf) -> Self {
        Self::File(path)
    }
}

impl From<&PathBuf> for Place {
    fn from(path: &PathBuf) -> Self {
        Self::File(path.clone())
    }
}

impl FromStr for Server {
    type Err = StoreError;
    fn from_str(url: &str) -> Result<Self, StoreError> {
        let options =
            PgConnectOptions::from_str(url).map_err(|e| StoreError::Address { detail: e.to_string() })?;
        Ok(Self { options: Box::new(options), min_connections: 5, max_connections: 10 })
    }
}

/// Without user and password.
impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (host, port) = (self.options.get_host(), self.options.get_port());
        write!(f, "postgres://{host}:{port}/{}", self.options.get_database().unwrap_or_default())
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Server(server) => server.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_without_its_secrets() {
        let place = Place::parse("postgres://ann:s3cret@db.example:6432/touchline?sslmode=require").unwrap();
        assert_eq!(place.to_string(), "postgres://db.example:6432/touchline");
        assert!(!format!("{place:?}").contains("s3cret"));
        let wrong = Place::parse("postgres://ann:s3cret@db.example:notaport/touchline").unwrap_err();
        assert!(!wrong.to_string().contains("s3cret"), "{wrong}");
        assert!(matches!(Place::parse("data/touchline.db").unwrap(), Place::File(_)));
    }
}
