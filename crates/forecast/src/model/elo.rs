//! Elo as a forecaster: the rated model that works in every sport and that others lean on.

use super::rated::Rated;
use crate::rating::EloRating;

/// Elo ratings and what they say of a match.
pub type Elo = Rated<EloRating>;
