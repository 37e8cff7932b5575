//! The cache as its users meet it: what it says, and what a Redis that comes and goes does to the pages.

use testkit::RedisServer;

use crate::{Folder, Ran, demo, server::Server};

const URL: &str = "TOUCHLINE__CACHE__URL";

/// Pages whose answer does not depend on when they are asked for. The rest of the data page is about the cache itself.
fn pages(server: &Server) -> Vec<String> {
    let id = demo::folder().1["upcoming"][0]["id"].as_i64().expect("a number");
    let data = server.get("/data");
    let data = data.split("Cache").next().expect("a part").replace(", counted ", "\0");
    let mut parts: Vec<&str> = data.split('\0').collect();
    // When it was counted.
    if let Some(last) = parts.last_mut() {
        *last = last.split_once(" UTC.").expect("a moment").1;
    }
    vec![server.get("/"), server.get(&format!("/match/{id}")), parts.concat()]
}

#[test]
fn a_redis_that_goes_and_comes_back_is_a_warning_and_changes_no_page() {
    let Some(mut redis) = RedisServer::start() else { return };
    let folder = demo::copy();
    // Patient, so that a busy machine is not taken for a Redis that is away.
    let server = Server::with(&folder, &[(URL, &redis.url()), ("TOUCHLINE__CACHE__TIMEOUT_MS", "5000")]);
    let before = pages(&server);
    assert!(before[1].contains("Fair odds") && before[2].contains("eng.1"), "{before:?}");
    assert_eq!(pages(&server), before);
    let filled = server.json("/api/cache");
    assert!(
        filled["hits"].as_u64() >= Some(3) && filled["holding"]["entries"].as_u64() >= Some(3),
        "{filled}"
    );
    assert_eq!(filled["degraded"], false);
    for outage in 1..=2 {
        redis.kill();
        for _ in 0..5 {
            assert_eq!(pages(&server), before, "outage {outage}");
        }
        let away = server.json("/api/cache");
        assert_eq!(
            (away["degraded"].as_bool(), away["outages"].as_u64()),
            (Some(true), Some(outage)),
            "{away}"
        );
        redis.restart();
        server.wait("/api/cache", |cache| cache["degraded"] == false);
        assert_eq!(pages(&server), before, "after outage {outage}");
    }
    let log = server.log();
    let count = |level| log.lines().filter(|line| line.contains(level)).count();
    assert_eq!((count("WARN"), count("ERROR")), (2, 0), "{log}");
    assert!(log.contains("the cache's Redis is away"), "{log}");
}

#[test]
fn without_its_redis_a_server_starts_and_serves() {
    let folder = demo::copy();
    // Nobody listens on the port of discard.
    let server = Server::with(&folder, &[(URL, "redis://:hunter2@127.0.0.1:9/0")]);
    assert_eq!(pages(&server), pages(&server));
    assert_eq!(server.json("/api/cache")["degraded"], true);
    let (page, log) = (server.get("/data"), server.log());
    assert!(page.contains("It is away") && page.contains("redis://***@127.0.0.1:9/0"), "{page}");
    assert!(!page.contains("hunter2") && !log.contains("hunter2"), "{log}");
    assert_eq!(log.lines().filter(|line| line.contains("WARN")).count(), 1, "{log}");
}

#[test]
fn no_command_tells_a_password() {
    let folder = Folder::new();
    let secret = "redis://:hunter2@127.0.0.1:9/0";
    let run = |arguments: &[&str], url: &str| {
        let ran = Ran::of(&folder.command(arguments).env(URL, url).output().expect("it runs"));
        assert!(!ran.text().contains("hunter2"), "{arguments:?} {url}: {}", ran.text());
        ran
    };
    for json in [&[][..], &["--json"]] {
        let with = |words: &[&'static str]| [words, json].concat();
        assert!(run(&with(&["config", "show"]), secret).stdout.contains("redis://***@127.0.0.1:9/0"));
        assert_eq!(run(&with(&["init", "--force"]), secret).code, 0);
        assert_eq!(run(&with(&["doctor"]), secret).code, 0, "a Redis that is away is a warning");
        assert_eq!(run(&with(&["cache", "stats", "--port", "9"]), secret).code, 0);
        assert_eq!(run(&with(&["cache", "clear", "--port", "9"]), secret).code, 1);
        assert_eq!(run(&with(&["config", "show"]), "http://:hunter2@127.0.0.1:9").code, 1);
        assert_eq!(run(&with(&["config", "show"]), "redis://:hunter2@127.0.0.1:port").code, 1);
    }
    let file = folder.data().join("touchline.toml");
    assert!(
        !std::fs::read_to_string(&file).expect("written").contains("***"),
        "a hidden password is no password"
    );
    for broken in
        ["[cache]\nurl = \"redis://:hunter2@cache\n", "[cache]\nurl = \"redis://:hunter2@cache\" x\n"]
    {
        std::fs::write(&file, broken).expect("a file");
        assert_eq!(run(&["config", "show"], "").code, 1, "{broken}");
    }
}

#[test]
fn a_cache_in_memory_is_asked_of_its_server() {
    let folder = demo::copy();
    let nothing = folder.json(&["cache", "stats", "--port", "9"]);
    assert!(nothing["server"].is_null() && nothing["note"].as_str().is_some_and(|n| n.contains("no server")));
    assert_eq!(folder.json(&["cache", "clear", "--port", "9"])["places"], serde_json::json!([]));
    let ran = folder.run(&["cache", "warm", "--port", "9"]);
    assert!(ran.code == 2 && ran.text().contains("touchline serve"), "{}", ran.text());

    let server = Server::over(&folder);
    pages(&server);
    pages(&server);
    let port = server.port();
    let stats = folder.json(&["cache", "stats", "--port", &port]);
    assert_eq!(stats["server"]["backend"], "memory");
    assert!(stats["server"]["hits"].as_u64() >= Some(3), "{stats}");
    let shown = folder.run(&["cache", "stats", "--port", &port]);
    assert!(shown.stdout.contains("hit rate") && shown.stdout.contains("report"), "{}", shown.text());
    let entries = stats["server"]["holding"]["entries"].as_u64();
    let cleared = folder.json(&["cache", "clear", "--port", &port]);
    assert!(cleared["entries"].as_u64() == entries && entries >= Some(3), "{cleared} {stats}");
    assert_eq!(server.json("/api/cache")["holding"]["entries"], 0);
}

#[test]
fn a_server_warms_up_for_the_day_and_so_does_the_command() {
    let folder = demo::copy();
    let examined = folder.json(&["doctor"]);
    let clock = examined.as_array().expect("a list").iter().find(|e| e["what"] == "clock").expect("a clock");
    let now: jiff::Timestamp = clock["detail"].as_str().expect("a moment").parse().expect("a moment");
    // At noon in London it is the same day in UTC all year; whether that is past by now does not matter.
    let day = now.strftime("%d/%m/%Y");
    let fixture =
        format!("Div,Date,Time,HomeTeam,AwayTeam,FTHG,FTAG,FTR\nE0,{day},12:00,Arsenal,Chelsea,,,\n");
    let file = folder.file("today.csv", fixture);
    folder.json(&["data", "import", &file, "--format", "football_data_co_uk"]);

    let server = Server::with(&folder, &[("TOUCHLINE__CACHE__WARM_UP", "false")]);
    assert_eq!(server.json("/api/cache")["loads"], 0);
    let warmed = folder.json(&["cache", "warm", "--port", &server.port()]);
    assert_eq!(warmed["competitions"], serde_json::json!(["eng.1"]), "{warmed}");
    assert_eq!(warmed["problems"], serde_json::json!([]), "{warmed}");
    let loads = server.json("/api/cache")["loads"].as_u64();
    assert!(loads >= Some(4), "{loads:?}");
    assert!(server.get("/matches").contains("Matches"));
    assert_eq!(server.json("/api/cache")["loads"].as_u64(), loads, "there was nothing left to make");
    drop(server);

    let server = Server::over(&folder);
    server.wait("/api/cache", |cache| cache["loads"].as_u64() >= loads);
}
