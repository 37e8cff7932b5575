//! What a source said, before it is a fact: one record per match, with names as its source spells them, or resolved to
//! teams. Adapters make records, identity resolves them, checks judge them, the store turns them into facts.

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use crate::{
    competition::CompetitionId,
    fact::KnownRule,
    fixture::{FixtureStatus, Kickoff, Side, Stage},
    injury::Injury,
    line_up::LineUp,
    odds::DecimalOdds,
    outcome::{Outcome, Score},
    play::Play,
    player::{Player, PlayerCode},
    player_statistics::PlayerStatistics,
    quote::Series,
    season::Season,
    sport::Sport,
    statistics::MatchStatistics,
    venue::Venue,
    weather::Weather,
};

/// One match as a source reports it. `N` is how teams are named: the source's spelling first, a
/// [`TeamId`](crate::TeamId) once resolved.
#[derive(Debug, Clone, PartialEq)]
pub struct MatchRecord<N> {
    /// Line of the file it came from, counted from 1 with the header.
    pub row: u32,
    /// Where it counts.
    pub competition: CompetitionId,
    /// What is played.
    pub sport: Sport,
    /// The source's own id of the fixture, where it has one.
    pub source_id: Option<String>,
    /// The season, from the date.
    pub season: Season,
    /// The season the file claims, where it does; kept for the check.
    pub season_label: Option<Season>,
    /// Home side.
    pub home: N,
    /// Away side.
    pub away: N,
    /// Date at the venue: with competition and teams the key of a fixture whose source has no id.
    pub local_date: Date,
    /// When it starts.
    pub kickoff: Kickoff,
    /// Whether nobody is at home.
    pub neutral: bool,
    /// Part of the season.
    pub stage: Stage,
    /// How far it has come.
    pub status: FixtureStatus,
    /// How it ended, if it has.
    pub outcome: Option<Outcome>,
    /// What was counted; empty when nothing.
    pub statistics: MatchStatistics,
    /// Who starts; empty when the source does not say.
    pub line_up: LineUp,
    /// Where it is played, if the source says so.
    pub venue: Option<Venue>,
    /// The weather observed at it; empty when the source does not say.
    pub weather: Weather,
    /// Prices.
    pub quotes: Vec<QuoteRecord>,
}

/// One price of a record.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct QuoteRecord {
    /// Of what.
    pub series: Series,
    /// The price.
    pub odds: DecimalOdds,
    /// When the world could know it.
    pub known_at: Timestamp,
    /// How that was found.
    pub known_rule: KnownRule,
}

impl<N> MatchRecord<N> {
    /// The same record with its teams named otherwise.
    pub fn named<M>(self, home: M, away: M) -> MatchRecord<M> {
        MatchRecord {
            row: self.row,
            competition: self.competition,
            sport: self.sport,
            source_id: self.source_id,
            season: self.season,
            season_label: self.season_label,
            home,
            away,
            local_date: self.local_date,
            kickoff: self.kickoff,
            neutral: self.neutral,
            stage: self.stage,
            status: self.status,
            outcome: self.outcome,
            statistics: self.statistics,
            line_up: self.line_up,
            venue: self.venue,
            weather: self.weather,
            quotes: self.quotes,
        }
    }
}

/// By what a source that gives details of a match tells which match it is, beside competition and teams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meeting {
    /// Its date at the venue.
    On(Date),
    /// The season and how it ended: no pairing ends alike twice in a season but for a rare chance, and then it is not taken.
    Ended {
        /// The season.
        season: Season,
        /// The final score.
        score: Score,
    },
}

/// What happened within one match that is on record: its plays, and what its players did.
#[derive(Debug, Clone, PartialEq)]
pub struct MatchSheet<N> {
    /// Line of the file where it begins.
    pub row: u32,
    /// Where it counts.
    pub competition: CompetitionId,
    /// What is played.
    pub sport: Sport,
    /// Home side.
    pub home: N,
    /// Away side.
    pub away: N,
    /// Which of their matches.
    pub meeting: Meeting,
    /// Everybody it names.
    pub players: Vec<Player>,
    /// Its plays, in the order of the file.
    pub plays: Vec<PlayRecord>,
    /// What its players did, and for whom.
    pub player_statistics: Vec<(PlayerCode, Side, PlayerStatistics)>,
}

/// One play of a sheet.
#[derive(Debug, Clone, PartialEq)]
pub struct PlayRecord {
    /// Line of the file.
    pub row: u32,
    /// When it was played, where the source says so.
    pub at: Option<Timestamp>,
    /// What happened.
    pub play: Play,
}

/// What a side reports of one player before a match.
#[derive(Debug, Clone, PartialEq)]
pub struct InjuryRecord<N> {
    /// Line of the file.
    pub row: u32,
    /// Where the side plays.
    pub competition: CompetitionId,
    /// The season.
    pub season: Season,
    /// Week of the season.
    pub week: u8,
    /// First and last date of that week.
    pub dates: (Date, Date),
    /// The side.
    pub team: N,
    /// Who.
    pub player: Player,
    /// What is reported.
    pub injury: Injury,
    /// When the source last changed it, where it says so.
    pub reported_at: Option<Timestamp>,
}

/// How much of the input a rejection costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Loss {
    /// One field, e.g. a price of 0; the rest of the row is kept.
    Field,
    /// The whole row.
    Row,
    /// The whole file.
    File,
}

/// Something a source said that cannot be used, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejection {
    /// Line of the file, counted from 1 with the header; 0 for the file as a whole.
    pub row: u32,
    /// Column, where one is to blame.
    pub field: Option<String>,
    /// What stood there, shortened.
    pub value: String,
    /// What is wrong with it.
    pub reason: Reason,
    /// How much it costs.
    pub loss: Loss,
}

/// What is wrong, by kind, so that rejections can be counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Not text of the declared form at all, e.g. an HTML page.
    NotThisFormat,
    /// A column the format needs is missing.
    MissingColumn,
    /// A row shorter than it can be, as at the end of a cut-off file.
    TruncatedRow,
    /// A field that must be filled is blank.
    MissingValue,
    /// A date in no form this source uses.
    BadDate,
    /// A time of day that is none.
    BadTime,
    /// A score that is negative, text or not plausible in the sport.
    BadScore,
    /// A result letter that contradicts the score.
    ScoreContradictsResult,
    /// The score at half-time exceeds that at the end, or periods do not add up.
    ScoreContradictsPeriods,
    /// Odds that are text, 1 or less, or beyond every price.
    BadOdds,
    /// A line that is no multiple of the market's step.
    BadLine,
    /// Odds without the line they belong to.
    MissingLine,
    /// A statistic that is text or negative.
    BadStatistic,
    /// The id of a player that is none.
    BadPlayer,
    /// The id or the roof of a venue that is none.
    BadVenue,
    /// The week of a season that is none.
    BadWeek,
    /// A status, or a share of practice, that is none.
    BadStatus,
    /// What happened within a play that is no number.
    BadPlay,
    /// A match that is not on record.
    UnknownMatch,
    /// Both sides are the same team.
    SameTeamTwice,
    /// A competition the format does not know.
    UnknownCompetition,
    /// A team name waiting in the review queue.
    UnknownTeam,
    /// The same match twice in one file with different scores.
    ConflictInFile,
    /// A team that is no league side, e.g. an all-star selection.
    NotALeagueTeam,
    /// Held back by a check.
    FailedCheck,
    /// A word that the column does not know.
    UnknownWord,
    /// A moment in no form that is understood.
    BadMoment,
    /// A score for a match that was not played.
    ScoreWithoutMatch,
    /// No probability, or several that do not sum to 1.
    BadProbability,
    /// A mean score that is text, negative or beyond every score.
    BadExpectedScore,
    /// A prediction of a match that is not stored.
    UnknownFixture,
    /// A prediction said to be made after the match began.
    AfterKickoff,
    /// A prediction whose outcome and mean score no distribution has together.
    ContradictoryPrediction,
    /// A prediction of a competition whose scores are unknown before it.
    TooFewEarlierMatches,
    /// Another prediction of the same model as of the same moment.
    PredictedBefore,
}

impl Reason {
    /// Its name in tables, which is its serde name.
    pub fn code(self) -> String {
        let mut text = String::new();
        for c in format!("{self:?}").chars() {
            if c.is_ascii_uppercase() && !text.is_empty() {
                text.push('_');
            }
            text.push(c.to_ascii_lowercase());
        }
        text
    }

    /// What it means and what to do about it, for people.
    pub fn remedy(self) -> &'static str {
        match self {
            Self::NotThisFormat => {
                "not a file of this format (an HTML page, another delimiter, or empty): fetch it again or name its format"
            }
            Self::MissingColumn => {
                "a column the format needs is missing: fetch the file again or describe its columns by a mapping file"
            }
            Self::TruncatedRow => "the row is cut off: fetch the file again",
            Self::MissingValue => "a field that must be filled is blank: fill it in",
            Self::BadDate => "a date in no form this source uses: write it as the other rows do",
            Self::BadTime => "no time of day: write it as HH:MM",
            Self::BadScore => "no score that is possible in this sport: correct it",
            Self::ScoreContradictsResult => "the result letter contradicts the score: correct one of them",
            Self::ScoreContradictsPeriods => "the periods contradict the final score: correct one of them",
            Self::BadOdds => {
                "no usable price (text, 1 or less, or a pair that cannot be one market): correct it or leave it blank"
            }
            Self::BadLine => "no line in quarters: correct it",
            Self::MissingLine => "prices without the line they belong to: fill the line in",
            Self::BadStatistic => "no count: correct it or leave it blank",
            Self::BadPlayer => "no id of a player: correct it or leave it blank",
            Self::BadVenue => "no id or roof of a venue: correct it or leave it blank",
            Self::BadWeek => "no week of the season: correct it",
            Self::BadStatus => "no status that is known: correct it or leave it blank",
            Self::BadPlay => "no number where a play needs one: correct it or leave it blank",
            Self::UnknownMatch => "no such match is stored: import the matches first, then this file again",
            Self::SameTeamTwice => "a team cannot meet itself: correct one of the names",
            Self::UnknownCompetition => {
                "a competition the format does not know: describe it by a mapping file"
            }
            Self::UnknownTeam => "nobody knows this team: touchline ids unmatched",
            Self::ConflictInFile => "rows of one match disagree about its score: keep the right one",
            Self::NotALeagueTeam => "no league side, so its matches are not league matches",
            Self::FailedCheck => "held back by a check: correct it, or change the rule in the contracts",
            Self::UnknownWord => "a word this column does not know: docs/FORMATS.md lists them",
            Self::BadMoment => "no moment: write it as 2024-03-01T12:00:00Z, or as a date",
            Self::ScoreWithoutMatch => "a score, and a status that has none: correct one of them",
            Self::BadProbability => {
                "no probability from 0 to 1, or they do not sum to 1: correct them, as shares and not as percentages"
            }
            Self::BadExpectedScore => "no mean score that is possible: correct it or leave both sides blank",
            Self::UnknownFixture => {
                "no match of these teams on this date is stored: import the match, or correct names and date"
            }
            Self::AfterKickoff => {
                "said to be made after the match began, so it forecasts nothing: correct the moment or the match"
            }
            Self::ContradictoryPrediction => {
                "no match could end so: the outcome and the mean score contradict each other or the sport"
            }
            Self::TooFewEarlierMatches => {
                "too few earlier results of the competition are stored to know how scores spread: import them, then this again"
            }
            Self::PredictedBefore => {
                "the model said something else as of this very moment, and forecasts are never changed: name another moment or model"
            }
        }
    }
}

/// A name no team is known by, in the pool it was met in.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct UnknownName {
    /// The pool, e.g. `eng`.
    pub pool: String,
    /// As the source spells it.
    pub name: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reason_names_are_the_serde_names() {
        for reason in
            [Reason::NotThisFormat, Reason::BadOdds, Reason::ScoreContradictsResult, Reason::NotALeagueTeam]
        {
            assert_eq!(serde_json::to_string(&reason).unwrap(), format!("\"{}\"", reason.code()));
        }
    }
}
