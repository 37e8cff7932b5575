//! No file lies unused, and every file of an extension directory is on that directory's visible list.

use proc_macro2::{TokenStream, TokenTree};
use syn::{Item, visit::Visit};

use super::{
    Finding,
    source::{RustFile, Sources, tokens},
};

/// A directory whose files are all of one kind.
struct Extension {
    directory: &'static str,
    /// The function, constant, enum or struct in mod.rs that lists them.
    list: &'static str,
    /// Files of the directory that serve the others.
    serving: &'static [&'static str],
}

/// The visible list. Jobs are called by name where they are needed, so declaring them is all.
const EXTENSIONS: &[Extension] = &[
    Extension { directory: "crates/domain/src/sport", list: "ALL", serving: &[] },
    Extension { directory: "crates/domain/src/market", list: "ALL", serving: &["grade", "line", "price"] },
    Extension { directory: "crates/domain/src/margin", list: "METHODS", serving: &["root"] },
    Extension { directory: "crates/betting/src/staking", list: "Staking", serving: &["exclusive"] },
    Extension {
        directory: "crates/forecast/src/model",
        list: "models",
        serving: &["folds", "on_features", "points", "recalibrated", "score_model"],
    },
    Extension {
        directory: "crates/forecast/src/feature",
        list: "features",
        serving: &["ahead", "odds", "recent", "stream", "table"],
    },
    Extension { directory: "crates/forecast/src/recalibration", list: "METHODS", serving: &[] },
    Extension {
        directory: "crates/forecast/src/rating",
        list: "ratings",
        serving: &["paired", "quarterback", "seasons", "totals"],
    },
    Extension { directory: "crates/forecast/src/scoring_rule", list: "scoring_rules", serving: &[] },
    Extension { directory: "crates/forecast/src/simulation/format", list: "ALL", serving: &["conferences"] },
    Extension { directory: "crates/ingest/src/source", list: "SOURCES", serving: &["mapping", "reading"] },
    Extension {
        directory: "crates/ingest/src/check",
        list: "Contracts",
        serving: &["finding", "history_view", "import"],
    },
    Extension { directory: "crates/touchline/src/cli", list: "Command", serving: &[] },
    Extension {
        directory: "crates/touchline/src/export",
        list: "FORMATS",
        serving: &["cell", "destination"],
    },
    Extension { directory: "crates/touchline/src/api", list: "router", serving: &[] },
    Extension { directory: "crates/touchline/src/dashboard", list: "routes", serving: &["chart"] },
];

pub(super) fn check(sources: &Sources) -> Vec<Finding> {
    let mut findings: Vec<Finding> =
        sources.rust.iter().filter_map(|file| undeclared(sources, &file.path)).collect();
    for extension in EXTENSIONS {
        findings.extend(unlisted(sources, extension));
    }
    findings
}

/// A file below some `src/` that no parent module declares is never compiled.
fn undeclared(sources: &Sources, path: &str) -> Option<Finding> {
    let (package, below) = path.split_once("/src/")?;
    let module = below.strip_suffix("/mod.rs").or_else(|| below.strip_suffix(".rs"))?;
    let (directory, name) = module.rsplit_once('/').unwrap_or(("", module));
    if directory.is_empty() && ["lib", "main"].contains(&name) || directory == "bin" {
        return None;
    }
    let parents = if directory.is_empty() {
        [format!("{package}/src/lib.rs"), format!("{package}/src/main.rs")]
    } else {
        [format!("{package}/src/{directory}/mod.rs"), format!("{package}/src/{directory}.rs")]
    };
    let declares = |parent: &String| {
        let file = sources.rust_file(parent);
        file.is_some_and(|file| modules(file).iter().any(|module| module.name == name))
    };
    let reason = format!("no `mod {name};` in {}: the file is never compiled", parents.join(" or "));
    (!parents.iter().any(declares)).then(|| Finding::new(path, 1, reason))
}

/// Files of the directory that its list does not name.
fn unlisted(sources: &Sources, extension: &Extension) -> Vec<Finding> {
    let path = format!("{}/mod.rs", extension.directory);
    let Some(file) = sources.rust_file(&path) else { return Vec::new() };
    let extensions: Vec<_> = modules(file)
        .into_iter()
        .filter(|module| {
            !module.is_inline && module.name != "tests" && !extension.serving.contains(&module.name.as_str())
        })
        .collect();
    let mut finder = ListFinder { name: extension.list, words: Vec::new(), found: false };
    finder.visit_file(&file.syntax);
    if !finder.found {
        // A directory that holds nothing yet needs no list yet.
        let first = extensions.first();
        return first
            .map(|module| {
                Finding::new(&path, module.line, format!("there is no visible list named {}", extension.list))
            })
            .into_iter()
            .collect();
    }
    let listed =
        |name: &str| finder.words.iter().any(|word| word == name || word.contains(&camel_case(name)));
    let missing = extensions.iter().filter(|module| !listed(&module.name));
    missing
        .map(|module| {
            let reason = format!("{} is not named in the list {}", module.name, extension.list);
            Finding::new(&path, module.line, reason)
        })
        .collect()
}

struct Module {
    name: String,
    line: usize,
    is_inline: bool,
}

fn modules(file: &RustFile) -> Vec<Module> {
    let module = |item: &Item| match item {
        Item::Mod(module) => Some(Module {
            name: module.ident.to_string(),
            line: module.ident.span().start().line,
            is_inline: module.content.is_some(),
        }),
        _ => None,
    };
    file.syntax.items.iter().filter_map(module).collect()
}

/// Collects the words of the items of one name, in impl blocks too.
struct ListFinder<'a> {
    name: &'a str,
    words: Vec<String>,
    found: bool,
}

impl ListFinder<'_> {
    fn take(&mut self, name: &syn::Ident, body: &dyn quote::ToTokens) {
        if name == self.name {
            self.found = true;
            self.words.extend(words(&body.to_token_stream()));
        }
    }
}

impl<'a> Visit<'a> for ListFinder<'_> {
    fn visit_item_fn(&mut self, item: &'a syn::ItemFn) {
        self.take(&item.sig.ident, &item.block);
    }
    fn visit_impl_item_fn(&mut self, item: &'a syn::ImplItemFn) {
        self.take(&item.sig.ident, &item.block);
    }
    fn visit_item_const(&mut self, item: &'a syn::ItemConst) {
        self.take(&item.ident, &item.expr);
    }
    fn visit_impl_item_const(&mut self, item: &'a syn::ImplItemConst) {
        self.take(&item.ident, &item.expr);
    }
    fn visit_item_static(&mut self, item: &'a syn::ItemStatic) {
        self.take(&item.ident, &item.expr);
    }
    fn visit_item_struct(&mut self, item: &'a syn::ItemStruct) {
        self.take(&item.ident, &item.fields);
    }
    fn visit_item_enum(&mut self, item: &'a syn::ItemEnum) {
        self.take(&item.ident, &item.variants);
    }
}

fn words(stream: &TokenStream) -> Vec<String> {
    let word = |token: &TokenTree| match token {
        TokenTree::Ident(ident) => Some(ident.to_string()),
        _ => None,
    };
    tokens(stream).iter().filter_map(word).collect()
}

/// `base_rate` as `BaseRate`.
fn camel_case(name: &str) -> String {
    let capitalised = |word: &str| {
        let mut letters = word.chars();
        letters
            .next()
            .map(|first| first.to_ascii_uppercase().to_string() + letters.as_str())
            .unwrap_or_default()
    };
    name.split('_').map(capitalised).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIB: (&str, &str) = ("crates/forecast/src/lib.rs", "mod model;");
    const ELO: (&str, &str) = ("crates/forecast/src/model/elo.rs", "");
    const MOD: &str = "crates/forecast/src/model/mod.rs";

    fn findings(files: &[(&str, &str)]) -> Vec<String> {
        check(&Sources::of(files)).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_listed_file_passes_under_either_spelling() {
        for list in ["fn models() { vec![Box::new(Elo)] }", "const models: [X; 1] = [elo::new()];"] {
            assert!(findings(&[LIB, ELO, (MOD, &format!("mod elo;\n{list}"))]).is_empty(), "{list}");
        }
    }

    #[test]
    fn a_file_without_mod_is_found() {
        let found = findings(&[LIB, ELO, (MOD, "fn models() { Elo }")]);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("crates/forecast/src/model/elo.rs:1: no `mod elo;` in"), "{found:?}");
    }

    #[test]
    fn a_file_off_the_list_is_found() {
        let found = findings(&[LIB, ELO, (MOD, "mod elo;\nmod tests;\n/// Elo\nfn models() { Other }")]);
        assert_eq!(found, ["crates/forecast/src/model/mod.rs:1: elo is not named in the list models"]);
    }

    #[test]
    fn a_missing_list_is_found() {
        let found = findings(&[LIB, ELO, (MOD, "mod elo;")]);
        assert_eq!(found, ["crates/forecast/src/model/mod.rs:1: there is no visible list named models"]);
        assert!(findings(&[LIB, (MOD, "trait Model {}")]).is_empty(), "nothing to list yet");
    }

    #[test]
    fn every_directory_on_the_list_is_there() {
        for extension in EXTENSIONS {
            let file = crate::tree::root().join(extension.directory).join("mod.rs");
            assert!(file.exists(), "{} moved: correct the list", file.display());
        }
    }

    #[test]
    fn names_in_camel_case() {
        assert_eq!(camel_case("base_rate"), "BaseRate");
        assert_eq!(camel_case("elo"), "Elo");
    }
}
