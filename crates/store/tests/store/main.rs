//! The store from outside: one file per promise.

mod concurrency;
mod corrections;
mod identity;
mod importing;
mod money;
mod opening;
mod rating;
mod sample;
mod snapshot;
mod work;
