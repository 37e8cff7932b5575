use domain::{Currency, market::Line, market::MarketKind};
use proptest::prelude::*;

use super::*;
use crate::{GradeDistribution, decision::Policy, exposure::day_of};

/// A bet that wins with probability `p`, on the match of that number; matches 1 to 9 are on one day, 10 to 19 on the next.
fn candidate(fixture: i64, selection: Selection, p: f64, price: f64) -> Candidate {
    let odds = DecimalOdds::new(price).unwrap();
    let grades = GradeDistribution::win_or_lose(Probability::new(p).unwrap());
    let day = 86_400 * (fixture / 10);
    Candidate {
        fixture: FixtureId(fixture),
        kickoff: Kickoff::At(Timestamp::from_second(1_700_000_000 + day).unwrap()),
        model: "toy".into(),
        at: Timestamp::from_second(1_699_990_000).unwrap(),
        book: BookId::PINNACLE,
        market: Market::THREE_WAY,
        selection,
        odds,
        quoted_at: Timestamp::from_second(1_699_980_000).unwrap(),
        edge: grades.expected_value(odds),
        grades,
        market_probability: None,
        edge_devigged: None,
    }
}

fn euros(minor: i64) -> Money {
    Money::new(minor, Currency::EUR)
}

fn account() -> Account {
    Account::fresh("run-1", PAPER_BANKROLL)
}

fn full_kelly() -> Policy {
    let limits = Limits { per_bet: 1.0, per_event: 1.0, per_day: 1.0, max_edge: 9.0, ..Limits::default() };
    Policy { staking: Staking::Kelly { fraction: 1.0 }, limits, ..Policy::default() }
}

fn stakes(policy: &Policy, account: &Account, candidates: &[Candidate]) -> Vec<i64> {
    decide(policy, account, candidates).unwrap().iter().map(|d| d.stake.minor).collect()
}

#[test]
fn the_default_policy() {
    let Policy { staking, limits, per_fixture } = Policy::default();
    assert_eq!(staking, Staking::Kelly { fraction: 0.25 });
    assert_eq!((limits.per_bet, limits.per_event, limits.per_day), (0.02, 0.03, 0.10));
    assert_eq!((limits.min_edge, limits.max_edge, limits.max_odds), (0.02, 0.25, 15.0));
    assert_eq!(per_fixture, PerFixture::OneSide);
    assert_eq!(PAPER_BANKROLL.to_string(), "10000.00 EUR");
    assert_eq!(serde_json::from_str::<Policy>("{}").unwrap(), Policy::default());
    assert!(serde_json::from_str::<Policy>(r#"{"stake":1}"#).is_err(), "unknown settings are refused");
}

#[test]
fn a_bet_with_its_reasons() {
    // 0.55 at 2.0: Kelly 10 %, a quarter of it 2.5 %, capped at 2 % of 10,000.00.
    let all = decide(&Policy::default(), &account(), &[candidate(1, Selection::Home, 0.55, 2.0)]).unwrap();
    let [bet] = all.as_slice() else { panic!("one bet, not {all:?}") };
    assert_eq!((bet.stake, bet.wanted), (euros(20_000), euros(25_000)));
    assert_eq!(bet.limited_by, Some(Cap::Bet));
    assert!((bet.edge - 0.1).abs() < 1e-12 && (bet.probability.value() - 0.55).abs() < 1e-12);
    assert_eq!(bet.idempotency_key, "run-1/1/three_way/-/home/1699980000000000");
    let stored = serde_json::to_string(bet).unwrap();
    assert_eq!(serde_json::from_str::<Decision>(&stored).unwrap(), *bet);
}

#[test]
fn the_key_names_the_bet_and_not_the_price() {
    let key = |run: &str, change: &dyn Fn(&mut Candidate)| {
        let mut c = candidate(1, Selection::Home, 0.55, 2.0);
        change(&mut c);
        decide(&full_kelly(), &Account::fresh(run, PAPER_BANKROLL), &[c]).unwrap()[0].idempotency_key.clone()
    };
    let handicap =
        |quarters| Market::new(MarketKind::AsianHandicap, Some(Line::from_quarters(quarters))).unwrap();
    let plain = key("a", &|_| ());
    assert_eq!(plain, key("a", &|c| c.book = BookId::MARKET_AVERAGE));
    assert_eq!(
        plain,
        key("a", &|c| c.at = Timestamp::from_second(1_699_990_001).unwrap()),
        "decided again later"
    );
    let mut different = vec![
        plain,
        key("b", &|_| ()),
        key("a", &|c| c.fixture = FixtureId(2)),
        key("a", &|c| c.selection = Selection::Away),
        key("a", &|c| c.market = Market::MONEYLINE),
        key("a", &|c| c.market = handicap(-3)),
        key("a", &|c| c.market = handicap(3)),
        key("a", &|c| c.quoted_at = Timestamp::from_second(1_699_980_001).unwrap()),
    ];
    different.sort();
    different.dedup();
    assert_eq!(different.len(), 8);
}

#[test]
fn why_a_candidate_is_refused() {
    let verdict =
        |candidate: Candidate| match judge(&Policy::default(), &account(), &[candidate]).unwrap().remove(0) {
            Verdict::Bet(_) => None,
            Verdict::Refused(refusal) => Some(refusal),
        };
    assert_eq!(verdict(candidate(1, Selection::Home, 0.52, 2.0)), None);
    assert_eq!(verdict(candidate(1, Selection::Home, 0.505, 2.0)), Some(Refusal::EdgeTooSmall));
    assert_eq!(verdict(candidate(1, Selection::Home, 0.65, 2.0)), Some(Refusal::EdgeTooGood));
    assert_eq!(verdict(candidate(1, Selection::Home, 0.066, 16.0)), Some(Refusal::OddsTooLong));
    let nan = Candidate { edge: f64::NAN, ..candidate(1, Selection::Home, 0.55, 2.0) };
    assert_eq!(verdict(nan), Some(Refusal::EdgeTooSmall));
    let poor = Account::fresh("run-1", euros(1_000));
    let all = judge(&Policy::default(), &poor, &[candidate(1, Selection::Home, 0.55, 2.0)]).unwrap();
    assert_eq!(all, [Verdict::Refused(Refusal::BelowMinimumStake)], "2 % of 10.00 is 0.20");
    let broke = Account::fresh("run-1", euros(-5));
    let all = judge(&Policy::default(), &broke, &[candidate(1, Selection::Home, 0.55, 2.0)]).unwrap();
    assert_eq!(all, [Verdict::Refused(Refusal::NothingWanted)]);
    let bad = Policy { staking: Staking::Kelly { fraction: 2.0 }, ..Policy::default() };
    assert!(judge(&bad, &account(), &[]).is_err());
}

#[test]
fn one_side_of_one_market_per_match() {
    // Growth at the Kelly stake: 0.0050 for the favourite, 0.0012 for the long shot with twice its edge.
    let long_shot = Candidate { market: Market::MONEYLINE, ..candidate(1, Selection::Away, 0.1, 12.0) };
    let all = [long_shot, candidate(1, Selection::Home, 0.55, 2.0), candidate(2, Selection::Draw, 0.3, 3.6)];
    let decided = decide(&full_kelly(), &account(), &all).unwrap();
    let sides: Vec<_> = decided.iter().map(|d| (d.fixture.0, d.selection)).collect();
    assert_eq!(sides, [(1, Selection::Home), (2, Selection::Draw)]);
    let verdicts = judge(&full_kelly(), &account(), &all).unwrap();
    assert_eq!(verdicts[0], Verdict::Refused(Refusal::BetterOnFixture));
    let open = Exposure::of_open([(FixtureId(1), all[1].kickoff, euros(500))]).unwrap();
    let account = Account::new("run-1", PAPER_BANKROLL, open).unwrap();
    let verdicts = judge(&full_kelly(), &account, &all).unwrap();
    assert_eq!(verdicts[1], Verdict::Refused(Refusal::AlreadyOnFixture));
    assert!(matches!(verdicts[2], Verdict::Bet(_)));
}

#[test]
fn several_sides_of_one_market_are_sized_together() {
    // reference/betting/kelly.json, mutually_exclusive: 0.10909 and 0.07273 of the bankroll, nothing on the away side.
    let mut all = vec![candidate(1, Selection::Home, 0.45, 2.4), candidate(1, Selection::Draw, 0.3, 3.6)];
    let policy = Policy { per_fixture: PerFixture::SidesOfOneMarket, ..full_kelly() };
    assert_eq!(stakes(&policy, &account(), &all), [109_090, 72_727]);
    // Another market of the match is left alone, and each side alone would have been worth less than both together.
    all.push(Candidate { market: Market::MONEYLINE, ..candidate(1, Selection::Home, 0.52, 2.0) });
    assert_eq!(stakes(&policy, &account(), &all), [109_090, 72_727]);
    let every = Policy { per_fixture: PerFixture::AllMarkets, ..full_kelly() };
    assert_eq!(stakes(&every, &account(), &all), [57_142, 30_769, 40_000], "each sized alone");
}

#[test]
fn opinions_that_exceed_certainty_are_sized_alone() {
    let policy = Policy { per_fixture: PerFixture::SidesOfOneMarket, ..full_kelly() };
    let all = [candidate(1, Selection::Home, 0.7, 2.0), candidate(1, Selection::Draw, 0.6, 2.0)];
    assert_eq!(stakes(&policy, &account(), &all), [400_000, 200_000]);
    let mut two_models = [candidate(1, Selection::Home, 0.45, 2.4), candidate(1, Selection::Draw, 0.3, 3.6)];
    two_models[1].model = "other".into();
    assert_eq!(stakes(&policy, &account(), &two_models), [57_142, 30_769]);
}

#[test]
fn caps_are_shared_in_proportion() {
    let flat = |stake_minor| Policy { staking: Staking::Flat { stake_minor }, ..Policy::default() };
    let limits = Limits { per_bet: 0.05, ..Limits::default() };
    // Two bets of 200.00 on one match: 300.00 between them.
    let two = [candidate(1, Selection::Home, 0.55, 2.0), candidate(1, Selection::Draw, 0.3, 3.6)];
    let every = Policy { per_fixture: PerFixture::AllMarkets, limits, ..flat(20_000) };
    assert_eq!(stakes(&every, &account(), &two), [15_000, 15_000]);
    // Eight matches on one day at 200.00: 1,000.00 between them; the ninth is on another day.
    let mut nine: Vec<_> = (1..9).map(|f| candidate(f, Selection::Home, 0.55, 2.0)).collect();
    nine.push(candidate(10, Selection::Home, 0.55, 2.0));
    let mut expected = vec![12_500; 8];
    expected.push(20_000);
    assert_eq!(stakes(&flat(20_000), &account(), &nine), expected);
    let decided = decide(&flat(20_000), &account(), &nine).unwrap();
    assert_eq!((decided[0].limited_by, decided[8].limited_by), (Some(Cap::Day), None));
    // What is open already takes its part of the room.
    let open = Exposure::of_open([(FixtureId(9), nine[0].kickoff, euros(60_000))]).unwrap();
    let busy = Account::new("run-1", PAPER_BANKROLL, open).unwrap();
    assert_eq!(stakes(&flat(20_000), &busy, &nine)[0], 5_000);
    let open = Exposure::of_open([(FixtureId(1), nine[0].kickoff, euros(20_000))]).unwrap();
    let again = Account::new("run-1", PAPER_BANKROLL, open).unwrap();
    assert_eq!(stakes(&every, &again, &two), [5_000, 5_000], "100.00 is left on the match");
}

#[test]
fn no_more_is_staked_than_there_is() {
    let policy = Policy { staking: Staking::Proportional { share: 0.5 }, ..full_kelly() };
    let four: Vec<_> = [1, 10, 20, 30].map(|f| candidate(f, Selection::Home, 0.55, 2.0)).to_vec();
    assert_eq!(stakes(&policy, &account(), &four), [250_000; 4]);
    let elsewhere = candidate(40, Selection::Home, 0.5, 2.0).kickoff;
    let open = Exposure::of_open([(FixtureId(40), elsewhere, euros(990_000))]).unwrap();
    let nearly_all = Account::new("run-1", PAPER_BANKROLL, open).unwrap();
    assert_eq!(stakes(&policy, &nearly_all, &four), [2_500; 4]);
    let dollars = Money::new(1, "USD".parse().unwrap());
    let foreign = Exposure::of_open([(FixtureId(40), four[0].kickoff, dollars)]).unwrap();
    assert!(Account::new("run-1", PAPER_BANKROLL, foreign).is_err());
}

#[test]
fn the_same_side_offered_twice_is_bet_once_at_the_better_price() {
    let twice = [
        candidate(1, Selection::Home, 0.55, 2.0),
        Candidate { book: BookId::MARKET_AVERAGE, ..candidate(1, Selection::Home, 0.55, 2.05) },
    ];
    let every = Policy { per_fixture: PerFixture::AllMarkets, ..full_kelly() };
    for policy in [full_kelly(), every] {
        let decided = decide(&policy, &account(), &twice).unwrap();
        assert_eq!(decided.len(), 1);
        assert_eq!(decided[0].odds.value(), 2.05);
    }
}

fn any_candidate() -> impl Strategy<Value = Candidate> {
    let side = prop_oneof![Just(Selection::Home), Just(Selection::Draw), Just(Selection::Away)];
    (1i64..25, side, 0.05f64..0.9, 1.05f64..20.0).prop_map(|(f, side, p, price)| candidate(f, side, p, price))
}

fn any_policy() -> impl Strategy<Value = Policy> {
    let staking = prop_oneof![
        (0.01f64..=1.0).prop_map(|fraction| Staking::Kelly { fraction }),
        (1i64..500_000).prop_map(|stake_minor| Staking::Flat { stake_minor }),
        (0.001f64..=1.0).prop_map(|share| Staking::Proportional { share }),
    ];
    let per = prop_oneof![
        Just(PerFixture::OneSide),
        Just(PerFixture::SidesOfOneMarket),
        Just(PerFixture::AllMarkets)
    ];
    (staking, per, 0.001f64..0.2, 0.001f64..0.3, 0.001f64..0.5).prop_map(
        |(staking, per_fixture, per_bet, per_event, per_day)| Policy {
            staking,
            per_fixture,
            limits: Limits {
                per_bet,
                per_event,
                per_day,
                max_edge: 20.0,
                max_odds: 20.0,
                ..Limits::default()
            },
        },
    )
}

proptest! {
    #[test]
    fn no_cap_is_ever_exceeded(
        candidates in prop::collection::vec(any_candidate(), 0..60),
        policy in any_policy(),
        bankroll in 0i64..5_000_000,
    ) {
        let decided = decide(&policy, &Account::fresh("run-1", euros(bankroll)), &candidates).unwrap();
        let cap = |share: f64| share * bankroll as f64 + 1e-3;
        let mut exposure = Exposure::default();
        for d in &decided {
            prop_assert!(d.stake.minor >= policy.limits.min_stake_minor);
            prop_assert!(d.stake.minor as f64 <= cap(policy.limits.per_bet));
            prop_assert!(d.stake.minor <= d.wanted.minor);
            prop_assert!(d.edge >= policy.limits.min_edge);
            exposure.add(d.fixture, d.kickoff, d.stake).unwrap();
        }
        for d in &decided {
            prop_assert!(exposure.on_fixture(d.fixture) as f64 <= cap(policy.limits.per_event));
            prop_assert!(exposure.on_day(day_of(d.kickoff)) as f64 <= cap(policy.limits.per_day));
        }
        prop_assert!(exposure.total().is_none_or(|total| total.minor <= bankroll));
    }

    #[test]
    fn the_order_of_candidates_decides_nothing(
        (candidates, shuffled) in prop::collection::vec(any_candidate(), 0..40)
            .prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle())),
        policy in any_policy(),
    ) {
        let decided = |all: &[Candidate]| decide(&policy, &account(), all).unwrap();
        prop_assert_eq!(decided(&candidates), decided(&shuffled));
    }
}
