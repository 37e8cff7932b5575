//! The report: score table, calibration, bankroll, forecasts to come.

use axum::extract::State;
use maud::{Markup, PreEscaped, html};

use super::{chart, layout};
use crate::{
    api::{ServeError, Served},
    jobs::write_report,
    report::{BacktestSection, BetsSection, Difference, ForecasterLine, Report, UpcomingForecast},
};

/// `GET /`
pub(super) async fn page(State(served): State<Served>) -> Result<Markup, ServeError> {
    let Some(stored) = served.store.latest_report(write_report::KIND).await? else {
        return Ok(layout::page("Report", "/", &empty()));
    };
    // The number tells one report from another on the same data.
    let subject = format!("latest/{}", stored.id);
    let draw = async {
        let report: Report = serde_json::from_value(stored.body)?;
        Ok(layout::page("Report", "/", &content(&report)).into_string())
    };
    Ok(PreEscaped(served.desk.page(&subject, draw).await?))
}

fn empty() -> Markup {
    html! {
        h1 { "Nothing to report yet" }
        p { "Run " code { "touchline demo" } ": it makes this report from the bundled matches." }
    }
}

fn content(report: &Report) -> Markup {
    html! {
        h1 { "From raw matches to settled bets" }
        p.note { "Every forecast was made only from what was known before it. The market is the baseline; nothing is left out." }
        (tiles(report))
        @for section in &report.backtests { (scores(section)) }
        (calibration(&report.backtests))
        (paper_bets(&report.bets))
        (upcoming(&report.upcoming))
        @if !report.checks.is_empty() { (checks(report)) }
    }
}

fn tiles(report: &Report) -> Markup {
    let bets = &report.bets;
    html! {
        ul.tiles {
            li { b { (report.matches) } span { "matches stored, " (report.rejected) " rejected" } }
            li { b { (report.backtests.iter().filter_map(|b| b.forecasters.first()).map(|f| f.n).sum::<usize>()) } span { "matches forecast walk-forward" } }
            li { b { (bets.placed) } span { "paper bets, " (bets.settled) " settled" } }
            li { b class=(sign(bets.profit_minor)) { (money(bets.profit_minor)) } span { (bets.currency) " on " (money(bets.staked_minor)) " staked" } }
        }
    }
}

/// One chart per walk: a model beside the market.
fn calibration(sections: &[BacktestSection]) -> Markup {
    let lines = |section: &BacktestSection| -> Vec<ForecasterLine> {
        let named = |name: &&str| section.forecasters.iter().find(|f| f.name == **name).cloned();
        ["dynamic_strengths", "market"].iter().filter_map(named).collect()
    };
    html! {
        section {
            h2 { "Calibration" }
            p.note { "Forecast probability against observed frequency; larger dots hold more forecasts, the dashed line is perfect." }
            div.charts {
                @for section in sections {
                    @let lines = lines(section);
                    @let series: Vec<_> = lines.iter().map(|f| (f.name.as_str(), f.calibration.as_slice())).collect();
                    (chart::calibration(&format!("{} {}", section.name, section.season), &series))
                }
            }
        }
    }
}

fn scores(section: &BacktestSection) -> Markup {
    html! {
        section {
            h2 { (section.name) " " (section.season) }
            div.scroll {
                table {
                    caption { "Lower is better except accuracy. Differences in RPS with 95 % intervals; below zero is better. Market: " (section.market_phase) "." }
                    thead { tr {
                        th scope="col" { "Forecaster" } th scope="col" { "n" } th scope="col" { "RPS" } th scope="col" { "Log loss" }
                        th scope="col" { "Brier (sum)" } th scope="col" { "Accuracy" } th scope="col" { "ECE" }
                        th scope="col" { "RPS to base rate" } th scope="col" { "RPS to market" }
                    } }
                    tbody { @for line in &section.forecasters { (score_row(line)) } }
                }
            }
        }
    }
}

fn score_row(line: &ForecasterLine) -> Markup {
    html! {
        tr class=[(line.name == "market").then_some("market")] {
            th scope="row" { (line.name) }
            td { (line.n) } td { (format!("{:.4}", line.rps)) } td { (format!("{:.4}", line.log_loss)) }
            td { (format!("{:.4}", line.brier)) } td { (format!("{:.1} %", 100.0 * line.accuracy)) } td { (format!("{:.4}", line.ece)) }
            td { (difference(line.rps_to_base_rate)) } td { (difference(line.rps_to_market)) }
        }
    }
}

fn difference(difference: Option<Difference>) -> String {
    difference.map_or_else(|| "–".into(), |d| format!("{:+.4} [{:+.4}, {:+.4}]", d.mean, d.low, d.high))
}

fn paper_bets(bets: &BetsSection) -> Markup {
    html! {
        section {
            h2 { "Paper bets" }
            p.note {
                (bets.placed) " bets, " (money(bets.staked_minor)) " " (bets.currency) " staked, return "
                (bets.return_in_words())
                ", largest drawdown " (format!("{:.1} %", 100.0 * bets.drawdown)) ". "
                @if let Some(bound) = bets.upper_bound {
                    "At the best price of any book, which nobody could have had throughout: " (format!("{:+.1} %", 100.0 * bound.roi)) ". "
                }
                @match bets.closing_line {
                    Some(line) => { "Closing line value " (format!("{:+.2} %", 100.0 * line.mean)) " on " (format!("{:.0} %", 100.0 * line.coverage)) " of the bets." },
                    None => { "No closing odds are stored for these matches, so there is no closing line value." },
                }
            }
            div.charts.one { (chart::bankroll(&format!("Bankroll, {}", bets.currency), &bets.bankroll)) }
        }
    }
}

fn upcoming(forecasts: &[UpcomingForecast]) -> Markup {
    html! {
        section {
            h2 { "Forecasts" }
            div.scroll {
                table {
                    caption { "The round that follows the last result used. Odds are fair: without margin." }
                    thead { tr {
                        th scope="col" { "Fixture" } th.text scope="col" { "Kick-off (UTC)" } th scope="col" { "Home, draw, away" } th scope="col" { "Home" }
                        th scope="col" { "Draw" } th scope="col" { "Away" } th scope="col" { "Over 2.5" } th scope="col" { "Goals" }
                    } }
                    tbody { @for forecast in forecasts { (forecast_row(forecast)) } }
                }
            }
        }
    }
}

fn forecast_row(forecast: &UpcomingForecast) -> Markup {
    let [home, draw, away] = forecast.probabilities;
    let odds = |market, selection| {
        forecast.fair(market, selection).map_or_else(|| "–".into(), |o| format!("{o:.2}"))
    };
    html! {
        tr {
            td { a href=(format!("/match/{}", forecast.id)) { (forecast.home) " – " (forecast.away) } }
            td.text { (forecast.kickoff.strftime("%a %d %b %Y %H:%M")) }
            td {
                div.bar role="img" aria-label=(format!("home {:.0} %, draw {:.0} %, away {:.0} %", 100.0 * home, 100.0 * draw, 100.0 * away)) {
                    @for p in forecast.probabilities { i style=(format!("width:{:.1}%", 100.0 * p)) {} }
                }
            }
            td { (odds("three_way", "home")) } td { (odds("three_way", "draw")) } td { (odds("three_way", "away")) }
            td { (odds("asian_total +2.5", "over")) }
            td { (format!("{:.1} – {:.1}", forecast.expected_score[0], forecast.expected_score[1])) }
        }
    }
}

fn checks(report: &Report) -> Markup {
    html! {
        section {
            h2 { "What the checks found" }
            div.scroll {
                table {
                    thead { tr { th scope="col" { "Rule" } th.text scope="col" { "Action" } th scope="col" { "Count" } th.text scope="col" { "Detail" } } }
                    tbody { @for check in &report.checks {
                        tr { td { (check.rule) } td.text { (check.action) } td { (check.count) } td.text { (check.detail) } }
                    } }
                }
            }
        }
    }
}

pub(super) fn money(minor: i64) -> String {
    let sign = if minor < 0 { "−" } else { "" };
    format!("{sign}{}.{:02}", minor.unsigned_abs() / 100, minor.unsigned_abs() % 100)
}

pub(super) fn sign(minor: i64) -> &'static str {
    if minor < 0 { "loss" } else { "gain" }
}
