//! What the operating system takes away from a process that writes a file.

use std::{
    path::Path,
    process::{Child, Command, Stdio},
};

use crate::{
    child::{CHILD, assert_whole, spawn},
    sample::{Engine, count, place_on},
};

/// The same, with files limited to some blocks and the signal of that limit ignored, so that writes fail as on a full disk.
fn spawn_limited(path: &Path, blocks: u32) -> Child {
    let program = std::env::current_exe().unwrap();
    let arguments = "--exact child::child --ignored --quiet";
    Command::new("sh")
        .arg("-c")
        .arg(format!("trap '' XFSZ; ulimit -f {blocks}; exec '{}' {arguments}", program.display()))
        .env(CHILD, format!("import|{}|1000|100", path.display()))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

#[tokio::test]
async fn a_process_that_cannot_write_on_leaves_whole_imports() {
    let place = place_on(Engine::Sqlite).await;
    assert!(!spawn_limited(&place.path(), 3000).wait().unwrap().success());
    let done = count(&place, "import").await;
    assert!((1..100).contains(&done), "{done} imports fit under the limit");
    assert_whole(&place).await;
    assert!(spawn(&place.at.address(), 1000, 100).wait().unwrap().success());
    assert_eq!(count(&place, "import").await, 100);
    assert_whole(&place).await;
}
