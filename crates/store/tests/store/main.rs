//! The store from outside: one file per promise. What both engines promise is tested on each.
#![allow(clippy::duplicate_mod, reason = "the same tests run on each engine")]

mod child;
#[path = "../../examples/earlier_store/make.rs"]
mod earlier;
mod limits;
mod opening;
mod roles;
mod sample;
mod schemas;
mod switching;
mod tls;

/// On a file.
#[path = "both"]
mod sqlite {
    use crate::sample::{Engine, Place, place_on};

    pub(crate) const ENGINE: Engine = Engine::Sqlite;

    pub(crate) async fn place() -> Place {
        place_on(ENGINE).await
    }

    mod aggregates;
    mod backtests;
    mod catalogue;
    mod concurrency;
    mod copying;
    mod corrections;
    mod details;
    mod dumping;
    mod identity;
    mod importing;
    mod migrating;
    mod money;
    mod odds;
    mod performance;
    mod quote_activity;
    mod rating;
    mod relations;
    mod snapshot;
    mod upgrading;
    mod upkeep;
    mod work;
}

/// On a server.
#[path = "both"]
mod postgres {
    use crate::sample::{Engine, Place, place_on};

    pub(crate) const ENGINE: Engine = Engine::Postgres;

    pub(crate) async fn place() -> Place {
        place_on(ENGINE).await
    }

    mod aggregates;
    mod backtests;
    mod catalogue;
    mod concurrency;
    mod copying;
    mod corrections;
    mod details;
    mod dumping;
    mod identity;
    mod importing;
    mod migrating;
    pub(crate) mod money;
    mod odds;
    mod performance;
    mod quote_activity;
    mod rating;
    mod relations;
    mod snapshot;
    mod upgrading;
    mod upkeep;
    mod work;
}
