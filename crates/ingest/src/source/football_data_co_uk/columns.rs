//! Columns other than odds, and the division codes.

use domain::{CompetitionId, MatchStatistics, Reason, Rejection, Score};

use crate::{
    source::reading,
    table::{Header, Row},
};

/// Division code and competition. Tiers keep their number through renamings: what is the Championship now was Division One.
const DIVISIONS: [(&str, CompetitionId); 22] = [
    ("E0", CompetitionId::literal("eng.1")),
    ("E1", CompetitionId::literal("eng.2")),
    ("E2", CompetitionId::literal("eng.3")),
    ("E3", CompetitionId::literal("eng.4")),
    ("EC", CompetitionId::literal("eng.5")),
    ("SC0", CompetitionId::literal("sco.1")),
    ("SC1", CompetitionId::literal("sco.2")),
    ("SC2", CompetitionId::literal("sco.3")),
    ("SC3", CompetitionId::literal("sco.4")),
    ("D1", CompetitionId::literal("ger.1")),
    ("D2", CompetitionId::literal("ger.2")),
    ("I1", CompetitionId::literal("ita.1")),
    ("I2", CompetitionId::literal("ita.2")),
    ("SP1", CompetitionId::literal("esp.1")),
    ("SP2", CompetitionId::literal("esp.2")),
    ("F1", CompetitionId::literal("fra.1")),
    ("F2", CompetitionId::literal("fra.2")),
    ("N1", CompetitionId::literal("ned.1")),
    ("B1", CompetitionId::literal("bel.1")),
    ("P1", CompetitionId::literal("por.1")),
    ("T1", CompetitionId::literal("tur.1")),
    ("G1", CompetitionId::literal("gre.1")),
];

/// The competition of a division code.
pub(super) fn competition(division: &str) -> Option<CompetitionId> {
    DIVISIONS.iter().find(|(code, _)| *code == division).map(|(_, id)| *id)
}

/// `H`, `D` or `A`.
pub(super) fn result_letter(score: Score) -> &'static str {
    match score.margin().signum() {
        1 => "H",
        0 => "D",
        _ => "A",
    }
}

/// Where a file keeps what.
#[derive(Debug, Clone)]
pub(super) struct Columns {
    pub(super) division: usize,
    pub(super) date: usize,
    pub(super) time: Option<usize>,
    pub(super) home: usize,
    pub(super) away: usize,
    pub(super) home_goals: usize,
    pub(super) away_goals: usize,
    pub(super) result: usize,
    half_time: Option<(usize, usize)>,
    half_time_result: Option<usize>,
    shots: Option<(usize, usize)>,
    shots_on_target: Option<(usize, usize)>,
    corners: Option<(usize, usize)>,
    red_cards: Option<(usize, usize)>,
}

impl Columns {
    /// # Errors
    /// A file-wide rejection when a column every season has is missing.
    pub(super) fn of(header: &Header) -> Result<Self, Rejection> {
        let pair = |home: &str, away: &str| header.find(home).zip(header.find(away));
        Ok(Self {
            division: header.require("Div")?,
            date: header.require("Date")?,
            time: header.find("Time"),
            // A few old files name the teams HT and AT.
            home: header.require("HomeTeam").or_else(|missing| header.find("HT").ok_or(missing))?,
            away: header.require("AwayTeam").or_else(|missing| header.find("AT").ok_or(missing))?,
            home_goals: header.require("FTHG")?,
            away_goals: header.require("FTAG")?,
            result: header.require("FTR")?,
            half_time: pair("HTHG", "HTAG"),
            half_time_result: header.find("HTR"),
            shots: pair("HS", "AS"),
            shots_on_target: pair("HST", "AST"),
            corners: pair("HC", "AC"),
            red_cards: pair("HR", "AR"),
        })
    }

    /// What was counted.
    pub(super) fn statistics(&self, row: &Row<'_>, rejections: &mut Vec<Rejection>) -> MatchStatistics {
        let mut pair =
            |columns| reading::pair(row, columns, rejections, |t| reading::count(t).map(f64::from));
        MatchStatistics {
            expected_goals: None,
            shots: pair(self.shots),
            shots_on_target: pair(self.shots_on_target),
            corners: pair(self.corners),
            red_cards: pair(self.red_cards),
            possession: None,
        }
    }

    /// The score at half-time. One that exceeds the final score costs the row, because nobody can say which is wrong; one
    /// that only contradicts its own letter costs itself.
    pub(super) fn half_time(
        &self,
        row: &Row<'_>,
        full: Score,
        rejections: &mut Vec<Rejection>,
    ) -> Result<Option<Score>, Rejection> {
        let whole = |text: &str| reading::count(text).map(f64::from);
        let Some(pair) = reading::pair(row, self.half_time, rejections, whole) else { return Ok(None) };
        let half = Score::new(pair.home as u16, pair.away as u16);
        if let Some((home, _)) = self.half_time
            && (half.home > full.home || half.away > full.away)
        {
            return Err(row.lost(home, Reason::ScoreContradictsPeriods));
        }
        if let Some(column) = self.half_time_result
            && !row.cell(column).is_empty()
            && row.cell(column) != result_letter(half)
        {
            rejections.push(row.field(column, Reason::ScoreContradictsResult));
            return Ok(None);
        }
        Ok(Some(half))
    }
}
