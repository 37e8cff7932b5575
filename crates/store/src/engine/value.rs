//! Values as both engines know them: four kinds, each of which may be null.

use std::borrow::Cow;

/// What a column holds.
#[derive(Debug, Clone, PartialEq)]
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
}

/// Text that both engines can hold: PostgreSQL has no place for a NUL, which a broken file may well contain.
fn storable(text: String) -> String {
    if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text }
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
    f64 => Real(Some);
    Option<f64> => Real(|x| x);
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
    fn a_nul_becomes_the_mark_of_what_cannot_be_shown() {
        assert_eq!(Value::from("a\0b"), Value::Text(Some("a\u{fffd}b".into())));
        assert!(Value::from(None::<&str>).is_null());
        assert!(!Value::from(0).is_null());
    }
}
