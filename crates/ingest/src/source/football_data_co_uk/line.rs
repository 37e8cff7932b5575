//! Handicap lines as this source has written them: `-0.75`, `-1 1/4`, `-0.5,-1`, `0,+0.5`, `-1.5/-2`.

use domain::market::Line;

use crate::source::reading;

/// Two neighbouring half lines mean the quarter line between them.
const NEIGHBOURS_APART: i16 = 2;

pub(super) fn parse(text: &str) -> Option<Line> {
    reading::line(text).or_else(|| neighbours(text)).or_else(|| mixed_number(text))
}

/// `-0.5,-1` and `-1.5/-2`: half a stake on each.
fn neighbours(text: &str) -> Option<Line> {
    let (one, other) = text.split_once([',', '/'])?;
    let (one, other) = (reading::line(one.trim())?.quarters(), reading::line(other.trim())?.quarters());
    let halves = one % 2 == 0 && other % 2 == 0;
    (halves && (one - other).abs() == NEIGHBOURS_APART)
        .then(|| Line::from_quarters(i16::midpoint(one, other)))
}

/// `-1 1/4`, where the sign belongs to the whole.
fn mixed_number(text: &str) -> Option<Line> {
    let (whole, fraction) = text.split_once(' ')?;
    let quarters = match fraction.trim() {
        "1/4" => 1,
        "1/2" => 2,
        "3/4" => 3,
        _ => return None,
    };
    let whole_line = reading::line(whole)?.quarters();
    if whole_line % 4 != 0 {
        return None;
    }
    Some(Line::from_quarters(if whole.starts_with('-') {
        whole_line - quarters
    } else {
        whole_line + quarters
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_a_line_was_ever_written() {
        let quarters = |text| parse(text).map(Line::quarters);
        for (text, expected) in [
            ("-0.75", -3),
            ("0", 0),
            ("+1.5", 6),
            ("-1 1/4", -5),
            ("1 3/4", 7),
            ("-0 1/4", -1),
            ("-1.5/-2", -7),
            ("0,+0.5", 1),
            ("0,-0.5", -1),
            ("+0.5,+1", 3),
            ("-1, -1.5", -5),
        ] {
            assert_eq!(quarters(text), Some(expected), "{text}");
        }
        for wrong in ["-1.2", "1.94", "0.758", "-0.5,-2", "0.25,0.75", "1/4", "x", "-1 1/3", "", "nan", "1e9"]
        {
            assert_eq!(quarters(wrong), None, "{wrong}");
        }
    }
}
