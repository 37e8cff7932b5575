//! Plays, what players did, injuries, venues and weather: what their sources make of them.

use std::collections::BTreeMap;

use domain::{
    MatchSheet, Meeting, PlayerStatistic as S, Reason, Score, Season, Side, Sport, Weather,
    injury::{Availability, Practice},
    venue::Roof,
};
use jiff::civil::date;
use touchline_ingest::{
    identity::{Roster, resolve, roster},
    source::Parsed,
};

use crate::payloads::{parse, sample, shared_data};

fn rejected(parsed: &Parsed) -> Vec<(u32, Option<&str>, Reason)> {
    parsed.rejections.iter().map(|r| (r.row, r.field.as_deref(), r.reason)).collect()
}

fn shipped() -> Roster {
    let entries = roster();
    let named = (1..).zip(&entries).flat_map(|(id, entry)| {
        let spellings = std::iter::once(entry.name).chain(entry.aliases.iter().copied());
        spellings.map(move |spelling| (entry.pool, spelling, domain::TeamId(id)))
    });
    Roster::new(named).unwrap()
}

/// What a player did, by his code.
fn did(sheet: &MatchSheet<String>, code: &str) -> (Side, BTreeMap<&'static str, f64>) {
    let line = sheet.player_statistics.iter().find(|(player, ..)| player.to_string() == code);
    let (_, side, counted) = line.unwrap_or_else(|| panic!("{code} in {sheet:?}"));
    (*side, counted.iter().map(|(statistic, value)| (statistic.code(), value)).collect())
}

#[test]
fn plays_of_nflverse() {
    let parsed = parse("nflverse_plays", &sample("nflverse_plays/nflverse.csv"));
    assert_eq!(rejected(&parsed), []);
    let [chicago, carolina] = parsed.sheets.as_slice() else { panic!("{parsed:?}") };
    assert_eq!((chicago.home.as_str(), chicago.away.as_str(), chicago.sport), ("CHI", "GB", Sport::Nfl));
    assert_eq!(chicago.meeting, Meeting::On(date(2019, 9, 5)));
    assert_eq!((chicago.plays.len(), carolina.plays.len()), (8, 2));
    let first = &chicago.plays[1];
    assert_eq!((first.row, first.at), (3, Some("2019-09-06T00:21:10Z".parse().unwrap())));
    let play = &first.play;
    assert_eq!(
        (play.number, play.period, play.clock_secs, play.possession),
        (36, Some(1), Some(895), Some(Side::Home))
    );
    assert_eq!(
        (play.down, play.distance, play.yards_to_goal, play.yards_gained),
        (Some(1), Some(10), Some(75), Some(12))
    );
    assert_eq!((play.expected_points_added, play.home_win_probability), (Some(0.8125), Some(0.56)));
    assert!(play.description.as_ref().unwrap().ends_with("yards, out of bounds."));
    let touchdown = &chicago.plays[5].play;
    assert_eq!((touchdown.score, chicago.plays[7].play.timeouts), (Some(Score::new(6, 0)), Some([3, 2])));
    // A sack is no pass, a try and what a penalty undid do not count.
    let (side, passer) = did(chicago, "00-0000001");
    assert_eq!(side, Side::Home);
    let expected = [
        ("completions", 2.0),
        ("interceptions", 0.0),
        ("pass_attempts", 2.0),
        ("passing_epa", 4.8125),
        ("passing_touchdowns", 1.0),
        ("passing_yards", 79.0),
        ("sacks", 1.0),
    ];
    assert_eq!(passer.into_iter().collect::<Vec<_>>(), expected);
    let (_, receiver) = did(chicago, "00-0000002");
    assert_eq!((receiver["targets"], receiver["receptions"], receiver["receiving_yards"]), (2.0, 2.0, 79.0));
    let (side, thrower) = did(chicago, "00-0000004");
    assert_eq!((side, thrower["pass_attempts"], thrower["interceptions"]), (Side::Away, 1.0, 1.0));
    assert_eq!(did(chicago, "00-0000003").1["rushing_yards"], -2.0);
    let names: Vec<&str> = carolina.players.iter().filter_map(|p| p.profile.shown()).collect();
    assert_eq!(names, ["F.Back", "G.Arm", "H.Hands"]);
}

#[test]
fn plays_of_nflscrapr() {
    let parsed = parse("nflverse_plays", &sample("nflverse_plays/nflscrapr.csv"));
    let [game] = parsed.sheets.as_slice() else { panic!("{parsed:?}") };
    assert_eq!(game.meeting, Meeting::On(date(2010, 1, 9)));
    assert_eq!(game.plays[0].play.down, None, "NA is nothing");
    // A kneel is a run; time-outs cannot be fewer than none.
    assert_eq!(did(game, "00-0000010").1["rush_attempts"], 1.0);
    assert_eq!(
        rejected(&parsed),
        [
            (4, Some("away_timeouts_remaining"), Reason::BadPlay),
            (5, Some("home_team"), Reason::NotALeagueTeam)
        ]
    );
}

#[test]
fn a_play_told_twice_counts_once_and_two_of_one_number_not_at_all() {
    let text = String::from_utf8(sample("nflverse_plays/nflverse.csv")).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let twice = format!("{}\n{}\n{}\n{}\n", lines[0], lines[2], lines[2], lines[3]);
    let parsed = parse("nflverse_plays", twice.as_bytes());
    assert_eq!((parsed.sheets[0].plays.len(), parsed.rejections.len()), (2, 0));
    assert_eq!(did(&parsed.sheets[0], "00-0000001").1["pass_attempts"], 1.0);
    let other = lines[2].replace(",12.0,3,3", ",13.0,3,3");
    let contradicting = format!("{}\n{}\n{other}\n{}\n", lines[0], lines[2], lines[3]);
    let parsed = parse("nflverse_plays", contradicting.as_bytes());
    assert_eq!(parsed.sheets[0].plays.len(), 1);
    assert_eq!(
        rejected(&parsed),
        [(2, Some("play_id"), Reason::ConflictInFile), (3, Some("play_id"), Reason::ConflictInFile)]
    );
    assert!(parsed.sheets[0].player_statistics.iter().all(|(_, _, c)| c.get(S::PassAttempts).is_none()));
}

#[test]
fn injury_reports() {
    let parsed = parse("nflverse_injuries", &sample("nflverse_injuries/injuries.csv"));
    let [knee, rest, out, odd] = parsed.injuries.as_slice() else { panic!("{parsed:?}") };
    assert_eq!((knee.team.as_str(), knee.season, knee.week), ("CHI", Season::starting(2019), 1));
    assert_eq!(knee.dates, (date(2019, 9, 4), date(2019, 9, 10)));
    assert_eq!(knee.player.profile.name.as_deref(), Some("Bob Catcher"));
    assert_eq!(knee.injury.availability, Some(Availability::Questionable));
    assert_eq!(
        (knee.injury.what.as_deref(), knee.injury.what_else.as_deref()),
        (Some("Knee"), Some("Ankle"))
    );
    assert_eq!((knee.injury.practice, knee.reported_at), (Some(Practice::Limited), None));
    assert_eq!((rest.injury.availability, rest.injury.practice), (None, Some(Practice::None)));
    assert_eq!(out.reported_at, Some("2019-09-04T20:05:00Z".parse().unwrap()));
    assert_eq!((odd.injury.availability, odd.injury.practice), (None, Some(Practice::Full)));
    assert_eq!(
        rejected(&parsed),
        [
            (5, Some("report_status"), Reason::BadStatus),
            (5, Some("date_modified"), Reason::BadTime),
            (6, Some("week"), Reason::BadWeek),
            (7, Some("gsis_id"), Reason::BadPlayer),
        ]
    );
}

#[test]
fn nba_box_score() {
    let parsed = parse("nba_stats_box_score", &sample("nba_stats_box_score/game.json"));
    assert_eq!(rejected(&parsed), []);
    let [sheet] = parsed.sheets.as_slice() else { panic!("{parsed:?}") };
    let ended = Meeting::Ended { season: Season::starting(2019), score: Score::new(101, 99) };
    assert_eq!((sheet.home.as_str(), sheet.away.as_str(), sheet.meeting), ("TOR", "MIL", ended));
    let (side, starter) = did(sheet, "101");
    assert_eq!(
        (side, starter["started"], starter["minutes"], starter["points"]),
        (Side::Home, 1.0, 30.5, 13.0)
    );
    assert_eq!((starter["free_throws_attempted"], starter["plus_minus"], starter.len()), (2.0, 17.0, 17));
    let did_not_play = BTreeMap::from([("minutes", 0.0), ("started", 0.0)]);
    assert_eq!(did(sheet, "102"), (Side::Home, did_not_play));
    assert_eq!(did(sheet, "103").1["plus_minus"], -2.0);
    let text = String::from_utf8(sample("nba_stats_box_score/game.json")).unwrap();
    let odd = parse("nba_stats_box_score", text.replace("\"30:30\"", "\"half\"").as_bytes());
    assert_eq!(rejected(&odd), [(0, Some("minutes"), Reason::BadStatistic)]);
    let unfinished = parse("nba_stats_box_score", text.replace("0021900503", "?").as_bytes());
    assert!(unfinished.sheets.is_empty() && unfinished.rejections[0].field.as_deref() == Some("gameId"));
}

#[test]
fn venue_and_weather_of_nflverse_games() {
    let text = String::from_utf8(sample("nflverse_games/games.csv")).unwrap();
    let mut lines = text.lines();
    let header = format!("{},roof,surface,temp,wind,stadium_id", lines.next().unwrap());
    let first = lines.next().unwrap();
    let read = |cells: &str| parse("nflverse_games", format!("{header}\n{first},{cells},\n").as_bytes());
    let game = read("outdoors,grass ,50,10,STL00").records.remove(0);
    let venue = game.venue.unwrap();
    assert_eq!((venue.code.to_string().as_str(), venue.name.as_str()), ("stl00", "Dome"));
    assert_eq!((venue.roof, venue.surface.as_deref()), (Some(Roof::Outdoors), Some("grass")));
    assert_eq!(game.weather.temperature_celsius, Some(10.0));
    assert!((game.weather.wind_mps.unwrap() - 4.4704).abs() < 1e-9);
    let inside = read("dome,,,,STL00").records.remove(0);
    assert_eq!((inside.weather, inside.venue.unwrap().surface), (Weather::default(), None));
    let odd = read("canvas,,hot,-3,NO SUCH ID").rejections;
    let fields: Vec<_> = odd.iter().filter_map(|r| r.field.as_deref()).collect();
    assert_eq!(fields, ["stadium_id", "temp", "wind"]);
    assert_eq!(rejected(&read("canvas,,,,STL00")), [(2, Some("roof"), Reason::BadVenue)]);
}

/// Against the box score of Super Bowl XLIV, <https://www.pro-football-reference.com/boxscores/201002070clt.htm>.
#[test]
fn real_plays_sum_up_to_the_box_score() {
    let Some(data) = shared_data() else { return };
    let parsed =
        parse("nflverse_plays", &std::fs::read(data.join("nfl/play_by_play/post_pbp_2009.csv")).unwrap());
    assert_eq!((parsed.sheets.len(), parsed.rejections.len()), (11, 1), "an all-star game is none");
    assert_eq!(parsed.sheets.iter().map(|s| s.plays.len()).sum::<usize>(), 2_102 - 175);
    let bowl = parsed.sheets.last().unwrap();
    assert_eq!(bowl.meeting, Meeting::On(date(2010, 2, 7)));
    let of = |name: &str, statistics: &[S]| {
        let player = bowl.players.iter().find(|p| p.profile.shown() == Some(name)).unwrap();
        let (_, _, did) = bowl.player_statistics.iter().find(|(code, ..)| *code == player.code).unwrap();
        statistics.iter().map(|s| did.get(*s).unwrap_or_default()).collect::<Vec<f64>>()
    };
    let passing =
        [S::Completions, S::PassAttempts, S::PassingYards, S::PassingTouchdowns, S::Interceptions, S::Sacks];
    assert_eq!(of("D.Brees", &passing), [32.0, 39.0, 288.0, 2.0, 0.0, 1.0]);
    assert_eq!(of("P.Manning", &passing), [31.0, 45.0, 333.0, 1.0, 1.0, 0.0]);
    let rushing = [S::RushAttempts, S::RushingYards, S::RushingTouchdowns];
    assert_eq!(of("J.Addai", &rushing), [13.0, 77.0, 1.0]);
    assert_eq!(of("P.Thomas", &rushing), [9.0, 30.0, 0.0]);
    let receiving = [S::Receptions, S::ReceivingYards, S::ReceivingTouchdowns];
    assert_eq!(of("M.Colston", &receiving), [7.0, 83.0, 0.0]);
    assert_eq!(of("P.Thomas", &receiving), [6.0, 55.0, 1.0]);
    assert!(resolve(parsed.sheets, &shipped()).unknown.is_empty());
}

#[test]
fn real_injuries_venues_and_weather() {
    let Some(data) = shared_data() else { return };
    let parsed = parse("nflverse_injuries", &std::fs::read(data.join("nfl/injuries_2025.csv")).unwrap());
    assert_eq!((parsed.injuries.len(), rejected(&parsed)), (6_068, vec![]));
    let out = parsed.injuries.iter().filter(|i| i.injury.availability == Some(Availability::Out)).count();
    assert_eq!(out, 1_396);
    assert!(resolve(parsed.injuries, &shipped()).unknown.is_empty());
    let games = parse("nflverse_games", &std::fs::read(data.join("nfl/games.csv")).unwrap());
    let count =
        |has: fn(&domain::MatchRecord<String>) -> bool| games.records.iter().filter(|r| has(r)).count();
    assert_eq!((count(|r| r.venue.is_some()), count(|r| !r.weather.is_empty())), (2_458, 1_624));
    let open_air = |r: &domain::MatchRecord<String>| {
        r.weather.is_empty() || r.venue.as_ref().and_then(|v| v.roof).is_some_and(Roof::is_open_air)
    };
    assert!(games.records.iter().all(open_air), "there is no weather under a roof");
}

#[test]
fn a_real_nba_box_score() {
    let Some(data) = shared_data() else { return };
    let path = data.join("../payloads/nba_stats/boxscoretraditionalv3.json");
    let parsed = parse("nba_stats_box_score", &std::fs::read(path).unwrap());
    assert_eq!(rejected(&parsed), []);
    let [sheet] = parsed.sheets.as_slice() else { panic!("{parsed:?}") };
    let score = Score::new(128, 100);
    assert_eq!(sheet.meeting, Meeting::Ended { season: Season::starting(2025), score });
    assert_eq!(sheet.players.len(), 29);
    // What the players scored is what the sides scored.
    let points = |of: Side| -> f64 {
        let own = sheet.player_statistics.iter().filter(|(_, side, _)| *side == of);
        own.filter_map(|(_, _, did)| did.get(S::Points)).sum()
    };
    assert_eq!((points(Side::Home), points(Side::Away)), (128.0, 100.0));
    let starters =
        sheet.player_statistics.iter().filter(|(_, _, did)| did.get(S::Started) == Some(1.0)).count();
    assert_eq!(starters, 10);
    assert!(resolve(parsed.sheets, &shipped()).unknown.is_empty());
}
