use super::*;
use crate::model::on_features::tests::{gap, taught, values};

const LEARNER: GradientBoosting = GradientBoosting { max_trees: MAX_TREES };

/// The home side wins where the first feature is far from 0 on either side: no straight line says that.
fn truth(id: i64) -> [f64; 3] {
    if values(id)[0].unwrap().abs() > 0.5 { [0.7, 0.2, 0.1] } else { [0.2, 0.2, 0.6] }
}

fn learnt() -> Trees {
    taught(2500, truth, |lessons| LEARNER.learn(lessons).unwrap().0)
}

#[test]
fn what_is_not_straight_is_found() {
    let learnt = learnt();
    let near = gap(5000..5400, truth, |values| learnt.probabilities(values));
    let blind = gap(5000..5400, truth, |_| vec![0.45, 0.2, 0.35]);
    assert!(near < 0.4 * blind, "{near} of {blind}");
    let parameters = learnt.parameters();
    let gain = |name: &str| parameters["classes"][0]["gain"][name].as_f64().unwrap_or(0.0);
    assert!(gain("first") > 3.0 * (gain("second") + gain("noise") + gain("rare")), "{parameters}");
}

#[test]
fn the_same_bits_whatever_the_number_of_threads() {
    let said = |threads: usize| -> Vec<u64> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let learnt = pool.install(learnt);
        (5000..5050).flat_map(|id| learnt.probabilities(&values(id))).map(f64::to_bits).collect()
    };
    assert_eq!(said(1), said(4));
}

#[test]
fn a_class_that_never_came_keeps_a_small_share() {
    let never = |_: i64| [0.6, 0.0, 0.4];
    let learnt = taught(400, never, |lessons| LEARNER.learn(lessons).unwrap().0);
    let said = learnt.probabilities(&values(999));
    assert!(said[1] > 0.0 && said[1] < 0.01, "{said:?}");
    assert!((said.iter().sum::<f64>() - 1.0).abs() < 1e-12);
}
