//! Removes backups that newer ones made needless, never the last good one.

use std::path::PathBuf;

use anyhow::{Context, Result};
use serde::Serialize;

use crate::{
    app::App,
    backup::{
        folder::Listed,
        manifest::Manifest,
        read,
        retention::{Good, expendable},
    },
};

/// What was removed, and what is left.
#[derive(Debug, Serialize)]
pub(crate) struct Thinned {
    pub(crate) removed: Vec<PathBuf>,
    pub(crate) kept: usize,
    /// Those that are no longer what was written; they are nobody's last good one, and left for somebody to look at.
    pub(crate) damaged: Vec<PathBuf>,
}

/// Thins the backups out. Before any is removed, every byte of those that would stay is hashed: only good ones count.
pub(crate) async fn run(app: &App) -> Result<Thinned> {
    let folder = app.backups();
    let _turn = folder.turn().await?;
    let mut backups = Vec::new();
    let mut damaged = Vec::new();
    for Listed { path, manifest, .. } in folder.list()? {
        match manifest {
            Ok(manifest) => backups.push((path, good(manifest))),
            Err(_) => damaged.push(path),
        }
    }
    loop {
        let goods: Vec<Good> = backups.iter().map(|(_, good)| good.clone()).collect();
        let gone = expendable(&goods, &app.config.backup);
        if gone.is_empty() {
            return Ok(Thinned { removed: Vec::new(), kept: backups.len(), damaged });
        }
        // Whoever takes the place of a damaged one has to be looked at too.
        let staying = backups.iter().enumerate().filter(|(n, _)| !gone.contains(n));
        let bad: Vec<PathBuf> = staying
            .filter(|(_, (path, _))| !read::is_whole(path).unwrap_or_default())
            .map(|(_, (path, _))| path.clone())
            .collect();
        if bad.is_empty() {
            return remove(backups, &gone, damaged);
        }
        backups.retain(|(path, _)| !bad.contains(path));
        damaged.extend(bad);
    }
}

fn good(manifest: Manifest) -> Good {
    Good { created_at: manifest.created_at, kind: manifest.kind, place: manifest.place }
}

fn remove(backups: Vec<(PathBuf, Good)>, gone: &[usize], damaged: Vec<PathBuf>) -> Result<Thinned> {
    let mut thinned = Thinned { removed: Vec::new(), kept: 0, damaged };
    for (n, (path, _)) in backups.into_iter().enumerate() {
        if gone.contains(&n) {
            std::fs::remove_file(&path).with_context(|| format!("{} cannot be removed", path.display()))?;
            thinned.removed.push(path);
        } else {
            thinned.kept += 1;
        }
    }
    Ok(thinned)
}

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, Timestamp};

    use super::*;
    use crate::{
        backup::manifest::Kind,
        jobs::back_up,
        testing::{app, at},
    };

    async fn make(app: &mut App, created_at: Timestamp) -> PathBuf {
        at(app, created_at);
        let store = app.store().await.unwrap();
        let mut view = store.view().await.unwrap();
        let made = back_up::run(app, &mut view, &app.database().unwrap(), Kind::Manual).await.unwrap();
        drop(view);
        store.close().await;
        made.file
    }

    fn damage(path: &PathBuf) {
        let mut bytes = std::fs::read(path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(path, bytes).unwrap();
    }

    #[tokio::test]
    async fn a_damaged_one_counts_for_nothing_and_stays_to_be_looked_at() {
        let (_folder, mut app) = app();
        let morning: Timestamp = "2026-11-22T04:00:00Z".parse().unwrap();
        let hours = |n| morning + SignedDuration::from_hours(n);
        let first = make(&mut app, morning).await;
        let second = make(&mut app, hours(1)).await;
        let third = make(&mut app, hours(2)).await;
        damage(&third);
        let thinned = run(&app).await.unwrap();
        assert_eq!((thinned.removed, thinned.kept), (vec![first.clone()], 1), "the newest good one stays");
        assert_eq!(thinned.damaged, std::slice::from_ref(&third));
        assert!(second.exists() && third.exists() && !first.exists());
        // Nothing good is left to take its place: nothing goes.
        damage(&second);
        let thinned = run(&app).await.unwrap();
        assert!(thinned.removed.is_empty());
        assert!(second.exists());
    }

    #[tokio::test]
    async fn days_come_and_go() {
        let (_folder, mut app) = app();
        app.config.backup = crate::config::Backups { folder: None, daily: 2, weekly: 0, monthly: 1 };
        let mut removed = Vec::new();
        for day in ["2026-10-30", "2026-10-31", "2026-11-01", "2026-11-02"] {
            make(&mut app, format!("{day}T04:00:00Z").parse().unwrap()).await;
            removed.extend(run(&app).await.unwrap().removed);
        }
        let name = |path: &PathBuf| path.file_name().unwrap().to_str().unwrap().to_owned();
        assert_eq!(
            removed.iter().map(name).collect::<Vec<_>>(),
            ["touchline-20261030T040000Z.tlb", "touchline-20261031T040000Z.tlb"]
        );
    }
}
