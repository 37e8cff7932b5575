use domain::{Fixture, History, RecordedBy, Score, line_up::Starter};
use jiff::Timestamp;
use testkit::{Played, PointsLeague, PointsTruth, SoccerLeague};

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

/// A league in which quarterbacks decide: 9 points each way, dealt out anew every season.
fn with_quarterbacks() -> Played<PointsTruth> {
    let league = PointsLeague { n_teams: 16, n_seasons: 10, strength_sd: 2.0, ..PointsLeague::nfl() };
    PointsLeague { quarterback_sd: 9.0, neutral_share: 0.0, ..league }.generate()
}

/// A fit on nine tenths of the matches, with the moment of it and what came later.
fn fitted_on(played: &Played<PointsTruth>) -> (Box<dyn FittedModel>, Vec<(Fixture, Score)>) {
    let all = played.history.as_of(Timestamp::MAX, RecordedBy::Now);
    let matches: Vec<(Fixture, Score)> = all.played().map(|m| (*m.fixture, m.score())).collect();
    let later = matches[matches.len() * 9 / 10..].to_vec();
    let snapshot = played.history.as_of(later[0].0.kickoff.earliest(), RecordedBy::Now);
    let model = Neural { epochs: 12, ..small() };
    (model.fit(&snapshot, later[0].0.competition, None).unwrap(), later)
}

#[test]
fn who_starts_is_learnt_with_the_rest() {
    let played = with_quarterbacks();
    let (fitted, later) = fitted_on(&played);
    let decided = later.iter().filter(|(_, score)| score.margin() != 0);
    let (mut named, mut bare, mut n) = (0.0, 0.0, 0.0);
    for (fixture, score) in decided {
        let loss = |briefing: &Briefing<'_>| {
            let p = fitted.forecast(briefing).unwrap().distribution.outcome_probabilities();
            -p.of(domain::OutcomeClass::of(*score)).ln()
        };
        named += loss(&played.history.briefing(fixture, fixture.kickoff.earliest(), RecordedBy::Now));
        bare += loss(&Briefing::bare(fixture));
        n += 1.0;
    }
    assert!(named < bare - 0.02 * n, "{} with line-ups, {} without", named / n, bare / n);
}

#[test]
fn who_never_started_is_somebody_and_one_of_them_is_like_another() {
    let played = with_quarterbacks();
    let (fitted, later) = fitted_on(&played);
    let fixture = later[0].0;
    let said = |player: &str| {
        let mut line_ups = played.history.line_up_facts().to_vec();
        for fact in line_ups.iter_mut().filter(|fact| fact.value.fixture == fixture.id) {
            fact.value.line_up.home = Some(Starter { player: player.parse().unwrap(), name: String::new() });
        }
        let history = played.history.clone().with_line_ups(line_ups);
        let at = fixture.kickoff.earliest();
        fitted.forecast(&history.briefing(&fixture, at, RecordedBy::Now)).unwrap().distribution
    };
    assert_eq!(said("stranger"), said("another"));
    assert_ne!(said("stranger"), said("qb-000"));
}

#[test]
fn without_line_ups_there_is_nothing_to_embed() {
    let played = with_quarterbacks();
    let nobody = Played { history: played.history.clone().with_line_ups(Vec::new()), ..played.clone() };
    let ((named, later), (blind, _)) = (fitted_on(&played), fitted_on(&nobody));
    assert!(named.parameters()["embeddings"].as_u64().unwrap() > 20);
    assert_eq!(blind.parameters()["embeddings"], 0);
    // Every weight of the network without: an LSTM of 8 on 8 numbers, attention, 32 x (4 x 8 + 2) and 3 x 32.
    let (lstm, attention) = (4 * 8 * (8 + 8 + 2), 8 * 8 + 8 + 8 + 1);
    assert_eq!(blind.parameters()["weights"], lstm + attention + 32 * (34 + 1) + 3 * (32 + 1));
    // What a line-up then says is not heard.
    let fixture = &later[0].0;
    let briefing = played.history.briefing(fixture, fixture.kickoff.earliest(), RecordedBy::Now);
    let outcome = |briefing: &Briefing<'_>| {
        let p = blind.forecast(briefing).unwrap().distribution.outcome_probabilities();
        p.home / (p.home + p.away)
    };
    assert!(briefing.line_up().is_some());
    assert!((outcome(&briefing) - outcome(&Briefing::bare(fixture))).abs() < 1e-9);
}
