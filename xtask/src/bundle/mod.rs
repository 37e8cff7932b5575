//! `cargo xtask bundle`: builds `data/` from two pinned packages, the same bytes every time.

mod dump;
mod matches;
mod odds;
mod readme;

use std::{
    fmt::Write,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};
use clap::Args;
use sha2::{Digest, Sha256};

use crate::{process, tree};

#[derive(Args)]
pub(crate) struct Arguments {
    /// Verify the committed files against the digests in data/README.md; needs no network.
    #[arg(long)]
    check: bool,
    /// Take the packages from this directory instead of downloading them.
    #[arg(long, value_name = "DIR", conflicts_with = "check")]
    wheels: Option<PathBuf>,
}

/// A package the bundle is made from.
struct Package {
    name: &'static str,
    version: &'static str,
    wheel: &'static str,
    sha256: &'static str,
    /// Its licence, within the package and in data/.
    license: (&'static str, &'static str),
}

const MATCHES: Package = Package {
    name: "premier_league",
    version: "1.0.4",
    wheel: "premier_league-1.0.4-py3-none-any.whl",
    sha256: "13a1d7a1b6772010efd80df45c4992ed092b17169e36ee88b23b9eca9cac838a",
    license: ("premier_league-1.0.4.dist-info/licenses/LICENSE.md", "LICENSE-premier_league.md"),
};

const ODDS: Package = Package {
    name: "sports-betting",
    version: "0.15.1",
    wheel: "sports_betting-0.15.1-py3-none-any.whl",
    sha256: "d558eb6a4a99ab77a7821255faf3b42fa67f3a97b061fefdbd01351b1e78d62b",
    license: ("sports_betting-0.15.1.dist-info/licenses/LICENSE", "LICENSE-sports-betting"),
};

/// What is listed by digest in data/README.md.
const FILES: [&str; 4] = ["matches.csv", "odds.csv", MATCHES.license.1, ODDS.license.1];

/// The bundle is shipped inside the binary, so it stays small.
const MAX_BYTES: usize = 3_000_000;

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    if arguments.check {
        return check_committed();
    }
    let data = tree::root().join("data");
    let scratch = tempfile::tempdir()?;
    let matches = unpack(&MATCHES, arguments.wheels.as_deref(), scratch.path())?;
    let odds = unpack(&ODDS, arguments.wheels.as_deref(), scratch.path())?;

    let sql = read(&matches.join("premier_league/data/premier_league.sql"))?;
    let rows = matches::rows(&sql)?;
    matches::print_contradictions(&rows)?;
    fs::create_dir_all(&data)?;
    fs::write(data.join("matches.csv"), matches::csv(&rows)?)?;
    fs::write(data.join("odds.csv"), odds::csv(&odds.join("sportsbet/sources/data"))?)?;
    for (package, directory) in [(&MATCHES, &matches), (&ODDS, &odds)] {
        let (from, to) = package.license;
        fs::write(data.join(to), read(&directory.join(from))?)?;
    }
    fs::write(data.join("README.md"), readme::text(&[&MATCHES, &ODDS], &digests(&data)?)?)?;
    check(&data)
}

/// Verifies the committed files; needs no network.
pub(crate) fn check_committed() -> Result<()> {
    check(&tree::root().join("data"))
}

/// Downloads a package, verifies it and returns the directory it was unpacked to.
fn unpack(package: &Package, wheels: Option<&Path>, scratch: &Path) -> Result<PathBuf> {
    let wheel = match wheels {
        Some(directory) => directory.join(package.wheel),
        None => download(package, scratch)?,
    };
    let found = sha256(&fs::read(&wheel).with_context(|| format!("cannot read {}", wheel.display()))?);
    if found != package.sha256 {
        bail!("{} has sha256 {found}, not the pinned {}", wheel.display(), package.sha256);
    }
    let directory = scratch.join(package.name);
    process::run(Command::new("python3").args(["-m", "zipfile", "-e"]).arg(&wheel).arg(&directory))?;
    Ok(directory)
}

fn download(package: &Package, scratch: &Path) -> Result<PathBuf> {
    // The Python version is named so that pip does not refuse a package for the one it happens to run on.
    process::run(
        Command::new("python3")
            .args(["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"])
            .args(["--only-binary=:all:", "--python-version=3.12"])
            .arg(format!("{}=={}", package.name, package.version))
            .arg("--dest")
            .arg(scratch),
    )?;
    Ok(scratch.join(package.wheel))
}

/// Compares the files with the digests that data/README.md states.
fn check(data: &Path) -> Result<()> {
    let readme = read(&data.join("README.md"))?;
    let mut total = readme.len();
    for (file, digest) in digests(data)? {
        if !readme.lines().any(|line| line.contains(&file) && line.contains(&digest)) {
            bail!(
                "data/{file} has sha256 {digest}, which data/README.md does not state; run `cargo xtask bundle`"
            );
        }
        total += fs::metadata(data.join(&file))?.len() as usize;
    }
    if total > MAX_BYTES {
        bail!("data/ has {total} bytes, more than {MAX_BYTES}");
    }
    println!("bundle: {} files as stated, {:.2} MB", FILES.len(), total as f64 / 1e6);
    Ok(())
}

fn digests(data: &Path) -> Result<Vec<(String, String)>> {
    let digest = |file: &&str| {
        let path = data.join(file);
        let bytes = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        Ok(((*file).to_owned(), sha256(&bytes)))
    };
    FILES.iter().map(digest).collect()
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a string cannot fail");
        text
    })
}

/// One line of CSV. Nothing in the sources needs quoting; should that change, the bundle is not built.
fn csv_line(fields: &[&str]) -> Result<String> {
    if let Some(field) = fields.iter().find(|field| field.contains([',', '"', '\n', '\r'])) {
        bail!("field {field:?} would need quoting");
    }
    Ok(fields.join(",") + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digest_of_the_standards_example() {
        // FIPS 180-2, appendix B.1.
        assert_eq!(sha256(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn a_changed_file_is_noticed() {
        let data = tempfile::tempdir().unwrap();
        for file in FILES {
            fs::write(data.path().join(file), file).unwrap();
        }
        let stated = readme::text(&[&MATCHES, &ODDS], &digests(data.path()).unwrap()).unwrap();
        fs::write(data.path().join("README.md"), stated).unwrap();
        check(data.path()).unwrap();
        fs::write(data.path().join("odds.csv"), "changed").unwrap();
        let error = check(data.path()).unwrap_err().to_string();
        assert!(error.contains("odds.csv"), "{error}");
    }

    #[test]
    fn fields_that_need_quoting_are_refused() {
        assert_eq!(csv_line(&["a", "b"]).unwrap(), "a,b\n");
        assert!(csv_line(&["a,b"]).is_err());
    }
}
