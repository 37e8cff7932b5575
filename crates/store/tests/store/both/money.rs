//! Bets are struck once, paid once, and put right when a result is corrected; the ledger always balances.

use domain::{BookId, Currency, DecimalOdds, Grade, Market, Money, Probability, Selection, Sequence, Shares};
use touchline_store::{BetFilter, EntryKind, NewBet, NewSettlement, PlacedBet, Settled, StoreError};

use super::place;
use crate::sample::{LATER, NOW, Place, batch, count, season, ts};

const RUN: &str = "paper";

fn eur(minor: i64) -> Money {
    Money::new(minor, Currency::EUR)
}

pub(crate) fn bet(key: &str, fixture: i64, stake: i64) -> NewBet {
    NewBet {
        idempotency_key: key.into(),
        run: RUN.into(),
        fixture: domain::FixtureId(fixture),
        book: BookId::MARKET_AVERAGE,
        market: Market::THREE_WAY,
        selection: Selection::Home,
        odds: DecimalOdds::new(2.1).unwrap(),
        probability: Probability::new(0.52).unwrap(),
        edge: 0.092,
        stake: eur(stake),
        placed_at: ts("2023-08-11T12:00:00Z"),
        kickoff: domain::Kickoff::At(ts("2023-08-12T14:00:00Z")),
        forecast: None,
    }
}

async fn with_bets() -> (Place, Vec<PlacedBet>) {
    let place = place().await;
    place.import(batch("a", NOW, season(2))).await;
    assert!(place.store.deposit(RUN, eur(100_000), "start", ts(NOW)).await.unwrap());
    assert!(!place.store.deposit(RUN, eur(100_000), "start", ts(LATER)).await.unwrap(), "twice is once");
    let bets: Vec<NewBet> = (1..=4).map(|n| bet(&format!("bet {n}"), n, 1000 * n)).collect();
    let placed = place.store.place_bets(&bets).await.unwrap();
    (place, placed)
}

fn settlement(placed: PlacedBet, grade: Grade, payout: i64) -> NewSettlement {
    NewSettlement {
        bet: placed.id,
        grade,
        payout: eur(payout),
        result: Some(Sequence(1)),
        settled_at: ts("2023-08-13T00:00:00Z"),
    }
}

/// The balance is deposits less stakes plus the last payout of every bet, whatever was corrected on the way.
async fn assert_balanced(place: &Place) {
    let bets = place.store.bets(&BetFilter { run: Some(RUN.into()), ..BetFilter::default() }).await.unwrap();
    let staked: i64 = bets.iter().map(|b| b.terms.stake.minor).sum();
    let paid: i64 = bets.iter().filter_map(|b| b.settlement).map(|s| s.payout.minor).sum();
    assert_eq!(place.store.balance(RUN).await.unwrap(), [eur(100_000 - staked + paid)]);
    let entries = place.store.ledger(RUN).await.unwrap();
    assert_eq!(entries.iter().map(|e| e.amount.minor).sum::<i64>(), 100_000 - staked + paid);
}

#[tokio::test]
async fn a_bet_is_struck_once() {
    let (place, placed) = with_bets().await;
    assert!(placed.iter().all(|p| p.inserted));
    assert_eq!(place.store.balance(RUN).await.unwrap(), [eur(90_000)]);
    let again = place.store.place_bets(&[bet("bet 2", 2, 7777), bet("bet 5", 5, 500)]).await.unwrap();
    assert_eq!((again[0].id, again[0].inserted, again[1].inserted), (placed[1].id, false, true));
    assert_eq!(place.store.balance(RUN).await.unwrap(), [eur(89_500)]);
    let stored = place.store.bets(&BetFilter::default()).await.unwrap();
    assert_eq!(stored[1].terms, bet("bet 2", 2, 2000), "the first bet of a key stands");
    assert_balanced(&place).await;
}

#[tokio::test]
async fn bets_are_all_struck_or_none() {
    let (place, _) = with_bets().await;
    let mut stranger = bet("bet 7", 1, 100);
    stranger.fixture = domain::FixtureId(4711);
    assert!(place.store.place_bets(&[bet("bet 6", 1, 100), stranger]).await.is_err());
    assert_eq!(count(&place, "bet").await, 4);
    assert_balanced(&place).await;
}

#[tokio::test]
async fn settling_twice_changes_nothing() {
    let (place, placed) = with_bets().await;
    let all = [
        settlement(placed[0], Grade::Settled(Shares::WON), 2100),
        settlement(placed[1], Grade::Settled(Shares::LOST), 0),
        settlement(placed[2], Grade::Settled(Shares::HALF_LOST), 1500),
        settlement(placed[3], Grade::Void, 4000),
    ];
    assert_eq!(place.store.settle(&all).await.unwrap(), [Settled::Paid; 4]);
    assert_balanced(&place).await;
    let before =
        (place.store.ledger(RUN).await.unwrap(), place.store.bets(&BetFilter::default()).await.unwrap());
    let later = all.map(|s| NewSettlement { settled_at: ts(LATER), ..s });
    assert_eq!(place.store.settle(&later).await.unwrap(), [Settled::Unchanged; 4]);
    let after =
        (place.store.ledger(RUN).await.unwrap(), place.store.bets(&BetFilter::default()).await.unwrap());
    assert_eq!(before, after);
    let grades: Vec<Grade> = after.1.iter().map(|b| b.settlement.unwrap().grade).collect();
    assert_eq!(grades, all.map(|s| s.grade));
    assert_eq!(place.store.balance(RUN).await.unwrap(), [eur(97_600)]);
}

#[tokio::test]
async fn a_corrected_result_is_paid_again() {
    let (place, placed) = with_bets().await;
    let won = settlement(placed[0], Grade::Settled(Shares::WON), 2100);
    let lost = settlement(placed[0], Grade::Settled(Shares::LOST), 0);
    let void = settlement(placed[0], Grade::Void, 1000);
    for (step, expected, balance) in [
        (won, Settled::Paid, 92_100),
        (lost, Settled::Corrected, 90_000),
        (void, Settled::Corrected, 91_000),
        (void, Settled::Unchanged, 91_000),
        (won, Settled::Corrected, 92_100),
    ] {
        assert_eq!(place.store.settle(&[step]).await.unwrap(), [expected]);
        assert_eq!(place.store.balance(RUN).await.unwrap(), [eur(balance)]);
        assert_balanced(&place).await;
    }
    let entries = place.store.ledger(RUN).await.unwrap();
    let of_bet: Vec<(EntryKind, i64)> =
        entries.iter().filter(|e| e.bet == Some(placed[0].id)).map(|e| (e.kind, e.amount.minor)).collect();
    assert_eq!(
        of_bet,
        [
            (EntryKind::Stake, -1000),
            (EntryKind::Payout, 2100),
            (EntryKind::Reversal, -2100),
            (EntryKind::Payout, 1000),
            (EntryKind::Reversal, -1000),
            (EntryKind::Payout, 2100)
        ]
    );
    let open = BetFilter { open_only: true, ..BetFilter::default() };
    assert_eq!(place.store.bets(&open).await.unwrap().len(), 3);
    let settled = place.store.bets(&BetFilter::default()).await.unwrap()[0].settlement.unwrap();
    assert_eq!((settled.revision, settled.payout), (4, eur(2100)));
}

#[tokio::test]
async fn settlements_that_fit_no_bet_are_refused_whole() {
    let (place, placed) = with_bets().await;
    let good = settlement(placed[0], Grade::Settled(Shares::WON), 2100);
    let absent = NewSettlement { bet: touchline_store::BetId(4711), ..good };
    let error = place.store.settle(&[good, absent]).await.unwrap_err();
    assert!(matches!(error, StoreError::NotFound { what: "bet", .. }), "{error:?}");
    let dollars = NewSettlement { payout: Money::new(2100, "USD".parse().unwrap()), ..good };
    assert!(matches!(place.store.settle(&[dollars]).await, Err(StoreError::Currency { .. })));
    assert_eq!(count(&place, "settlement").await, 0);
    assert_balanced(&place).await;
}

#[tokio::test]
async fn the_database_itself_refuses_a_second_payout() {
    let (place, placed) = with_bets().await;
    let won = settlement(placed[0], Grade::Settled(Shares::WON), 2100);
    place.store.settle(&[won]).await.unwrap();
    let forged = "INSERT INTO ledger (idempotency_key, run, bet_id, kind, amount_minor, currency, at) \
        SELECT idempotency_key, run, bet_id, kind, amount_minor, currency, at FROM ledger WHERE kind = 'payout'";
    assert!(place.execute(forged).await.is_err());
}
