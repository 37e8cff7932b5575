//! `data/matches.csv`: results, kick-off times and expected goals.

use std::collections::HashMap;

use anyhow::{Context, Result, bail, ensure};

use super::{csv_line, dump};

/// League names of the source and competition ids.
const COMPETITIONS: [(&str, &str); 6] = [
    ("Premier League", "eng.1"),
    ("EFL Championship", "eng.2"),
    ("La Liga", "esp.1"),
    ("Serie A", "ita.1"),
    ("Fußball-Bundesliga", "ger.1"),
    ("Ligue 1", "fra.1"),
];

/// Competitions whose season of 2019-20 ran into August 2020.
const SUSPENDED_2020: [&str; 4] = ["eng.1", "eng.2", "esp.1", "ita.1"];

const N_MATCHES: usize = 17_945;

/// One line of the file; the derived order is the file's order.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Row {
    /// `YYYY-MM-DDTHH:MM` at the venue.
    kickoff: String,
    competition: &'static str,
    home: String,
    away: String,
    season: String,
    goals: [String; 2],
    xg: [String; 2],
}

/// All matches of the dump, sorted.
pub(super) fn rows(sql: &str) -> Result<Vec<Row>> {
    let leagues = names(sql, "league")?;
    let teams = names(sql, "team")?;
    let xg = expected_goals(sql)?;
    let mut rows = Vec::with_capacity(N_MATCHES);
    for values in dump::rows(sql, "game") {
        let values = present(values?)?;
        let [id, home, away, league, home_goals, away_goals, _, _, date, _, season] = values.as_slice()
        else {
            bail!("a game has {} columns, not 11", values.len());
        };
        let league = leagues.get(league).with_context(|| format!("game {id} is of an unknown league"))?;
        let team = |key| teams.get(key).cloned().with_context(|| format!("game {id} has an unknown team"));
        let xg_of = |team: &String| {
            let value = xg.get(&(id.clone(), team.clone()));
            value.cloned().with_context(|| format!("game {id} has no expected goals of {team}"))
        };
        rows.push(Row {
            kickoff: kickoff(date)?,
            competition: competition(league)?,
            home: team(home)?,
            away: team(away)?,
            season: season.clone(),
            goals: [whole(home_goals)?, whole(away_goals)?],
            xg: [xg_of(home)?, xg_of(away)?],
        });
    }
    rows.sort();
    ensure!(rows.len() == N_MATCHES, "the dump has {} matches, not {N_MATCHES}", rows.len());
    Ok(rows)
}

pub(super) fn csv(rows: &[Row]) -> Result<String> {
    let mut text =
        "competition,season,kickoff_local,home,away,home_goals,away_goals,home_xg,away_xg\n".to_owned();
    for row in rows {
        let [home_goals, away_goals] = &row.goals;
        let [home_xg, away_xg] = &row.xg;
        text += &csv_line(&[
            row.competition,
            &row.season,
            &row.kickoff,
            &row.home,
            &row.away,
            home_goals,
            away_goals,
            home_xg,
            away_xg,
        ])?;
    }
    Ok(text)
}

/// Prints the matches whose season label contradicts their date. The file keeps the source's label.
pub(super) fn print_contradictions(rows: &[Row]) -> Result<()> {
    let mut n_contradictions = 0;
    for row in rows {
        let expected = season_of(row.competition, &row.kickoff)?;
        if expected != row.season {
            n_contradictions += 1;
            println!(
                "{} {} {} - {}: labelled {}, played in {expected}",
                row.competition, row.kickoff, row.home, row.away, row.season
            );
        }
    }
    println!("{n_contradictions} of {} season labels contradict the date", rows.len());
    Ok(())
}

/// The season by date: it turns over on 1 July, in 2020 on 1 September where the season before was suspended.
fn season_of(competition: &str, kickoff: &str) -> Result<String> {
    let year: i32 = kickoff.get(..4).unwrap_or_default().parse().context("a kick-off without a year")?;
    let suspended = year == 2020 && SUSPENDED_2020.contains(&competition);
    let first_day = if suspended { "09-01" } else { "07-01" };
    let start = if &kickoff[5..10] >= first_day { year } else { year - 1 };
    Ok(format!("{start}-{}", start + 1))
}

/// `2018-08-10 20:00:00.000000` as `2018-08-10T20:00`.
fn kickoff(date: &str) -> Result<String> {
    let minute = date.strip_suffix(":00.000000").filter(|minute| minute.len() == 16);
    let minute = minute.with_context(|| format!("{date:?} is not a date and time in whole minutes"))?;
    Ok(minute.replacen(' ', "T", 1))
}

fn competition(league: &str) -> Result<&'static str> {
    let found = COMPETITIONS.iter().find(|(name, _)| *name == league);
    Ok(found.with_context(|| format!("league {league:?} is not on the list"))?.1)
}

/// Id to name, of the tables that start with these two columns.
fn names(sql: &str, table: &str) -> Result<HashMap<String, String>> {
    dump::rows(sql, table)
        .map(|values| match present(values?)?.as_slice() {
            [id, name, ..] => Ok((id.clone(), name.clone())),
            _ => bail!("a row of {table} has no id and name"),
        })
        .collect()
}

/// Expected goals by game and team, written as briefly as the number allows: the dump pads binary fractions.
fn expected_goals(sql: &str) -> Result<HashMap<(String, String), String>> {
    dump::rows(sql, "game_stats")
        .map(|values| match values?.as_slice() {
            [_, Some(game), Some(team), Some(xg), ..] => {
                let xg: f64 = xg.parse().with_context(|| format!("{xg:?} is no number"))?;
                Ok(((game.clone(), team.clone()), xg.to_string()))
            }
            _ => bail!("a row of game_stats has no game, team or expected goals"),
        })
        .collect()
}

fn whole(text: &str) -> Result<String> {
    let goals: u8 = text.parse().with_context(|| format!("{text:?} is no number of goals"))?;
    Ok(goals.to_string())
}

fn present(values: Vec<Option<String>>) -> Result<Vec<String>> {
    values.into_iter().collect::<Option<_>>().context("a row of the dump has an empty column")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seasons_follow_dates() {
        // Serie A 2019-20 ended on 2 August 2020; Ligue 1 2020-21 began on 21 August 2020.
        assert_eq!(season_of("ita.1", "2020-08-02T20:45").unwrap(), "2019-2020");
        assert_eq!(season_of("fra.1", "2020-08-21T19:00").unwrap(), "2020-2021");
        assert_eq!(season_of("eng.2", "2022-07-29T20:00").unwrap(), "2022-2023");
        assert_eq!(season_of("eng.1", "2024-05-19T16:00").unwrap(), "2023-2024");
    }

    #[test]
    fn values_are_written_briefly() {
        assert_eq!(kickoff("2018-08-10 20:00:00.000000").unwrap(), "2018-08-10T20:00");
        assert!(kickoff("2018-08-10 20:00:30.000000").is_err());
        let sql = "INSERT INTO game_stats VALUES(1,'g','t',1.80000000000000004,0.5);\n";
        assert_eq!(expected_goals(sql).unwrap()[&("g".to_owned(), "t".to_owned())], "1.8");
    }
}
