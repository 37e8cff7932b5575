//! `touchline simulate match` and `touchline simulate season`

use anyhow::Result;
use clap::{Args, Subcommand};
use domain::{CompetitionId, RecordedBy, Season, TeamId};
use forecast::{
    Model,
    model::OddsUse,
    simulation::{Estimate, Runs, simulate_match},
};
use jiff::Timestamp;
use serde::Serialize;
use store::Store;

use super::predict;
use crate::{
    app::App,
    exit::Stop,
    jobs::{
        backtest_season,
        forecast_fixtures::Fitted,
        load_history::{self, Loaded},
        run_checks,
        simulate_season::{self, Request, SimulatedSeason},
    },
    output::table,
};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Play one match many times and compare what came up with the forecast itself
    Match(Match),
    /// Play the rest of a season many times: titles, places, points
    Season(SeasonArguments),
}

/// What both commands need.
#[derive(Debug, Args)]
struct Setting {
    /// A competition such as eng.1, nfl or nba
    #[arg(long)]
    competition: CompetitionId,
    /// Use only what was known before this moment, e.g. 2024-03-01T12:00:00Z; now when left out
    #[arg(long, value_parser = super::moment)]
    as_of: Option<Timestamp>,
    /// The model; that of the configuration when left out
    #[arg(long)]
    model: Option<String>,
    /// How many simulations
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=100_000_000))]
    n: u32,
    /// The same seed gives the same numbers; that of the configuration when left out
    #[arg(long)]
    seed: Option<u64>,
}

#[derive(Debug, Args)]
pub(super) struct Match {
    #[command(flatten)]
    setting: Setting,
    /// The home side
    #[arg(long)]
    home: String,
    /// The away side
    #[arg(long)]
    away: String,
    /// The meeting is at a neutral venue
    #[arg(long)]
    neutral: bool,
}

#[derive(Debug, Args)]
pub(super) struct SeasonArguments {
    #[command(flatten)]
    setting: Setting,
    /// A season such as 2023-24
    #[arg(long)]
    season: Season,
    /// Points given or taken by a court, e.g. --adjust Everton=-8; may be repeated
    #[arg(long, value_name = "TEAM=POINTS", value_parser = adjustment)]
    adjust: Vec<(String, i32)>,
    /// Play only fixtures that are listed already
    #[arg(long)]
    listed_only: bool,
    /// Complete a double round robin also where the competition is not known to be one
    #[arg(long, conflicts_with = "listed_only")]
    complete: bool,
    /// Take strengths as estimated instead of drawing them anew in every season
    #[arg(long)]
    fixed_strengths: bool,
}

fn adjustment(text: &str) -> Result<(String, i32), String> {
    let wrong = || format!("{text:?} is not TEAM=POINTS such as Everton=-8");
    let (team, points) = text.rsplit_once('=').ok_or_else(wrong)?;
    let points: i32 = points.parse().map_err(|_| wrong())?;
    if team.is_empty() || points.abs() > 1000 { Err(wrong()) } else { Ok((team.to_owned(), points)) }
}

pub(super) async fn run(app: &App, command: &Command) -> Result<()> {
    match command {
        Command::Match(arguments) => play_match(app, arguments).await,
        Command::Season(arguments) => play_season(app, arguments).await,
    }
}

impl Setting {
    fn runs(&self, app: &App) -> Runs {
        Runs { n: self.n, seed: self.seed.unwrap_or(app.config.forecast.seed) }
    }

    /// The competition in memory and the model to forecast it with.
    async fn load(&self, app: &App, store: &Store) -> Result<(Loaded, Box<dyn Model>)> {
        run_checks::gate(app, store, self.competition).await?;
        let named = self.model.as_deref().unwrap_or(&app.config.forecast.model);
        let loaded = load_history::run(store, self.competition, load_history::quotes_for(named)).await?;
        let sport = loaded.competition.sport;
        let model = backtest_season::forecaster(self.model.as_deref(), &app.config.forecast, sport)?;
        if model.odds_use() == OddsUse::ThisMatch {
            let text = format!(
                "{} reads the prices of the match itself, which matches to come do not have: choose another --model",
                model.name()
            );
            return Err(Stop::Usage(text).into());
        }
        Ok((loaded, model))
    }
}

/// A simulated number beside the one the forecast itself gives.
#[derive(Debug, Serialize)]
struct Compared {
    what: String,
    simulated: Estimate,
    exact: f64,
}

#[derive(Debug, Serialize)]
struct SimulatedMatch {
    home: String,
    away: String,
    as_of: Timestamp,
    model: String,
    simulations: u32,
    seed: u64,
    /// Home win, draw, away win.
    outcomes: Vec<Compared>,
    mean_total: Compared,
    /// The most frequent first.
    scores: Vec<Compared>,
}

/// Scores that are shown.
const N_SCORES: usize = 10;

async fn play_match(app: &App, arguments: &Match) -> Result<()> {
    let store = app.existing_store().await?;
    let setting = &arguments.setting;
    let (loaded, model) = setting.load(app, &store).await?;
    store.close().await;
    let snapshot = loaded.history.as_of(setting.as_of.unwrap_or(app.clock.now()), RecordedBy::Now);
    let fixture = predict::meeting(&arguments.home, &arguments.away, arguments.neutral, &loaded, &snapshot)?;
    let fitted = Fitted::on(&snapshot, model.as_ref(), &loaded.competition)?;
    let exact = fitted.forecast(&loaded.history, &fixture)?.distribution;
    let runs = setting.runs(app);
    let played = simulate_match(&exact, runs.n, runs.seed);
    let compared = |what: &str, simulated, exact| Compared { what: what.to_owned(), simulated, exact };
    let outcomes = ["home", "draw", "away"].into_iter().zip(played.outcomes());
    let (home_mean, away_mean) = exact.expected_score();
    let answer = SimulatedMatch {
        home: loaded.name(fixture.home),
        away: loaded.name(fixture.away),
        as_of: snapshot.at(),
        model: model.name().to_owned(),
        simulations: runs.n,
        seed: runs.seed,
        outcomes: outcomes
            .zip(exact.outcome_probabilities().as_array())
            .map(|((what, simulated), exact)| compared(what, simulated, exact))
            .collect(),
        mean_total: compared("total", played.mean_total(), home_mean + away_mean),
        scores: played
            .scores()
            .into_iter()
            .take(N_SCORES)
            .map(|(score, share)| compared(&score.to_string(), share, exact.probability(score)))
            .collect(),
    };
    app.out.answer(&answer, || print_match(&answer))
}

fn print_match(answer: &SimulatedMatch) {
    println!(
        "{} – {}, {} times by {} as of {} (seed {})",
        answer.home, answer.away, answer.simulations, answer.model, answer.as_of, answer.seed
    );
    let percent = |line: &Compared| {
        let Estimate { value, standard_error } = line.simulated;
        [
            line.what.clone(),
            format!("{:.2} %", 100.0 * value),
            format!("{:.2}", 100.0 * standard_error),
            format!("{:.2} %", 100.0 * line.exact),
        ]
    };
    let total = &answer.mean_total;
    let total = [
        total.what.clone(),
        format!("{:.3}", total.simulated.value),
        format!("{:.3}", total.simulated.standard_error),
        format!("{:.3}", total.exact),
    ];
    let rows = answer.outcomes.iter().map(percent).chain([total]);
    println!("{}", table(["", "simulated", "± error", "forecast"], rows));
    println!("{}", table(["score", "simulated", "± error", "forecast"], answer.scores.iter().map(percent)));
}

async fn play_season(app: &App, arguments: &SeasonArguments) -> Result<()> {
    let store = app.existing_store().await?;
    let setting = &arguments.setting;
    let (loaded, model) = setting.load(app, &store).await?;
    store.close().await;
    let adjust = |(team, points): &(String, i32)| Ok((loaded.team(team)?, *points));
    let adjustments: Vec<(TeamId, i32)> = arguments.adjust.iter().map(adjust).collect::<Result<_>>()?;
    let snapshot = loaded.history.as_of(setting.as_of.unwrap_or(app.clock.now()), RecordedBy::Now);
    let fitted = Fitted::on(&snapshot, model.as_ref(), &loaded.competition)?;
    let request = Request {
        loaded: &loaded,
        season: arguments.season,
        snapshot: &snapshot,
        model: fitted.model(),
        runs: setting.runs(app),
        listed_only: arguments.listed_only,
        complete: arguments.complete,
        fixed_strengths: arguments.fixed_strengths,
        adjustments,
    };
    let answer = simulate_season::run(&request, app.out)?;
    app.out.answer(&answer, || print_season(&answer))
}

fn print_season(answer: &SimulatedSeason) {
    println!(
        "{} {}, {} times by {} as of {} (seed {})",
        answer.name, answer.season, answer.simulations, answer.model, answer.as_of, answer.seed
    );
    let to_come = answer.listed + answer.derived;
    println!("{} matches count as played, {to_come} are to come", answer.played);
    let mut lines = table::<0>([], []);
    let mut head = vec!["team".to_owned(), answer.counted.to_owned(), "10–50–90 %".to_owned()];
    head.extend(answer.columns.iter().cloned());
    lines.set_header(&head);
    for team in &answer.teams {
        let name = match &team.conference {
            Some(conference) => format!("{conference} {}", team.team),
            None => team.team.clone(),
        };
        let [low, middle, high] = team.quantiles;
        let mut row = vec![name, format!("{:.1}", team.expected.value), format!("{low}–{middle}–{high}")];
        row.extend(team.shares.iter().map(|share| percent(*share)));
        lines.add_row(row);
    }
    for column in lines.column_iter_mut().skip(1) {
        column.set_cell_alignment(comfy_table::CellAlignment::Right);
    }
    println!("{lines}");
    let widest = answer.teams.iter().flat_map(|team| &team.shares).map(|share| share.standard_error);
    println!(
        "shares in %, off by {:.1} at the most in two of three such runs",
        100.0 * widest.fold(0.0, f64::max)
    );
    for note in &answer.notes {
        println!("- {note}");
    }
}

/// What never came up is not impossible, but too rare to be counted.
fn percent(share: Estimate) -> String {
    if share.value == 0.0 { "–".into() } else { format!("{:.1}", 100.0 * share.value) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adjustments_name_a_team_and_points() {
        assert_eq!(adjustment("Nott'm Forest=-4"), Ok(("Nott'm Forest".into(), -4)));
        for text in ["Everton", "Everton=", "=-8", "Everton=many", "Everton=99999"] {
            assert!(adjustment(text).is_err(), "{text}");
        }
    }
}
