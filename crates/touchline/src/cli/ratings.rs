//! `touchline ratings`

use std::collections::BTreeMap;

use anyhow::Result;
use clap::Args;
use domain::{CompetitionId, PlayedMatch, RecordedBy, Season, Snapshot, TeamId};
use forecast::rating::{self, Rating};
use jiff::Timestamp;
use serde::Serialize;
use store::{QuoteScope, RatingStep};

use crate::{
    app::App,
    exit::Stop,
    jobs::{
        load_history::{self, Loaded},
        record_ratings,
    },
    output::table,
};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// A competition such as eng.1, nfl or nba
    #[arg(long)]
    competition: CompetitionId,
    /// A rating by name; a name that is none lists them
    #[arg(long, default_value = "elo")]
    rating: String,
    /// One team's way, match by match, in place of the table
    #[arg(long, value_name = "NAME")]
    team: Option<String>,
    /// Matches the change in the table is counted over, or of a team's way to show
    #[arg(long, default_value_t = 5, value_name = "N")]
    last: usize,
    /// Use only what was known before this moment, e.g. 2024-03-01T12:00:00Z; now when left out
    #[arg(long, value_parser = super::moment)]
    as_of: Option<Timestamp>,
}

/// A team in the table.
#[derive(Debug, Serialize)]
struct Standing {
    team: String,
    rating: f64,
    /// Over its last matches, as many as were asked for.
    change: f64,
    /// Matches on record.
    matches: usize,
}

/// One match on a team's way.
#[derive(Debug, Serialize)]
struct Stage {
    fixture: i64,
    season: Season,
    kickoff: Timestamp,
    /// `home`, `away` or `neutral`.
    venue: &'static str,
    opponent: String,
    /// Own score first.
    score: [u16; 2],
    before: f64,
    after: f64,
    known_at: Timestamp,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
enum Shown {
    Table(Vec<Standing>),
    History { team: String, matches: Vec<Stage> },
}

#[derive(Debug, Serialize)]
struct Answer {
    competition: CompetitionId,
    rating: &'static str,
    as_of: Timestamp,
    /// Rows the history gained, of every rating.
    recorded: usize,
    #[serde(flatten)]
    shown: Shown,
}

pub(super) async fn run(app: &App, arguments: &Arguments) -> Result<()> {
    let store = app.existing_store().await?;
    let loaded = load_history::run(&store, arguments.competition, QuoteScope::None).await?;
    let rating = named(&arguments.rating, &loaded)?;
    let team = arguments.team.as_deref().map(|name| loaded.team(name)).transpose()?;
    let now = app.clock.now();
    let snapshot = loaded.history.as_of(arguments.as_of.unwrap_or(now), RecordedBy::Now);
    let recorded = record_ratings::run(&store, &loaded, snapshot.at(), now).await?;
    let steps = store.rating_steps(arguments.competition, rating.name(), team, snapshot.at()).await?;
    store.close().await;
    let ways = ways(&snapshot, &loaded, steps);
    let shown = match team {
        Some(team) => history(&loaded, team, ways.get(&team).map_or(&[][..], Vec::as_slice), arguments.last),
        None => standings(&loaded, &ways, arguments.last),
    };
    let answer = Answer {
        competition: arguments.competition,
        rating: rating.name(),
        as_of: snapshot.at(),
        recorded,
        shown,
    };
    app.out.answer(&answer, || print(&answer, arguments.last))
}

/// The rating of that name, where it is defined for the sport.
fn named(name: &str, loaded: &Loaded) -> Result<Box<dyn Rating>> {
    let sport = loaded.competition.sport;
    let list = || -> Vec<&str> {
        rating::ratings().iter().filter(|r| r.supports(sport)).map(|r| r.name()).collect()
    };
    let found = rating::by_name(name).filter(|r| r.supports(sport));
    found.ok_or_else(|| {
        Stop::Usage(format!("no rating {name:?} for {sport}; there is {}", list().join(", "))).into()
    })
}

/// A match with what it did to one team.
type Moved<'h> = (PlayedMatch<'h>, RatingStep);

/// Every team's matches in the order of kick-off.
fn ways<'h>(
    snapshot: &Snapshot<'h>,
    loaded: &Loaded,
    steps: Vec<RatingStep>,
) -> BTreeMap<TeamId, Vec<Moved<'h>>> {
    let mut by_match: BTreeMap<_, _> = steps.into_iter().map(|s| ((s.fixture, s.team), s)).collect();
    let mut ways: BTreeMap<TeamId, Vec<Moved<'h>>> = BTreeMap::new();
    for played in snapshot.played_in(loaded.competition.id) {
        for team in [played.fixture.home, played.fixture.away] {
            if let Some(step) = by_match.remove(&(played.fixture.id, team)) {
                ways.entry(team).or_default().push((played, step));
            }
        }
    }
    ways
}

/// The teams of the last season, the best first.
fn standings(loaded: &Loaded, ways: &BTreeMap<TeamId, Vec<Moved<'_>>>, last: usize) -> Shown {
    let season = ways.values().filter_map(|way| Some(way.last()?.0.fixture.season)).max();
    let mut standings: Vec<Standing> = Vec::new();
    for (team, way) in ways {
        let Some((played, step)) = way.last() else { continue };
        if Some(played.fixture.season) != season {
            continue;
        }
        let first = way[way.len().saturating_sub(last.max(1))].1;
        standings.push(Standing {
            team: loaded.name(*team),
            rating: step.after,
            change: step.after - first.before,
            matches: way.len(),
        });
    }
    standings.sort_by(|a, b| b.rating.total_cmp(&a.rating).then_with(|| a.team.cmp(&b.team)));
    Shown::Table(standings)
}

/// The last matches of a team, the oldest first.
fn history(loaded: &Loaded, team: TeamId, way: &[Moved<'_>], last: usize) -> Shown {
    let matches = way[way.len().saturating_sub(last)..].iter().map(|(played, step)| {
        let fixture = played.fixture;
        let at_home = fixture.home == team;
        let score = played.score();
        Stage {
            fixture: fixture.id.0,
            season: fixture.season,
            kickoff: fixture.kickoff.earliest(),
            venue: match (fixture.neutral, at_home) {
                (true, _) => "neutral",
                (false, true) => "home",
                (false, false) => "away",
            },
            opponent: loaded.name(if at_home { fixture.away } else { fixture.home }),
            score: if at_home { [score.home, score.away] } else { [score.away, score.home] },
            before: step.before,
            after: step.after,
            known_at: step.known_at,
        }
    });
    Shown::History { team: loaded.name(team), matches: matches.collect() }
}

/// A rating with as many digits as say something.
fn digits(rating: f64) -> String {
    if rating.abs() >= 100.0 { format!("{rating:.0}") } else { format!("{rating:.3}") }
}

/// A change with the digits of the rating it belongs to.
fn signed(change: f64, rating: f64) -> String {
    if rating.abs() >= 100.0 { format!("{change:+.0}") } else { format!("{change:+.3}") }
}

fn print(answer: &Answer, last: usize) {
    match &answer.shown {
        Shown::Table(standings) => {
            let rows = standings.iter().zip(1..).map(|(s, place)| {
                let change = signed(s.change, s.rating);
                [s.team.clone(), place.to_string(), digits(s.rating), change, s.matches.to_string()]
            });
            let over = format!("over the last {last}");
            println!("{}", table(["team", "place", answer.rating, &over, "matches"], rows));
        }
        Shown::History { team, matches } => {
            let rows = matches.iter().map(|m| {
                [
                    m.opponent.clone(),
                    m.venue.to_owned(),
                    m.kickoff.strftime("%Y-%m-%d").to_string(),
                    format!("{}–{}", m.score[0], m.score[1]),
                    digits(m.before),
                    digits(m.after),
                    signed(m.after - m.before, m.after),
                ]
            });
            println!("{team}, {} by match", answer.rating);
            let head = ["opponent", "venue", "date", "score", "before", "after", "change"];
            println!("{}", table(head, rows));
        }
    }
    println!("as of {}; {} rows added to the history of ratings", answer.as_of, answer.recorded);
}
