//! Every relative link in a document leads to a file, and every `cargo xtask` command it names exists.

use clap::CommandFactory;

use super::{Finding, source::Sources};
use crate::bench;

pub(super) fn check(sources: &Sources) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in sources.with_ending("md") {
        let mut in_code = false;
        for (index, line) in text.lines().enumerate() {
            in_code ^= line.trim_start().starts_with("```");
            let targets = if in_code { Vec::new() } else { targets(line) };
            for target in targets.into_iter().filter(|target| !exists(sources, path, target)) {
                findings.push(Finding::new(path, index + 1, format!("the link {target:?} leads nowhere")));
            }
            findings.extend(unknown_chore(line).map(|reason| Finding::new(path, index + 1, reason)));
        }
    }
    findings
}

/// Relative targets of `[text](target)` and `[text]: target`.
fn targets(line: &str) -> Vec<&str> {
    let inline = line.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let reference = line.strip_prefix('[').and_then(|rest| Some(rest.split_once("]: ")?.1));
    let bare = inline.chain(reference).filter_map(|target| target.split([' ', '#', '?']).next());
    bare.filter(|target| !target.is_empty() && !target.contains("://") && !target.starts_with("mailto:"))
        .collect()
}

fn exists(sources: &Sources, document: &str, target: &str) -> bool {
    let mut parts: Vec<&str> = document.split('/').collect();
    parts.pop();
    for part in target.trim_end_matches('/').split('/') {
        match part {
            ".." if parts.pop().is_none() => return false,
            "." | "" | ".." => {}
            part => parts.push(part),
        }
    }
    let path = parts.join("/");
    path.is_empty() || sources.texts.contains_key(&path) || sources.below(&path).next().is_some()
}

/// The first `cargo xtask CHORE` or `cargo xtask bench SUITE` of a line that does not exist.
fn unknown_chore(line: &str) -> Option<String> {
    let chores = crate::Arguments::command();
    let chores: Vec<_> = chores.get_subcommands().map(|chore| chore.get_name().to_owned()).collect();
    line.split("cargo xtask ").skip(1).find_map(|rest| {
        let is_name = |letter: char| letter.is_ascii_lowercase() || letter == '_' || letter == '-';
        let mut words =
            rest.split(' ').map(|word| word.split(|letter| !is_name(letter)).next().unwrap_or_default());
        let (chore, suite) = (words.next()?, words.next().unwrap_or_default());
        if !chore.is_empty() && !chores.iter().any(|known| known == chore) {
            return Some(format!("there is no `cargo xtask {chore}`"));
        }
        let names_suite =
            chore == "bench" && rest.starts_with("bench ") && !suite.is_empty() && !suite.starts_with('-');
        (names_suite && !bench::SUITES.iter().any(|known| known.name == suite))
            .then(|| format!("there is no bench suite {suite}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(text: &str) -> Vec<Finding> {
        check(&Sources::of(&[("docs/a.md", text), ("docs/b.md", ""), ("crates/x/src/lib.rs", "")]))
    }

    #[test]
    fn links_that_lead_somewhere() {
        let text = "[b](b.md) [b](./b.md#part) [x](../crates/x) [root](..) [web](https://example.org/x) [here](#part)\n[r]: b.md\n";
        assert_eq!(findings(text), []);
        assert_eq!(findings("```\n[x](nowhere.md)\n```\n"), []);
    }

    #[test]
    fn links_that_lead_nowhere() {
        for text in ["[b](c.md)", "text [b](../b.md)", "[x](../../crates)", "[r]: c.md"] {
            assert_eq!(findings(text).len(), 1, "{text}");
        }
    }

    #[test]
    fn chores_and_suites_are_known() {
        assert_eq!(
            findings(
                "`cargo xtask tidy`, `cargo xtask bench fit`, `cargo xtask bench --json`, cargo xtask bench SUITE"
            ),
            []
        );
        assert_eq!(findings("`cargo xtask nothing`").len(), 1);
        assert_eq!(findings("run `cargo xtask bench nothing` now").len(), 1);
    }
}
