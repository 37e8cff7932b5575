//! Backups and restorations that are killed: the database opens and is sound, holds all rows of the old state or of the new one,
//! no half backup shows, and the same command completes.

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};

use super::{
    Arguments, Counts, Soak, SplitMix, finish, kill,
    target::{PLACES, Target, on_server},
};

/// A database, and a backup of an older state of it.
struct Ground<'s> {
    soak: &'s Soak,
    target: Target,
    backup: PathBuf,
    /// What the backup holds, and what is there once the last file was imported after it.
    states: [Counts; 2],
    /// How long a backup takes, and a restoration.
    clean_times: [Duration; 2],
}

/// Kills one after some time, and completes it. Whether it was killed before it ended.
type Kill<'s> = fn(&Ground<'s>, Duration) -> Result<bool>;

pub(super) fn run(soak: &Soak, arguments: &Arguments) -> Result<()> {
    let victims: [(&str, u32, Kill<'_>); 2] = [
        ("backups", arguments.backup_kills, Ground::kill_backup),
        ("restorations", arguments.restore_kills, Ground::kill_restoration),
    ];
    if victims.iter().all(|(_, kills, _)| *kills == 0) {
        return Ok(());
    }
    let server = arguments.server.as_deref();
    let turns = 0..=u32::from(server.is_some());
    let grounds = turns.map(|turn| Ground::prepare(soak, server, turn)).collect::<Result<Vec<_>>>()?;
    let mut random = SplitMix(arguments.seed);
    for (n, (what, kills, kill)) in victims.into_iter().enumerate() {
        let mut n_killed = 0;
        for attempt in 0..kills {
            let place = on_server(server, attempt);
            let instant = grounds[place].clean_times[n].mul_f64(random.unit());
            let words = || format!("kill {} of {what}, in {}, after {instant:?}", attempt + 1, PLACES[place]);
            n_killed += u32::from(kill(&grounds[place], instant).with_context(words)?);
        }
        println!("killed {n_killed} {what} of {kills}; the same command completed all");
        ensure!(kills == 0 || n_killed > 0, "all {what} ended before they were killed: raise --files");
    }
    Ok(())
}

impl<'s> Ground<'s> {
    /// Imports all files but the last, makes a backup and keeps it apart.
    fn prepare(soak: &'s Soak, server: Option<&str>, turn: u32) -> Result<Self> {
        let (last, first) = soak.files.split_last().context("no files")?;
        let target = Target::new(server, turn)?;
        target.import(soak, first)?;
        let started = Instant::now();
        let made = target.json(soak, &["backup", "run"])?;
        let backup_time = started.elapsed();
        let backup = target.data().join("older.tlb");
        fs::copy(made["file"].as_str().context("the backup has no path")?, &backup)?;
        let older = target.counts(soak)?;
        target.import(soak, std::slice::from_ref(last))?;
        let newer = target.counts(soak)?;
        ensure!(older != newer, "the last file brought nothing new");
        let (states, clean_times) = ([older, newer], [backup_time, Duration::ZERO]);
        let mut ground = Self { soak, target, backup, states, clean_times };
        let started = Instant::now();
        ground.restore()?;
        ground.clean_times[1] = started.elapsed();
        let [backup, restoration] = ground.clean_times.map(|time| time.as_secs_f64());
        let place = PLACES[turn as usize];
        println!("in {place} a clean backup takes {backup:.2} s, a clean restoration {restoration:.2} s");
        Ok(ground)
    }

    fn restore_arguments(&self) -> [&str; 4] {
        ["backup", "restore", self.backup.to_str().unwrap_or_default(), "--force"]
    }

    fn restore(&self) -> Result<()> {
        self.target.json(self.soak, &self.restore_arguments()).map(drop)
    }

    fn check(&self, expected: &Counts) -> Result<()> {
        self.target.check_health(self.soak)?;
        let found = self.target.counts(self.soak)?;
        ensure!(found == *expected, "it holds {found}, and should hold {expected}");
        Ok(())
    }

    fn kill_backup(&self, instant: Duration) -> Result<bool> {
        let before = self.target.counts(self.soak)?;
        let was_running = kill(&mut self.target.command(self.soak, &["backup", "run"]), instant)?;
        self.check(&before)?;
        let verify = |more: &[&str]| {
            let mut command = self.target.command(self.soak, &["backup", "verify", "--all"]);
            finish(&command.args(more).output()?)
        };
        verify(&[]).context("what the killed one left")?;
        self.target.json(self.soak, &["backup", "run"])?;
        verify(&["--restore-test"])?;
        ensure_nothing_left(&self.target.data().join("backups"), ".tmp")?;
        Ok(was_running)
    }

    fn kill_restoration(&self, instant: Duration) -> Result<bool> {
        if self.target.counts(self.soak)? == self.states[0] {
            let last = self.soak.files.last().map(std::slice::from_ref).unwrap_or_default();
            self.target.import(self.soak, last)?;
        }
        let was_running = kill(&mut self.target.command(self.soak, &self.restore_arguments()), instant)?;
        self.target.check_health(self.soak)?;
        let found = self.target.counts(self.soak)?;
        ensure!(self.states.contains(&found), "it holds {found}, neither the old state nor the new");
        self.restore()?;
        self.check(&self.states[0])?;
        self.target.forget_replaced()?;
        ensure_nothing_left(self.target.data(), ".restor")?;
        Ok(was_running)
    }
}

fn ensure_nothing_left(folder: &Path, part: &str) -> Result<()> {
    let names = fs::read_dir(folder)?.flatten().map(|entry| entry.file_name());
    let left: Vec<_> = names.filter(|name| name.to_string_lossy().contains(part)).collect();
    ensure!(left.is_empty(), "left over: {left:?}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Soaks a product made up of a shell script: how it makes a backup of `done`, and how it puts `$5` in its place.
    fn soak(back_up: &str, restore: &str) -> Result<()> {
        let directory = tempfile::tempdir()?;
        let binary = super::super::tests::script(
            directory.path(),
            &format!(
                "case \"$3 $4\" in\n'data import') echo 3 >> done;;\n'doctor --json') echo '{{}}';;\n\
                 'data status') echo \"{{\\\"fixtures\\\": $(wc -l < done)}}\";;\n\
                 'backup run') mkdir -p backups; {back_up}; echo \"{{\\\"file\\\": \\\"$2/backups/b.tlb\\\"}}\";;\n\
                 'backup verify') test ! -e backups/b.tlb || grep -q 3 backups/b.tlb;;\n\
                 'backup restore') {restore}; echo '{{}}';;\nesac\n"
            ),
        )?;
        let arguments = Arguments { backup_kills: 6, restore_kills: 6, ..super::super::tests::arguments() };
        run(&Soak { binary, files: vec!["a".into(), "b".into()] }, &arguments)
    }

    const BACK_UP: &str = "cp done backups/new; sleep 0.2; mv backups/new backups/b.tlb";
    const RESTORE: &str = "cp $5 new; sleep 0.2; mv new done";

    #[test]
    fn backups_and_restorations_that_are_all_or_nothing_pass() {
        soak(BACK_UP, RESTORE).unwrap();
    }

    #[test]
    fn half_a_backup_is_caught() {
        let error = soak(": > backups/b.tlb; sleep 0.2; cp done backups/b.tlb", RESTORE).unwrap_err();
        let error = format!("{error:#}");
        assert!(error.contains("what the killed one left"), "{error}");
    }

    #[test]
    fn half_a_restoration_is_caught() {
        let error = soak(BACK_UP, ": > done; sleep 0.2; cat $5 > done").unwrap_err();
        let error = format!("{error:#}");
        assert!(error.contains(r#"it holds {"fixtures":0}, neither the old state nor the new"#), "{error}");
    }
}
