//! Facts as rows: one function per table, used by the import (to compare) and by the history (to read).

use domain::{
    FixtureStatus, Injury, LineUp, MatchStatistics, Outcome, Play, PlayerCode, PlayerStatistic,
    PlayerStatistics, Score, Season, Stage, Venue, Weather,
    injury::{Availability, Practice},
    line_up::Starter,
    statistics::Pair,
    venue::Roof,
};

use crate::{StoreError, column, engine::Row, import::Version, packed::Fields};

/// Columns kickoff_start, kickoff_end, season, neutral, stage, status from `first` on.
pub(crate) fn version(row: &Row, first: usize) -> Result<Version, StoreError> {
    let (stage, status): (&str, &str) = (row.try_get(first + 4)?, row.try_get(first + 5)?);
    Ok(Version {
        kickoff: column::kickoff(row.try_get(first)?, row.try_get(first + 1)?)?,
        season: Season::starting(column::small("season", row.try_get(first + 2)?)?),
        neutral: row.try_get::<i64>(first + 3)? != 0,
        stage: column::coded("stage", stage, Stage::from_code(stage))?,
        status: column::coded("status", status, FixtureStatus::from_code(status))?,
    })
}

/// Columns status, regulation_home, regulation_away, full_time_home, full_time_away, periods from `first` on.
pub(crate) fn outcome(row: &Row, first: usize) -> Result<Outcome, StoreError> {
    let score = |home: i64, away: i64| -> Result<Score, StoreError> {
        Ok(Score::new(column::small("score", home)?, column::small("score", away)?))
    };
    let regulation: (Option<i64>, Option<i64>) = (row.try_get(first + 1)?, row.try_get(first + 2)?);
    let periods: Option<&str> = row.try_get(first + 5)?;
    Ok(Outcome {
        status: column::named("result status", row.try_get(first)?)?,
        regulation: match regulation {
            (Some(home), Some(away)) => Some(score(home, away)?),
            _ => None,
        },
        full_time: score(row.try_get(first + 3)?, row.try_get(first + 4)?)?,
        periods: periods.map(|text| column::from_json("periods", text)).transpose()?.unwrap_or_default(),
    })
}

/// The twelve columns of statistics from `first` on.
pub(crate) fn statistics(row: &Row, first: usize) -> Result<MatchStatistics, StoreError> {
    pairs(|n| Ok(row.try_get(first + n)?))
}

/// The same twelve, the next fields of a packed fact.
pub(crate) fn packed_statistics(fields: &mut Fields<'_>) -> Result<MatchStatistics, StoreError> {
    pairs(|_| fields.nullable_real("statistics"))
}

fn pairs(
    mut value: impl FnMut(usize) -> Result<Option<f64>, StoreError>,
) -> Result<MatchStatistics, StoreError> {
    let mut pair = |n: usize| -> Result<Option<Pair>, StoreError> {
        let (home, away) = (value(2 * n)?, value(2 * n + 1)?);
        Ok(home.zip(away).map(|(home, away)| Pair { home, away }))
    };
    Ok(MatchStatistics {
        expected_goals: pair(0)?,
        shots: pair(1)?,
        shots_on_target: pair(2)?,
        corners: pair(3)?,
        red_cards: pair(4)?,
        possession: pair(5)?,
    })
}

/// The same twelve columns, to be written.
pub(crate) fn statistics_columns(statistics: &MatchStatistics) -> [Option<f64>; 12] {
    let pairs = [
        statistics.expected_goals,
        statistics.shots,
        statistics.shots_on_target,
        statistics.corners,
        statistics.red_cards,
        statistics.possession,
    ];
    let mut columns = [None; 12];
    for (pair, column) in pairs.into_iter().zip(columns.chunks_exact_mut(2)) {
        column.copy_from_slice(&[pair.map(|p| p.home), pair.map(|p| p.away)]);
    }
    columns
}

/// Columns home_player, home_name, away_player, away_name from `first` on.
pub(crate) fn line_up(row: &Row, first: usize) -> Result<LineUp, StoreError> {
    let starter = |n: usize| -> Result<Option<Starter>, StoreError> {
        let (player, name): (Option<&str>, Option<&str>) = (row.try_get(n)?, row.try_get(n + 1)?);
        player
            .map(|player| {
                let player = column::parsed("player", player)?;
                Ok(Starter { player, name: name.unwrap_or_default().to_owned() })
            })
            .transpose()
    };
    Ok(LineUp { home: starter(first)?, away: starter(first + 2)? })
}

/// Columns code, name, roof, surface from `first` on.
pub(crate) fn venue(row: &Row, first: usize) -> Result<Venue, StoreError> {
    let roof: Option<&str> = row.try_get(first + 2)?;
    Ok(Venue {
        code: column::parsed("venue", row.try_get(first)?)?,
        name: row.try_get(first + 1)?,
        roof: roof.map(roof_of).transpose()?,
        surface: row.try_get(first + 3)?,
    })
}

/// The column roof.
pub(crate) fn roof(row: &Row, place: usize) -> Result<Roof, StoreError> {
    roof_of(row.try_get(place)?)
}

fn roof_of(code: &str) -> Result<Roof, StoreError> {
    column::coded("roof", code, Roof::from_code(code))
}

/// Columns temperature_celsius, wind_mps from `first` on.
pub(crate) fn weather(row: &Row, first: usize) -> Result<Weather, StoreError> {
    Ok(Weather { temperature_celsius: row.try_get(first)?, wind_mps: row.try_get(first + 1)? })
}

/// Columns availability, what, what_else, practice from `first` on.
pub(crate) fn injury(row: &Row, first: usize) -> Result<Injury, StoreError> {
    let (availability, practice): (Option<&str>, Option<&str>) =
        (row.try_get(first)?, row.try_get(first + 3)?);
    Ok(Injury {
        availability: availability
            .map(|code| column::coded("availability", code, Availability::from_code(code)))
            .transpose()?,
        what: row.try_get(first + 1)?,
        what_else: row.try_get(first + 2)?,
        practice: practice
            .map(|code| column::coded("practice", code, Practice::from_code(code)))
            .transpose()?,
    })
}

/// The columns of `player_statistics` that count, from `first` on.
pub(crate) fn player_statistics(row: &Row, first: usize) -> Result<PlayerStatistics, StoreError> {
    let mut counted = PlayerStatistics::default();
    for (place, statistic) in PlayerStatistic::ALL.iter().enumerate() {
        if let Some(value) = row.try_get(first + place)? {
            counted.set(*statistic, value);
        }
    }
    Ok(counted)
}

/// The columns of `play` that say what happened, from `first` on; players are given as numbers.
pub(crate) fn play(
    row: &Row,
    number: i64,
    first: usize,
    player: impl Fn(i64) -> Option<PlayerCode>,
) -> Result<Play, StoreError> {
    let small = |name, n| optional::<u8>(row, name, first + n);
    let count = |name, n| optional::<u16>(row, name, first + n);
    let code = |n: usize| -> Result<Option<PlayerCode>, StoreError> {
        let number: Option<i64> = row.try_get(first + n)?;
        number.map(|n| player(n).ok_or_else(|| column::not_understood("player", n))).transpose()
    };
    let (possession, kind): (Option<&str>, Option<&str>) = (row.try_get(first + 2)?, row.try_get(first + 6)?);
    Ok(Play {
        number: column::small("number", number)?,
        period: small("period", 0)?,
        clock_secs: count("clock_secs", 1)?,
        possession: possession.map(|side| column::named("possession", side)).transpose()?,
        down: small("down", 3)?,
        distance: small("distance", 4)?,
        yards_to_goal: small("yards_to_goal", 5)?,
        kind: kind.map(|kind| column::parsed("kind", kind)).transpose()?,
        yards_gained: optional(row, "yards_gained", first + 7)?,
        score: count("score", 8)?.zip(count("score", 9)?).map(|(home, away)| Score::new(home, away)),
        timeouts: small("timeouts", 10)?.zip(small("timeouts", 11)?).map(|(home, away)| [home, away]),
        passer: code(12)?,
        receiver: code(13)?,
        rusher: code(14)?,
        expected_points_added: row.try_get(first + 15)?,
        home_win_probability: row.try_get(first + 16)?,
        description: row.try_get(first + 17)?,
    })
}

/// A whole number that may be missing and must fit a smaller type.
pub(crate) fn optional<T: TryFrom<i64>>(
    row: &Row,
    name: &'static str,
    place: usize,
) -> Result<Option<T>, StoreError> {
    row.try_get::<Option<i64>>(place)?.map(|value| column::small(name, value)).transpose()
}
