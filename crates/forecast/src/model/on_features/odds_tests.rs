//! Learners that read prices of the match.

use domain::{BookId, History, Phase, RecordedBy};
use jiff::{SignedDuration, Timestamp};
use testkit::{Played, SoccerLeague, SoccerTruth};

use super::*;
use crate::{
    model::logistic_regression,
    test_history::{LEAGUE, TestHistory, at, noon},
};

fn league() -> Played<SoccerTruth> {
    SoccerLeague { n_seasons: 4, ..SoccerLeague::default() }.generate()
}

fn fit(model: &dyn Model, history: &History, moment: Timestamp) -> Box<dyn FittedModel> {
    let snapshot = history.as_of(moment, RecordedBy::Now);
    let competition = snapshot.played().next().unwrap().fixture.competition;
    model.fit(&snapshot, competition, None).unwrap()
}

fn outcome(fitted: &dyn FittedModel, briefing: &Briefing<'_>) -> OutcomeProbabilities {
    fitted.forecast(briefing).unwrap().distribution.outcome_probabilities()
}

#[test]
fn prices_bring_it_nearer_the_truth_and_without_one_it_is_the_learner_without() {
    let league = league();
    let later: Vec<&Fixture> = league.fixtures.iter().rev().take(40).collect();
    let moment = later[later.len() - 1].kickoff.earliest();
    let plain = fit(logistic_regression::model().as_ref(), &league.history, moment);
    let reading = fit(logistic_regression::with_odds().as_ref(), &league.history, moment);
    let (mut plain_gap, mut reading_gap) = (0.0, 0.0);
    for fixture in later {
        let truth = league.truth.distribution(fixture).outcome_probabilities();
        let briefed = league.history.briefing(fixture, fixture.kickoff.earliest(), RecordedBy::Now);
        plain_gap += (outcome(&*plain, &briefed).home - truth.home).abs();
        reading_gap += (outcome(&*reading, &briefed).home - truth.home).abs();
        let early = fixture.kickoff.earliest() - SignedDuration::from_hours(25);
        for unpriced in [Briefing::bare(fixture), league.history.briefing(fixture, early, RecordedBy::Now)] {
            assert_eq!(reading.forecast(&unpriced).unwrap(), plain.forecast(&unpriced).unwrap());
        }
        assert_eq!(plain.forecast(&briefed).unwrap(), plain.forecast(&Briefing::bare(fixture)).unwrap());
    }
    assert!(reading_gap < 0.7 * plain_gap, "{reading_gap} with prices, {plain_gap} without");
}

#[test]
fn where_nothing_was_priced_there_is_nothing_to_learn_from_prices() {
    let league = league();
    let (fixtures, results) = (league.history.fixture_facts(), league.history.result_facts());
    let unpriced = History::new(fixtures.to_vec(), results.to_vec(), Vec::new(), Vec::new());
    let last = league.fixtures.last().unwrap();
    let moment = last.kickoff.earliest();
    let [plain, reading] = [logistic_regression::model(), logistic_regression::with_odds()]
        .map(|model| fit(model.as_ref(), &unpriced, moment));
    // Not even a price of this match, since no past one says what it is worth.
    let briefed = league.history.briefing(last, moment, RecordedBy::Now);
    assert!(briefed.quotes().next().is_some());
    assert_eq!(reading.forecast(&briefed).unwrap(), plain.forecast(&briefed).unwrap());
    assert!(reading.parameters()["learnt_with_odds"].is_null());
}

/// Every team meets every other at a neutral venue, at prices that change.
fn neutral(sides: [i64; 2], prices: [f64; 3]) -> (History, Fixture) {
    let mut history = TestHistory::default();
    for day in 0..160 {
        let (home, away) = (1 + day % 4, 5 + day % 3);
        let fixture = history.announce(day, home, away);
        let fixture = history.amend(Fixture { neutral: true, ..fixture });
        let favourite = [1.6 + 0.1 * (day % 9) as f64, 3.5, 5.0 - 0.2 * (day % 9) as f64];
        history.quote(&fixture, BookId::MARKET_AVERAGE, Phase::PreMatch, 24, &favourite);
        let score = [(2, 0), (1, 1), (0, 1), (1, 0)][usize::try_from(day * 7 % 4).unwrap()];
        history.end(&fixture, score, fixture.kickoff.result_known_at(fixture.sport).0);
    }
    let next = history.announce(170, sides[0], sides[1]);
    let next = history.amend(Fixture { neutral: true, ..next });
    history.quote(&next, BookId::MARKET_AVERAGE, Phase::PreMatch, 24, &prices);
    (history.build(), next)
}

#[test]
fn at_a_neutral_venue_a_price_counts_alike_from_both_sides() {
    let said = |sides, prices| {
        let (history, next) = neutral(sides, prices);
        let fitted = fit(logistic_regression::with_odds().as_ref(), &history, noon(169));
        assert!(fitted.parameters()["learnt_with_odds"].is_object());
        outcome(&*fitted, &at(&history, noon(170)).briefing(&next))
    };
    let (there, back) = (said([1, 5], [1.7, 3.6, 5.5]), said([5, 1], [5.5, 3.6, 1.7]));
    assert!((there.home - back.away).abs() < 1e-9 && (there.draw - back.draw).abs() < 1e-9);
    let other = said([1, 5], [5.5, 3.6, 1.7]);
    assert!((there.home - other.home).abs() > 0.01, "{there:?} {other:?}");
}

#[test]
fn a_row_has_the_prices_known_at_its_kickoff_from_its_own_side() {
    let (history, _) = neutral([1, 5], [2.0, 3.0, 4.0]);
    let snapshot = at(&history, noon(165));
    let list = features();
    let list: Vec<&dyn Feature> = list.iter().map(AsRef::as_ref).collect();
    let (table, _) = Table::of(&list, &snapshot, LEAGUE, Sport::Soccer);
    let (width, before) = (table.names().len(), table.clone());
    let table = table.with_odds(&odds_features(), &snapshot);
    assert_eq!(table.names()[width..], ["market_home_to_away", "market_draw_to_sides"]);
    for (i, row) in table.rows().iter().enumerate() {
        assert_eq!(table.values(i)[..width], before.values(i));
        let step = (row.at.duration_since(noon(0)).as_hours() / 24 % 9) as f64;
        // ln(p_home / p_away) is ln(o_away / o_home): the margin cancels.
        let home_to_away = ((5.0 - 0.2 * step) / (1.6 + 0.1 * step)).ln();
        let want = if row.mirrored { -home_to_away } else { home_to_away };
        assert!((table.value(i, width).unwrap() - want).abs() < 1e-12, "row {i}");
    }
    assert!(table.rows().iter().filter(|row| row.mirrored).count() == 160);
}
