//! Sizes: no Rust file over 1,000 lines and 90 % under 500; 90 % of functions under 40 lines.

use proc_macro2::Span;
use syn::{spanned::Spanned, visit::Visit};

use super::{
    Finding,
    source::{RustFile, Sources},
};

const MAX_FILE_LINES: usize = 1_000;
const USUAL_FILE_LINES: usize = 500;
const USUAL_FUNCTION_LINES: usize = 40;
/// At least this share stays under the usual sizes, in percent.
const USUAL_PERCENT: usize = 90;
/// How many of the largest are named when the share is not reached.
const N_NAMED: usize = 10;

/// Something with a length.
struct Sized {
    path: String,
    line: usize,
    name: String,
    n_lines: usize,
}

pub(super) fn check(sources: &Sources) -> Vec<Finding> {
    let files = files(sources);
    let too_long = files.iter().filter(|file| file.n_lines > MAX_FILE_LINES);
    let mut findings: Vec<Finding> = too_long
        .map(|file| {
            Finding::new(&file.path, 1, format!("{} lines, more than {MAX_FILE_LINES}", file.n_lines))
        })
        .collect();
    findings.extend(largest_if_too_many(files, USUAL_FILE_LINES));
    findings.extend(largest_if_too_many(functions(sources), USUAL_FUNCTION_LINES));
    findings
}

/// One line about the sizes as they are.
pub(super) fn summary(sources: &Sources) -> String {
    let files = files(sources);
    let functions = functions(sources);
    format!(
        "{} files, {:.1} % under {USUAL_FILE_LINES} lines; {} functions, {:.1} % under {USUAL_FUNCTION_LINES} lines",
        files.len(),
        percent_under(&files, USUAL_FILE_LINES),
        functions.len(),
        percent_under(&functions, USUAL_FUNCTION_LINES),
    )
}

fn percent_under(all: &[Sized], usual: usize) -> f64 {
    let n_under = all.iter().filter(|one| one.n_lines < usual).count();
    100.0 * n_under as f64 / all.len().max(1) as f64
}

fn largest_if_too_many(mut all: Vec<Sized>, usual: usize) -> Vec<Finding> {
    let n_over = all.iter().filter(|one| one.n_lines >= usual).count();
    if n_over * 100 <= all.len() * (100 - USUAL_PERCENT) {
        return Vec::new();
    }
    all.sort_by_key(|one| std::cmp::Reverse(one.n_lines));
    let share = format!("only {:.1} % are under {usual}, not {USUAL_PERCENT} %", percent_under(&all, usual));
    let largest = all.iter().take(n_over.min(N_NAMED));
    largest
        .map(|one| Finding::new(&one.path, one.line, format!("{}: {} lines; {share}", one.name, one.n_lines)))
        .collect()
}

fn files(sources: &Sources) -> Vec<Sized> {
    let sized = |file: &RustFile| Sized {
        path: file.path.clone(),
        line: 1,
        name: "file".into(),
        n_lines: file.n_lines,
    };
    sources.rust.iter().map(sized).collect()
}

fn functions(sources: &Sources) -> Vec<Sized> {
    let mut found = Vec::new();
    for file in &sources.rust {
        FunctionFinder { path: &file.path, found: &mut found }.visit_file(&file.syntax);
    }
    found
}

struct FunctionFinder<'a> {
    path: &'a str,
    found: &'a mut Vec<Sized>,
}

impl FunctionFinder<'_> {
    /// From the signature's first line to the closing brace.
    fn take(&mut self, signature: &syn::Signature, end: Span) {
        let line = signature.span().start().line;
        let n_lines = end.end().line - line + 1;
        self.found.push(Sized {
            path: self.path.into(),
            line,
            name: format!("fn {}", signature.ident),
            n_lines,
        });
    }
}

impl<'a> Visit<'a> for FunctionFinder<'_> {
    fn visit_item_fn(&mut self, item: &'a syn::ItemFn) {
        self.take(&item.sig, item.block.span());
        syn::visit::visit_item_fn(self, item);
    }
    fn visit_impl_item_fn(&mut self, item: &'a syn::ImplItemFn) {
        self.take(&item.sig, item.block.span());
        syn::visit::visit_impl_item_fn(self, item);
    }
    fn visit_trait_item_fn(&mut self, item: &'a syn::TraitItemFn) {
        if let Some(block) = &item.default {
            self.take(&item.sig, block.span());
        }
        syn::visit::visit_trait_item_fn(self, item);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn function(n_lines: usize) -> String {
        format!("fn f() {{\n{}}}\n", "    g();\n".repeat(n_lines - 2))
    }

    #[test]
    fn lengths_are_counted_from_signature_to_brace() {
        let text = format!(
            "/// Doc.\n#[inline]\n{}impl A {{ fn g() {{}} }}\ntrait T {{ fn h(); fn i() {{\n}} }}\n",
            function(40)
        );
        let found = functions(&Sources::of(&[("a.rs", &text)]));
        let lengths: Vec<_> = found.iter().map(|one| (one.name.as_str(), one.line, one.n_lines)).collect();
        assert_eq!(lengths, [("fn f", 3, 40), ("fn g", 43, 1), ("fn i", 44, 2)]);
    }

    #[test]
    fn one_long_function_in_ten_is_allowed_and_two_are_not() {
        let short = "fn s() {}\n".repeat(9);
        assert!(check(&Sources::of(&[("a.rs", &(short.clone() + &function(40)))])).is_empty());
        let found = check(&Sources::of(&[("a.rs", &(short + &function(40) + &function(50)))]));
        assert_eq!(found.len(), 2);
        assert!(found[0].reason.starts_with("fn f: 50 lines; only 81.8 % are under 40"), "{}", found[0]);
    }

    #[test]
    fn a_file_over_the_maximum_is_found() {
        let small = |name| (name, "");
        let mut files: Vec<_> =
            ["b.rs", "c.rs", "d.rs", "e.rs", "f.rs", "g.rs", "h.rs", "i.rs", "j.rs"].map(small).to_vec();
        let (longest, too_long) = ("// x\n".repeat(1_000), "// x\n".repeat(1_001));
        files.push(("a.rs", &longest));
        assert!(check(&Sources::of(&files)).is_empty());
        files.pop();
        files.push(("a.rs", &too_long));
        assert_eq!(check(&Sources::of(&files)), [Finding::new("a.rs", 1, "1001 lines, more than 1000")]);
    }
}
