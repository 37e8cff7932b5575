use super::*;

/// Uniform numbers by SplitMix64 (Steele, Lea and Flood 2014), so that the input is a formula.
struct Uniform(u64);

impl Uniform {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 * 2_f64.powi(-53)
    }
}

struct Case {
    name: &'static str,
    seed: u64,
    chains: usize,
    draws: usize,
    phi: f64,
    /// `value = finish((x + shift * chain) * (1 + stretch * chain))` of `x = phi x + u + u + u - 1.5`.
    shift: f64,
    stretch: f64,
    finish: fn(f64) -> f64,
    /// R-hat, bulk ESS, tail ESS, standard error of the mean.
    expected: [f64; 4],
}

impl Case {
    fn chains(&self) -> Vec<Vec<f64>> {
        let chain = |number: usize| {
            let mut uniform = Uniform(self.seed + number as u64);
            let mut x = 0.0;
            let mut draw = || {
                let u = uniform.next() + uniform.next() + uniform.next() - 1.5;
                x = self.phi * x + u;
                (self.finish)((x + self.shift * number as f64) * (1.0 + self.stretch * number as f64))
            };
            (0..self.draws).map(|_| draw()).collect()
        };
        (0..self.chains).map(chain).collect()
    }
}

/// What ArviZ 0.23.4 says: `rhat(method="rank")`, `ess(method="bulk")`, `ess(method="tail")`, `mcse(method="mean")`.
fn cases() -> [Case; 7] {
    let plain = Case {
        name: "white",
        seed: 11,
        chains: 4,
        draws: 1000,
        phi: 0.0,
        shift: 0.0,
        stretch: 0.0,
        finish: |x| x,
        expected: [1.0003025628610493, 4108.420043180861, 4015.5846331149896, 0.007845933290567098],
    };
    [
        Case {
            name: "sticky",
            seed: 21,
            phi: 0.9,
            expected: [1.0296611016169555, 199.3768391741107, 344.92056244489964, 0.07881366679944249],
            ..plain
        },
        Case {
            name: "apart",
            seed: 31,
            draws: 500,
            phi: 0.5,
            shift: 0.1,
            expected: [1.0251046050187957, 577.2309960532841, 1229.5205998608035, 0.02449240555430397],
            ..plain
        },
        Case {
            name: "of unequal spread",
            seed: 41,
            draws: 500,
            phi: 0.3,
            stretch: 0.3,
            expected: [1.0319291347506936, 1262.356006923107, 1365.188281006464, 0.021980443444568544],
            ..plain
        },
        Case {
            name: "heavy",
            seed: 51,
            draws: 800,
            phi: 0.6,
            finish: |x| x * x * x,
            expected: [1.0016986233302683, 826.0293455143064, 1479.42319513825, 0.02436273100234029],
            ..plain
        },
        Case {
            name: "alternating, of odd length",
            seed: 61,
            chains: 2,
            draws: 601,
            phi: -0.5,
            expected: [1.0014677105202778, 3695.0174952571497, 1066.0913053656616, 0.008975056659022988],
            ..plain
        },
        Case {
            name: "in steps",
            seed: 71,
            chains: 3,
            draws: 400,
            phi: 0.4,
            finish: |x| (2.0 * x).floor(),
            expected: [1.0064868836082232, 411.0500896247824, 698.6525565611505, 0.056550909938815765],
            ..plain
        },
        plain,
    ]
}

#[test]
fn diagnostics_are_those_of_an_independent_program() {
    for case in cases() {
        let chains = case.chains();
        let chains: Vec<&[f64]> = chains.iter().map(Vec::as_slice).collect();
        let Mixing { r_hat, bulk_ess, tail_ess } = mixing(&chains).unwrap();
        let got = [r_hat, bulk_ess, tail_ess, mcse_mean(&chains).unwrap()];
        // The other program takes quantiles and standard deviation before it drops the middle draw of an odd chain.
        let tolerance = if case.draws.is_multiple_of(2) { 1e-9 } else { 0.02 };
        for (got, want) in got.iter().zip(case.expected) {
            assert!((got / want - 1.0).abs() < tolerance, "{}: {got} against {want}", case.name);
        }
        assert!((got[0] - case.expected[0]).abs() < 1e-9, "{}", case.name);
    }
}

/// `scipy.stats.norm.ppf`, SciPy 1.
#[test]
fn normal_quantiles() {
    for (p, z) in [
        (1e-12, -7.034483825301131),
        (1e-5, -4.264890793922825),
        (0.01, -2.3263478740408408),
        (0.07, -1.4757910281791706),
        (0.2, -0.8416212335729142),
        (0.5, 0.0),
        (0.6, 0.2533471031357997),
        (0.93, 1.475791028179171),
        (0.999, 3.090232306167813),
        (0.999999999, 5.997807019601637),
    ] {
        assert!((normal_quantile(p) - z).abs() < 1e-12, "{p}: {}", normal_quantile(p));
    }
}

#[test]
fn the_gate_names_what_is_wrong() {
    let [sticky, ..] = cases();
    let (bad, good) = (sticky.chains(), cases().into_iter().next_back().unwrap().chains());
    let views = |chains: &'static [Vec<f64>]| chains.iter().map(Vec::as_slice).collect::<Vec<&[f64]>>();
    let (bad, good) = (views(bad.leak()), views(good.leak()));
    let fine = Diagnostics::of(&[("fine".into(), good.clone())], 0, Gate::default());
    assert!(fine.passed() && fine.chains == 4 && fine.draws == 1000, "{fine:?}");
    let poor = Diagnostics::of(&[("fine".into(), good.clone()), ("slow".into(), bad)], 3, Gate::default());
    assert!(!poor.passed());
    assert_eq!((poor.max_r_hat.parameter.as_str(), poor.min_bulk_ess.parameter.as_str()), ("slow", "slow"));
    let all = poor.problems.join("; ");
    for word in ["R-hat of slow", "bulk ESS of slow", "tail ESS of slow", "3 divergent"] {
        assert!(all.contains(word), "{word} in {all}");
    }
    let stuck = vec![1.0; 100];
    let frozen = Diagnostics::of(&[("frozen".into(), vec![&stuck, &stuck])], 0, Gate::default());
    assert!(frozen.problems.iter().any(|p| p.contains("frozen did not move")), "{frozen:?}");
}

#[test]
fn too_few_or_unusable_draws_have_no_diagnostics() {
    assert_eq!(mixing(&[&[1.0, 2.0, 3.0]]), None);
    assert_eq!(mixing(&[]), None);
    assert_eq!(mixing(&[&[1.0, 2.0, f64::NAN, 4.0]]), None);
    assert_eq!(mcse_mean(&[&[2.0; 50]]), None);
    assert_eq!(quantile(&[], 0.5), None);
    assert_eq!(quantile(&[1.0, 2.0, 4.0], 0.75), Some(3.0));
}
