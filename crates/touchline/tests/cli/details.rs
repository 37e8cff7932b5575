//! What is known of one match beside its score: plays, injuries, venue, weather, players.

use serde_json::{Value, json};

use crate::Folder;

/// Two games of 2019 in nflverse's shape.
const GAMES: &str = "\
game_id,season,game_type,week,gameday,gametime,away_team,away_score,home_team,home_score,location,overtime,roof,surface,temp,wind,away_qb_id,home_qb_id,away_qb_name,home_qb_name,stadium_id,stadium
2019_01_GB_CHI,2019,REG,1,2019-09-05,20:20,GB,10,CHI,3,Home,0,outdoors,grass,65,10,00-0000004,00-0000001,Dan Thrower,Abe Passer,CHI98,Soldier Field
2019_01_LA_CAR,2019,REG,1,2019-09-08,13:00,LA,30,CAR,27,Home,0,outdoors,grass,,,,,,,CAR00,Bank of America Stadium
";

fn testdata(name: &str) -> String {
    format!("{}/../../testdata/{name}", env!("CARGO_MANIFEST_DIR"))
}

fn imported(folder: &Folder, file: &str, format: &str) -> Value {
    folder.json(&["data", "import", file, "--format", format])
}

fn known(folder: &Folder, as_of: &str) -> Value {
    folder.json(&["data", "match", "1", "--as-of", as_of])
}

#[test]
fn a_match_shows_what_was_known_at_the_moment() {
    let folder = Folder::new();
    let games = folder.file("games.csv", GAMES);
    let (plays, injuries) =
        (testdata("nflverse_plays/nflverse.csv"), testdata("nflverse_injuries/injuries.csv"));
    let first = imported(&folder, &games, "nflverse_games");
    let counts = ["venues", "weather", "line_ups", "players"].map(|of| first[of].as_u64().unwrap());
    assert_eq!(counts, [2, 1, 1, 2]);
    let of_plays = imported(&folder, &plays, "nflverse_plays");
    assert_eq!((&of_plays["plays"], &of_plays["player_statistics"]), (&json!(10), &json!(8)));
    assert_eq!(imported(&folder, &injuries, "nflverse_injuries")["injuries"], json!(4));
    // Again, nothing is new.
    assert_eq!(imported(&folder, &plays, "nflverse_plays")["plays"], json!(0));
    assert_eq!(imported(&folder, &injuries, "nflverse_injuries")["injuries"], json!(0));

    // On Wednesday evening one side has reported; the other is taken to have on Thursday.
    let before = known(&folder, "2019-09-05T00:00:00Z");
    let reported = |known: &Value| known["injuries"].as_array().unwrap().len();
    assert_eq!(reported(&before), 1);
    assert_eq!(before["injuries"][0]["availability"], json!("out"));
    assert_eq!(
        (&before["injuries"][0]["name"], &before["injuries"][0]["team"]),
        (&json!("Ed Target"), &json!("Green Bay Packers"))
    );
    let nothing = ["venue", "weather", "line_up", "result"].map(|of| before[of].is_null());
    assert_eq!(nothing, [true; 4]);
    // At kick-off, 20:20 in New York, there are starters and a venue, and no weather yet.
    let kickoff = known(&folder, "2019-09-06T00:20:00Z");
    assert_eq!(reported(&kickoff), 3);
    assert_eq!(kickoff["venue"]["name"], json!("Soldier Field"));
    assert_eq!(kickoff["line_up"]["home"]["name"], json!("Abe Passer"));
    assert!(kickoff["weather"].is_null() && kickoff["result"].is_null());
    // A day later the result and the weather, and plays one more day later.
    let next_day = known(&folder, "2019-09-06T12:00:00Z");
    assert_eq!(next_day["weather"]["known_rule"], json!("weather_with_result"));
    assert_eq!((&next_day["plays"], &next_day["result"]["full_time"]["home"]), (&json!(0), &json!(3)));
    let last = known(&folder, "2019-09-08T00:00:00Z");
    assert_eq!(last["plays"], json!(8));
    let passer = last["player_statistics"].as_array().unwrap().iter().find(|l| l["player"] == "00-0000001");
    assert_eq!(passer.unwrap()["statistics"]["passing_yards"], json!(79.0));

    let people = folder.run(&["data", "match", "1"]);
    for words in [
        "Chicago Bears against Green Bay Packers",
        "Soldier Field, outdoors, grass",
        "18 °C",
        "8 plays",
        "hamstring",
    ] {
        assert!(people.text().to_lowercase().contains(&words.to_lowercase()), "{words}: {}", people.text());
    }
    assert_eq!(folder.run(&["data", "match", "99"]).code, 2);
    let unknown = folder.run(&["data", "match", "1", "--as-of", "2019-01-01"]);
    assert!(unknown.code == 2 && unknown.text().contains("was not known before"), "{}", unknown.text());
}

/// Lines of one table exported as JSON Lines.
fn exported(folder: &Folder, table: &str, filter: [&str; 2]) -> usize {
    let command = ["data", "export", table, "--format", "jsonl", "--out", "-", filter[0], filter[1]];
    let run = folder.run(&command);
    assert_eq!(run.code, 0, "{}", run.text());
    run.stdout.lines().count()
}

#[test]
fn a_report_without_its_match_is_of_its_own_season() {
    let folder = Folder::new();
    let reports = testdata("nflverse_injuries/injuries.csv");
    assert_eq!(imported(&folder, &reports, "nflverse_injuries")["injuries"], json!(4));
    assert_eq!(exported(&folder, "injury", ["--season", "2019"]), 4);
    assert_eq!(exported(&folder, "injury", ["--season", "2018"]), 0);
    // Ids tell nothing of what happened; what is said of a player does.
    assert!(exported(&folder, "player", ["--as-of", "2018-01-01"]) > 0);
    assert_eq!(exported(&folder, "player_version", ["--as-of", "2018-01-01"]), 0);
    assert!(exported(&folder, "player_version", ["--as-of", "2020-01-01"]) > 0);
}

#[test]
fn plays_without_their_match_say_what_to_do() {
    let folder = Folder::new();
    let plays = testdata("nflverse_plays/nflverse.csv");
    let early = folder.run(&["data", "import", &plays, "--format", "nflverse_plays"]);
    assert!(early.text().contains("import the matches first"), "{}", early.text());
    assert!(
        early.text().contains("Chicago Bears against Green Bay Packers on 2019-09-05"),
        "{}",
        early.text()
    );
    imported(&folder, &folder.file("games.csv", GAMES), "nflverse_games");
    assert_eq!(imported(&folder, &plays, "nflverse_plays")["plays"], json!(10));
}

#[test]
fn a_box_score_finds_its_game_by_how_it_ended() {
    let folder = Folder::new();
    let mapping =
        format!("{}/../../config/mappings/basketball_reference_nba.toml", env!("CARGO_MANIFEST_DIR"));
    let games = folder.file(
        "nba.csv",
        "Date,Start (ET),Visitor/Neutral,PTS,Home/Neutral,PTS,,,Attend.,LOG,Arena,Notes\n\
         Wed Jan 1 2020,7:30p,Milwaukee Bucks,99,Toronto Raptors,101,Box Score,,19800,2:10,Arena,\n",
    );
    assert_eq!(imported(&folder, &games, &mapping)["fixtures"], json!(1));
    let score = imported(&folder, &testdata("nba_stats_box_score/game.json"), "nba_stats_box_score");
    assert_eq!((&score["player_statistics"], &score["players"]), (&json!(3), &json!(3)));
    let known = folder.json(&["data", "match", "1"]);
    let minutes = |player: &str| {
        let lines = known["player_statistics"].as_array().unwrap();
        lines.iter().find(|l| l["player"] == player).unwrap()["statistics"]["minutes"].as_f64()
    };
    assert_eq!((minutes("101"), minutes("102")), (Some(30.5), Some(0.0)));
}
