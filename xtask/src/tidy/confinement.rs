//! What lives in one crate only: SQL in store, web code in touchline.

use proc_macro2::TokenTree;

use super::{
    Finding,
    source::{Sources, tokens},
};

/// Libraries that one crate alone may use.
const LIBRARIES: [(&str, &str); 3] =
    [("sqlx", "crates/store/"), ("axum", "crates/touchline/"), ("maud", "crates/touchline/")];

/// How a statement begins; only in string literals, in capitals, followed by a space.
const STATEMENTS: [&str; 8] = [
    "SELECT ",
    "INSERT INTO ",
    "INSERT OR ",
    "UPDATE ",
    "DELETE FROM ",
    "CREATE TABLE ",
    "ALTER TABLE ",
    "PRAGMA ",
];

const STORE: &str = "crates/store/";

pub(super) fn check(sources: &Sources) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in sources.rust.iter().filter(|file| file.path.starts_with("crates/")) {
        for token in tokens(&file.tokens) {
            if let Some(reason) = refusal(&file.path, &token) {
                findings.push(Finding::new(&file.path, token.span().start().line, reason));
            }
        }
    }
    findings.sort();
    findings.dedup();
    findings
}

fn refusal(path: &str, token: &TokenTree) -> Option<String> {
    match token {
        TokenTree::Ident(ident) => {
            let (library, home) = LIBRARIES.iter().find(|(library, _)| ident == library)?;
            (!path.starts_with(home)).then(|| format!("{library} is used in {home} only"))
        }
        TokenTree::Literal(literal) if !path.starts_with(STORE) => {
            let text = literal.to_string();
            let text = text.trim_start_matches(['r', 'b', '#']).strip_prefix('"')?.trim_start();
            let is_statement = STATEMENTS.iter().any(|start| text.starts_with(start));
            is_statement.then(|| format!("SQL is written in {STORE} only"))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(path: &str, text: &str) -> Vec<usize> {
        check(&Sources::of(&[(path, text)])).iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn strays_are_found() {
        let text = "use axum::Router;\nfn f() { q!(\"SELECT 1\"); }\nconst A: &str = r#\"\n  INSERT INTO a\"#;\nuse sqlx as s;\n";
        assert_eq!(lines("crates/forecast/src/lib.rs", text), [1, 2, 3, 5]);
        assert_eq!(lines("crates/touchline/src/main.rs", text), [2, 3, 5]);
        assert_eq!(lines("crates/store/src/lib.rs", text), [1]);
    }

    #[test]
    fn prose_is_not() {
        let text = "/// SELECT 1, by axum.\nfn f() { g(\"SELECTED team\", \"Update 1\", 'S'); }\n";
        assert!(lines("crates/forecast/src/lib.rs", text).is_empty());
    }
}
