//! Values as both engines know them: four kinds, each of which may be null.

use std::{borrow::Cow, fmt};

/// What a column holds. Values of one kind are ordered as both engines order keys: numbers by size, text by its bytes.
#[derive(Debug, Clone, PartialEq, PartialOrd)]
pub enum Value {
    /// BIGINT on both engines.
    Integer(Option<i64>),
    /// REAL of SQLite, DOUBLE PRECISION of PostgreSQL.
    Real(Option<f64>),
    /// TEXT.
    Text(Option<String>),
    /// BLOB of SQLite, BYTEA of PostgreSQL.
    Bytes(Option<Vec<u8>>),
}

impl Value {
    /// Whether there is none.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Integer(None) | Self::Real(None) | Self::Text(None) | Self::Bytes(None))
    }

    /// Bytes of text or bytes; a number has none beyond the value itself.
    pub(crate) fn content_bytes(&self) -> usize {
        match self {
            Self::Text(text) => text.as_ref().map_or(0, String::len),
            Self::Bytes(bytes) => bytes.as_ref().map_or(0, Vec::len),
            Self::Integer(_) | Self::Real(_) => 0,
        }
    }
}

/// As people look for it.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(Some(n)) => n.fmt(f),
            Self::Real(Some(x)) => x.fmt(f),
            Self::Text(Some(text)) => text.fmt(f),
            Self::Bytes(Some(bytes)) => write!(f, "{} bytes", bytes.len()),
            _ => f.write_str("null"),
        }
    }
}

/// Text that both engines can hold: PostgreSQL has no place for a NUL, which a broken file may well contain.
fn storable(text: String) -> String {
    if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text }
}

/// SQLite keeps no sign of zero, so neither engine is given one.
pub(crate) fn unsigned_zero(x: f64) -> f64 {
    x + 0.0
}

macro_rules! values {
    ($($type:ty => $variant:ident($convert:expr);)*) => {$(
        impl From<$type> for Value {
            fn from(value: $type) -> Self {
                #[allow(clippy::redundant_closure_call)]
                Self::$variant(($convert)(value))
            }
        }
    )*};
}

values! {
    i64 => Integer(Some);
    i32 => Integer(|n| Some(i64::from(n)));
    Option<i64> => Integer(|n| n);
    f64 => Real(|x| Some(unsigned_zero(x)));
    Option<f64> => Real(|x: Option<f64>| x.map(unsigned_zero));
    &str => Text(|t: &str| Some(storable(t.to_owned())));
    String => Text(|t| Some(storable(t)));
    &String => Text(|t: &String| Some(storable(t.clone())));
    Cow<'_, str> => Text(|t: Cow<'_, str>| Some(storable(t.into_owned())));
    Option<&str> => Text(|t: Option<&str>| t.map(|t| storable(t.to_owned())));
    Option<String> => Text(|t: Option<String>| t.map(storable));
    Vec<u8> => Bytes(Some);
    &[u8] => Bytes(|b: &[u8]| Some(b.to_vec()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_engine_cannot_hold_is_given_to_neither() {
        assert_eq!(Value::from("a\0b"), Value::Text(Some("a\u{fffd}b".into())));
        assert!(Value::from(None::<&str>).is_null());
        let Value::Real(Some(zero)) = Value::from(-0.0) else { panic!("a number") };
        assert!(zero.is_sign_positive());
        assert!(!Value::from(0).is_null());
    }
}
