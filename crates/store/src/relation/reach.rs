//! How the rows of a table hang together with a competition, a season and a moment, as its columns and references say.
//!
//! - A row is about a fixture by its column `fixture_id`, or by that of the row it refers to: a settlement by its bet.
//! - Competition: the row's own column, else its fixture's, else that of the row it refers to.
//! - Season: that of the fixture in its latest version, else the row's own column, else that of the row it refers to.
//! - Moment: `known_at`, else `as_of`, else `last_known_at`, else the first instant that is never missing (`made_at`, `placed_at`,
//!   `settled_at`). Rows of [`AS_OLD_AS_PARENT`] have that of the row they refer to, or the first version of their fixture.
//!
//! A table that a competition or season does not apply to is read whole, and [`super::Relation::is_told_apart`] says so. A table
//! without a moment is read whole when it only names things ([`TIMELESS`]); of any other nobody can say what was known when,
//! as of a sum over a season, and [`super::Relation::has_no_moment`] says so.

use super::{By, Filter, filter::Conditions, meaning::Meaning};
use crate::{Table, catalogue::quoted, column, engine::Reference};

const FIXTURE: &str = "fixture";
const COMPETITION: &str = "competition";
/// Moments that stand for a row before its other instants do. What sums up facts is known when the last of them is.
const MOMENTS: [&str; 3] = ["known_at", "as_of", "last_known_at"];
/// Tables whose rows are written together with the row they refer to, or with their fixture.
const AS_OLD_AS_PARENT: [&str; 9] = [
    FIXTURE,
    "fixture_key",
    "fixture_source",
    "rejection",
    "quarantine",
    "import_name",
    "import_fixture",
    "name_review",
    "check_finding",
];
/// Tables that give names to things and tell nothing of what happened.
const TIMELESS: [&str; 7] =
    [COMPETITION, "known_rule", "team", "team_alias", "player", "venue", "quote_series"];

/// Where the values lie by which the rows of one table are told apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reach {
    fixture: Option<Path>,
    competition: Option<Path>,
    season: Option<Path>,
    moment: Moment,
}

/// What says when a row became known or was made.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Moment {
    At(Path),
    /// The first version of its fixture.
    Fixture,
    /// Always: it only names something.
    Timeless,
    /// Nothing says it.
    Unknown,
}

/// A column of a row, or of the row at the end of some references.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Path {
    hops: Vec<Reference>,
    column: String,
}

impl Path {
    /// The value as an expression over the row `alias`.
    fn expression(&self, alias: &str) -> String {
        Self::along(&self.hops, &self.column, alias)
    }

    fn along(hops: &[Reference], column: &str, alias: &str) -> String {
        let Some((hop, rest)) = hops.split_first() else { return format!("{alias}.{}", quoted(column)) };
        let parent = format!("{alias}p");
        format!(
            "(SELECT {} FROM {} {parent} WHERE {parent}.{} = {alias}.{})",
            Self::along(rest, column, &parent),
            quoted(&hop.parent),
            quoted(&hop.parent_column),
            quoted(&hop.column)
        )
    }
}

/// Rows as a statement names them.
pub(super) struct Source {
    /// What follows FROM; the table itself is `t`.
    pub(super) from: String,
    pub(super) conditions: Conditions,
    /// The key, as it is read in its order.
    pub(super) order: Vec<String>,
}

/// What finds the paths of all tables.
pub(super) struct Finder<'t> {
    pub(super) tables: &'t [Table],
    pub(super) references: &'t [Reference],
}

impl Finder<'_> {
    pub(super) fn reach(&self, table: &Table) -> Reach {
        Reach {
            fixture: self.path(table, &own_fixture),
            competition: self.path(table, &own_competition),
            season: self.path(table, &|table| own(table, "season")),
            moment: self.moment(table),
        }
    }

    fn moment(&self, table: &Table) -> Moment {
        if let Some(column) = own_moment(table) {
            return Moment::At(Path { hops: Vec::new(), column });
        }
        match table.name.as_str() {
            name if TIMELESS.contains(&name) => Moment::Timeless,
            name if AS_OLD_AS_PARENT.contains(&name) => {
                self.path(table, &own_moment).map_or(Moment::Fixture, Moment::At)
            }
            _ => Moment::Unknown,
        }
    }

    /// The table's own column, or the nearest one along its references.
    fn path(&self, table: &Table, wanted: &dyn Fn(&Table) -> Option<String>) -> Option<Path> {
        if let Some(column) = wanted(table) {
            return Some(Path { hops: Vec::new(), column });
        }
        let parents = self.references.iter().filter(|r| r.table == table.name && r.is_whole);
        parents.filter(|r| r.parent != r.table).find_map(|reference| {
            let parent = self.tables.iter().find(|other| other.name == reference.parent)?;
            let mut path = self.path(parent, wanted)?;
            path.hops.insert(0, reference.clone());
            Some(path)
        })
    }
}

fn own(table: &Table, name: &str) -> Option<String> {
    table.column(name).map(|_| name.to_owned())
}

fn own_fixture(table: &Table) -> Option<String> {
    if table.name == FIXTURE { own(table, "id") } else { own(table, "fixture_id") }
}

fn own_competition(table: &Table) -> Option<String> {
    if table.name == COMPETITION { own(table, "id") } else { own(table, "competition") }
}

fn own_moment(table: &Table) -> Option<String> {
    let named = MOMENTS.iter().find_map(|name| own(table, name));
    let first = || table.columns.iter().find(|c| !c.nullable && c.meaning() == Meaning::Instant);
    named.or_else(|| first().map(|column| column.name.clone()))
}

/// The latest version of a fixture known before `$1`, by one of its columns. The same for every fixture asked about.
fn latest_version(of: &str, fixture: &str, known_before: &str) -> String {
    format!(
        "(SELECT v.{of} FROM fixture_version v WHERE v.fixture_id = {fixture}{known_before} \
         ORDER BY v.known_at DESC, v.sequence DESC LIMIT 1)"
    )
}

impl Reach {
    /// Whether rows can be told apart by this.
    pub(super) fn tells(&self, by: By) -> bool {
        match by {
            By::Competition => self.competition.is_some() || self.fixture.is_some(),
            By::Season => self.season.is_some() || self.fixture.is_some(),
            By::Moment => matches!(self.moment, Moment::At(_) | Moment::Fixture),
        }
    }

    /// Whether nothing says when a row became known.
    pub(super) fn has_no_moment(&self) -> bool {
        self.moment == Moment::Unknown
    }

    /// The column, or the way to it, that stands for the moment of a row.
    pub(super) fn moment_in_words(&self) -> Option<String> {
        match &self.moment {
            Moment::At(Path { hops, column }) => Some(match hops.last() {
                None => column.clone(),
                Some(hop) => format!("{column} of its {}", hop.parent),
            }),
            Moment::Fixture => Some("known_at of its fixture_version".to_owned()),
            Moment::Timeless | Moment::Unknown => None,
        }
    }

    /// The rows of `table` that the filter asks for.
    ///
    /// A table in the order of its fixtures is read fixture by fixture: two competitions of a hundred cost a fiftieth. Any other
    /// is read in the order of its key, and every row looked up; no row is ever kept for sorting.
    pub(super) fn source(&self, table: &Table, filter: &Filter) -> Source {
        let (name, mut conditions) = (quoted(&table.name), Conditions::default());
        let mut order: Vec<String> =
            table.key.iter().map(|place| format!("t.{}", quoted(&table.columns[*place].name))).collect();
        let by_fixture = !filter.competitions.is_empty() || filter.season.is_some();
        let leads = table.key.first().is_some_and(|place| table.columns[*place].name == "fixture_id");
        let (from, fixture) = if by_fixture && leads {
            conditions.add("t.fixture_id = x.id".to_owned());
            "x.id".clone_into(&mut order[0]);
            (format!("{FIXTURE} x CROSS JOIN {name} t"), Some("x.id".to_owned()))
        } else {
            (format!("{name} t"), self.fixture.as_ref().map(|path| path.expression("t")))
        };
        self.add_competition(filter, fixture.as_deref(), &mut conditions);
        self.add_season(filter, fixture.as_deref(), &mut conditions);
        self.add_moment(filter, fixture.as_deref(), &mut conditions);
        Source { from, conditions, order }
    }

    fn add_competition(&self, filter: &Filter, fixture: Option<&str>, conditions: &mut Conditions) {
        if filter.competitions.is_empty() {
            return;
        }
        let direct = self.competition.as_ref().filter(|path| path.hops.is_empty() || fixture.is_none());
        let competition = match (direct, fixture) {
            (Some(path), _) => path.expression("t"),
            (None, Some(fixture)) => {
                format!("(SELECT f.competition FROM {FIXTURE} f WHERE f.id = {fixture})")
            }
            (None, None) => return,
        };
        conditions.among(&competition, &filter.competitions);
    }

    fn add_season(&self, filter: &Filter, fixture: Option<&str>, conditions: &mut Conditions) {
        let Some(season) = filter.season else { return };
        let season = i64::from(season.start_year);
        let expression = match (fixture, &self.season) {
            (Some(fixture), _) => {
                let known_before = filter.known_before.map_or(String::new(), |at| {
                    format!(" AND v.known_at < {}", conditions.place(column::micros(at)))
                });
                let latest = latest_version("season", fixture, &known_before);
                match &self.season {
                    // Not every row of such a table has a fixture.
                    Some(own) if own.hops.is_empty() => {
                        format!("COALESCE({latest}, {})", own.expression("t"))
                    }
                    _ => latest,
                }
            }
            // As an expression, so that an index on it does not change the order of the rows.
            (None, Some(path)) => format!("COALESCE({}, 0)", path.expression("t")),
            (None, None) => return,
        };
        let place = conditions.place(season);
        conditions.add(format!("{expression} = {place}"));
    }

    fn add_moment(&self, filter: &Filter, fixture: Option<&str>, conditions: &mut Conditions) {
        let Some(before) = filter.known_before.map(column::micros) else { return };
        let condition = match (&self.moment, fixture) {
            (Moment::At(path), _) => format!("{} < {}", path.expression("t"), conditions.place(before)),
            (Moment::Fixture, Some(fixture)) => format!(
                "EXISTS (SELECT 1 FROM fixture_version v WHERE v.fixture_id = {fixture} AND v.known_at < {})",
                conditions.place(before)
            ),
            // Names are known to everybody; of what has no moment, nothing is.
            (Moment::Timeless, _) => return,
            (Moment::Fixture | Moment::Unknown, _) => "1 = 0".to_owned(),
        };
        conditions.add(condition);
    }
}
