//! Laws of settlement and staking: what must hold for every stake, price, grade and forecast.

use domain::{
    Currency, DecimalOdds, Grade, Market, Money, Outcome, Score, ScoreDistribution, Selection, Shares, Sport,
    market::{Line, MarketKind, Terms},
};
use proptest::prelude::*;
use touchline_betting::{GradeDistribution, settle, staking::kelly};

fn grades() -> impl Strategy<Value = Grade> {
    let dead_heat = (1u8..20, 1u8..20)
        .prop_filter_map("no dead heat", |(places, more)| Shares::dead_heat(places, places + more));
    let shares = prop_oneof![
        Just(Shares::WON),
        Just(Shares::HALF_WON),
        Just(Shares::PUSHED),
        Just(Shares::HALF_LOST),
        Just(Shares::LOST),
        dead_heat,
    ];
    prop_oneof![9 => shares.prop_map(Grade::Settled), 1 => Just(Grade::Void)]
}

fn prices() -> impl Strategy<Value = DecimalOdds> {
    (1_001_000i64..1_000_000_000).prop_map(|micros| DecimalOdds::from_micros(micros).unwrap())
}

fn forecasts() -> impl Strategy<Value = ScoreDistribution> {
    (1usize..8, 1usize..8)
        .prop_flat_map(|(home, away)| (Just(away), prop::collection::vec(0.0f64..1.0, home * away)))
        .prop_filter_map("all weights are 0", |(away, weights)| {
            ScoreDistribution::from_weights(away, weights).ok()
        })
}

fn handicap(quarters: i16) -> Market {
    Market::new(MarketKind::AsianHandicap, Some(Line::from_quarters(quarters))).unwrap()
}

fn total(quarters: i16) -> Market {
    Market::new(MarketKind::AsianTotal, Some(Line::from_quarters(quarters))).unwrap()
}

fn returned(stake: i64, odds: DecimalOdds, grade: Grade) -> i64 {
    settle(Money::new(stake, Currency::EUR), odds, grade).unwrap().returned.minor
}

fn after(market: Market, side: Selection, score: Score) -> Grade {
    market.grade(side, &Outcome::completed(score), Terms::of(Sport::Soccer)).unwrap()
}

proptest! {
    #[test]
    fn a_payout_lies_between_nothing_and_the_whole_win(
        stake in 0i64..1_000_000_000_000, odds in prices(), grade in grades(),
    ) {
        let payout = settle(Money::new(stake, Currency::EUR), odds, grade).unwrap();
        prop_assert!(payout.returned.minor >= 0);
        prop_assert!(payout.returned.minor <= returned(stake, odds, Grade::Settled(Shares::WON)));
        prop_assert_eq!(payout.profit.minor, payout.returned.minor - stake);
        prop_assert_eq!(payout.grade, grade);
    }

    #[test]
    fn a_payout_is_the_exact_amount_rounded_once(stake in 0i64..1_000_000_000, odds in prices(), grade in grades()) {
        // 2 x shares x 10^6 x payout is an integer, so the nearest is found without floats.
        let (won, refunded, shares) = match grade {
            Grade::Void => (0, 1, 1),
            Grade::Settled(s) => (i128::from(s.won), i128::from(s.refunded), i128::from(s.total())),
        };
        let exact = i128::from(stake) * (won * i128::from(odds.to_micros()) + refunded * 1_000_000);
        let unit = shares * 1_000_000;
        let off = (i128::from(returned(stake, odds, grade)) * unit - exact).abs() * 2;
        prop_assert!(off <= unit);
        prop_assert!(off < unit || returned(stake, odds, grade) % 2 == 0, "a tie goes to the even unit");
    }

    #[test]
    fn a_refund_returns_exactly_the_stake(stake in 0i64..i64::MAX, odds in prices()) {
        prop_assert_eq!(returned(stake, odds, Grade::Void), stake);
        prop_assert_eq!(returned(stake, odds, Grade::Settled(Shares::PUSHED)), stake);
    }

    #[test]
    fn shares_in_other_units_pay_the_same(stake in 0i64..1_000_000_000, odds in prices(), times in 2u8..40) {
        for s in [Shares::WON, Shares::HALF_WON, Shares::PUSHED, Shares::HALF_LOST, Shares::LOST] {
            let finer = Shares { won: s.won * times, refunded: s.refunded * times, lost: s.lost * times };
            prop_assert_eq!(
                returned(stake, odds, Grade::Settled(s)),
                returned(stake, odds, Grade::Settled(finer))
            );
        }
    }

    #[test]
    fn equal_stakes_on_both_sides_at_even_money_come_back(
        stake in 0i64..1_000_000_000, home in 0u16..9, away in 0u16..9, quarters in -24i16..40,
    ) {
        let even = DecimalOdds::new(2.0).unwrap();
        let score = Score::new(home, away);
        for (market, sides) in [
            (handicap(quarters), [Selection::Home, Selection::Away]),
            (total(quarters), [Selection::Over, Selection::Under]),
        ] {
            let back: i64 = sides.iter().map(|side| returned(stake, even, after(market, *side, score))).sum();
            // Two halves of an odd stake may each round by half a unit.
            prop_assert!((back - 2 * stake).abs() <= 1, "{market} {score}: {back} of {stake}");
            if stake % 2 == 0 {
                prop_assert_eq!(back, 2 * stake);
            }
        }
    }

    #[test]
    fn a_quarter_line_pays_as_two_half_stakes(
        half_stake in 0i64..1_000_000_000, odds in prices(), home in 0u16..9, away in 0u16..9, half in -12i16..20,
    ) {
        let (quarters, score) = (2 * half + 1, Score::new(home, away));
        let whole = returned(2 * half_stake, odds, after(handicap(quarters), Selection::Home, score));
        let halves: i64 = [quarters - 1, quarters + 1]
            .iter()
            .map(|q| returned(half_stake, odds, after(handicap(*q), Selection::Home, score)))
            .sum();
        // Rounded once against rounded twice.
        prop_assert!((whole - halves).abs() <= 1, "{whole} against {halves}");
    }

    #[test]
    fn expected_money_is_the_edge(forecast in forecasts(), odds in prices(), quarters in -12i16..12) {
        // Settling a large stake on every score and weighing by its probability gives back the expected value.
        let stake = 1_000_000_000_000i64;
        let market = handicap(quarters);
        let edge = GradeDistribution::of(market, Selection::Home, &forecast).unwrap().expected_value(odds);
        let settled = forecast.expectation(|score| {
            returned(stake, odds, after(market, Selection::Home, score)) as f64 / stake as f64 - 1.0
        });
        prop_assert!((edge - settled).abs() < 1e-9, "{edge} against {settled}");
    }

    #[test]
    fn kelly_stakes_when_there_is_an_edge_and_where_growth_is_highest(
        forecast in forecasts(), odds in prices(), quarters in -12i16..12, other in 0.0f64..1.0,
    ) {
        let grades = GradeDistribution::of(handicap(quarters), Selection::Home, &forecast).unwrap();
        let stake = kelly(&grades, odds);
        prop_assert!((0.0..=1.0).contains(&stake));
        prop_assert_eq!(stake > 0.0, grades.expected_value(odds) > 0.0);
        prop_assert!(grades.log_growth(odds, stake) >= grades.log_growth(odds, other) - 1e-12);
    }

    #[test]
    fn a_better_price_is_never_staked_less(p in 0.01f64..0.99, price in 1.01f64..50.0, more in 0.0f64..5.0) {
        let grades =
            GradeDistribution::win_or_lose(domain::Probability::new(p).unwrap());
        let at = |odds: f64| kelly(&grades, DecimalOdds::new(odds).unwrap());
        prop_assert!(at(price + more) >= at(price) - 1e-12);
    }
}
