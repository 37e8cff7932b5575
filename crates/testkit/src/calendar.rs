//! Who meets whom in which round, and when a season starts.

use jiff::{SignedDuration, Timestamp, civil::date, tz::TimeZone};

/// Every pairing of `n` sides, each round once, by the circle method; sides take turns at home. An odd side out rests.
pub(crate) fn single_round_robin(n: usize) -> Vec<Vec<(usize, usize)>> {
    let even = n + n % 2;
    let mut circle: Vec<usize> = (0..even).collect();
    let mut rounds = Vec::with_capacity(even.saturating_sub(1));
    for round in 0..even.saturating_sub(1) {
        let mut pairs = Vec::with_capacity(even / 2);
        for i in 0..even / 2 {
            let (a, b) = (circle[i], circle[even - 1 - i]);
            if a < n && b < n {
                pairs.push(if (round + i) % 2 == 0 { (a, b) } else { (b, a) });
            }
        }
        rounds.push(pairs);
        circle[1..].rotate_right(1);
    }
    rounds
}

/// As many rounds as asked for: the round robin, then its mirror image, and again.
pub(crate) fn rounds(n: usize, count: usize) -> Vec<Vec<(usize, usize)>> {
    let first = single_round_robin(n);
    let mirrored = |pairs: &Vec<(usize, usize)>| pairs.iter().map(|(h, a)| (*a, *h)).collect();
    let second: Vec<Vec<(usize, usize)>> = first.iter().map(mirrored).collect();
    first.iter().chain(&second).cycle().take(count).cloned().collect()
}

/// 12:00 UTC of a day of a year, plus so many days.
pub(crate) fn noon(year: i16, month: i8, day: i8, days_later: f64) -> Timestamp {
    let start = date(year, month, day).at(12, 0, 0, 0).to_zoned(TimeZone::UTC).map(|z| z.timestamp());
    let whole_hours = (days_later * 24.0) as i64;
    start.unwrap_or_default() + SignedDuration::from_hours(whole_hours)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn everybody_meets_everybody_once_at_home() {
        for n in [2, 5, 20] {
            let season = rounds(n, 2 * single_round_robin(n).len());
            let met: BTreeSet<(usize, usize)> = season.iter().flatten().copied().collect();
            assert_eq!(met.len(), n * (n - 1), "{n} sides");
            assert_eq!(season.iter().flatten().count(), n * (n - 1), "{n} sides");
            for round in &season {
                let busy: BTreeSet<usize> = round.iter().flat_map(|(h, a)| [*h, *a]).collect();
                assert_eq!(busy.len(), 2 * round.len(), "nobody plays twice in a round");
            }
        }
    }
}
