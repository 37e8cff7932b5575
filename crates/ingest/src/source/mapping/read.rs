//! A file read by its mapping: columns found once, rows read by position.

use std::borrow::Cow;

use domain::{
    Market, MatchRecord, Outcome, QuoteRecord, Reason, Rejection, Score, Season,
    fixture::{Kickoff, Stage},
    market::Line,
};
use jiff::fmt::strtime::BrokenDownTime;

use super::{
    MappedLine, MappedOdds, Mapping,
    file::{Cell, Mark, NamedBy, OddsFormat, StatisticKind},
};
use crate::{
    calendar::{Calendar, When},
    source::{
        Parsed,
        reading::{self, KnownTimes},
    },
    table::{self, Header, Row},
};

pub(super) fn table(mapping: &Mapping, text: &str, parsed: &mut Parsed) -> Result<(), Rejection> {
    let (header, rows) = table::open(text, mapping.file.delimiter)?;
    let plan = Plan::of(mapping, &header)?;
    parsed.records =
        table::read_rows(&header, rows, &mut parsed.rejections, |row, rejections| plan.read(row, rejections));
    Ok(())
}

/// A cell by position.
struct Place<'m> {
    column: usize,
    cell: &'m Cell,
}

struct MarkPlace<'m> {
    column: usize,
    mark: &'m Mark,
}

struct Plan<'m> {
    mapping: &'m Mapping,
    competition: Option<usize>,
    date: Place<'m>,
    time: Option<Place<'m>>,
    home: Place<'m>,
    away: Place<'m>,
    id: Option<Place<'m>>,
    season: Option<Place<'m>>,
    score: Option<(Place<'m>, Place<'m>)>,
    neutral: Option<MarkPlace<'m>>,
    playoff: Option<MarkPlace<'m>>,
    skip: Vec<usize>,
    statistics: Vec<(StatisticKind, (usize, usize))>,
    odds: Vec<(&'m MappedOdds, usize, Option<usize>)>,
}

/// A column by name; `NAME#2` is the second of that name.
fn find(header: &Header, name: &str) -> Result<usize, Rejection> {
    header
        .find(name)
        .or_else(|| name.rsplit_once('#').and_then(|(n, nth)| header.find_nth(n, nth.parse().ok()?)))
        .ok_or_else(|| header.missing(name))
}

impl<'m> Place<'m> {
    fn of(header: &Header, cell: &'m Cell) -> Result<Self, Rejection> {
        Ok(Self { column: find(header, &cell.column)?, cell })
    }

    /// The part of the cell that is meant; empty when there is none.
    fn text<'r>(&self, row: &'r Row<'_>) -> Cow<'r, str> {
        let mut text = row.cell(self.column);
        if let Some(mark) = &self.cell.after {
            text = text.split_once(mark.as_str()).map_or("", |(_, after)| after);
        }
        if let Some(mark) = &self.cell.before {
            text = text.split_once(mark.as_str()).map_or("", |(before, _)| before);
        }
        if let Some(first) = self.cell.first {
            text = text.char_indices().nth(first).map_or(text, |(end, _)| &text[..end]);
        }
        match &self.cell.append {
            Some(tail) if !text.is_empty() => Cow::Owned(format!("{}{tail}", text.trim())),
            _ => Cow::Borrowed(text.trim()),
        }
    }

    fn filled<'r>(&self, row: &'r Row<'_>) -> Result<Cow<'r, str>, Rejection> {
        let text = self.text(row);
        if text.is_empty() { Err(row.lost(self.column, Reason::MissingValue)) } else { Ok(text) }
    }
}

impl<'m> MarkPlace<'m> {
    fn of(header: &Header, mark: &'m Mark) -> Result<Self, Rejection> {
        Ok(Self { column: find(header, &mark.column)?, mark })
    }

    fn is_set(&self, row: &Row<'_>) -> bool {
        self.mark.values.iter().any(|value| value == row.cell(self.column))
    }
}

impl<'m> Plan<'m> {
    fn of(mapping: &'m Mapping, header: &Header) -> Result<Self, Rejection> {
        let file = &mapping.file;
        let place = |cell: &'m Cell| Place::of(header, cell);
        let score = match &file.score {
            Some(score) => Some((place(&score.home)?, place(&score.away)?)),
            None => None,
        };
        let odds = mapping.odds.iter().map(|odds| {
            let line = match &odds.line {
                MappedLine::Fixed(_) => None,
                MappedLine::Column { name, .. } => Some(find(header, name)?),
            };
            Ok((odds, find(header, &odds.column)?, line))
        });
        let statistics =
            file.statistics.iter().map(|s| Ok((s.kind, (find(header, &s.home)?, find(header, &s.away)?))));
        Ok(Self {
            mapping,
            competition: file.competition.column.as_ref().map(|c| find(header, c)).transpose()?,
            date: place(&file.date.cell)?,
            time: file.time.as_ref().map(|t| place(&t.cell)).transpose()?,
            home: place(&file.home)?,
            away: place(&file.away)?,
            id: file.id.as_ref().map(place).transpose()?,
            season: file.season.as_ref().map(|s| place(&s.cell)).transpose()?,
            score,
            neutral: file.neutral.as_ref().map(|m| MarkPlace::of(header, m)).transpose()?,
            playoff: file.playoff.as_ref().map(|m| MarkPlace::of(header, m)).transpose()?,
            skip: file.skip.iter().map(|s| find(header, &s.column)).collect::<Result<_, _>>()?,
            statistics: statistics.collect::<Result<_, _>>()?,
            odds: odds.collect::<Result<_, _>>()?,
        })
    }

    fn read(
        &self,
        row: &Row<'_>,
        rejections: &mut Vec<Rejection>,
    ) -> Result<Option<MatchRecord<String>>, Rejection> {
        if self.is_skipped(row) {
            return Ok(None);
        }
        let calendar = self.calendar(row)?;
        let teams = self.teams(row)?;
        let when = self.when(row, calendar, &teams.0)?;
        let outcome = self.outcome(row, calendar)?;
        let mut record = reading::league_match(row.line, calendar, when, teams, outcome);
        record.source_id = self.id.as_ref().map(|id| id.text(row).into_owned()).filter(|id| !id.is_empty());
        record.season_label = self.season_label(row);
        record.neutral = self.neutral.as_ref().is_some_and(|m| m.is_set(row));
        if self.playoff.as_ref().is_some_and(|m| m.is_set(row)) {
            record.stage = Stage::Playoff;
        }
        for (kind, columns) in &self.statistics {
            let read = if *kind == StatisticKind::Possession { reading::share } else { reading::amount };
            let pair = reading::pair(row, Some(*columns), rejections, read);
            let statistics = &mut record.statistics;
            *match kind {
                StatisticKind::ExpectedGoals => &mut statistics.expected_goals,
                StatisticKind::Shots => &mut statistics.shots,
                StatisticKind::ShotsOnTarget => &mut statistics.shots_on_target,
                StatisticKind::Corners => &mut statistics.corners,
                StatisticKind::Possession => &mut statistics.possession,
                StatisticKind::RedCards => &mut statistics.red_cards,
            } = pair;
        }
        record.quotes = self.quotes(row, when.kickoff, rejections);
        Ok(Some(record))
    }

    fn is_skipped(&self, row: &Row<'_>) -> bool {
        self.skip.iter().zip(&self.mapping.file.skip).any(|(column, skip)| {
            let cell = row.cell(*column);
            skip.contains.as_ref().is_some_and(|part| cell.contains(part.as_str()))
                || skip.equals.as_ref().is_some_and(|whole| cell == whole)
        })
    }

    fn calendar(&self, row: &Row<'_>) -> Result<&'m Calendar, Rejection> {
        let name = match self.competition {
            Some(column) => row.filled(column)?,
            None => "",
        };
        self.mapping
            .calendars
            .get(name)
            .ok_or_else(|| row.lost(self.competition.unwrap_or_default(), Reason::UnknownCompetition))
    }

    fn when(&self, row: &Row<'_>, calendar: &Calendar, home: &str) -> Result<When, Rejection> {
        let bad = |place: &Place<'_>, reason| row.lost(place.column, reason);
        let bad_date = || bad(&self.date, Reason::BadDate);
        let placed = |at| match &self.mapping.zone {
            Some(zone) => calendar.at_civil(at, zone),
            None => calendar.at_venue(at, home),
        };
        let text = self.date.filled(row)?;
        let read =
            BrokenDownTime::parse(&self.mapping.file.date.format, text.as_ref()).map_err(|_| bad_date())?;
        if read.hour().is_some() {
            let at = read.to_datetime().map_err(|_| bad_date())?;
            return placed(at).ok_or_else(bad_date);
        }
        let date = read.to_date().map_err(|_| bad_date())?;
        let (Some(place), Some(moment)) = (&self.time, &self.mapping.file.time) else {
            return calendar.on_date(date).ok_or_else(bad_date);
        };
        let text = place.text(row);
        if text.is_empty() {
            return calendar.on_date(date).ok_or_else(bad_date);
        }
        let time = BrokenDownTime::parse(&moment.format, text.as_ref()).and_then(|read| read.to_time());
        let time = time.map_err(|_| bad(place, Reason::BadTime))?;
        placed(date.to_datetime(time)).ok_or_else(bad_date)
    }

    fn teams(&self, row: &Row<'_>) -> Result<(String, String), Rejection> {
        let names = (self.home.filled(row)?.into_owned(), self.away.filled(row)?.into_owned());
        for (place, name) in [(&self.home, &names.0), (&self.away, &names.1)] {
            if self.mapping.file.not_league.contains(name) {
                return Err(row.lost(place.column, Reason::NotALeagueTeam));
            }
        }
        if names.0 == names.1 { Err(row.lost(self.away.column, Reason::SameTeamTwice)) } else { Ok(names) }
    }

    fn outcome(&self, row: &Row<'_>, calendar: &Calendar) -> Result<Option<Outcome>, Rejection> {
        let Some((home, away)) = &self.score else { return Ok(None) };
        if home.text(row).is_empty() && away.text(row).is_empty() {
            return Ok(None);
        }
        let points = |place: &Place<'_>| {
            reading::count(&place.filled(row)?)
                .filter(|value| calendar.sport.rules().plausible_score.contains(value))
                .ok_or_else(|| row.lost(place.column, Reason::BadScore))
        };
        let score = Score::new(points(home)?, points(away)?);
        if !calendar.sport.attainable(score) {
            return Err(row.lost(home.column, Reason::BadScore));
        }
        Ok(Some(if reading::ends_in_regulation(calendar.sport) {
            Outcome::completed(score)
        } else {
            Outcome::after_overtime(None, score)
        }))
    }

    fn season_label(&self, row: &Row<'_>) -> Option<Season> {
        let label: Season = self.season.as_ref()?.text(row).parse().ok()?;
        let by_end = self.mapping.file.season.as_ref().is_some_and(|s| s.named_by == NamedBy::EndYear);
        Some(if by_end { label.previous() } else { label })
    }

    fn quotes(&self, row: &Row<'_>, kickoff: Kickoff, rejections: &mut Vec<Rejection>) -> Vec<QuoteRecord> {
        let mut quotes = Vec::with_capacity(self.odds.len());
        if self.odds.is_empty() {
            return quotes;
        }
        let Some(known) = KnownTimes::of(kickoff) else { return quotes };
        for (odds, column, line_column) in &self.odds {
            let cell = row.cell(*column);
            if cell.is_empty() {
                continue;
            }
            let price = match odds.format {
                OddsFormat::Decimal => reading::decimal(cell),
                OddsFormat::American => reading::american(cell),
                OddsFormat::Fractional => reading::fractional(cell),
            };
            let quoted = price
                .ok_or(Reason::BadOdds)
                .and_then(|price| Ok((price, market(odds, row.optional(*line_column))?)));
            match quoted {
                Ok((price, market)) => quotes.push(known.quote(odds.series(market), price)),
                Err(reason) => rejections.push(row.field(*column, reason)),
            }
        }
        quotes
    }
}

fn market(odds: &MappedOdds, line_cell: &str) -> Result<Market, Reason> {
    let line = match (&odds.line, line_cell) {
        (MappedLine::Fixed(line), _) => *line,
        (MappedLine::Column { .. }, "") => return Err(Reason::MissingLine),
        (MappedLine::Column { negated, .. }, text) => {
            let line = reading::line(text).ok_or(Reason::BadLine)?;
            Some(if *negated { Line::from_quarters(-line.quarters()) } else { line })
        }
    };
    Market::new(odds.kind, line).map_err(|_| Reason::BadLine)
}
