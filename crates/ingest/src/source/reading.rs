//! What single cells mean, alike in every source: counts, scores, prices, lines, statistics.

use std::str::FromStr;

use domain::{
    DecimalOdds, KnownRule, MatchRecord, Outcome, QuoteRecord, Reason, Rejection, Score, Season, Sport,
    fixture::{FixtureStatus, Kickoff, Stage},
    market::Line,
    quote::{Phase, Series},
    sport::SettlementPeriod,
    statistics::Pair,
};
use jiff::Timestamp;

use crate::{
    calendar::{Calendar, When},
    table::Row,
};

/// A count.
pub(super) fn count(text: &str) -> Option<u16> {
    whole(text)
}

/// A whole number that is not negative; `21.0`, as data frames write integers, is one.
pub(super) fn whole<T: FromStr>(text: &str) -> Option<T> {
    let whole = match text.split_once('.') {
        Some((whole, zeros)) if zeros.bytes().all(|b| b == b'0') => whole,
        Some(_) => return None,
        None => text,
    };
    if whole.is_empty() || !whole.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    whole.parse().ok()
}

/// A season named by one year, taken to be its first.
pub(super) fn year(text: &str) -> Option<Season> {
    count(text).and_then(|year| i16::try_from(year).ok()).map(Season::starting)
}

/// A number that is not negative.
pub(super) fn amount(text: &str) -> Option<f64> {
    number(text).filter(|value| *value >= 0.0)
}

/// Any number.
pub(super) fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|value: &f64| value.is_finite())
}

/// A share of 1, as such (`0.55`) or in percent (`55`, `55%`). A single per cent is not told from the whole.
pub(super) fn share(text: &str) -> Option<f64> {
    let (text, is_percent) = match text.strip_suffix('%') {
        Some(text) => (text.trim_end(), true),
        None => (text, false),
    };
    let value = amount(text)?;
    let share = if is_percent || value > 1.0 { value / 100.0 } else { value };
    (share <= 1.0).then_some(share)
}

/// One side's score, plausible in the sport.
pub(super) fn points(row: &Row<'_>, column: usize, sport: Sport) -> Result<u16, Rejection> {
    let text = row.filled(column)?;
    count(text)
        .filter(|value| sport.rules().plausible_score.contains(value))
        .ok_or_else(|| row.lost(column, Reason::BadScore))
}

/// The final score, or none where both cells are blank: a fixture not played yet.
pub(super) fn score(
    row: &Row<'_>,
    home: usize,
    away: usize,
    sport: Sport,
) -> Result<Option<Score>, Rejection> {
    if row.cell(home).is_empty() && row.cell(away).is_empty() {
        return Ok(None);
    }
    let score = Score::new(points(row, home, sport)?, points(row, away, sport)?);
    if sport.attainable(score) { Ok(Some(score)) } else { Err(row.lost(home, Reason::BadScore)) }
}

/// Whether the end of a match is also its end in regulation, as far as a file without periods can tell.
pub(super) fn ends_in_regulation(sport: Sport) -> bool {
    sport.rules().settlement_period == SettlementPeriod::Regulation
}

/// Both sides of a statistic, by `read`. One side alone says nothing; a cell that cannot be read is rejected and the match kept.
pub(super) fn pair(
    row: &Row<'_>,
    columns: Option<(usize, usize)>,
    rejections: &mut Vec<Rejection>,
    read: impl Fn(&str) -> Option<f64>,
) -> Option<Pair> {
    let (home, away) = columns?;
    if row.cell(home).is_empty() && row.cell(away).is_empty() {
        return None;
    }
    let mut side = |column: usize| {
        let cell = row.cell(column);
        let value = read(cell);
        if value.is_none() {
            let reason = if cell.is_empty() { Reason::MissingValue } else { Reason::BadStatistic };
            rejections.push(row.field(column, reason));
        }
        value
    };
    let (home, away) = (side(home), side(away));
    Some(Pair { home: home?, away: away? })
}

/// What a cell that may be blank says; one that cannot be read is rejected and the row kept.
pub(super) fn optional<T>(
    row: &Row<'_>,
    column: Option<usize>,
    rejections: &mut Vec<Rejection>,
    reason: Reason,
    read: impl Fn(&str) -> Option<T>,
) -> Option<T> {
    let column = row.given(column)?;
    let value = read(row.cell(column));
    rejections.extend(value.is_none().then(|| row.field(column, reason)));
    value
}

/// A decimal price.
pub(super) fn decimal(text: &str) -> Option<DecimalOdds> {
    DecimalOdds::new(text.parse().ok()?).ok()
}

/// An American price.
pub(super) fn american(text: &str) -> Option<DecimalOdds> {
    DecimalOdds::from_american(text.parse().ok()?).ok()
}

/// A fractional price: profit over stake, `11/4`, `evens`.
pub(super) fn fractional(text: &str) -> Option<DecimalOdds> {
    if text.eq_ignore_ascii_case("evens") || text.eq_ignore_ascii_case("evs") {
        return DecimalOdds::new(2.0).ok();
    }
    let (profit, stake) = text.split_once('/')?;
    let (profit, stake): (f64, f64) = (profit.trim().parse().ok()?, stake.trim().parse().ok()?);
    DecimalOdds::new(1.0 + profit / stake).ok()
}

/// A line written as one number on the quarter grid.
pub(super) fn line(text: &str) -> Option<Line> {
    text.parse::<f64>().ok().and_then(|value| Line::try_from(value).ok())
}

/// Names of both sides; a team does not meet itself.
pub(super) fn teams(row: &Row<'_>, home: usize, away: usize) -> Result<(String, String), Rejection> {
    let (home_name, away_name) = (row.filled(home)?, row.filled(away)?);
    if home_name == away_name {
        return Err(row.lost(away, Reason::SameTeamTwice));
    }
    Ok((home_name.to_owned(), away_name.to_owned()))
}

/// A record of a league match at home, to which a source adds what it knows. Played when there is an outcome.
pub(super) fn league_match(
    row: u32,
    calendar: &Calendar,
    when: When,
    (home, away): (String, String),
    outcome: Option<Outcome>,
) -> MatchRecord<String> {
    MatchRecord {
        row,
        competition: calendar.competition,
        sport: calendar.sport,
        source_id: None,
        season: when.season,
        season_label: None,
        home,
        away,
        local_date: when.local_date,
        kickoff: when.kickoff,
        neutral: false,
        stage: Stage::Regular,
        status: if outcome.is_some() { FixtureStatus::Completed } else { FixtureStatus::Scheduled },
        outcome,
        statistics: domain::MatchStatistics::default(),
        line_up: domain::LineUp::default(),
        venue: None,
        weather: domain::Weather::default(),
        quotes: Vec::new(),
    }
}

/// When prices of one match became known, phase by phase.
#[derive(Debug, Clone, Copy)]
pub(super) struct KnownTimes {
    pre_match: (Timestamp, KnownRule),
    closing: (Timestamp, KnownRule),
    opening: (Timestamp, KnownRule),
}

impl KnownTimes {
    /// None when the zone database lacks the zone of the collection rule.
    pub(super) fn of(kickoff: Kickoff) -> Option<Self> {
        Some(Self {
            pre_match: kickoff.collected_at().ok()?,
            closing: kickoff.closing_known_at(),
            opening: kickoff.opening_known_at(),
        })
    }

    /// A price with the moment it could be known. Only a feed that is watched can say when it saw a price, so observed
    /// prices do not come this way and would be taken as closing ones.
    pub(super) fn quote(self, series: Series, odds: DecimalOdds) -> QuoteRecord {
        let (known_at, known_rule) = match series.phase {
            Phase::PreMatch => self.pre_match,
            Phase::Opening => self.opening,
            Phase::Closing | Phase::Observed => self.closing,
        };
        QuoteRecord { series, odds, known_at, known_rule }
    }
}
