//! From payload to records and rejections: the only crate that knows what feeds look like.
//!
//! A [`source::Source`] turns bytes into [`domain::MatchRecord`]s that name teams as their source spells them, and
//! [`domain::Rejection`]s for everything it could not use. [`identity::resolve`] replaces spellings by teams and holds back
//! records with names nobody knows. [`check`] judges what is left before it becomes facts.
//! [`prediction`] reads what other models said about matches. Nothing here reads a file, a clock
//! or a database: bytes in, values out.

mod calendar;
pub mod check;
mod error;
pub mod identity;
pub mod prediction;
pub mod source;
mod table;
mod text;

pub use error::IngestError;
pub use text::Encoding;
