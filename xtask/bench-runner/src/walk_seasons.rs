//! A weekly walk of Dixon-Coles at its defaults through the last seasons of a file: a snapshot, a fit from the last one and
//! the forecasts of the week, every week.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Instant,
};

use anyhow::{Context, Result};
use domain::{
    CompetitionId, Fixture, FixtureId, FixtureStatus, Kickoff, Score, Season, Sport, Stage, TeamId,
};
use forecast::{
    Plan,
    backtest::{Period, walk_forward},
    model::dixon_coles::DixonColes,
};
use jiff::{civil::Date, tz::TimeZone};
use serde_json::{Value, json};

use crate::walk_forward::{LEAGUE, Match, history};

pub(crate) fn run(csv: &str, n_seasons: usize) -> Result<Value> {
    let matches = read(csv)?;
    let history = history(&matches);
    let all: BTreeSet<Season> = matches.iter().map(|one| one.fixture.season).collect();
    let last: Vec<Season> = all.into_iter().rev().take(n_seasons).collect();
    let period = Period::Seasons(last);
    let plan = Plan::new(LEAGUE.parse()?, period, vec![Box::new(DixonColes::default())]);
    let start = Instant::now();
    let backtest = walk_forward(&history, &plan, &|_| {})?;
    let seconds = start.elapsed().as_secs_f64();
    let fits: BTreeSet<_> = backtest.matches.iter().map(|one| one.fitted_at).collect();
    let model = backtest.forecasters.first().context("nothing was forecast")?;
    Ok(json!({
        "seconds": seconds,
        "fits": fits.len(),
        "matches": backtest.matches.len(),
        "forecaster": model.name,
    }))
}

/// Columns: season, date, home, away, home goals, away goals.
fn read(csv: &str) -> Result<Vec<Match>> {
    let competition: CompetitionId = LEAGUE.parse()?;
    let zone = TimeZone::get("Europe/London")?;
    let mut teams = BTreeMap::new();
    let mut matches = Vec::new();
    for line in csv.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        let [_, date, home, away, home_goals, away_goals, ..] = fields.as_slice() else {
            anyhow::bail!("too few columns in {line:?}");
        };
        let mut number = |name: &str| {
            let next = TeamId(i64::try_from(teams.len()).unwrap_or(i64::MAX));
            *teams.entry(name.to_owned()).or_insert(next)
        };
        let date: Date = date.parse()?;
        let fixture = Fixture {
            id: FixtureId(i64::try_from(matches.len())?),
            competition,
            sport: Sport::Soccer,
            season: domain::SeasonRule::JulySuspended2020.season_of(date),
            home: number(home),
            away: number(away),
            kickoff: Kickoff::on_date(date, &zone)?,
            neutral: false,
            stage: Stage::Regular,
            status: FixtureStatus::Scheduled,
        };
        let score = Score::new(home_goals.parse()?, away_goals.parse()?);
        let names = [(*home).to_owned(), (*away).to_owned()];
        matches.push(Match { fixture, score, date, names });
    }
    Ok(matches)
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use super::*;

    #[test]
    fn the_last_seasons_are_walked_week_by_week() {
        let mut csv = "season,date,home,away,hg,ag\n".to_owned();
        for year in 2019..=2022 {
            for day in 1..=28 {
                let (home, away) = [("A", "B"), ("C", "D"), ("B", "C"), ("D", "A")][day % 4];
                writeln!(csv, "x,{year}-09-{day:02},{home},{away},{},{}", day % 3, day % 2).unwrap();
                writeln!(csv, "x,{year}-10-{day:02},{away},{home},{},{}", day % 2, day % 3).unwrap();
            }
        }
        let result = run(&csv, 1).unwrap();
        assert_eq!((&result["matches"], &result["forecaster"]), (&json!(56), &json!("dixon_coles")));
        assert!((8..=10).contains(&result["fits"].as_u64().unwrap()), "{result}");
    }
}
