use domain::Briefing;
use testkit::PointsLeague;

use super::{super::elo::Elo, *};
use crate::Model;

fn rated(difference: f64, score: (u16, u16)) -> RatedMatch {
    RatedMatch {
        difference,
        at_home: true,
        total_level: 44.0,
        total_teams: 0.0,
        score: Score::new(score.0, score.1),
        weight: 1.0,
    }
}

/// Scores in which every third match ends with a margin of exactly 3, and sides like 20 and 17.
fn threes() -> Vec<RatedMatch> {
    let plain = [(24, 13), (31, 27), (10, 23), (27, 16), (14, 28), (34, 10), (19, 25), (22, 30)];
    let matches = (0..1200).map(|i: usize| {
        let difference = f64::from(i as u32 % 9) / 20.0 - 0.2;
        let score =
            if i.is_multiple_of(3) { [(20, 17), (17, 20), (23, 20)][i % 9 / 3] } else { plain[i % 8] };
        rated(difference, score)
    });
    matches.collect()
}

#[test]
fn key_numbers_are_kept() {
    let matches = threes();
    let model = PointsModel::fit(Sport::Nfl, "elo", &matches).unwrap();
    let (mut on_three, mut on_twenty) = (0.0, 0.0);
    for m in &matches {
        let said = model.distribution(m.difference, true, 44.0, 0.0).unwrap();
        on_three += said.expectation(|s| f64::from(u8::from(s.margin().abs() == 3)));
        on_twenty += said.expectation(|s| f64::from(u8::from(s.home == 20) + u8::from(s.away == 20)));
    }
    let n = matches.len() as f64;
    let of = |f: &dyn Fn(Score) -> bool| matches.iter().filter(|m| f(m.score)).count() as f64 / n;
    let threes = of(&|s| s.margin().abs() == 3);
    let twenties = of(&|s| s.home == 20) + of(&|s| s.away == 20);
    // The prior gives a little away; without factors the normal curve puts 0.06 on a margin of three.
    assert!((on_three / n - threes).abs() < 0.02, "{} of {threes}", on_three / n);
    assert!((on_twenty / n - twenties).abs() < 0.04, "{} of {twenties}", on_twenty / n);
}

#[test]
fn without_evidence_the_factors_stay_near_one() {
    // Scores spread evenly over margins and totals: nothing is special.
    let mut matches = Vec::new();
    for home in (5..40).step_by(5) {
        for away in (5..40).step_by(5) {
            matches.push(rated(0.0, (home, away)));
        }
    }
    let model = PointsModel::fit(Sport::Nba, "elo", &matches).unwrap();
    // 49 matches against a prior worth 50 for every factor.
    assert!(model.keys.margin_factors()[1..].iter().all(|f| (0.8..1.25).contains(f)));
    assert_eq!(model.keys.margin_factors()[0], 0.0, "an NBA match cannot end level");
    assert!(model.keys.score_factors().iter().all(|f| *f == 1.0));
}

#[test]
fn the_normal_part_by_hand() {
    // Without key numbers: equal spreads in margin and total make both scores independent normals, here about 24 and 20.
    let means = Means { margin: 4.0, margin_sd: 10.0, total: 44.0, total_sd: 10.0 };
    let mut seen = Vec::new();
    KeyNumbers::none(Sport::Nfl).for_each_weight(&means, |score, weight| seen.push((score, weight)));
    let weight = |home, away| {
        let found = seen.iter().find(|(s, _)| *s == Score::new(home, away));
        found.map(|(_, w)| *w).unwrap_or_default()
    };
    assert!((weight(24, 20) - 1.0).abs() < 1e-12, "the peak");
    // Margin and total one standard deviation off each, together: e^-1.
    assert!((weight(34, 20) - (-1f64).exp()).abs() < 1e-12);
    assert_eq!(weight(1, 20), 0.0, "one point alone cannot be scored");
    assert!(seen.iter().all(|(s, _)| s.home <= 80 && s.away <= 80));
    let once: std::collections::BTreeSet<Score> = seen.iter().map(|(s, _)| *s).collect();
    assert_eq!(once.len(), seen.len(), "every score once");
}

#[test]
fn one_score_alone_is_refused() {
    let matches: Vec<RatedMatch> = (0..50).map(|_| rated(0.0, (20, 20))).collect();
    assert!(matches!(PointsModel::fit(Sport::Nfl, "elo", &matches), Err(ForecastError::Numerics { .. })));
}

#[test]
fn the_curve_of_margins_is_calibrated_in_a_synthetic_league() {
    let league = PointsLeague { n_seasons: 6, ..PointsLeague::nfl() }.generate();
    let competition = league.fixtures[0].competition;
    let split = league.fixtures[league.fixtures.len() * 2 / 3].kickoff.earliest();
    let snapshot = league.history.as_of(split, domain::RecordedBy::Now);
    let fitted = Elo::default().fit(&snapshot, competition, None).unwrap();
    let (mut inside, mut n, mut said_three, mut threes) = (0.0, 0.0, 0.0, 0.0);
    for fixture in league.fixtures.iter().filter(|f| f.kickoff.earliest() >= split) {
        let Some(outcome) = league.history.outcome_for_scoring(fixture.id) else { continue };
        let said = fitted.forecast(&Briefing::bare(fixture)).unwrap().distribution;
        let margin = outcome.full_time.margin();
        let below = said.expectation(|s| if s.margin() < margin { 1.0 } else { 0.0 });
        let at = said.expectation(|s| if s.margin() == margin { 1.0 } else { 0.0 });
        inside += if (0.1..0.9).contains(&(below + at / 2.0)) { 1.0 } else { 0.0 };
        said_three += said.expectation(|s| if s.margin().abs() == 3 { 1.0 } else { 0.0 });
        threes += if margin.abs() == 3 { 1.0 } else { 0.0 };
        n += 1.0;
    }
    // About 540 matches: the standard error of a share of 0.8 is 0.017, of 0.13 is 0.014.
    assert!((inside / n - 0.8_f64).abs() < 0.06, "{}", inside / n);
    assert!((said_three / n - threes / n).abs() < 0.045, "{} against {}", said_three / n, threes / n);
}
