//! Synthetic leagues with known strengths, the way to real data and reference figures, and a Redis to be cruel to; for tests
//! only.
//!
//! A league is a value of settings; `generate` plays it out by a seeded generator and returns its facts with their three
//! times, as if every import had come when the fact became known, beside the truth they were drawn from. The formulas here
//! are written apart from those of the models, so that a test compares two implementations.

mod calendar;
mod draw;
mod facts;
mod points;
mod quarterbacks;
mod redis_server;
pub mod shared;
mod soccer;

pub use points::{PointsLeague, PointsTruth};
pub use redis_server::{RedisServer, shared_redis};
pub use soccer::{SoccerLeague, SoccerTruth, Strength};

use domain::{Fixture, History};

/// A league that was played out.
#[derive(Debug, Clone)]
pub struct Played<T> {
    /// Every fact.
    pub history: History,
    /// Every fixture in the order of kick-off, those without a result included.
    pub fixtures: Vec<Fixture>,
    /// What the scores were drawn from.
    pub truth: T,
}
