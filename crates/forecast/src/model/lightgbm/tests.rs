use domain::{Briefing, Fixture, OutcomeClass, RecordedBy};
use testkit::SoccerLeague;

use super::*;
use crate::model::{
    base_rate::BaseRate,
    gradient_boosting,
    on_features::tests::{gap, taught, values},
};

const LEARNER: LightGbm = LightGbm { max_trees: MAX_TREES };

/// The home side wins where the first feature is far from 0 on either side: no straight line says that.
fn truth(id: i64) -> [f64; 3] {
    if values(id)[0].unwrap().abs() > 0.5 { [0.7, 0.2, 0.1] } else { [0.2, 0.2, 0.6] }
}

fn learnt(n: i64, truth: impl Fn(i64) -> [f64; 3]) -> Trees {
    taught(n, truth, |lessons| LEARNER.learn(lessons).unwrap().0)
}

#[test]
fn what_is_not_straight_is_found() {
    let learnt = learnt(2500, truth);
    let near = gap(5000..5200, truth, |values| learnt.probabilities(values));
    let blind = gap(5000..5200, truth, |_| vec![0.45, 0.2, 0.35]);
    assert!(near < 0.4 * blind, "{near} of {blind}");
    let parameters = learnt.parameters();
    let gain = |name: &str| parameters["gain"][name].as_f64().unwrap_or(0.0);
    assert!(gain("first") > 2.0 * (gain("second") + gain("noise") + gain("rare")), "{parameters}");
    assert!((learnt.gain.values().sum::<f64>() - 1.0).abs() < 1e-9);
    assert!(learnt.rounds >= MIN_TREES && learnt.rounds <= MAX_TREES);
}

#[test]
fn the_text_says_what_the_library_learnt_by_the_bit() {
    taught(900, truth, |lessons| {
        let grown = grow(MAX_TREES, lessons, &Columns::varying(lessons)).unwrap();
        let trees = Trees::of(&grown, lessons, Columns::varying(lessons)).unwrap();
        for id in 5000..5030 {
            let row = trees.columns.row(&values(id));
            let at_once = grown.predict(&row, row.len() as i32, true).unwrap();
            let scores = grown.raw_scores(&row, row.len() as i32, true).unwrap();
            assert_eq!(trees.said(&row).unwrap(), at_once);
            // The softmax of the file's header.
            let sum: f64 = scores.iter().map(|f| f.exp()).sum();
            for (score, p) in scores.iter().zip(&at_once) {
                assert!((score.exp() / sum - p).abs() < 1e-12);
            }
        }
    });
}

#[test]
fn the_same_bits_whatever_the_number_of_threads_and_of_fits_at_a_time() {
    let said = || -> Vec<u64> {
        let learnt = learnt(900, truth);
        (5000..5020).flat_map(|id| learnt.probabilities(&values(id))).map(f64::to_bits).collect()
    };
    let alone = said();
    std::thread::scope(|scope| {
        let others: Vec<_> = (0..3).map(|_| scope.spawn(said)).collect();
        for other in others {
            assert_eq!(other.join().unwrap(), alone);
        }
    });
}

#[test]
fn a_class_that_never_came_keeps_a_small_share() {
    for never in [[0.6, 0.0, 0.4], [1.0, 0.0, 0.0]] {
        let said = learnt(400, |_| never).probabilities(&values(999));
        assert!(said[1] > 0.0 && said[1] < 0.01, "{said:?}");
        assert!((said.iter().sum::<f64>() - 1.0).abs() < 1e-12);
    }
}

/// Mean log loss of each model on the last of ten seasons, learnt as of its start.
fn log_losses(models: &[&dyn Model]) -> Vec<f64> {
    let league = SoccerLeague { n_seasons: 10, unplayed_rounds: 0, margin: None, ..SoccerLeague::default() };
    let played = league.generate();
    let season = played.fixtures.len() / 10;
    let last: &[Fixture] = &played.fixtures[played.fixtures.len() - season..];
    let snapshot = played.history.as_of(last[0].kickoff.earliest(), RecordedBy::Now);
    let loss = |model: &&dyn Model| {
        let fitted = model.fit(&snapshot, league.competition, None).unwrap();
        let of = |fixture: &Fixture| {
            let said = fitted.forecast(&Briefing::bare(fixture)).unwrap().distribution;
            let came = played.history.outcome_for_scoring(fixture.id).unwrap().full_time;
            -said.outcome_probabilities().of(OutcomeClass::of(came)).ln()
        };
        last.iter().map(of).sum::<f64>() / season as f64
    };
    models.iter().map(loss).collect()
}

#[test]
fn as_good_as_the_other_boosting_and_better_than_knowing_no_team() {
    let (lightgbm, other) = (model(), gradient_boosting::model());
    let losses = log_losses(&[&*lightgbm, &*other, &BaseRate]);
    println!(
        "log loss: lightgbm {:.4}, gradient_boosting {:.4}, base_rate {:.4}",
        losses[0], losses[1], losses[2]
    );
    assert!(losses[0] < losses[2] - 0.01, "{losses:?}");
    assert!((losses[0] - losses[1]).abs() < 0.005, "{losses:?}");
}
