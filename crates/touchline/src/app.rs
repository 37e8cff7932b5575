//! What a command works with: configuration, the data folder, the clock and the way to answer.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context, Result};
use store::{Access, Place, Store, StoreError, Upgrade};

use crate::{
    address::Address,
    backup::{folder::Folder, manifest::Kind},
    cache::Cache,
    clock::{Clock, SystemClock},
    config::{self, Config},
    desk::Desk,
    jobs::back_up,
    output::Output,
};

/// Name of the database in the data folder.
const DATABASE: &str = "touchline.db";

/// Everything a command is given.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) config: Config,
    /// Where the configuration is read from, if there is such a file.
    pub(crate) config_file: PathBuf,
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
        let config_file = config.map_or_else(|| data.join(config::FILE), Path::to_path_buf);
        let mut config = Config::load(&data, config)?;
        config.database.url = database.unwrap_or(config.database.url);
        Ok(Self { config, config_file, data, clock: Arc::new(SystemClock), out })
    }

    /// Where the database is: a server when the configuration names one, else a file in the data folder.
    pub(crate) fn database(&self) -> Result<Place> {
        let url = &self.config.database.url;
        if url.is_set() { self.place(url) } else { Ok(file_in(&self.data)) }
    }

    /// A file, the database of a data folder, or a server with as many connections as are configured.
    pub(crate) fn place(&self, address: &Address) -> Result<Place> {
        Ok(match Place::parse(address.secret())? {
            Place::File(path) if path.is_dir() => file_in(&path),
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
        let store = self.open(self.database()?).await?;
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
            && place.is_missing()
        {
            return Err(crate::exit::Stop::Usage(format!(
                "there is no database at {}: run `touchline demo`, or `touchline data import FILE --format FORMAT`, or name \
                 another folder with --data",
                path.display()
            ))
            .into());
        }
        self.open(place).await
    }

    async fn open(&self, place: Place) -> Result<Store> {
        match Store::open(place.clone(), Access::ReadWrite).await {
            Err(StoreError::Older { .. }) => {}
            opened => return Ok(opened?),
        }
        self.upgrade(&place).await?;
        Ok(Store::open(place, Access::ReadWrite).await?)
    }

    /// Brings a store of an older schema up to date. It is backed up before; when it cannot be, it stays as it is.
    pub(crate) async fn upgrade(&self, place: &Place) -> Result<()> {
        let Some(upgrade) = Upgrade::begin(place).await? else { return Ok(()) };
        let (found, known) = (upgrade.found(), upgrade.known());
        let mut as_before = String::new();
        if !upgrade.is_unfinished_copy().await? {
            let mut view = upgrade.view().await?;
            let made = back_up::run(self, &mut view, place, Kind::BeforeMigration).await.context(
                "the database has an older schema and was not migrated, because it could not be backed up before",
            )?;
            as_before = format!("; as it was before, it is in {}", made.file.display());
        }
        upgrade.run().await?;
        self.out.note(format!("the database was brought from schema {found} to {known}{as_before}"));
        Ok(())
    }

    /// Where backups are kept.
    pub(crate) fn backups(&self) -> Folder {
        Folder::new(self.config.backup.folder.clone().unwrap_or_else(|| self.data.join("backups")))
    }
}

/// The database file of a data folder.
pub(crate) fn file_in(data: &Path) -> Place {
    Place::File(data.join(DATABASE))
}
