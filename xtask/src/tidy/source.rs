//! The tracked text files of the repository, Rust files parsed.

use std::{collections::BTreeMap, fmt, fs, process::Command};

use anyhow::Result;
use proc_macro2::{LexError, Span, TokenStream, TokenTree};

use super::Finding;
use crate::{process, tree};

/// A parsed Rust file.
pub(super) struct RustFile {
    pub(super) path: String,
    pub(super) n_lines: usize,
    pub(super) syntax: syn::File,
    pub(super) tokens: TokenStream,
}

/// Text files by path from the workspace's root, with `/` between directories.
pub(super) struct Sources {
    pub(super) texts: BTreeMap<String, String>,
    pub(super) rust: Vec<RustFile>,
    /// Files that are not Rust though they should be.
    pub(super) unreadable: Vec<Finding>,
}

impl Sources {
    /// What git tracks or would add, as it is on disk.
    pub(super) fn of_repository() -> Result<Self> {
        let root = tree::root();
        let listing = process::text(Command::new("git").current_dir(&root).args([
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ]))?;
        let mut texts = BTreeMap::new();
        for path in listing.split_terminator('\0') {
            // Deleted files are still listed, and binary files have no text.
            if let Ok(text) = fs::read(root.join(path)).map(String::from_utf8)
                && let Ok(text) = text
            {
                texts.insert(path.to_owned(), text);
            }
        }
        Ok(Self::new(texts))
    }

    fn new(texts: BTreeMap<String, String>) -> Self {
        let mut sources = Self { texts, rust: Vec::new(), unreadable: Vec::new() };
        let (mut rust, mut unreadable) = (Vec::new(), Vec::new());
        for (path, text) in sources.with_ending("rs") {
            match parse(path, text) {
                Ok(file) => rust.push(file),
                Err(finding) => unreadable.push(finding),
            }
        }
        (sources.rust, sources.unreadable) = (rust, unreadable);
        sources
    }

    /// Files whose name ends in a dot and `ending`.
    pub(super) fn with_ending<'a>(
        &'a self,
        ending: &'a str,
    ) -> impl Iterator<Item = (&'a String, &'a String)> {
        self.texts
            .iter()
            .filter(move |(path, _)| path.rsplit_once('.').is_some_and(|(_, found)| found == ending))
    }

    /// The Rust file of that path.
    pub(super) fn rust_file(&self, path: &str) -> Option<&RustFile> {
        self.rust.iter().find(|file| file.path == path)
    }

    /// Paths below a directory, relative to it.
    pub(super) fn below<'a>(&'a self, directory: &'a str) -> impl Iterator<Item = &'a str> {
        let paths = self.texts.keys();
        paths.filter_map(move |path| path.strip_prefix(directory)?.strip_prefix('/'))
    }

    /// A tree made up for a test.
    #[cfg(test)]
    pub(super) fn of(files: &[(&str, &str)]) -> Self {
        let texts = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned()));
        Self::new(texts.collect())
    }
}

fn parse(path: &str, text: &str) -> Result<RustFile, Finding> {
    let not_rust = |span: Span, error: &dyn fmt::Display| {
        Finding::new(path, span.start().line, format!("not Rust: {error}"))
    };
    let tokens: TokenStream = text.parse().map_err(|error: LexError| not_rust(error.span(), &error))?;
    let syntax = syn::parse_file(text).map_err(|error| not_rust(error.span(), &error))?;
    Ok(RustFile { path: path.to_owned(), n_lines: text.lines().count(), syntax, tokens })
}

/// Every token of a stream, those within macros too; attributes, and so documentation, are left out.
pub(super) fn tokens(stream: &TokenStream) -> Vec<TokenTree> {
    let mut found = Vec::new();
    let mut after_hash = false;
    for token in stream.clone() {
        match token {
            TokenTree::Punct(punct) if punct.as_char() == '#' => after_hash = true,
            TokenTree::Punct(punct) if punct.as_char() == '!' && after_hash => {}
            TokenTree::Group(_) if after_hash => after_hash = false,
            TokenTree::Group(group) => found.extend(tokens(&group.stream())),
            token => {
                after_hash = false;
                found.push(token);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_not_rust_is_found() {
        let sources = Sources::of(&[
            ("a.rs", "fn f() {}\nimpl A { f(); }\n"),
            ("b.rs", "fn g() { \"open }"),
            ("c.rs", ""),
        ]);
        let places: Vec<_> = sources.unreadable.iter().map(|one| (one.path.as_str(), one.line)).collect();
        assert_eq!(places, [("a.rs", 2), ("b.rs", 1)]);
        assert_eq!(sources.rust.len(), 1);
    }

    #[test]
    fn tokens_leave_out_documentation_and_reach_into_macros() {
        let stream: TokenStream = "//! inner\n/// doc\n#[a(b)]\nfn f() { m!(c, [d]); }".parse().unwrap();
        let words: Vec<_> = tokens(&stream).iter().map(ToString::to_string).collect();
        assert_eq!(words.join(" "), "fn f m ! c , d ;");
    }
}
