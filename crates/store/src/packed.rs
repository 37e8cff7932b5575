//! Facts packed many to a row. A row that the database hands over costs microseconds however little is in it, more than to
//! find it: by the thousand, facts come as one text with `;` between them and a blank between their fields.

use crate::{StoreError, column};

/// Stands for null.
const NONE: &str = "-";
/// Numbers of so many digits fit 64 bits.
const MAX_DIGITS: usize = 18;

/// The facts of a text, which is null where there are none.
pub(crate) fn facts(text: Option<&str>) -> impl Iterator<Item = Fields<'_>> {
    text.into_iter().flat_map(|text| text.split(';')).map(|fact| Fields { rest: Some(fact) })
}

/// What is left of the fields of one fact.
pub(crate) struct Fields<'t> {
    rest: Option<&'t str>,
}

impl<'t> Fields<'t> {
    /// The next field as it is.
    pub(crate) fn text(&mut self, column: &'static str) -> Result<&'t str, StoreError> {
        let rest = self.rest.ok_or_else(|| column::not_understood(column, "nothing"))?;
        let (field, rest) = rest.split_once(' ').map_or((rest, None), |(field, rest)| (field, Some(rest)));
        self.rest = rest;
        Ok(field)
    }

    /// The next field, a number.
    pub(crate) fn number(&mut self, column: &'static str) -> Result<i64, StoreError> {
        let field = self.text(column)?;
        number(field).ok_or_else(|| column::not_understood(column, field))
    }

    /// The next field, a number of a smaller type.
    pub(crate) fn small<T: TryFrom<i64>>(&mut self, column: &'static str) -> Result<T, StoreError> {
        column::small(column, self.number(column)?)
    }

    /// The next field, which may be null.
    pub(crate) fn nullable(&mut self, column: &'static str) -> Result<Option<&'t str>, StoreError> {
        Ok(Some(self.text(column)?).filter(|text| *text != NONE))
    }

    /// The next field, a number that may be null.
    pub(crate) fn nullable_number(&mut self, column: &'static str) -> Result<Option<i64>, StoreError> {
        let number = |field| number(field).ok_or_else(|| column::not_understood(column, field));
        self.nullable(column)?.map(number).transpose()
    }
}

/// As `parse` does, in half the time: there are a hundred thousand of them in the ten years of a league.
fn number(field: &str) -> Option<i64> {
    let digits = field.strip_prefix('-').unwrap_or(field).as_bytes();
    if digits.is_empty() || digits.len() > MAX_DIGITS {
        return field.parse().ok();
    }
    let mut number = 0;
    for digit in digits {
        let digit = digit.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        number = number * 10 + i64::from(digit);
    }
    Some(if digits.len() < field.len() { -number } else { number })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(mut fields: Fields<'_>) -> (i64, Option<i64>, &str) {
        let first = fields.number("first").unwrap();
        (first, fields.nullable_number("second").unwrap(), fields.text("third").unwrap())
    }

    #[test]
    fn facts_come_apart_again() {
        let read: Vec<_> = facts(Some("1 -2 completed;-3 - live")).map(fields).collect();
        assert_eq!(read, [(1, Some(-2), "completed"), (-3, None, "live")]);
        assert_eq!(facts(None).count(), 0);
    }

    #[test]
    fn numbers_are_those_that_parse_says() {
        let fields = ["0", "-1", "007", "1700000000000000", "999999999999999999", "9223372036854775807"];
        let none = ["", "-", "+", "x", "1x", "--1", "1.5", "9223372036854775808", "٣"];
        for field in fields.into_iter().chain(none).chain(["-9223372036854775808"]) {
            assert_eq!(number(field), field.parse().ok(), "{field}");
        }
    }

    #[test]
    fn what_is_no_fact_is_refused() {
        let refused = |text: &str| facts(Some(text)).next().unwrap().number("n").unwrap_err();
        assert!(refused("x").to_string().contains('x'));
        assert!(refused("").to_string().contains('n'));
        let mut short = facts(Some("1")).next().unwrap();
        assert_eq!(short.number("n").unwrap(), 1);
        assert!(short.text("stage").unwrap_err().to_string().contains("stage"));
    }
}
