//! Players, venues, weather, injuries, plays: stored once, corrected by further rows, and shown as they were known.

use domain::{
    FixtureId, Injury, InjuryRecord, KnownRule, LineUp, MatchRecord, MatchSheet, Meeting, Play, PlayRecord,
    Player, PlayerStatistic, PlayerStatistics, Reason, RecordedBy, Score, Season, Side, Sport, TeamId, Venue,
    Weather, injury::Availability, line_up::Starter, player::Profile, venue::Roof,
};
use jiff::civil::{Date, date};
use touchline_store::{Access, ImportBatch, Scope};

use super::place;
use crate::sample::{At, Engine, LATER, NOW, Place, batch, count, eng, facts, played, season, ts};

const DAY: Date = date(2023, 8, 12);
/// Kick-off of the sample at 14:00, and the moments of the rules.
const KICKOFF: &str = "2023-08-12T14:00:00Z";
const DAY_AFTER_RESULT: &str = "2023-08-13T16:30:00Z";
const FIXTURE: FixtureId = FixtureId(1);

fn player(code: &str, name: &str) -> Player {
    let profile = Profile { name: Some(name.into()), ..Profile::default() };
    Player { code: code.parse().unwrap(), profile }
}

fn play(number: u32, yards: i16) -> PlayRecord {
    let play = Play {
        period: Some(1),
        clock_secs: Some(900),
        possession: Some(Side::Away),
        down: Some(3),
        distance: Some(7),
        yards_to_goal: Some(45),
        kind: Some("pass".parse().unwrap()),
        yards_gained: Some(yards),
        score: Some(Score::new(7, 3)),
        timeouts: Some([3, 2]),
        passer: Some("p1".parse().unwrap()),
        receiver: Some("p2".parse().unwrap()),
        expected_points_added: Some(-0.125),
        home_win_probability: Some(0.1),
        description: Some(format!("{yards} yards")),
        ..Play::numbered(number)
    };
    PlayRecord { row: number, at: Some(ts("2023-08-12T14:03:00Z")), play }
}

fn points(n: f64) -> PlayerStatistics {
    let mut counted = PlayerStatistics::default();
    counted.set(PlayerStatistic::Points, n);
    counted
}

/// Of the match of teams 1 and 4.
fn sheet(yards: i16, scored: f64) -> MatchSheet<TeamId> {
    MatchSheet {
        row: 2,
        competition: eng(),
        sport: Sport::Soccer,
        home: TeamId(1),
        away: TeamId(4),
        meeting: Meeting::On(DAY),
        players: vec![player("p1", "Ann"), player("p2", "Bea")],
        plays: vec![play(36, yards), play(58, 2)],
        player_statistics: vec![("p1".parse().unwrap(), Side::Away, points(scored))],
    }
}

fn sheets(label: &str, at: &str, sheets: Vec<MatchSheet<TeamId>>) -> ImportBatch {
    ImportBatch { sheets, ..batch(label, at, Vec::new()) }
}

/// Team 1 says this of a player before its match of the week of 12 August.
fn report(row: u32, availability: Availability, reported_at: Option<&str>) -> InjuryRecord<TeamId> {
    InjuryRecord {
        row,
        competition: eng(),
        season: Season::starting(2023),
        week: 1,
        dates: (date(2023, 8, 9), date(2023, 8, 15)),
        team: TeamId(1),
        player: player("p1", "Ann"),
        injury: Injury { availability: Some(availability), what: Some("knee".into()), ..Injury::default() },
        reported_at: reported_at.map(ts),
    }
}

fn reports(label: &str, at: &str, injuries: Vec<InjuryRecord<TeamId>>) -> ImportBatch {
    ImportBatch { injuries, ..batch(label, at, Vec::new()) }
}

/// One match, team 1 against team 4, with a venue and weather.
fn outdoors(celsius: f64, roof: Roof) -> MatchRecord<TeamId> {
    MatchRecord {
        venue: Some(Venue {
            code: "abc00".parse().unwrap(),
            name: "The Ground".into(),
            roof: Some(roof),
            surface: None,
        }),
        weather: Weather { temperature_celsius: Some(celsius), wind_mps: Some(4.4704) },
        line_up: LineUp {
            home: Some(Starter { player: "p9".parse().unwrap(), name: "Zoe".into() }),
            away: None,
        },
        ..played(2, DAY, (1, 4), (2, 1))
    }
}

async fn with_match() -> Place {
    let place = place().await;
    place.import(batch("matches", NOW, vec![outdoors(20.0, Roof::Open)])).await;
    place
}

#[tokio::test]
async fn plays_are_known_a_day_after_the_result_and_return_as_they_came() {
    let place = with_match().await;
    let outcome = place.import(sheets("plays", NOW, vec![sheet(12, 13.0)])).await;
    assert_eq!((outcome.plays, outcome.player_statistics, outcome.players), (2, 1, 2));
    let plays = async |at: &str| place.store.plays(FIXTURE, ts(at)).await.unwrap();
    assert!(plays(KICKOFF).await.is_empty() && plays(DAY_AFTER_RESULT).await.is_empty());
    let known = plays(LATER).await;
    assert_eq!(known[0].value, play(36, 12).play);
    let times = known[0].times;
    assert_eq!(
        (times.known_at, times.known_rule),
        (ts(DAY_AFTER_RESULT), KnownRule::StatisticsDayAfterResult)
    );
    assert_eq!((times.occurred_at, times.recorded_at), (ts("2023-08-12T14:03:00Z"), ts(NOW)));
    let lines = async |at: &str| place.store.player_statistics(FIXTURE, ts(at)).await.unwrap();
    assert!(lines(DAY_AFTER_RESULT).await.is_empty());
    let line = &lines(LATER).await[0];
    assert_eq!((line.value.team, line.value.statistics), (TeamId(4), points(13.0)));
    assert!(place.store.integrity().await.unwrap().is_empty());
}

#[tokio::test]
async fn details_come_in_once_and_corrections_are_appended() {
    let place = with_match().await;
    place.import(sheets("plays", NOW, vec![sheet(12, 13.0)])).await;
    let before = facts(&place).await;
    assert!(place.import(sheets("plays", LATER, vec![sheet(12, 13.0)])).await.unchanged);
    assert_eq!(facts(&place).await, before);
    let again = place.import(sheets("another file", LATER, vec![sheet(12, 13.0)])).await;
    assert_eq!((again.plays, again.player_statistics, again.duplicates), (0, 0, 3));

    let corrected = place.import(sheets("corrected", LATER, vec![sheet(11, 14.0)])).await;
    assert_eq!((corrected.plays, corrected.player_statistics, corrected.corrections), (1, 1, 2));
    let yards = async |at: &str| -> Vec<Option<i16>> {
        place.store.plays(FIXTURE, ts(at)).await.unwrap().iter().map(|p| p.value.yards_gained).collect()
    };
    assert_eq!(yards(LATER).await, [Some(12), Some(2)], "a correction is known after its import");
    let end = "2030-01-01T00:00:00Z";
    assert_eq!(yards(end).await, [Some(11), Some(2)]);
    let last = &place.store.plays(FIXTURE, ts(end)).await.unwrap()[0];
    assert_eq!(last.times.known_rule, KnownRule::CorrectedOnImport);
    let scored = &place.store.player_statistics(FIXTURE, ts(end)).await.unwrap()[0];
    assert_eq!(scored.value.statistics, points(14.0));
    assert_eq!((count(&place, "play").await, count(&place, "player_statistics").await), (3, 2));
    assert!(place.store.integrity().await.unwrap().is_empty());
}

#[tokio::test]
async fn what_another_source_adds_completes_what_is_known() {
    let place = with_match().await;
    let mut bare = sheet(12, 13.0);
    bare.plays[0].play.expected_points_added = None;
    bare.plays.truncate(1);
    place.import(sheets("bare", NOW, vec![bare.clone()])).await;
    let mut other = bare;
    other.plays[0].play = Play { expected_points_added: Some(0.5), ..Play::numbered(36) };
    other.player_statistics[0].2 = PlayerStatistics::default();
    other.player_statistics[0].2.set(PlayerStatistic::Assists, 4.0);
    let outcome = place.import(sheets("other", LATER, vec![other])).await;
    assert_eq!((outcome.plays, outcome.player_statistics, outcome.corrections), (1, 1, 0));
    let at = ts("2023-08-13T16:30:00.000001Z");
    let known = &place.store.plays(FIXTURE, at).await.unwrap()[0].value;
    assert_eq!((known.yards_gained, known.expected_points_added), (Some(12), Some(0.5)));
    let did = place.store.player_statistics(FIXTURE, at).await.unwrap()[0].value.statistics;
    assert_eq!(
        (did.get(PlayerStatistic::Points), did.get(PlayerStatistic::Assists)),
        (Some(13.0), Some(4.0))
    );
}

#[tokio::test]
async fn plays_wait_for_their_match() {
    let place = place().await;
    let early = place.import(sheets("plays", NOW, vec![sheet(12, 13.0)])).await;
    assert_eq!((early.plays, early.players, early.rejected), (0, 0, 1));
    assert_eq!(early.conflicts[0].reason, Reason::UnknownMatch);
    assert_eq!(early.conflicts[0].value, "Team 1 against Team 4 on 2023-08-12");
    let before = facts(&place).await;
    assert!(
        place.import(sheets("plays", NOW, vec![sheet(12, 13.0)])).await.unchanged,
        "nothing has changed since"
    );
    assert_eq!(facts(&place).await, before);
    place.import(batch("matches", NOW, vec![outdoors(20.0, Roof::Open)])).await;
    let hash = touchline_store::PayloadHash::of(b"plays");
    assert!(!place.store.is_imported(hash, "format").await.unwrap());
    assert_eq!(place.import(sheets("plays", LATER, vec![sheet(12, 13.0)])).await.plays, 2);
    assert!(place.store.is_imported(hash, "format").await.unwrap());
}

#[tokio::test]
async fn a_match_is_found_by_how_it_ended() {
    let place = place().await;
    let again = played(3, date(2024, 1, 20), (1, 4), (0, 0));
    place.import(batch("matches", NOW, vec![played(2, DAY, (1, 4), (2, 1)), again])).await;
    let ended = |home, away| MatchSheet {
        meeting: Meeting::Ended { season: Season::starting(2023), score: Score::new(home, away) },
        plays: Vec::new(),
        ..sheet(1, 13.0)
    };
    assert_eq!(place.import(sheets("second", LATER, vec![ended(0, 0)])).await.player_statistics, 1);
    assert_eq!(
        place.store.player_statistics(FixtureId(2), ts("2030-01-01T00:00:00Z")).await.unwrap().len(),
        1
    );
    assert_eq!(place.import(sheets("no such", LATER, vec![ended(5, 5)])).await.rejected, 1);
    // Twice the same score of the same pairing: nobody can tell.
    place.import(batch("third", LATER, vec![played(2, date(2024, 3, 2), (1, 4), (0, 0))])).await;
    assert_eq!(place.import(sheets("unclear", LATER, vec![ended(0, 0)])).await.rejected, 1);
}

#[tokio::test]
async fn injuries_are_known_when_the_day_of_the_match_begins_in_new_york() {
    let place = with_match().await;
    let outcome = place.import(reports("a", NOW, vec![report(2, Availability::Out, None)])).await;
    assert_eq!((outcome.injuries, outcome.players), (1, 1));
    let injuries = async |at: &str| place.store.injuries(FIXTURE, ts(at)).await.unwrap();
    let midnight = "2023-08-12T04:00:00Z";
    assert!(injuries(midnight).await.is_empty());
    let known = &injuries(KICKOFF).await[0];
    assert_eq!(
        (known.times.known_at, known.times.known_rule),
        (ts(midnight), KnownRule::InjuryReportDayBefore)
    );
    assert_eq!((known.value.team, known.value.week), (TeamId(1), 1));
    assert_eq!(known.value.injury, report(2, Availability::Out, None).injury);
    let same = place.import(reports("b", LATER, vec![report(5, Availability::Out, None)])).await;
    assert_eq!((same.injuries, same.duplicates), (0, 1));
    let other = place.import(reports("c", LATER, vec![report(5, Availability::Doubtful, None)])).await;
    assert_eq!((other.injuries, other.corrections), (1, 1));
    assert_eq!(injuries(KICKOFF).await[0].value.injury.availability, Some(Availability::Out));
    let last = &injuries("2030-01-01T00:00:00Z").await[0];
    assert_eq!(last.value.injury.availability, Some(Availability::Doubtful));
}

#[tokio::test]
async fn a_report_with_its_moment_is_known_then() {
    let place = with_match().await;
    let (wednesday, friday) = ("2023-08-09T20:00:00Z", "2023-08-11T20:00:00Z");
    let week = vec![
        report(3, Availability::Out, Some(friday)),
        report(2, Availability::Questionable, Some(wednesday)),
    ];
    let outcome = place.import(reports("a", NOW, week)).await;
    assert_eq!((outcome.injuries, outcome.corrections), (2, 0), "the later one is news");
    let status = async |at: &str| {
        let known = place.store.injuries(FIXTURE, ts(at)).await.unwrap();
        known.first().map(|i| i.value.injury.availability)
    };
    assert_eq!(status(wednesday).await, None);
    assert_eq!(status("2023-08-10T00:00:00Z").await, Some(Some(Availability::Questionable)));
    assert_eq!(status(KICKOFF).await, Some(Some(Availability::Out)));
    let twice =
        vec![report(2, Availability::Out, Some(friday)), report(3, Availability::Doubtful, Some(friday))];
    let contradicting = place.import(reports("b", LATER, twice)).await;
    assert_eq!((contradicting.injuries, contradicting.rejected), (0, 2));
}

#[tokio::test]
async fn a_report_without_its_match_is_known_when_its_week_is_over() {
    let place = place().await;
    assert_eq!(place.import(reports("a", NOW, vec![report(2, Availability::Out, None)])).await.injuries, 1);
    let of_team =
        async |at: &str| place.store.team_injuries(TeamId(1), Season::starting(2023), ts(at)).await.unwrap();
    let over = "2023-08-16T04:00:00Z";
    assert!(of_team(over).await.is_empty());
    let known = &of_team(LATER).await[0];
    assert_eq!((known.times.known_at, known.times.known_rule), (ts(over), KnownRule::InjuryReportWeekEnd));
    assert!(place.import(reports("a", LATER, vec![report(2, Availability::Out, None)])).await.unchanged);
    // Once the match is there, the same file finds it.
    place.import(batch("matches", NOW, vec![outdoors(20.0, Roof::Open)])).await;
    assert_eq!(place.import(reports("a", LATER, vec![report(2, Availability::Out, None)])).await.injuries, 1);
    assert_eq!(place.store.injuries(FIXTURE, ts(KICKOFF)).await.unwrap().len(), 1);
    assert!(place.import(reports("a", LATER, vec![report(2, Availability::Out, None)])).await.unchanged);
}

#[tokio::test]
async fn a_venue_is_known_before_the_match_and_its_weather_after() {
    let place = with_match().await;
    let venue = async |at: &str| place.store.venue(FIXTURE, ts(at)).await.unwrap();
    let weather = async |at: &str| place.store.weather(FIXTURE, ts(at)).await.unwrap();
    assert!(venue("2023-08-12T12:30:00Z").await.is_none(), "90 minutes before kick-off");
    let known = venue("2023-08-12T12:30:00.000001Z").await.unwrap();
    assert_eq!(known.times.known_rule, KnownRule::VenueBeforeKickoff);
    assert_eq!(Some(known.value), outdoors(20.0, Roof::Open).venue);
    assert!(weather(KICKOFF).await.is_none() && weather("2023-08-12T16:30:00Z").await.is_none());
    let known = weather("2023-08-12T16:30:00.000001Z").await.unwrap();
    assert_eq!(
        (known.value, known.times.known_rule),
        (outdoors(20.0, Roof::Open).weather, KnownRule::WeatherWithResult)
    );

    assert_eq!(place.import(batch("same", LATER, vec![outdoors(20.0, Roof::Open)])).await.duplicates, 1);
    let corrected = place.import(batch("other", LATER, vec![outdoors(21.0, Roof::Closed)])).await;
    assert_eq!((corrected.venues, corrected.weather, corrected.corrections), (1, 1, 2));
    let end = "2030-01-01T00:00:00Z";
    assert_eq!(venue(end).await.unwrap().value.roof, Some(Roof::Closed));
    assert_eq!(venue(LATER).await.unwrap().value.roof, Some(Roof::Open));
    assert_eq!(weather(end).await.unwrap().value.temperature_celsius, Some(21.0));
    assert_eq!(count(&place, "venue").await, 1);

    // What a model is told of a match is the same.
    let history = place.store.history(&Scope::default()).await.unwrap();
    let told = |at: &str| {
        let snapshot = history.as_of(ts(at), RecordedBy::Now);
        let conditions = snapshot.briefing(snapshot.fixture(FIXTURE).unwrap()).conditions();
        (conditions.roof, conditions.weather.temperature_celsius)
    };
    assert_eq!(told("2023-08-12T12:30:00Z"), (None, None));
    assert_eq!(told(KICKOFF), (Some(Roof::Open), None));
    assert_eq!(told(LATER), (Some(Roof::Open), Some(20.0)));
    assert_eq!(told(end), (Some(Roof::Closed), Some(21.0)));
}

#[tokio::test]
async fn players_are_known_by_what_first_names_them() {
    let place = with_match().await;
    place.import(sheets("plays", NOW, vec![sheet(12, 13.0)])).await;
    place.import(reports("injuries", NOW, vec![report(2, Availability::Out, None)])).await;
    let players = async |at: &str| {
        let mut known: Vec<String> =
            place.store.players("eng", ts(at)).await.unwrap().keys().map(ToString::to_string).collect();
        known.sort();
        known
    };
    assert!(players("2023-08-12T04:00:00Z").await.is_empty());
    assert_eq!(players("2023-08-12T12:30:00Z").await, ["p1"], "by the report");
    assert_eq!(players(KICKOFF).await, ["p1", "p9"], "by the line-up");
    assert_eq!(players(LATER).await, ["p1", "p2", "p9"], "by the plays");
    assert_eq!(count(&place, "player").await, 3);
    let names = place.store.players("eng", ts(LATER)).await.unwrap();
    assert_eq!(names[&"p9".parse().unwrap()].shown(), Some("Zoe"));
}

/// Plays in many months, corrected in another one: on PostgreSQL in as many partitions.
#[tokio::test]
async fn details_move_with_everything_else() {
    let place = place().await;
    let records = season(30);
    let of_each: Vec<MatchSheet<TeamId>> = records
        .iter()
        .map(|r| MatchSheet {
            home: r.home,
            away: r.away,
            meeting: Meeting::On(r.local_date),
            ..sheet(5, 1.0)
        })
        .collect();
    place.import(batch("matches", NOW, records)).await;
    assert_eq!(place.import(sheets("plays", NOW, of_each.clone())).await.plays, 180);
    let corrected = of_each.into_iter().map(|s| MatchSheet { plays: vec![play(36, 6)], ..s }).collect();
    assert_eq!(place.import(sheets("corrected", "2025-05-05T00:00:00Z", corrected)).await.corrections, 90);
    place.import(reports("injuries", NOW, vec![report(2, Availability::Out, None)])).await;
    place.import(batch("ground", LATER, vec![outdoors(20.0, Roof::Open)])).await;
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let to = At::new(engine).await;
        let target = touchline_store::Place::parse(&to.address()).unwrap();
        let copied = place.store.copy_to(target, ts(NOW), &mut |_| ()).await.unwrap();
        assert!(copied.tables.iter().all(touchline_store::CopiedTable::is_equal));
        let rows = |table: &str| copied.tables.iter().find(|t| t.table == table).unwrap().rows;
        assert_eq!((rows("play"), rows("player"), rows("injury"), rows("weather")), (270, 3, 1, 1));
        let copy = Place { store: to.open(Access::ReadWrite).await.unwrap(), at: to };
        assert!(copy.store.integrity().await.unwrap().is_empty());
        assert_eq!(facts(&copy).await, facts(&place).await);
        let end = ts("2030-01-01T00:00:00Z");
        assert_eq!(
            copy.store.plays(FIXTURE, end).await.unwrap(),
            place.store.plays(FIXTURE, end).await.unwrap()
        );
    }
    place.execute("UPDATE fixture_plays SET plays = 7 WHERE fixture_id = 1").await.unwrap();
    let findings = place.store.integrity().await.unwrap();
    assert_eq!(findings, ["the number of plays of 1 fixtures is not what is on record of them"]);
    place.execute("UPDATE play SET passer_id = 4711 WHERE fixture_id = 2 AND number = 58").await.unwrap();
    assert!(place.store.integrity().await.unwrap()[0].starts_with("1 plays refer to"));
}
