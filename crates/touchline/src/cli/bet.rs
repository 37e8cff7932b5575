//! `touchline bet suggest` and `touchline bet list`

use anyhow::Result;
use clap::{Args, Subcommand};
use domain::{BookId, CompetitionId, RecordedBy};
use serde_json::json;
use store::{BetFilter, QuoteScope};

use crate::{
    app::App,
    jobs::{
        backtest_season,
        forecast_fixtures::{Fitted, upcoming},
        load_history,
        place_bets::{self, Offers},
        run_checks,
    },
    output::{minute, table},
};

/// The run of bets that people place.
pub(super) const RUN: &str = "paper";

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Compare forecasts with stored prices and size what is worth betting; nothing is placed without --place
    Suggest(Suggest),
    /// Bets that were placed
    List(List),
}

#[derive(Debug, Args)]
pub(super) struct Suggest {
    /// A competition such as eng.1, nfl or nba
    #[arg(long)]
    competition: CompetitionId,
    /// Decide as of this moment, e.g. 2024-03-01T17:30:00Z; now when left out
    #[arg(long, value_parser = super::moment)]
    as_of: Option<jiff::Timestamp>,
    /// The model; that of the configuration when left out
    #[arg(long)]
    model: Option<String>,
    /// The book; that of the configuration when left out
    #[arg(long)]
    book: Option<BookId>,
    /// Place the bets on paper
    #[arg(long)]
    place: bool,
}

#[derive(Debug, Args)]
pub(super) struct List {
    /// Which run of bets: `paper` or `demo`
    #[arg(long, default_value = RUN)]
    run: String,
    /// Only bets that are not settled
    #[arg(long)]
    open: bool,
}

pub(super) async fn run(app: &App, command: &Command) -> Result<()> {
    match command {
        Command::Suggest(arguments) => suggest(app, arguments).await,
        Command::List(arguments) => list(app, arguments).await,
    }
}

async fn suggest(app: &App, arguments: &Suggest) -> Result<()> {
    let store = app.existing_store().await?;
    run_checks::gate(app, &store, arguments.competition).await?;
    let loaded = load_history::run(&store, arguments.competition, QuoteScope::All).await?;
    let at = arguments.as_of.unwrap_or_else(|| app.clock.now());
    let sport = loaded.competition.sport;
    let model = backtest_season::forecaster(arguments.model.as_deref(), &app.config.forecast, sport)?;
    let snapshot = loaded.history.as_of(at, RecordedBy::Now);
    let fitted = Fitted::on(&snapshot, model.as_ref(), &loaded.competition)?;
    let fixtures = upcoming(&snapshot, &loaded.competition, app.config.forecast.horizon_days);
    let mut offers = Offers::made_at(app.clock.now());
    let book = arguments.book.unwrap_or(app.config.betting.book);
    offers.add(&store, &loaded, &fitted, &snapshot, &fixtures, book).await?;
    let account = place_bets::account(&store, &app.config.betting, RUN, at).await?;
    let decisions = offers.decide(&app.config.betting, &account)?;
    let placed =
        if arguments.place { offers.place(&store, &app.config.betting, RUN, &decisions).await? } else { 0 };
    store.close().await;
    let answer = json!({ "fixtures": fixtures.len(), "prices": offers.candidates.len(), "bets": decisions, "placed": placed });
    app.out.answer(&answer, || {
        println!(
            "{} fixtures to come, {} prices of {book}, {} worth betting",
            fixtures.len(),
            offers.candidates.len(),
            decisions.len()
        );
        let rows = decisions.iter().map(|d| {
            let fixture = loaded.history.as_of(at, RecordedBy::Now).fixture(d.fixture).copied();
            let sides = fixture
                .map_or_else(String::new, |f| format!("{} – {}", loaded.name(f.home), loaded.name(f.away)));
            [
                sides,
                format!("{} {}", d.market, d.selection),
                d.odds.to_string(),
                format!("{:.3}", d.probability.value()),
                format!("{:+.1} %", 100.0 * d.edge),
                d.stake.to_string(),
            ]
        });
        println!("{}", table(["fixture", "bet", "odds", "probability", "edge", "stake"], rows));
        if arguments.place {
            println!("{placed} placed on paper");
        }
    })
}

async fn list(app: &App, arguments: &List) -> Result<()> {
    let store = app.existing_store().await?;
    let filter =
        BetFilter { run: Some(arguments.run.clone()), open_only: arguments.open, ..BetFilter::default() };
    let bets = store.bets(&filter).await?;
    app.out.answer(&bets, || {
        let rows = bets.iter().map(|b| {
            let (grade, payout) = b
                .settlement
                .as_ref()
                .map_or(("open", "–".to_owned()), |s| (s.grade.name(), s.payout.to_string()));
            let sides = format!("{} – {}", b.home, b.away);
            let (id, b) = (b.id, &b.terms);
            [
                id.0.to_string(),
                sides,
                minute(b.placed_at),
                format!("{} {}", b.market, b.selection),
                b.book.to_string(),
                b.odds.to_string(),
                b.stake.to_string(),
                grade.to_owned(),
                payout,
            ]
        });
        println!(
            "{}",
            table(
                ["bet", "fixture", "placed (UTC)", "on", "book", "odds", "stake", "grade", "paid back"],
                rows
            )
        );
    })
}
