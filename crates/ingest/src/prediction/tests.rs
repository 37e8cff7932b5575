use domain::Loss;
use jiff::civil::date;

use super::*;
use crate::identity::{Roster, resolve};

const HEAD: &str = "as_of,model,competition,date,home,away,probability_home,probability_draw,probability_away,\
    expected_home,expected_away\n";

fn rows(text: &str) -> ParsedPredictions {
    parse(format!("{HEAD}{text}").as_bytes())
}

fn reasons(parsed: &ParsedPredictions) -> Vec<(u32, Option<&str>, Reason, Loss)> {
    parsed.rejections.iter().map(|r| (r.row, r.field.as_deref(), r.reason, r.loss)).collect()
}

#[test]
fn probabilities_mean_scores_or_both() {
    let parsed = rows(
        "2023-08-11T12:00:00Z,panel,eng.1,2023-08-12,Arsenal,Forest,0.7,0.2,0.1,,\n\
         2023-08-11,panel,eng.1,2023-08-12,Fulham,Everton,,,,1.2,1.5\n\
         2023-08-11,panel,nfl,2023-09-10,CHI,GB,0.55,,,23.5,20.25\n",
    );
    assert_eq!(reasons(&parsed), []);
    let [first, second, third] = parsed.records.as_slice() else { panic!("{parsed:?}") };
    assert_eq!(first.statement.outcome.unwrap().as_array(), [0.7, 0.2, 0.1]);
    assert_eq!((first.statement.score, first.row, first.model.as_str()), (None, 2, "panel"));
    let PredictedMatch::Pairing { local_date, .. } = &first.about else { panic!("{first:?}") };
    assert_eq!(*local_date, date(2023, 8, 12));
    assert_eq!(second.statement, Statement { outcome: None, score: Some((1.2, 1.5)) });
    assert_eq!(second.as_of, "2023-08-11T00:00:00Z".parse().unwrap());
    let outcome = third.statement.outcome.unwrap();
    assert!((outcome.away - 0.45).abs() < 1e-15 && outcome.draw == 0.0, "one side says the other");
}

#[test]
fn rounding_is_shared_out_and_percentages_are_refused() {
    let parsed = rows(
        "2023-08-11,panel,eng.1,2023-08-12,Arsenal,Forest,0.33,0.33,0.33,,\n\
         2023-08-11,panel,eng.1,2023-08-12,Arsenal,Forest,0.5,0.3,0.3,,\n\
         2023-08-11,panel,eng.1,2023-08-12,Arsenal,Forest,70,20,10,,\n",
    );
    let third = parsed.records[0].statement.outcome.unwrap();
    assert!((third.home - 1.0 / 3.0).abs() < 1e-15);
    assert_eq!(
        reasons(&parsed),
        [
            (3, Some("probability_home"), Reason::BadProbability, Loss::Row),
            (4, Some("probability_home"), Reason::BadProbability, Loss::Row)
        ]
    );
}

#[test]
fn every_fault_is_named() {
    let parsed = rows(
        "soon,panel,eng.1,2023-08-12,Arsenal,Forest,0.7,0.2,0.1,,\n\
         2023-08-11,,eng.1,2023-08-12,Arsenal,Forest,0.7,0.2,0.1,,\n\
         2023-08-11,panel,eng.1,12/08/2023,Arsenal,Forest,0.7,0.2,0.1,,\n\
         2023-08-11,panel,eng.1,2023-08-12,Arsenal,Forest,,,,,\n\
         2023-08-11,panel,eng.1,2023-08-12,Arsenal,Forest,0.7,,,,\n\
         2023-08-11,panel,eng.1,2023-08-12,Arsenal,Forest,,,,1.5,-1\n\
         2023-08-11,panel,eng.1,2023-08-12,Arsenal,Forest,,,,1.5,\n\
         2023-08-11,panel,eng.1,2023-08-12,Arsenal,,0.7,0.2,0.1,,\n",
    );
    assert_eq!(parsed.records, []);
    assert_eq!(
        reasons(&parsed)
            .into_iter()
            .map(|(row, field, reason, _)| (row, field.unwrap(), reason))
            .collect::<Vec<_>>(),
        [
            (2, "as_of", Reason::BadMoment),
            (3, "model", Reason::MissingValue),
            (4, "date", Reason::BadDate),
            (5, "probability_home", Reason::MissingValue),
            (6, "probability_away", Reason::MissingValue),
            (7, "expected_away", Reason::BadExpectedScore),
            (8, "expected_away", Reason::MissingValue),
            (9, "away", Reason::MissingValue),
        ]
    );
}

#[test]
fn a_match_may_be_named_by_its_number_and_cells_by_tabs() {
    let parsed = parse(b"fixture_id\tmodel\tas_of\tprobability_home\tprobability_draw\tprobability_away\n17\tp\t2023-08-11\t.5\t.3\t.2\nx\tp\t2023-08-11\t.5\t.3\t.2\n");
    assert_eq!(parsed.records[0].about, PredictedMatch::Fixture(FixtureId(17)));
    assert_eq!(reasons(&parsed), [(3, Some("fixture_id"), Reason::UnknownFixture, Loss::Row)]);
}

#[test]
fn cut_anywhere_no_row_says_what_the_file_does_not() {
    let whole = rows(
        "2023-08-11T12:00:00Z,panel,eng.1,2023-08-12,Arsenal,Forest,0.7,0.2,0.1,1.25,0.5\n\
         2023-08-11,panel,eng.1,2023-08-12,Fulham,Everton,,,,1.2,1.55\n",
    );
    let text = format!(
        "{HEAD}2023-08-11T12:00:00Z,panel,eng.1,2023-08-12,Arsenal,Forest,0.7,0.2,0.1,1.25,0.5\n\
         2023-08-11,panel,eng.1,2023-08-12,Fulham,Everton,,,,1.2,1.55\n"
    );
    assert_eq!(whole.records.len(), 2);
    for cut in 0..text.len() {
        let parsed = parse(&text.as_bytes()[..cut]);
        assert_eq!(parsed.records, whole.records[..parsed.records.len()], "cut at {cut}");
    }
}

#[test]
fn what_is_no_table_of_predictions_is_refused_whole() {
    for (payload, reason) in [
        (&b"<html><body>"[..], Reason::NotThisFormat),
        (b"", Reason::NotThisFormat),
        (b"a;b;c\n1;2;3\n", Reason::NotThisFormat),
        (b"a,b,c\n1,2,3\n", Reason::MissingColumn),
        (b"model,as_of,probability_home,probability_away\np,2023-08-11,.5,.5\n", Reason::MissingColumn),
    ] {
        let parsed = parse(payload);
        assert_eq!((parsed.records.len(), parsed.rejections[0].reason), (0, reason));
        assert_eq!(parsed.rejections[0].loss, Loss::File);
    }
}

#[test]
fn names_wait_for_a_decision() {
    let parsed = rows(
        "2023-08-11,panel,eng.1,2023-08-12,Arsenal,Forest,0.7,0.2,0.1,,\n\
         2023-08-11,panel,eng.1,2023-08-12,Arsenal,Nobody,0.7,0.2,0.1,,\n",
    );
    let roster =
        Roster::new([("eng", "arsenal", domain::TeamId(1)), ("eng", "Forest", domain::TeamId(2))]).unwrap();
    let resolved = resolve(parsed.records, &roster);
    assert_eq!(resolved.records.len(), 1);
    let rejections = resolved.rejections();
    let waiting = &rejections[0];
    assert_eq!(
        (waiting.row, waiting.field.as_deref(), waiting.value.as_str(), waiting.reason),
        (3, Some("away"), "Nobody", Reason::UnknownTeam)
    );
    assert_eq!(resolved.unknown.len(), 1);
}
