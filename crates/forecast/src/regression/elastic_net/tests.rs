use super::*;

/// Sixty examples by formula, as they were written down for scikit-learn.
fn by_formula() -> Examples {
    let (n, d) = (60, 4);
    let input = |i: usize, j: usize| ((i * 7 + j * 3) % 11) as f64 / 5.0 - 1.0 + 0.1 * ((i * j) % 3) as f64;
    let class = |i: usize| {
        let score = input(i, 0) - 0.5 * input(i, 2) + ((i * 5) % 7) as f64 / 3.5 - 0.9;
        if score > 0.3 {
            0
        } else if score < -0.4 {
            2
        } else {
            1
        }
    };
    Examples {
        inputs: DMatrix::from_fn(n, d, input),
        outcomes: DMatrix::from_fn(n, 3, |i, k| f64::from(u8::from(class(i) == k))),
        weights: DVector::from_element(n, 1.0 / n as f64),
    }
}

struct Reference {
    penalty: Penalty,
    objective: f64,
    coefficients: [[f64; 4]; 3],
    intercepts: [f64; 3],
}

/// scikit-learn 1.9.1, LogisticRegression(penalty="elasticnet", solver="saga", C=1/(60 lambda), l1_ratio=alpha, tol=1e-13).
fn scikit_learn() -> [Reference; 3] {
    let penalty = |strength, absolute_share| Penalty { strength, absolute_share };
    [
        Reference {
            penalty: penalty(0.01, 0.5),
            objective: 0.6546778204944712,
            coefficients: [
                [1.230032869071379, 0.0, -1.5172064661928475, 0.0],
                [0.2285516030614692, 0.20751899468220536, 0.034611187536350736, 0.0],
                [-2.4585844721283565, 0.0, 0.48259527866098517, -0.12060992502706652],
            ],
            intercepts: [-0.08949921060671977, 0.23862111136878025, -0.1491219007620605],
        },
        Reference {
            penalty: penalty(0.05, 0.9),
            objective: 0.8312897261050042,
            coefficients: [
                [0.4029212742199238, 0.0, -0.8330845076123544, 0.0],
                [0.0, 0.0, 0.0, 0.0],
                [-1.872660901794643, 0.0, 0.2882684820204383, 0.0],
            ],
            intercepts: [0.09502475588439141, -0.059299354863673624, -0.03572540102071778],
        },
        Reference {
            penalty: penalty(0.02, 0.0),
            objective: 0.6798245553485752,
            coefficients: [
                [1.1096027829246933, -0.04358067013216509, -1.0737698215431304, 0.16961162564086882],
                [0.5261279123723572, 0.2114513437548535, 0.29638413939196284, -0.026776119067415675],
                [-1.635730695297047, -0.16787067362268704, 0.7773856821511681, -0.1428355065734538],
            ],
            intercepts: [0.003872122750575375, 0.07762242242744727, -0.08149454517802265],
        },
    ]
}

#[test]
fn the_optimum_is_that_of_scikit_learn() {
    let examples = by_formula();
    for reference in scikit_learn() {
        let (got, optimum) = ElasticNet::new(&examples).solve(reference.penalty, &Coefficients::none(4, 3));
        assert!(optimum.converged && optimum.violation < 1e-8, "{optimum:?}");
        assert!((optimum.objective - reference.objective).abs() < 1e-10, "{optimum:?}");
        for (class, want) in reference.coefficients.iter().enumerate() {
            assert!((got.matrix[(0, class)] - reference.intercepts[class]).abs() < 1e-5);
            for (j, want) in want.iter().enumerate() {
                let got = got.matrix[(j + 1, class)];
                assert!((got - want).abs() < 1e-5, "class {class} input {j}: {got}, not {want}");
                assert_eq!(got == 0.0, *want == 0.0, "class {class} input {j}: {got}");
            }
        }
    }
}

#[test]
fn every_start_and_every_order_of_penalties_leads_to_the_one_optimum() {
    let examples = by_formula();
    let mut path = ElasticNet::new(&examples);
    let mut last = Coefficients::none(4, 3);
    for strength in [0.3, 0.1, 0.03, 0.01, 0.003] {
        let penalty = Penalty { strength, absolute_share: 0.5 };
        let (warm, along) = path.solve(penalty, &last);
        let (cold, alone) = ElasticNet::new(&examples).solve(penalty, &Coefficients::none(4, 3));
        assert!(along.violation < 1e-8 && alone.violation < 1e-8);
        assert!((&warm.matrix - &cold.matrix).amax() < 1e-6, "{strength}");
        last = warm;
    }
}

#[test]
fn the_strongest_penalty_leaves_only_shares() {
    let examples = by_formula();
    let mut net = ElasticNet::new(&examples);
    let strongest = net.strongest(0.5);
    let at = |net: &mut ElasticNet<'_>, strength: f64| {
        net.solve(Penalty { strength, absolute_share: 0.5 }, &Coefficients::none(4, 3)).0
    };
    let none = at(&mut net, 1.0001 * strongest);
    assert_eq!(none.matrix.rows(1, 4).amax(), 0.0);
    let shares = none.probabilities(&[0.4, -0.2, 0.1, 0.9]);
    for (class, share) in shares.iter().enumerate() {
        assert!((share - examples.outcomes.column(class).mean()).abs() < 1e-8);
    }
    assert!(at(&mut net, 0.99 * strongest).matrix.rows(1, 4).amax() > 0.0);
}

#[test]
fn derivatives_agree_with_differences() {
    let examples = by_formula();
    let net = ElasticNet::new(&examples);
    let at = DMatrix::from_fn(5, 3, |i, k| 0.3 * (i as f64) - 0.2 * (k as f64) + 0.1 * ((i * k) as f64));
    let here = net.at(&at);
    let curvature = net.curvature_at(&here.probabilities);
    for place in 0..15 {
        let moved = |by: f64| {
            let mut next = at.clone();
            next[place] += by;
            net.at(&next)
        };
        let (up, down) = (moved(1e-5), moved(-1e-5));
        assert!(((up.loss - down.loss) / 2e-5 - here.gradient[place]).abs() < 1e-9, "slope {place}");
        for other in 0..15 {
            let numeric = (up.gradient[other] - down.gradient[other]) / 2e-5;
            assert!((numeric - curvature[(other, place)]).abs() < 1e-8, "curvature {other} {place}");
        }
    }
}

#[test]
fn the_shift_over_classes_is_the_best() {
    for alpha in [0.0, 0.3, 0.5, 0.9, 1.0] {
        let penalty = Penalty { strength: 1.0, absolute_share: alpha };
        for b in [[0.4, 1.1, -0.7], [0.0, 0.0, 2.0], [-0.3, -0.2, -0.9], [1.0, 1.0, -2.0]] {
            let cost = |s: f64| {
                b.iter().map(|b| alpha * (b + s).abs() + 0.5 * (1.0 - alpha) * (b + s) * (b + s)).sum::<f64>()
            };
            let s = best_shift(b.into_iter(), penalty);
            let least = (-3000..=3000).map(|i| cost(f64::from(i) / 1000.0)).fold(f64::INFINITY, f64::min);
            assert!(cost(s) <= least + 1e-12, "{b:?} at {alpha}: {s} costs {}, not {least}", cost(s));
        }
    }
}

#[test]
fn known_coefficients_come_back() {
    // Outcomes in exact proportion to a known regression: without penalty the optimum is the regression itself.
    let truth = DMatrix::from_row_slice(3, 3, &[0.2, 0.1, -0.3, 0.8, 0.0, -0.8, -0.5, 0.4, 0.1]);
    let inputs =
        DMatrix::from_fn(81, 2, |i, j| if j == 0 { (i % 9) as f64 } else { (i / 9) as f64 } / 4.0 - 1.0);
    let regression = Coefficients { matrix: truth.clone() };
    let outcomes =
        DMatrix::from_fn(81, 3, |i, k| regression.probabilities(&[inputs[(i, 0)], inputs[(i, 1)]])[k]);
    let examples = Examples { inputs, outcomes, weights: DVector::from_element(81, 1.0 / 81.0) };
    let weak = Penalty { strength: 1e-7, absolute_share: 0.0 };
    let (got, optimum) = ElasticNet::new(&examples).solve(weak, &Coefficients::none(2, 3));
    assert!(optimum.converged);
    // A shift of one input's coefficients over classes changes no probability; the penalty chooses the mean 0.
    for row in 1..3 {
        let mean = truth.row(row).mean();
        for class in 0..3 {
            assert!((got.matrix[(row, class)] - (truth[(row, class)] - mean)).abs() < 1e-4, "{got:?}");
        }
    }
}
