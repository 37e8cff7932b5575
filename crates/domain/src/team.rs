//! Teams, by a canonical number that identity resolution hands out. Names and aliases live with the store.

use serde::{Deserialize, Serialize};

/// A canonical team. Two spellings of one club share it; two clubs never do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TeamId(pub i64);
