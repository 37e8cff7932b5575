//! What can be wrong with what people write for ingest: mapping files, check contracts, rosters. What is wrong with payloads
//! is not an error but a [`domain::Rejection`].

/// Why a configuration of ingest is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IngestError {
    /// A mapping file that is no TOML or has unknown, missing or ill-typed keys.
    #[error("mapping file: {message}")]
    MappingSyntax {
        /// What the TOML reader says, with the line and the key.
        message: String,
    },
    /// A mapping file whose values do not fit together.
    #[error("mapping file, {key}: {problem}; {remedy}")]
    Mapping {
        /// The key, dotted.
        key: String,
        /// What is wrong with it.
        problem: String,
        /// What would be right.
        remedy: String,
    },
    /// Check contracts that are no TOML or have unknown, missing or ill-typed keys.
    #[error("check contracts: {message}; `config/checks.toml` shows every rule with its parameters")]
    Contracts {
        /// What the TOML reader says, with the line and the key.
        message: String,
    },
    /// One spelling that would name two teams.
    #[error(
        "in pool {pool} the name {name:?} would mean both team {first} and team {second}; remove one of them"
    )]
    AmbiguousName {
        /// The pool.
        pool: String,
        /// The spelling.
        name: String,
        /// The team it names already.
        first: i64,
        /// The team it should name as well.
        second: i64,
    },
}
