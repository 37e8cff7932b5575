use domain::{Loss, MatchRecord, Reason, Score};

use super::*;

const START: &str = r#"
    name = "test"
    competition = { id = "eng.1" }
    date = { cell = "Date", format = "%d/%m/%Y" }
    home = "Home"
    away = "Away"
"#;

fn error(toml: &str) -> String {
    Mapping::from_toml(toml).unwrap_err().to_string()
}

fn odds(rest: &str) -> String {
    format!("{START}\nodds = [{{ column = \"1\", book = \"bet365\", {rest} }}]")
}

#[test]
fn unknown_keys_are_refused_by_name() {
    for (toml, key) in [
        (format!("{START}\ndelimitter = \";\""), "delimitter"),
        (format!("{START}\nscore = {{ home = \"H\", away = \"A\", guest = \"A\" }}"), "guest"),
        (format!("{START}\nid = {{ column = \"H\", befor = \"x\" }}"), "befor"),
        (
            odds("market = \"three_way\", selection = \"home\", phase = \"closing\", fromat = \"american\""),
            "fromat",
        ),
    ] {
        let message = error(&toml);
        assert!(
            message.contains(&format!("unknown field `{key}`")) && message.contains("expected"),
            "{message}"
        );
    }
    assert!(error("name = \"x\"").contains("missing field `competition`"));
}

#[test]
fn values_that_do_not_fit_are_refused_with_a_remedy() {
    let three_way = "market = \"three_way\", phase = \"closing\"";
    for (toml, expected) in [
        (format!("{START}\nclocks = \"Europe/Londn\""), "clocks: \"Europe/Londn\" is no time zone"),
        (START.replace("eng.1", "eng.99"), "eng.99 is not known; add it under `define`"),
        (START.replace("{ id = \"eng.1\" }", "{ column = \"x\" }"), "give `id`, or `column` and `table`"),
        (odds("market = \"1x2\", selection = \"home\", phase = \"closing\""), "one of three_way, moneyline"),
        (odds(&format!("{three_way}, selection = \"over\"")), "one of home, draw, away"),
        (
            odds("market = \"three_way\", selection = \"home\", phase = \"live\""),
            "opening, pre_match or closing",
        ),
        (odds("market = \"three_way\", selection = \"home\", phase = \"observed\""), "is no phase of a file"),
        (
            odds("market = \"total\", selection = \"over\", phase = \"closing\""),
            "need `line` or `line_column`",
        ),
        (odds("market = \"total\", selection = \"over\", phase = \"closing\", line = 2.25"), "odds[0].line"),
        (odds(&format!("{three_way}, selection = \"home\", line_column = \"L\"")), "market has lines"),
    ] {
        let message = error(&toml);
        assert!(message.contains(expected), "{message}");
    }
}

fn parse(toml: &str, text: &str) -> Parsed {
    Mapping::from_toml(toml).unwrap().parse(text.as_bytes(), "test")
}

#[test]
fn price_formats_and_lines() {
    let toml = format!(
        r#"{START}
        delimiter = ";"
        odds = [
            {{ column = "ML", book = "a", market = "moneyline", selection = "home", phase = "closing", format = "american" }},
            {{ column = "UK", book = "a", market = "moneyline", selection = "away", phase = "closing", format = "fractional" }},
            {{ column = "SP", book = "a", market = "spread", selection = "home", phase = "pre_match", line_column = "L", line_negated = true }},
            {{ column = "OV", book = "a", market = "asian_total", selection = "over", phase = "opening", line = 2.75 }},
        ]"#
    );
    let parsed = parse(
        &toml,
        "Date;Home;Away;ML;UK;SP;L;OV\n12/08/2023;A;B;-150;11/4;1.91;3.5;2.02\n13/08/2023;A;B;50;1/0;1.91;;x\n\
         14/08/2023;A;B;;evens;1.91;3.25;\n",
    );
    let quotes = |at: usize| -> Vec<(String, f64)> {
        let text =
            |q: &domain::QuoteRecord| (format!("{} {}", q.series.market, q.series.selection), q.odds.value());
        parsed.records[at].quotes.iter().map(text).collect()
    };
    let expected = [
        ("moneyline home", 1.0 + 100.0 / 150.0),
        ("moneyline away", 3.75),
        ("spread -3.5 home", 1.91),
        ("asian_total +2.75 over", 2.02),
    ];
    assert_eq!(quotes(0), expected.map(|(text, odds)| (text.to_owned(), odds)));
    assert_eq!(quotes(2), [("moneyline away".to_owned(), 2.0)]);
    let rejected: Vec<_> = parsed.rejections.iter().map(|r| (r.row, r.field.as_deref(), r.reason)).collect();
    assert_eq!(
        rejected,
        [
            (3, Some("ML"), Reason::BadOdds),
            (3, Some("UK"), Reason::BadOdds),
            (3, Some("SP"), Reason::MissingLine),
            (3, Some("OV"), Reason::BadOdds),
            (4, Some("SP"), Reason::BadLine),
        ]
    );
}

#[test]
fn parts_of_cells_marks_and_skipped_rows() {
    let toml = r#"
        name = "test"
        clocks = "America/New_York"
        competition = { id = "nba" }
        skip = [{ column = "Match", contains = "@" }, { column = "Note", equals = "void" }]
        date = { cell = { column = "Id", first = 8 }, format = "%Y%m%d" }
        time = { cell = { column = "At", append = "m" }, format = "%I:%M%p" }
        home = { column = "Match", before = " vs. " }
        away = { column = "Match", after = " vs. " }
        id = "Id"
        score = { home = "P#1", away = "P#2" }
        season = { cell = "Season", named_by = "end_year" }
        neutral = { column = "Note", values = ["London", "Paris"] }
        playoff = { column = "Note", values = ["Finals"] }
        not_league = ["Stars"]
    "#;
    let parsed = parse(
        toml,
        "Id,At,Match,P,P,Season,Note\n2019041001,7:30p,MIL vs. OKC,100,109,2019,Paris\n2019041002,,OKC @ MIL,1,2,2019,\n\
         2019041003,,BOS vs. MIA,,,2019,Finals\n2019041004,,BOS vs. Stars,90,80,2019,\n2019041005,,X vs. Y,90,80,2019,void\n\
         2019041006,,BOS vs. MIA,90,,2019,\n2019041007,99,BOS vs. MIA,90,80,2019,\n",
    );
    let [first, finals] = parsed.records.as_slice() else { panic!("{parsed:?}") };
    assert_eq!((first.home.as_str(), first.away.as_str()), ("MIL", "OKC"));
    assert_eq!(first.kickoff.earliest(), "2019-04-10T23:30:00Z".parse().unwrap());
    assert_eq!(
        first.outcome.as_ref().map(|o| (o.regulation, o.full_time)),
        Some((None, Score::new(100, 109)))
    );
    assert_eq!(first.season_label, Some(domain::Season::starting(2018)));
    assert!(first.neutral && !finals.neutral);
    assert_eq!(finals.stage, domain::Stage::Playoff);
    assert!(finals.kickoff.is_date_only() && finals.outcome.is_none());
    let rejected: Vec<_> = parsed.rejections.iter().map(|r| (r.row, r.reason, r.loss)).collect();
    assert_eq!(
        rejected,
        [
            (5, Reason::NotALeagueTeam, Loss::Row),
            (7, Reason::MissingValue, Loss::Row),
            (8, Reason::BadTime, Loss::Row),
        ]
    );
}

#[test]
fn columns_that_are_not_there_refuse_the_file() {
    let parsed = parse(START, "Date,Home,Guest\n12/08/2023,A,B\n");
    assert_eq!(parsed.records, Vec::<MatchRecord<String>>::new());
    assert_eq!(parsed.rejections[0].field.as_deref(), Some("Away"));
    assert_eq!((parsed.rejections[0].reason, parsed.rejections[0].loss), (Reason::MissingColumn, Loss::File));
}

#[test]
fn possession_is_a_share_however_it_is_written() {
    let toml = format!(
        "{START}\nscore = {{ home = \"HG\", away = \"AG\" }}\n\
         statistics = [{{ kind = \"possession\", home = \"HP\", away = \"AP\" }}]"
    );
    let text = "Date,Home,Away,HG,AG,HP,AP\n12/08/2023,A,B,1,0,55%,45 %\n12/08/2023,C,D,1,0,0.55,0.45\n\
        12/08/2023,E,F,1,0,55,45\n12/08/2023,G,H,1,0,155,45\n";
    let parsed = parse(&toml, text);
    let shares: Vec<_> =
        parsed.records.iter().map(|r| r.statistics.possession.map(|p| (p.home, p.away))).collect();
    assert_eq!(shares, [Some((0.55, 0.45)), Some((0.55, 0.45)), Some((0.55, 0.45)), None]);
    assert_eq!((parsed.rejections[0].row, parsed.rejections[0].reason), (5, Reason::BadStatistic));
}
