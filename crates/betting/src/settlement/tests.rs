use domain::{Currency, Score, Sport, market::MarketKind, outcome::OutcomeStatus};
use jiff::{civil::date, tz::TimeZone};

use super::*;

fn euros(minor: i64) -> Money {
    Money::new(minor, Currency::EUR)
}

fn odds(value: f64) -> DecimalOdds {
    DecimalOdds::new(value).unwrap()
}

fn returned(stake: i64, price: f64, shares: Shares) -> i64 {
    settle(euros(stake), odds(price), Grade::Settled(shares)).unwrap().returned.minor
}

#[test]
fn odd_stakes_round_once_and_half_to_even() {
    // Half wins: stake x (odds + 1) / 2, by hand.
    for (stake, price, expected) in [
        (1, 1.95, 1),            // 1.475
        (1, 2.0, 2),             // 1.5, to the even 2
        (3, 2.0, 4),             // 4.5, to the even 4; halves rounded apart would give 2 + 3
        (5, 2.0, 8),             // 7.5, to the even 8
        (101, 1.95, 149),        // 148.975
        (101, 1.9, 146),         // 146.45
        (10, 1.9, 14),           // 14.5, to the even 14
        (30, 1.9, 44),           // 43.5, to the even 44
        (333, 1.87, 478),        // 477.855
        (99_999, 2.02, 150_998), // 150998.49
    ] {
        assert_eq!(returned(stake, price, Shares::HALF_WON), expected, "{stake} at {price}");
    }
    // Half losses return half the stake, whatever the odds.
    for (stake, expected) in [(1, 0), (2, 1), (3, 2), (5, 2), (7, 4), (101, 50), (103, 52)] {
        assert_eq!(returned(stake, 1.95, Shares::HALF_LOST), expected, "{stake}");
    }
}

#[test]
fn whole_grades() {
    assert_eq!(returned(1_000, 1.95, Shares::WON), 1_950);
    assert_eq!(returned(1_000, 1.95, Shares::PUSHED), 1_000);
    assert_eq!(returned(1_000, 1.95, Shares::LOST), 0);
    // -110 is stored as 1.909091: 110.00 returns 210.00 and not a cent more.
    let american = DecimalOdds::from_american(-110.0).unwrap();
    let payout = settle(euros(11_000), american, Grade::Settled(Shares::WON)).unwrap();
    assert_eq!((payout.returned, payout.profit), (euros(21_000), euros(10_000)));
    let void = settle(euros(777), odds(3.1), Grade::Void).unwrap();
    assert_eq!((void.returned, void.profit), (euros(777), euros(0)));
}

#[test]
fn dead_heats_of_the_reference() {
    // reference/betting/settlement.json, dead_heat, in minor units.
    for (stake, price, tied, places, expected) in
        [(1_000, 5.0, 2, 1, 2_500), (1_000, 9.0, 3, 2, 6_000), (1_200, 4.0, 3, 1, 1_600)]
    {
        assert_eq!(returned(stake, price, Shares::dead_heat(places, tied).unwrap()), expected);
    }
    // 10.00 at 4.0 among three: 13.3333.
    assert_eq!(returned(1_000, 4.0, Shares::dead_heat(1, 3).unwrap()), 1_333);
}

#[test]
fn what_cannot_be_settled_is_refused() {
    let won = Grade::Settled(Shares::WON);
    assert!(matches!(settle(euros(-1), odds(2.0), won), Err(BettingError::NegativeStake { minor: -1 })));
    assert!(settle(euros(i64::MAX), odds(2.0), won).is_err(), "does not fit");
    assert!(settle(euros(i64::MAX), odds(10_000.0), Grade::Void).is_ok());
    let none = Grade::Settled(Shares { won: 0, refunded: 0, lost: 0 });
    assert!(matches!(settle(euros(1), odds(2.0), none), Err(BettingError::NoShares)));
    assert_eq!(settle(euros(0), odds(2.0), won).unwrap().returned, euros(0));
}

fn at(text: &str) -> Kickoff {
    Kickoff::At(text.parse().unwrap())
}

fn bet(announced: Kickoff) -> BetTerms {
    BetTerms {
        market: Market::THREE_WAY,
        selection: Selection::Home,
        terms: Terms::of(Sport::Soccer),
        announced,
    }
}

#[test]
fn a_match_put_off_by_more_than_48_hours_voids() {
    let won = Outcome::completed(Score::new(1, 0));
    let grade = |announced, actual| grade_bet(&bet(announced), actual, &won).unwrap();
    let saturday = at("2024-03-02T15:00:00Z");
    let stands = Grade::Settled(Shares::WON);
    assert_eq!(grade(saturday, saturday), stands);
    assert_eq!(grade(saturday, at("2024-03-04T15:00:00Z")), stands, "48 h to the second");
    assert_eq!(grade(saturday, at("2024-03-04T15:00:01Z")), Grade::Void);
    assert_eq!(grade(saturday, at("2024-02-20T15:00:00Z")), stands, "brought forward");
    assert_eq!(void_from(&bet(saturday)), "2024-03-04T15:00:00Z".parse().unwrap());
}

#[test]
fn where_only_the_date_is_known_doubt_keeps_a_bet_alive() {
    let won = Outcome::completed(Score::new(1, 0));
    let on = |day| Kickoff::on_date(date(2024, 1, day), &TimeZone::UTC).unwrap();
    let grade = |announced, actual| grade_bet(&bet(announced), actual, &won).unwrap();
    assert_eq!(grade(on(6), on(8)), Grade::Settled(Shares::WON), "between 24 and 72 h");
    assert_eq!(grade(on(6), on(9)), Grade::Void, "more than 48 h whenever they start");
    assert_eq!(grade(on(6), at("2024-01-08T20:00:00Z")), Grade::Settled(Shares::WON), "may be 44 h");
    assert_eq!(grade(at("2024-01-06T20:00:00Z"), on(9)), Grade::Void, "52 h at the least");
}

#[test]
fn unfinished_matches_void() {
    let saturday = at("2024-03-02T15:00:00Z");
    for status in [OutcomeStatus::Abandoned, OutcomeStatus::Cancelled, OutcomeStatus::Postponed] {
        let outcome = Outcome { status, ..Outcome::completed(Score::new(2, 0)) };
        assert_eq!(grade_bet(&bet(saturday), saturday, &outcome).unwrap(), Grade::Void, "{status:?}");
    }
}

#[test]
fn terms_decide_what_overtime_means() {
    let saturday = at("2024-03-02T15:00:00Z");
    let extra_time = Outcome::after_overtime(Some(Score::new(1, 1)), Score::new(2, 1));
    assert_eq!(grade_bet(&bet(saturday), saturday, &extra_time).unwrap(), Grade::Settled(Shares::LOST));
    let nfl = BetTerms { market: Market::MONEYLINE, terms: Terms::of(Sport::Nfl), ..bet(saturday) };
    assert_eq!(grade_bet(&nfl, saturday, &extra_time).unwrap(), Grade::Settled(Shares::WON));
    let tie = Outcome::completed(Score::new(20, 20));
    assert_eq!(grade_bet(&nfl, saturday, &tie).unwrap(), Grade::Settled(Shares::PUSHED), "an NFL tie");
    let total = Market::new(MarketKind::BothTeamsToScore, None).unwrap();
    assert!(
        grade_bet(&BetTerms { market: total, ..bet(saturday) }, saturday, &tie).is_err(),
        "no such selection"
    );
}
