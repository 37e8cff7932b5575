//! Names that say nothing about what is inside.

use syn::visit::Visit;

use super::{Finding, source::Sources};

/// No file, directory, module or item is called one of these.
const WHOLE: [&str; 10] =
    ["utils", "util", "common", "helper", "helpers", "manager", "misc", "base", "core", "data_manager"];
/// Nor does a name end in one of these words.
const LAST_WORD: [&str; 6] = ["utils", "util", "helper", "helpers", "manager", "misc"];

pub(super) fn check(sources: &Sources) -> Vec<Finding> {
    let mut findings = Vec::new();
    for path in sources.texts.keys() {
        for part in path.split('/') {
            let stem = part.split('.').next().unwrap_or(part);
            if let Some(reason) = refusal(stem) {
                findings.push(Finding::new(path, 1, reason));
            }
        }
    }
    for file in &sources.rust {
        let mut finder = NameFinder { path: &file.path, findings: &mut findings };
        finder.visit_file(&file.syntax);
    }
    findings
}

fn refusal(name: &str) -> Option<String> {
    let words = words(name);
    let last = words.rsplit('_').next().unwrap_or(&words);
    (WHOLE.contains(&words.as_str()) || LAST_WORD.contains(&last))
        .then(|| format!("`{name}` says nothing: name it after what it does"))
}

/// `DataManager` and `data-manager` as `data_manager`.
fn words(name: &str) -> String {
    let mut words = String::new();
    let mut after_small = false;
    for letter in name.chars() {
        if letter.is_uppercase() && after_small {
            words.push('_');
        }
        after_small = letter.is_lowercase() || letter.is_numeric();
        words.extend(if letter == '-' { vec!['_'] } else { letter.to_lowercase().collect() });
    }
    words
}

struct NameFinder<'a> {
    path: &'a str,
    findings: &'a mut Vec<Finding>,
}

impl NameFinder<'_> {
    fn take(&mut self, name: &syn::Ident) {
        if let Some(reason) = refusal(&name.to_string()) {
            self.findings.push(Finding::new(self.path, name.span().start().line, reason));
        }
    }
}

impl<'a> Visit<'a> for NameFinder<'_> {
    fn visit_item_mod(&mut self, item: &'a syn::ItemMod) {
        self.take(&item.ident);
        syn::visit::visit_item_mod(self, item);
    }
    fn visit_item_struct(&mut self, item: &'a syn::ItemStruct) {
        self.take(&item.ident);
    }
    fn visit_item_enum(&mut self, item: &'a syn::ItemEnum) {
        self.take(&item.ident);
    }
    fn visit_item_trait(&mut self, item: &'a syn::ItemTrait) {
        self.take(&item.ident);
        syn::visit::visit_item_trait(self, item);
    }
    fn visit_item_type(&mut self, item: &'a syn::ItemType) {
        self.take(&item.ident);
    }
    fn visit_item_const(&mut self, item: &'a syn::ItemConst) {
        self.take(&item.ident);
    }
    fn visit_item_static(&mut self, item: &'a syn::ItemStatic) {
        self.take(&item.ident);
    }
    fn visit_item_macro(&mut self, item: &'a syn::ItemMacro) {
        if let Some(name) = &item.ident {
            self.take(name);
        }
    }
    fn visit_signature(&mut self, signature: &'a syn::Signature) {
        self.take(&signature.ident);
        syn::visit::visit_signature(self, signature);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_names_are_found() {
        let text = "mod util;\nstruct DataManager;\nfn helper() {}\nimpl A { fn common() {} }\nconst BASE: u8 = 0;\n";
        let found = check(&Sources::of(&[("crates/a/src/lib.rs", text)]));
        let lines: Vec<_> = found.iter().map(|finding| finding.line).collect();
        assert_eq!(lines, [1, 2, 3, 4, 5]);
        for path in
            ["crates/core/Cargo.toml", "crates/a/src/utils/mod.rs", "docs/misc.md", "src/odds_utils.rs"]
        {
            assert_eq!(check(&Sources::of(&[(path, "")])).len(), 1, "{path}");
        }
    }

    #[test]
    fn names_of_the_field_are_not() {
        let text =
            "mod base_rate;\nstruct BaseRate;\nfn core_count() { let base = 1; }\nenum CommonOpponent {}\n";
        assert!(check(&Sources::of(&[("crates/a/src/base_rate.rs", text)])).is_empty());
    }
}
