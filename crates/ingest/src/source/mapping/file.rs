//! A mapping file as it is written. Every key is known: a misspelt one is refused by name, never passed over.

use std::{collections::BTreeMap, fmt};

use domain::{SeasonRule, Sport};
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor, value::MapAccessDeserializer},
};

use crate::text::Encoding;

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MappingFile {
    /// Name of the source in the store.
    pub(super) name: String,
    #[serde(default = "comma")]
    pub(super) delimiter: char,
    pub(super) encoding: Option<Encoding>,
    /// IANA zone of times of day, or `venue`.
    #[serde(default = "venue")]
    pub(super) clocks: String,
    pub(super) competition: CompetitionKey,
    /// Competitions that Touchline does not know by itself.
    #[serde(default)]
    pub(super) define: Vec<Definition>,
    pub(super) date: Moment,
    pub(super) time: Option<Moment>,
    pub(super) home: Cell,
    pub(super) away: Cell,
    /// The source's own id of a match.
    pub(super) id: Option<Cell>,
    pub(super) season: Option<SeasonKey>,
    pub(super) score: Option<ScoreKey>,
    pub(super) neutral: Option<Mark>,
    pub(super) playoff: Option<Mark>,
    /// Rows that are no match, or the second row of one.
    #[serde(default)]
    pub(super) skip: Vec<Skip>,
    /// Names that are no league side, e.g. all-star selections.
    #[serde(default)]
    pub(super) not_league: Vec<String>,
    #[serde(default)]
    pub(super) statistics: Vec<StatisticKey>,
    #[serde(default)]
    pub(super) odds: Vec<OddsKey>,
}

fn comma() -> char {
    ','
}

fn venue() -> String {
    "venue".to_owned()
}

/// A cell, and the part of it that is meant. Written as the column's name alone or as a table. `PTS#2` is the second of two
/// columns that share a name.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Cell {
    pub(super) column: String,
    pub(super) before: Option<String>,
    pub(super) after: Option<String>,
    pub(super) first: Option<usize>,
    pub(super) append: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CellTable {
    column: String,
    /// The text before this one.
    before: Option<String>,
    /// The text after this one.
    after: Option<String>,
    /// So many characters from the start.
    first: Option<usize>,
    /// Text put behind, e.g. `m` to make `7:30p` a time.
    append: Option<String>,
}

impl<'de> Deserialize<'de> for Cell {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NameOrTable;
        impl<'de> Visitor<'de> for NameOrTable {
            type Value = Cell;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a column name, or a table with `column`")
            }

            fn visit_str<E>(self, name: &str) -> Result<Cell, E> {
                Ok(Cell { column: name.to_owned(), ..Cell::default() })
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Cell, A::Error> {
                let CellTable { column, before, after, first, append } =
                    CellTable::deserialize(MapAccessDeserializer::new(map))?;
                Ok(Cell { column, before, after, first, append })
            }
        }
        deserializer.deserialize_any(NameOrTable)
    }
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CompetitionKey {
    /// The one competition of the file, or
    pub(super) id: Option<String>,
    /// the column that names it,
    pub(super) column: Option<String>,
    /// with what it may say.
    #[serde(default)]
    pub(super) table: BTreeMap<String, String>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Definition {
    pub(super) id: String,
    pub(super) sport: Sport,
    pub(super) zone: String,
    pub(super) season: SeasonRule,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Moment {
    pub(super) cell: Cell,
    /// In `strptime` directives, e.g. `%d/%m/%Y` or `%Y-%m-%d %H:%M:%S`.
    pub(super) format: String,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SeasonKey {
    pub(super) cell: Cell,
    #[serde(default)]
    pub(super) named_by: NamedBy,
}

/// Which year a season of one number is named by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum NamedBy {
    #[default]
    StartYear,
    EndYear,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ScoreKey {
    pub(super) home: Cell,
    pub(super) away: Cell,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Mark {
    pub(super) column: String,
    pub(super) values: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Skip {
    pub(super) column: String,
    pub(super) contains: Option<String>,
    pub(super) equals: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StatisticKey {
    pub(super) kind: StatisticKind,
    pub(super) home: String,
    pub(super) away: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum StatisticKind {
    ExpectedGoals,
    Shots,
    ShotsOnTarget,
    Corners,
    /// Shares, or per cent, of the time each side had the ball.
    Possession,
    RedCards,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OddsKey {
    pub(super) column: String,
    pub(super) book: String,
    pub(super) market: String,
    pub(super) selection: String,
    pub(super) phase: String,
    #[serde(default)]
    pub(super) format: OddsFormat,
    /// A line that holds for the whole column, or
    pub(super) line: Option<f64>,
    /// the column it stands in.
    pub(super) line_column: Option<String>,
    /// Whether a positive line means that the home side is favoured.
    #[serde(default)]
    pub(super) line_negated: bool,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum OddsFormat {
    #[default]
    Decimal,
    American,
    Fractional,
}
