use domain::{
    CompetitionId, KnownRule, ScoreDistribution, Season, Sequence, Sport, Stage, TeamId, Times,
    market::{Line, MarketKind},
    quote::Series,
};

use super::*;

const KICKOFF: i64 = 1_700_000_000;

fn moment(before_kickoff_secs: i64) -> Timestamp {
    Timestamp::from_second(KICKOFF - before_kickoff_secs).unwrap()
}

fn fixture() -> Fixture {
    Fixture {
        id: FixtureId(7),
        competition: "eng.1".parse::<CompetitionId>().unwrap(),
        sport: Sport::Soccer,
        season: Season { start_year: 2023 },
        home: TeamId(1),
        away: TeamId(2),
        kickoff: Kickoff::At(moment(0)),
        neutral: false,
        stage: Stage::Regular,
        status: FixtureStatus::Scheduled,
    }
}

/// Home 0.5, draw 0.25, away 0.25.
fn forecast() -> Forecast {
    let distribution = ScoreDistribution::from_weights(2, vec![0.125, 0.25, 0.5, 0.125]).unwrap();
    Forecast {
        fixture: FixtureId(7),
        as_of: moment(3_600),
        model: "toy".into(),
        distribution,
        uncertainty: None,
        training_matches: 0,
    }
}

fn quote(book: &str, selection: Selection, price: f64, before_kickoff_secs: i64) -> Fact<Quote> {
    let known_at = moment(before_kickoff_secs);
    let series =
        Series { book: book.parse().unwrap(), market: Market::THREE_WAY, selection, phase: Phase::Observed };
    Fact {
        times: Times {
            occurred_at: known_at,
            known_at,
            known_rule: KnownRule::Observed,
            recorded_at: known_at,
            sequence: Sequence(1),
        },
        value: Quote { fixture: FixtureId(7), series, odds: DecimalOdds::new(price).unwrap() },
    }
}

fn three_way(book: &str, prices: [f64; 3]) -> Vec<Fact<Quote>> {
    let sides = Market::THREE_WAY.selections();
    sides.into_iter().zip(prices).map(|(side, price)| quote(book, side, price, 3_700)).collect()
}

fn found(quotes: &[Fact<Quote>]) -> Vec<Candidate> {
    candidates(&fixture(), &forecast(), quotes.iter().copied(), moment(3_600), &QuoteRules::default())
        .unwrap()
}

#[test]
fn edge_on_every_side_against_both_prices() {
    let all = found(&three_way("pinnacle", [2.1, 3.6, 3.8]));
    assert_eq!(all.iter().map(|c| c.selection).collect::<Vec<_>>(), Market::THREE_WAY.selections());
    for (candidate, (p, price)) in all.iter().zip([(0.5, 2.1), (0.25, 3.6), (0.25, 3.8)]) {
        assert!((candidate.edge - (p * price - 1.0)).abs() < 1e-12);
        let fair = 1.0 / candidate.market_probability.unwrap();
        assert!((candidate.edge_devigged.unwrap() - (p * fair - 1.0)).abs() < 1e-12);
        assert!(candidate.edge_devigged.unwrap() > candidate.edge, "the margin costs");
    }
    let sum: f64 = all.iter().filter_map(|c| c.market_probability).sum();
    assert!((sum - 1.0).abs() < 1e-9);
}

#[test]
fn the_best_book_per_side() {
    let mut quotes = three_way("pinnacle", [2.1, 3.6, 3.8]);
    quotes.extend(three_way("bet365", [2.05, 3.7, 3.8]));
    quotes.extend(three_way("market_maximum", [2.5, 4.0, 4.5]));
    let best: Vec<_> = found(&quotes).iter().map(|c| (c.book.to_string(), c.odds.value())).collect();
    let named = |book: &str, price: f64| (book.to_owned(), price);
    let expected = [named("pinnacle", 2.1), named("bet365", 3.7), named("bet365", 3.8)];
    assert_eq!(best, expected, "equal prices go to the first name, and nobody takes bets at the maximum");
    let only = QuoteRules { books: Books::Only(vec![BookId::MARKET_MAXIMUM]), ..QuoteRules::default() };
    let all = candidates(&fixture(), &forecast(), quotes.iter().copied(), moment(3_600), &only).unwrap();
    assert_eq!(all.len(), 3);
    assert!(all.iter().all(|c| c.edge_devigged.is_none()), "an arbitrage book has no margin to remove");
    let every =
        every_price(&fixture(), &forecast(), quotes.iter().copied(), moment(3_600), &QuoteRules::default())
            .unwrap();
    assert_eq!(every.len(), 6);
}

#[test]
fn only_prices_that_could_be_taken() {
    let at = moment(3_600);
    let rules = QuoteRules::default();
    let takes = |change: &dyn Fn(&mut Fact<Quote>)| {
        let mut quote = quote("pinnacle", Selection::Home, 2.1, 3_601);
        change(&mut quote);
        rules.takes(&quote, at)
    };
    assert!(takes(&|_| ()));
    assert!(!takes(&|q| q.times.known_at = at), "not known before the decision");
    assert!(takes(&|q| q.times.known_at = moment(3_600 + 1_200)));
    assert!(!takes(&|q| q.times.known_at = moment(3_600 + 1_201)), "stale after 20 minutes");
    for (phase, expected) in
        [(Phase::Opening, false), (Phase::Closing, false), (Phase::PreMatch, true), (Phase::Observed, true)]
    {
        assert_eq!(takes(&|q| q.value.series.phase = phase), expected, "{phase:?}");
    }
    let days = |n: i64| moment(3_600 + n * 86_400);
    let collected = |n| {
        move |q: &mut Fact<Quote>| {
            q.value.series.phase = Phase::PreMatch;
            q.times.known_at = days(n);
        }
    };
    assert!(takes(&collected(4)) && !takes(&collected(5)));
}

#[test]
fn the_latest_price_of_a_book_replaces_the_better_earlier_one() {
    let quotes = [
        quote("pinnacle", Selection::Home, 2.0, 3_650),
        quote("pinnacle", Selection::Home, 2.3, 3_900),
        quote("pinnacle", Selection::Home, 2.4, 3_500),
    ];
    let all = found(&quotes);
    assert_eq!(all.len(), 1);
    assert_eq!(all[0].odds.value(), 2.0, "2.3 is gone and 2.4 is not known yet");
    assert_eq!(all[0].market_probability, None, "one side of three is no market");
}

#[test]
fn a_refund_changes_the_edge_and_not_its_sign() {
    let zero = Market::new(MarketKind::AsianHandicap, Some(Line::from_quarters(0))).unwrap();
    let mut quotes = three_way("pinnacle", [1.45, 3.0, 2.9]);
    quotes.remove(1);
    for quote in &mut quotes {
        quote.value.series.market = zero;
    }
    let all = found(&quotes);
    // Won 0.5, refunded 0.25, lost 0.25 on the home side.
    assert!((all[0].edge - (0.5 * 0.45 - 0.25)).abs() < 1e-12);
    assert!((all[1].edge - (0.25 * 1.9 - 0.5)).abs() < 1e-12);
    let p = all[0].market_probability.unwrap();
    assert!((all[0].edge_devigged.unwrap() - (0.5 * (1.0 / p - 1.0) - 0.25)).abs() < 1e-12);
}

#[test]
fn a_forecast_of_another_match_or_from_the_future_is_refused() {
    let quotes = three_way("pinnacle", [2.1, 3.6, 3.8]);
    let rules = QuoteRules::default();
    let at = |at| every_price(&fixture(), &forecast(), quotes.iter().copied(), at, &rules);
    assert!(matches!(at(moment(3_601)), Err(BettingError::LookAhead { .. })));
    let other = Forecast { fixture: FixtureId(8), ..forecast() };
    let result = every_price(&fixture(), &other, quotes.iter().copied(), moment(3_600), &rules);
    assert!(matches!(result, Err(BettingError::OtherFixture { .. })));
}

#[test]
fn no_bets_once_the_match_may_have_begun_or_is_off() {
    let late = QuoteRules { observed_max_age_secs: 100_000, ..QuoteRules::default() };
    let quotes = three_way("pinnacle", [2.1, 3.6, 3.8]);
    let count = |fixture: &Fixture, at| {
        every_price(fixture, &forecast(), quotes.iter().copied(), at, &late).unwrap().len()
    };
    assert_eq!(count(&fixture(), moment(0)), 3);
    assert_eq!(count(&fixture(), moment(-1)), 0);
    for status in [FixtureStatus::Postponed, FixtureStatus::Abandoned, FixtureStatus::Cancelled] {
        assert_eq!(count(&Fixture { status, ..fixture() }, moment(60)), 0, "{status:?}");
    }
}
