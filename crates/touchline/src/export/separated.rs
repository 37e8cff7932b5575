//! CSV and TSV: one row per line, quoted as RFC 4180 has it, which spreadsheets read. A missing value and an empty text both
//! leave a cell blank.

use anyhow::Result;
use csv::{ByteRecord, Terminator, Writer, WriterBuilder};
use store::{Column, Values};

use super::{
    Format, Sheet, Sink,
    cell::{Numbers, Shown},
};

/// Cells with something between them.
pub(super) struct Separated {
    code: &'static str,
    separator: u8,
}

pub(super) static COMMAS: Separated = Separated { code: "csv", separator: b',' };
pub(super) static TABS: Separated = Separated { code: "tsv", separator: b'\t' };

impl Format for Separated {
    fn code(&self) -> &'static str {
        self.code
    }

    fn begin(&self, columns: &[Column], numbers: Numbers, to: Sink) -> Result<Box<dyn Sheet>> {
        let terminator = Terminator::Any(b'\n');
        let mut writer =
            WriterBuilder::new().delimiter(self.separator).terminator(terminator).from_writer(to);
        writer.write_record(columns.iter().map(|column| column.name.as_str()))?;
        Ok(Box::new(Lines { writer, columns: Shown::of(columns, numbers), record: ByteRecord::new() }))
    }
}

struct Lines {
    writer: Writer<Sink>,
    columns: Vec<Shown>,
    record: ByteRecord,
}

impl Sheet for Lines {
    fn write(&mut self, rows: &[Values]) -> Result<()> {
        let mut text = String::new();
        for row in rows {
            self.record.clear();
            for (column, value) in self.columns.iter().zip(row) {
                text.clear();
                column.cell(value)?.append_to(&mut text);
                self.record.push_field(text.as_bytes());
            }
            self.writer.write_byte_record(&self.record)?;
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<()> {
        Ok(self.writer.flush()?)
    }
}
