//! Relations joined for people: names instead of numbers, one row per thing, the latest of everything.

use domain::{Score, fixture::Kickoff, market::MarketKind};
use jiff::tz::TimeZone;

use crate::{Column, Kind, StoreError, Value, Values, column, prediction, statement::joined as sql};

/// A relation joined from several tables.
#[derive(Debug)]
pub(super) struct Joined {
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    /// What stands for the moment of a row, in words.
    pub(super) moment: &'static str,
    /// The statement without competitions and order.
    pub(super) sql: &'static str,
    /// The key it is read by.
    pub(super) order: &'static str,
    columns: &'static [(&'static str, Kind)],
    /// What the columns of the match lie behind.
    leading: usize,
    /// From values as selected to values as shown.
    finish: fn(&mut Values) -> Result<(), StoreError>,
}

use Kind::{Integer, Real, Text};

/// The visible list.
pub(super) static JOINED: [Joined; 4] = [MATCHES, FORECASTS, ODDS, BETS];

/// Columns of the match a row is about, in front of all others but the row's own number.
const MATCH: [(&str, Kind); 7] = [
    ("fixture_id", Integer),
    ("competition", Text),
    ("season", Integer),
    ("date", Text),
    ("kickoff", Integer),
    ("home", Text),
    ("away", Text),
];

const MATCHES: Joined = Joined {
    name: "matches",
    about: "every match with its names, score, status and statistics; `games_csv` imports it",
    moment: "known_at of fixture_version, result and statistics",
    sql: sql::MATCHES,
    order: "f.id",
    leading: 0,
    columns: &[
        ("score_home", Integer),
        ("score_away", Integer),
        ("regulation_home", Integer),
        ("regulation_away", Integer),
        ("periods_home", Text),
        ("periods_away", Text),
        ("stage", Text),
        ("status", Text),
        ("neutral", Integer),
        ("expected_goals_home", Real),
        ("expected_goals_away", Real),
        ("shots_home", Real),
        ("shots_away", Real),
        ("shots_on_target_home", Real),
        ("shots_on_target_away", Real),
        ("corners_home", Real),
        ("corners_away", Real),
        ("red_cards_home", Real),
        ("red_cards_away", Real),
        ("possession_home", Real),
        ("possession_away", Real),
        ("sport", Text),
        ("competition_name", Text),
    ],
    finish: split_periods,
};

const FORECASTS: Joined = Joined {
    name: "forecasts",
    about: "every forecast with its match, in what it states; `predictions_csv` imports it",
    moment: "as_of",
    sql: sql::FORECASTS,
    order: "p.id",
    leading: 1,
    columns: &[
        ("forecast_id", Integer),
        ("model", Text),
        ("as_of", Integer),
        ("made_at", Integer),
        ("probability_home", Real),
        ("probability_draw", Real),
        ("probability_away", Real),
        ("expected_home", Real),
        ("expected_away", Real),
        ("entropy", Real),
        ("training_matches", Integer),
        ("stated", Text),
    ],
    finish: only_what_is_stated,
};

const ODDS: Joined = Joined {
    name: "odds",
    about: "every price with its match, book, market and moments",
    moment: "known_at",
    sql: sql::ODDS,
    order: "f.id, q.series_id, q.known_at, q.sequence",
    leading: 0,
    columns: &[
        ("book", Text),
        ("market", Text),
        ("line", Real),
        ("selection", Text),
        ("phase", Text),
        ("price", Real),
        ("known_at", Integer),
        ("known_rule", Text),
        ("recorded_at", Integer),
    ],
    finish: |row| blank_line(row, MATCH.len() + 1),
};

const BETS: Joined = Joined {
    name: "bets",
    about: "every bet with its match, its last settlement and its closing line value",
    moment: "placed_at, settled_at",
    sql: sql::BETS,
    order: "b.id",
    leading: 2,
    columns: &[
        ("bet_id", Integer),
        ("run", Text),
        ("book", Text),
        ("market", Text),
        ("line", Real),
        ("selection", Text),
        ("price", Real),
        ("probability", Real),
        ("edge", Real),
        ("stake_minor", Integer),
        ("currency", Text),
        ("placed_at", Integer),
        ("model", Text),
        ("grade", Text),
        ("payout_minor", Integer),
        ("profit_minor", Integer),
        ("settled_at", Integer),
    ],
    finish: |row| blank_line(row, 2 + MATCH.len() + 1),
};

/// Columns of a match as they are selected: its zone, start and end become its date and instant.
const SELECTED: [Kind; 8] = [Integer, Text, Integer, Text, Integer, Integer, Text, Text];

impl Joined {
    /// The columns it shows.
    pub(super) fn columns(&self) -> Vec<Column> {
        let (leading, others) = self.columns.split_at(self.leading);
        let all = leading.iter().chain(&MATCH).chain(others);
        // Every one may be missing somewhere, but the row's own number and what its match is known by.
        let certain = |name: &str| {
            ["bet_id", "forecast_id", "run", "fixture_id", "competition", "season", "date", "home", "away"]
                .contains(&name)
        };
        let column = |(name, kind): &(&str, Kind)| Column {
            name: (*name).into(),
            kind: *kind,
            nullable: !certain(name),
        };
        all.map(column).collect()
    }

    /// The kinds of the columns it selects.
    pub(super) fn selected(&self) -> Vec<Kind> {
        let (leading, others) = self.columns.split_at(self.leading);
        let kinds = |columns: &[(&str, Kind)]| columns.iter().map(|(_, kind)| *kind).collect::<Vec<_>>();
        [kinds(leading), SELECTED.to_vec(), kinds(others)].concat()
    }

    /// A row as shown, from a row as selected.
    pub(super) fn finish(&self, mut row: Values) -> Result<Values, StoreError> {
        show_date(&mut row, self.leading)?;
        (self.finish)(&mut row)?;
        Ok(row)
    }
}

/// The zone, first and last instant of a kick-off become the date at the venue and the instant, where that is known.
fn show_date(row: &mut Values, leading: usize) -> Result<(), StoreError> {
    let place = leading + 3;
    let removed: Values = row.splice(place..place + 3, []).collect();
    let [Value::Text(Some(zone)), Value::Integer(Some(start)), Value::Integer(end)] = removed.as_slice()
    else {
        return Err(column::not_understood("kick-off", format!("{removed:?}")));
    };
    let kickoff = column::kickoff(*start, *end)?;
    let zone = TimeZone::get(zone).map_err(|_| column::not_understood("zone", zone))?;
    let date = kickoff.earliest().to_zoned(zone).date().to_string();
    let instant = match kickoff {
        Kickoff::At(at) => Some(column::micros(at)),
        Kickoff::OnDate { .. } => None,
    };
    row.splice(place..place, [Value::Text(Some(date)), Value::Integer(instant)]);
    Ok(())
}

/// Points of each period in their order, `1 0`, for either side.
fn split_periods(row: &mut Values) -> Result<(), StoreError> {
    let place = MATCH.len() + 4;
    if let Some(Value::Text(Some(json))) = row.get(place) {
        let periods: Vec<Score> = column::from_json("periods", json)?;
        let side = |points: fn(&Score) -> u16| {
            let points: Vec<String> = periods.iter().map(|score| points(score).to_string()).collect();
            Value::from(points.join(" "))
        };
        row.splice(place..place + 2, [side(|s| s.home), side(|s| s.away)]);
    }
    Ok(())
}

/// A kind of market without lines stores 0 as its line.
fn blank_line(row: &mut Values, market: usize) -> Result<(), StoreError> {
    let Some(Value::Text(Some(code))) = row.get(market) else { return Ok(()) };
    let kind = column::coded("market", code, MarketKind::from_code(code))?;
    if kind.line_step().is_none()
        && let Some(line) = row.get_mut(market + 1)
    {
        *line = Value::Real(None);
    }
    Ok(())
}

/// A forecast made elsewhere shows what it stated; what follows from it by [`domain::forecast`] alone is left blank.
fn only_what_is_stated(row: &mut Values) -> Result<(), StoreError> {
    let Some(Value::Text(Some(code_version))) = row.pop() else {
        return Err(column::not_understood("forecast", format!("{row:?}")));
    };
    let stated = prediction::stated(&code_version);
    let probabilities = 1 + MATCH.len() + 3;
    let (expected, entropy) = (probabilities + 3, probabilities + 5);
    let mut blank = |places: std::ops::Range<usize>| row[places].fill(Value::Real(None));
    if !stated.has_outcome() {
        blank(probabilities..expected);
        blank(entropy..entropy + 1);
    }
    if !stated.has_score() {
        blank(expected..entropy);
    }
    row.push(Value::from(stated.code()));
    Ok(())
}
