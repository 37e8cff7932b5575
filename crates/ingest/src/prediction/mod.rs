//! Predictions made elsewhere, one per row: `predictions_csv`, comma or tab between the cells. `data export forecasts` writes the
//! same columns; `docs/FORMATS.md` describes them, and any others are passed over.

use domain::{
    CompetitionId, FixtureId, OutcomeProbabilities, PredictedMatch, PredictionRecord, Reason, Rejection,
    Sport, Statement, sport::LevelScore,
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};

use crate::{
    calendar::Calendar,
    table::{self, Header, Row},
    text,
};

/// The name of the format.
pub const FORMAT: &str = "predictions_csv";

/// How far stated probabilities may be from 1 together: three numbers of two decimals, each rounded by half a hundredth.
const ROUNDING: f64 = 0.015;

/// What a payload held.
#[derive(Debug, Clone, PartialEq)]
pub struct ParsedPredictions {
    /// In the order of the file.
    pub records: Vec<PredictionRecord<String>>,
    /// What could not be used, in the order of the file.
    pub rejections: Vec<Rejection>,
}

/// Everything that can be read from a payload; what cannot be used becomes rejections.
pub fn parse(payload: &[u8]) -> ParsedPredictions {
    let (text, _) = text::decode(payload, None);
    let mut rejections = Vec::new();
    let records = rows(&text, &mut rejections).unwrap_or_else(|rejection| {
        rejections.push(rejection);
        Vec::new()
    });
    ParsedPredictions { records, rejections }
}

fn rows(text: &str, rejections: &mut Vec<Rejection>) -> Result<Vec<PredictionRecord<String>>, Rejection> {
    let (header, rows) = table::open(text, table::comma_or_tab(text))?;
    let columns = Columns::of(&header)?;
    Ok(table::read_rows(&header, rows, rejections, |row, _| columns.read(row).map(Some)))
}

/// Where the columns stand.
struct Columns {
    model: usize,
    as_of: usize,
    fixture: Option<usize>,
    pairing: Option<Pairing>,
    outcome: Option<[usize; 2]>,
    draw: Option<usize>,
    score: Option<[usize; 2]>,
}

struct Pairing {
    competition: usize,
    date: usize,
    home: usize,
    away: usize,
}

impl Columns {
    fn of(header: &Header) -> Result<Self, Rejection> {
        let pair = |home: &str, away: &str| Some([header.find(home)?, header.find(away)?]);
        let (outcome, score) =
            (pair("probability_home", "probability_away"), pair("expected_home", "expected_away"));
        if outcome.is_none() && score.is_none() {
            return Err(header.missing("probability_home"));
        }
        let fixture = header.find("fixture_id");
        let pairing = match fixture {
            // Named otherwise, the match needs no more; but a file may name some by number and some by their teams.
            Some(_) => Pairing::of(header).ok(),
            None => Some(Pairing::of(header)?),
        };
        Ok(Self {
            model: header.require("model")?,
            as_of: header.require("as_of")?,
            fixture,
            pairing,
            outcome,
            draw: header.find("probability_draw"),
            score,
        })
    }

    fn read(&self, row: &Row<'_>) -> Result<PredictionRecord<String>, Rejection> {
        if row.is_cut() {
            return Err(row.cut_off());
        }
        let about = self.about(row)?;
        let statement = Statement { outcome: self.outcome(row, &about)?, score: self.score(row)? };
        if statement.stated().is_none() {
            let column = self.outcome.or(self.score).map_or(self.model, |[home, _]| home);
            return Err(row.lost(column, Reason::MissingValue));
        }
        Ok(PredictionRecord {
            row: row.line,
            model: row.filled(self.model)?.to_owned(),
            as_of: moment(row.filled(self.as_of)?).ok_or_else(|| row.lost(self.as_of, Reason::BadMoment))?,
            about,
            statement,
        })
    }

    fn about(&self, row: &Row<'_>) -> Result<PredictedMatch<String>, Rejection> {
        match (row.given(self.fixture), &self.pairing) {
            (Some(column), _) => match row.cell(column).parse() {
                Ok(number) => Ok(PredictedMatch::Fixture(FixtureId(number))),
                Err(_) => Err(row.lost(column, Reason::UnknownFixture)),
            },
            (None, Some(pairing)) => pairing.read(row),
            (None, None) => Err(row.lost(self.fixture.unwrap_or_default(), Reason::MissingValue)),
        }
    }

    /// Three probabilities; where a draw is no outcome of its own, one says the other.
    fn outcome(
        &self,
        row: &Row<'_>,
        about: &PredictedMatch<String>,
    ) -> Result<Option<OutcomeProbabilities>, Rejection> {
        let Some([home, away]) = self.outcome else { return Ok(None) };
        let cell = |column: usize| match row.cell(column) {
            "" => Ok(None),
            text => match text.parse::<f64>() {
                Ok(value) if (0.0..=1.0).contains(&value) => Ok(Some(value)),
                _ => Err(row.lost(column, Reason::BadProbability)),
            },
        };
        let (at_home, at_draw, at_away) = (cell(home)?, self.draw.map_or(Ok(None), cell)?, cell(away)?);
        let may_draw = sport_of(about).is_none_or(|sport| sport.rules().level_score == LevelScore::Draw);
        let (at_home, at_away) = match ((at_home, at_away), at_draw) {
            ((None, None), None) => return Ok(None),
            ((Some(at_home), Some(at_away)), _) => (at_home, at_away),
            ((Some(at_home), None), None) if !may_draw => (at_home, 1.0 - at_home),
            ((None, _), _) => return Err(row.lost(home, Reason::MissingValue)),
            ((_, None), _) => return Err(row.lost(away, Reason::MissingValue)),
        };
        let at_draw = at_draw.unwrap_or(0.0);
        let bad = || row.lost(home, Reason::BadProbability);
        if (at_home + at_draw + at_away - 1.0).abs() > ROUNDING {
            return Err(bad());
        }
        // To the bit where they sum to 1 as they are.
        OutcomeProbabilities::new(at_home, at_draw, at_away)
            .or_else(|_| OutcomeProbabilities::from_weights(at_home, at_draw, at_away))
            .map(Some)
            .map_err(|_| bad())
    }

    fn score(&self, row: &Row<'_>) -> Result<Option<(f64, f64)>, Rejection> {
        let Some([home, away]) = self.score else { return Ok(None) };
        if row.cell(home).is_empty() && row.cell(away).is_empty() {
            return Ok(None);
        }
        let mean = |column: usize| {
            let value = row.filled(column)?.parse::<f64>().ok();
            let value = value.filter(|value| value.is_finite() && *value >= 0.0);
            value.ok_or_else(|| row.lost(column, Reason::BadExpectedScore))
        };
        Ok(Some((mean(home)?, mean(away)?)))
    }
}

impl Pairing {
    fn of(header: &Header) -> Result<Self, Rejection> {
        Ok(Self {
            competition: header.require("competition")?,
            date: header.require("date")?,
            home: header.require("home")?,
            away: header.require("away")?,
        })
    }

    fn read(&self, row: &Row<'_>) -> Result<PredictedMatch<String>, Rejection> {
        let competition: Option<CompetitionId> = row.filled(self.competition)?.parse().ok();
        let competition =
            competition.ok_or_else(|| row.lost(self.competition, Reason::UnknownCompetition))?;
        let date: Option<Date> = row.filled(self.date)?.parse().ok();
        Ok(PredictedMatch::Pairing {
            competition,
            local_date: date.ok_or_else(|| row.lost(self.date, Reason::BadDate))?,
            home: row.filled(self.home)?.to_owned(),
            away: row.filled(self.away)?.to_owned(),
        })
    }
}

/// What is played, as far as the row says it.
fn sport_of(about: &PredictedMatch<String>) -> Option<Sport> {
    match about {
        PredictedMatch::Pairing { competition, .. } => Calendar::built_in(*competition).map(|c| c.sport),
        PredictedMatch::Fixture(_) => None,
    }
}

/// An instant, or a date for 00:00 UTC of its day.
fn moment(text: &str) -> Option<Timestamp> {
    let midnight = || Some(text.parse::<Date>().ok()?.to_zoned(TimeZone::UTC).ok()?.timestamp());
    text.parse().ok().or_else(midnight)
}

#[cfg(test)]
mod tests;
