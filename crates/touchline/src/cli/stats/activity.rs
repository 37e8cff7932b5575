//! `touchline stats activity`

use anyhow::Result;
use clap::Args;
use domain::BookId;
use jiff::civil::Date;
use serde::Serialize;
use store::{ActivityFilter, Aggregate, QuoteDay, QuoteTotal};

use crate::{
    app::App,
    jobs::read_statistics,
    output::{bar, minute, table},
};

#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// One book
    #[arg(long)]
    book: Option<BookId>,
    /// One kind of market, such as three_way
    #[arg(long)]
    market: Option<String>,
    /// From this day on, e.g. 2024-03-01
    #[arg(long, value_name = "DAY")]
    from: Option<Date>,
    /// Before this day
    #[arg(long, value_name = "DAY")]
    before: Option<Date>,
    /// Show so many rows day by day, the last first, in place of the sums
    #[arg(long, value_name = "N")]
    days: Option<u32>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
enum Shown {
    Totals(Vec<QuoteTotal>),
    Days(Vec<QuoteDay>),
}

#[derive(Debug, Serialize)]
struct Answer {
    /// Whether nothing is stored that is not in here.
    is_current: bool,
    #[serde(flatten)]
    shown: Shown,
}

pub(super) async fn run(app: &App, arguments: &Arguments) -> Result<()> {
    let store = app.existing_store().await?;
    let Arguments { book, market, from, before, days } = arguments;
    let filter = ActivityFilter { book: *book, kind: market.clone(), from: *from, before: *before };
    let shown = match days {
        Some(limit) => Shown::Days(store.quote_days(&filter, *limit).await?),
        None => Shown::Totals(store.quote_totals(&filter).await?),
    };
    let is_current = read_statistics::is_current(&store, Aggregate::QuoteActivity).await?;
    store.close().await;
    let answer = Answer { is_current, shown };
    app.out.answer(&answer, || print(&answer))
}

fn print(answer: &Answer) {
    match &answer.shown {
        Shown::Totals(totals) => {
            let largest = totals.iter().map(|total| total.prices).max().unwrap_or(0);
            let rows = totals.iter().map(|total| {
                [
                    total.book.to_string(),
                    total.kind.clone(),
                    total.days.to_string(),
                    total.prices.to_string(),
                    total.fixture_days.to_string(),
                    minute(total.first_at),
                    minute(total.last_at),
                    bar(total.prices.cast_signed(), largest),
                ]
            });
            let head =
                ["book", "market", "days", "prices", "fixture days", "first (UTC)", "last (UTC)", "prices"];
            println!("{}", table(head, rows));
        }
        Shown::Days(days) => {
            let largest = days.iter().map(|day| day.prices).max().unwrap_or(0);
            let rows = days.iter().map(|day| {
                [
                    day.day.to_string(),
                    day.book.to_string(),
                    day.kind.clone(),
                    day.prices.to_string(),
                    day.fixtures.to_string(),
                    day.first_at.strftime("%H:%M").to_string(),
                    day.last_at.strftime("%H:%M").to_string(),
                    bar(day.prices.cast_signed(), largest),
                ]
            });
            let head = ["day", "book", "market", "prices", "fixtures", "first (UTC)", "last (UTC)", "prices"];
            println!("{}", table(head, rows));
        }
    }
    super::say_if_behind(answer.is_current);
}
