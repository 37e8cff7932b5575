//! `touchline predict`

use anyhow::Result;
use clap::Args;
use domain::{
    CompetitionId, Fixture, FixtureId, FixtureStatus, Kickoff, RecordedBy, Snapshot, fixture::Stage,
};
use jiff::{Timestamp, tz::TimeZone};

use crate::{
    app::App,
    exit::Stop,
    jobs::{
        backtest_season,
        forecast_fixtures::{Fitted, shown, upcoming},
        load_history::{self, Loaded},
        run_checks,
    },
    output::{minute, table},
    report::UpcomingForecast,
};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// A competition such as eng.1, nfl or nba
    #[arg(long)]
    competition: CompetitionId,
    /// Use only what was known before this moment, e.g. 2024-03-01T12:00:00Z; now when left out
    #[arg(long, value_parser = super::moment)]
    as_of: Option<Timestamp>,
    /// The model; that of the configuration when left out
    #[arg(long)]
    model: Option<String>,
    /// Days ahead
    #[arg(long)]
    days: Option<u16>,
    /// Forecast a meeting that is not on the list, with this home side
    #[arg(long, requires = "away")]
    home: Option<String>,
    /// And this away side
    #[arg(long, requires = "home")]
    away: Option<String>,
    /// The meeting is at a neutral venue
    #[arg(long, requires = "home")]
    neutral: bool,
}

pub(super) async fn run(app: &App, arguments: &Arguments) -> Result<()> {
    let store = app.existing_store().await?;
    let now = app.clock.now();
    run_checks::gate(app, &store, arguments.competition).await?;
    let named = arguments.model.as_deref().unwrap_or(&app.config.forecast.model);
    let quotes = load_history::quotes_for(named);
    let loaded = load_history::run(&store, arguments.competition, quotes).await?;
    let sport = loaded.competition.sport;
    let model = backtest_season::forecaster(arguments.model.as_deref(), &app.config.forecast, sport)?;
    let snapshot = loaded.history.as_of(arguments.as_of.unwrap_or(now), RecordedBy::Now);
    let fitted = Fitted::on(&snapshot, model.as_ref(), &loaded.competition)?;
    let mut answers = Vec::new();
    if let Some(fixture) = hypothetical(arguments, &loaded, &snapshot)? {
        answers.push(shown(0, &fitted.forecast(&loaded.history, &fixture)?, &fixture, |team| {
            loaded.name(team)
        })?);
    } else {
        let days = arguments.days.unwrap_or(app.config.forecast.horizon_days);
        let fixtures = upcoming(&snapshot, &loaded.competition, days);
        let recorded = fitted.record(&store, &loaded, &fixtures, now).await?;
        for (fixture, (id, forecast)) in fixtures.into_iter().zip(recorded) {
            answers.push(shown(id.0, &forecast, fixture, |team| loaded.name(team))?);
        }
    }
    store.close().await;
    app.out.answer(&answers, || print(&answers, snapshot.at()))
}

/// The meeting asked for by name, if one was.
fn hypothetical(arguments: &Arguments, loaded: &Loaded, snapshot: &Snapshot<'_>) -> Result<Option<Fixture>> {
    let (Some(home), Some(away)) = (&arguments.home, &arguments.away) else { return Ok(None) };
    meeting(home, away, arguments.neutral, loaded, snapshot).map(Some)
}

/// A meeting of two teams by name at the snapshot's moment, whether or not anybody announced it.
pub(super) fn meeting(
    home: &str,
    away: &str,
    neutral: bool,
    loaded: &Loaded,
    snapshot: &Snapshot<'_>,
) -> Result<Fixture> {
    let (home, away) = (loaded.team(home)?, loaded.team(away)?);
    if home == away {
        return Err(Stop::Usage("a team cannot meet itself".into()).into());
    }
    let zone = TimeZone::get(&loaded.competition.zone)?;
    let season = loaded.competition.season.season_of(snapshot.at().to_zoned(zone).date());
    Ok(Fixture {
        id: FixtureId(0),
        competition: loaded.competition.id,
        sport: loaded.competition.sport,
        season,
        home,
        away,
        kickoff: Kickoff::At(snapshot.at()),
        neutral,
        stage: Stage::Regular,
        status: FixtureStatus::Scheduled,
    })
}

/// Forecasts as a table, with the fair odds of the main market.
pub(super) fn print(forecasts: &[UpcomingForecast], as_of: Timestamp) {
    if forecasts.is_empty() {
        println!(
            "no fixture is to come after {as_of}: import a schedule, widen --days, or name --home and --away"
        );
        return;
    }
    let rows = forecasts.iter().map(|f| {
        let odds = |selection| {
            let market = if f.fair("three_way", "home").is_some() { "three_way" } else { "moneyline" };
            f.fair(market, selection).map_or_else(|| "–".into(), |o| format!("{o:.2}"))
        };
        let [low, high] = f.total_80;
        let [home, draw, away] = f.probabilities;
        [
            format!("{} – {}", f.home, f.away),
            if f.id == 0 { "–".into() } else { minute(f.kickoff) },
            format!("{:.1} {:.1} {:.1}", 100.0 * home, 100.0 * draw, 100.0 * away),
            odds("home"),
            odds("draw"),
            odds("away"),
            format!("{:.1}–{:.1}", f.expected_score[0], f.expected_score[1]),
            format!("{low} to {high}"),
            format!("{:.0} %", 100.0 * f.confidence),
            if f.id == 0 { "–".into() } else { f.id.to_string() },
        ]
    });
    let head = [
        "fixture",
        "kick-off (UTC)",
        "1 X 2, %",
        "fair 1",
        "fair X",
        "fair 2",
        "score",
        "total, 80 %",
        "confidence",
        "id",
    ];
    println!("{}", table(head, rows));
    println!("as of {as_of}; `touchline explain ID` shows where a number comes from");
}
