//! Two forecasters on the matches both forecast.

use forecast::backtest::{GroupDifference, RuleComparison};
use maud::{Markup, html};

use super::evaluation::difference;
use crate::{
    dashboard::chart::{self, Line, Measured},
    jobs::backtest_compare::{Compared, Comparisons},
    output::p_value,
};

pub(super) fn content(found: &Comparisons) -> Markup {
    html! {
        h1 { "Comparison" }
        p.note {
            "Paired on common matches: below zero the first is better. Intervals are 95 %; the Diebold-Mariano test allows for correlation between "
            "neighbouring matches; the sign test asks how often each was better. " (found.configurations_tried) " configurations were tried on these matches so far."
        }
        @for compared in &found.comparisons { (one(compared)) }
    }
}

fn one(compared: &Compared) -> Markup {
    let c = &compared.comparison;
    let name = format!("{} less {}", compared.first, compared.second);
    let line = Line { name, points: c.curve.iter().map(|p| (p.at, p.sum)).collect() };
    html! {
        section {
            h2 { (compared.first) " against " (compared.second) }
            p.note { (c.n) " common matches; " (c.n_unpaired) " that only one forecast and " (c.n_corrected) " with a corrected result are left out." }
            div.scroll { table {
                thead { tr {
                    th scope="col" { "Score" } th scope="col" { (compared.first) } th scope="col" { (compared.second) } th scope="col" { "Difference" }
                    th scope="col" { "Diebold-Mariano" } th scope="col" { "p" } th scope="col" { "Sign test p" } th scope="col" { "First better" }
                } }
                tbody { @for rule in &c.rules { (row(rule)) } }
            } }
            div.charts.wide { (chart::cumulative("Cumulative difference in RPS", &[line])) }
            (groups("RPS by season", &c.by_season))
            (groups("RPS by league", &c.by_competition))
        }
    }
}

fn row(rule: &RuleComparison) -> Markup {
    html! {
        tr {
            th scope="row" { (rule.rule) } td { (format!("{:.4}", rule.first)) } td { (format!("{:.4}", rule.second)) }
            (difference(Some(&rule.difference)))
            @match rule.diebold_mariano {
                Some(test) => { td { (format!("{:+.2}", test.statistic).replace('-', "−")) } td { (p_value(test.p_value)) } },
                None => { td { "–" } td { "–" } },
            }
            td { (p_value(rule.sign.p_value)) } td { (format!("{:.1} %", 100.0 * rule.better_share)) }
        }
    }
}

fn groups(title: &str, groups: &[GroupDifference]) -> Markup {
    let rows: Vec<Measured> = groups
        .iter()
        .map(|g| Measured { name: format!("{} ({})", g.name, g.n), difference: g.difference })
        .collect();
    html! { @if !rows.is_empty() { div.charts.one { (chart::differences(title, &rows)) } } }
}
