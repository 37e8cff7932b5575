//! Payloads that are cut off, of another kind, or nonsense. Nothing may panic, and no record may appear that the whole file
//! does not hold.

use domain::{Loss, Reason};
use proptest::prelude::*;
use touchline_ingest::source::{Parsed, SOURCES};

use crate::payloads::{parse, sample, samples_of};

/// Cut anywhere, a file yields a prefix of its records; only the prices and statistics of the last one may be fewer, and then
/// a rejection says so.
#[test]
fn every_source_survives_truncation_at_every_byte() {
    for source in SOURCES {
        let samples = samples_of(*source);
        assert!(!samples.is_empty(), "{} has no sample", source.code());
        for (name, payload) in samples {
            let whole = source.parse(&payload, &name);
            let said = whole.records.len() + whole.injuries.len() + whole.sheets.len();
            assert!(said > 0, "{name}");
            for cut in 0..payload.len() {
                let parsed = source.parse(&payload[..cut], &name);
                for (i, (record, of_whole)) in parsed.records.iter().zip(&whole.records).enumerate() {
                    let mut expected = of_whole.clone();
                    let is_last_line = i + 1 == parsed.records.len();
                    if is_last_line && record != of_whole {
                        // The last cell may be cut within its digits, so it is dropped; whatever else stands must be right.
                        assert!(record.quotes.iter().all(|q| of_whole.quotes.contains(q)), "{name} at {cut}");
                        assert!(parsed.rejections.iter().any(|r| r.reason == Reason::TruncatedRow));
                        expected.quotes.clone_from(&record.quotes);
                        expected.statistics = record.statistics;
                    }
                    assert_eq!(record, &expected, "{name} cut at {cut}");
                }
                assert!(parsed.records.len() <= whole.records.len(), "{name} cut at {cut}");
                assert_beginning(&parsed, &whole, &format!("{name} cut at {cut}"));
                if cut < payload.iter().position(|b| *b == b'\n').unwrap() {
                    assert_eq!(parsed.rejections[0].loss, Loss::File, "{name} cut at {cut}: {parsed:?}");
                }
            }
        }
    }
}

/// Plays and reports of a file that is cut off are the first of the whole one's; of the last one a cell may be missing, and then
/// a rejection says so.
fn assert_beginning(parsed: &Parsed, whole: &Parsed, what: &str) {
    let is_told = parsed.rejections.iter().any(|r| r.reason == Reason::TruncatedRow);
    assert!(
        parsed.injuries.len() <= whole.injuries.len() && parsed.sheets.len() <= whole.sheets.len(),
        "{what}"
    );
    for (i, (report, of_whole)) in parsed.injuries.iter().zip(&whole.injuries).enumerate() {
        let may_differ = is_told && i + 1 == parsed.injuries.len();
        assert!(report == of_whole || may_differ && report.player == of_whole.player, "{what}");
    }
    for (sheet, of_whole) in parsed.sheets.iter().zip(&whole.sheets) {
        assert!(sheet.plays.len() <= of_whole.plays.len(), "{what}");
        for (i, (play, of_whole)) in sheet.plays.iter().zip(&of_whole.plays).enumerate() {
            let may_differ = is_told && i + 1 == sheet.plays.len();
            assert!(play == of_whole || may_differ && play.play.number == of_whole.play.number, "{what}");
        }
    }
}

#[test]
fn what_is_no_table_is_refused_whole() {
    let page = b"<!DOCTYPE html>\n<html><head><title>503 Service Unavailable</title></head><body>Div,Date</body></html>\n";
    let payloads: [(&[u8], Reason); 6] = [
        (page, Reason::NotThisFormat),
        (b"", Reason::NotThisFormat),
        (b" \r\n\n", Reason::NotThisFormat),
        (b"PK\x03\x04\x00\x00\x00\x00", Reason::NotThisFormat),
        (
            b"Div;Date;HomeTeam;AwayTeam;FTHG;FTAG;FTR\nE0;14/08/93;Arsenal;Coventry;0;3;A\n",
            Reason::NotThisFormat,
        ),
        (b"a,b,c\n1,2,3\n", Reason::MissingColumn),
    ];
    for source in SOURCES {
        for (payload, reason) in &payloads {
            let parsed = source.parse(payload, "x.csv");
            assert_eq!(parsed.records, [], "{}", source.code());
            assert!(parsed.sheets.is_empty() && parsed.injuries.is_empty(), "{}", source.code());
            let [rejection] = parsed.rejections.as_slice() else { panic!("{parsed:?}") };
            // A table is no document, whatever its columns.
            let reason = if source.code() == "nba_stats_box_score" { Reason::NotThisFormat } else { *reason };
            assert_eq!((rejection.reason, rejection.loss), (reason, Loss::File), "{}", source.code());
        }
    }
    let semicolons = parse("football_data_co_uk", payloads[4].0);
    assert_eq!(semicolons.rejections[0].value, "delimited by ';', expected ','");
}

#[test]
fn a_missing_column_is_named() {
    for (format, path, column) in [
        ("football_data_co_uk", "football_data_co_uk/closing.csv", "FTHG"),
        ("nflverse_games", "nflverse_games/games.csv", "game_id"),
        ("nflverse_plays", "nflverse_plays/nflverse.csv", "game_date"),
        ("nflverse_injuries", "nflverse_injuries/injuries.csv", "gsis_id"),
        ("nba_lines", "nba_lines/games_with_lines.csv", "score_away"),
        ("touchline_bundle", "touchline_bundle/matches.csv", "kickoff_local"),
        ("touchline_bundle", "touchline_bundle/odds.csv", "away_odds"),
    ] {
        let text = String::from_utf8(sample(path)).unwrap().replacen(column, "other", 1);
        let parsed = parse(format, text.as_bytes());
        assert_eq!(parsed.records, []);
        assert_eq!(parsed.rejections[0].field.as_deref(), Some(column));
        assert_eq!(parsed.rejections[0].reason, Reason::MissingColumn);
    }
}

/// Records, prices, and what was rejected by which column.
type Became = (usize, usize, Vec<(Option<String>, Reason, Loss)>);

/// A football-data row with one cell replaced, and what became of it.
fn with_cell(column: &str, value: &str) -> Became {
    const HEADER: &str = "Div,Date,Time,HomeTeam,AwayTeam,FTHG,FTAG,FTR,HS,AS,B365H,B365D,B365A";
    const ROW: &str = "E0,12/08/2023,15:00,Arsenal,Everton,2,1,H,10,4,1.5,4,7";
    let at = HEADER.split(',').position(|name| name == column).unwrap();
    let mut cells: Vec<&str> = ROW.split(',').collect();
    cells[at] = value;
    let parsed = parse("football_data_co_uk", format!("{HEADER}\n{}\n", cells.join(",")).as_bytes());
    let quotes = parsed.records.iter().map(|r| r.quotes.len()).sum();
    let rejections = parsed.rejections.into_iter().map(|r| (r.field, r.reason, r.loss)).collect();
    (parsed.records.len(), quotes, rejections)
}

#[test]
fn a_bad_cell_costs_what_it_must_and_no_more() {
    use Reason::*;
    assert_eq!(with_cell("FTHG", "2"), (1, 3, vec![]));
    for (column, value, reason) in [
        ("FTHG", "-1", BadScore),
        ("FTHG", "two", BadScore),
        ("FTHG", "99", BadScore),
        ("FTHG", "1.5", BadScore),
        ("FTAG", "", MissingValue),
        ("FTR", "D", ScoreContradictsResult),
        ("Date", "2023-08-12", BadDate),
        ("Date", "31/02/2023", BadDate),
        ("Date", "", MissingValue),
        ("Time", "25:00", BadTime),
        ("HomeTeam", "", MissingValue),
        ("AwayTeam", "Arsenal", SameTeamTwice),
        ("Div", "XX", UnknownCompetition),
    ] {
        let expected = (0, 0, vec![(Some(column.to_owned()), reason, Loss::Row)]);
        assert_eq!(with_cell(column, value), expected, "{column} = {value}");
    }
    for value in ["0", "1", "1.0", "-2", "nan", "inf", "3.53.75", "#", "20000"] {
        let expected = (1, 2, vec![(Some("B365D".to_owned()), BadOdds, Loss::Field)]);
        assert_eq!(with_cell("B365D", value), expected, "odds {value}");
    }
    assert_eq!(with_cell("B365D", " "), (1, 2, vec![]), "blank odds are absent, not wrong");
    assert_eq!(with_cell("HS", "many"), (1, 3, vec![(Some("HS".to_owned()), BadStatistic, Loss::Field)]));
}

#[test]
fn a_stray_quotation_mark_costs_its_own_line() {
    let payload = b"Div,Date,HomeTeam,AwayTeam,FTHG,FTAG,FTR\nE0,14/08/93,\"Arsenal,Coventry,0,3,A\nE0,14/08/93,Leeds,QPR,1,1,D\n";
    let parsed = parse("football_data_co_uk", payload);
    assert_eq!(parsed.records.len(), 1);
    assert_eq!((parsed.records[0].row, parsed.records[0].home.as_str()), (3, "Leeds"));
    assert_eq!((parsed.rejections[0].row, parsed.rejections[0].reason), (2, Reason::TruncatedRow));
}

proptest! {
    /// Whatever the cells hold, each row ends as one record, one rejection or nothing.
    #[test]
    fn any_cells_are_survived(cells in prop::collection::vec("[^\\r\\n]{0,12}", 13), at in 0usize..13) {
        let header = "Div,Date,Time,HomeTeam,AwayTeam,FTHG,FTAG,FTR,AHh,B365AHH,B365H,PC>2.5,HS";
        let mut row: Vec<String> =
            "E0,12/08/2023,15:00,Arsenal,Everton,2,1,H,-1,1.9,1.5,1.8,9".split(',').map(str::to_owned).collect();
        row[at].clone_from(&cells[at]);
        for text in [format!("{header}\n{}\n", row.join(",")), format!("{header}\n{}", cells.join(","))] {
            let parsed = parse("football_data_co_uk", text.as_bytes());
            prop_assert!(parsed.records.len() <= 1);
            let lost_rows = parsed.rejections.iter().filter(|r| r.loss != Loss::Field).count();
            prop_assert!(parsed.records.len() + lost_rows <= 1);
            for record in &parsed.records {
                prop_assert!(record.home != record.away);
            }
        }
    }

    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        for source in SOURCES {
            let parsed = source.parse(&bytes, "noise");
            prop_assert!(!parsed.rejections.is_empty());
        }
    }
}
