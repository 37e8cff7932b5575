//! Teams, spellings, and names that wait for a decision.

use domain::{TeamId, UnknownName};
use touchline_store::{ImportBatch, NameDecision, PayloadHash, StoreError, TeamSeed};

use super::place;
use crate::sample::{LATER, NOW, batch, facts, played, roster, season, ts};

fn waiting(recorded_at: &str) -> ImportBatch {
    let unknown = UnknownName { pool: "eng".into(), name: "Nott'm Forest".into() };
    ImportBatch { unknown_names: vec![(unknown, 19)], ..batch("a", recorded_at, season(1)) }
}

#[tokio::test]
async fn a_roster_is_taken_once() {
    let place = place().await;
    assert_eq!(place.store.sync_roster(&roster()).await.unwrap(), 0);
    assert_eq!(place.store.teams().await.unwrap().len(), 6);
    assert_eq!(place.store.aliases().await.unwrap().len(), 12);
    let seed = |name: &str, aliases: &[&str]| TeamSeed {
        pool: "eng".into(),
        name: name.into(),
        aliases: aliases.iter().map(|a| (*a).to_owned()).collect(),
    };
    // T1 belongs to team 1; a seed that knows team 2 by another name extends it.
    let inserted =
        place.store.sync_roster(&[seed("Newcomer", &["New"]), seed("Second", &["Team 2", "T1"])]).await;
    assert_eq!(inserted.unwrap(), 1);
    let aliases = place.store.aliases().await.unwrap();
    let of = |alias: &str| aliases.iter().find(|a| a.alias == alias).unwrap().team;
    assert_eq!((of("T1"), of("Second"), of("New")), (TeamId(1), TeamId(2), TeamId(7)));
    // The same name in another pool is another team.
    let elsewhere = TeamSeed { pool: "sco".into(), ..seed("Team 1", &[]) };
    assert_eq!(place.store.sync_roster(&[elsewhere]).await.unwrap(), 1);
}

#[tokio::test]
async fn an_unknown_name_waits_and_its_rows_come_in_later() {
    let place = place().await;
    let first = place.import(waiting(NOW)).await;
    let queue = place.store.review_queue().await.unwrap();
    assert_eq!((queue[0].name.as_str(), queue[0].rows), ("Nott'm Forest", 19));
    assert_eq!(Some(queue[0].first_sequence), first.sequence);
    assert!(!place.store.is_imported(PayloadHash::of(b"a"), "format").await.unwrap());
    // Reading it again while the name is still unknown changes nothing, not even the count.
    let before = facts(&place).await;
    assert!(place.import(waiting(LATER)).await.unchanged);
    assert_eq!(facts(&place).await, before);
    assert_eq!(place.store.review_queue().await.unwrap()[0].rows, 19);

    let blocked = place.store.imports_blocked_by("eng", "Nott'm Forest").await.unwrap();
    assert_eq!(blocked.len(), 1);
    assert!(place.store.payload(blocked[0].payload_hash).await.unwrap().is_some());
    let decision = NameDecision::NewTeam { name: "Nottingham Forest".into() };
    let team = place.store.accept_name("eng", "Nott'm Forest", decision, ts(LATER)).await.unwrap();
    assert!(place.store.review_queue().await.unwrap().is_empty());
    let mut records = season(1);
    records.push(played(9, jiff::civil::date(2023, 8, 14), (team.0, 1), (1, 0)));
    let outcome = place.import(batch("a", LATER, records)).await;
    assert_eq!((outcome.fixtures, outcome.duplicates), (1, 3));
    assert!(place.store.is_imported(PayloadHash::of(b"a"), "format").await.unwrap());
    assert!(place.store.imports_blocked_by("eng", "Nott'm Forest").await.unwrap().is_empty());
}

#[tokio::test]
async fn a_name_is_never_taken_from_its_team() {
    let place = place().await;
    place.import(waiting(NOW)).await;
    let accept = |decision| place.store.accept_name("eng", "Nott'm Forest", decision, ts(LATER));
    let taken = accept(NameDecision::NewTeam { name: "T3".into() }).await.unwrap_err();
    assert!(matches!(taken, StoreError::NameTaken { team: 3, .. }), "{taken:?}");
    let absent = accept(NameDecision::Alias(TeamId(4711))).await.unwrap_err();
    assert!(matches!(absent, StoreError::NotFound { what: "team", .. }), "{absent:?}");
    assert_eq!(accept(NameDecision::Alias(TeamId(3))).await.unwrap(), TeamId(3));
    assert_eq!(accept(NameDecision::Alias(TeamId(3))).await.unwrap(), TeamId(3), "twice is once");
    let moved = accept(NameDecision::Alias(TeamId(4))).await.unwrap_err();
    assert!(matches!(moved, StoreError::NameTaken { team: 3, .. }), "{moved:?}");
    assert_eq!(place.store.teams().await.unwrap().len(), 6);
}

#[tokio::test]
async fn a_roster_that_learns_a_name_empties_the_queue() {
    let place = place().await;
    place.import(waiting(NOW)).await;
    let seed = TeamSeed {
        pool: "eng".into(),
        name: "Nottingham Forest".into(),
        aliases: vec!["Nott'm Forest".into()],
    };
    assert_eq!(place.store.sync_roster(&[seed]).await.unwrap(), 1);
    assert!(place.store.review_queue().await.unwrap().is_empty());
}
