//! Team statistics: every season a changed fixture was ever in is counted anew by the domain, from all of its facts.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    CompetitionId, RecordedBy, Season, TeamId,
    team_season::{self, Counted, Overtime, Playoffs, Tally, TeamDay, TeamSeason, TeamStatistics},
};
use jiff::{Timestamp, civil::Date};
use serde::Serialize;

use super::{Aggregate, Step};
use crate::{
    Scope, Store, StoreError, column,
    engine::{Connection, Durability, Pool, Row, Values, insert_rows, query, query_as, query_scalar},
    fact,
    statement::aggregate as sql,
    store::outlasting,
};

/// How a team stands in a season.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TeamStanding {
    /// Where.
    pub competition: CompetitionId,
    /// When.
    pub season: Season,
    /// Who.
    pub team: TeamId,
    /// Its name.
    pub name: String,
    /// League play.
    #[serde(flatten)]
    pub all: Tally,
    /// Of it, at home.
    pub home: Tally,
    /// Of it, away.
    pub away: Tally,
    /// Of it, beyond regulation; none in a sport whose record ends there.
    pub overtime: Option<Overtime>,
    /// League points; none in a sport whose tables go by shares of matches won.
    pub points: Option<u32>,
    /// The last five matches, the oldest first.
    pub form: String,
    /// How the last matches ended, e.g. `W3`.
    pub streak: Option<String>,
    /// Expected goals.
    pub expected_goals: Counted,
    /// Shots.
    pub shots: Counted,
    /// Matches after league play.
    pub playoffs: Playoffs,
    /// Matches of league play without a result that are not called off.
    pub unplayed: u32,
}

/// How a team stood after a day.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TeamDayRow {
    /// Who.
    pub team: TeamId,
    /// The day.
    pub on: Date,
    /// Since when that is known.
    pub known_at: Timestamp,
    /// League play up to this day.
    #[serde(flatten)]
    pub all: Tally,
    /// League points; none in a sport whose tables go by shares of matches won.
    pub points: Option<u32>,
    /// The last five matches, the oldest first.
    pub form: String,
    /// Expected goals.
    pub expected_goals: Counted,
    /// Shots.
    pub shots: Counted,
}

/// What a refresh did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct RefreshedTeams {
    /// Seasons counted anew.
    pub seasons: usize,
    /// Rows of teams by season.
    pub teams: usize,
    /// Rows of teams by day.
    pub days: usize,
}

/// The seasons to count, by competition.
type Touched = BTreeMap<CompetitionId, BTreeSet<Season>>;

impl Store {
    /// Brings team statistics up to date, or makes them anew.
    ///
    /// # Errors
    /// When the store cannot be read or written, or a later version wrote into it; nothing is changed then.
    pub async fn refresh_team_statistics(&self, rebuild: bool) -> Result<RefreshedTeams, StoreError> {
        outlasting!(self.try_refresh_team_statistics(rebuild))
    }

    async fn try_refresh_team_statistics(&self, rebuild: bool) -> Result<RefreshedTeams, StoreError> {
        let aggregate = Aggregate::TeamStatistics;
        loop {
            let state = self.aggregate_state(aggregate).await?;
            let Some(step) = Step::of(state, rebuild) else { return Ok(RefreshedTeams::default()) };
            let writer = self.writer().await?;
            let mut transaction = writer.begin(Durability::Process).await?;
            if !step.still_fits(&mut transaction, aggregate).await? {
                // Another process was faster: what is left to do may be less.
                transaction.rollback().await?;
                continue;
            }
            let refreshed = self.count_teams_anew(&mut transaction, step).await?;
            super::set_mark(&mut transaction, aggregate, step.to).await?;
            transaction.commit().await?;
            return Ok(refreshed);
        }
    }

    /// Puts the rows of every season that a step touches, or all, in place of those there are. One competition after the other,
    /// so that no more than one is in memory; nobody imports meanwhile.
    async fn count_teams_anew(
        &self,
        transaction: &mut Connection,
        step: Step,
    ) -> Result<RefreshedTeams, StoreError> {
        if step.anew {
            query(sql::DROP_ALL_TEAM_SEASONS).execute(&mut *transaction).await?;
            query(sql::DROP_ALL_TEAM_DAYS).execute(&mut *transaction).await?;
        }
        let competitions = self.competitions().await?;
        let mut refreshed = RefreshedTeams::default();
        for (id, seasons) in touched(self.readers(), step).await? {
            let competition = competitions.iter().find(|c| c.id == id);
            let competition = competition
                .ok_or_else(|| StoreError::NotFound { what: "competition", id: id.to_string() })?;
            let scope = Scope { competitions: vec![id], ..Scope::default() };
            let history = self.try_history(&scope).await?;
            let mut teams = team_season::seasons(&history.as_of(Timestamp::MAX, RecordedBy::Now), id);
            let mut days = team_season::days(&history, competition);
            teams.retain(|row| seasons.contains(&row.season));
            days.retain(|row| seasons.contains(&row.season));
            if !step.anew {
                drop_seasons(transaction, id, &seasons).await?;
            }
            insert_teams(transaction, id, &teams).await?;
            insert_days(transaction, id, &days).await?;
            refreshed.seasons += seasons.len();
            refreshed.teams += teams.len();
            refreshed.days += days.len();
        }
        Ok(refreshed)
    }

    /// How the teams of a season stand, by team, or stood as of a moment; the last season on record when none is named.
    ///
    /// # Errors
    /// When the store cannot be read, or a later version wrote into it.
    pub async fn team_standings(
        &self,
        competition: CompetitionId,
        season: Option<Season>,
        as_of: Option<Timestamp>,
    ) -> Result<Vec<TeamStanding>, StoreError> {
        if let Some(as_of) = as_of {
            return self.team_standings_as_of(competition, season, as_of).await;
        }
        let season = match season {
            Some(season) => Some(i64::from(season.start_year)),
            None => {
                query_scalar(sql::LAST_SEASON).bind(competition.as_str()).fetch_one(self.readers()).await?
            }
        };
        let Some(season) = season else { return Ok(Vec::new()) };
        let rows = query(sql::TEAM_SEASONS)
            .bind(competition.as_str())
            .bind(season)
            .fetch_all(self.readers())
            .await?;
        rows.iter().map(standing).collect()
    }

    /// From the facts themselves, by the function that makes the tables.
    async fn team_standings_as_of(
        &self,
        competition: CompetitionId,
        season: Option<Season>,
        as_of: Timestamp,
    ) -> Result<Vec<TeamStanding>, StoreError> {
        let scope = Scope { competitions: vec![competition], known_before: Some(as_of), ..Scope::default() };
        let history = self.history(&scope).await?;
        let names: BTreeMap<TeamId, String> =
            self.teams().await?.into_iter().map(|team| (team.id, team.name)).collect();
        let all = team_season::seasons(&history.as_of(as_of, RecordedBy::Now), competition);
        let season = season.or_else(|| all.iter().map(|row| row.season).max());
        let wanted = all.into_iter().filter(|row| Some(row.season) == season);
        Ok(wanted
            .map(|row| {
                let name = names.get(&row.team).cloned().unwrap_or_default();
                of_domain(competition, &row, name)
            })
            .collect())
    }

    /// The seasons that are aggregated, with their teams, by competition and season.
    ///
    /// # Errors
    /// When the store cannot be read, or a later version wrote into it.
    pub async fn aggregated_seasons(&self) -> Result<Vec<(CompetitionId, Season, usize)>, StoreError> {
        let rows: Vec<(String, i64, i64)> =
            query_as(sql::AGGREGATED_SEASONS).fetch_all(self.readers()).await?;
        rows.iter()
            .map(|(competition, season, teams)| {
                let season = Season::starting(column::small("season", *season)?);
                Ok((column::parsed("competition", competition)?, season, column::small("teams", *teams)?))
            })
            .collect()
    }

    /// How teams stood after every match day of a season, as was known before a moment, by team and day; of one team, or of
    /// all.
    ///
    /// # Errors
    /// When the store cannot be read, or a later version wrote into it.
    pub async fn team_days(
        &self,
        competition: CompetitionId,
        season: Season,
        team: Option<TeamId>,
        as_of: Option<Timestamp>,
    ) -> Result<Vec<TeamDayRow>, StoreError> {
        let rows = query(sql::TEAM_DAYS)
            .bind(competition.as_str())
            .bind(i64::from(season.start_year))
            .bind(team.map_or(0, |team| team.0))
            .bind(as_of.map_or(i64::MAX, column::micros))
            .fetch_all(self.readers())
            .await?;
        let mut days: BTreeMap<(TeamId, Date), TeamDayRow> = BTreeMap::new();
        for row in &rows {
            let day = day(row)?;
            days.insert((day.team, day.on), day);
        }
        Ok(days.into_values().collect())
    }
}

async fn touched(on: &Pool, step: Step) -> Result<Touched, StoreError> {
    let query = match step.since() {
        Some(mark) => query_as(sql::SEASONS_SINCE).bind(mark.sequence),
        None => query_as(sql::ALL_SEASONS),
    };
    let rows: Vec<(String, i64)> = query.fetch_all(on).await?;
    let mut touched = Touched::new();
    for (competition, season) in rows {
        let seasons = touched.entry(column::parsed("competition", &competition)?).or_default();
        seasons.insert(Season::starting(column::small("season", season)?));
    }
    Ok(touched)
}

async fn drop_seasons(
    connection: &mut Connection,
    competition: CompetitionId,
    seasons: &BTreeSet<Season>,
) -> Result<(), StoreError> {
    for season in seasons {
        for statement in [sql::DROP_TEAM_SEASONS, sql::DROP_TEAM_DAYS] {
            let query = query(statement).bind(competition.as_str()).bind(i64::from(season.start_year));
            query.execute(&mut *connection).await?;
        }
    }
    Ok(())
}

async fn insert_teams(
    connection: &mut Connection,
    competition: CompetitionId,
    rows: &[TeamSeason],
) -> Result<(), StoreError> {
    insert_rows(connection, &sql::TEAM_SEASON_ROWS, rows, |values, row| {
        let statistics = &row.statistics;
        values.add(competition.as_str())?;
        values.add(i64::from(row.season.start_year))?;
        values.add(row.team.0)?;
        values.add(i64::from(statistics.all.played()))?;
        [statistics.all, statistics.home, statistics.away]
            .iter()
            .try_for_each(|tally| add_tally(values, tally))?;
        let overtime = statistics.overtime.map(|o| [o.won, o.lost, o.unknown]);
        (0..3).try_for_each(|i| values.add(overtime.map(|counts| i64::from(counts[i]))))?;
        values.add(statistics.points.map(i64::from))?;
        values.add(statistics.form.to_string())?;
        values.add(statistics.streak.map(|streak| streak.to_string()))?;
        add_counted(values, &statistics.expected_goals)?;
        add_counted(values, &statistics.shots)?;
        values.add(i64::from(statistics.playoffs.played))?;
        values.add(i64::from(statistics.playoffs.won))?;
        values.add(i64::from(row.unplayed))
    })
    .await
}

async fn insert_days(
    connection: &mut Connection,
    competition: CompetitionId,
    rows: &[TeamDay],
) -> Result<(), StoreError> {
    insert_rows(connection, &sql::TEAM_DAY_ROWS, rows, |values, row| {
        let statistics: &TeamStatistics = &row.statistics;
        values.add(competition.as_str())?;
        values.add(i64::from(row.season.start_year))?;
        values.add(row.team.0)?;
        values.add(row.on.to_string())?;
        values.add(column::micros(row.known_at))?;
        add_tally(values, &statistics.all)?;
        values.add(statistics.points.map(i64::from))?;
        values.add(statistics.form.to_string())?;
        add_counted(values, &statistics.expected_goals)?;
        add_counted(values, &statistics.shots)
    })
    .await
}

fn add_tally(values: &mut Values<'_>, tally: &Tally) -> Result<(), StoreError> {
    let Tally { won, drawn, lost, scored, conceded } = *tally;
    [won, drawn, lost, scored, conceded].into_iter().try_for_each(|count| values.add(i64::from(count)))
}

fn add_counted(values: &mut Values<'_>, counted: &Counted) -> Result<(), StoreError> {
    values.add(i64::from(counted.matches))?;
    values.add(counted.own)?;
    values.add(counted.other)
}

fn of_domain(competition: CompetitionId, row: &TeamSeason, name: String) -> TeamStanding {
    let TeamStatistics { all, home, away, overtime, points, form, streak, expected_goals, shots, playoffs } =
        row.statistics;
    TeamStanding {
        competition,
        season: row.season,
        team: row.team,
        name,
        all,
        home,
        away,
        overtime,
        points,
        form: form.to_string(),
        streak: streak.map(|streak| streak.to_string()),
        expected_goals,
        shots,
        playoffs,
        unplayed: row.unplayed,
    }
}

fn standing(row: &Row) -> Result<TeamStanding, StoreError> {
    let overtime = row.try_get::<Option<i64>>(19)?;
    Ok(TeamStanding {
        competition: column::parsed("competition", row.try_get(0)?)?,
        season: Season::starting(column::small("season", row.try_get(1)?)?),
        team: TeamId(row.try_get(2)?),
        name: row.try_get(3)?,
        all: tally(row, 4)?,
        home: tally(row, 9)?,
        away: tally(row, 14)?,
        overtime: match overtime {
            Some(_) => {
                Some(Overtime { won: count(row, 19)?, lost: count(row, 20)?, unknown: count(row, 21)? })
            }
            None => None,
        },
        points: points(row, 22)?,
        form: row.try_get(23)?,
        streak: row.try_get(24)?,
        expected_goals: counted(row, 25)?,
        shots: counted(row, 28)?,
        playoffs: Playoffs { played: count(row, 31)?, won: count(row, 32)? },
        unplayed: count(row, 33)?,
    })
}

fn day(row: &Row) -> Result<TeamDayRow, StoreError> {
    Ok(TeamDayRow {
        team: TeamId(row.try_get(0)?),
        on: column::parsed("on_date", row.try_get(1)?)?,
        known_at: column::instant(row.try_get(2)?)?,
        all: tally(row, 3)?,
        points: points(row, 8)?,
        form: row.try_get(9)?,
        expected_goals: counted(row, 10)?,
        shots: counted(row, 13)?,
    })
}

fn count(row: &Row, place: usize) -> Result<u32, StoreError> {
    column::small("count", row.try_get(place)?)
}

fn points(row: &Row, place: usize) -> Result<Option<u32>, StoreError> {
    fact::optional(row, "points", place)
}

fn tally(row: &Row, first: usize) -> Result<Tally, StoreError> {
    Ok(Tally {
        won: count(row, first)?,
        drawn: count(row, first + 1)?,
        lost: count(row, first + 2)?,
        scored: count(row, first + 3)?,
        conceded: count(row, first + 4)?,
    })
}

fn counted(row: &Row, first: usize) -> Result<Counted, StoreError> {
    Ok(Counted { matches: count(row, first)?, own: row.try_get(first + 1)?, other: row.try_get(first + 2)? })
}
