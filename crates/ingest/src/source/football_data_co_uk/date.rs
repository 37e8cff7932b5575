//! Dates `dd/mm/yy` and `dd/mm/yyyy`, times `hh:mm`.

use jiff::civil::{Date, Time};

/// Two-digit years from here on are of the last century: league football is older than the files, not younger.
const FIRST_OF_1900S: i16 = 70;

pub(super) fn parse(text: &str) -> Option<Date> {
    let mut parts = text.split('/');
    let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || day.len() > 2 || month.len() > 2 {
        return None;
    }
    let year_number = digits(year)?;
    let year = match year.len() {
        4 => year_number,
        2 if year_number >= FIRST_OF_1900S => 1900 + year_number,
        2 => 2000 + year_number,
        _ => return None,
    };
    Date::new(year, i8::try_from(digits(month)?).ok()?, i8::try_from(digits(day)?).ok()?).ok()
}

pub(super) fn time(text: &str) -> Option<Time> {
    let (hour, minute) = text.split_once(':')?;
    if minute.len() != 2 || hour.len() > 2 {
        return None;
    }
    Time::new(i8::try_from(digits(hour)?).ok()?, i8::try_from(digits(minute)?).ok()?, 0, 0).ok()
}

fn digits(text: &str) -> Option<i16> {
    if text.bytes().all(|b| b.is_ascii_digit()) { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use jiff::civil;

    use super::*;

    #[test]
    fn both_centuries_and_both_lengths() {
        assert_eq!(parse("14/08/93"), Some(civil::date(1993, 8, 14)));
        assert_eq!(parse("01/02/05"), Some(civil::date(2005, 2, 1)));
        assert_eq!(parse("11/08/2023"), Some(civil::date(2023, 8, 11)));
        assert_eq!(parse("1/2/2005"), Some(civil::date(2005, 2, 1)));
        for wrong in ["2023-08-11", "08/31/2023", "11/08/202", "11/08", "11/08/23/1", "+1/08/2023", ""] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
        assert_eq!(time("9:30"), Some(civil::time(9, 30, 0, 0)));
        for wrong in ["24:00", "12.30", "1230", "12:3", ""] {
            assert_eq!(time(wrong), None, "{wrong}");
        }
    }
}
