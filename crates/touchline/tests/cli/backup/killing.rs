//! Killed at any instant, a backup or a restoration leaves a whole database and no half backup, and the command run again
//! completes.

use std::{
    process::Stdio,
    thread,
    time::{Duration, Instant},
};

use super::ON_SERVER;
use crate::backup::Ground;

const KILLS: u32 = 5;

/// Starts a command and kills it after a part of the time that it takes. Whether it was still at it.
fn kill(ground: &Ground, arguments: &[&str], after: Duration) -> bool {
    let mut child =
        ground.command(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
    thread::sleep(after);
    let was_running = child.try_wait().expect("it can be asked").is_none();
    child.kill().expect("it is killed");
    child.wait().expect("it ends");
    was_running
}

fn instants(took: Duration) -> impl Iterator<Item = Duration> {
    (0..KILLS).map(move |n| took.mul_f64((f64::from(n) + 0.5) / f64::from(KILLS)))
}

#[test]
fn a_killed_backup_leaves_no_half_file() {
    let Some(ground) = Ground::with_matches(ON_SERVER) else { return };
    let started = Instant::now();
    ground.back_up();
    let took = started.elapsed();
    let mut n_killed = 0;
    for after in instants(took) {
        n_killed += u32::from(kill(&ground, &["backup", "run", "--keep-all"], after));
        let listed = ground.json(&["backup", "list"]);
        let states = listed.as_array().expect("a list").iter().map(|backup| &backup["state"]);
        assert!(states.into_iter().all(|state| state == "complete"), "{listed}");
        ground.assert_sound();
    }
    assert!(n_killed > 0, "every backup ended before it was killed");
    let before = ground.json(&["backup", "list"]).as_array().map(Vec::len).unwrap_or_default();
    ground.back_up();
    assert_eq!(ground.json(&["backup", "list"]).as_array().map(Vec::len), Some(before + 1));
    assert_eq!(ground.run(&["backup", "verify", "--all"]).code, 0);
    let names: Vec<_> = std::fs::read_dir(ground.folder.data().join("backups")).expect("a folder").collect();
    assert_eq!(names.len(), before + 2, "the backups and a lock: {names:?}");
}

#[test]
fn a_killed_restoration_leaves_the_old_or_the_new() {
    let Some(ground) = Ground::with_matches(ON_SERVER) else { return };
    let file = ground.back_up();
    let restore = ["backup", "restore", &file, "--force"];
    let started = Instant::now();
    ground.json(&restore);
    let took = started.elapsed();
    let mut n_killed = 0;
    for after in instants(took) {
        ground.import(2024, 1);
        n_killed += u32::from(kill(&ground, &restore, after));
        ground.assert_sound();
        let fixtures = ground.fixtures();
        assert!([100, 110].contains(&fixtures), "{fixtures}");
        ground.json(&restore);
        assert_eq!(ground.fixtures(), 100);
        ground.assert_sound();
    }
    assert!(n_killed > 0, "every restoration ended before it was killed");
    let left = std::fs::read_dir(ground.folder.data()).expect("a folder").filter(|entry| {
        let name = entry.as_ref().expect("an entry").file_name();
        name.to_string_lossy().contains("restor")
    });
    assert_eq!(left.count(), 0);
}
