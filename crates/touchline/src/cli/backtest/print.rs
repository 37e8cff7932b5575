//! Backtests as text.

use forecast::{Interval, backtest::Group, paired_test::DieboldMariano};

use crate::{
    jobs::{
        backtest_compare::{Compared, Comparisons},
        backtest_report::BacktestReport,
        search_settings::Found,
    },
    output::{p_value, table},
    report::{BacktestSection, Difference},
};

/// The score table of one walk of the demo.
pub(in crate::cli) fn section(section: &BacktestSection) {
    println!("\n{} {}, market: {}", section.name, section.season, section.market_phase);
    let head = [
        "forecaster",
        "n",
        "RPS",
        "log loss",
        "Brier",
        "accuracy",
        "ECE",
        "RPS to base rate",
        "RPS to market",
    ];
    let rows = section.forecasters.iter().map(|f| {
        [
            f.name.clone(),
            f.n.to_string(),
            format!("{:.4}", f.rps),
            format!("{:.4}", f.log_loss),
            format!("{:.4}", f.brier),
            format!("{:.1} %", 100.0 * f.accuracy),
            format!("{:.4}", f.ece),
            difference(f.rps_to_base_rate),
            difference(f.rps_to_market),
        ]
    });
    println!("{}", table(head, rows));
}

fn difference(difference: Option<Difference>) -> String {
    difference.map_or_else(|| "–".into(), |d| format!("{:+.4} [{:+.4}, {:+.4}]", d.mean, d.low, d.high))
}

pub(super) fn interval(interval: Option<Interval>) -> String {
    interval.map_or_else(|| "–".into(), |i| format!("{:+.4} [{:+.4}, {:+.4}]", i.estimate, i.low, i.high))
}

/// A backtest on record.
pub(super) fn report(report: &BacktestReport) {
    let e = &report.evaluation;
    println!("\nbacktest {}: {}", report.id, report.title);
    println!(
        "{} matches forecast, {} of them by everybody; market: {}",
        e.n_forecast,
        e.n_common,
        report.market_in_words()
    );
    for coverage in &e.coverage {
        let left = coverage.left_out;
        println!(
            "{}: {} forecast ({} without market); left out: {} too early, {} unannounced, {} without result, {} known already",
            coverage.competition,
            coverage.n_forecast,
            coverage.without_market,
            left.too_early,
            left.unannounced,
            left.without_result,
            left.known_already
        );
    }
    let head = [
        "forecaster",
        "RPS",
        "log loss",
        "Brier (sum)",
        "accuracy",
        "ECE",
        "slope",
        "RPS to base rate",
        "RPS to market",
    ];
    let rows = e.on_common.iter().map(|s| {
        let to = |baseline: &str| {
            let versus = s.versus.iter().find(|v| v.baseline == baseline && v.rule == "rps");
            interval(versus.map(|v| v.difference))
        };
        [
            s.name.clone(),
            format!("{:.4}", s.rps),
            format!("{:.4}", s.log_loss),
            format!("{:.4}", s.brier),
            format!("{:.1} %", 100.0 * s.accuracy),
            format!("{:.4}", s.ece),
            s.calibration.pooled.line.map_or_else(|| "–".into(), |l| format!("{:.3}", l.slope)),
            to("base_rate"),
            to("market"),
        ]
    });
    println!("{}", table(head, rows));
    groups("competition", &e.by_competition);
    groups("season", &e.by_season);
    println!("{} configurations were tried on these matches so far", report.configurations_tried);
    println!("repeat with: {}", report.command);
}

fn groups(of: &str, groups: &[Group]) {
    if groups.is_empty() {
        return;
    }
    let rows = groups.iter().flat_map(|group| {
        group.lines.iter().enumerate().map(move |(i, line)| {
            let first = i == 0;
            [
                if first { group.name.clone() } else { String::new() },
                if first { group.n.to_string() } else { String::new() },
                line.name.clone(),
                format!("{:.4}", line.rps),
                format!("{:.4}", line.log_loss),
                interval(line.rps_to_market),
            ]
        })
    });
    println!("{}", table([of, "n", "forecaster", "RPS", "log loss", "RPS to market"], rows));
}

/// Comparisons in pairs.
pub(super) fn comparisons(found: &Comparisons) {
    for compared in &found.comparisons {
        comparison(compared);
    }
    println!("{} configurations were tried on these matches so far", found.configurations_tried);
}

fn comparison(compared: &Compared) {
    let c = &compared.comparison;
    println!(
        "\n{} against {} on {} matches; below zero {} is better",
        compared.first, compared.second, c.n, compared.first
    );
    if c.n_unpaired + c.n_corrected > 0 {
        println!(
            "left out: {} that only one forecast, {} with a corrected result",
            c.n_unpaired, c.n_corrected
        );
    }
    let head =
        ["score", "first", "second", "difference, 95 %", "Diebold-Mariano", "sign test p", "first better"];
    let rows = c.rules.iter().map(|r| {
        [
            r.rule.clone(),
            format!("{:.4}", r.first),
            format!("{:.4}", r.second),
            interval(Some(r.difference)),
            r.diebold_mariano.as_ref().map_or_else(|| "–".into(), diebold_mariano),
            p_value(r.sign.p_value),
            format!("{:.1} %", 100.0 * r.better_share),
        ]
    });
    println!("{}", table(head, rows));
    for (of, groups) in [("competition", &c.by_competition), ("season", &c.by_season)] {
        if !groups.is_empty() {
            let rows = groups.iter().map(|g| [g.name.clone(), g.n.to_string(), interval(Some(g.difference))]);
            println!("{}", table([of, "n", "difference in RPS, 95 %"], rows));
        }
    }
}

fn diebold_mariano(test: &DieboldMariano) -> String {
    format!("{:+.2} (p {})", test.statistic, p_value(test.p_value))
}

/// What a search came to.
pub(super) fn search(found: &Found) {
    let settings = |t: &crate::jobs::search_settings::Tried| {
        t.settings
            .iter()
            .map(|(name, value)| format!("{name} {}", (value * 1e4).round() / 1e4))
            .collect::<Vec<_>>()
            .join(", ")
    };
    let rows = found.trials.iter().map(|t| {
        [
            settings(t),
            if t.position == 0 { "defaults".into() } else { t.position.to_string() },
            t.score.map_or_else(|| "failed".into(), |s| format!("{:.5}", s.log_loss)),
            t.score.map_or_else(|| "–".into(), |s| format!("{:.5}", s.rps)),
            t.score.map_or_else(|| "–".into(), |s| s.n.to_string()),
        ]
    });
    println!("{}", table(["settings", "trial", "log loss", "RPS", "n"], rows));
    println!("{} trials, {} of them new\n\n{}", found.trials.len(), found.new_trials, found.toml);
    match &found.held_out {
        None => println!("no season was held out: --until names the first that no trial sees"),
        Some(_) if found.trials.first().is_some_and(|t| t.position == 0) => {
            println!("nothing was better than the settings the model comes with");
        }
        Some(held_out) => {
            let seasons: Vec<String> = held_out.seasons.iter().map(ToString::to_string).collect();
            println!(
                "against the defaults on {}, which no trial saw (below zero is better):",
                seasons.join(", ")
            );
            for rule in
                held_out.comparison.rules.iter().filter(|r| ["rps", "log_loss"].contains(&r.rule.as_str()))
            {
                println!("  {:8} {}", rule.rule, interval(Some(rule.difference)));
            }
        }
    }
    println!("{} configurations were tried on the seasons searched so far", found.configurations_tried);
}
