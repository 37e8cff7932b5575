use domain::{Fixture, History, RecordedBy, Score};
use jiff::Timestamp;
use testkit::{PointsLeague, SoccerLeague};

use super::*;
use crate::model::base_rate::BaseRate;

/// Small enough for tests.
fn small() -> Neural {
    Neural { hidden: 8, epochs: 6, ..Neural::default() }
}

fn log_loss(fitted: &dyn FittedModel, later: &[(Fixture, Score)]) -> f64 {
    let loss = |(fixture, score): &(Fixture, Score)| {
        let p = fitted.forecast(&Briefing::bare(fixture)).unwrap().distribution.outcome_probabilities();
        -p.of(domain::OutcomeClass::of(*score)).ln()
    };
    later.iter().map(loss).sum::<f64>() / later.len() as f64
}

fn soccer() -> (History, Timestamp, Vec<(Fixture, Score)>) {
    let played = SoccerLeague { n_seasons: 5, margin: None, ..SoccerLeague::default() }.generate();
    let all = played.history.as_of(Timestamp::MAX, RecordedBy::Now);
    let matches: Vec<(Fixture, Score)> = all.played().map(|m| (*m.fixture, m.score())).collect();
    let cut = matches.len() * 4 / 5;
    (played.history, matches[cut].0.kickoff.earliest(), matches[cut..].to_vec())
}

#[test]
fn it_learns_more_than_the_base_rate_repeats_itself_and_does_not_see_the_future() {
    let (history, at, later) = soccer();
    let id = later[0].0.competition;
    let fit = |history: &History| small().fit(&history.as_of(at, RecordedBy::Now), id, None).unwrap();
    let fitted = fit(&history);
    let base = BaseRate.fit(&history.as_of(at, RecordedBy::Now), id, None).unwrap();
    let (own, base) = (log_loss(&*fitted, &later), log_loss(&*base, &later));
    assert!(own < base - 0.02, "{own} against {base}");
    let said = |fitted: &dyn FittedModel| fitted.forecast(&Briefing::bare(&later[0].0)).unwrap().distribution;
    assert_eq!(said(&*fitted), said(&*fit(&history)), "not deterministic");
    assert_eq!(said(&*fitted), said(&*fit(&history.forgetting_from(at))), "sees the future");
}

#[test]
fn it_answers_about_teams_never_seen_and_keeps_the_tie_of_the_nfl() {
    let played = PointsLeague::nfl().generate();
    let fixture = played.fixtures[played.fixtures.len() - 1];
    let snapshot = played.history.as_of(Timestamp::MAX, RecordedBy::Now);
    let fitted = small().fit(&snapshot, fixture.competition, None).unwrap();
    let elo = Elo::default().fit(&snapshot, fixture.competition, None).unwrap();
    let stranger = Fixture { home: domain::TeamId(99_999), ..fixture };
    for fixture in [fixture, stranger] {
        let tie = |fitted: &dyn FittedModel| {
            let said = fitted.forecast(&Briefing::bare(&fixture)).unwrap().distribution;
            said.outcome_probabilities().draw
        };
        assert!((tie(&*fitted) - tie(&*elo)).abs() < 1e-12);
    }
}
