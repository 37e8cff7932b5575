//! Python environments of the repository's own, below the target directory and kept between runs.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::Result;

use crate::{process, tree};

/// Packages that make an environment, by the versions that were tried.
pub(crate) struct Environment {
    /// Its directory below the target directory.
    pub(crate) name: &'static str,
    /// As pip takes them: `NAME==VERSION`.
    pub(crate) packages: &'static [&'static str],
}

impl Environment {
    /// Its interpreter, when everything is installed.
    pub(crate) fn ready(&self) -> Option<PathBuf> {
        let python = self.python();
        let listed =
            Command::new(&python).args(["-m", "pip", "freeze", "--disable-pip-version-check"]).output();
        let listed = listed.ok().filter(|output| output.status.success())?;
        let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
        let is_installed = |package: &&str| listed.lines().any(|line| line.eq_ignore_ascii_case(package));
        self.packages.iter().all(is_installed).then_some(python)
    }

    /// Its interpreter, once everything is installed.
    ///
    /// # Errors
    /// When there is no Python 3 with `venv`, or the packages cannot be fetched.
    pub(crate) fn install(&self) -> Result<PathBuf> {
        if let Some(python) = self.ready() {
            return Ok(python);
        }
        let python = self.python();
        eprintln!("installing {} in {}", self.packages.join(", "), self.directory().display());
        process::run(Command::new("python3").args(["-m", "venv"]).arg(self.directory()))?;
        process::run(
            Command::new(&python)
                .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
                .args(self.packages),
        )?;
        Ok(python)
    }

    fn directory(&self) -> PathBuf {
        tree::target().join(self.name)
    }

    fn python(&self) -> PathBuf {
        self.directory().join(Path::new("bin/python"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_environment_that_is_not_there_is_not_ready() {
        let none = Environment { name: "no-such-venv", packages: &["nothing==0"] };
        assert_eq!(none.ready(), None);
    }
}
