//! `touchline stats teams`

use anyhow::Result;
use clap::Args;
use domain::{CompetitionId, Season};
use jiff::Timestamp;
use serde::Serialize;
use store::{Aggregate, QuoteScope, Store, TeamDayRow};

use crate::{
    app::App,
    exit::Stop,
    jobs::{
        load_history,
        read_statistics::{self, TeamLine},
    },
    output::{minute, sparkline, table},
};

#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// A competition such as eng.1, nfl or nba; what there is when left out
    #[arg(long)]
    competition: Option<CompetitionId>,
    /// A season such as 2023-24; the last when left out
    #[arg(long, requires = "competition")]
    season: Option<Season>,
    /// One team after every match day, in place of the table
    #[arg(long, value_name = "NAME", requires = "competition")]
    team: Option<String>,
    /// As was known before this moment, e.g. 2024-03-01T12:00:00Z; now when left out
    #[arg(long, value_parser = crate::cli::moment, requires = "competition")]
    as_of: Option<Timestamp>,
}

/// A season on record.
#[derive(Debug, Serialize)]
struct OnRecord {
    competition: CompetitionId,
    season: Season,
    teams: usize,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
enum Shown {
    Seasons(Vec<OnRecord>),
    Teams { competition: CompetitionId, season: Season, lines: Vec<TeamLine> },
    Days { competition: CompetitionId, season: Season, team: String, lines: Vec<TeamDayRow> },
}

#[derive(Debug, Serialize)]
struct Answer {
    /// Whether nothing is stored that is not in here.
    is_current: bool,
    as_of: Option<Timestamp>,
    #[serde(flatten)]
    shown: Shown,
}

pub(super) async fn run(app: &App, arguments: &Arguments) -> Result<()> {
    let store = app.existing_store().await?;
    let shown = match (arguments.competition, &arguments.team) {
        (None, _) => seasons(&store).await?,
        (Some(competition), None) => teams(&store, competition, arguments).await?,
        (Some(competition), Some(team)) => days(&store, competition, team, arguments).await?,
    };
    let is_current = read_statistics::is_current(&store, Aggregate::TeamStatistics).await?;
    store.close().await;
    let answer = Answer { is_current, as_of: arguments.as_of, shown };
    app.out.answer(&answer, || print(&answer))
}

async fn seasons(store: &Store) -> Result<Shown> {
    let seasons = store.aggregated_seasons().await?.into_iter();
    let line = |(competition, season, teams)| OnRecord { competition, season, teams };
    Ok(Shown::Seasons(seasons.map(line).collect()))
}

async fn teams(store: &Store, competition: CompetitionId, arguments: &Arguments) -> Result<Shown> {
    let lines = read_statistics::teams(store, competition, arguments.season, arguments.as_of).await?;
    let Some(season) = lines.first().map(|line| line.standing.season) else {
        return Err(nothing(competition, arguments).into());
    };
    Ok(Shown::Teams { competition, season, lines })
}

async fn days(store: &Store, competition: CompetitionId, name: &str, arguments: &Arguments) -> Result<Shown> {
    let loaded = load_history::run(store, competition, QuoteScope::None).await?;
    let team = loaded.team(name)?;
    let standings = store.team_standings(competition, arguments.season, arguments.as_of).await?;
    let Some(season) = standings.first().map(|standing| standing.season) else {
        return Err(nothing(competition, arguments).into());
    };
    let lines = store.team_days(competition, season, Some(team), arguments.as_of).await?;
    Ok(Shown::Days { competition, season, team: loaded.name(team), lines })
}

fn nothing(competition: CompetitionId, arguments: &Arguments) -> Stop {
    let season = arguments.season.map_or_else(String::new, |season| format!(" in {season}"));
    Stop::Usage(format!(
        "no team of {competition} is on record{season}: `touchline stats teams` lists what is"
    ))
}

fn print(answer: &Answer) {
    match &answer.shown {
        Shown::Seasons(seasons) => {
            let rows = seasons.chunk_by(|a, b| a.competition == b.competition).map(|of_one| {
                let (first, last) = (&of_one[0], &of_one[of_one.len() - 1]);
                let span = format!("{} to {}", first.season, last.season);
                [first.competition.to_string(), span, of_one.len().to_string(), last.teams.to_string()]
            });
            println!("{}", table(["competition", "seasons", "how many", "teams in the last"], rows));
            println!("choose with --competition, and --season for an earlier one");
        }
        Shown::Teams { competition, season, lines } => print_teams(*competition, *season, lines),
        Shown::Days { competition, season, team, lines } => {
            println!("{team}, {competition} {season}");
            print_days(lines);
        }
    }
    match answer.as_of {
        Some(as_of) => println!("as was known before {as_of}"),
        None => super::say_if_behind(answer.is_current),
    }
}

fn print_teams(competition: CompetitionId, season: Season, lines: &[TeamLine]) {
    let by_points = lines.iter().any(|line| line.standing.points.is_some());
    println!("{competition} {season}");
    let rows = lines.iter().map(|line| {
        let standing = &line.standing;
        let all = standing.all;
        let beyond = |count: Option<u32>, all: u32| match count {
            Some(beyond) if beyond > 0 => format!("{all} ({beyond} ot)"),
            _ => all.to_string(),
        };
        let difference: Vec<f64> = line.difference_by_day.iter().map(|d| *d as f64).collect();
        [
            standing.name.clone(),
            all.played().to_string(),
            beyond(standing.overtime.map(|o| o.won), all.won),
            all.drawn.to_string(),
            beyond(standing.overtime.map(|o| o.lost), all.lost),
            format!("{}:{}", all.scored, all.conceded),
            match standing.points {
                Some(points) => points.to_string(),
                None => line.win_share.map_or_else(|| "–".into(), |share| format!("{share:.3}")),
            },
            format!("{}-{}-{}", standing.home.won, standing.home.drawn, standing.home.lost),
            format!("{}-{}-{}", standing.away.won, standing.away.drawn, standing.away.lost),
            standing.form.clone(),
            standing.streak.clone().unwrap_or_default(),
            expected(&standing.expected_goals),
            standing.unplayed.to_string(),
            sparkline(&difference),
        ]
    });
    let points = if by_points { "points" } else { "won" };
    let head = [
        "team",
        "played",
        "won",
        "drawn",
        "lost",
        "score",
        points,
        "home",
        "away",
        "form",
        "streak",
        "xG",
        "left",
        "difference",
    ];
    println!("{}", table(head, rows));
    let unknown: u32 = lines.iter().filter_map(|line| line.standing.overtime).map(|o| o.unknown).sum();
    if unknown > 0 {
        println!("of {} decided games only the end is on record, overtime or not", unknown / 2);
    }
}

fn expected(counted: &domain::team_season::Counted) -> String {
    if counted.matches == 0 { "–".into() } else { format!("{:.1}:{:.1}", counted.own, counted.other) }
}

fn print_days(lines: &[TeamDayRow]) {
    let rows = lines.iter().map(|day| {
        [
            day.on.to_string(),
            minute(day.known_at),
            format!("{}-{}-{}", day.all.won, day.all.drawn, day.all.lost),
            format!("{}:{}", day.all.scored, day.all.conceded),
            day.points.map_or_else(|| "–".into(), |points| points.to_string()),
            day.form.clone(),
            expected(&day.expected_goals),
        ]
    });
    println!("{}", table(["after", "known (UTC)", "record", "score", "points", "form", "xG"], rows));
    let difference: Vec<f64> = lines.iter().map(|day| day.all.difference() as f64).collect();
    println!("difference {}", sparkline(&difference));
}
