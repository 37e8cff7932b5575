//! Copies that are killed: what they left opens and is whole, and the same command completes it.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use super::{
    Arguments, Counts, Soak, SplitMix, finish, kill,
    target::{PLACES, Target, on_server},
};

/// Copies of one source.
struct Copies<'s> {
    soak: &'s Soak,
    source: Target,
    expected: Counts,
}

pub(super) fn run(soak: &Soak, arguments: &Arguments) -> Result<()> {
    if arguments.copy_kills == 0 {
        return Ok(());
    }
    let source = Target::new(None, 0)?;
    finish(&soak.import(source.data()).output()?)?;
    let copies = Copies { soak, expected: source.counts(soak)?, source };
    let server = arguments.server.as_deref();
    let clean_times = copies.clean_times(server)?;
    let mut random = SplitMix(arguments.seed);
    let mut n_killed = 0;
    for attempt in 0..arguments.copy_kills {
        let target = Target::new(server, attempt)?;
        let instant = clean_times[on_server(server, attempt)].mul_f64(random.unit());
        let was_killed = copies.kill_and_resume(&target, instant);
        let was_killed = was_killed.with_context(|| format!("kill {}, after {instant:?}", attempt + 1))?;
        n_killed += u32::from(was_killed);
    }
    println!("killed {n_killed} copies of {}; the same command completed all", arguments.copy_kills);
    ensure!(n_killed > 0, "every copy ended before it was killed: raise --files");
    Ok(())
}

impl Copies<'_> {
    /// How long one takes, to a file and to the server.
    fn clean_times(&self, server: Option<&str>) -> Result<[Duration; 2]> {
        let mut times = [Duration::ZERO; 2];
        for turn in 0..=u32::from(server.is_some()) {
            let target = Target::new(server, turn)?;
            let start = Instant::now();
            finish(&self.copy(&target).output()?)?;
            times[turn as usize] = start.elapsed();
            self.check(&target)?;
            println!(
                "a clean copy to {} takes {:.2} s",
                PLACES[turn as usize],
                times[turn as usize].as_secs_f64()
            );
        }
        Ok(times)
    }

    fn copy(&self, target: &Target) -> std::process::Command {
        let mut command = self.source.command(self.soak, &["db", "copy", "--json", "--to"]);
        command.arg(target.place());
        command
    }

    fn kill_and_resume(&self, target: &Target, instant: Duration) -> Result<bool> {
        let was_running = kill(&mut self.copy(target), instant)?;
        target.check_health(self.soak)?;
        finish(&self.copy(target).output()?)?;
        self.check(target)?;
        Ok(was_running)
    }

    /// It holds what the source holds, and a copy onto it finds nothing left to do.
    fn check(&self, target: &Target) -> Result<()> {
        target.check_health(self.soak)?;
        let found = target.counts(self.soak)?;
        ensure!(found == self.expected, "it holds {found}, its source {}", self.expected);
        let again = finish(&self.copy(target).output()?)?;
        ensure!(again.contains("\"was_finished\":true"), "copied again: {again}");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Soaks a product made up of a shell script: what it does to `$to`, where a copy goes.
    fn soak(copy: &str) -> Result<()> {
        let directory = tempfile::tempdir()?;
        let binary = super::super::tests::script(
            directory.path(),
            &format!(
                "case \"$3 $4\" in\n'data import') echo 3 > done;;\n'doctor --json') echo '{{}}';;\n\
                 'data status') echo \"{{\\\"fixtures\\\": $(wc -l < done)}}\";;\n\
                 'db copy') to=$(dirname \"$7\"); was=false; test -e \"$to/done\" && was=true; {copy}; \
                 echo \"{{\\\"was_finished\\\":$was}}\";;\nesac\n"
            ),
        )?;
        let arguments = Arguments { copy_kills: 6, ..super::super::tests::arguments() };
        run(&Soak { binary, files: Vec::new() }, &arguments)
    }

    #[test]
    fn a_copy_that_can_be_resumed_passes() {
        soak("$was || { cp done $to/new; sleep 0.2; mv $to/new $to/done; }").unwrap();
    }

    #[test]
    fn a_copy_that_doubles_rows_is_caught() {
        let error =
            soak("$was && test -e $to/whole || { cat done >> $to/done; sleep 0.2; touch $to/whole; }")
                .unwrap_err();
        let error = format!("{error:#}");
        assert!(error.contains(r#"it holds {"fixtures":2}, its source {"fixtures":1}"#), "{error}");
    }
}
