//! What each source makes of its samples.

use domain::{
    Kickoff, Loss, MatchRecord, Outcome, Phase, Reason, Score, Season, Selection, Stage,
    fact::KnownRule,
    fixture::FixtureStatus,
    market::{Line, MarketKind},
};
use jiff::{Timestamp, civil::date};
use touchline_ingest::{
    Encoding,
    source::{Parsed, SOURCES, by_format},
};

use crate::payloads::{parse, sample};

fn ts(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn rejected(parsed: &Parsed) -> Vec<(u32, Option<&str>, Reason, Loss)> {
    parsed.rejections.iter().map(|r| (r.row, r.field.as_deref(), r.reason, r.loss)).collect()
}

/// `book market selection phase` of each price, with the price.
fn quotes(record: &MatchRecord<String>) -> Vec<(String, f64)> {
    let text = |q: &domain::QuoteRecord| {
        let s = q.series;
        (format!("{} {} {} {}", s.book, s.market, s.selection, s.phase.code()), q.odds.value())
    };
    record.quotes.iter().map(text).collect()
}

fn odds_of(record: &MatchRecord<String>, series: &str) -> f64 {
    let all = quotes(record);
    let found: Vec<f64> = all.iter().filter(|(s, _)| s == series).map(|(_, odds)| *odds).collect();
    let [odds] = found.as_slice() else { panic!("{series} {} times in {all:?}", found.len()) };
    *odds
}

#[test]
fn sources_are_found_by_their_names() {
    for source in SOURCES {
        assert_eq!(by_format(source.code()).unwrap().code(), source.code());
    }
    assert!(by_format("football").is_none());
}

#[test]
fn football_data_of_1993() {
    let parsed = parse("football_data_co_uk", &sample("football_data_co_uk/first_seasons.csv"));
    assert_eq!(parsed.encoding, Encoding::Utf8);
    assert_eq!(rejected(&parsed), []);
    let rows: Vec<u32> = parsed.records.iter().map(|r| r.row).collect();
    assert_eq!(rows, [2, 3, 6], "blank rows are counted but are no matches");
    let first = &parsed.records[0];
    assert_eq!(first.local_date, date(1993, 8, 14));
    assert_eq!(first.season, Season::starting(1993));
    assert_eq!(
        first.kickoff,
        Kickoff::OnDate { start: ts("1993-08-13T23:00:00Z"), end: ts("1993-08-14T23:00:00Z") }
    );
    assert_eq!(first.outcome, Some(Outcome::completed(Score::new(2, 1))));
    assert_eq!(parsed.records[2].local_date, date(1999, 12, 31));
    assert_eq!(parsed.records[2].outcome.as_ref().unwrap().full_time, Score::new(1, 10));
}

#[test]
fn football_data_of_the_betbrain_years() {
    let parsed = parse("football_data_co_uk", &sample("football_data_co_uk/betbrain.csv"));
    assert_eq!(
        rejected(&parsed),
        [
            (3, Some("B365A"), Reason::BadOdds, Loss::Field),
            (3, Some("BbMx<2.5"), Reason::BadOdds, Loss::Field),
            (3, Some("BbMxAHH"), Reason::BadLine, Loss::Field),
            (3, Some("BbAvAHH"), Reason::BadLine, Loss::Field),
            (3, Some("BbMxAHA"), Reason::BadLine, Loss::Field),
            (3, Some("BbAvAHA"), Reason::BadLine, Loss::Field),
        ]
    );
    let [first, _, short] = parsed.records.as_slice() else { panic!("{parsed:?}") };
    assert_eq!(first.quotes.len(), 20);
    assert_eq!(odds_of(first, "gamebookers three_way draw pre_match"), 4.0);
    assert_eq!(odds_of(first, "market_average three_way home pre_match"), 1.42);
    assert_eq!(odds_of(first, "market_maximum asian_total +2.5 over pre_match"), 1.8);
    assert_eq!(odds_of(first, "market_average asian_handicap -1.25 away pre_match"), 1.93);
    let outcome = first.outcome.as_ref().unwrap();
    assert_eq!(outcome.periods, [Score::new(1, 1), Score::new(2, 0)]);
    let red = first.statistics.red_cards.unwrap();
    assert_eq!((red.home, red.away, first.statistics.shots.unwrap().home), (0.0, 1.0, 14.0));
    assert!(first.statistics.expected_goals.is_none());
    // Sunday 28 August 2005: collected on the Friday before.
    assert_eq!(first.quotes[0].known_at, ts("2005-08-26T16:00:00Z"));
    assert_eq!(first.quotes[0].known_rule, KnownRule::FridayOrTuesdayBefore);
    // A row that ends after the result is a match without extras.
    assert_eq!((short.row, short.quotes.len(), short.statistics.is_empty()), (4, 0, true));
    assert_eq!(short.outcome.as_ref().unwrap().full_time, Score::new(1, 2));
}

#[test]
fn football_data_with_times_and_closing_odds() {
    let parsed = parse("football_data_co_uk", &sample("football_data_co_uk/closing.csv"));
    let [timed, dated] = parsed.records.as_slice() else { panic!("{parsed:?}") };
    // 17:00 on British clocks, in winter.
    assert_eq!(timed.kickoff, Kickoff::At(ts("2024-01-10T17:00:00Z")));
    assert_eq!(timed.competition.as_str(), "tur.1");
    assert_eq!(timed.quotes.len(), 30);
    assert_eq!(odds_of(timed, "pinnacle three_way home closing"), 1.18);
    assert_eq!(odds_of(timed, "pinnacle asian_total +2.5 under pre_match"), 2.55);
    assert_eq!(odds_of(timed, "pinnacle asian_total +2.5 under closing"), 2.65);
    assert_eq!(odds_of(timed, "bet365 asian_handicap -1.75 home pre_match"), 1.9);
    assert_eq!(odds_of(timed, "pinnacle asian_handicap -2 away closing"), 1.91);
    let closing = timed.quotes.iter().find(|q| q.series.phase == Phase::Closing).unwrap();
    assert_eq!(
        (closing.known_at, closing.known_rule),
        (ts("2024-01-10T17:00:00Z"), KnownRule::ClosingAtKickoff)
    );
    // Without a time the date is the venue's: midnight in Istanbul.
    assert_eq!(
        dated.kickoff,
        Kickoff::OnDate { start: ts("2024-01-10T21:00:00Z"), end: ts("2024-01-11T21:00:00Z") }
    );
    assert_eq!(
        rejected(&parsed),
        [
            (3, Some("HTR"), Reason::ScoreContradictsResult, Loss::Field),
            (3, Some("B365AHH"), Reason::MissingLine, Loss::Field),
            (3, Some("B365AHA"), Reason::MissingLine, Loss::Field),
            (3, Some("PAHH"), Reason::MissingLine, Loss::Field),
            (3, Some("PAHA"), Reason::MissingLine, Loss::Field),
        ]
    );
    assert!(dated.outcome.as_ref().unwrap().periods.is_empty());
}

#[test]
fn football_data_in_odd_encodings() {
    let text = "Div,Date,HomeTeam,AwayTeam,FTHG,FTAG,FTR\r\nEC,03/10/2020,King’s Lynn,Yeovil,2,2,D\r\n";
    let (windows, _, _) = encoding_rs::WINDOWS_1252.encode(text);
    let marked = format!("\u{feff}{text}");
    for (payload, encoding) in [
        (text.as_bytes(), Encoding::Utf8),
        (marked.as_bytes(), Encoding::Utf8),
        (&windows[..], Encoding::Windows1252),
    ] {
        let parsed = parse("football_data_co_uk", payload);
        assert_eq!(parsed.encoding, encoding);
        assert_eq!(parsed.records[0].home, "King’s Lynn");
    }
}

#[test]
fn football_data_fixtures_to_come_have_no_outcome() {
    let parsed = parse(
        "football_data_co_uk",
        b"Div,Date,Time,HomeTeam,AwayTeam,FTHG,FTAG,FTR,B365H\nE0,12/08/2026,15:00,Arsenal,Everton,,,,1.5\n",
    );
    let record = &parsed.records[0];
    assert_eq!((record.status, &record.outcome, record.quotes.len()), (FixtureStatus::Scheduled, &None, 1));
}

#[test]
fn nfl_games() {
    let parsed = parse("nflverse_games", &sample("nflverse_games/games.csv"));
    let [home, tie, bowl, ahead] = parsed.records.as_slice() else { panic!("{parsed:?}") };
    assert_eq!(home.kickoff, Kickoff::At(ts("2015-09-13T17:00:00Z")), "13:00 US Eastern in summer");
    assert_eq!(home.source_id.as_deref(), Some("2015_01_PIT_STL"));
    assert_eq!((home.season, home.season_label), (Season::starting(2015), Some(Season::starting(2015))));
    assert_eq!(home.outcome, Some(Outcome::completed(Score::new(28, 21))));
    assert_eq!(home.quotes.len(), 6);
    // spread_line 7.5 favours the home side, which therefore gives 7.5 points.
    assert_eq!(odds_of(home, "nflverse spread -7.5 home closing"), 2.01);
    assert_eq!(odds_of(home, "nflverse moneyline away closing"), 4.05);
    assert_eq!(odds_of(home, "nflverse total +51 under closing"), 1.0 + 100.0 / 107.0);
    assert!(tie.neutral && tie.stage == Stage::Regular);
    assert_eq!(tie.outcome, Some(Outcome::after_overtime(None, Score::new(20, 20))));
    assert_eq!(odds_of(tie, "nflverse spread +3 home closing"), 1.0 + 100.0 / 105.0);
    assert_eq!((bowl.stage, bowl.season), (Stage::Playoff, Season::starting(2022)));
    assert_eq!((ahead.status, &ahead.outcome), (FixtureStatus::Scheduled, &None));
    assert_eq!(
        rejected(&parsed),
        [
            (3, Some("under_odds"), Reason::BadOdds, Loss::Field),
            (4, Some("home_spread_odds"), Reason::BadLine, Loss::Field),
            (4, Some("away_spread_odds"), Reason::BadLine, Loss::Field),
        ]
    );
}

/// Ids of quarterbacks are the league's; what is none costs the field.
#[test]
fn nflverse_quarterbacks() {
    let text = String::from_utf8(sample("nflverse_games/games.csv")).unwrap();
    let mut lines = text.lines();
    let header = format!("{},away_qb_id,home_qb_id,away_qb_name,home_qb_name", lines.next().unwrap());
    let first = lines.next().unwrap();
    let read = |cells: &str| parse("nflverse_games", format!("{header}\n{first},{cells}\n").as_bytes());
    let both = read("00-0022924,00-0019596,Away Passer,Home Passer").records.remove(0).line_up;
    let home = both.home.unwrap();
    assert_eq!((home.player.to_string().as_str(), home.name.as_str()), ("00-0019596", "Home Passer"));
    assert_eq!(both.away.unwrap().player.to_string(), "00-0022924");
    assert!(read(",,,").records[0].line_up.is_empty());
    let odd = read("NO ID,00-0019596,x,y");
    assert!(odd.records[0].line_up.away.is_none() && odd.records[0].line_up.home.is_some());
    assert_eq!(rejected(&odd), [(2, Some("away_qb_id"), Reason::BadPlayer, Loss::Field)]);
}

#[test]
fn nba_games() {
    let parsed = parse("nba_lines", &sample("nba_lines/games_with_lines.csv"));
    let [first, restart, overtime, bad_pair] = parsed.records.as_slice() else { panic!("{parsed:?}") };
    assert_eq!((first.season, first.season_label), (Season::starting(2007), Some(Season::starting(2007))));
    assert_eq!(first.outcome.as_ref().unwrap().periods.len(), 4);
    assert_eq!(first.outcome.as_ref().unwrap().regulation, Some(Score::new(104, 95)));
    // Spread and total have no price: they are lines, both sides alike. The home side is favoured by 12.
    let all = [
        ("sbr moneyline home closing".to_owned(), 1.0 + 100.0 / 1200.0),
        ("sbr moneyline away closing".to_owned(), 9.0),
        ("line_only spread -12 home closing".to_owned(), 1.0 + 100.0 / 110.0),
        ("line_only spread -12 away closing".to_owned(), 1.0 + 100.0 / 110.0),
        ("line_only total +190 over closing".to_owned(), 1.0 + 100.0 / 110.0),
        ("line_only total +190 under closing".to_owned(), 1.0 + 100.0 / 110.0),
    ];
    assert_eq!(quotes(first), all);
    assert!(first.kickoff.is_date_only() && !first.neutral);
    // A play-in game of the restart: neutral, and neither regular season nor flagged as play-off.
    assert!(restart.neutral && restart.stage == Stage::Playoff);
    assert_eq!(restart.season, Season::starting(2019));
    let outcome = overtime.outcome.as_ref().unwrap();
    assert_eq!((outcome.regulation, outcome.full_time), (Some(Score::new(100, 100)), Score::new(133, 131)));
    assert_eq!(outcome.periods.len(), 5);
    assert!(bad_pair.quotes.iter().all(|q| q.series.book == domain::BookId::LINE_ONLY));
    assert_eq!(
        rejected(&parsed),
        [
            (5, Some("moneyline_home"), Reason::BadOdds, Loss::Field),
            (5, Some("moneyline_away"), Reason::BadOdds, Loss::Field),
            (6, Some("score_home"), Reason::BadScore, Loss::Row),
        ]
    );
}

/// A spread is unsigned: the favourite beside it gives the sign, unless the moneyline says otherwise.
#[test]
fn nba_spreads_take_their_sign_from_the_favourite() {
    let text = String::from_utf8(sample("nba_lines/games_with_lines.csv")).unwrap();
    let mut lines = text.lines();
    let (header, first) = (lines.next().unwrap(), lines.next().unwrap());
    let spreads = |favourite: &str, spread: &str, total: &str| {
        let mut cells: Vec<&str> = first.split(',').collect();
        cells[18..23].copy_from_slice(&[favourite, spread, total, "-120", "100"]);
        let parsed = parse("nba_lines", format!("{header}\n{}\n", cells.join(",")).as_bytes());
        let of_spread = |q: &&domain::QuoteRecord| q.series.market.kind() == MarketKind::Spread;
        let line = parsed.records[0].quotes.iter().find(of_spread).and_then(|q| q.series.market.line());
        (line.map(Line::value), parsed.rejections.iter().filter_map(|r| r.field.clone()).collect::<Vec<_>>())
    };
    assert_eq!(spreads("away", "2.5", "210"), (Some(2.5), vec![]));
    assert_eq!(spreads("home", "1", "210"), (Some(-1.0), vec![]), "nearly even may disagree");
    assert_eq!(
        spreads("home", "2.5", "210"),
        (None, vec!["spread".into()]),
        "the moneyline favours the other side"
    );
    assert_eq!(spreads("away", "210", "2.5"), (None, vec!["spread".into(), "total".into()]), "swapped");
    assert_eq!(spreads("nobody", "2.5", "210"), (None, vec!["spread".into()]));
}

/// The columns that encode what happened after the bet was made.
#[test]
fn nba_columns_from_the_future_are_never_read() {
    let text = String::from_utf8(sample("nba_lines/games_with_lines.csv")).unwrap();
    let flipped: Vec<String> = text
        .lines()
        .map(|line| {
            let mut cells: Vec<&str> = line.split(',').collect();
            if cells[0] != "season" {
                cells[23..27].copy_from_slice(&["99", "999", "7", "7"]);
            }
            cells.join(",")
        })
        .collect();
    assert_eq!(
        parse("nba_lines", (flipped.join("\n") + "\n").as_bytes()),
        parse("nba_lines", text.as_bytes())
    );
}

#[test]
fn bundle_matches_and_odds_meet() {
    let matches = parse("touchline_bundle", &sample("touchline_bundle/matches.csv"));
    let odds = parse("touchline_bundle", &sample("touchline_bundle/odds.csv"));
    let [played, suspended, ahead] = matches.records.as_slice() else { panic!("{matches:?}") };
    assert_eq!(played.kickoff, Kickoff::At(ts("2023-08-12T11:30:00Z")));
    // Labelled 2020-21 by its source, played in the last days of 2019-20.
    assert_eq!(suspended.season, Season::starting(2019));
    assert_eq!(suspended.season_label, Some(Season::starting(2020)));
    assert!(suspended.statistics.expected_goals.is_none(), "one side alone says nothing");
    assert_eq!(rejected(&matches), [(3, Some("home_xg"), Reason::MissingValue, Loss::Field)]);
    assert_eq!((ahead.status, &ahead.outcome), (FixtureStatus::Scheduled, &None));
    let [average, maximum] = odds.records.as_slice() else { panic!("{odds:?}") };
    for record in [average, maximum] {
        assert_eq!((record.status, &record.outcome), (FixtureStatus::Scheduled, &None));
        assert_eq!((record.competition, record.local_date), (played.competition, played.local_date));
        assert_eq!(record.kickoff, played.kickoff);
    }
    assert_eq!(odds_of(average, "market_average three_way away pre_match"), 8.9);
    assert_eq!(odds_of(average, "market_average asian_total +2.5 under pre_match"), 2.3);
    assert_eq!(average.quotes[0].known_at, ts("2023-08-11T16:00:00Z"));
    assert_eq!(rejected(&odds), [(3, Some("under_2_5"), Reason::BadOdds, Loss::Field)]);
    assert_eq!(maximum.quotes[3].series.market.line(), Some(Line::from_quarters(10)));
    assert_eq!(maximum.quotes[3].series.market.kind(), MarketKind::AsianTotal);
    assert_eq!(maximum.quotes[3].series.selection, Selection::Over);
}
