//! Texts that do not belong in the project: the paths of one machine, hosts of package registries, talk of tools.

use super::{Finding, source::Sources};

/// A text that must not occur, and why. Written in two halves, so that this file does not contain them.
struct Ban {
    text: [&'static str; 2],
    reason: &'static str,
    /// Whether a letter, digit, dot or dash right before it makes it something else.
    starts_word: bool,
    /// File endings where it is allowed: people in data may be called so.
    except: &'static [&'static str],
}

const PATH: &str = "a path of one machine: name an environment variable or a path from the root";
const HOST: &str = "a host of a package registry: name the package";
const TOOL: &str = "the text speaks of Touchline, not of how it was written";

const BANS: [Ban; 13] = [
    Ban { text: ["/wo", "rk/"], reason: PATH, starts_word: true, except: &[] },
    Ban { text: ["/ro", "ot/"], reason: PATH, starts_word: true, except: &[] },
    Ban { text: ["crates", ".io"], reason: HOST, starts_word: false, except: &[] },
    Ban { text: ["py", "pi.org"], reason: HOST, starts_word: false, except: &[] },
    Ban { text: ["pythonhosted", ".org"], reason: HOST, starts_word: false, except: &[] },
    Ban { text: ["registry.npm", "js.org"], reason: HOST, starts_word: false, except: &[] },
    Ban { text: ["deb.deb", "ian.org"], reason: HOST, starts_word: false, except: &[] },
    Ban { text: ["AI ass", "istant"], reason: TOOL, starts_word: true, except: &[] },
    Ban { text: ["AI-gen", "erated"], reason: TOOL, starts_word: true, except: &[] },
    Ban { text: ["Cla", "ude"], reason: TOOL, starts_word: true, except: &[".csv"] },
    Ban { text: ["Chat", "GPT"], reason: TOOL, starts_word: true, except: &[] },
    Ban { text: ["Anthr", "opic"], reason: TOOL, starts_word: true, except: &[] },
    Ban { text: ["Open", "AI"], reason: TOOL, starts_word: true, except: &[] },
];

pub(super) fn check(sources: &Sources) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in &sources.texts {
        for (index, line) in text.lines().enumerate() {
            // Cargo writes the registry's address beside every package.
            if path == "Cargo.lock" && line.starts_with("source = \"registry+https://") {
                continue;
            }
            let broken = BANS.iter().filter(|ban| !ban.except.iter().any(|ending| path.ends_with(ending)));
            for ban in broken.filter(|ban| occurs(line, ban)) {
                findings.push(Finding::new(
                    path,
                    index + 1,
                    format!("{:?}: {}", ban.text.concat(), ban.reason),
                ));
            }
        }
    }
    findings
}

fn occurs(line: &str, ban: &Ban) -> bool {
    let continues_word = |before: &str| {
        before.ends_with(|letter: char| letter.is_alphanumeric() || matches!(letter, '.' | '-' | '_' | '}'))
    };
    let text = ban.text.concat();
    line.match_indices(&text).any(|(place, _)| !ban.starts_word || !continues_word(&line[..place]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn n_findings(path: &str, text: &str) -> usize {
        check(&Sources::of(&[(path, text)])).len()
    }

    #[test]
    fn every_ban_is_found_in_code_and_documents() {
        for ban in &BANS {
            let text = format!("first\nsee {} here", ban.text.concat());
            let found = check(&Sources::of(&[("docs/a.md", &text)]));
            assert_eq!(found.len(), 1, "{text}");
            assert_eq!(found[0].line, 2);
        }
        assert_eq!(n_findings("a.sh", &format!("cd '/wo{}shared'", "rk/")), 1);
    }

    #[test]
    fn words_around_and_the_lock_file_are_spared() {
        assert_eq!(n_findings("a.md", &format!("docs/wo{}plan.md and ../wo{}x", "rk/", "rk/")), 0);
        let line = format!("source = \"registry+https://github.com/rust-lang/crates{}-index\"", ".io");
        assert_eq!(n_findings("Cargo.lock", &line), 0);
        assert_eq!(n_findings("README.md", &line), 1);
        assert_eq!(n_findings("testdata/a.csv", &format!("Cla{} Makelele,Chelsea", "ude")), 0);
    }
}
