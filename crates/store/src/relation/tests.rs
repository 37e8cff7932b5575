use domain::{CompetitionId, Season};

use super::*;
use crate::Access;

fn filters() -> Vec<Filter> {
    let competitions = vec![CompetitionId::literal("eng.1"), CompetitionId::literal("esp.1")];
    let known_before = Some("2024-01-01T00:00:00Z".parse().unwrap());
    let season = Some(Season::starting(2023));
    vec![
        Filter::default(),
        Filter { competitions: competitions.clone(), ..Filter::default() },
        Filter { season, ..Filter::default() },
        Filter { known_before, ..Filter::default() },
        Filter { competitions, season, known_before },
    ]
}

#[tokio::test]
async fn no_row_is_kept_for_sorting() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("touchline.db"), Access::ReadWrite).await.unwrap();
    let mut view = store.view().await.unwrap();
    let relations = store.relations().await.unwrap();
    assert!(relations.len() > 30, "{}", relations.len());
    for relation in &relations {
        for filter in filters() {
            let (plan, fast) = plan(&mut view, relation, &filter).await;
            assert!(!plan.contains("TEMP B-TREE"), "{} {filter:?}:\n{plan}", relation.name);
            assert!(fast, "{} {filter:?}:\n{plan}", relation.name);
        }
    }
}

/// How SQLite reads a relation, and whether prices are looked up by their fixtures instead of all being read.
async fn plan(view: &mut View, relation: &Relation, filter: &Filter) -> (String, bool) {
    let mut select = relation.select(filter);
    select.sql = format!("EXPLAIN QUERY PLAN {}", select.sql);
    let rows = select.rows().fetch_all(&mut *view.transaction).await.unwrap();
    let lines: Vec<String> = rows.iter().map(|row| row.try_get(3).unwrap()).collect();
    let narrowed = !filter.competitions.is_empty() || filter.season.is_some();
    let fast = relation.name != "quote"
        || !narrowed
        || lines.iter().any(|l| l.contains("SEARCH t USING PRIMARY KEY"));
    (lines.join("\n"), fast)
}

#[tokio::test]
async fn every_relation_can_be_read_and_counted() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("touchline.db"), Access::ReadWrite).await.unwrap();
    let mut view = store.view().await.unwrap();
    for relation in store.relations().await.unwrap() {
        for filter in filters() {
            let rows = view.rows(&relation, &filter).next_batch().await.unwrap();
            let count = view.count_rows(&relation, &filter).await.unwrap();
            assert_eq!(rows.len() as u64, count, "{}", relation.name);
        }
    }
}

#[tokio::test]
async fn what_tells_the_rows_of_each_table_apart() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("touchline.db"), Access::ReadWrite).await.unwrap();
    let relations = store.relations().await.unwrap();
    let of = |name: &str| {
        let relation = relations.iter().find(|relation| relation.name == name).unwrap();
        let tells = |by, letter| if relation.is_told_apart(by) { letter } else { '-' };
        let letters: String =
            [tells(By::Competition, 'c'), tells(By::Season, 's'), tells(By::Moment, 'm')].iter().collect();
        format!("{letters} {}", relation.moment().unwrap_or_default())
    };
    for (name, expected) in [
        ("fixture", "csm known_at of its fixture_version"),
        ("fixture_key", "csm known_at of its fixture_version"),
        ("result", "csm known_at"),
        ("quote", "csm known_at"),
        ("packed_quotes", "csm known_at"),
        ("forecast", "csm as_of"),
        ("bet", "csm placed_at"),
        ("settlement", "csm settled_at"),
        ("ledger", "csm at"),
        ("rating_step", "csm known_at"),
        ("model_version", "c-m as_of"),
        ("competition", "c-- "),
        ("import", "--m recorded_at"),
        ("rejection", "--m recorded_at of its import"),
        ("quarantine", "--m fetched_at of its payload"),
        ("check_finding", "csm ran_at of its check_run"),
        ("settings_trial", "--m finished_at"),
        ("fixture_quotes", "csm last_known_at"),
        ("import_fixture", "csm recorded_at of its import"),
        ("team_statistics_daily", "csm known_at"),
        ("team_season_statistics", "cs- "),
        ("injury", "csm known_at"),
        ("play", "csm known_at"),
        ("player_version", "--m known_at"),
        ("quote_series", "--- "),
        ("known_rule", "--- "),
        ("team", "--- "),
    ] {
        assert_eq!(of(name), expected, "{name}");
    }
    let without: Vec<&str> =
        relations.iter().filter(|r| r.has_no_moment()).map(|r| r.name.as_str()).collect();
    for (name, expected) in [
        ("match_set", true),
        ("team_season_statistics", true),
        ("team", false),
        ("player", false),
        ("venue", false),
    ] {
        assert_eq!(without.contains(&name), expected, "{name} {without:?}");
    }
}

#[tokio::test]
async fn columns_say_by_their_names_what_they_hold() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("touchline.db"), Access::ReadWrite).await.unwrap();
    let relations = store.relations().await.unwrap();
    let all = || relations.iter().flat_map(|relation| &relation.columns);
    let meaning = |name: &str| all().find(|column| column.name == name).map(Column::meaning);
    for instant in
        ["known_at", "occurred_at", "as_of", "at", "kickoff", "kickoff_start", "kickoff_end", "settled_at"]
    {
        assert_eq!(meaning(instant), Some(Meaning::Instant), "{instant}");
    }
    for date in ["date", "local_date"] {
        assert_eq!(meaning(date), Some(Meaning::Date), "{date}");
    }
    for number in ["season", "stake_minor", "price_micros", "data_sequence", "statistics", "regulation_home"]
    {
        assert_eq!(meaning(number), Some(Meaning::Itself), "{number}");
    }
}
