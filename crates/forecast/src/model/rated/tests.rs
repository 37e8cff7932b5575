use domain::{Briefing, Fixture, History, PlayerCode, RecordedBy, line_up::Starter};
use jiff::{SignedDuration, Timestamp};
use testkit::{Played, PointsLeague, PointsTruth, SoccerLeague};

use super::*;
use crate::{
    model::elo::Elo,
    rating::{EloRating, EloRules, Massey, PiRating},
};

/// Everything played, and the fit on it.
fn fitted<T>(league: &Played<T>) -> Box<dyn FittedModel> {
    let snapshot = league.history.as_of(Timestamp::MAX, RecordedBy::Now);
    Elo::default().fit(&snapshot, league.fixtures[0].competition, None).unwrap()
}

fn leagues() -> Vec<(Sport, Vec<Fixture>, Box<dyn FittedModel>)> {
    let soccer = SoccerLeague { neutral_share: 0.1, ..SoccerLeague::default() }.generate();
    let nfl = PointsLeague::nfl().generate();
    let nba = PointsLeague { n_seasons: 2, ..PointsLeague::nba() }.generate();
    vec![
        (Sport::Soccer, soccer.fixtures.clone(), fitted(&soccer)),
        (Sport::Nfl, nfl.fixtures.clone(), fitted(&nfl)),
        (Sport::Nba, nba.fixtures.clone(), fitted(&nba)),
    ]
}

#[test]
fn mass_lies_on_attainable_scores_and_fits_reach_their_maximum() {
    for (sport, fixtures, fitted) in leagues() {
        let report = fitted.report();
        assert!(report.converged && report.gradient_norm.unwrap() < 1e-6, "{report:?}");
        for fixture in fixtures.iter().rev().take(20) {
            let said = fitted.forecast(&Briefing::bare(fixture)).unwrap().distribution;
            let off: f64 = said.iter().filter(|(s, _)| !sport.attainable(*s)).map(|(_, p)| p).sum();
            assert_eq!(off, 0.0, "{sport}");
            assert!((said.iter().map(|(_, p)| p).sum::<f64>() - 1.0).abs() < 1e-9, "{sport}");
        }
    }
}

#[test]
fn a_neutral_venue_and_changed_sides_mirror_the_forecast() {
    for (sport, fixtures, fitted) in leagues() {
        let here = Fixture { neutral: true, ..*fixtures.last().unwrap() };
        let there = Fixture { home: here.away, away: here.home, ..here };
        let (p, q) = (
            fitted.forecast(&Briefing::bare(&here)).unwrap(),
            fitted.forecast(&Briefing::bare(&there)).unwrap(),
        );
        let (p, q) = (p.distribution.outcome_probabilities(), q.distribution.outcome_probabilities());
        assert!((p.home - q.away).abs() < 1e-9 && (p.draw - q.draw).abs() < 1e-9, "{sport}: {p:?} {q:?}");
        let at_home = fitted.forecast(&Briefing::bare(&Fixture { neutral: false, ..here })).unwrap();
        assert!(at_home.distribution.outcome_probabilities().home > p.home + 0.02, "{sport}");
    }
}

#[test]
fn forecasts_come_near_the_truth_of_a_league() {
    let league = SoccerLeague { n_seasons: 6, strength_sd: 0.3, ..SoccerLeague::default() }.generate();
    let fitted = fitted(&league);
    let last = league.fixtures.iter().rev().take(380);
    let (mut gap, mut blind, mut goals_gap) = (0.0, 0.0, 0.0);
    for fixture in last.clone() {
        let said = fitted.forecast(&Briefing::bare(fixture)).unwrap().distribution;
        let truth = league.truth.distribution(fixture);
        gap += (said.outcome_probabilities().home - truth.outcome_probabilities().home).abs();
        blind += (0.45 - truth.outcome_probabilities().home).abs();
        goals_gap += (said.expected_score().0 - truth.expected_score().0).abs();
    }
    assert!(gap / 380.0 < 0.08 && gap < 0.5 * blind, "{} {}", gap / 380.0, blind / 380.0);
    assert!(goals_gap / 380.0 < 0.4, "{}", goals_gap / 380.0);
}

#[test]
fn points_come_near_the_truth_of_a_league() {
    for league in [PointsLeague::nfl(), PointsLeague { n_seasons: 2, ..PointsLeague::nba() }] {
        let league = PointsLeague { neutral_share: 0.0, ..league }.generate();
        let fitted = fitted(&league);
        let fixtures: Vec<&Fixture> = league.fixtures.iter().rev().take(200).collect();
        let (mut margin_gap, mut total_gap, mut spread) = (0.0, 0.0, 0.0);
        for fixture in &fixtures {
            let (home, away) =
                fitted.forecast(&Briefing::bare(fixture)).unwrap().distribution.expected_score();
            let (true_home, true_away) = league.truth.expected_points(fixture);
            margin_gap += (home - away - league.truth.expected_margin(fixture)).abs() / 200.0;
            spread += league.truth.expected_margin(fixture).abs() / 200.0;
            total_gap += (home + away - true_home - true_away) / 200.0;
        }
        // Elo keeps moving although these strengths never do: some noise is the price of following real ones.
        assert!(margin_gap < 0.6 * spread, "margins: {margin_gap} of {spread}");
        assert!(total_gap.abs() < 2.0, "totals: {total_gap}");
    }
}

#[test]
fn an_earlier_fit_as_start_changes_nothing_but_the_work() {
    let league = SoccerLeague::default().generate();
    let competition = league.fixtures[0].competition;
    let snapshot = league.history.as_of(Timestamp::MAX, RecordedBy::Now);
    let earlier = snapshot.rewound(league.fixtures[1200].kickoff.earliest());
    let elo = Elo::default();
    let start = elo.fit(&earlier, competition, None).unwrap();
    let cold = elo.fit(&snapshot, competition, None).unwrap();
    let warm = elo.fit(&snapshot, competition, Some(start.as_ref())).unwrap();
    assert!(warm.report().iterations <= cold.report().iterations);
    let fixture = league.fixtures.last().unwrap();
    let (a, b) =
        (cold.forecast(&Briefing::bare(fixture)).unwrap(), warm.forecast(&Briefing::bare(fixture)).unwrap());
    for (x, y) in a.distribution.cells().iter().zip(b.distribution.cells()) {
        assert!((x - y).abs() < 1e-9);
    }
}

#[test]
fn teams_never_seen_are_forecast_and_too_little_is_refused() {
    for (sport, fixtures, fitted) in leagues() {
        let stranger =
            Fixture { home: domain::TeamId(7_000_001), neutral: false, ..*fixtures.last().unwrap() };
        let p = fitted.forecast(&Briefing::bare(&stranger)).unwrap().distribution.outcome_probabilities();
        assert!(p.home > 0.0 && p.away > 0.0, "{sport}: {p:?}");
        assert!(fitted.parameters()["ratings"].as_array().unwrap().len() >= 20);
    }
    let league = SoccerLeague::default().generate();
    let early = league.history.as_of(league.fixtures[25].kickoff.earliest(), RecordedBy::Now);
    let refused = Elo::default().fit(&early, league.fixtures[0].competition, None).map(|_| ());
    assert!(matches!(refused, Err(ForecastError::TooFewMatches { model: "elo", .. })), "{refused:?}");
}

/// Elo without a word of quarterbacks.
fn of_teams_alone() -> Elo {
    let rules = EloRules { quarterbacks: None, ..EloRules::of(Sport::Nfl) };
    Elo { rating: EloRating { rules: Some(rules) }, settings: None }
}

#[test]
fn without_a_line_up_no_bit_of_a_forecast_knows_of_quarterbacks() {
    let league = PointsLeague { n_seasons: 3, quarterback_sd: 4.0, ..PointsLeague::nfl() }.generate();
    let snapshot = league.history.as_of(Timestamp::MAX, RecordedBy::Now);
    let competition = league.fixtures[0].competition;
    let plain = of_teams_alone().fit(&snapshot, competition, None).unwrap();
    let fitted = fitted(&league);
    for fixture in league.fixtures.iter().rev().take(50) {
        let bits = |fitted: &dyn FittedModel, briefing: &Briefing<'_>| -> Vec<u64> {
            let said = fitted.forecast(briefing).unwrap().distribution;
            said.cells().iter().map(|p| p.to_bits()).collect()
        };
        let bare = bits(fitted.as_ref(), &Briefing::bare(fixture));
        assert_eq!(bare, bits(plain.as_ref(), &Briefing::bare(fixture)));
        let briefing = snapshot.briefing(fixture);
        assert_eq!(bare, bits(plain.as_ref(), &briefing), "line-ups are not its business");
        assert_ne!(bare, bits(fitted.as_ref(), &briefing));
    }
}

/// The news about a fixture if this player started at home, an hour before kick-off.
fn with_starter(league: &Played<PointsTruth>, fixture: &Fixture, player: PlayerCode) -> (History, Timestamp) {
    let mut line_ups = league.history.line_up_facts().to_vec();
    for fact in line_ups.iter_mut().filter(|fact| fact.value.fixture == fixture.id) {
        fact.value.line_up.home = Some(Starter { player, name: String::new() });
    }
    let at = fixture.kickoff.earliest() - SignedDuration::from_hours(1);
    (league.history.clone().with_line_ups(line_ups), at)
}

/// Quarterbacks worth about 4 points each way are dealt out anew every season. Each is put in charge of teams he has mostly not
/// played for: the forecast margin must move with his worth, less what few starts leave unseen.
#[test]
fn a_quarterback_takes_his_points_along() {
    let league = PointsLeague { n_seasons: 6, quarterback_sd: 4.0, ..PointsLeague::nfl() }.generate();
    let last_round = &league.fixtures[league.fixtures.len() - 4..];
    let before = league.history.as_of(last_round[0].kickoff.earliest(), RecordedBy::Now);
    let fitted = Elo::default().fit(&before, last_round[0].competition, None).unwrap();
    let (mut together, mut truth_squared, mut said_squared) = (0.0, 0.0, 0.0);
    for fixture in last_round {
        let margin = |player: PlayerCode| {
            let (history, at) = with_starter(&league, fixture, player);
            let said = fitted.forecast(&history.briefing(fixture, at, RecordedBy::Now)).unwrap();
            let (home, away) = said.distribution.expected_score();
            home - away
        };
        let said: Vec<(f64, f64)> =
            league.truth.quarterbacks.iter().map(|(player, worth)| (*worth, margin(*player))).collect();
        let mean = |of: fn(&(f64, f64)) -> f64| said.iter().map(of).sum::<f64>() / said.len() as f64;
        let (worth_mean, margin_mean) = (mean(|s| s.0), mean(|s| s.1));
        for (worth, margin) in said {
            let (worth, margin) = (worth - worth_mean, margin - margin_mean);
            together += worth * margin;
            truth_squared += worth * worth;
            said_squared += margin * margin;
        }
    }
    let (slope, correlation) = (together / truth_squared, together / (truth_squared * said_squared).sqrt());
    assert!((0.25..1.0).contains(&slope) && correlation > 0.7, "{slope} points a point, r = {correlation}");
}

#[test]
fn a_rating_of_another_sport_is_refused_and_another_ratings_fit_is_no_start() {
    let nfl = PointsLeague::nfl().generate();
    let snapshot = nfl.history.as_of(Timestamp::MAX, RecordedBy::Now);
    let competition = nfl.fixtures[0].competition;
    let pi = Rated::<PiRating>::default();
    assert!(!pi.supports(Sport::Nfl));
    let refused = pi.fit(&snapshot, competition, None).map(|_| ());
    let unsupported = ForecastError::UnsupportedSport { model: "pi_rating", sport: Sport::Nfl };
    assert_eq!(refused, Err(unsupported));
    let start = Elo::default().fit(&snapshot, competition, None).unwrap();
    let massey = Rated::<Massey>::default();
    let (cold, warm) = (
        massey.fit(&snapshot, competition, None).unwrap(),
        massey.fit(&snapshot, competition, Some(start.as_ref())).unwrap(),
    );
    assert_eq!(cold.report(), warm.report());
    assert_eq!(cold.report().model, "massey");
}

#[test]
fn poisson_grid_of_the_published_example() {
    // Means 1.5 and 1.0: P(0-0) = e^-2.5 = 0.0821, P(1-1) = 1.5 e^-2.5, P(2-1) = 1.125 e^-2.5.
    let grid = poisson_grid(15, 1.5, 1.0).unwrap();
    let e = (-2.5f64).exp();
    for (score, expected) in [((0, 0), e), ((1, 1), 1.5 * e), ((2, 1), 1.125 * e)] {
        assert!((grid.probability(Score::new(score.0, score.1)) - expected).abs() < 1e-9, "{score:?}");
    }
}
