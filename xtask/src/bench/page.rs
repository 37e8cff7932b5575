//! docs/RESULTS.md: what the suites measured, one section per suite. A run rewrites the sections of its suites and leaves the
//! others as they are.

use std::{fmt::Write as _, fs};

use anyhow::{Context, Result};

use super::{Figure, SUITES};
use crate::tree;

const PAGE: &str = "docs/RESULTS.md";
const HEAD: &str = "\
# Results

Measured figures by suite. `cargo xtask bench --page` measures all of them again and rewrites this page, `cargo xtask bench SUITE --page`
one section; `cargo xtask bench accuracy --out DIR` also writes every forecast behind the accuracy, with its moment and outcome, to
recompute it. Suites that need real files take them from the folder that `TOUCHLINE_SHARED` names. Timings are from two busy cores; a
ratio is against a peer that did the same task in the same run.
";

/// Replaces the section of one suite.
pub(super) fn write(suite: &str, figures: &[Figure]) -> Result<()> {
    let path = tree::root().join(PAGE);
    let page = fs::read_to_string(&path).unwrap_or_default();
    fs::write(&path, replaced(&page, suite, figures)).with_context(|| format!("cannot write {PAGE}"))
}

/// The page with one section made anew, sections in the order of the suites.
fn replaced(page: &str, suite: &str, figures: &[Figure]) -> String {
    let kept = |name: &str| {
        let start = page.find(&heading(name))?;
        let rest = &page[start..];
        Some(rest.find("\n## ").map_or(rest, |end| &rest[..=end]).trim_end().to_owned() + "\n")
    };
    let mut text = HEAD.to_owned();
    for known in SUITES.iter().map(|known| known.name) {
        let section = if known == suite { Some(section(known, figures)) } else { kept(known) };
        if let Some(section) = section {
            text = text + "\n" + &section;
        }
    }
    text
}

fn heading(suite: &str) -> String {
    format!("## `cargo xtask bench {suite}`\n")
}

fn section(suite: &str, figures: &[Figure]) -> String {
    let mut text =
        heading(suite) + "\n| figure | measured | unit | beside | times better |\n|---|---|---|---|---|\n";
    for figure in figures {
        let peer = figure.peer.as_deref().unwrap_or("");
        let ratio = figure.ratio.map_or_else(String::new, |ratio| format!("{ratio:.1}"));
        let _ = writeln!(
            text,
            "| `{}` | {} | {} | {peer} | {ratio} |",
            figure.name,
            shown(figure.value),
            figure.unit
        );
    }
    text
}

/// Five digits that mean something, whole numbers whole.
fn shown(value: f64) -> String {
    if value.fract() == 0.0 {
        return format!("{value:.0}");
    }
    let digits = (4 - value.abs().log10().floor() as i32).clamp(0, 8);
    format!("{value:.0$}", digits as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_section_is_replaced_and_the_others_stay() {
        let one = [Figure::new("a_ms", 12.3456789, "ms").against("somebody", 3.0)];
        let page = replaced("", "fit", &one);
        assert!(
            page.starts_with("# Results\n") && page.contains("| `a_ms` | 12.346 | ms | somebody | 3.0 |"),
            "{page}"
        );
        let both = replaced(&page, "accuracy", &[Figure::new("b_rps", 0.199_05, "RPS")]);
        assert!(both.find("bench accuracy`").unwrap() < both.find("bench fit`").unwrap());
        assert!(
            both.contains("| `a_ms` | 12.346 |") && both.contains("| `b_rps` | 0.19905 | RPS |  |  |"),
            "{both}"
        );
        let again = replaced(&both, "fit", &[Figure::new("a_ms", 7.0, "ms")]);
        assert!(
            again.contains("| `a_ms` | 7 |") && !again.contains("12.346") && again.contains("b_rps"),
            "{again}"
        );
    }
}
