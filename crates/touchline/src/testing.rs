//! What tests of jobs work with.

use std::sync::Arc;

use jiff::Timestamp;

use crate::{app::App, clock::HandClock, output::Output};

/// Everything a command is given, on a data folder of its own.
pub(crate) fn app() -> (tempfile::TempDir, App) {
    let folder = tempfile::tempdir().unwrap();
    let app = App::new(folder.path().to_owned(), None, None, Output { json: true }).unwrap();
    (folder, app)
}

/// Sets its clock.
pub(crate) fn at(app: &mut App, now: Timestamp) {
    app.clock = Arc::new(HandClock::at(&now.to_string()));
}
