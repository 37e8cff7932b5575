//! domain <- {forecast, betting, fantasy, ingest, store} <- touchline; the middle crates do not see each other.

use super::{Finding, source::Sources};

const MIDDLE: [&str; 5] = ["forecast", "betting", "fantasy", "ingest", "store"];

/// A dependency on another crate of the workspace, as a manifest states it.
struct Dependency {
    on: String,
    for_tests: bool,
    line: usize,
}

pub(super) fn check(sources: &Sources) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in &sources.texts {
        let Some(directory) = path.strip_suffix("/Cargo.toml") else { continue };
        let package = directory.rsplit('/').next().unwrap_or(directory);
        for dependency in dependencies(text) {
            if let Some(reason) = refusal(package, &dependency) {
                findings.push(Finding::new(path, dependency.line, reason));
            }
        }
    }
    findings
}

/// Why a crate may not depend on another, if so.
fn refusal(package: &str, dependency: &Dependency) -> Option<String> {
    let on = dependency.on.as_str();
    let is_ours = MIDDLE.contains(&on)
        || ["domain", "touchline", "testkit", "xtask", "bench-runner", "store-runner"].contains(&on);
    if !is_ours {
        return None;
    }
    let rule = match on {
        "xtask" | "bench-runner" | "store-runner" => "nobody depends on repository chores",
        "testkit" if !dependency.for_tests => "testkit is for tests: make it a dev-dependency",
        "testkit" => return None,
        _ => match package {
            "touchline" | "bench-runner" | "store-runner" => return None,
            "domain" => "domain depends on no other crate of the workspace",
            "xtask" => "xtask builds without the product",
            _ if on == "domain" => return None,
            _ if on == "touchline" => "only the binary knows all crates; nobody depends on it",
            _ => {
                "the middle crates do not see each other: pass values through domain, or wire a trait in touchline"
            }
        },
    };
    Some(format!("{package} depends on {on}: {rule}"))
}

/// Reads `name = ..`, `name.workspace = ..` and `[dependencies.name]`; a `package = ".."` names the crate.
fn dependencies(manifest: &str) -> Vec<Dependency> {
    let mut found: Vec<Dependency> = Vec::new();
    let mut section = String::new();
    for (index, line) in manifest.lines().enumerate() {
        let line = line.split('#').next().unwrap_or(line).trim();
        let table =
            |header: &str| header.rsplit('.').find(|part| part.ends_with("dependencies")).map(str::to_owned);
        let on = if let Some(header) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            section = table(header).filter(|_| !header.starts_with("workspace")).unwrap_or_default();
            header.rsplit('.').next().filter(|name| !name.ends_with("dependencies"))
        } else {
            line.split(['.', '=', ' ']).next().filter(|name| !name.is_empty())
        };
        let Some(on) = on.filter(|_| !section.is_empty()) else { continue };
        let renamed = line.split_once("package = \"").and_then(|(_, rest)| rest.split('"').next());
        let on = renamed.unwrap_or(on).trim_start_matches("touchline-").to_owned();
        found.push(Dependency { on, for_tests: section == "dev-dependencies", line: index + 1 });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reasons(path: &str, manifest: &str) -> Vec<String> {
        check(&Sources::of(&[(path, manifest)])).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn lawful_manifests() {
        let forecast = "[dependencies]\ndomain.workspace = true\nserde = \"1\"\n[dev-dependencies]\ntestkit.workspace = true\n";
        assert!(reasons("crates/forecast/Cargo.toml", forecast).is_empty());
        let binary = "[dependencies]\nstore.workspace = true\nforecast.workspace = true\n";
        assert!(reasons("crates/touchline/Cargo.toml", binary).is_empty());
        let root =
            "[workspace.dependencies]\nstore = { package = \"touchline-store\", path = \"crates/store\" }\n";
        assert!(reasons("Cargo.toml", root).is_empty());
    }

    #[test]
    fn every_spelling_of_a_wrong_dependency_is_found() {
        for line in [
            "[dependencies]\nstore.workspace = true",
            "[dependencies]\nx = { package = \"touchline-store\", path = \"../store\" }",
            "[dependencies.store]\nworkspace = true",
            "[target.'cfg(unix)'.dependencies]\nstore.workspace = true",
            "[dev-dependencies]\nstore = { path = \"../store\" }",
        ] {
            let found = reasons("crates/forecast/Cargo.toml", line);
            assert_eq!(found.len(), 1, "{line}: {found:?}");
            assert!(found[0].contains("middle crates do not see each other"), "{found:?}");
        }
        let found = reasons(
            "crates/domain/Cargo.toml",
            "[package]\nname = \"d\"\n[dependencies]\nbetting.workspace = true",
        );
        assert_eq!(
            found,
            [
                "crates/domain/Cargo.toml:4: domain depends on betting: domain depends on no other crate of the workspace"
            ]
        );
    }

    #[test]
    fn testkit_only_for_tests_and_chores_for_nobody() {
        assert_eq!(
            reasons("crates/forecast/Cargo.toml", "[dependencies]\ntestkit.workspace = true").len(),
            1
        );
        assert_eq!(reasons("crates/touchline/Cargo.toml", "[dev-dependencies]\nxtask = \"0\"").len(), 1);
        assert_eq!(reasons("crates/store/Cargo.toml", "[dependencies]\ntouchline = \"0\"").len(), 1);
        assert_eq!(reasons("xtask/Cargo.toml", "[dependencies]\ndomain.workspace = true").len(), 1);
    }
}
