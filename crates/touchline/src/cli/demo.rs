//! `touchline demo`

use anyhow::{Context, Result, anyhow};
use clap::Args;
use domain::{CompetitionId, RecordedBy, Season, Sport};
use forecast::Model;
use ingest::check::{Contracts, Verdict};
use jiff::Timestamp;
use store::{QuoteScope, Store};

use super::{backtest, check, predict, serve};
use crate::{
    app::App,
    bundle,
    exit::Stop,
    jobs::{
        backtest_season,
        forecast_fixtures::{Fitted, last_round_start, shown, upcoming},
        import_files::{self, Imported, Payload},
        load_history::{self, Loaded},
        refresh_aggregates::{self, Histories},
        replay_season::{self, Replay},
        run_checks, sum_up_bets, write_report,
    },
    report::{BacktestSection, BetsSection, Report, UpcomingForecast},
};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// End after the report instead of serving the dashboard
    #[arg(long)]
    pub(super) no_serve: bool,
    /// Port of the dashboard
    #[arg(long)]
    port: Option<u16>,
}

impl Arguments {
    pub(super) fn serve(&self) -> serve::Arguments {
        serve::Arguments { host: None, port: self.port }
    }
}

/// The competitions of which the bundle has odds, and the season it has them for.
const COMPETITIONS: [CompetitionId; 2] = [CompetitionId::literal("eng.1"), CompetitionId::literal("esp.1")];
const SEASON: Season = Season::starting(2023);
/// Who is compared; the market joins them.
const FORECASTERS: [&str; 5] = ["base_rate", "elo", "dixon_coles", "dynamic_strengths", "ensemble"];
/// The bets of the demo are kept apart from a user's own.
const RUN: &str = "demo";

pub(super) async fn run(app: &App, _: &Arguments) -> Result<()> {
    let store = app.store().await?;
    let last = store.status().await?.last_import;
    if let Some(last) = last.filter(|last| last.source != bundle::FORMAT) {
        let text = format!(
            "this folder holds {}: the demo keeps to its own matches, so give it a folder with --data",
            last.file
        );
        return Err(Stop::Usage(text).into());
    }
    let contracts = run_checks::contracts(&app.config.checks)?;
    let imported = import(app, &store, &contracts).await?;
    app.out.say(format!("1. imported the bundle: {} results, {} prices", imported.results, imported.quotes));

    let judgement = run_checks::run(&store, &contracts, Vec::new(), app.clock.now()).await?;
    let checks = run_checks::lines(&judgement);
    app.out.say(format!("2. checked it: {} findings", checks.len()));
    if !app.out.json {
        check::print(&checks);
    }
    if judgement.verdict == Verdict::Block {
        return Err(Stop::Gate("a check blocks the demo: touchline check run says which".into()).into());
    }

    let mut loaded = Vec::new();
    for competition in COMPETITIONS {
        loaded.push(load_history::run(&store, competition, QuoteScope::All).await?);
    }
    app.out.say(format!(
        "3. walked forward through {SEASON}, every match once, only from what was known before it"
    ));
    let backtests = backtests(app, &loaded)?;
    let bets = bets(app, &store, &loaded).await?;
    let upcoming = forecasts(app, &store, &loaded).await?;
    let counted = refresh_aggregates::all(&store, Histories::with(&store, loaded), false).await?;
    app.out.say(format!(
        "\n6. statistics brought up to date: {} teams in {} seasons, {} weeks of forecasts, {} groups of bets; see `touchline stats`",
        counted.teams.teams, counted.teams.seasons, counted.model_weeks, counted.bet_groups
    ));

    let status = store.status().await?;
    let report = Report {
        matches: usize::try_from(status.seasons.iter().map(|s| s.results).sum::<u64>())?,
        rejected: usize::try_from(status.rejections.iter().map(|r| r.count).sum::<u64>())?,
        checks,
        backtests,
        bets,
        forecasts: upcoming.len(),
        upcoming,
    };
    write_report::run(&store, &report, app.clock.now()).await?;
    store.close().await;
    if app.out.json {
        println!("{}", serde_json::to_string(&report)?);
    }
    Ok(())
}

async fn import(app: &App, store: &Store, contracts: &Contracts) -> Result<Imported> {
    let format = import_files::format(bundle::FORMAT)?;
    let payloads = bundle::FILES
        .into_iter()
        .map(|(name, bytes)| Ok(Payload { name: name.into(), bytes: bytes.to_vec() }));
    let imported =
        import_files::run_payloads(app, store, format, contracts, bundle::FILES.len(), payloads).await?;
    imported.verdict().context("the bundle could not be imported whole")?;
    Ok(imported)
}

fn backtests(app: &App, loaded: &[Loaded]) -> Result<Vec<BacktestSection>> {
    let mut sections = Vec::new();
    for Loaded { competition, history, .. } in loaded {
        let models = backtest_season::chosen(&FORECASTERS.map(str::to_owned), competition.sport)?;
        let walked =
            backtest_season::run(history, competition, vec![SEASON], models, &app.config.forecast, app.out)?;
        let section = backtest_season::section(&walked, competition, &SEASON.to_string());
        if !app.out.json {
            backtest::print(&section);
        }
        sections.push(section);
    }
    Ok(sections)
}

async fn bets(app: &App, store: &Store, loaded: &[Loaded]) -> Result<BetsSection> {
    let model = forecaster(app)?;
    let replay = Replay { app, store, loaded, season: SEASON, model: model.as_ref(), run: RUN };
    replay_season::run(&replay).await?;
    let book = sum_up_bets::read(store, loaded, Some(RUN)).await?;
    let bets = book.section(&app.config.betting, app.config.forecast.seed)?;
    if !app.out.json {
        print_bets(&bets, &app.config.betting.book.to_string());
    }
    Ok(bets)
}

fn print_bets(bets: &BetsSection, book: &str) {
    let money =
        |minor| domain::Money::new(minor, bets.currency.parse().unwrap_or(domain::Currency::EUR)).to_string();
    println!(
        "\n4. bet on paper at {book}: {} bets, {} staked, {} settled, profit {} ({})",
        bets.placed,
        money(bets.staked_minor),
        bets.settled,
        money(bets.profit_minor),
        bets.return_in_words()
    );
    if let Some(bound) = bets.upper_bound {
        println!(
            "   the same bets at the best price of any book, which nobody could have had throughout: {} ({:+.1} %)",
            money(bound.profit_minor),
            100.0 * bound.roi
        );
    }
    match bets.closing_line {
        Some(line) => println!(
            "   closing line value {:+.2} % on {:.0} % of the bets",
            100.0 * line.mean,
            100.0 * line.coverage
        ),
        None => {
            println!("   no closing odds are stored for these matches, so there is no closing line value");
        }
    }
}

fn forecaster(app: &App) -> Result<Box<dyn Model>> {
    backtest_season::forecaster(None, &app.config.forecast, Sport::Soccer)
}

/// Forecasts the last week of each competition as if it were still to come.
async fn forecasts(app: &App, store: &Store, loaded: &[Loaded]) -> Result<Vec<UpcomingForecast>> {
    let model = forecaster(app)?;
    let mut answers = Vec::new();
    for competition in loaded {
        let days = app.config.forecast.horizon_days;
        let start: Timestamp = last_round_start(&competition.history, &competition.competition, days)
            .ok_or_else(|| anyhow!("{} has no fixture", competition.competition.id))?;
        let snapshot = competition.history.as_of(start, RecordedBy::Now);
        let fitted = Fitted::on(&snapshot, model.as_ref(), &competition.competition)?;
        let fixtures = upcoming(&snapshot, &competition.competition, days);
        let recorded = fitted.record(store, competition, &fixtures, start).await?;
        for (fixture, (id, forecast)) in fixtures.into_iter().zip(recorded) {
            answers.push(shown(id.0, &forecast, fixture, |team| competition.name(team))?);
        }
    }
    if !app.out.json {
        println!("\n5. forecast the last week stored, from what was known before it began");
        let as_of = answers.first().map_or_else(|| app.clock.now(), |f| f.as_of);
        predict::print(&answers, as_of);
    }
    Ok(answers)
}
