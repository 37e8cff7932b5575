//! Migrations that are killed: they leave the old version or the new one whole, and the same command completes them.

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};

use super::{
    Arguments, Counts, Soak, SplitMix, finish, kill,
    target::{PLACES, Target, on_server},
};
use crate::{process, tree};

/// Enough to have rows in many tables; stores of earlier versions are made row by row.
const N_FILES: usize = 2;

struct Migrations<'s> {
    soak: &'s Soak,
    maker: PathBuf,
    source: Target,
    expected: Counts,
}

pub(super) fn run(soak: &Soak, arguments: &Arguments) -> Result<()> {
    if arguments.migration_kills == 0 {
        return Ok(());
    }
    let source = Target::new(None, 0)?;
    let few = Soak { binary: soak.binary.clone(), files: soak.files.iter().take(N_FILES).cloned().collect() };
    finish(&few.import(source.data()).output()?)?;
    let expected = source.counts(soak)?;
    let known = source.json(soak, &["db", "status"])?["schema"]["known"].as_u64().context("no version")?;
    let migrations = Migrations { soak, maker: build_maker(&soak.binary)?, source, expected };

    let server = arguments.server.as_deref();
    let clean_times = migrations.clean_times(server)?;
    let mut random = SplitMix(arguments.seed);
    let (mut n_killed, mut n_old) = (0, 0);
    for attempt in 0..arguments.migration_kills {
        let version = 1 + u64::from(attempt) % (known - 1);
        // A little longer than it takes, so that some have just ended.
        let instant = clean_times[on_server(server, attempt)].mul_f64(1.2 * random.unit());
        let ended = migrations.kill_and_resume(server, attempt, version, instant);
        let words = || format!("kill {} of version {version}, after {instant:?}", attempt + 1);
        let (was_killed, stayed_old) = ended.with_context(words)?;
        n_killed += u32::from(was_killed);
        n_old += u32::from(stayed_old);
    }
    println!(
        "killed {n_killed} migrations of {}; {n_old} left the old version, the others the new one; the same command completed \
         all",
        arguments.migration_kills
    );
    ensure!(n_killed > 0, "every migration ended before it was killed");
    Ok(())
}

/// The example that makes stores of earlier versions, built as the binary was.
fn build_maker(binary: &Path) -> Result<PathBuf> {
    let folder = binary.parent().context("the binary is in no folder")?;
    let is_debug = folder.ends_with("debug");
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(tree::root()).args(["build", "--quiet", "--package", "touchline-store"]);
    command.args(["--example", "earlier_store"]).args((!is_debug).then_some("--release"));
    process::run(&mut command)?;
    let profile = if is_debug { "debug" } else { "release" };
    Ok(tree::target().join(profile).join("examples/earlier_store"))
}

impl Migrations<'_> {
    /// How long one takes from the first version on, in a file and on the server.
    fn clean_times(&self, server: Option<&str>) -> Result<[Duration; 2]> {
        let mut times = [Duration::ZERO; 2];
        for turn in 0..=u32::from(server.is_some()) {
            let target = self.earlier(server, turn, 1)?;
            let start = Instant::now();
            target.json(self.soak, &["db", "migrate"])?;
            times[turn as usize] = start.elapsed();
            let (place, ms) = (PLACES[turn as usize], start.elapsed().as_millis());
            println!("a clean migration from version 1 in {place} takes {ms} ms");
        }
        Ok(times)
    }

    fn earlier(&self, server: Option<&str>, turn: u32, version: u64) -> Result<Target> {
        let target = Target::new(server, turn)?;
        let mut command = Command::new(&self.maker);
        command.args([self.source.place(), target.place(), version.to_string()]);
        finish(&command.output()?).context("the earlier store could not be made")?;
        Ok(target)
    }

    /// Whether the migration was running when it was killed, and whether it left the old version.
    fn kill_and_resume(
        &self,
        server: Option<&str>,
        turn: u32,
        version: u64,
        instant: Duration,
    ) -> Result<(bool, bool)> {
        let target = self.earlier(server, turn, version)?;
        let was_running = kill(&mut target.command(self.soak, &["db", "migrate"]), instant)?;
        let schema = target.json(self.soak, &["db", "status"])?["schema"].clone();
        let (found, known) = (schema["found"].as_u64(), schema["known"].as_u64());
        ensure!(found == Some(version) || found == known, "half-way between the versions: {schema}");
        target.json(self.soak, &["db", "migrate"])?;
        target.check_health(self.soak)?;
        let backups = target.json(self.soak, &["backup", "list"])?;
        let before = backups.as_array().into_iter().flatten().find(|backup| backup["schema"] == version);
        ensure!(before.is_some(), "no backup of version {version} was made: {backups}");
        target.json(self.soak, &["backup", "verify", "--all"])?;
        let counts = target.counts(self.soak)?;
        ensure!(counts == self.expected, "it holds {counts}, its source {}", self.expected);
        Ok((was_running, found == Some(version)))
    }
}
