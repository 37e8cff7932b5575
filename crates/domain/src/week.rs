//! Weeks, which begin on Monday and are named by it.

use jiff::civil::Date;

/// The Monday of a day's week.
pub fn monday_of(day: Date) -> Date {
    let days = jiff::Span::new().days(day.weekday().to_monday_zero_offset());
    day.saturating_sub(days)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_week_runs_from_monday_to_sunday() {
        let monday = date(2024, 1, 1);
        assert_eq!(monday_of(monday), monday);
        assert_eq!(monday_of(date(2024, 1, 7)), monday);
        assert_eq!(monday_of(date(2023, 12, 31)), date(2023, 12, 25));
        assert_eq!(monday_of(date(2024, 3, 1)), date(2024, 2, 26));
    }
}
