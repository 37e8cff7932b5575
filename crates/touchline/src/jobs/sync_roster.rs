//! Makes the shipped teams and their spellings known to the store; what is there already stays as it is.

use anyhow::Result;
use store::{Store, TeamSeed};

/// Returns how many spellings were new.
pub(crate) async fn run(store: &Store) -> Result<u64> {
    let seeds: Vec<TeamSeed> = ingest::identity::roster()
        .iter()
        .map(|entry| TeamSeed {
            pool: entry.pool.to_owned(),
            name: entry.name.to_owned(),
            aliases: entry.aliases.iter().map(|&alias| alias.to_owned()).collect(),
        })
        .collect();
    Ok(store.sync_roster(&seeds).await?)
}
