//! The mapping files that ship, each on its sample.

use domain::{Kickoff, Loss, Reason, Score, Stage, fact::KnownRule};
use touchline_ingest::source::{Mapping, Parsed, Source};

use crate::payloads::{sample, workspace};

fn mapping(name: &str) -> Mapping {
    let path = workspace().join("config/mappings").join(format!("{name}.toml"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    Mapping::from_toml(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

pub(crate) fn parse_mapped(name: &str, payload: &[u8]) -> Parsed {
    mapping(name).parse(payload, name)
}

fn parse(name: &str) -> Parsed {
    parse_mapped(name, &sample(&format!("mappings/{name}.csv")))
}

fn final_score(parsed: &Parsed, at: usize) -> Score {
    parsed.records[at].outcome.as_ref().unwrap().full_time
}

#[test]
fn every_shipped_mapping_has_a_sample_it_reads() {
    let files = std::fs::read_dir(workspace().join("config/mappings")).unwrap();
    let mut count = 0;
    for file in files {
        let path = file.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        assert!(!parse(&name).records.is_empty(), "{name}");
        count += 1;
    }
    assert_eq!(count, 4);
}

#[test]
fn two_columns_of_one_name_and_times_of_their_own() {
    let parsed = parse("basketball_reference_nba");
    assert_eq!(parsed.rejections, []);
    let kickoff = |at: usize| parsed.records[at].kickoff;
    assert_eq!(kickoff(0), Kickoff::At("2022-10-18T23:30:00Z".parse().unwrap()));
    assert_eq!(kickoff(1), Kickoff::At("2022-10-20T02:00:00Z".parse().unwrap()));
    assert_eq!(
        (final_score(&parsed, 0), final_score(&parsed, 1)),
        (Score::new(112, 101), Score::new(118, 120))
    );
    assert_eq!(parsed.records[0].outcome.as_ref().unwrap().regulation, None, "overtime is not told apart");
}

#[test]
fn all_star_selections_are_no_teams() {
    let parsed = parse("nflscrapr_games");
    assert_eq!(parsed.records.len(), 2);
    assert_eq!(parsed.records[0].local_date, jiff::civil::date(2009, 9, 10));
    assert_eq!(parsed.records[1].stage, Stage::Playoff);
    assert_eq!(parsed.records[1].source_id.as_deref(), Some("2010020700"));
    let [bowl] = parsed.rejections.as_slice() else { panic!("{parsed:?}") };
    assert_eq!((bowl.row, bowl.reason, bowl.loss), (3, Reason::NotALeagueTeam, Loss::Row));
}

#[test]
fn competitions_by_name_at_the_venues_clock() {
    let parsed = parse("premier_league_package");
    let [game] = parsed.records.as_slice() else { panic!("{parsed:?}") };
    assert_eq!(game.competition.as_str(), "ger.1");
    assert_eq!(game.kickoff, Kickoff::At("2017-08-18T18:30:00Z".parse().unwrap()));
    assert_eq!(game.statistics.expected_goals.unwrap().home, 1.7);
    assert_eq!(parsed.rejections[0].reason, Reason::UnknownCompetition);
}

#[test]
fn opening_odds_are_features_only() {
    let parsed = parse("open_close_odds");
    let [game] = parsed.records.as_slice() else { panic!("{parsed:?}") };
    assert_eq!(game.kickoff, Kickoff::At("2009-08-15T11:45:00Z".parse().unwrap()));
    assert_eq!(game.quotes.len(), 11);
    for quote in &game.quotes {
        assert!(!quote.series.phase.is_bettable());
        let opening = quote.known_rule == KnownRule::OpeningUnknown;
        assert_eq!(opening, quote.known_at < game.kickoff.earliest());
    }
    assert_eq!(parsed.rejections[0].field.as_deref(), Some("bts_no_open"));
}
