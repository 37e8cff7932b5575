//! Team statistics: brought up to date step by step they are what they are when made anew, whatever happened on the way.

use std::time::Duration;

use domain::{
    FixtureStatus, Kickoff, MatchRecord, MatchStatistics, Outcome, RecordedBy, Score, Season, Sport, Stage,
    TeamId, competition::COMPETITIONS, outcome::OutcomeStatus, statistics::Pair, team_season,
};
use jiff::{
    civil::{Date, date},
    tz::TimeZone,
};
use touchline_store::{Access, ActivityFilter, Aggregate, ImportBatch, RefreshedTeams, Scope, TeamStanding};

use super::place;
use crate::{
    child::spawn_refreshing,
    sample::{At, Engine, LATER, NOW, Place, batch, count, eng, played, scheduled, season, ts},
};

type Record = MatchRecord<TeamId>;

/// Every row of both tables, the very bits of their numbers.
async fn rows(place: &Place) -> Vec<Vec<String>> {
    let mut all =
        place.rows("SELECT * FROM team_season_statistics ORDER BY competition, season, team_id").await;
    let daily =
        "SELECT * FROM team_statistics_daily ORDER BY competition, season, team_id, on_date, known_at";
    all.extend(place.rows(daily).await);
    all
}

/// The rows as they are, once it is sure that making them anew makes the same.
async fn rows_as_rebuilt(place: &Place, what: &str) -> Vec<Vec<String>> {
    place.store.refresh_team_statistics(false).await.unwrap();
    let refreshed = rows(place).await;
    place.store.refresh_team_statistics(true).await.unwrap();
    assert_eq!(refreshed, rows(place).await, "{what}");
    refreshed
}

fn moved(record: Record, day: Date, status: FixtureStatus) -> Record {
    let at = day.at(14, 0, 0, 0).to_zoned(TimeZone::UTC).unwrap().timestamp();
    MatchRecord { local_date: day, kickoff: Kickoff::At(at), status, ..record }
}

fn counted(record: Record, home: f64, away: f64) -> Record {
    let expected_goals = Some(Pair { home, away });
    MatchRecord { statistics: MatchStatistics { expected_goals, ..MatchStatistics::default() }, ..record }
}

fn ended(record: Record, outcome: Outcome) -> Record {
    MatchRecord { status: FixtureStatus::Completed, outcome: Some(outcome), ..record }
}

fn nfl(row: u32, day: Date, teams: (i64, i64), outcome: Outcome) -> Record {
    let record = played(row, day, teams, (0, 0));
    MatchRecord {
        competition: domain::CompetitionId::literal("nfl"),
        sport: Sport::Nfl,
        outcome: Some(outcome),
        quotes: Vec::new(),
        ..record
    }
}

fn with_source_id(record: Record) -> Record {
    MatchRecord { source_id: Some(format!("match {}", record.row)), ..record }
}

/// Imports one after the other of everything that happens to matches.
fn life() -> Vec<(&'static str, ImportBatch)> {
    let first = with_source_id(played(1, date(2023, 8, 12), (1, 2), (2, 0)));
    let tie = with_source_id(played(2, date(2023, 8, 19), (2, 3), (1, 1)));
    let neutral =
        MatchRecord { neutral: true, ..with_source_id(played(3, date(2023, 8, 26), (3, 1), (0, 1))) };
    let to_come = with_source_id(scheduled(played(4, date(2023, 9, 2), (1, 3), (0, 0))));
    let walk_over = with_source_id(scheduled(played(5, date(2023, 9, 3), (2, 1), (0, 0))));
    let playoff =
        MatchRecord { stage: Stage::Playoff, ..with_source_id(played(6, date(2024, 5, 20), (1, 2), (1, 0))) };
    let abandoned = Outcome { status: OutcomeStatus::Abandoned, ..Outcome::completed(Score::new(2, 0)) };
    let next = |year, row| MatchRecord {
        season: Season::starting(year),
        ..with_source_id(played(row, date(2024, 8, 17), (1, 2), (0, 0)))
    };
    let early = |day| ts(&format!("2023-08-{day:02}T09:00:00Z")).to_string();
    let steps: Vec<(&str, String, Vec<Record>)> = vec![
        ("a result and fixtures to come", early(13), vec![first.clone(), to_come.clone(), walk_over.clone()]),
        ("a tie and a neutral venue", early(28), vec![tie.clone(), neutral.clone()]),
        ("expected goals of another source", early(29), vec![counted(first.clone(), 1.7, 0.1)]),
        (
            "a match put off",
            early(30),
            vec![moved(to_come.clone(), date(2023, 9, 2), FixtureStatus::Postponed)],
        ),
        (
            "its new date",
            early(31),
            vec![moved(to_come.clone(), date(2023, 11, 1), FixtureStatus::Scheduled)],
        ),
        (
            "a walk-over: called off, and nothing on the field",
            "2023-09-04T09:00:00Z".into(),
            vec![MatchRecord { status: FixtureStatus::Cancelled, ..walk_over }],
        ),
        (
            "it is played, two months late",
            "2023-11-02T09:00:00Z".into(),
            vec![ended(
                moved(to_come, date(2023, 11, 1), FixtureStatus::Completed),
                Outcome::completed(Score::new(3, 3)),
            )],
        ),
        (
            "a corrected result",
            "2023-12-01T09:00:00Z".into(),
            vec![ended(first.clone(), Outcome::completed(Score::new(1, 0)))],
        ),
        ("a result taken back", "2023-12-02T09:00:00Z".into(), vec![ended(tie.clone(), abandoned)]),
        (
            "and given back",
            "2023-12-03T09:00:00Z".into(),
            vec![ended(tie, Outcome::completed(Score::new(1, 2)))],
        ),
        (
            "corrected expected goals, and the first score again",
            "2023-12-04T09:00:00Z".into(),
            vec![counted(first, 1.6, 0.25)],
        ),
        ("a play-off", "2024-05-21T09:00:00Z".into(), vec![playoff]),
        ("a match in the wrong season", "2024-08-18T09:00:00Z".into(), vec![next(2023, 7)]),
        ("and in the right one", "2024-08-19T09:00:00Z".into(), vec![next(2024, 7)]),
        (
            "ties and overtime of another sport",
            LATER.into(),
            vec![
                nfl(8, date(2023, 9, 10), (4, 5), Outcome::completed(Score::new(24, 20))),
                nfl(
                    9,
                    date(2023, 9, 17),
                    (5, 6),
                    Outcome::after_overtime(Some(Score::new(20, 20)), Score::new(20, 20)),
                ),
                nfl(
                    10,
                    date(2023, 9, 24),
                    (6, 4),
                    Outcome::after_overtime(Some(Score::new(17, 17)), Score::new(23, 17)),
                ),
            ],
        ),
    ];
    steps.into_iter().map(|(what, at, records)| (what, import(what, &at, records))).collect()
}

fn import(label: &str, at: &str, records: Vec<Record>) -> ImportBatch {
    let nfl = COMPETITIONS.iter().find(|c| c.id.as_str() == "nfl").unwrap();
    let competitions = COMPETITIONS[..2].iter().chain([nfl]).cloned().collect();
    ImportBatch { competitions, ..batch(label, at, records) }
}

async fn standing(place: &Place, team: i64) -> TeamStanding {
    let all = place.store.team_standings(eng(), Some(Season::starting(2023)), None).await.unwrap();
    all.into_iter().find(|row| row.team == TeamId(team)).unwrap()
}

#[tokio::test]
async fn step_by_step_is_the_same_as_anew() {
    let place = place().await;
    let mut seen = Vec::new();
    for (what, batch) in life() {
        place.import(batch).await;
        let rows = rows_as_rebuilt(&place, what).await;
        // A match put off is as unplayed as before.
        let changes = !["a match put off", "its new date"].contains(&what);
        assert!((rows != seen) == changes, "{what}: {rows:?}");
        seen = rows;
    }
    // 2-0, 0-1 away from nobody's home, 3-3; the walk-over counts for nothing, the play-off apart.
    let one = standing(&place, 1).await;
    assert_eq!((one.all.won, one.all.drawn, one.all.lost, one.points), (2, 1, 0, Some(7)));
    assert_eq!((one.all.scored, one.all.conceded, one.unplayed), (6, 3, 0));
    assert_eq!((one.home.played(), one.away.played(), one.playoffs.won), (2, 0, 1));
    assert_eq!((one.form.as_str(), one.streak.as_deref()), ("WWD", Some("D1")));
    assert_eq!(
        (one.expected_goals.matches, one.expected_goals.own, one.expected_goals.other),
        (1, 1.6, 0.25)
    );
    let nfl = place.store.team_standings(domain::CompetitionId::literal("nfl"), None, None).await.unwrap();
    let overtime = nfl.iter().map(|row| row.overtime.map(|o| (o.won, o.lost, o.unknown))).collect::<Vec<_>>();
    assert_eq!(overtime, [Some((0, 1, 0)), Some((0, 0, 0)), Some((1, 0, 0))]);
    assert!(nfl.iter().all(|row| row.points.is_none()));
    let later = place.store.team_standings(eng(), None, None).await.unwrap();
    assert_eq!(later.iter().map(|row| row.season.start_year).collect::<Vec<_>>(), [2024, 2024]);
}

#[tokio::test]
async fn one_refresh_of_everything_is_the_same_as_many() {
    let (many, one) = (place().await, place().await);
    for (_, batch) in life() {
        many.import(batch).await;
        many.store.refresh_team_statistics(false).await.unwrap();
    }
    for (_, batch) in life() {
        one.import(batch).await;
    }
    one.store.refresh_team_statistics(false).await.unwrap();
    assert_eq!(rows(&many).await, rows(&one).await);
}

#[tokio::test]
async fn nothing_new_costs_nothing_and_a_season_costs_itself() {
    let place = place().await;
    place.import(batch("a", NOW, season(4))).await;
    let later = season(4).into_iter().map(|record| {
        let day = record.local_date.checked_add(jiff::Span::new().years(1)).unwrap();
        MatchRecord { season: Season::starting(2024), ..moved(record, day, FixtureStatus::Completed) }
    });
    place.import(batch("b", "2025-06-01T00:00:00Z", later.collect())).await;
    let first = place.store.refresh_team_statistics(false).await.unwrap();
    assert_eq!((first.seasons, first.teams), (2, 12));
    assert_eq!(place.store.refresh_team_statistics(false).await.unwrap(), RefreshedTeams::default());
    let states = place.store.aggregates().await.unwrap();
    let of = |aggregate| states.iter().find(|state| state.aggregate == aggregate).unwrap();
    assert!(of(Aggregate::TeamStatistics).is_current());
    assert!(!of(Aggregate::QuoteActivity).is_current(), "nobody asked for it");
    place.import(batch("c", LATER, season(5))).await;
    let next = place.store.refresh_team_statistics(false).await.unwrap();
    assert_eq!((next.seasons, next.teams), (1, 6));
}

/// The tables say what a snapshot says, of every moment at which something became known.
#[tokio::test]
async fn days_are_as_known() {
    let place = place().await;
    for (_, batch) in life() {
        place.import(batch).await;
    }
    place.store.refresh_team_statistics(false).await.unwrap();
    let history = place.store.history(&Scope::default()).await.unwrap();
    let known = place.rows("SELECT DISTINCT known_at FROM team_statistics_daily ORDER BY known_at").await;
    assert!(known.len() > 8, "{known:?}");
    let mut compared = 0;
    for row in known {
        let micros: i64 = row[0].trim_matches(|c: char| !c.is_ascii_digit() && c != '-').parse().unwrap();
        for at in [micros, micros + 1].map(|at| jiff::Timestamp::from_microsecond(at).unwrap()) {
            let expected = team_season::seasons(&history.as_of(at, RecordedBy::Now), eng());
            for expected in expected.into_iter().filter(|e| e.season == Season::starting(2023)) {
                let days = place
                    .store
                    .team_days(eng(), expected.season, Some(expected.team), Some(at))
                    .await
                    .unwrap();
                let told = days.last().map(|day| (day.all, day.expected_goals)).unwrap_or_default();
                let statistics = expected.statistics;
                assert_eq!(
                    told,
                    (statistics.all, statistics.expected_goals),
                    "{:?} as of {at}",
                    expected.team
                );
                let standings =
                    place.store.team_standings(eng(), Some(expected.season), Some(at)).await.unwrap();
                let standing = standings.iter().find(|s| s.team == expected.team).unwrap();
                assert_eq!((standing.all, standing.unplayed), (statistics.all, expected.unplayed));
                compared += 1;
            }
        }
    }
    assert!(compared > 40, "{compared}");
}

#[tokio::test]
async fn a_killed_process_leaves_aggregates_that_can_go_on() {
    let place = place().await;
    for kill in 0..3_i16 {
        let done = count(&place, "import").await;
        let mut child = spawn_refreshing(&place.at.address(), 1970 + 20 * kill, 20);
        while count(&place, "import").await < done + 1 {
            assert!(child.try_wait().unwrap().is_none(), "the child must still be running");
            tokio::time::sleep(Duration::from_millis(3)).await;
        }
        tokio::time::sleep(Duration::from_millis(15 * u64::from(kill.unsigned_abs()))).await;
        child.kill().unwrap();
        child.wait().unwrap();
        let rows = rows_as_rebuilt(&place, "after a kill").await;
        assert!(!rows.is_empty());
        let prices = "SELECT * FROM _quote_activity_daily ORDER BY book, kind, day";
        place.store.refresh_quote_activity(false).await.unwrap();
        let refreshed = place.rows(prices).await;
        place.store.refresh_quote_activity(true).await.unwrap();
        assert_eq!(refreshed, place.rows(prices).await);
    }
}

#[tokio::test]
async fn a_copy_has_the_rows_and_makes_them_anew_once() {
    let place = place().await;
    place.import(batch("a", NOW, season(4))).await;
    place.store.refresh_team_statistics(false).await.unwrap();
    place.store.refresh_quote_activity(false).await.unwrap();
    let days = place.store.quote_days(&ActivityFilter::default(), 9).await.unwrap();
    assert_eq!(days.len(), 4);
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let at = At::new(engine).await;
        let to = touchline_store::Place::parse(&at.address()).unwrap();
        place.store.copy_to(to, ts(NOW), &mut |_| ()).await.unwrap();
        let copy = Place { store: at.open(Access::ReadWrite).await.unwrap(), at };
        assert_eq!(rows(&copy).await, rows(&place).await);
        assert!(copy.store.aggregates().await.unwrap().iter().all(|state| state.mark.is_none()));
        assert!(copy.store.quote_days(&ActivityFilter::default(), 9).await.unwrap().is_empty());
        assert_eq!(copy.store.refresh_team_statistics(false).await.unwrap().seasons, 1);
        assert_eq!(rows(&copy).await, rows(&place).await);
        copy.store.refresh_quote_activity(false).await.unwrap();
        assert_eq!(copy.store.quote_days(&ActivityFilter::default(), 9).await.unwrap(), days);
    }
}
