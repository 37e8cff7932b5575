//! Facts packed many to a row. A row that the database hands over costs microseconds however little is in it, more than to
//! find it: by the thousand, facts come as one text with `;` between them and a blank between their fields.

use std::iter;

use crate::{StoreError, column};

/// Stands for null.
const NONE: &str = "-";
/// Stands for a real number that the engine cannot write exactly.
const INEXACT: char = '?';
/// Numbers of so many digits fit 64 bits.
const MAX_DIGITS: usize = 18;

/// The facts of a text, which is null where there are none.
pub(crate) fn facts(text: Option<&str>) -> impl Iterator<Item = Fields<'_>> {
    text.into_iter().flat_map(|text| text.split(';')).map(|fact| Fields { rest: Some(fact) })
}

/// The prices that the rest of the fields are: number of the series and millionths in turns.
pub(crate) fn prices(mut fields: Fields<'_>) -> impl Iterator<Item = Result<(i64, i64), StoreError>> {
    let price = |fields: &mut Fields<'_>| Ok((fields.number("series_id")?, fields.number("price_micros")?));
    iter::from_fn(move || fields.rest.is_some().then(|| price(&mut fields)))
}

/// Whether every number of facts without free text is written exactly.
pub(crate) fn is_exact(text: Option<&str>) -> bool {
    text.is_none_or(|text| !text.contains(INEXACT))
}

/// What is left of the fields of one fact.
pub(crate) struct Fields<'t> {
    rest: Option<&'t str>,
}

impl<'t> Fields<'t> {
    /// The next field as it is.
    pub(crate) fn text(&mut self, column: &'static str) -> Result<&'t str, StoreError> {
        let rest = self.rest.ok_or_else(|| column::not_understood(column, "nothing"))?;
        // Fields are short: looking at each byte is faster than a search that is good at long texts.
        let end = rest.bytes().position(|byte| byte == b' ');
        self.rest = end.map(|end| &rest[end + 1..]);
        Ok(&rest[..end.unwrap_or(rest.len())])
    }

    /// The next field, a number.
    pub(crate) fn number(&mut self, column: &'static str) -> Result<i64, StoreError> {
        if let Some((number, rest)) = self.rest.and_then(leading_number) {
            self.rest = rest;
            return Ok(number);
        }
        let field = self.text(column)?;
        field.parse().map_err(|_| column::not_understood(column, field))
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
        if self.pass_null() { Ok(None) } else { self.number(column).map(Some) }
    }

    /// The next field, a real number that may be null.
    pub(crate) fn nullable_real(&mut self, column: &'static str) -> Result<Option<f64>, StoreError> {
        if let Some((whole, rest)) = self.rest.and_then(leading_number) {
            self.rest = rest;
            // Written without a point, it has fifteen digits at the most.
            return Ok(Some(whole as f64));
        }
        let real = |field: &str| field.parse().map_err(|_| column::not_understood(column, field));
        self.nullable(column)?.map(real).transpose()
    }

    /// Passes by the next field if it is null.
    pub(crate) fn pass_null(&mut self) -> bool {
        let is_null = self.rest.is_some_and(|rest| rest == NONE || rest.starts_with("- "));
        if is_null {
            self.rest = self.rest.and_then(|rest| rest.get(2..));
        }
        is_null
    }

    /// Whether a null is all that is left.
    pub(crate) fn is_only_null(&self) -> bool {
        self.rest == Some(NONE)
    }
}

/// A number that a text begins with, and what follows the blank behind it; none for what `parse` has to look at. In a fifth of
/// its time: there are a million of them in the ten years of a league.
fn leading_number(text: &str) -> Option<(i64, Option<&str>)> {
    let bytes = text.as_bytes();
    let first = usize::from(bytes.first() == Some(&b'-'));
    let (mut end, mut number) = (first, 0_i64);
    while let Some(digit) = bytes.get(end).map(|byte| byte.wrapping_sub(b'0')).filter(|digit| *digit < 10) {
        number = number.wrapping_mul(10).wrapping_add(i64::from(digit));
        end += 1;
    }
    if !(1..=MAX_DIGITS).contains(&(end - first)) {
        return None;
    }
    let rest = match bytes.get(end) {
        None => None,
        Some(b' ') => Some(&text[end + 1..]),
        Some(_) => return None,
    };
    Some((if first == 1 { -number } else { number }, rest))
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
            let read = facts(Some(field)).next().unwrap().number("n").ok();
            assert_eq!(read, field.parse().ok(), "{field}");
            let text = format!("{field} 7");
            let mut both = facts(Some(&text)).next().unwrap();
            assert_eq!(both.number("n").ok(), field.parse().ok(), "{field}");
            assert_eq!(both.number("next").unwrap(), 7, "{field}");
        }
    }

    #[test]
    fn prices_are_the_rest() {
        let of = |text: &'static str| {
            let mut fields = facts(Some(text)).next().unwrap();
            assert_eq!(fields.number("fixture").unwrap(), 7);
            prices(fields).collect::<Result<Vec<_>, _>>()
        };
        assert_eq!(of("7").unwrap(), []);
        assert_eq!(of("7 1 2000000 -3 4").unwrap(), [(1, 2_000_000), (-3, 4)]);
        assert!(of("7 1").unwrap_err().to_string().contains("price_micros"));
        assert!(of("7 x 2").unwrap_err().to_string().contains("series_id"));
    }

    #[test]
    fn nulls_are_passed_by() {
        let mut fields = facts(Some("- 1 - -")).next().unwrap();
        assert!(fields.pass_null() && !fields.pass_null() && !fields.is_only_null());
        assert_eq!(fields.number("n").unwrap(), 1);
        assert!(!fields.is_only_null() && fields.pass_null() && fields.is_only_null());
        assert!(fields.pass_null() && !fields.pass_null());
    }

    #[test]
    fn real_numbers_are_those_that_parse_says() {
        for field in ["0", "12", "-3", "0.55", "1e-05", "1.7238300000000001", "-0.25"] {
            let text = format!("{field} - 1");
            let mut both = facts(Some(&text)).next().unwrap();
            assert_eq!(both.nullable_real("x").unwrap(), field.parse().ok(), "{field}");
            assert_eq!(both.nullable_real("none").unwrap(), None);
            assert_eq!(both.number("next").unwrap(), 1);
        }
        assert!(facts(Some("?")).next().unwrap().nullable_real("x").is_err());
        assert!(is_exact(None) && is_exact(Some("1 2.5 -")) && !is_exact(Some("1 ? -")));
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
