//! JSON Lines: one object per row, every column in it, null where a value is missing.

use std::io::{BufWriter, Write as _};

use anyhow::Result;
use serde::{Serialize, Serializer, ser::SerializeMap as _};
use store::{Column, Values};

use super::{
    Format, Sheet, Sink,
    cell::{Cell, Numbers, Shown},
};

pub(super) struct JsonLines;

impl Format for JsonLines {
    fn code(&self) -> &'static str {
        "jsonl"
    }

    fn begin(&self, columns: &[Column], numbers: Numbers, to: Sink) -> Result<Box<dyn Sheet>> {
        Ok(Box::new(Lines { writer: BufWriter::new(to), columns: Shown::of(columns, numbers) }))
    }
}

struct Lines {
    writer: BufWriter<Sink>,
    columns: Vec<Shown>,
}

impl Sheet for Lines {
    fn write(&mut self, rows: &[Values]) -> Result<()> {
        for row in rows {
            let cells = self.columns.iter().zip(row).map(|(column, value)| column.cell(value));
            let cells: Vec<Cell<'_>> = cells.collect::<Result<_>>()?;
            serde_json::to_writer(&mut self.writer, &Object { columns: &self.columns, cells: &cells })?;
            self.writer.write_all(b"\n")?;
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<()> {
        Ok(self.writer.flush()?)
    }
}

struct Object<'r> {
    columns: &'r [Shown],
    cells: &'r [Cell<'r>],
}

impl Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.columns.len()))?;
        let mut text = String::new();
        for (column, cell) in self.columns.iter().zip(self.cells) {
            match cell {
                Cell::Missing => map.serialize_entry(&column.name, &None::<()>)?,
                Cell::Integer(n) => map.serialize_entry(&column.name, n)?,
                Cell::Real(x) => map.serialize_entry(&column.name, x)?,
                Cell::Text(content) => map.serialize_entry(&column.name, content)?,
                Cell::At(_) | Cell::On(_) | Cell::Bytes(_) => {
                    text.clear();
                    cell.append_to(&mut text);
                    map.serialize_entry(&column.name, &text)?;
                }
            }
        }
        map.end()
    }
}
