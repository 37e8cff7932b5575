use domain::{History, TeamId};
use testkit::SoccerLeague;

use super::*;
use crate::{
    backtest::{Period, Plan, walk_all},
    model::{base_rate::BaseRate, elo::Elo},
};

const NORTH: CompetitionId = CompetitionId::literal("eng.1");

/// Two leagues that share nothing; the second has other numbers of fixtures and no market.
fn leagues() -> Vec<(CompetitionId, History)> {
    let league = |seed| SoccerLeague { n_teams: 8, n_seasons: 4, seed, ..SoccerLeague::default() }.generate();
    let south = league(2).history;
    let moved: Vec<_> = south
        .fixture_facts()
        .iter()
        .copied()
        .map(|mut fact| {
            fact.value.competition = "esp.1".parse().unwrap();
            fact.value.home = TeamId(fact.value.home.0 + 100);
            fact.value.away = TeamId(fact.value.away.0 + 100);
            fact
        })
        .collect();
    let south = History::new(moved, south.result_facts().to_vec(), Vec::new(), Vec::new());
    vec![(NORTH, league(1).history), ("esp.1".parse().unwrap(), south)]
}

fn walks(leagues: &[(CompetitionId, History)], seasons: &[i16]) -> Vec<Backtest> {
    let seasons: Vec<Season> = seasons.iter().copied().map(Season::starting).collect();
    let plan = |(competition, history): &'_ (CompetitionId, History)| -> Plan {
        let _ = history;
        let models: Vec<Box<dyn crate::Model>> = vec![Box::new(BaseRate), Box::new(Elo::default())];
        let mut plan = Plan::new(*competition, Period::Seasons(seasons.clone()), models);
        plan.min_training = 50;
        plan
    };
    let plans: Vec<(&History, Plan)> = leagues.iter().map(|l| (&l.1, plan(l))).collect();
    walk_all(&plans, &|_| {}).unwrap()
}

#[test]
fn parts_add_up_to_the_whole() {
    let leagues = leagues();
    let both = walks(&leagues[..1], &[2019, 2020, 2021]);
    let whole = evaluate(&both, &SummaryOptions::default()).unwrap();
    assert_eq!(whole.on_common, both[0].on_common, "one walk is its own evaluation");
    assert_eq!(whole.names, ["base_rate", "elo", "market"]);
    assert!(whole.by_competition.is_empty() && whole.by_season.len() == 3);
    assert_eq!(whole.by_season.iter().map(|g| g.n).sum::<usize>(), whole.n_common);
    for (i, summary) in whole.on_common.iter().enumerate() {
        let of = |pick: fn(&GroupLine) -> f64| {
            let sums = whole.by_season.iter().map(|g| g.n as f64 * pick(&g.lines[i]));
            sums.sum::<f64>() / whole.n_common as f64
        };
        assert!((of(|l| l.rps) - summary.rps).abs() < 1e-12);
        assert!((of(|l| l.log_loss) - summary.log_loss).abs() < 1e-12);
        assert!((of(|l| l.accuracy) - summary.accuracy).abs() < 1e-12);
        assert_eq!(summary.crps.is_some(), summary.name != "market");
    }
    let curve = whole.curves.iter().find(|c| c.name == "elo").unwrap();
    let last = curve.points.last().unwrap();
    let gap = whole.on_common[1].rps - whole.on_common[2].rps;
    assert_eq!((whole.curves_against.as_str(), last.n), ("market", whole.n_common));
    assert!((last.sum / last.n as f64 - gap).abs() < 1e-12);
    assert!(curve.points.is_sorted_by_key(|p| p.at) && curve.points.len() <= CURVE_POINTS + 1);
    assert!(evaluate(&[], &SummaryOptions::default()).is_err());
}

#[test]
fn matches_without_a_market_are_told() {
    let leagues = leagues();
    let both = walks(&leagues, &[2020, 2021]);
    let together = evaluate(&both, &SummaryOptions::default()).unwrap();
    assert_eq!(together.n_forecast, both[0].matches.len() + both[1].matches.len());
    assert_eq!(together.n_common, both[0].matches.len(), "the south has no market");
    assert_eq!(together.coverage[0].without_market, 0);
    assert_eq!(together.coverage[1].without_market, both[1].matches.len());
    let parts: Vec<(&str, usize, usize)> =
        together.by_competition.iter().map(|g| (g.name.as_str(), g.n, g.lines.len())).collect();
    assert_eq!(parts, [("eng.1", both[0].matches.len(), 3), ("esp.1", both[1].matches.len(), 2)]);
    let n: Vec<usize> = together.forecasters.iter().map(|s| s.n).collect();
    assert_eq!(n, [together.n_forecast, together.n_forecast, together.n_common]);
    // Without any market the base rate is what the rest is drawn against.
    let south = evaluate(&both[1..], &SummaryOptions::default()).unwrap();
    assert_eq!((south.curves_against.as_str(), south.n_common), ("base_rate", both[1].matches.len()));
    assert_eq!(south.on_common.len(), 2);
}

#[test]
fn walks_of_other_forecasters_are_refused() {
    let mut walks = walks(&leagues(), &[2021]);
    walks[1].names[1] = "another".into();
    let error = evaluate(&walks, &SummaryOptions::default()).unwrap_err();
    assert!(error.to_string().contains("another"), "{error}");
}

#[test]
fn a_curve_is_thinned_to_days_and_keeps_its_end() {
    let at = |hours: i64| Timestamp::from_second(hours * 3600).unwrap();
    let points = cumulative(&[at(1), at(5), at(30)], &[0.25, -0.5, 1.0]);
    let shown: Vec<(usize, f64)> = points.iter().map(|p| (p.n, p.sum)).collect();
    assert_eq!(shown, [(2, -0.25), (3, 0.75)]);
    let days: Vec<Timestamp> = (0..1001).map(|day| at(24 * day)).collect();
    let long = cumulative(&days, &vec![1.0; 1001]);
    assert!(long.len() <= CURVE_POINTS + 1 && long.last().unwrap().sum == 1001.0);
    assert!(cumulative(&[], &[]).is_empty());
}
