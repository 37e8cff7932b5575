//! Ratings by match: written once, corrected by one more row, read as they were.

use domain::{FixtureId, Sequence, TeamId};
use touchline_store::{NewRatings, RatingStep};

use super::place;
use crate::sample::{LATER, NOW, batch, count, eng, season, ts};

pub(super) fn step(fixture: i64, team: i64, after: f64, known_at: &str) -> RatingStep {
    RatingStep {
        fixture: FixtureId(fixture),
        team: TeamId(team),
        before: 1500.0,
        after,
        known_at: ts(known_at),
    }
}

pub(super) fn ratings(steps: Vec<RatingStep>) -> NewRatings {
    NewRatings {
        competition: eng(),
        rating: "elo".into(),
        as_of: ts(LATER),
        made_at: ts(LATER),
        code_version: "0.1.0".into(),
        data_sequence: Sequence(1),
        steps,
    }
}

pub(super) const FIRST: &str = "2023-08-12T16:30:00Z";
const SECOND: &str = "2023-08-19T16:30:00Z";

#[tokio::test]
async fn appending_again_writes_nothing_twice() {
    let place = place().await;
    place.import(batch("a", NOW, season(2))).await;
    let all = vec![step(1, 1, 1510.0 + 0.1 + 0.2, FIRST), step(1, 4, 1489.7, FIRST)];
    assert_eq!(place.store.append_ratings(&ratings(all.clone())).await.unwrap(), 2);
    assert_eq!(place.store.append_ratings(&ratings(all.clone())).await.unwrap(), 0);
    // Another rating, or a later match, is something new.
    let other = NewRatings { rating: "massey".into(), ..ratings(all.clone()) };
    assert_eq!(place.store.append_ratings(&other).await.unwrap(), 2);
    let more: Vec<RatingStep> = all.iter().copied().chain([step(4, 1, 1520.0, SECOND)]).collect();
    assert_eq!(place.store.append_ratings(&ratings(more.clone())).await.unwrap(), 1);
    assert_eq!(count(&place, "rating_step").await, 5);
    let read = place.store.rating_steps(eng(), "elo", None, ts(LATER)).await.unwrap();
    assert_eq!(read, more, "to the last bit, by match and team");
    let one = place.store.rating_steps(eng(), "elo", Some(TeamId(4)), ts(LATER)).await.unwrap();
    assert_eq!(one, [all[1]]);
    assert!(place.store.rating_steps(eng(), "colley", None, ts(LATER)).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_correction_is_one_more_row_and_the_past_stays_as_it_was() {
    let place = place().await;
    place.import(batch("a", NOW, season(2))).await;
    let first = step(1, 1, 1510.0, FIRST);
    place.store.append_ratings(&ratings(vec![first, step(1, 4, 1490.0, FIRST)])).await.unwrap();
    let corrected = step(1, 1, 1495.0, NOW);
    let after = vec![corrected, step(1, 4, 1490.0, NOW)];
    // What did not change is not written again, though it is confirmed later.
    assert_eq!(place.store.append_ratings(&ratings(after.clone())).await.unwrap(), 1);
    assert_eq!(place.store.append_ratings(&ratings(after)).await.unwrap(), 0);
    let now = place.store.rating_steps(eng(), "elo", Some(TeamId(1)), ts(LATER)).await.unwrap();
    assert_eq!(now, [corrected]);
    let then = place.store.rating_steps(eng(), "elo", Some(TeamId(1)), ts(NOW)).await.unwrap();
    assert_eq!(then, [first], "known at the moment itself is not known before it");
    // Computed again as of then, the old numbers are on record already.
    let past = NewRatings { as_of: ts(NOW), ..ratings(vec![first]) };
    assert_eq!(place.store.append_ratings(&past).await.unwrap(), 0);
    assert_eq!(count(&place, "rating_step").await, 3);
}

#[tokio::test]
async fn a_match_that_does_not_exist_is_refused() {
    let place = place().await;
    place.import(batch("a", NOW, season(1))).await;
    let steps = vec![step(1, 1, 1510.0, FIRST), step(4711, 1, 1510.0, FIRST)];
    assert!(place.store.append_ratings(&ratings(steps)).await.is_err());
    assert_eq!(count(&place, "rating_step").await, 0, "all or nothing");
}
