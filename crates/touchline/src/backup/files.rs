//! The files of the data folder that belong to a backup: configuration, contracts, mappings, models.

use std::{
    fs, io,
    path::{Component, Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use serde::Serialize;

use crate::{app::App, config, redact::HIDDEN};

/// Folders of the data folder that go into a backup whole.
const FOLDERS: [&str; 2] = ["models", "mappings"];
/// Where files from elsewhere are kept.
const OUTSIDE: &str = "outside";
/// How the name of a file ends that was not put over one that differs.
const BESIDE: &str = "from-backup";

/// A file on its way into a backup.
pub(crate) struct Found {
    /// Its path in the data folder.
    pub(crate) name: String,
    /// Where it is, when that is outside.
    pub(crate) origin: Option<String>,
    pub(crate) content: Vec<u8>,
}

/// The files, and what had to be left out.
pub(crate) fn collect(app: &App) -> Result<(Vec<Found>, Vec<String>)> {
    let mut left_out = Vec::new();
    let mut found = Vec::new();
    if let Ok(text) = fs::read_to_string(&app.config_file) {
        let content = without_secrets(&text, &config::shown(&app.config_file)?, &mut left_out)?.into_bytes();
        found.push(Found { name: config::FILE.into(), origin: None, content });
    }
    let mut names = Vec::new();
    below(&app.data, Path::new(""), &mut names)
        .with_context(|| format!("{} cannot be read", app.data.display()))?;
    for name in names {
        let path = app.data.join(&name);
        let content = fs::read(&path).with_context(|| format!("{} cannot be read", path.display()))?;
        let name: Vec<_> = name.iter().map(|part| part.to_string_lossy()).collect();
        found.push(Found { name: name.join("/"), origin: None, content });
    }
    if let Some(path) = app.config.checks.file.as_deref().filter(|path| !is_below(path, &app.data)) {
        match fs::read(path) {
            Ok(content) => {
                let name = format!("{OUTSIDE}/{}", path.file_name().unwrap_or_default().to_string_lossy());
                found.push(Found { name, origin: Some(path.display().to_string()), content });
            }
            Err(error) => left_out.push(format!("checks.file {}: {error}", path.display())),
        }
    }
    Ok((found, left_out))
}

/// Paths of the TOML files of the data folder itself and of everything in the folders that go whole, by name.
fn below(data: &Path, folder: &Path, names: &mut Vec<PathBuf>) -> io::Result<()> {
    let mut entries: Vec<_> = fs::read_dir(data.join(folder))?.collect::<io::Result<_>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = folder.join(entry.file_name());
        let is_inside = folder != Path::new("");
        let kind = fs::metadata(entry.path())?;
        if kind.is_dir() && (is_inside || FOLDERS.iter().any(|whole| name == Path::new(whole))) {
            below(data, &name, names)?;
        } else if kind.is_file()
            && (is_inside || name.extension().is_some_and(|e| e == "toml") && name != Path::new(config::FILE))
        {
            names.push(name);
        }
    }
    Ok(())
}

/// Whether [`below`] finds it anyway.
fn is_below(path: &Path, data: &Path) -> bool {
    let (Ok(path), Ok(data)) = (path.canonicalize(), data.canonicalize()) else { return false };
    let inside = path.strip_prefix(&data).ok();
    inside.is_some_and(|inside| {
        let is_toml = inside.components().count() == 1 && inside.extension().is_some_and(|e| e == "toml");
        is_toml || FOLDERS.iter().any(|folder| inside.starts_with(folder))
    })
}

/// The settings that a configuration file names, without those that hold a secret, and without comments, which may hold one.
/// What is secret, the configuration itself knows: it shows such values hidden.
fn without_secrets(text: &str, shown: &toml::Table, left_out: &mut Vec<String>) -> Result<String> {
    let mut named: toml::Table = text.parse()?;
    keep_shown(&mut named, shown, "", left_out);
    let head = "# The settings that were in the configuration file, as a backup keeps them: no secrets, no comments.\n\n";
    Ok(head.to_owned() + &toml::to_string_pretty(&named)?)
}

fn keep_shown(named: &mut toml::Table, shown: &toml::Table, path: &str, left_out: &mut Vec<String>) {
    named.retain(|key, value| {
        let key_path = format!("{path}{key}");
        match (value, shown.get(key)) {
            (toml::Value::Table(inner), Some(toml::Value::Table(shown))) => {
                keep_shown(inner, shown, &format!("{key_path}."), left_out);
                true
            }
            (value, Some(shown)) if *value == *shown || !shown.to_string().contains(HIDDEN) => true,
            // Hidden, or not shown at all.
            _ => {
                left_out.push(format!("{key_path} (it holds a secret)"));
                false
            }
        }
    });
}

/// What became of a file of a backup.
#[derive(Debug, Serialize)]
pub(crate) struct PutBack {
    name: String,
    /// Where it was, when that is outside the data folder.
    origin: Option<String>,
    state: State,
}

#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
enum State {
    /// There was none.
    Written,
    /// It is there already.
    Same,
    /// Another one is there, so it stands beside it.
    Beside,
}

impl PutBack {
    /// In words.
    pub(crate) fn sentence(&self) -> String {
        let Self { name, origin, state } = self;
        let was = origin.as_ref().map_or_else(String::new, |origin| format!(" (it was {origin})"));
        match state {
            State::Written => format!("{name}{was} is back"),
            State::Same => format!("{name}{was} is as in the backup"),
            State::Beside => format!("{name}{was} differs from the backup's, which is {name}.{BESIDE}"),
        }
    }
}

/// Puts a file back into a data folder; one that is there and differs stays, and the backup's comes beside it.
pub(crate) fn put_back(data: &Path, name: &str, origin: Option<String>, content: &[u8]) -> Result<PutBack> {
    if !Path::new(name).components().all(|part| matches!(part, Component::Normal(_))) {
        bail!("the backup names a file {name:?}, which would not be in the data folder");
    }
    let path = data.join(name);
    let (state, target) = match fs::read(&path) {
        Ok(there) if there == content => (State::Same, None),
        Ok(_) => (State::Beside, Some(data.join(format!("{name}.{BESIDE}")))),
        Err(_) => (State::Written, Some(path)),
    };
    if let Some(target) = target {
        let unwritable = || format!("{} cannot be written", target.display());
        if let Some(folder) = target.parent() {
            fs::create_dir_all(folder).with_context(unwritable)?;
        }
        fs::write(&target, content).with_context(unwritable)?;
    }
    Ok(PutBack { name: name.into(), origin, state })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_and_comments_stay_out() {
        let text = "# was postgres://ann:0ld@db\n[database]\nurl = \"postgres://ann:s3cret@db/t\"\nmax_connections = 7\n\
            [server]\nport = 9000\n";
        let shown = "[database]\nurl = \"postgres://ann:***@db/t\"\nmax_connections = 7\nmin_connections = 5\n\
            [server]\nhost = \"127.0.0.1\"\nport = 9000\n";
        let mut left_out = Vec::new();
        let kept = without_secrets(text, &shown.parse().unwrap(), &mut left_out).unwrap();
        assert!(!kept.contains("s3cret") && !kept.contains("0ld") && !kept.contains("***"), "{kept}");
        let expected: toml::Table =
            "[database]\nmax_connections = 7\n[server]\nport = 9000\n".parse().unwrap();
        assert_eq!(kept.parse::<toml::Table>().unwrap(), expected);
        assert_eq!(left_out, ["database.url (it holds a secret)"]);
    }

    #[test]
    fn the_files_of_a_folder() {
        let data = tempfile::tempdir().unwrap();
        for name in
            ["touchline.toml", "feed.toml", "touchline.db", "models/a/one.onnx", "backups/x.tlb", "notes.txt"]
        {
            let path = data.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, name).unwrap();
        }
        let mut names = Vec::new();
        below(data.path(), Path::new(""), &mut names).unwrap();
        assert_eq!(names, [Path::new("feed.toml"), Path::new("models/a/one.onnx")]);
        assert!(is_below(&data.path().join("feed.toml"), data.path()));
        assert!(!is_below(&data.path().join("notes.txt"), data.path()));
    }

    #[test]
    fn nothing_is_put_over_what_differs_or_outside() {
        let data = tempfile::tempdir().unwrap();
        let put = |name: &str, content: &[u8]| put_back(data.path(), name, None, content);
        assert!(matches!(put("models/one", b"1").unwrap().state, State::Written));
        assert!(matches!(put("models/one", b"1").unwrap().state, State::Same));
        assert!(matches!(put("models/one", b"2").unwrap().state, State::Beside));
        assert_eq!(fs::read(data.path().join("models/one")).unwrap(), b"1");
        assert_eq!(fs::read(data.path().join("models/one.from-backup")).unwrap(), b"2");
        for name in ["../out", "/etc/out", "a/../../out"] {
            assert!(put(name, b"1").is_err(), "{name}");
        }
    }
}
