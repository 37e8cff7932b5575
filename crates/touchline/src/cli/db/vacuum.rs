//! `touchline db vacuum`

use anyhow::Result;
use serde::Serialize;

use super::megabytes;
use crate::app::App;

#[derive(Debug, Serialize)]
struct Vacuumed {
    bytes_before: u64,
    bytes_after: u64,
}

pub(super) async fn run(app: &App) -> Result<()> {
    let store = app.existing_store().await?;
    let bytes_before = store.status().await?.database_bytes;
    store.vacuum(&mut |step| app.out.say(format_args!("{step} ..."))).await?;
    let bytes_after = store.status().await?.database_bytes;
    store.close().await;
    app.out.answer(&Vacuumed { bytes_before, bytes_after }, || {
        println!("{} MB became {} MB", megabytes(bytes_before), megabytes(bytes_after));
    })
}
