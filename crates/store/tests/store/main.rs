//! The store from outside: one file per promise. What both engines promise is tested on each.
#![allow(clippy::duplicate_mod, reason = "the same tests run on each engine")]

mod child;
mod limits;
mod opening;
mod sample;

/// On a file.
#[path = "both"]
mod sqlite {
    use crate::sample::{Engine, Place, place_on};

    pub(crate) const ENGINE: Engine = Engine::Sqlite;

    pub(crate) async fn place() -> Place {
        place_on(ENGINE).await
    }

    mod backtests;
    mod catalogue;
    mod concurrency;
    mod corrections;
    mod identity;
    mod importing;
    mod money;
    mod odds;
    mod rating;
    mod snapshot;
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

    mod backtests;
    mod catalogue;
    mod concurrency;
    mod corrections;
    mod identity;
    mod importing;
    mod money;
    mod odds;
    mod rating;
    mod snapshot;
    mod work;
}
