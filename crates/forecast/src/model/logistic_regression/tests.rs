use super::*;
use crate::model::on_features::tests::{gap, taught, values};

/// A regression on the first two features; where the rare one is not defined, home wins are likelier.
fn truth(id: i64) -> [f64; 3] {
    let [first, second, _, rare] = values(id)[..] else { panic!("four features") };
    let lift = if rare.is_none() { 0.6 } else { 0.0 };
    let (home, away) = (1.2 * first.unwrap() + lift, -0.8 * first.unwrap() - 0.7 * second.unwrap());
    let sum = home.exp() + 1.0 + away.exp();
    [home.exp() / sum, 1.0 / sum, away.exp() / sum]
}

#[test]
fn a_known_regression_comes_back_at_the_optimum() {
    let ((learnt, learning), base) = taught(4000, truth, |lessons| {
        let mut shares = vec![0.0; 3];
        for (class, share) in shares.iter_mut().enumerate() {
            *share =
                (0..lessons.len()).map(|i| lessons.outcome(i, class)).sum::<f64>() / lessons.len() as f64;
        }
        (LogisticRegression.learn(lessons).unwrap(), shares)
    });
    assert!(learning.converged && learning.gradient_norm.unwrap() < 1e-6, "{learning:?}");
    // Four standard errors of a probability from 4,000 matches are about 0.03.
    let near = gap(5000..5400, truth, |values| learnt.probabilities(values));
    let blind = gap(5000..5400, truth, |_| base.clone());
    assert!(near < 0.03 && near < 0.25 * blind, "{near} of {blind}");
    let parameters = learnt.parameters();
    let by_class =
        |name: &str, class: usize| parameters["per_standard_deviation"][name][class].as_f64().unwrap();
    assert!(by_class("first", 0) > 0.3 && by_class("second", 2) < -0.2);
    assert!(by_class("rare is not defined", 0) > 0.1, "{parameters}");
}

#[test]
fn nothing_to_learn_leaves_shares() {
    let even = |_: i64| [0.5, 0.2, 0.3];
    let (learnt, _) = taught(1500, even, |lessons| LogisticRegression.learn(lessons).unwrap());
    let off = gap(5000..5200, even, |values| learnt.probabilities(values));
    assert!(off < 0.03, "{off}");
}

#[test]
fn a_feature_that_is_missing_counts_as_its_mean_and_indicators_are_not_repeated() {
    taught(400, truth, |lessons| {
        let design = Design::of(lessons);
        let names: Vec<String> = design.names().collect();
        assert_eq!(names, ["first", "second", "noise", "rare", "rare is not defined"]);
        let inputs = design.inputs(&[Some(0.1), None, Some(0.2), None]);
        assert_eq!(inputs[1], 0.0);
        assert_eq!(inputs[3], 0.0);
        let examples = design.examples(lessons);
        for (column, name) in names.iter().enumerate() {
            let x = examples.inputs.column(column);
            assert!(x.dot(&examples.weights).abs() < 1e-9, "mean of {name}");
            let squares = x.component_mul(&x).dot(&examples.weights);
            assert!((squares - 1.0).abs() < 1e-9, "spread of {name}");
        }
    });
}
