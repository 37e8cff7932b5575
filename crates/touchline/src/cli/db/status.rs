//! `touchline db status` and `touchline db stats`

use anyhow::Result;
use store::{DatabaseStatus, Schema, TableSize, Vitals};

use super::{existing, megabytes};
use crate::{app::App, output::table};

pub(super) async fn run(app: &App) -> Result<()> {
    let status = store::database_status(&existing(app)?).await?;
    app.out.answer(&status, || {
        print_head(&status);
        let tables = status.tables.iter().filter(|size| size.rows > 0);
        let rows = tables
            .map(|size| [size.table.clone(), rows(size), megabytes(size.bytes), megabytes(size.index_bytes)]);
        println!("{}", table(["table", "rows", "MB", "MB of indexes"], rows));
        print_partitions(&status);
        let empty = status.tables.iter().filter(|size| size.rows == 0).count();
        println!("{empty} more tables are empty");
    })
}

pub(super) async fn stats(app: &App) -> Result<()> {
    let status = store::database_status(&existing(app)?).await?;
    app.out.answer(&status, || {
        print_head(&status);
        let mut lines = Vec::new();
        for size in &status.tables {
            let dead = size.dead_rows.map_or_else(String::new, |rows| rows.to_string());
            lines.push([size.table.clone(), rows(size), dead, megabytes(size.bytes)]);
            let indexes = size.indexes.iter();
            lines.extend(indexes.map(|index| {
                [format!("  {}", index.index), String::new(), String::new(), megabytes(index.bytes)]
            }));
        }
        println!("{}", table(["table, index", "rows", "dead rows", "MB"], lines));
        print_partitions(&status);
        print_vitals(&status);
    })
}

fn rows(size: &TableSize) -> String {
    if size.is_estimate { format!("about {}", size.rows) } else { size.rows.to_string() }
}

fn print_head(status: &DatabaseStatus) {
    let Vitals { engine, engine_version, timescale_version, connections, max_connections, .. } =
        &status.vitals;
    let timescale = timescale_version.as_ref().map_or_else(String::new, |v| format!(", TimescaleDB {v}"));
    println!("{}: {engine} {engine_version}{timescale}", status.place);
    println!("{}", schema(&status.schema));
    if let Some(begun_at) = status.unfinished_copy {
        println!(
            "a copy that was begun at {begun_at} and is not finished: run the same `touchline db copy` again"
        );
    }
    let wal = status.vitals.wal_bytes;
    let wal = wal.map_or_else(String::new, |bytes| format!(", {} MB of write-ahead log", megabytes(bytes)));
    println!("{} MB{wal}", megabytes(status.vitals.bytes));
    if let (Some(open), Some(max)) = (connections, max_connections) {
        println!("{open} connections to this database are open, {max} at the most to the server");
    }
}

fn schema(schema: &Schema) -> String {
    let Schema { found, known, pending } = schema;
    match found {
        None => "an empty database: `touchline db migrate` makes the tables".into(),
        Some(found) if found > known => format!("schema {found}, newer than {known}: upgrade Touchline"),
        Some(found) if pending.is_empty() => format!("schema {found}, the newest"),
        Some(found) => {
            let names: Vec<String> = pending.iter().map(|m| format!("{} {}", m.version, m.name)).collect();
            format!("schema {found}, {known} is the newest: `touchline db migrate` runs {}", names.join(", "))
        }
    }
}

fn print_partitions(status: &DatabaseStatus) {
    if !status.partitions.is_empty() {
        let parts = status.partitions.iter();
        let parts = parts.map(|part| [part.partition.clone(), part.table.clone(), megabytes(part.bytes)]);
        println!("{}", table(["partition", "of", "MB"], parts));
    }
}

fn print_vitals(status: &DatabaseStatus) {
    if let Some(bytes) = status.bytes_per_quote {
        println!("{bytes:.1} bytes a price, everything included");
    }
    if let Some(ratio) = status.vitals.cache_hit_ratio {
        println!("{:.2} % of blocks were in memory when they were wanted", 100.0 * ratio);
    }
    if let Some(pages) = status.vitals.pages {
        println!("{} pages of {} bytes, {} of them free", pages.count, pages.page_bytes, pages.free);
    }
}
