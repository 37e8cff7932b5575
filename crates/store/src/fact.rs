//! Facts as rows: one function per table, used by the import (to compare) and by the history (to read).

use domain::{
    FixtureStatus, LineUp, MatchStatistics, Outcome, Score, Season, Stage, line_up::Starter, statistics::Pair,
};

use crate::{StoreError, column, engine::Row, import::Version};

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

/// The ten columns of statistics from `first` on.
pub(crate) fn statistics(row: &Row, first: usize) -> Result<MatchStatistics, StoreError> {
    let pair = |n: usize| -> Result<Option<Pair>, StoreError> {
        let home: Option<f64> = row.try_get(first + 2 * n)?;
        let away: Option<f64> = row.try_get(first + 2 * n + 1)?;
        Ok(home.zip(away).map(|(home, away)| Pair { home, away }))
    };
    Ok(MatchStatistics {
        expected_goals: pair(0)?,
        shots: pair(1)?,
        shots_on_target: pair(2)?,
        corners: pair(3)?,
        red_cards: pair(4)?,
    })
}

/// The same ten columns, to be written.
pub(crate) fn statistics_columns(statistics: &MatchStatistics) -> [Option<f64>; 10] {
    let pairs = [
        statistics.expected_goals,
        statistics.shots,
        statistics.shots_on_target,
        statistics.corners,
        statistics.red_cards,
    ];
    let mut columns = [None; 10];
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
