use super::*;

/// Differences with a wave over five matches, so that neighbours are correlated.
fn series() -> Vec<f64> {
    let value = |t: i32| f64::from((t * 37 + 11) % 17 - 8) / 10.0 + 0.3 * f64::from((t / 5) % 3 - 1) - 0.05;
    (0..60).map(value).collect()
}

#[test]
fn the_statistic_of_an_independent_package() {
    // statsmodels 0.15.0: OLS(d, 1).fit(cov_type="HAC", maxlags=L, use_correction=False), t and p of the constant.
    for (lags, statistic, p_value) in [
        (0, -0.717449724793832, 0.47309664721951716),
        (1, -0.636102151632406, 0.5247098432133098),
        (3, -0.7041200054964792, 0.4813580425379118),
        (8, -0.833380508816734, 0.4046301637921266),
    ] {
        let test = diebold_mariano(&series(), Some(lags)).unwrap();
        assert!((test.statistic - statistic).abs() < 1e-12, "{test:?}");
        assert!((test.p_value - p_value).abs() < 1e-12, "{test:?}");
    }
}

#[test]
fn lags_follow_the_number_of_matches() {
    // 4 (60 / 100)^(2/9) = 3.57 and 4 (380 / 100)^(2/9) = 5.38.
    assert_eq!((automatic_lags(60), automatic_lags(380)), (3, 5));
    assert_eq!(diebold_mariano(&series(), None), diebold_mariano(&series(), Some(3)));
}

#[test]
fn the_sign_of_the_statistic_is_that_of_the_difference_and_nothing_gives_no_test() {
    let mirrored: Vec<f64> = series().iter().map(|d| -d).collect();
    let (one, other) = (diebold_mariano(&series(), None).unwrap(), diebold_mariano(&mirrored, None).unwrap());
    assert_eq!((one.statistic, one.p_value), (-other.statistic, other.p_value));
    assert_eq!(diebold_mariano(&[], None), None);
    assert_eq!(diebold_mariano(&[0.1], None), None);
    assert_eq!(diebold_mariano(&[0.0; 40], None), None, "the same forecaster twice");
}

#[test]
fn complementary_error_function() {
    // mpmath with 50 digits.
    for (x, expected) in [
        (0.0, 1.0),
        (0.1, 0.887537083981715),
        (1.0, 0.15729920705028513),
        (2.0, 0.004677734981047266),
        (2.4999, 0.0004071699003334514),
        (2.5, 0.0004069520174449589),
        (3.0, 2.209049699858544e-05),
        (5.0, 1.537459794428035e-12),
        (8.0, 1.1224297172982926e-29),
    ] {
        let got = erfc(x);
        assert!((got / expected - 1.0).abs() < 1e-11, "{x}: {got}");
    }
}

#[test]
fn sign_tests_are_exact() {
    // mpmath: 2 sum of binomial(n, i) / 2^n up to k.
    for (k, n, expected) in [
        (2, 10, 0.109375),
        (160, 380, 0.0024285919578829257),
        (4300, 8941, 0.00032299880948031539),
        (1, 2, 1.0),
        (0, 0, 1.0),
    ] {
        let got = two_sided_binomial(k, n);
        assert!((got / expected - 1.0).abs() < 1e-10, "{k} of {n}: {got}");
    }
    let test = sign_test(&[-0.1, -0.2, 0.3, 0.0, -0.4]);
    assert_eq!((test.first_lower, test.second_lower, test.level), (3, 1, 1));
    assert!((test.p_value - 0.625).abs() < 1e-15, "2 (1 + 4) / 16");
}
