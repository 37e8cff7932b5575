//! What a command works with: configuration, the data folder, the clock and the way to answer.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context, Result};
use store::{Access, Place, Store};

use crate::{
    address::Address,
    cache::Cache,
    clock::{Clock, SystemClock},
    config::Config,
    desk::Desk,
    output::Output,
};

/// Name of the database in the data folder.
const DATABASE: &str = "touchline.db";

/// Everything a command is given.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) config: Config,
    pub(crate) data: PathBuf,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) out: Output,
}

impl App {
    /// Reads the configuration of a data folder; a database named on the command line wins over it.
    pub(crate) fn new(
        data: PathBuf,
        config: Option<&Path>,
        database: Option<Address>,
        out: Output,
    ) -> Result<Self> {
        let mut config = Config::load(&data, config)?;
        config.database.url = database.unwrap_or(config.database.url);
        Ok(Self { config, data, clock: Arc::new(SystemClock), out })
    }

    /// Where the database is: a server when the configuration names one, else a file in the data folder.
    pub(crate) fn database(&self) -> Result<Place> {
        let url = &self.config.database.url;
        if url.is_empty() { Ok(Place::File(self.data.join(DATABASE))) } else { self.place(url) }
    }

    /// A file, the database of a data folder, or a server with as many connections as are configured.
    pub(crate) fn place(&self, address: &Address) -> Result<Place> {
        Ok(match Place::parse(address.secret())? {
            Place::File(path) if path.is_dir() => Place::File(path.join(DATABASE)),
            Place::File(path) => Place::File(path),
            Place::Server(mut server) => {
                let settings = &self.config.database;
                server.max_connections = settings.max_connections;
                server.min_connections = settings.min_connections.min(settings.max_connections);
                Place::Server(server)
            }
        })
    }

    /// Opens the store for writing, making it when it is not there, with the shipped teams and competitions known.
    pub(crate) async fn store(&self) -> Result<Store> {
        let store = Store::open(self.database()?, Access::ReadWrite).await?;
        crate::jobs::sync_roster::run(&store)
            .await
            .context("the shipped list of teams could not be stored")?;
        Ok(store)
    }

    /// A desk over an open store, with the configured cache.
    pub(crate) async fn desk(&self, store: Store) -> Result<Desk> {
        let cache = Cache::open(&self.config.cache, self.clock.clone()).await?;
        Ok(Desk::new(store, cache, self.clock.clone(), self.config.clone()))
    }

    /// Opens a store that must exist, for reading.
    pub(crate) async fn existing_store(&self) -> Result<Store> {
        let place = self.database()?;
        if let Place::File(path) = &place
            && !path.exists()
        {
            return Err(crate::exit::Stop::Usage(format!(
                "there is no database at {}: run `touchline demo`, or `touchline data import FILE --format FORMAT`, or name \
                 another folder with --data",
                path.display()
            ))
            .into());
        }
        Ok(Store::open(place, Access::ReadWrite).await?)
    }
}
