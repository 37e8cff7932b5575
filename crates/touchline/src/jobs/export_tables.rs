//! Writes tables and joined relations to files, all of them in one state of the database. One task reads while a thread writes,
//! and nothing but a few batches lies between them.

use std::{collections::BTreeMap, path::PathBuf};

use anyhow::{Context as _, Result};
use indicatif::ProgressBar;
use serde::Serialize;
use store::{By, Column, Filter, Relation, Store, Values, View};
use tokio::sync::mpsc;

use super::closing_values::ClosingValues;
use crate::{
    exit::Stop,
    export::{Destination, Format, Numbers, Place},
    output::Output,
};

/// Batches that may wait to be written.
const WAITING: usize = 4;

/// What is to be written, and how.
pub(crate) struct Asked {
    /// Names of relations; all when empty.
    pub(crate) relations: Vec<String>,
    pub(crate) filter: Filter,
    pub(crate) format: &'static dyn Format,
    pub(crate) destination: Destination,
    pub(crate) numbers: Numbers,
}

/// What was written.
#[derive(Debug, Serialize)]
pub(crate) struct Exported {
    pub(crate) format: &'static str,
    pub(crate) rows: u64,
    pub(crate) tables: Vec<ExportedTable>,
    /// Tables that nothing says the age of, which `--as-of` leaves out.
    pub(crate) left_out: Vec<String>,
}

/// One table of it.
#[derive(Debug, Serialize)]
pub(crate) struct ExportedTable {
    pub(crate) table: String,
    pub(crate) rows: u64,
    /// None of what went to standard output.
    pub(crate) bytes: Option<u64>,
    pub(crate) file: Option<PathBuf>,
    /// What was asked for that does not tell the rows of this table apart, so that all of them were written.
    pub(crate) not_restricted_by: Vec<&'static str>,
}

/// Writes what is asked for.
pub(crate) async fn run(store: &Store, asked: &Asked, out: Output) -> Result<Exported> {
    check(store, &asked.filter).await?;
    let (relations, left_out) = chosen(store.relations().await?, asked)?;
    if relations.len() > 1 && !matches!(asked.destination, Destination::Folder(_)) {
        let why = format!("{} tables need a folder: write --out FOLDER/", relations.len());
        return Err(Stop::Usage(why).into());
    }
    let mut view = store.view().await?;
    let bar = out.progress(0, "exporting");
    if !bar.is_hidden() {
        let mut rows = 0;
        for relation in &relations {
            rows += view.count_rows(relation, &asked.filter).await?;
        }
        bar.set_length(rows);
    }
    let mut exported = Exported { format: asked.format.code(), rows: 0, tables: Vec::new(), left_out };
    for relation in &relations {
        let added = ClosingValues::beside(store, relation, &asked.filter).await?;
        let table = write(&mut view, relation, added.as_ref(), asked, &bar).await;
        let table = table.with_context(|| format!("{} was not exported", relation.name))?;
        tracing::info!(table = table.table, rows = table.rows, "exported");
        exported.rows += table.rows;
        exported.tables.push(table);
    }
    bar.finish_and_clear();
    Ok(exported)
}

/// A competition that is not stored is a slip of the pen, and an empty file would not say so.
async fn check(store: &Store, filter: &Filter) -> Result<()> {
    let stored = store.competitions().await?;
    match filter.competitions.iter().find(|id| !stored.iter().any(|known| known.id == **id)) {
        None => Ok(()),
        Some(unknown) => {
            let list: Vec<&str> = stored.iter().map(|known| known.id.as_str()).collect();
            Err(Stop::Usage(format!("no match of {unknown} is stored; there is {}", list.join(", "))).into())
        }
    }
}

/// The relations that are asked for; all when none is named, and then the names of those that `--as-of` leaves out.
fn chosen(all: Vec<Relation>, asked: &Asked) -> Result<(Vec<Relation>, Vec<String>)> {
    let left_out = |relation: &Relation| asked.filter.known_before.is_some() && relation.has_no_moment();
    if asked.relations.is_empty() {
        let (left_out, chosen): (Vec<_>, Vec<_>) = all.into_iter().partition(left_out);
        return Ok((chosen, left_out.into_iter().map(|relation| relation.name).collect()));
    }
    let chosen = named(all, &asked.relations)?;
    match chosen.iter().find(|relation| left_out(relation)) {
        None => Ok((chosen, Vec::new())),
        Some(Relation { name, .. }) => {
            let why = format!("nothing says when a row of {name} became known: leave out --as-of, or {name}");
            Err(Stop::Usage(why).into())
        }
    }
}

/// The relations of these names, each once and in the order of the names.
fn named(all: Vec<Relation>, names: &[String]) -> Result<Vec<Relation>> {
    let known: Vec<String> = all.iter().map(|relation| relation.name.clone()).collect();
    let mut by_name: BTreeMap<String, Relation> =
        all.into_iter().map(|relation| (relation.name.clone(), relation)).collect();
    let mut chosen = Vec::new();
    for name in names {
        match by_name.remove(name) {
            Some(relation) => chosen.push(relation),
            None if known.contains(name) => {}
            None => {
                let there_is = known.join(", ");
                return Err(Stop::Usage(format!("there is no table {name:?}; there is {there_is}")).into());
            }
        }
    }
    Ok(chosen)
}

/// What passes from the task that reads to the thread that writes.
enum Passed {
    Rows(Vec<Values>),
    /// All rows are there. Without it the file is given up.
    End,
}

async fn write(
    view: &mut View,
    relation: &Relation,
    added: Option<&ClosingValues>,
    asked: &Asked,
    bar: &ProgressBar,
) -> Result<ExportedTable> {
    let place = asked.destination.place(&relation.name, asked.format.ending());
    let mut columns = relation.columns.clone();
    columns.extend(added.map(|_| ClosingValues::columns()).unwrap_or_default());
    let (sender, receiver) = mpsc::channel(WAITING);
    let (format, numbers, to) = (asked.format, asked.numbers, place.clone());
    let writing = tokio::task::spawn_blocking(move || drain(receiver, &columns, format, numbers, &to));
    let read = send_rows(view, relation, added, asked, bar, sender).await;
    // A writer that failed closed the channel and says why itself.
    let bytes = writing.await??;
    let rows = read?;
    let not_restricted_by = asked.filter.by().filter(|by| !relation.is_told_apart(*by)).map(word).collect();
    let file = match place {
        Place::File(path) => Some(path),
        Place::Stdout => None,
    };
    Ok(ExportedTable { table: relation.name.clone(), rows, bytes, file, not_restricted_by })
}

/// Reads the rows of a relation into the channel, and says how many they are.
async fn send_rows(
    view: &mut View,
    relation: &Relation,
    added: Option<&ClosingValues>,
    asked: &Asked,
    bar: &ProgressBar,
    sender: mpsc::Sender<Passed>,
) -> Result<u64> {
    let mut rows = view.rows(relation, &asked.filter);
    let mut sum = 0;
    loop {
        let mut batch = rows.next_batch().await?;
        if batch.is_empty() {
            break;
        }
        if let Some(added) = added {
            for row in &mut batch {
                added.add_to(row);
            }
        }
        let length = batch.len() as u64;
        if sender.send(Passed::Rows(batch)).await.is_err() {
            return Ok(sum);
        }
        sum += length;
        bar.inc(length);
        // SQLite may always have the next row ready; Ctrl-C is to be heard between batches.
        tokio::task::yield_now().await;
    }
    // As above: nobody listens to a writer that failed.
    let _ = sender.send(Passed::End).await;
    Ok(sum)
}

/// Writes what comes through the channel and says how long the file is.
fn drain(
    mut receiver: mpsc::Receiver<Passed>,
    columns: &[Column],
    format: &dyn Format,
    numbers: Numbers,
    place: &Place,
) -> Result<Option<u64>> {
    let (sink, unfinished) = place.open()?;
    let written = (|| {
        let mut sheet = format.begin(columns, numbers, sink)?;
        while let Some(passed) = receiver.blocking_recv() {
            match passed {
                Passed::Rows(rows) => sheet.write(&rows)?,
                Passed::End => return sheet.finish().map(|()| true),
            }
        }
        Ok(false)
    })();
    match written {
        Ok(true) => unfinished.finish(),
        // The reader gave up and says why itself.
        Ok(false) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The option that asks for it.
pub(crate) fn word(by: By) -> &'static str {
    match by {
        By::Competition => "competition",
        By::Season => "season",
        By::Moment => "as_of",
    }
}

/// What can be exported.
#[derive(Debug, Serialize)]
pub(crate) struct Listed {
    pub(crate) table: String,
    pub(crate) columns: usize,
    /// What its rows can be restricted by.
    pub(crate) restricted_by: Vec<&'static str>,
    /// What `--as-of` looks at; none of what it writes whole or leaves out.
    pub(crate) moment: Option<String>,
    /// Whether `--as-of` leaves it out.
    pub(crate) has_no_moment: bool,
    /// What a joined relation is for.
    pub(crate) about: Option<&'static str>,
}

/// Everything that can be exported.
pub(crate) async fn list(store: &Store) -> Result<Vec<Listed>> {
    let all = [By::Competition, By::Season, By::Moment];
    let listed = |relation: &Relation| Listed {
        table: relation.name.clone(),
        columns: relation.columns.len() + ClosingValues::added_to(relation),
        restricted_by: all.into_iter().filter(|by| relation.is_told_apart(*by)).map(word).collect(),
        moment: relation.moment(),
        has_no_moment: relation.has_no_moment(),
        about: relation.about(),
    };
    Ok(store.relations().await?.iter().map(listed).collect())
}
