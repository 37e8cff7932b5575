//! Laws: what must hold for every market, forecast, score and price, whatever the numbers.

use proptest::prelude::*;
use touchline_domain::{
    DecimalOdds, Market, Score, ScoreDistribution, Selection, Shares,
    margin::{METHODS, MarginRemoval},
    market::{Line, LineStep, MarketKind, Price},
};

fn forecasts() -> impl Strategy<Value = ScoreDistribution> {
    (1usize..8, 1usize..8)
        .prop_flat_map(|(home, away)| (Just(away), prop::collection::vec(0.0f64..1.0, home * away)))
        .prop_filter_map("all weights are 0", |(away, weights)| {
            ScoreDistribution::from_weights(away, weights).ok()
        })
}

fn scores() -> impl Strategy<Value = Score> {
    (0u16..150, 0u16..150).prop_map(|(home, away)| Score::new(home, away))
}

fn books() -> impl Strategy<Value = Vec<DecimalOdds>> {
    prop::collection::vec(0.01f64..1.0, 2..8).prop_flat_map(|weights| {
        // Implied probabilities in these ratios that sum to 1 and some margin.
        (Just(weights), 0.0f64..0.4).prop_filter_map("not a price", |(weights, margin)| {
            let sum: f64 = weights.iter().sum();
            weights.iter().map(|w| DecimalOdds::new(sum / (w * (1.0 + margin))).ok()).collect()
        })
    })
}

fn with_line(kind: MarketKind, quarters: i16) -> Market {
    let on_grid = |step| if step == LineStep::Half { quarters & !1 } else { quarters };
    Market::new(kind, kind.line_step().map(|step| Line::from_quarters(on_grid(step)))).unwrap()
}

fn neighbours(kind: MarketKind, quarters: i16) -> [Market; 2] {
    [quarters - 1, quarters + 1].map(|q| Market::new(kind, Some(Line::from_quarters(q))).unwrap())
}

/// The grade of the other side of a two-way bet.
fn mirrored(shares: Shares) -> Shares {
    Shares { won: shares.lost, refunded: shares.refunded, lost: shares.won }
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-12
}

fn sides(kind: MarketKind) -> Option<[Selection; 2]> {
    <[Selection; 2]>::try_from(with_line(kind, 2).selections()).ok()
}

proptest! {
    #[test]
    fn expected_shares_sum_to_one_and_fair_odds_are_fair(forecast in forecasts(), quarters in -20i16..60) {
        for kind in MarketKind::ALL {
            let market = with_line(kind, quarters);
            for selection in market.selections() {
                let price = market.price(selection, &forecast).unwrap();
                prop_assert!(close(price.won + price.refunded + price.lost, 1.0));
                prop_assert!(price.won >= 0.0 && price.refunded >= 0.0 && price.lost >= 0.0);
                if let Some(fair) = price.fair_odds() {
                    prop_assert!(price.expected_value(fair).abs() < 1e-9, "{market} {selection}");
                    prop_assert!((fair.implied_probability() - price.win_probability()).abs() < 1e-12);
                }
            }
        }
    }

    #[test]
    fn two_sides_share_out_the_stake(score in scores(), quarters in -80i16..1200) {
        for kind in MarketKind::ALL {
            let Some([first, second]) = sides(kind) else { continue };
            let market = with_line(kind, quarters);
            let shares = market.shares(first, score).unwrap();
            prop_assert_eq!(market.shares(second, score).unwrap(), mirrored(shares));
        }
    }

    #[test]
    fn exactly_one_of_three_wins_and_two_of_the_double_chances(score in scores()) {
        for (kind, winners) in [(MarketKind::ThreeWay, 1), (MarketKind::DoubleChance, 2)] {
            let market = with_line(kind, 0);
            let won = market.selections().into_iter().filter(|s| market.shares(*s, score).unwrap() == Shares::WON);
            prop_assert_eq!(won.count(), winners);
        }
    }

    #[test]
    fn home_giving_a_start_is_away_taking_it_mirrored(score in scores(), quarters in -80i16..80) {
        let swapped = Score::new(score.away, score.home);
        for kind in [MarketKind::AsianHandicap, MarketKind::Spread] {
            let (given, taken) = (with_line(kind, quarters & !1), with_line(kind, -(quarters & !1)));
            prop_assert_eq!(
                given.shares(Selection::Home, score).unwrap(),
                taken.shares(Selection::Away, swapped).unwrap()
            );
        }
        let (given, taken) =
            (with_line(MarketKind::AsianHandicap, quarters), with_line(MarketKind::AsianHandicap, -quarters));
        prop_assert_eq!(
            given.shares(Selection::Home, score).unwrap(),
            taken.shares(Selection::Away, swapped).unwrap()
        );
    }

    #[test]
    fn a_quarter_line_is_half_of_each_neighbour(forecast in forecasts(), half in -10i16..30) {
        let quarters = 2 * half + 1;
        for (kind, sides) in [
            (MarketKind::AsianHandicap, [Selection::Home, Selection::Away]),
            (MarketKind::AsianTotal, [Selection::Over, Selection::Under]),
        ] {
            for side in sides {
                let price = |m: Market| m.price(side, &forecast).unwrap();
                let quarter: Price = price(with_line(kind, quarters));
                let [low, high] = neighbours(kind, quarters).map(price);
                prop_assert!(close(quarter.won, f64::midpoint(low.won, high.won)));
                prop_assert!(close(quarter.refunded, f64::midpoint(low.refunded, high.refunded)));
                prop_assert!(close(quarter.lost, f64::midpoint(low.lost, high.lost)));
            }
        }
    }

    #[test]
    fn a_better_start_is_never_worth_less(forecast in forecasts(), quarters in -12i16..12) {
        let odds = DecimalOdds::new(1.95).unwrap();
        let value = |kind, q, side| with_line(kind, q).price(side, &forecast).unwrap().expected_value(odds);
        let handicap = |q| value(MarketKind::AsianHandicap, q, Selection::Home);
        prop_assert!(handicap(quarters + 1) >= handicap(quarters) - 1e-12);
        let over = |q| value(MarketKind::AsianTotal, q, Selection::Over);
        prop_assert!(over(quarters + 1) <= over(quarters) + 1e-12);
    }

    #[test]
    fn the_line_zero_is_draw_no_bet_and_the_half_lines_are_double_chances(score in scores()) {
        let shares = |market: Market, side| market.shares(side, score).unwrap();
        let handicap = |quarters| with_line(MarketKind::AsianHandicap, quarters);
        for side in [Selection::Home, Selection::Away] {
            prop_assert_eq!(shares(handicap(0), side), shares(with_line(MarketKind::DrawNoBet, 0), side));
            prop_assert_eq!(shares(handicap(0), side), shares(Market::MONEYLINE, side));
        }
        prop_assert_eq!(shares(handicap(-2), Selection::Home), shares(Market::THREE_WAY, Selection::Home));
        let double_chance = with_line(MarketKind::DoubleChance, 0);
        prop_assert_eq!(shares(handicap(2), Selection::Home), shares(double_chance, Selection::HomeOrDraw));
    }

    #[test]
    fn without_margin_probabilities_sum_to_one_and_keep_their_order(odds in books()) {
        for method in METHODS {
            let p = method.remove(&odds).unwrap().probabilities;
            prop_assert!((p.iter().sum::<f64>() - 1.0).abs() < 1e-9, "{}", method.code());
            prop_assert!(p.iter().all(|x| (0.0..=1.0).contains(x)));
            for (a, pa) in odds.iter().zip(&p) {
                for (b, pb) in odds.iter().zip(&p) {
                    prop_assert!(a <= b || pa <= &(pb + 1e-12), "{}: {odds:?} {p:?}", method.code());
                }
            }
        }
    }

    #[test]
    fn power_and_shin_take_more_from_the_long_shot(odds in books()) {
        let p = |method: MarginRemoval| method.remove(&odds).unwrap().probabilities;
        let longest = (0..odds.len()).max_by(|a, b| odds[*a].value().total_cmp(&odds[*b].value())).unwrap();
        let in_proportion = p(MarginRemoval::Multiplicative)[longest];
        prop_assert!(p(MarginRemoval::Power)[longest] <= in_proportion + 1e-9);
        prop_assert!(p(MarginRemoval::Shin)[longest] <= in_proportion + 1e-9);
    }

    #[test]
    fn every_price_survives_its_formats(value in 1.001f64..1000.0) {
        let odds = DecimalOdds::new(value).unwrap();
        let again = [
            DecimalOdds::from_american(odds.to_american()),
            DecimalOdds::from_hong_kong(odds.to_hong_kong()),
            DecimalOdds::from_malay(odds.to_malay()),
            DecimalOdds::from_indonesian(odds.to_indonesian()),
        ];
        for back in again {
            prop_assert!((back.unwrap().value() / value - 1.0).abs() < 1e-12);
        }
        let (numerator, denominator) = odds.to_fractional();
        let back = DecimalOdds::from_fractional(numerator, denominator).unwrap().value();
        prop_assert!((back - value).abs() <= 0.5e-3);
    }
}
