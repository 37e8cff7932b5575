//! Reads a backup, believing nothing: every byte is hashed, every row decoded, and what is wrong is named by part and rows.

use std::{
    fmt::Display,
    fs::File,
    io::{self, BufReader, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
};

use sha2::{Digest as _, Sha256};
use store::{Blocks, Checksum};

use super::{
    BLOCK, MANIFEST, TAIL, hex,
    manifest::{FORMAT, FilePart, Manifest, Part, TablePart},
    refusal::Refusal,
    tail,
};

/// Larger than any manifest; a damaged length must not fill the memory.
const MAX_MANIFEST: u64 = 64 << 20;

/// A backup that was read from its first byte to its last, and is what was written.
#[derive(Debug)]
pub(crate) struct Verified {
    pub(crate) path: PathBuf,
    pub(crate) bytes: u64,
    pub(crate) manifest: Manifest,
    /// Where its parts begin, in the order of [`Manifest::parts`].
    starts: Vec<u64>,
}

impl Verified {
    /// The bytes of the n-th part.
    fn part(&self, n: usize, part: &Part) -> io::Result<impl Read + use<>> {
        let mut file = File::open(&self.path)?;
        file.seek(SeekFrom::Start(self.starts[n]))?;
        Ok(BufReader::new(file).take(part.bytes))
    }

    /// The tables with their rows.
    pub(crate) fn tables(&self) -> impl Iterator<Item = (&TablePart, io::Result<impl Read>)> {
        self.manifest.tables.iter().enumerate().map(|(n, table)| (table, self.part(n, &table.part)))
    }

    /// The files with their content.
    pub(crate) fn files(&self) -> impl Iterator<Item = (&FilePart, io::Result<Vec<u8>>)> {
        let tables = self.manifest.tables.len();
        self.manifest.files.iter().enumerate().map(move |(n, file)| {
            let mut content = Vec::new();
            let read = self.part(tables + n, &file.part).and_then(|mut part| part.read_to_end(&mut content));
            (file, read.map(|_| content))
        })
    }
}

/// What is wrong with which part.
struct Fault {
    part: String,
    detail: String,
    /// A form of backup that is not known here.
    form: Option<u32>,
}

impl Fault {
    fn new(part: impl Into<String>, detail: impl Display) -> Self {
        Self { part: part.into(), detail: detail.to_string(), form: None }
    }

    fn of(self, file: &Path) -> Refusal {
        let file = file.to_owned();
        match self.form {
            Some(found) => Refusal::Form { file, found, known: FORMAT },
            None => Refusal::Damaged { file, part: self.part, detail: self.detail },
        }
    }
}

/// Reads all of a backup; `progress` hears of bytes as they are read.
pub(crate) fn verify(path: &Path, progress: &mut dyn FnMut(u64)) -> Result<Verified, Refusal> {
    let unreadable = |source| Refusal::Unreadable { file: path.to_owned(), source };
    let (mut hashing, bytes) = Hashing::open(path, progress).map_err(unreadable)?;
    let walked = walk(&mut hashing);
    let is_whole = match hashing.finish().map_err(unreadable)? {
        End::Fits => true,
        End::Differs => false,
        End::Missing => {
            let fault = walked.err().unwrap_or_else(|| Fault::new("its end", "it is missing"));
            let detail = format!("{}; {CUT}", fault.detail);
            return Err(Fault { detail, form: None, ..fault }.of(path));
        }
    };
    match walked {
        Ok((manifest, starts)) if is_whole => Ok(Verified { path: path.to_owned(), bytes, manifest, starts }),
        Ok(_) => {
            let detail = "its bytes do not match the hash that the file ends with";
            Err(Fault::new("what is between its parts", detail).of(path))
        }
        Err(fault) if is_whole => Err(fault.of(path)),
        // What a damaged manifest says of its form is worth nothing.
        Err(fault) => Err(Fault { form: None, ..fault }.of(path)),
    }
}

const CUT: &str = "the file does not end as a backup does, so it was cut short or added to";

/// Whether every byte is what was written, without a look at what it means.
pub(crate) fn is_whole(path: &Path) -> io::Result<bool> {
    Ok(Hashing::open(path, &mut |_| ())?.0.finish()? == End::Fits)
}

/// The manifest of a backup that ends as one should. Quick: a flipped bit in between is not noticed.
pub(crate) fn glance(path: &Path) -> Result<Manifest, Refusal> {
    let unreadable = |source| Refusal::Unreadable { file: path.to_owned(), source };
    let mut file = File::open(path).map_err(unreadable)?;
    let bytes = file.metadata().map_err(unreadable)?.len();
    let mut end = Vec::new();
    file.seek(SeekFrom::Start(bytes.saturating_sub(TAIL))).map_err(unreadable)?;
    file.read_to_end(&mut end).map_err(unreadable)?;
    if !is_tail(&end) {
        return Err(Fault::new("its end", CUT).of(path));
    }
    file.rewind().map_err(unreadable)?;
    let mut archive = tar::Archive::new(BufReader::new(file));
    let first = archive.entries().map_err(unreadable)?.next();
    read_manifest(first).map_err(|fault| fault.of(path))
}

/// Whether these bytes end a backup, with whatever hash.
fn is_tail(end: &[u8]) -> bool {
    let hash = end.get(BLOCK.len()..BLOCK.len() + 64).and_then(|hash| str::from_utf8(hash).ok());
    hash.is_some_and(|hash| tail(hash) == end)
}

/// Follows the parts as the manifest lists them.
fn walk(from: &mut Hashing) -> Result<(Manifest, Vec<u64>), Fault> {
    let mut archive = tar::Archive::new(from);
    let mut entries = archive.entries().map_err(|e| Fault::new(MANIFEST, e))?;
    let manifest = read_manifest(entries.next())?;
    let mut starts = Vec::new();
    let mut next = |part: &Part| {
        let entry =
            entries.next().ok_or_else(|| Fault::new(&part.name, "it is missing: the file ends before it"))?;
        let entry = entry.map_err(|e| Fault::new(&part.name, e))?;
        if entry.path_bytes() != part.name.as_bytes() || entry.size() != part.bytes {
            return Err(Fault::new(&part.name, "another part stands in its place, or one of another length"));
        }
        starts.push(entry.raw_file_position());
        Ok(Counted { from: entry, bytes: 0, hash: Sha256::new() })
    };
    for table in &manifest.tables {
        read_table(table, next(&table.part)?)?;
    }
    for file in &manifest.files {
        let mut content = next(&file.part)?;
        io::copy(&mut content, &mut io::sink()).map_err(|e| Fault::new(&file.part.name, e))?;
        content.check(&file.part)?;
    }
    if entries.next().is_some() {
        return Err(Fault::new("its end", "something follows that the manifest does not name"));
    }
    Ok((manifest, starts))
}

fn read_manifest(entry: Option<io::Result<tar::Entry<'_, impl Read>>>) -> Result<Manifest, Fault> {
    #[derive(serde::Deserialize)]
    struct Form {
        format: u32,
    }
    let wrong = |detail: String| Fault::new(MANIFEST, detail);
    let entry = entry.ok_or_else(|| wrong("the file is empty".into()))?.map_err(|e| wrong(e.to_string()))?;
    if entry.path_bytes() != MANIFEST.as_bytes() {
        return Err(wrong("it does not come first: this is no backup".into()));
    }
    let size = entry.size();
    let mut text = Vec::new();
    entry.take(MAX_MANIFEST).read_to_end(&mut text).map_err(|e| wrong(e.to_string()))?;
    if text.len() as u64 != size {
        return Err(wrong("the file ends within it".into()));
    }
    let form: Form = serde_json::from_slice(&text).map_err(|e| wrong(e.to_string()))?;
    if form.format != FORMAT {
        return Err(Fault { form: Some(form.format), ..wrong(format!("form {}", form.format)) });
    }
    serde_json::from_slice(&text).map_err(|e| wrong(e.to_string()))
}

fn read_table<R: Read>(expected: &TablePart, mut content: Counted<R>) -> Result<(), Fault> {
    let name = &expected.part.name;
    let mut checksum = Checksum::default();
    let mut blocks = Blocks::new(&expected.table, &mut content);
    while let Some(rows) = blocks.next_rows().map_err(|e| Fault::new(name, e))? {
        for row in &rows {
            checksum.add(row);
        }
    }
    content.check(&expected.part)?;
    if (checksum.rows(), checksum.digest()) != (expected.rows, expected.checksum.clone()) {
        let detail =
            format!("its {} rows are not the {} that the manifest describes", checksum.rows(), expected.rows);
        return Err(Fault::new(name, detail));
    }
    Ok(())
}

/// A part as it is read.
struct Counted<R> {
    from: R,
    bytes: u64,
    hash: Sha256,
}

impl<R> Counted<R> {
    /// Whether it was what the manifest says.
    fn check(self, expected: &Part) -> Result<(), Fault> {
        if self.bytes != expected.bytes {
            let detail = format!("the file ends after {} of its {} bytes", self.bytes, expected.bytes);
            return Err(Fault::new(&expected.name, detail));
        }
        if hex(&self.hash.finalize()) != expected.sha256 {
            return Err(Fault::new(&expected.name, "its bytes do not match their hash"));
        }
        Ok(())
    }
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.from.read(buffer)?;
        self.bytes += n as u64;
        self.hash.update(&buffer[..n]);
        Ok(n)
    }
}

/// A backup without its last entry, hashed as it is read.
struct Hashing<'p> {
    from: io::Take<BufReader<File>>,
    hash: Sha256,
    progress: &'p mut dyn FnMut(u64),
}

impl<'p> Hashing<'p> {
    fn open(path: &Path, progress: &'p mut dyn FnMut(u64)) -> io::Result<(Self, u64)> {
        let file = File::open(path)?;
        let bytes = file.metadata()?.len();
        let from = BufReader::with_capacity(1 << 18, file).take(bytes.saturating_sub(TAIL));
        Ok((Self { from, hash: Sha256::new(), progress }, bytes))
    }

    /// Reads what is left, and compares all of it with the last entry.
    fn finish(mut self) -> io::Result<End> {
        io::copy(&mut self, &mut io::sink())?;
        let mut end = Vec::new();
        self.from.into_inner().read_to_end(&mut end)?;
        let fits = end == tail(&hex(&self.hash.finalize()));
        Ok(match (fits, is_tail(&end)) {
            (true, _) => End::Fits,
            (false, true) => End::Differs,
            (false, false) => End::Missing,
        })
    }
}

/// What the last entry says of everything before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Fits,
    Differs,
    /// There is none.
    Missing,
}

impl Read for Hashing<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.from.read(buffer)?;
        self.hash.update(&buffer[..n]);
        (self.progress)(n as u64);
        Ok(n)
    }
}

/// A backup with the hash that fits its other bytes.
#[cfg(test)]
pub(crate) fn sealed(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.truncate(bytes.len() - TAIL as usize);
    let end = tail(&hex(&Sha256::digest(&bytes)));
    [bytes, end].concat()
}
