//! What models and bets came to: what changed is found, rows of what changed are replaced, and a plan that is too old is refused.

use std::collections::BTreeSet;

use domain::{
    BookId, Currency, DecimalOdds, FixtureId, Forecast, Grade, Market, MatchRecord, Money, Probability,
    ScoreDistribution, Selection, Sequence, Shares,
};
use jiff::civil::{Date, date};
use touchline_store::{
    BetGroup, BetId, BetWeek, MeanScoresRow, ModelWeek, NewBet, NewForecast, NewSettlement, PlacedBet,
    PricedRow,
};

use super::place;
use crate::sample::{LATER, NOW, Place, batch, eng, played, scheduled, season, ts};

fn forecast(fixture: i64, as_of: &str) -> NewForecast {
    NewForecast {
        forecast: Forecast {
            fixture: FixtureId(fixture),
            as_of: ts(as_of),
            model: "elo".into(),
            distribution: ScoreDistribution::from_weights(2, vec![0.1, 0.2, 0.3, 0.4]).unwrap(),
            uncertainty: None,
            training_matches: 100,
        },
        made_at: ts(as_of),
        code_version: "0.1.0".into(),
        data_sequence: Sequence(1),
        input_hash: as_of.into(),
    }
}

const MONDAYS: [Date; 2] = [date(2023, 8, 7), date(2023, 8, 14)];

fn model_week(week: Date, log_loss: f64) -> ModelWeek {
    let scores = MeanScoresRow { log_loss, rps: 0.2, brier: 0.6, accuracy: 0.5 };
    let priced = PricedRow { matches: 2, closing_matches: 1, model: scores, market: scores };
    ModelWeek {
        competition: eng(),
        week,
        model: "elo".into(),
        matches: 3,
        scores,
        base_rate: MeanScoresRow { log_loss: 1.1, ..scores },
        priced: (log_loss > 0.9).then_some(priced),
    }
}

async fn saved(place: &Place) -> Vec<ModelWeek> {
    place.store.model_performance(None, None).await.unwrap()
}

/// Fixtures of a plan; none when nothing is new.
async fn to_score(place: &Place) -> Option<Vec<i64>> {
    let plan = place.store.plan_scoring(false).await.unwrap()?;
    let fixtures = plan.changed.get(&eng()).cloned().flatten().unwrap_or_default();
    Some(fixtures.into_iter().map(|fixture| fixture.0).collect())
}

async fn accept(place: &Place) {
    let plan = place.store.plan_scoring(false).await.unwrap().unwrap();
    assert!(place.store.save_model_performance(&plan, &BTreeSet::new(), &[]).await.unwrap());
    assert_eq!(to_score(place).await, None);
}

#[tokio::test]
async fn what_changes_a_score_is_found() {
    let place = place().await;
    assert_eq!(to_score(&place).await, Some(vec![]), "never made");
    accept(&place).await;
    let to_come = scheduled(played(50, date(2023, 12, 2), (1, 2), (0, 0)));
    let mut records = season(2);
    records.push(to_come.clone());
    place.import(batch("a", "2023-11-01T00:00:00Z", records)).await;
    assert_eq!(to_score(&place).await, Some(vec![]), "nothing was forecast");
    accept(&place).await;
    let forecasts = [forecast(1, "2023-08-12T00:00:00Z"), forecast(7, "2023-12-01T00:00:00Z")];
    place.store.append_forecasts(&forecasts).await.unwrap();
    assert_eq!(to_score(&place).await, Some(vec![1]), "the other has no result yet");
    accept(&place).await;
    let ended = MatchRecord { quotes: Vec::new(), ..played(50, date(2023, 12, 2), (1, 2), (2, 2)) };
    place.import(batch("b", LATER, vec![ended])).await;
    assert_eq!(to_score(&place).await, Some(vec![7]));
    accept(&place).await;
    // Closing prices come later than the result.
    place.import(batch("c", LATER, vec![played(50, date(2023, 12, 2), (1, 2), (2, 2))])).await;
    assert_eq!(to_score(&place).await, Some(vec![7]));
    let anew = place.store.plan_scoring(true).await.unwrap().unwrap();
    assert_eq!(anew.changed.get(&eng()), Some(&None), "all of it");
    let made = place.store.made_forecasts(eng()).await.unwrap();
    assert_eq!(
        made.iter().map(|m| (m.fixture.0, m.model.as_str())).collect::<Vec<_>>(),
        [(1, "elo"), (7, "elo")]
    );
    let expected = forecasts[0].forecast.distribution.outcome_probabilities();
    assert_eq!(made[0].probabilities, expected);
}

#[tokio::test]
async fn weeks_are_replaced_and_old_plans_refused() {
    let place = place().await;
    place.import(batch("a", NOW, season(2))).await;
    let plan = place.store.plan_scoring(false).await.unwrap().unwrap();
    let both = [model_week(MONDAYS[0], 1.0), model_week(MONDAYS[1], 0.8)];
    assert!(place.store.save_model_performance(&plan, &BTreeSet::new(), &both).await.unwrap());
    assert_eq!(saved(&place).await, both);
    assert!(!place.store.save_model_performance(&plan, &BTreeSet::new(), &[]).await.unwrap(), "it is done");
    assert_eq!(saved(&place).await, both);

    place.store.append_forecasts(&[forecast(1, "2023-08-12T00:00:00Z")]).await.unwrap();
    let (slow, fast) = (
        place.store.plan_scoring(false).await.unwrap().unwrap(),
        place.store.plan_scoring(false).await.unwrap().unwrap(),
    );
    let first = BTreeSet::from([(eng(), MONDAYS[0])]);
    let other = model_week(MONDAYS[0], 0.95);
    assert!(place.store.save_model_performance(&fast, &first, std::slice::from_ref(&other)).await.unwrap());
    assert!(!place.store.save_model_performance(&slow, &first, &[]).await.unwrap(), "another was faster");
    assert_eq!(saved(&place).await, [other, both[1].clone()]);

    // A week of which nothing can be scored any more is gone; all of it is when all is made anew.
    place.store.append_forecasts(&[forecast(2, "2023-08-12T00:00:00Z")]).await.unwrap();
    let plan = place.store.plan_scoring(false).await.unwrap().unwrap();
    assert!(place.store.save_model_performance(&plan, &first, &[]).await.unwrap());
    assert_eq!(saved(&place).await, both[1..]);
    assert!(place.store.model_performance(None, Some("other")).await.unwrap().is_empty());
    let anew = place.store.plan_scoring(true).await.unwrap().unwrap();
    assert!(place.store.save_model_performance(&anew, &BTreeSet::new(), &both[..1]).await.unwrap());
    assert_eq!(saved(&place).await, both[..1]);
}

fn eur(minor: i64) -> Money {
    Money::new(minor, Currency::EUR)
}

async fn with_bets() -> (Place, Vec<PlacedBet>) {
    let place = place().await;
    place.import(batch("a", NOW, season(2))).await;
    let bet = |n: i64| NewBet {
        idempotency_key: format!("bet {n}"),
        run: "paper".into(),
        fixture: FixtureId(n),
        book: BookId::MARKET_AVERAGE,
        market: Market::THREE_WAY,
        selection: Selection::Home,
        odds: DecimalOdds::new(2.1).unwrap(),
        probability: Probability::new(0.52).unwrap(),
        edge: 0.092,
        stake: eur(1000),
        placed_at: ts("2023-08-11T12:00:00Z"),
        kickoff: domain::Kickoff::At(ts("2023-08-12T14:00:00Z")),
        forecast: None,
    };
    let placed = place.store.place_bets(&[bet(1), bet(2), bet(3)]).await.unwrap();
    (place, placed)
}

async fn settle(place: &Place, bet: PlacedBet, shares: Shares, payout: i64) {
    let settlement = NewSettlement {
        bet: bet.id,
        grade: Grade::Settled(shares),
        payout: eur(payout),
        result: None,
        settled_at: ts("2023-08-13T00:00:00Z"),
    };
    place.store.settle(&[settlement]).await.unwrap();
}

/// Bets of a plan; none when nothing is new, no list when all are to be summed up.
async fn to_sum_up(place: &Place) -> Option<Option<Vec<BetId>>> {
    let plan = place.store.plan_betting_performance(false).await.unwrap()?;
    let bets = plan.changed.clone().map(|bets| bets.into_iter().collect());
    assert!(place.store.save_betting_performance(&plan, &[]).await.unwrap());
    Some(bets)
}

#[tokio::test]
async fn what_changes_a_sum_is_found() {
    let (place, bets) = with_bets().await;
    let ids = |places: &[usize]| Some(Some(places.iter().map(|n| bets[*n].id).collect::<Vec<_>>()));
    assert_eq!(to_sum_up(&place).await, Some(None), "never made");
    assert_eq!(to_sum_up(&place).await, None);
    settle(&place, bets[1], Shares::WON, 2100).await;
    assert_eq!(to_sum_up(&place).await, ids(&[1]));
    settle(&place, bets[0], Shares::LOST, 0).await;
    settle(&place, bets[1], Shares::LOST, 0).await;
    assert_eq!(to_sum_up(&place).await, ids(&[0, 1]), "one for the first time, one again");
    settle(&place, bets[1], Shares::LOST, 0).await;
    assert_eq!(to_sum_up(&place).await, None, "settled so already");
    let numbers = place.rows("SELECT bet_id, revision, number FROM settlement ORDER BY number").await;
    let numbers: Vec<&str> = numbers.iter().map(|row| row[2].as_str()).collect();
    assert_eq!(numbers, ["Some(1)", "Some(2)", "Some(3)"]);
    // Prices of the matches of bets 1 and 3; the third is open.
    let mut news = season(1);
    news.remove(1);
    for record in &mut news {
        for quote in &mut record.quotes {
            quote.series.phase = domain::Phase::Closing;
        }
    }
    place.import(batch("b", LATER, news)).await;
    assert_eq!(to_sum_up(&place).await, ids(&[0]));
}

fn bet_week(week: Date, profit: i64) -> BetWeek {
    BetWeek {
        group: BetGroup {
            run: "paper".into(),
            currency: Currency::EUR,
            kind: "three_way".into(),
            book: BookId::MARKET_AVERAGE,
            model: "elo".into(),
            week,
        },
        bets: 3,
        void: 1,
        won: 1,
        level: 0,
        lost: 1,
        staked: eur(2000),
        profit: eur(profit),
        roi: Some(profit as f64 / 2000.0),
        closing_bets: 1,
        closing_value: Some(0.04),
        fair_closing_bets: 0,
        fair_closing_value: None,
    }
}

#[tokio::test]
async fn groups_are_replaced_and_old_plans_refused() {
    let (place, bets) = with_bets().await;
    let both = [bet_week(MONDAYS[0], 100), bet_week(MONDAYS[1], -2000)];
    let plan = place.store.plan_betting_performance(false).await.unwrap().unwrap();
    assert!(place.store.save_betting_performance(&plan, &both).await.unwrap());
    assert_eq!(place.store.betting_performance(None).await.unwrap(), both);
    assert!(place.store.betting_performance(Some("demo")).await.unwrap().is_empty());
    assert!(!place.store.save_betting_performance(&plan, &[]).await.unwrap(), "it is done");
    settle(&place, bets[0], Shares::WON, 2100).await;
    let plan = place.store.plan_betting_performance(false).await.unwrap().unwrap();
    let other = bet_week(MONDAYS[0], 1200);
    assert!(place.store.save_betting_performance(&plan, std::slice::from_ref(&other)).await.unwrap());
    assert_eq!(place.store.betting_performance(Some("paper")).await.unwrap(), [other, both[1].clone()]);
}
