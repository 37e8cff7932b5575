use super::*;

fn three(p: [f64; 3], outcome: usize) -> Scored {
    let probabilities = OutcomeProbabilities { home: p[0], draw: p[1], away: p[2] };
    Scored::three_way(probabilities, OutcomeClass::ALL[outcome])
}

fn mean(rule: &dyn ScoringRule, scored: &[Scored]) -> f64 {
    scored.iter().map(|s| rule.score(s)).sum::<f64>() / scored.len() as f64
}

/// reference/betting/scoring.json: probabilities, outcome, RPS, log loss, summed Brier.
const CASES: &[([f64; 3], usize, f64, f64, f64)] = &[
    ([0.5, 0.3, 0.2], 0, 0.145, std::f64::consts::LN_2, 0.38),
    ([0.5, 0.3, 0.2], 1, 0.145, 1.2039728043259361, 0.78),
    ([0.5, 0.3, 0.2], 2, 0.445, 1.6094379124341003, 0.98),
    ([1.0 / 3.0, 1.0 / 3.0, 1.0 / 3.0], 0, 0.2777777777777778, 1.0986122886681098, 0.6666666666666667),
    ([1.0 / 3.0, 1.0 / 3.0, 1.0 / 3.0], 1, 0.1111111111111111, 1.0986122886681098, 0.6666666666666667),
    ([0.8, 0.15, 0.05], 2, 0.77125, 2.995732273553991, 1.565),
];

#[test]
fn the_published_cases() {
    for (p, outcome, rps, log_loss, brier_sum) in CASES {
        let scored = three(*p, *outcome);
        for (rule, expected) in [
            (&RankedProbability as &dyn ScoringRule, *rps),
            (&LogLoss, *log_loss),
            (&BrierSum, *brier_sum),
            (&BrierMean, brier_sum / 3.0),
        ] {
            let got = rule.score(&scored);
            assert!((got - expected).abs() < 1e-14, "{} of {p:?} {outcome}: {got}", rule.name());
        }
    }
}

/// reference/models/metrics.json: ten forecasts with their RPS, and their means.
const FORECASTS: [([f64; 3], usize, f64); 10] = [
    ([0.6, 0.25, 0.15], 0, 0.09125),
    ([0.33, 0.34, 0.33], 1, 0.1089),
    ([0.1, 0.2, 0.7], 2, 0.05),
    ([0.8, 0.15, 0.05], 2, 0.77125),
    ([0.45, 0.3, 0.25], 0, 0.1825),
    ([0.2, 0.3, 0.5], 1, 0.145),
    ([0.55, 0.27, 0.18], 1, 0.16745),
    ([0.9, 0.07, 0.03], 0, 0.00545),
    ([0.4, 0.28, 0.32], 2, 0.3112),
    ([0.25, 0.25, 0.5], 0, 0.40625),
];

#[test]
fn the_published_means() {
    let scored: Vec<Scored> = FORECASTS.iter().map(|(p, outcome, _)| three(*p, *outcome)).collect();
    for (s, (p, _, rps)) in scored.iter().zip(FORECASTS) {
        assert!((RankedProbability.score(s) - rps).abs() < 1e-14, "{p:?}");
    }
    assert!((mean(&RankedProbability, &scored) - 0.223925).abs() < 1e-14);
    assert!((mean(&BrierSum, &scored) - 0.62978).abs() < 1e-14);
    assert!((mean(&LogLoss, &scored) - 1.0884945483124195).abs() < 1e-14);
}

#[test]
fn two_classes_share_a_tie() {
    let p = OutcomeProbabilities::new(0.6, 0.1, 0.3).unwrap();
    // Home is (0.6 + 0.1 / 2) = 0.65 of two classes.
    for (outcome, y) in [(OutcomeClass::Home, 1.0), (OutcomeClass::Draw, 0.5), (OutcomeClass::Away, 0.0)] {
        let scored = Scored::new(Sport::Nfl, p, outcome);
        let square = (0.65f64 - y) * (0.65 - y);
        assert!((RankedProbability.score(&scored) - square).abs() < 1e-15);
        assert!((BrierMean.score(&scored) - square).abs() < 1e-15);
        assert!((BrierSum.score(&scored) - 2.0 * square).abs() < 1e-15);
        let nats = -y * 0.65f64.ln() - (1.0 - y) * 0.35f64.ln();
        assert!((LogLoss.score(&scored) - nats).abs() < 1e-14);
        assert_eq!(Accuracy.score(&scored), y);
    }
    assert_eq!(Scored::new(Sport::Soccer, p, OutcomeClass::Draw).probabilities(), [0.6, 0.1, 0.3]);
}

#[test]
fn the_impossible_costs_a_finite_amount() {
    let scored = three([1.0, 0.0, 0.0], 2);
    assert!((LogLoss.score(&scored) - 34.538776394910684).abs() < 1e-12, "-ln 1e-15");
}

#[test]
fn accuracy_of_the_ten() {
    let scored: Vec<Scored> = FORECASTS.iter().map(|(p, outcome, _)| three(*p, *outcome)).collect();
    // Counted by hand: right in rows 1, 2, 3, 5 and 8.
    assert_eq!(mean(&Accuracy, &scored), 0.5);
    let by_class = accuracy_by_class(&scored);
    let rows: Vec<(&str, f64, usize, f64)> =
        by_class.iter().map(|c| (c.class.as_str(), c.happened, c.picked, c.right)).collect();
    assert_eq!(rows, [("home", 4.0, 6, 3.0), ("draw", 3.0, 1, 1.0), ("away", 3.0, 3, 1.0)]);
    assert!(accuracy_by_class(&[]).is_empty());
}

#[test]
fn every_rule_prefers_the_truth_in_expectation() {
    // Propriety: under p the forecast p has the best expected score among alternatives (accuracy is only weakly proper).
    let p = [0.5, 0.3, 0.2];
    for rule in scoring_rules() {
        let expected = |q: [f64; 3]| (0..3).map(|k| p[k] * rule.score(&three(q, k))).sum::<f64>();
        for q in [[0.6, 0.2, 0.2], [0.4, 0.35, 0.25], [0.5, 0.2, 0.3], [1.0, 0.0, 0.0]] {
            let worse = expected(q) - expected(p);
            let worse = if rule.lower_is_better() { worse } else { -worse };
            assert!(worse >= 0.0 && (worse > 0.0 || rule.name() == "accuracy"), "{} of {q:?}", rule.name());
        }
    }
}
