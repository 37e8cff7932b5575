//! `cargo xtask soak`: kills imports, copies, migrations, backups and restorations at random instants and runs two imports at once;
//! nothing may be lost or doubled. With `--outage` it stops a server under a crowd instead. Outside `ci`.

mod backup;
mod copy;
mod migration;
mod outage;
mod target;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use serde_json::Value;

use crate::bench;

#[derive(Args)]
pub(crate) struct Arguments {
    /// How many imports to kill.
    #[arg(long, default_value_t = 50)]
    kills: u32,
    /// How many copies to kill.
    #[arg(long, default_value_t = 50)]
    copy_kills: u32,
    /// How many migrations to kill.
    #[arg(long, default_value_t = 50)]
    migration_kills: u32,
    /// How many backups to kill.
    #[arg(long, default_value_t = 50)]
    backup_kills: u32,
    /// How many restorations to kill.
    #[arg(long, default_value_t = 50)]
    restore_kills: u32,
    /// Instead, let eight writers and eight readers work for so long on a PostgreSQL server of its own, which is stopped and
    /// started again three times.
    #[arg(long, value_name = "SECONDS")]
    outage: Option<u64>,
    /// A PostgreSQL database to do half of what is not an import in, in schemas that are made and dropped.
    #[arg(long, value_name = "URL")]
    server: Option<String>,
    /// A built binary to take instead of building a release: touchline, for an outage store-runner.
    #[arg(long, value_name = "FILE")]
    binary: Option<PathBuf>,
    /// How many of the soccer files to import each time.
    #[arg(long, default_value_t = 40)]
    files: usize,
    /// Decides at which instants they are killed.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// What a whole import counts: the rows of a data directory, however many attempts it took to fill it.
type Counts = Value;

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    if let Some(seconds) = arguments.outage {
        return outage::run(&binary(arguments, "store-runner")?, Duration::from_secs(seconds));
    }
    let Some(files) = bench::soccer_files() else { bail!("no soccer files; set TOUCHLINE_SHARED") };
    // Evenly spread over leagues and decades, so that old and new columns occur.
    let step = (files.len() / arguments.files.max(1)).max(1);
    let files = files.into_iter().step_by(step).take(arguments.files).collect();
    let soak = Soak { binary: binary(arguments, "touchline")?, files };
    soak.imports(arguments)?;
    copy::run(&soak, arguments).context("copies")?;
    migration::run(&soak, arguments).context("migrations")?;
    backup::run(&soak, arguments).context("backups")
}

fn binary(arguments: &Arguments, package: &str) -> Result<PathBuf> {
    match &arguments.binary {
        Some(binary) => binary.canonicalize().with_context(|| format!("no binary at {}", binary.display())),
        None => bench::release_binary(package),
    }
}

struct Soak {
    binary: PathBuf,
    files: Vec<PathBuf>,
}

impl Soak {
    fn imports(&self, arguments: &Arguments) -> Result<()> {
        let clean = tempfile::tempdir()?;
        let start = Instant::now();
        finish(&self.import(clean.path()).output()?)?;
        let clean_time = start.elapsed();
        let expected = self.counts(clean.path())?;
        let seconds = clean_time.as_secs_f64();
        println!("a clean import of {} files takes {seconds:.2} s: {expected}", self.files.len());

        let mut random = SplitMix(arguments.seed);
        let mut n_killed = 0;
        for attempt in 1..=arguments.kills {
            let instant = clean_time.mul_f64(random.unit());
            let was_killed = self.kill_and_resume(instant, &expected);
            n_killed += u32::from(was_killed.with_context(|| format!("kill {attempt}, after {instant:?}"))?);
        }
        println!("killed {n_killed} imports of {}; the same command completed all", arguments.kills);
        ensure!(
            arguments.kills == 0 || n_killed > 0,
            "every import ended before it was killed: raise --files"
        );

        self.two_at_once(&expected).context("two imports at once")?;
        println!("two imports at once: as one");
        Ok(())
    }

    fn touchline(&self, data: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        command.arg("--data").arg(data).args(arguments).stdin(Stdio::null());
        command
    }

    fn import(&self, data: &Path) -> Command {
        let mut command =
            self.touchline(data, &["data", "import", "--format", "football_data_co_uk", "--json"]);
        command.args(&self.files).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Kills an import, checks what it left, and completes it. Whether it was killed before it ended.
    fn kill_and_resume(&self, instant: Duration, expected: &Counts) -> Result<bool> {
        let data = tempfile::tempdir()?;
        let was_running = kill(&mut self.import(data.path()), instant)?;
        if fs::read_dir(data.path())?.next().is_some() {
            self.check_health(data.path())?;
        }
        finish(&self.import(data.path()).output()?)?;
        self.check_counts(data.path(), expected)?;
        Ok(was_running)
    }

    fn two_at_once(&self, expected: &Counts) -> Result<()> {
        let data = tempfile::tempdir()?;
        let (first, second) = (self.import(data.path()).spawn()?, self.import(data.path()).spawn()?);
        let second = thread::spawn(move || second.wait_with_output());
        finish(&first.wait_with_output()?)?;
        let Ok(second) = second.join() else { bail!("the second import's reader panicked") };
        finish(&second?)?;
        self.check_counts(data.path(), expected)
    }

    fn check_counts(&self, data: &Path, expected: &Counts) -> Result<()> {
        self.check_health(data)?;
        let found = self.counts(data)?;
        ensure!(found == *expected, "it holds {found}, a clean import {expected}");
        Ok(())
    }

    /// The database opens and is whole.
    fn check_health(&self, data: &Path) -> Result<()> {
        finish(&self.touchline(data, &["doctor", "--json"]).output()?).map(drop)
    }

    fn counts(&self, data: &Path) -> Result<Counts> {
        let text = finish(&self.touchline(data, &["data", "status", "--json"]).output()?)?;
        let mut status = serde_json::from_str(text.trim()).context("data status printed no JSON")?;
        keep_counts(&mut status);
        Ok(status)
    }
}

/// Kills a command after some time; whether it was still running.
fn kill(command: &mut Command, instant: Duration) -> Result<bool> {
    // Nobody reads what it prints: a full pipe would stop it before its time.
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    thread::sleep(instant);
    let was_running = child.try_wait()?.is_none();
    child.kill()?;
    child.wait()?;
    Ok(was_running)
}

/// Leaves whole numbers only: instants, paths, sizes in bytes and which file came last may differ between equal databases.
fn keep_counts(status: &mut Value) {
    match status {
        Value::Object(fields) => {
            fields.retain(|name, value| {
                keep_counts(value);
                let may_differ =
                    name.ends_with("bytes") || name.ends_with("_at") || name.starts_with("last_");
                !may_differ && (value.is_u64() || value.is_object() || value.is_array())
            });
        }
        Value::Array(values) => values.iter_mut().for_each(keep_counts),
        _ => {}
    }
}

/// What a successful command printed; what a failed one complained about.
fn finish(output: &Output) -> Result<String> {
    if !output.status.success() {
        bail!(
            "{}: {}{}",
            output.status,
            String::from_utf8_lossy(&output.stderr),
            String::from_utf8_lossy(&output.stdout)
        );
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// SplitMix64 (Steele, Lea and Flood 2014): enough to choose instants, and the same for the same seed.
struct SplitMix(u64);

impl SplitMix {
    /// Uniform in 0..1.
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((bits ^ (bits >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use serde_json::json;

    use super::*;

    /// A product made up of a shell script, which starts in its data folder.
    pub(super) fn script(directory: &Path, text: &str) -> Result<PathBuf> {
        let binary = directory.join("touchline");
        fs::write(&binary, format!("#!/bin/sh\ncd \"$2\"\n{text}"))?;
        fs::set_permissions(&binary, fs::Permissions::from_mode(0o755))?;
        Ok(binary)
    }

    /// Nothing to be killed.
    pub(super) fn arguments() -> Arguments {
        Arguments {
            kills: 0,
            copy_kills: 0,
            migration_kills: 0,
            backup_kills: 0,
            restore_kills: 0,
            outage: None,
            server: None,
            binary: None,
            files: 0,
            seed: 1,
        }
    }

    /// Soaks a product: what it does on import, and what number its status prints.
    fn soak(kills: u32, import: &str, status: &str) -> Result<()> {
        let directory = tempfile::tempdir()?;
        let text = format!(
            "case \"$3 $4\" in\n'data import') {import};;\n\
             'data status') echo \"{{\\\"fixtures\\\": $({status})}}\";;\nesac\n"
        );
        let binary = script(directory.path(), &text)?;
        Soak { binary, files: Vec::new() }.imports(&Arguments { kills, ..arguments() })
    }

    #[test]
    fn an_import_that_is_all_or_nothing_passes() {
        soak(6, "echo 3 > new.$$; sleep 0.2; mv new.$$ done", "cat done").unwrap();
    }

    #[test]
    fn an_import_that_leaves_half_is_caught() {
        let error = soak(6, "echo 3 >> done; sleep 0.2", "wc -l < done").unwrap_err();
        let error = format!("{error:#}");
        assert!(error.contains(r#"it holds {"fixtures":2}, a clean import {"fixtures":1}"#), "{error}");
    }

    #[test]
    fn imports_that_get_in_each_others_way_are_caught() {
        let error =
            soak(0, "mkdir lock || exit 9; sleep 0.2; echo 3 > done; rmdir lock", "cat done").unwrap_err();
        let error = format!("{error:#}");
        assert!(error.starts_with("two imports at once: exit status: 9"), "{error}");
    }

    #[test]
    fn first_number_of_the_generator() {
        // SplitMix64 from state 0 starts with e220a8397b1dcdaf.
        assert_eq!(SplitMix(0).unit(), (0xe220_a839_7b1d_cdaf_u64 >> 11) as f64 / (1_u64 << 53) as f64);
    }

    #[test]
    fn only_counts_are_compared() {
        let mut status = json!({
            "fixtures": 3, "size_bytes": 9, "path": "a", "stored_at": 5, "last_import": {"sequence": 2},
            "competitions": [{"id": "eng.1", "fixtures": 2}]
        });
        keep_counts(&mut status);
        assert_eq!(status, json!({"fixtures": 3, "competitions": [{"fixtures": 2}]}));
    }
}
