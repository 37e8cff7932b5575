//! Names of entries: `PREFIX:SCHEMA:KIND:SUBJECT:DATA VERSION`.

use std::fmt;

use domain::Sequence;
use jiff::Timestamp;

use super::Kind;

/// Changes with the shape of entries and with the code that computes them: another release starts anew. Raise the last part
/// when either changes within a release.
const SCHEMA: &str = concat!(env!("CARGO_PKG_VERSION"), "-1");

/// Which data something was made from: the number of the last import and its moment. The number alone would be the same in two
/// stores that share a Redis, or in one that was restored from a backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DataVersion(String);

impl DataVersion {
    /// After this import; none when there was none.
    pub(crate) fn of(last_import: Option<(Sequence, Timestamp)>) -> Self {
        Self(last_import.map_or_else(
            || "0".into(),
            |(sequence, recorded_at)| format!("{}-{}", sequence.0, recorded_at.as_microsecond()),
        ))
    }
}

impl fmt::Display for DataVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Gives entries their names.
#[derive(Debug, Clone)]
pub(super) struct Names {
    prefix: String,
}

impl Names {
    /// Names of one installation: its prefix has nothing that Redis takes for a pattern.
    pub(super) fn starting_with(prefix: &str) -> Self {
        Self { prefix: prefix.into() }
    }

    /// The name of an entry.
    pub(super) fn key(&self, kind: Kind, subject: &str, version: &DataVersion) -> String {
        format!("{}:{SCHEMA}:{}:{subject}:{version}", self.prefix, kind.name())
    }

    /// The name of the right to make an entry.
    pub(super) fn lock(key: &str) -> String {
        format!("{key}:lock")
    }

    /// Whether this names such a right.
    pub(super) fn is_lock(key: &[u8]) -> bool {
        key.ends_with(b":lock")
    }

    /// What all names of this installation look like, those of other schemas too.
    pub(super) fn pattern(&self) -> String {
        format!("{}:*", self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_as_documented() {
        let version = DataVersion::of(Some((Sequence(42), "2024-06-01T00:00:00.5Z".parse().unwrap())));
        let names = Names::starting_with("touchline");
        let key = names.key(Kind::Forecast, "eng.1/elo/7d", &version);
        assert_eq!(key, format!("touchline:{SCHEMA}:forecast:eng.1/elo/7d:42-1717200000500000"));
        assert!(key.starts_with(names.pattern().trim_end_matches('*')));
        assert_eq!(DataVersion::of(None).to_string(), "0");
        let document = include_str!("../../../../docs/CACHE.md");
        assert!(document.contains("touchline:0.1.0-1:forecast:"), "docs/CACHE.md shows another schema");
        for kind in Kind::ALL {
            assert!(document.contains(&format!("| `{}` |", kind.name())), "docs/CACHE.md lacks {kind:?}");
        }
    }
}
