use domain::{
    BookId, Briefing, DecimalOdds, Fixture, History, Phase, RecordedBy, TeamId, margin::MarginRemoval,
};
use testkit::SoccerLeague;

use super::{
    filter::{Filter, expected_goals},
    performance::Performance,
    price::{LAST, prices, view},
    settings::{PRICES, RESULTS},
    strength::{SUPREMACY, TOTAL, Team},
    *,
};
use crate::test_history::{LEAGUE, TestHistory, at, noon};

fn variants() -> [DynamicStrengths; 4] {
    [
        DynamicStrengths::goals_only(),
        DynamicStrengths::with_statistics(),
        DynamicStrengths::with_past_closing_lines(),
        DynamicStrengths::with_opening_odds(),
    ]
}

fn home_win(model: DynamicStrengths, history: &History, day: i64, fixture: &Fixture) -> f64 {
    let snapshot = at(history, noon(day));
    let fitted = model.fit(&snapshot, LEAGUE, None).unwrap();
    fitted.forecast(&snapshot.briefing(fixture)).unwrap().distribution.outcome_probabilities().home
}

/// Four sides that always draw 1-1. Prices, if any, call side 1 the strongest by far.
fn even_results(priced: bool) -> TestHistory {
    let mut history = TestHistory::default();
    let pairs = [(1, 2), (3, 4), (2, 1), (4, 3), (1, 3), (4, 1)];
    for round in 0..12 {
        for (place, (home, away)) in (0..).zip(pairs) {
            let day = round * 12 + 2 * place;
            let fixture = history.play(day, home, away, (1, 1));
            let odds = match (home, away) {
                (1, _) => [1.25, 6.5, 12.0],
                (_, 1) => [12.0, 6.5, 1.25],
                _ => [2.4, 3.4, 3.1],
            };
            if priced {
                history.quote(&fixture, BookId::MARKET_AVERAGE, Phase::Closing, 0, &odds);
            }
        }
    }
    history
}

#[test]
fn a_price_is_a_kalman_update() {
    let price = price_of(&[1.5, 4.4, 7.0]);
    let mut filter = Filter::default();
    let fixture = TestHistory::default().announce(0, 1, 2);
    let before = filter.expect(&PRICES, &fixture);
    // A performance that is just what the price expects teaches nothing more.
    let (home, away) = expected_goals(price.supremacy, price.total);
    filter.learn(&PRICES, &fixture, Some(price), Performance { home, away, phi: 1e12 });
    let after = filter.expect(&PRICES, &fixture);
    for (before, after, seen, noise) in [
        (before.supremacy, after.supremacy, price.supremacy, PRICES.price_variance[SUPREMACY]),
        (before.total, after.total, price.total, PRICES.price_variance[TOTAL]),
    ] {
        let gain = before.variance / (before.variance + noise);
        assert!((after.mean - (before.mean + gain * (seen - before.mean))).abs() < 1e-9, "{after:?}");
        // Without covariances every part keeps its own: the sum is a little wider than the exact posterior.
        assert!(after.variance < before.variance && after.variance > (1.0 - gain) * before.variance);
    }
}

fn price_of(odds: &[f64; 3]) -> price::Implied {
    let mut history = TestHistory::default();
    let fixture = history.play(0, 1, 2, (0, 0));
    history.quote(&fixture, BookId::MARKET_AVERAGE, Phase::Closing, 0, odds);
    let history = history.build();
    let snapshot = at(&history, noon(1));
    let quotes: Vec<_> = snapshot.quotes(fixture.id).collect();
    prices(&quotes, &LAST).unwrap().implied().unwrap()
}

#[test]
fn a_price_implies_its_own_probabilities() {
    let odds = [4.2, 3.7, 1.95];
    let implied = price_of(&odds);
    let devigged = MarginRemoval::Shin.remove(&odds.map(|price| DecimalOdds::new(price).unwrap())).unwrap();
    let view = view(implied.supremacy, implied.total);
    for (got, want) in [view.home, view.draw, view.away].into_iter().zip(devigged.probabilities) {
        assert!((got - want).abs() < 1e-8, "{view:?}");
    }
}

#[test]
fn a_step_is_that_of_fisher_scoring() {
    let mut filter = Filter::default();
    let fixture = Fixture { neutral: true, ..TestHistory::default().announce(0, 1, 2) };
    let before = filter.expect(&RESULTS, &fixture);
    let performance = Performance { home: 3.0, away: 0.0, phi: 0.5 };
    filter.learn(&RESULTS, &fixture, None, performance);
    let after = filter.expect(&RESULTS, &fixture);
    // Nobody is at home, so S = 0 before: lambda = mu = exp(0.55 / 2), and phi = 1/2 doubles what is learnt.
    let lambda = (0.55f64 / 2.0).exp();
    let information = 2.0 * lambda / (4.0 * 0.5);
    let (score_s, score_t) = (3.0, 3.0 - 2.0 * lambda);
    for (before, after, score) in
        [(before.supremacy, after.supremacy, score_s), (before.total, after.total, score_t)]
    {
        let gain = before.variance / (1.0 + information * before.variance);
        assert!((after.mean - before.mean - gain * score).abs() < 1e-12, "{before:?} {after:?}");
    }
    // Home advantage has learnt nothing where nobody was at home.
    assert_eq!(filter.level()[SUPREMACY], Filter::default().level()[SUPREMACY]);
}

#[test]
fn time_forgets_form_and_promoted_sides_start_below() {
    let fixture = TestHistory::default().announce(0, 1, 2);
    let (season, day) = (fixture.season, 18_000.0);
    let mut team = Team::founder(&PRICES, season, day);
    team.fast[SUPREMACY].mean = 0.2;
    for _ in 0..10 {
        team.has_played();
    }
    let later = team.at(&PRICES, season, day + PRICES.fast_days / 2.0);
    assert!((later.fast[SUPREMACY].mean - 0.2 * (-0.5f64).exp()).abs() < 1e-12);
    let next = domain::Season::starting(season.start_year + 1);
    let variance = |team: &Team| team.slow[SUPREMACY].variance;
    assert!(variance(&team.at(&PRICES, next, day + 90.0)) > variance(&team) * 0.97 * 0.97 + 0.0134);
    let promoted = Team::newcomer(&PRICES, None, next, day);
    assert_eq!(promoted.sum(SUPREMACY).mean, PRICES.newcomer_supremacy);
    let after_next = domain::Season::starting(season.start_year + 2);
    team.slow[SUPREMACY].mean = 0.5;
    let back = team.at(&PRICES, after_next, day + 800.0).slow[SUPREMACY].mean;
    assert!((back - 0.5 * (PRICES.newcomer_supremacy + 0.5)).abs() < 1e-12, "half way: {back}");
}

#[test]
fn true_strengths_are_found_and_doubt_is_honest() {
    let league =
        SoccerLeague { n_teams: 16, n_seasons: 6, promoted: 0, strength_sd: 0.2, ..SoccerLeague::default() };
    let played = league.generate();
    let mut filter = Filter::default();
    let (mut squares, mut in_variances, mut n) = (0.0, 0.0, 0.0);
    for (i, fixture) in played.fixtures.iter().enumerate() {
        let expected = filter.expect(&RESULTS, fixture);
        if i > played.fixtures.len() / 2 {
            let (lambda, mu) = played.truth.expected_goals(fixture);
            let miss = (lambda / mu).ln() - expected.supremacy.mean;
            squares += miss * miss;
            in_variances += miss * miss / expected.supremacy.variance;
            n += 1.0;
        }
        let Some(outcome) = played.history.outcome_for_scoring(fixture.id) else { continue };
        let score = outcome.full_time;
        let goals = Performance { home: f64::from(score.home), away: f64::from(score.away), phi: 1.0 };
        filter.learn(&RESULTS, fixture, None, goals);
    }
    // Strengths stand still here while the filter expects them to move, so its doubt may be too large, not too small.
    assert!((squares / n).sqrt() < 0.25, "{}", (squares / n).sqrt());
    assert!((0.2..1.2).contains(&(in_variances / n)), "{}", in_variances / n);
}

#[test]
fn past_prices_are_read_by_those_that_say_so() {
    let (mut bare, mut priced) = (even_results(false), even_results(true));
    let fixture = bare.announce(150, 1, 3);
    assert_eq!(priced.announce(150, 1, 3), fixture);
    let (bare, priced) = (bare.build(), priced.build());
    let [goals, statistics, closing, opening] = variants();
    for model in [goals, statistics] {
        let (with, without) =
            (home_win(model, &priced, 149, &fixture), home_win(model, &bare, 149, &fixture));
        assert_eq!(with.to_bits(), without.to_bits(), "{}", model.name());
    }
    for model in [closing, opening] {
        let said = home_win(model, &priced, 149, &fixture);
        assert!(said > 0.7, "{} believes the market of the past: {said}", model.name());
        assert!(home_win(model, &bare, 149, &fixture) < 0.6, "{}", model.name());
    }
}

#[test]
fn a_price_of_the_match_itself_is_read_by_opening_odds_alone() {
    let said = |phase: Option<Phase>| {
        let mut history = even_results(true);
        let fixture = history.announce(150, 1, 3);
        if let Some(phase) = phase {
            history.quote(&fixture, BookId::MARKET_AVERAGE, phase, 48, &[5.0, 4.0, 1.7]);
        }
        let history = history.build();
        variants().map(|model| home_win(model, &history, 149, &fixture))
    };
    let (bare, opening, closing) = (said(None), said(Some(Phase::Opening)), said(Some(Phase::Closing)));
    assert_eq!(bare[2].to_bits(), bare[3].to_bits(), "without a price opening_odds is past_closing_lines");
    for i in 0..3 {
        assert_eq!(bare[i].to_bits(), opening[i].to_bits(), "{}", variants()[i].name());
    }
    assert!(opening[3] < 0.3, "{opening:?}");
    assert_eq!(bare, closing, "a closing price is no early price");
}

#[test]
fn a_warm_start_after_a_correction_is_the_cold_fit() {
    let league = SoccerLeague { n_teams: 10, n_seasons: 3, ..SoccerLeague::default() };
    let played = league.generate();
    let n = played.fixtures.len();
    let (start_at, end_at) =
        (played.fixtures[n - 40].kickoff.earliest(), played.fixtures[n - 5].kickoff.earliest());
    let results = |flip: bool| {
        let mut results = played.history.result_facts().to_vec();
        for result in &mut results {
            if flip && result.value.fixture == played.fixtures[n / 2].id {
                result.value.outcome = domain::Outcome::completed(domain::Score::new(9, 0));
            }
        }
        History::new(played.history.fixture_facts().to_vec(), results, Vec::new(), Vec::new())
    };
    let (before, corrected) = (results(false), results(true));
    let fixture = &played.fixtures[n - 5];
    for model in variants() {
        let start = model.fit(&before.as_of(start_at, RecordedBy::Now), league.competition, None).unwrap();
        let snapshot = corrected.as_of(end_at, RecordedBy::Now);
        let said = |start: Option<&dyn FittedModel>| {
            let fitted = model.fit(&snapshot, league.competition, start).unwrap();
            fitted.forecast(&Briefing::bare(fixture)).unwrap()
        };
        let (cold, warm) = (said(None), said(Some(&*start)));
        assert_eq!(cold, warm, "{}", model.name());
        let unmoved = model.fit(&before.as_of(end_at, RecordedBy::Now), league.competition, None).unwrap();
        assert_ne!(
            unmoved.forecast(&Briefing::bare(fixture)).unwrap(),
            cold,
            "{}: the correction counts",
            model.name()
        );
    }
}

#[test]
fn only_soccer() {
    for model in variants() {
        assert!(model.supports(Sport::Soccer) && !model.supports(Sport::Nfl) && !model.supports(Sport::Nba));
    }
    assert_eq!(
        variants().map(|model| model.odds_use()),
        [OddsUse::Nothing, OddsUse::Nothing, OddsUse::PastMatches, OddsUse::ThisMatch]
    );
    let stranger =
        Fixture { home: TeamId(77), away: TeamId(78), ..TestHistory::default().announce(200, 1, 2) };
    let history = even_results(true).build();
    assert!(home_win(DynamicStrengths::with_opening_odds(), &history, 199, &stranger) > 0.2);
}
