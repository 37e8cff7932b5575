//! Prices of one match and matches of one team, as they were known at a moment.

use domain::{BookId, FixtureId, Market, Phase, Selection, TeamId, market::MarketKind};
use touchline_store::OddsFilter;

use super::place;
use crate::sample::{LATER, NOW, Place, batch, season, ts};

/// Two rounds; of the first match the price of the home side moves twice, and the second move is corrected later.
async fn moving() -> Place {
    let place = place().await;
    let mut records = season(2);
    let observed = |odds: f64, at: &str| {
        let mut quote = records[0].quotes[0];
        quote.series.phase = Phase::Observed;
        quote.odds = domain::DecimalOdds::new(odds).unwrap();
        quote.known_at = ts(at);
        quote
    };
    let moves = [observed(2.2, "2023-08-11T10:00:00Z"), observed(2.3, "2023-08-12T10:00:00Z")];
    let corrected = observed(2.4, "2023-08-12T10:00:00Z");
    records[0].quotes.extend(moves);
    place.import(batch("a", NOW, records.clone())).await;
    records[0].quotes = vec![corrected];
    records.truncate(1);
    place.import(batch("b", LATER, records)).await;
    place
}

fn price(quotes: &[touchline_store::KnownQuote], selection: Selection, phase: Phase) -> Option<f64> {
    let series =
        domain::quote::Series { book: BookId::MARKET_AVERAGE, market: Market::THREE_WAY, selection, phase };
    quotes.iter().find(|q| q.quote.series == series).map(|q| q.quote.odds.value())
}

#[tokio::test]
async fn the_latest_odds_are_those_known_before_the_moment() {
    let place = moving().await;
    let latest = async |at: &str| place.store.latest_odds(FixtureId(1), ts(at)).await.unwrap();
    assert!(latest("2023-08-10T00:00:00Z").await.is_empty());
    let before = latest("2023-08-11T10:00:00Z").await;
    assert_eq!(before.len(), 3, "a price is not known at its own moment");
    let after = latest("2023-08-11T10:00:00.000001Z").await;
    assert_eq!((after.len(), price(&after, Selection::Home, Phase::Observed)), (4, Some(2.2)));
    let last = latest("2030-01-01T00:00:00Z").await;
    assert_eq!(price(&last, Selection::Home, Phase::Observed), Some(2.4), "the correction counts");
    assert_eq!(price(&last, Selection::Draw, Phase::PreMatch), Some(3.4));
    assert!(place.store.latest_odds(FixtureId(4711), ts(LATER)).await.unwrap().is_empty());
}

#[tokio::test]
async fn the_path_has_every_price_in_order() {
    let place = moving().await;
    let end = ts("2030-01-01T00:00:00Z");
    let path = place.store.odds_path(FixtureId(1), OddsFilter::default(), end).await.unwrap();
    let prices: Vec<f64> = path.iter().map(|q| q.quote.odds.value()).collect();
    assert_eq!(prices, [2.1, 3.4, 3.6, 2.2, 2.3, 2.4]);
    assert!(path.is_sorted_by_key(|q| q.known_at));
    let other = OddsFilter { book: Some(BookId::PINNACLE), kind: None };
    assert!(place.store.odds_path(FixtureId(1), other, end).await.unwrap().is_empty());
    let kind = OddsFilter { book: Some(BookId::MARKET_AVERAGE), kind: Some(MarketKind::ThreeWay) };
    let cut = place.store.odds_path(FixtureId(1), kind, ts("2023-08-12T10:00:00Z")).await.unwrap();
    assert_eq!(cut.len(), 4);
}

#[tokio::test]
async fn a_team_has_its_matches_as_they_were_known() {
    let place = moving().await;
    let history = async |from: &str, as_of: &str| {
        place.store.team_history(TeamId(1), ts(from), ts(as_of)).await.unwrap()
    };
    let all = history("2000-01-01T00:00:00Z", "2030-01-01T00:00:00Z").await;
    assert_eq!(all.len(), 2);
    assert!(all.iter().all(|m| m.fixture.home == TeamId(1) && m.outcome.is_some()));
    assert!(all.is_sorted_by_key(|m| m.fixture.kickoff.earliest()));
    let before = history("2000-01-01T00:00:00Z", "2023-08-12T14:00:01Z").await;
    assert_eq!(before.iter().map(|m| m.outcome.is_some()).collect::<Vec<_>>(), [false, false]);
    assert_eq!(history("2023-08-15T00:00:00Z", "2030-01-01T00:00:00Z").await.len(), 1);
    let away =
        place.store.team_history(TeamId(4), ts(NOW) - jiff::SignedDuration::from_hours(99_999), ts(NOW));
    assert_eq!(away.await.unwrap().len(), 2, "matches away count too");
    assert!(
        history("2000-01-01T00:00:00Z", "2023-08-01T00:00:00Z").await.is_empty(),
        "neither was announced yet"
    );
}

#[tokio::test]
async fn a_team_has_the_last_of_what_was_corrected() {
    use domain::{Outcome, Score, statistics::Pair};
    let place = place().await;
    let mut records = season(1);
    place.import(batch("a", NOW, records.clone())).await;
    records[0].outcome = Some(Outcome::completed(Score::new(9, 8)));
    records[0].statistics.corners = Some(Pair { home: 12.0, away: 11.0 });
    place.import(batch("b", LATER, records.clone())).await;
    let first = async |as_of: &str| {
        let start = ts("2000-01-01T00:00:00Z");
        let matches = place.store.team_history(TeamId(1), start, ts(as_of)).await.unwrap();
        (matches[0].outcome.clone().unwrap().full_time, matches[0].statistics.unwrap().corners)
    };
    let corrected = (Score::new(9, 8), records[0].statistics.corners);
    assert_ne!(first(LATER).await, corrected, "not before it is known");
    assert_eq!(first("2024-07-01T00:00:01Z").await, corrected);
}

#[tokio::test]
async fn sums_are_kept_with_the_prices() {
    let place = moving().await;
    assert!(place.store.integrity().await.unwrap().is_empty());
    let sums = place.rows("SELECT quotes FROM fixture_quotes ORDER BY fixture_id").await;
    assert_eq!(sums[0], ["Some(6)"]);
    assert_eq!(place.store.status().await.unwrap().seasons[0].quotes, 21);
    place.execute("UPDATE fixture_quotes SET quotes = 7 WHERE fixture_id = 1").await.unwrap();
    let findings = place.store.integrity().await.unwrap();
    assert_eq!(findings, ["the number of prices of 1 fixtures is not what is on record of them"]);
}

#[tokio::test]
async fn statistics_come_back_to_the_bit_however_many_digits_they_take() {
    use domain::{RecordedBy, statistics::Pair};
    let values =
        [0.0, 3.0, 0.55, 1.723_83, 1.0 / 3.0, 0.1 + 0.2, 1e-7, 123_456.789, 1e15, 2e18, f64::MIN_POSITIVE];
    // Alone, so that those that need no more than fifteen digits are packed, and together with one that does.
    for (others, value) in [None, Some(1.0 / 3.0)].into_iter().flat_map(|o| values.map(|value| (o, value))) {
        let place = place().await;
        let mut records = season(2);
        for (record, x) in records.iter_mut().zip([Some(value), others]) {
            record.statistics.expected_goals = x.map(|home| Pair { home, away: value });
            record.statistics.possession = None;
        }
        place.import(batch("a", NOW, records)).await;
        let end = ts("2030-01-01T00:00:00Z");
        let expected = Some(Pair { home: value, away: value });
        let history = place.store.history(&touchline_store::Scope::default()).await.unwrap();
        let snapshot = history.as_of(end, RecordedBy::Now);
        let known = snapshot.statistics_facts().find(|fact| fact.value.fixture == FixtureId(1)).unwrap();
        assert_eq!(known.value.statistics.expected_goals, expected, "{value:?}");
        let matches = place.store.team_history(TeamId(1), ts("2000-01-01T00:00:00Z"), end).await.unwrap();
        let first = matches.iter().find(|m| m.fixture.id == FixtureId(1)).unwrap();
        assert_eq!(first.statistics.unwrap().expected_goals, expected, "{value:?}");
    }
}
