//! Delimited text, one row per line.
//!
//! Each line stands for itself: a stray quotation mark costs its own line and not the rest of the file, and line numbers are
//! those an editor shows. Fields that contain line breaks are therefore not supported; no feed of matches has them.

use std::borrow::Cow;

use domain::{Loss, Reason, Rejection};

const SHOWN_CHARS: usize = 60;

/// Column names, as the file writes them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Header {
    names: Vec<String>,
    delimiter: char,
}

impl Header {
    /// Position of the first column of that name.
    pub(crate) fn find(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|n| n == name)
    }

    /// Position of the `n`th column of that name, counted from 1.
    pub(crate) fn find_nth(&self, name: &str, n: usize) -> Option<usize> {
        self.names.iter().enumerate().filter(|(_, c)| *c == name).nth(n.checked_sub(1)?).map(|(i, _)| i)
    }

    /// Position of a column the format cannot do without.
    pub(crate) fn require(&self, name: &str) -> Result<usize, Rejection> {
        self.find(name).ok_or_else(|| self.missing(name))
    }

    /// The file-wide rejection for a missing column. A header that is one long cell is the mark of another delimiter, and
    /// saying so helps more than naming the first column that is not there.
    pub(crate) fn missing(&self, name: &str) -> Rejection {
        if let Some(other) = self.other_delimiter() {
            let value = format!("delimited by {other:?}, expected {:?}", self.delimiter);
            return Rejection { row: 1, field: None, value, reason: Reason::NotThisFormat, loss: Loss::File };
        }
        Rejection {
            row: 1,
            field: Some(name.to_owned()),
            value: shortened(&self.names.join(&self.delimiter.to_string())),
            reason: Reason::MissingColumn,
            loss: Loss::File,
        }
    }

    fn other_delimiter(&self) -> Option<char> {
        let [only] = self.names.as_slice() else { return None };
        [',', ';', '\t', '|'].into_iter().find(|d| *d != self.delimiter && only.contains(*d))
    }

    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }
}

/// The lines of a table below its header.
#[derive(Debug)]
pub(crate) struct Rows<'t> {
    rest: &'t str,
    line: u32,
    delimiter: char,
}

/// One line, split.
#[derive(Debug)]
pub(crate) struct Row<'r> {
    /// Line of the file, counted from 1 with the header.
    pub(crate) line: u32,
    is_cut: bool,
    header: &'r Header,
    cells: &'r [Cow<'r, str>],
}

/// Splits a text into header and rows.
///
/// # Errors
/// A file-wide rejection when there is no table to read: nothing, a web page, a header cut off.
pub(crate) fn open(text: &str, delimiter: char) -> Result<(Header, Rows<'_>), Rejection> {
    let refused = |row, value: &str, reason| {
        Err(Rejection { row, field: None, value: shortened(value), reason, loss: Loss::File })
    };
    if text.trim().is_empty() {
        return refused(0, "the file is empty", Reason::NotThisFormat);
    }
    if text.trim_start().starts_with('<') || text.contains('\0') {
        return refused(1, text.trim_start(), Reason::NotThisFormat);
    }
    let mut rows = Rows { rest: text, line: 0, delimiter };
    let Some(first) = rows.next_filled_line() else {
        return refused(0, "the file has no header", Reason::NotThisFormat);
    };
    let mut cells = Vec::new();
    if !first.terminated || split(first.text, delimiter, &mut cells).is_err() {
        return refused(first.number, first.text, Reason::TruncatedRow);
    }
    let names = cells.iter().map(|c| c.trim().to_owned()).collect();
    Ok((Header { names, delimiter }, rows))
}

/// What stands between the cells of a table that may have either: tabs where its header has more of them than commas.
pub(crate) fn comma_or_tab(text: &str) -> char {
    let header = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let count = |delimiter: char| header.matches(delimiter).count();
    if count('\t') > count(',') { '\t' } else { ',' }
}

/// Reads every row by `read`, which returns a record, nothing (a row to be passed over) or the rejection of the row; it may
/// add rejections of single fields. They are dropped when the row is lost anyway.
pub(crate) fn read_rows<'t, R>(
    header: &Header,
    mut rows: Rows<'t>,
    rejections: &mut Vec<Rejection>,
    mut read: impl FnMut(&Row<'_>, &mut Vec<Rejection>) -> Result<Option<R>, Rejection>,
) -> Vec<R> {
    let mut records = Vec::new();
    let mut cells: Vec<Cow<'t, str>> = Vec::with_capacity(header.names.len());
    while let Some(line) = rows.next_filled_line() {
        let kept = rejections.len();
        let result = split_row(header, &line, rows.delimiter, &mut cells, rejections).and_then(|()| {
            let row = Row { line: line.number, is_cut: !line.terminated, header, cells: &cells };
            read(&row, rejections)
        });
        match result {
            Ok(Some(record)) => records.push(record),
            Ok(None) => {}
            Err(rejection) => {
                rejections.truncate(kept);
                rejections.push(rejection);
            }
        }
    }
    records
}

/// Splits a line and refuses what a cut-off file leaves behind. A last line without line end that has every cell may still
/// have lost digits of the last one ("12" cut to "1"), so that cell is dropped.
fn split_row<'t>(
    header: &Header,
    line: &Line<'t>,
    delimiter: char,
    cells: &mut Vec<Cow<'t, str>>,
    rejections: &mut Vec<Rejection>,
) -> Result<(), Rejection> {
    let truncated = |loss, field, value: &str| Rejection {
        row: line.number,
        field,
        value: shortened(value),
        reason: Reason::TruncatedRow,
        loss,
    };
    if split(line.text, delimiter, cells).is_err() || !line.terminated && cells.len() < header.names.len() {
        return Err(truncated(Loss::Row, None, line.text));
    }
    if !line.terminated
        && let Some(last) = cells.last_mut()
    {
        rejections.push(truncated(Loss::Field, header.names.last().cloned(), last));
        *last = Cow::Borrowed("");
    }
    Ok(())
}

struct Line<'t> {
    number: u32,
    text: &'t str,
    terminated: bool,
}

impl<'t> Rows<'t> {
    /// The next line that holds more than delimiters.
    fn next_filled_line(&mut self) -> Option<Line<'t>> {
        while !self.rest.is_empty() {
            let end = self.rest.find('\n').unwrap_or(self.rest.len());
            let (text, rest) = self.rest.split_at(end);
            self.line += 1;
            self.rest = rest.get(1..).unwrap_or_default();
            let terminated = !rest.is_empty() || text.ends_with('\r');
            if text.chars().any(|c| c != self.delimiter && !c.is_whitespace() && c != '"') {
                return Some(Line { number: self.line, text: text.trim_end_matches('\r'), terminated });
            }
        }
        None
    }
}

/// A quotation mark that is opened and never closed.
struct OpenQuote;

fn split<'t>(line: &'t str, delimiter: char, cells: &mut Vec<Cow<'t, str>>) -> Result<(), OpenQuote> {
    cells.clear();
    if !line.contains('"') {
        cells.extend(line.split(delimiter).map(Cow::Borrowed));
        return Ok(());
    }
    if line.bytes().filter(|b| *b == b'"').count() % 2 == 1 {
        return Err(OpenQuote);
    }
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .delimiter(delimiter as u8)
        .buffer_capacity(1024)
        .from_reader(line.as_bytes());
    let mut record = csv::StringRecord::new();
    reader.read_record(&mut record).map_err(|_| OpenQuote)?;
    cells.extend(record.iter().map(|cell| Cow::Owned(cell.to_owned())));
    Ok(())
}

impl Row<'_> {
    /// A cell without surrounding blanks; empty where the row is short, as rows of old files are.
    pub(crate) fn cell(&self, column: usize) -> &str {
        self.cells.get(column).map_or("", |c| c.trim())
    }

    /// A cell of a column the file may not have.
    pub(crate) fn optional(&self, column: Option<usize>) -> &str {
        column.map_or("", |c| self.cell(c))
    }

    /// A column the file may not have, where it has it and the cell is not blank.
    pub(crate) fn given(&self, column: Option<usize>) -> Option<usize> {
        column.filter(|column| !self.cell(*column).is_empty())
    }

    /// The text of a cell that may be blank, of a column the file may not have.
    pub(crate) fn text(&self, column: Option<usize>) -> Option<String> {
        Some(self.cell(self.given(column)?).to_owned())
    }

    /// A cell that must be filled.
    pub(crate) fn filled(&self, column: usize) -> Result<&str, Rejection> {
        match self.cell(column) {
            "" => Err(self.lost(column, Reason::MissingValue)),
            cell => Ok(cell),
        }
    }

    /// Whether its line has no end, so that its last cell may have lost something and counts as blank.
    pub(crate) fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// The rejection of this whole row because its last cell may have lost something.
    pub(crate) fn cut_off(&self) -> Rejection {
        self.rejection(self.header.names.len().saturating_sub(1), Reason::TruncatedRow, Loss::Row)
    }

    /// The rejection of this whole row for what stands in `column`.
    pub(crate) fn lost(&self, column: usize, reason: Reason) -> Rejection {
        self.rejection(column, reason, Loss::Row)
    }

    /// The rejection of one cell.
    pub(crate) fn field(&self, column: usize, reason: Reason) -> Rejection {
        self.rejection(column, reason, Loss::Field)
    }

    fn rejection(&self, column: usize, reason: Reason, loss: Loss) -> Rejection {
        Rejection {
            row: self.line,
            field: self.header.names.get(column).cloned(),
            value: shortened(self.cell(column)),
            reason,
            loss,
        }
    }
}

/// The beginning of a value, for messages.
pub(crate) fn shortened(value: &str) -> String {
    match value.char_indices().nth(SHOWN_CHARS) {
        Some((end, _)) => format!("{}…", &value[..end]),
        None => value.to_owned(),
    }
}
