//! `data/README.md`: provenance, licences and digests.

use std::fmt::Write;

use anyhow::Result;

use super::Package;

pub(super) fn text(packages: &[&Package], digests: &[(String, String)]) -> Result<String> {
    let mut wheels = String::new();
    for package in packages {
        writeln!(wheels, "| {} | {} | `{}` |", package.name, package.version, package.sha256)?;
    }
    let mut files = String::new();
    for (file, digest) in digests {
        writeln!(files, "| {file} | `{digest}` |")?;
    }
    Ok(include_str!("readme.template").replace("{packages}", &wheels).replace("{files}\n", &files))
}
