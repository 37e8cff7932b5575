//! Touchline's own table of matches: what its samples say, and what of a row is refused.

use domain::{
    Kickoff, Loss, MatchRecord, Phase, Reason, Score, Season, Stage, fixture::FixtureStatus,
    outcome::OutcomeStatus,
};
use jiff::{Timestamp, civil::date};
use touchline_ingest::source::Parsed;

use crate::payloads::{parse, sample};

const FORMAT: &str = "games_csv";

fn ts(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn prices(record: &MatchRecord<String>) -> Vec<(String, f64)> {
    let text = |q: &domain::QuoteRecord| {
        assert_eq!(q.series.phase, Phase::Closing);
        (format!("{} {} {}", q.series.book, q.series.market, q.series.selection), q.odds.value())
    };
    record.quotes.iter().map(text).collect()
}

#[test]
fn matches_of_every_status() {
    let parsed = parse(FORMAT, &sample("games_csv/games.csv"));
    assert_eq!(parsed.rejections, []);
    let [burnley, bournemouth, atlanta, lakers, everton, arsenal] = parsed.records.as_slice() else {
        panic!("{parsed:?}")
    };
    assert_eq!(burnley.kickoff, Kickoff::At(ts("2023-08-11T19:00:00Z")));
    assert_eq!(
        (burnley.season, burnley.season_label),
        (Season::starting(2023), Some(Season::starting(2023)))
    );
    let outcome = burnley.outcome.as_ref().unwrap();
    assert_eq!(outcome.regulation, Some(Score::new(0, 3)), "soccer ends in regulation");
    assert_eq!(outcome.periods, [Score::new(0, 2), Score::new(0, 1)]);
    assert_eq!(prices(burnley)[1], ("bet365 three_way draw".to_owned(), 5.4));
    assert_eq!(burnley.statistics.expected_goals.unwrap().away, 2.4);
    // 15:00 at the venue, in summer.
    assert_eq!(bournemouth.kickoff, Kickoff::At(ts("2023-08-12T14:00:00Z")));
    assert_eq!(prices(bournemouth)[0].0, "market_average three_way home");
    assert_eq!(
        (bournemouth.status, bournemouth.statistics.shots.unwrap().home),
        (FixtureStatus::Completed, 14.0)
    );
    let overtime = atlanta.outcome.as_ref().unwrap();
    assert_eq!((overtime.full_time, overtime.regulation), (Score::new(29, 23), Some(Score::new(23, 23))));
    assert_eq!(overtime.periods.len(), 5);
    assert_eq!(
        prices(atlanta),
        [("pinnacle moneyline home".to_owned(), 1.8), ("pinnacle moneyline away".to_owned(), 2.05)]
    );
    assert_eq!((lakers.status, &lakers.outcome), (FixtureStatus::Postponed, &None));
    assert!(lakers.kickoff.is_date_only());
    assert_eq!(
        (everton.status, everton.stage, everton.neutral),
        (FixtureStatus::Abandoned, Stage::Playoff, true)
    );
    assert_eq!(everton.outcome.as_ref().unwrap().status, OutcomeStatus::Abandoned);
    assert_eq!((arsenal.status, arsenal.quotes.len()), (FixtureStatus::Scheduled, 3));
}

#[test]
fn cells_between_tabs() {
    let parsed = parse(FORMAT, &sample("games_csv/tabs.tsv"));
    assert_eq!(parsed.rejections, []);
    assert_eq!(parsed.records[0].kickoff, Kickoff::At(ts("2023-10-21T16:30:00Z")));
    assert_eq!(parsed.records[1].local_date, date(2023, 9, 16));
    assert_eq!(parsed.records[1].statistics.corners.unwrap().away, 3.0);
}

fn rejected(parsed: &Parsed) -> Vec<(u32, String, Reason, Loss)> {
    let field = |r: &domain::Rejection| r.field.clone().unwrap_or_default();
    parsed.rejections.iter().map(|r| (r.row, field(r), r.reason, r.loss)).collect()
}

#[test]
fn every_fault_is_named() {
    let head = "competition,date,kickoff,home,away,score_home,score_away,regulation_home,regulation_away,periods_home,\
        periods_away,stage,status,neutral,closing_book,closing_home,closing_draw,closing_away\n";
    let rows = [
        ("xyz.9,2023-08-12,,A,B,1,0,,,,,,,,,,,", "competition", Reason::UnknownCompetition),
        ("eng.1,12/08/2023,,A,B,1,0,,,,,,,,,,,", "date", Reason::BadDate),
        ("eng.1,,Saturday,A,B,1,0,,,,,,,,,,,", "kickoff", Reason::BadMoment),
        ("eng.1,2023-08-13,2023-08-12T14:00:00Z,A,B,1,0,,,,,,,,,,,", "date", Reason::BadDate),
        ("eng.1,,,A,B,1,0,,,,,,,,,,,", "date", Reason::MissingValue),
        ("eng.1,2023-08-12,,A,A,1,0,,,,,,,,,,,", "away", Reason::SameTeamTwice),
        ("eng.1,2023-08-12,,A,B,1,,,,,,,,,,,,", "score_away", Reason::MissingValue),
        ("eng.1,2023-08-12,,A,B,1,400,,,,,,,,,,,", "score_away", Reason::BadScore),
        ("eng.1,2023-08-12,,A,B,,,,,,,,completed,,,,,", "score_home", Reason::MissingValue),
        ("eng.1,2023-08-12,,A,B,1,0,,,,,,postponed,,,,,", "score_home", Reason::ScoreWithoutMatch),
        ("eng.1,2023-08-12,,A,B,1,0,,,,,,finished,,,,,", "status", Reason::UnknownWord),
        ("eng.1,2023-08-12,,A,B,1,0,,,,,cup,,,,,,", "stage", Reason::UnknownWord),
        ("eng.1,2023-08-12,,A,B,1,0,,,,,,,maybe,,,,", "neutral", Reason::UnknownWord),
        ("eng.1,2023-08-12,,A,B,1,0,2,0,,,,,,,,,", "regulation_home", Reason::ScoreContradictsPeriods),
        ("eng.1,2023-08-12,,A,B,1,0,,,1 1,0 0,,,,,,,", "periods_home", Reason::ScoreContradictsPeriods),
        ("eng.1,2023-08-12,,A,B,1,0,,,1 0,0,,,,,,,", "periods_home", Reason::ScoreContradictsPeriods),
        ("eng.1,2023-08-12,,A,B,1,0,,,one,0,,,,,,,", "periods_home", Reason::BadScore),
        ("nfl,2023-09-10,,A,B,1,0,,,,,,,,,,,", "score_home", Reason::BadScore),
    ];
    let lines: Vec<&str> = rows.iter().map(|(row, ..)| *row).collect();
    let text = lines.join("\n");
    let parsed = parse(FORMAT, (head.to_owned() + &text).as_bytes());
    assert_eq!(parsed.records, []);
    let expected: Vec<_> =
        (2..).zip(rows).map(|(row, (_, field, reason))| (row, field.to_owned(), reason, Loss::Row)).collect();
    assert_eq!(rejected(&parsed), expected);
    let prices = "eng.1,2023-08-12,,A,B,1,0,,,,,,,,,1.5,x,6\n\
        nba,2024-02-01,,C,D,,,,,,,,,,,1.5,9,2.5\n\
        eng.1,2023-08-12,,E,F,1,0,,,,,,,,a book!,1.5,4,6\n";
    let parsed = parse(FORMAT, (head.to_owned() + prices).as_bytes());
    assert_eq!(parsed.records.iter().map(|r| r.quotes.len()).collect::<Vec<_>>(), [2, 2, 0]);
    let expected = [
        (2, "closing_draw", Reason::BadOdds),
        (3, "closing_draw", Reason::BadOdds),
        (4, "closing_book", Reason::UnknownWord),
    ];
    let expected: Vec<_> = expected
        .iter()
        .map(|(row, field, reason)| (*row, (*field).to_owned(), *reason, Loss::Field))
        .collect();
    assert_eq!(rejected(&parsed), expected);
}

/// A last cell that may be cut costs its row where it could change what the match was.
#[test]
fn a_cut_status_is_no_status() {
    let parsed = parse(
        FORMAT,
        b"competition,date,home,away,score_home,score_away,status\neng.1,2023-08-12,A,B,1,0,abandon",
    );
    assert_eq!(parsed.records, []);
    assert_eq!(rejected(&parsed).last().unwrap().2, Reason::TruncatedRow);
}
