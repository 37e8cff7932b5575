//! Rows as bytes and back, column by column: neighbours in a column are alike, which is what compression lives on.
//!
//! Each column begins with a byte: 0 when every row has a value, 1 when one bit per row says which do (the first row is the
//! lowest bit of the first byte). The values that are there follow: whole numbers as the difference to the one before (the
//! first to 0), zigzag and LEB128; reals as their eight bytes, most significant first; texts and bytes as their length in
//! LEB128 and themselves.

use crate::{Column, Kind, Value, catalogue::Values};

/// Bytes that are no rows of these columns: what is wrong with them.
pub(super) type Unreadable = &'static str;

/// What the rows of some columns are as bytes. Values are of their column's kind, as the database read them.
pub(super) fn encode(columns: &[Column], rows: &[Values]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(rows.len() * columns.len() * 4);
    for place in 0..columns.len() {
        let column = || rows.iter().map(|row| &row[place]);
        if column().any(Value::is_null) {
            bytes.push(1);
            let start = bytes.len();
            bytes.resize(start + rows.len().div_ceil(8), 0);
            for (n, _) in column().enumerate().filter(|(_, value)| !value.is_null()) {
                bytes[start + n / 8] |= 1 << (n % 8);
            }
        } else {
            bytes.push(0);
        }
        let mut before = 0;
        column().for_each(|value| write(&mut bytes, &mut before, value));
    }
    bytes
}

fn write(bytes: &mut Vec<u8>, before: &mut i64, value: &Value) {
    match value {
        Value::Integer(Some(n)) => {
            let difference = n.wrapping_sub(*before);
            write_number(bytes, ((difference << 1) ^ (difference >> 63)).cast_unsigned());
            *before = *n;
        }
        Value::Real(Some(x)) => bytes.extend_from_slice(&x.to_be_bytes()),
        Value::Text(Some(text)) => {
            write_number(bytes, text.len() as u64);
            bytes.extend_from_slice(text.as_bytes());
        }
        Value::Bytes(Some(content)) => {
            write_number(bytes, content.len() as u64);
            bytes.extend_from_slice(content);
        }
        Value::Integer(None) | Value::Real(None) | Value::Text(None) | Value::Bytes(None) => {}
    }
}

/// LEB128: seven bits a byte, the lowest first; the highest bit says that more follow.
fn write_number(bytes: &mut Vec<u8>, mut n: u64) {
    while n >= 0x80 {
        bytes.push(n as u8 | 0x80);
        n >>= 7;
    }
    bytes.push(n as u8);
}

/// The rows that these bytes are. Any bytes may be given.
pub(super) fn decode(columns: &[Column], n_rows: usize, bytes: &[u8]) -> Result<Vec<Values>, Unreadable> {
    let mut rest = Rest(bytes);
    // Bytes that are too few for so many rows fail before room is made for more of them than there are bytes.
    let mut rows: Vec<Values> = Vec::with_capacity(n_rows.min(bytes.len()));
    for (place, column) in columns.iter().enumerate() {
        let present = match rest.take(1)? {
            [0] => None,
            [1] => Some(rest.take(n_rows.div_ceil(8))?),
            _ => return Err("a column begins with an unknown byte"),
        };
        let mut before = 0;
        for n in 0..n_rows {
            let is_there = present.is_none_or(|bits| bits[n / 8] >> (n % 8) & 1 == 1);
            let value = rest.value(column.kind, is_there, &mut before)?;
            if place == 0 {
                rows.push(Vec::with_capacity(columns.len()));
            }
            rows[n].push(value);
        }
    }
    if rest.0.is_empty() { Ok(rows) } else { Err("bytes are left over") }
}

/// What is not read yet.
struct Rest<'b>(&'b [u8]);

impl<'b> Rest<'b> {
    fn take(&mut self, n: usize) -> Result<&'b [u8], Unreadable> {
        let (taken, rest) = self.0.split_at_checked(n).ok_or("it ends too early")?;
        self.0 = rest;
        Ok(taken)
    }

    fn number(&mut self) -> Result<u64, Unreadable> {
        let mut n = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.take(1)?[0];
            n |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(n);
            }
        }
        Err("a number is too long")
    }

    fn counted(&mut self) -> Result<&'b [u8], Unreadable> {
        let length = self.number()?;
        self.take(usize::try_from(length).map_err(|_| "a length is too large")?)
    }

    fn value(&mut self, kind: Kind, is_there: bool, before: &mut i64) -> Result<Value, Unreadable> {
        Ok(match (kind, is_there) {
            (Kind::Integer, false) => Value::Integer(None),
            (Kind::Real, false) => Value::Real(None),
            (Kind::Text, false) => Value::Text(None),
            (Kind::Bytes, false) => Value::Bytes(None),
            (Kind::Integer, true) => {
                let zigzag = self.number()?;
                let difference = (zigzag >> 1).cast_signed() ^ -(zigzag & 1).cast_signed();
                *before = before.wrapping_add(difference);
                Value::Integer(Some(*before))
            }
            (Kind::Real, true) => {
                let bytes = self.take(8)?.try_into().map_err(|_| "it ends too early")?;
                Value::Real(Some(f64::from_be_bytes(bytes)))
            }
            (Kind::Text, true) => {
                let text = str::from_utf8(self.counted()?).map_err(|_| "a text is no UTF-8")?;
                Value::Text(Some(text.to_owned()))
            }
            (Kind::Bytes, true) => Value::Bytes(Some(self.counted()?.to_vec())),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const KINDS: [Kind; 4] = [Kind::Integer, Kind::Real, Kind::Text, Kind::Bytes];

    fn columns() -> Vec<Column> {
        KINDS.map(|kind| Column { name: format!("{kind:?}"), kind, nullable: true }).to_vec()
    }

    fn row() -> impl Strategy<Value = Values> {
        let text = proptest::option::of("\\PC{0,12}");
        let bytes = proptest::option::of(proptest::collection::vec(any::<u8>(), 0..20));
        let numbers = (proptest::option::of(any::<i64>()), proptest::option::of(any::<f64>()));
        (numbers, text, bytes).prop_map(|((n, x), text, bytes)| {
            vec![Value::Integer(n), Value::Real(x), Value::Text(text), Value::Bytes(bytes)]
        })
    }

    proptest! {
        #[test]
        fn rows_return(rows in proptest::collection::vec(row(), 0..40)) {
            let read = decode(&columns(), rows.len(), &encode(&columns(), &rows)).unwrap();
            // A value that is no number differs from itself; its text does not.
            prop_assert_eq!(format!("{read:?}"), format!("{rows:?}"));
        }

        #[test]
        fn any_bytes_are_read_or_refused(n in 0..2000_usize, bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(rows) = decode(&columns(), n, &bytes) {
                prop_assert_eq!(rows.len(), n);
            }
        }
    }

    #[test]
    fn bytes_of_a_known_block() {
        let column = |kind| Column { name: "c".into(), kind, nullable: true };
        let rows =
            [vec![Value::from(300), Value::from("ab")], vec![Value::from(299), Value::Text(None)]].to_vec();
        // 300 is 600 in zigzag, 0xd8 0x04 in LEB128; the next is one less, which is 1 in zigzag.
        let expected = [0, 0xd8, 0x04, 1, 1, 0b01, 2, b'a', b'b'];
        assert_eq!(encode(&[column(Kind::Integer), column(Kind::Text)], &rows), expected);
    }

    #[test]
    fn a_count_of_rows_that_cannot_be_is_refused_without_making_room_for_them() {
        assert!(decode(&columns(), usize::MAX, &[0]).is_err());
        assert!(decode(&columns(), 1 << 40, &[1, 1, 1]).is_err());
    }
}
