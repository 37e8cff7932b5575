//! `touchline data match`: everything that was known of one match at a moment.

use std::collections::HashMap;

use anyhow::Result;
use clap::Args;
use domain::{
    Fact, Fixture, FixtureId, Injury, KnownRule, LineUp, MatchStatistics, Outcome, PlayerCode,
    PlayerStatistics, RecordedBy, TeamId, Times, Venue, Weather,
    injury::{Availability, Practice},
    player::Profile,
};
use jiff::Timestamp;
use serde::Serialize;
use store::{OddsFilter, PlayerLine, QuoteScope, ReportedInjury, Store};

use crate::{
    app::App,
    exit::Stop,
    jobs::load_history::{self, Loaded},
    output::table,
};

#[derive(Debug, Args)]
pub(in crate::cli) struct Match {
    /// The fixture's number, as forecasts and bets name it
    id: i64,
    /// Show only what was known before this moment, e.g. 2024-03-01T12:00:00Z; now when left out
    #[arg(long, value_parser = crate::cli::moment)]
    as_of: Option<Timestamp>,
}

/// A fact with when it became known, and how that was found.
#[derive(Debug, Serialize)]
struct Known<T> {
    known_at: Timestamp,
    known_rule: KnownRule,
    #[serde(flatten)]
    value: T,
}

impl<T> Known<T> {
    fn of(times: &Times, value: T) -> Self {
        Self { known_at: times.known_at, known_rule: times.known_rule, value }
    }
}

/// Something about a player of a side.
#[derive(Debug, Serialize)]
struct OfPlayer<T> {
    team: String,
    player: PlayerCode,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(flatten)]
    value: T,
}

#[derive(Debug, Serialize)]
struct Counted {
    statistics: PlayerStatistics,
}

#[derive(Debug, Serialize)]
struct Answer {
    as_of: Timestamp,
    home: String,
    away: String,
    fixture: Fixture,
    venue: Option<Known<Venue>>,
    weather: Option<Known<Weather>>,
    line_up: Option<Known<LineUp>>,
    injuries: Vec<Known<OfPlayer<Injury>>>,
    result: Option<Known<Outcome>>,
    statistics: Option<Known<MatchStatistics>>,
    player_statistics: Vec<Known<OfPlayer<Counted>>>,
    /// How many.
    plays: usize,
    /// How many.
    quotes: usize,
}

pub(super) async fn run(app: &App, arguments: &Match) -> Result<()> {
    let store = app.existing_store().await?;
    let id = FixtureId(arguments.id);
    let as_of = arguments.as_of.unwrap_or(app.clock.now());
    let Some(competition) = store.competition_of(id).await? else {
        return Err(Stop::Usage(format!("there is no fixture {}", id.0)).into());
    };
    let loaded = load_history::run(&store, competition, QuoteScope::None).await?;
    let answer = answer(&store, &loaded, id, as_of).await?;
    store.close().await;
    app.out.answer(&answer, || print(&answer))
}

async fn answer(store: &Store, loaded: &Loaded, id: FixtureId, as_of: Timestamp) -> Result<Answer> {
    let snapshot = loaded.history.as_of(as_of, RecordedBy::Now);
    let Some(fixture) = snapshot.fixture(id) else {
        return Err(Stop::Usage(format!("fixture {} was not known before {as_of}", id.0)).into());
    };
    let people = People { profiles: store.players(&loaded.competition.pool, as_of).await?, loaded };
    let line_ups = loaded.history.line_up_facts().iter().rev();
    let mut line_ups = line_ups.filter(|f| f.value.fixture == id && f.times.known_at < as_of);
    let counted = snapshot.statistics_facts().filter(|f| f.value.fixture == id).last();
    let venue = store.venue(id, as_of).await?;
    let injuries = store.injuries(id, as_of).await?;
    let lines = store.player_statistics(id, as_of).await?;
    Ok(Answer {
        as_of,
        home: loaded.name(fixture.home),
        away: loaded.name(fixture.away),
        fixture: *fixture,
        venue: venue.map(|f| Known::of(&f.times, f.value)),
        weather: store.weather(id, as_of).await?.map(|f| Known::of(&f.times, f.value)),
        line_up: line_ups.next().map(|f| Known::of(&f.times, f.value.line_up.clone())),
        injuries: injuries.into_iter().map(|f| people.injury(f)).collect(),
        result: snapshot.result(id).map(|f| Known::of(&f.times, f.value.outcome.clone())),
        statistics: counted.map(|f| Known::of(&f.times, f.value.statistics)),
        player_statistics: lines.iter().map(|f| people.line(f)).collect(),
        plays: store.plays(id, as_of).await?.len(),
        quotes: store.odds_path(id, OddsFilter::default(), as_of).await?.len(),
    })
}

/// Who is who.
struct People<'l> {
    profiles: HashMap<PlayerCode, Profile>,
    loaded: &'l Loaded,
}

impl People<'_> {
    fn of<T>(&self, team: TeamId, player: PlayerCode, value: T) -> OfPlayer<T> {
        let name = self.profiles.get(&player).and_then(Profile::shown).map(str::to_owned);
        OfPlayer { team: self.loaded.name(team), player, name, value }
    }

    fn injury(&self, fact: Fact<ReportedInjury>) -> Known<OfPlayer<Injury>> {
        let ReportedInjury { team, player, injury, .. } = fact.value;
        Known::of(&fact.times, self.of(team, player, injury))
    }

    fn line(&self, fact: &Fact<PlayerLine>) -> Known<OfPlayer<Counted>> {
        let PlayerLine { team, player, statistics } = fact.value.clone();
        Known::of(&fact.times, self.of(team, player, Counted { statistics }))
    }
}

impl<T> OfPlayer<T> {
    fn shown(&self) -> String {
        self.name.clone().unwrap_or_else(|| self.player.to_string())
    }
}

fn print(answer: &Answer) {
    let Answer { home, away, fixture, as_of, .. } = answer;
    let at = fixture.kickoff.earliest();
    println!("{home} against {away}, {} {}, kick-off {at}", fixture.competition, fixture.season);
    println!("{}", table(["what", "known", "value"], facts(answer)));
    if !answer.injuries.is_empty() {
        let rows = answer.injuries.iter().map(|known| {
            let injury = &known.value.value;
            let code = |code: Option<&'static str>| code.unwrap_or_default().to_owned();
            [
                known.value.shown(),
                known.value.team.clone(),
                code(injury.availability.map(Availability::code)),
                code(injury.practice.map(Practice::code)),
                injury.what.clone().unwrap_or_default(),
            ]
        });
        println!("{}", table(["reported", "team", "status", "practice", "what"], rows));
    }
    if !answer.player_statistics.is_empty() {
        let rows = answer.player_statistics.iter().map(|known| {
            let counted: Vec<String> = known.value.value.statistics.iter().map(counted).collect();
            [known.value.shown(), known.value.team.clone(), counted.join(", ")]
        });
        println!("{}", table(["player", "team", "did"], rows));
    }
    println!("{} plays and {} quotes, as of {as_of}", answer.plays, answer.quotes);
}

fn counted((statistic, value): (domain::PlayerStatistic, f64)) -> String {
    let value = if value.fract() == 0.0 { format!("{value:.0}") } else { format!("{value:.2}") };
    format!("{} {value}", statistic.code().replace('_', " "))
}

/// What there is one of.
fn facts(answer: &Answer) -> Vec<[String; 3]> {
    let mut rows = vec![["status".to_owned(), String::new(), answer.fixture.status.code().to_owned()]];
    row(&mut rows, "venue", answer.venue.as_ref(), |venue| {
        let roof = venue.roof.map(|roof| roof.code().to_owned());
        let parts = [Some(venue.name.clone()), roof, venue.surface.clone()];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    });
    row(&mut rows, "weather", answer.weather.as_ref(), |weather| {
        let celsius = weather.temperature_celsius.map(|t| format!("{t:.0} °C"));
        let wind = weather.wind_mps.map(|v| format!("wind {v:.1} m/s"));
        celsius.into_iter().chain(wind).collect::<Vec<_>>().join(", ")
    });
    row(&mut rows, "starters", answer.line_up.as_ref(), |line_up| {
        let names = [&line_up.home, &line_up.away].map(|s| s.as_ref().map_or("?", |s| &s.name).to_owned());
        names.join(" and ")
    });
    row(&mut rows, "result", answer.result.as_ref(), |outcome| outcome.full_time.to_string());
    row(&mut rows, "statistics", answer.statistics.as_ref(), statistics);
    rows
}

fn row<T>(rows: &mut Vec<[String; 3]>, what: &str, known: Option<&Known<T>>, value: impl Fn(&T) -> String) {
    rows.extend(known.map(|k| [what.to_owned(), k.known_at.to_string(), value(&k.value)]));
}

fn statistics(counted: &MatchStatistics) -> String {
    let pairs = [
        ("xG", counted.expected_goals),
        ("shots", counted.shots),
        ("on target", counted.shots_on_target),
        ("corners", counted.corners),
        ("possession", counted.possession),
        ("red cards", counted.red_cards),
    ];
    let known = pairs.into_iter().filter_map(|(what, pair)| Some((what, pair?)));
    let shown: Vec<String> =
        known.map(|(what, pair)| format!("{what} {}–{}", pair.home, pair.away)).collect();
    shown.join(", ")
}
