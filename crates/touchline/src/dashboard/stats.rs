//! Statistics: how teams stand, how forecasts came out, what bets came to, how many prices came in.

use std::collections::BTreeSet;

use axum::extract::{Query, State};
use domain::{CompetitionId, Season};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use maud::{Markup, html};
use serde::Deserialize;
use store::{ActivityFilter, AggregateState, QuoteTotal};

use super::{
    chart::{self, Line},
    layout,
    report::{money, sign},
};
use crate::{
    api::{ServeError, Served},
    jobs::read_statistics::{self, BetLine, BetsBy, ModelLine, ModelsBy, TeamLine},
    output::minute,
};

/// Which table to show; the last season of the first competition when nothing is asked for.
#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    competition: Option<CompetitionId>,
    season: Option<i16>,
}

type Seasons = Vec<(CompetitionId, Season, usize)>;

/// `GET /stats?competition=eng.1&season=2023`
pub(super) async fn page(
    State(served): State<Served>,
    Query(asked): Query<Asked>,
) -> Result<Markup, ServeError> {
    let store = &served.store;
    let seasons = store.aggregated_seasons().await?;
    let competition = asked.competition.or_else(|| seasons.first().map(|(competition, ..)| *competition));
    let teams = match competition {
        Some(competition) => {
            read_statistics::teams(store, competition, asked.season.map(Season::starting), None).await?
        }
        None => Vec::new(),
    };
    let models = read_statistics::models(store, ModelsBy::Competition, None, None).await?;
    let runs = read_statistics::bets(store, BetsBy::Run, None).await?;
    let mut bets = Vec::new();
    for (name, by) in [("Market", BetsBy::Market), ("Book", BetsBy::Book), ("Model", BetsBy::Model)] {
        bets.push((name, read_statistics::bets(store, by, None).await?));
    }
    let prices = store.quote_totals(&ActivityFilter::default()).await?;
    let content = html! {
        h1 { "Statistics" }
        (behind(&store.aggregates().await?))
        (team_section(&seasons, competition, &teams))
        (model_section(&models))
        (bet_section(&runs, &bets))
        (price_section(&prices))
    };
    Ok(layout::page("Statistics", "/stats", &content))
}

fn behind(states: &[AggregateState]) -> Markup {
    html! {
        @if states.iter().any(|state| !state.is_current()) {
            p.note { "There is more than this page shows: " code { "touchline stats refresh" } " brings it up to date." }
        }
    }
}

fn team_section(seasons: &Seasons, shown: Option<CompetitionId>, teams: &[TeamLine]) -> Markup {
    let competitions: BTreeSet<CompetitionId> =
        seasons.iter().map(|(competition, ..)| *competition).collect();
    let season = teams.first().map(|line| line.standing.season);
    html! {
        section {
            h2 { "Teams" }
            nav.choice aria-label="Competitions" {
                @for competition in &competitions {
                    a href=(format!("/stats?competition={competition}")) aria-current=[(Some(*competition) == shown).then_some("true")] { (competition) }
                }
            }
            nav.choice aria-label="Seasons" {
                @for (competition, of, _) in seasons.iter().filter(|(competition, ..)| Some(*competition) == shown) {
                    a href=(format!("/stats?competition={competition}&season={}", of.start_year)) aria-current=[(Some(*of) == season).then_some("true")] { (of) }
                }
            }
            @if teams.is_empty() { p { "No season is on record yet: import files first." } }
            @else { (team_table(teams)) }
        }
    }
}

fn team_table(teams: &[TeamLine]) -> Markup {
    let by_points = teams.iter().any(|line| line.standing.points.is_some());
    html! {
        div.scroll {
            table {
                caption {
                    "Won, drawn and lost in league play, by the score that markets settle on, without deductions and awards. "
                    @if by_points { "Level teams are in the order of difference and goals, whatever their league puts first." }
                    @else { "In the order of the share of games won, a tie counting half." }
                }
                thead { tr {
                    th scope="col" { "Team" } th scope="col" { "Played" } th scope="col" { "Record" } th scope="col" { "Score" } th scope="col" { @if by_points { "Points" } @else { "Won" } }
                    th scope="col" { "Home" } th scope="col" { "Away" } th.text scope="col" { "Form" } th scope="col" { "Streak" }
                    th scope="col" { "xG" } th scope="col" { "Left" } th scope="col" { "Difference" }
                } }
                tbody { @for line in teams { (team_row(line)) } }
            }
        }
    }
}

fn team_row(line: &TeamLine) -> Markup {
    let standing = &line.standing;
    let record = |t: domain::team_season::Tally| format!("{}-{}-{}", t.won, t.drawn, t.lost);
    let counted = standing.expected_goals;
    let difference: Vec<f64> = line.difference_by_day.iter().map(|d| *d as f64).collect();
    html! {
        tr {
            th scope="row" { (standing.name) }
            td { (standing.all.played()) } td { (record(standing.all)) } td { (standing.all.scored) ":" (standing.all.conceded) }
            td { @match standing.points {
                Some(points) => b { (points) },
                None => { (line.win_share.map_or_else(|| "–".into(), |share| format!("{share:.3}"))) },
            } }
            td { (record(standing.home)) } td { (record(standing.away)) }
            td.text { (standing.form) } td { (standing.streak.as_deref().unwrap_or("–")) }
            td { @if counted.matches == 0 { "–" } @else { (format!("{:.1}:{:.1}", counted.own, counted.other)) } }
            td { (standing.unplayed) } td { (chart::sparkline(&difference)) }
        }
    }
}

fn model_section(models: &[ModelLine]) -> Markup {
    let lines: Vec<Line> = models
        .iter()
        .map(|line| {
            let weeks = line.weeks.iter().map(|point| (point.week, point.log_loss_saved));
            Line { name: format!("{} {}", line.model, line.group), points: running(weeks) }
        })
        .collect();
    html! {
        section {
            h2 { "Models" }
            @if models.is_empty() { p { "No forecast made before its match has a result yet." } }
            @else {
                div.scroll { (model_table(models)) }
                div.charts.wide { (chart::cumulative("Log loss saved against the base rate, summed over the matches: up is better", &lines)) }
            }
        }
    }
}

fn model_table(models: &[ModelLine]) -> Markup {
    html! {
        table {
            caption { "The last forecast before each kick-off; Brier scores are summed over the outcomes. The market is that of closing prices, or the last there are, beside the model on the same matches." }
            thead { tr {
                th scope="col" { "Model" } th.text scope="col" { "Competition" } th scope="col" { "n" } th scope="col" { "RPS " small { "base rate" } }
                th scope="col" { "Log loss " small { "base rate" } } th scope="col" { "Brier" } th scope="col" { "Accuracy" }
                th scope="col" { "Priced " small { "closing" } } th scope="col" { "RPS there " small { "market" } }
            } }
            tbody { @for line in models {
                tr {
                    th scope="row" { (line.model) } td.text { (line.group) } td { (line.scores.n) }
                    (beside(line.scores.rps, line.base_rate.rps)) (beside(line.scores.log_loss, line.base_rate.log_loss))
                    td { (format!("{:.4}", line.scores.brier)) } td { (format!("{:.1} %", 100.0 * line.scores.accuracy)) }
                    @match &line.priced {
                        Some(priced) => {
                            td { (priced.market.n) " " small { (priced.n_closing) } }
                            (beside(priced.model.rps, priced.market.rps))
                        },
                        None => { td { "0" } td { "–" } },
                    }
                }
            } }
        }
    }
}

/// A score and what it is compared with.
fn beside(score: f64, other: f64) -> Markup {
    html! { td { (format!("{score:.4}")) " " small { (format!("{other:.4}")) } } }
}

fn bet_section(runs: &[BetLine], groups: &[(&str, Vec<BetLine>)]) -> Markup {
    let lines: Vec<Line> = runs
        .iter()
        .map(|line| {
            let weeks = line.weeks.iter().map(|point| (point.week, point.profit_minor as f64 / 100.0));
            Line { name: format!("{} {}", line.group, line.totals.profit.currency), points: running(weeks) }
        })
        .collect();
    html! {
        section {
            h2 { "Bets" }
            @if runs.is_empty() { p { "No bet is settled yet." } }
            @else {
                div.scroll { (bet_table(groups)) }
                div.charts.wide { (chart::cumulative("Profit by the week of the match", &lines)) }
            }
        }
    }
}

fn bet_table(groups: &[(&str, Vec<BetLine>)]) -> Markup {
    html! {
        table {
            thead { tr {
                th scope="col" { "By" } th.text scope="col" { "" } th scope="col" { "Bets" } th scope="col" { "Void" } th scope="col" { "Staked" }
                th scope="col" { "Profit" } th scope="col" { "ROI" } th scope="col" { "Closing line value" } th scope="col" { "of bets" }
                th scope="col" { "Profit by week" }
            } }
            tbody { @for (name, lines) in groups { @for (i, line) in lines.iter().enumerate() { (bet_row(name, i == 0, line)) } } }
        }
    }
}

fn bet_row(name: &str, is_first: bool, line: &BetLine) -> Markup {
    let percent = |share: Option<f64>| share.map_or_else(|| "–".into(), |s| format!("{:+.1} %", 100.0 * s));
    let totals = &line.totals;
    let weeks: Vec<f64> = line.weeks.iter().map(|week| week.profit_minor as f64).collect();
    html! {
        tr class=[is_first.then_some("part")] {
            td { @if is_first { (name) } } th.text scope="row" { (line.group) } td { (totals.n_bets) } td { (totals.n_void) }
            td { (money(totals.turnover.minor)) " " (totals.turnover.currency) }
            td class=(sign(totals.profit.minor)) { (money(totals.profit.minor)) }
            td { (percent(line.roi)) } td { (percent(totals.mean_closing_raw)) } td { (totals.n_closing) } td { (chart::sparkline(&weeks)) }
        }
    }
}

fn price_section(prices: &[QuoteTotal]) -> Markup {
    let largest = prices.iter().map(|total| total.prices).max().unwrap_or(1).max(1);
    html! {
        section {
            h2 { "Prices" }
            @if prices.is_empty() { p { "Nobody counted them yet: " code { "touchline stats refresh" } " does." } }
            @else {
                div.scroll {
                    table {
                        thead { tr {
                            th scope="col" { "Book" } th.text scope="col" { "Market" } th scope="col" { "Days" } th scope="col" { "Prices" } th.text scope="col" { "" }
                            th scope="col" { "First (UTC)" } th scope="col" { "Last (UTC)" }
                        } }
                        tbody { @for total in prices {
                            tr {
                                th scope="row" { (total.book) } td.text { (total.kind) } td { (total.days) } td { (total.prices) }
                                td.text { div.bar { i style=(format!("width:{:.1}%", 100.0 * total.prices as f64 / largest as f64)) {} } }
                                td { (minute(total.first_at)) } td { (minute(total.last_at)) }
                            }
                        } }
                    }
                }
            }
        }
    }
}

/// Sums so far at the beginning of each week.
fn running(weeks: impl Iterator<Item = (Date, f64)>) -> Vec<(Timestamp, f64)> {
    let mut sum = 0.0;
    let points = weeks.filter_map(|(week, value)| {
        sum += value;
        Some((week.to_zoned(TimeZone::UTC).ok()?.timestamp(), sum))
    });
    points.collect()
}
