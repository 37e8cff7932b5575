//! One backtest: scores with intervals, the difference to the market over time, seasons, leagues, calibration, coverage, and
//! what repeats it.

use forecast::{
    Interval,
    backtest::{BASELINES, Evaluation, Group, Summary},
};
use maud::{Markup, html};

use crate::{
    dashboard::chart::{self, Line, Measured},
    jobs::backtest_report::{BacktestReport, briefed_word, cluster_word},
    output::minute,
};

pub(super) fn content(report: &BacktestReport) -> Markup {
    let e = &report.evaluation;
    let best = best(e);
    html! {
        h1 { (heading(report)) }
        p.note { "Backtest " (report.id) ". Every match was forecast once, only from what was known before it, and everybody is scored on the same matches." }
        (tiles(report, best))
        (scores(report, best))
        @if e.n_common < e.n_forecast { (on_all(e)) }
        (over_time(e))
        (parts("By season", "Season", &e.by_season))
        (parts("By league", "League", &e.by_competition))
        (calibration(e, best))
        (accuracy(e))
        (coverage(report))
        (repeat(report))
    }
}

/// Names of the competitions instead of their ids.
fn heading(report: &BacktestReport) -> String {
    let mut title = report.title.clone();
    for (id, name) in &report.competition_names {
        title = title.replacen(id.as_str(), name, 1);
    }
    title
}

/// The model with the least log loss, which says most about probabilities.
fn best(e: &Evaluation) -> Option<&Summary> {
    let models = e.on_common.iter().filter(|s| !BASELINES.contains(&s.name.as_str()));
    models.min_by(|a, b| a.log_loss.total_cmp(&b.log_loss))
}

fn to<'s>(summary: &'s Summary, baseline: &str, rule: &str) -> Option<&'s Interval> {
    summary.versus.iter().find(|v| v.baseline == baseline && v.rule == rule).map(|v| &v.difference)
}

fn tiles(report: &BacktestReport, best: Option<&Summary>) -> Markup {
    let e = &report.evaluation;
    html! {
        ul.tiles {
            li { b { (e.n_common) } span { "matches scored of " (e.n_forecast) " forecast" } }
            @if let Some(best) = best {
                li { b { (format!("{:.4}", best.rps)) } span { "RPS of " (best.name) ", the best model by log loss" } }
                @for (baseline, name) in [("market", "the market"), ("base_rate", "the base rate")] {
                    @if let Some(d) = to(best, baseline, "rps") {
                        li { b class=(verdict(d)) { (signed(d.estimate)) } span { "RPS to " (name) ", " (signed(d.low)) " to " (signed(d.high)) } }
                    }
                }
            }
            li { b { (report.configurations_tried) } span { "configurations tried on these matches so far" } }
        }
    }
}

fn scores(report: &BacktestReport, best: Option<&Summary>) -> Markup {
    let e = &report.evaluation;
    // Beside the market the base rate would push everybody else into a corner.
    let shown = e.on_common.iter().filter(|s| s.name != "base_rate");
    let differences: Vec<Measured> = shown
        .filter_map(|s| {
            Some(Measured { name: s.name.clone(), difference: *to(s, &e.curves_against, "rps")? })
        })
        .collect();
    html! {
        section {
            h2 { "Scores" }
            div.scroll { table {
                caption { "Lower is better, but for accuracy. 95 % intervals from a bootstrap over " (cluster_in_words(report)) "s; differences are paired, below zero is better." }
                thead { tr {
                    th scope="col" { "Forecaster" } th scope="col" { "RPS" } th scope="col" { "Log loss" } th scope="col" { "Brier, sum" } th scope="col" { "Brier, mean" }
                    th scope="col" { "Accuracy" }
                    th scope="col" { "RPS to base rate" } th scope="col" { "RPS to market" } th scope="col" { "Log loss to market" }
                } }
                tbody { @for s in &e.on_common { (score_row(s, best)) } }
            } }
            @if !differences.is_empty() {
                div.charts.one { (chart::differences(&format!("RPS less that of {}, with 95 % intervals", in_words(&e.curves_against)), &differences)) }
            }
        }
    }
}

/// Everybody over all matches it forecast, which differ: not for comparison across rows.
fn on_all(e: &Evaluation) -> Markup {
    html! {
        details {
            summary { "Everybody on all matches it forecast" }
            div.scroll { table {
                caption { "These rows stand on different matches where a forecaster, mostly the market, has no forecast: read them down, not across." }
                thead { tr { th scope="col" { "Forecaster" } th scope="col" { "n" } th scope="col" { "RPS" } th scope="col" { "Log loss" } th scope="col" { "Accuracy" } } }
                tbody { @for s in &e.forecasters { tr {
                    th scope="row" { (s.name) } td { (s.n) } td { (with_range(s, "rps", s.rps)) } td { (with_range(s, "log_loss", s.log_loss)) }
                    td { (format!("{:.1} %", 100.0 * s.accuracy)) }
                } } }
            } }
        }
    }
}

fn score_row(s: &Summary, best: Option<&Summary>) -> Markup {
    let is_best = best.is_some_and(|b| b.name == s.name);
    let class = if s.name == "market" { Some("market") } else { is_best.then_some("best") };
    html! {
        tr class=[class] {
            th scope="row" { (s.name) }
            td { (with_range(s, "rps", s.rps)) } td { (with_range(s, "log_loss", s.log_loss)) }
            td { (format!("{:.4}", s.brier)) } td { (format!("{:.4}", s.brier_mean)) }
            td { (format!("{:.1} %", 100.0 * s.accuracy)) }
            @for (baseline, rule) in [("base_rate", "rps"), ("market", "rps"), ("market", "log_loss")] { (difference(to(s, baseline, rule))) }
        }
    }
}

fn with_range(s: &Summary, rule: &str, value: f64) -> Markup {
    html! {
        (format!("{value:.4}"))
        @if let Some(i) = s.intervals.get(rule) { br; small { (format!("{:.4} – {:.4}", i.low, i.high)) } }
    }
}

pub(super) fn difference(interval: Option<&Interval>) -> Markup {
    html! {
        td {
            @match interval {
                Some(d) => { span class=(verdict(d)) { (signed(d.estimate)) } br; small { (signed(d.low)) " to " (signed(d.high)) } },
                None => "–",
            }
        }
    }
}

fn over_time(e: &Evaluation) -> Markup {
    let lines: Vec<Line> = e
        .curves
        .iter()
        .filter(|c| c.name != "base_rate" || e.curves.len() == 1)
        .map(|c| Line { name: c.name.clone(), points: c.points.iter().map(|p| (p.at, p.sum)).collect() })
        .collect();
    html! {
        section {
            h2 { "Over time" }
            p.note { "The sum so far of each model's RPS less that of " (in_words(&e.curves_against)) ": a line that falls is gaining on it, one that rises is losing. The base rate would leave the chart and is left out." }
            div.charts.wide { (chart::cumulative(&format!("Cumulative difference in RPS to {}", in_words(&e.curves_against)), &lines)) }
        }
    }
}

fn parts(title: &str, of: &str, groups: &[Group]) -> Markup {
    html! {
        section {
            h2 { (title) }
            @if groups.is_empty() { p.note { "There is but one " (of.to_lowercase()) " here." } }
            @else {
                div.scroll { table {
                    thead { tr { th scope="col" { (of) } th scope="col" { "n" } th.text scope="col" { "Forecaster" } th scope="col" { "RPS" } th scope="col" { "Log loss" } th scope="col" { "Accuracy" } th scope="col" { "RPS to market" } } }
                    tbody { @for group in groups { @for (i, line) in group.lines.iter().enumerate() {
                        @let class = [(i == 0).then_some("part"), (line.name == "market").then_some("market")].into_iter().flatten().collect::<Vec<_>>().join(" ");
                        tr class=(class) {
                            @if i == 0 { th scope="row" { (group.name) } td { (group.n) } } @else { td {} td {} }
                            td.text { (line.name) } td { (format!("{:.4}", line.rps)) } td { (format!("{:.4}", line.log_loss)) }
                            td { (format!("{:.1} %", 100.0 * line.accuracy)) }
                            td { @match &line.rps_to_market {
                                Some(d) => { span class=(verdict(d)) { (signed(d.estimate)) } " " small { (signed(d.low)) " to " (signed(d.high)) } },
                                None => "–",
                            } }
                        }
                    } } }
                } }
            }
        }
    }
}

fn calibration(e: &Evaluation, best: Option<&Summary>) -> Markup {
    html! {
        section {
            h2 { "Calibration" }
            p.note { "Forecast probability across, observed frequency up, with Wilson's 95 % intervals; on the dashed line forecasts come true as often as they say. Bars count forecasts. A slope below 1 is overconfidence." }
            div.scroll { table {
                caption { "All outcomes pooled: the expected calibration error, and the line of observed on forecast log-odds." }
                thead { tr { th scope="col" { "Forecaster" } th scope="col" { "ECE" } th scope="col" { "Slope" } th scope="col" { "Intercept" } } }
                tbody { @for s in &e.on_common { (calibration_row(s)) } }
            } }
            @for s in &e.on_common {
                details open[best.is_some_and(|b| b.name == s.name)] {
                    summary { (s.name) " " span.range { "ECE " (format!("{:.4}", s.ece)) } }
                    div.charts { @for table in &s.calibration.classes { (chart::reliability(&format!("{}, {}", s.name, table.class), table)) } }
                }
            }
        }
    }
}

fn calibration_row(s: &Summary) -> Markup {
    let line = s.calibration.pooled.line;
    html! {
        tr class=[(s.name == "market").then_some("market")] {
            th scope="row" { (s.name) } td { (format!("{:.4}", s.ece)) }
            td { (line.map_or_else(|| "–".into(), |l| format!("{:.3}", l.slope))) }
            td { (line.map_or_else(|| "–".into(), |l| signed3(l.intercept))) }
        }
    }
}

fn accuracy(e: &Evaluation) -> Markup {
    html! {
        section {
            h2 { "Outcomes and scores" }
            div.scroll { table {
                caption { "How often each outcome was the likeliest and then came true, of how often it happened; and the continuous ranked probability score of the match total and of the margin." }
                thead { tr {
                    th scope="col" { "Forecaster" }
                    @for class in e.on_common.first().map_or(&[][..], |s| &s.accuracy_by_class) { th scope="col" { (class.class) ": right of picked" } th scope="col" { "happened" } }
                    th scope="col" { "CRPS total" } th scope="col" { "CRPS margin" }
                } }
                tbody { @for s in &e.on_common { tr class=[(s.name == "market").then_some("market")] {
                    th scope="row" { (s.name) }
                    @for class in &s.accuracy_by_class { td { (class.right) " of " (class.picked) } td { (class.happened) } }
                    @match s.crps { Some(c) => { td { (format!("{:.4}", c.total)) } td { (format!("{:.4}", c.margin)) } }, None => { td { "–" } td { "–" } } }
                } } }
            } }
        }
    }
}

fn coverage(report: &BacktestReport) -> Markup {
    html! {
        section {
            h2 { "Coverage" }
            div.scroll { table {
                caption { "What was forecast, and what was left out and why. Market: " (report.market_in_words()) "." }
                thead { tr {
                    th scope="col" { "League" } th scope="col" { "Forecast" } th scope="col" { "without market" } th scope="col" { "too early to learn" }
                    th scope="col" { "unannounced" } th scope="col" { "without result" } th scope="col" { "known already" }
                } }
                tbody { @for c in &report.evaluation.coverage { tr {
                    th scope="row" { (report.competition_names.get(c.competition.as_str()).map_or(c.competition.as_str(), String::as_str)) }
                    td { (c.n_forecast) } td { (c.without_market) } td { (c.left_out.too_early) } td { (c.left_out.unannounced) }
                    td { (c.left_out.without_result) } td { (c.left_out.known_already) }
                } } }
            } }
        }
    }
}

fn repeat(report: &BacktestReport) -> Markup {
    let c = &report.configuration;
    html! {
        section {
            h2 { "To repeat it" }
            pre { (report.command) }
            dl.facts {
                dt { "Data" } dd { "imports up to sequence " (report.data_sequence) }
                dt { "Code" } dd { "Touchline " (report.code_version) }
                dt { "Run" } dd { (minute(report.made_at)) " UTC" }
                dt { "Fits" } dd { "every " (c.schedule.step_days) " days on " @match c.schedule.window_days { Some(days) => { "the last " (days) " days" }, None => "all earlier matches" } ", at least " (c.min_training) " matches; news about a match counts up to the " (briefed_word(c.briefed)) }
                dt { "Intervals" } dd { (report.evaluation.options.bootstrap.resamples) " resamples of " (cluster_in_words(report)) "s, seed " (c.seed) }
                dt { "Tried" } dd { (report.configurations_tried) " configurations on matches of this backtest, the baselines not counted; the best of many is luckier than it looks." }
            }
            details { summary { "Configurations tried" } ul { @for tried in &report.tried { li { (tried) } } } }
        }
    }
}

fn cluster_in_words(report: &BacktestReport) -> &'static str {
    cluster_word(report.configuration.cluster)
}

fn in_words(baseline: &str) -> &str {
    match baseline {
        "market" => "the market",
        "base_rate" => "the base rate",
        other => other,
    }
}

pub(super) fn verdict(difference: &Interval) -> &'static str {
    match difference {
        d if d.high < 0.0 => "good",
        d if d.low > 0.0 => "bad",
        _ => "",
    }
}

pub(super) fn signed(value: f64) -> String {
    format!("{value:+.4}").replace('-', "−")
}

fn signed3(value: f64) -> String {
    format!("{value:+.3}").replace('-', "−")
}
