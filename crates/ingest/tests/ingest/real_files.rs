//! Thirty years of real files: every row is a record or a rejection with a reason, every filled price cell a quote or a
//! rejection. The expected counts were also taken by an independent script with Python's csv module.

use std::collections::BTreeMap;

use domain::{Loss, Reason, TeamId};
use touchline_ingest::{
    identity::{self, Roster},
    source::Parsed,
};

use crate::{mappings::parse_mapped, payloads};

fn shipped_roster() -> Roster {
    let entries = identity::roster();
    let named = (1..).zip(&entries).flat_map(|(id, entry)| {
        let spellings = std::iter::once(entry.name).chain(entry.aliases.iter().copied());
        spellings.map(move |spelling| (entry.pool, spelling, TeamId(id)))
    });
    Roster::new(named).unwrap()
}

#[derive(Debug, Default)]
struct Tally {
    records: usize,
    quotes: usize,
    unknown: BTreeMap<domain::UnknownName, u32>,
    rejected: BTreeMap<(String, Reason), usize>,
}

impl Tally {
    fn add(&mut self, parsed: Parsed, roster: &Roster) {
        self.records += parsed.records.len();
        self.quotes += parsed.records.iter().map(|r| r.quotes.len()).sum::<usize>();
        for rejection in &parsed.rejections {
            let loss = format!("{:?}", rejection.loss).to_lowercase();
            *self.rejected.entry((loss, rejection.reason)).or_default() += 1;
        }
        for (name, rows) in identity::resolve(parsed.records, roster).unknown {
            *self.unknown.entry(name).or_default() += rows;
        }
    }

    fn count(&self, loss: Loss, reason: Reason) -> usize {
        self.rejected.get(&(format!("{loss:?}").to_lowercase(), reason)).copied().unwrap_or_default()
    }

    fn print(&self, title: &str) {
        println!("{title}: {} records, {} quotes", self.records, self.quotes);
        for ((loss, reason), count) in &self.rejected {
            println!("  {loss:<6} {:<26} {count}", reason.code());
        }
    }

    fn assert_rejected(&self, expected: &[(Loss, Reason, usize)]) {
        for (loss, reason, count) in expected {
            assert_eq!(self.count(*loss, *reason), *count, "{loss:?} {reason:?}");
        }
        assert_eq!(self.rejected.values().sum::<usize>(), expected.iter().map(|e| e.2).sum::<usize>());
    }
}

#[test]
fn thirty_years_of_football_data() {
    let Some(data) = payloads::shared_data() else { return };
    let roster = shipped_roster();
    let mut files: Vec<_> =
        std::fs::read_dir(data.join("soccer")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|e| e == "csv"));
    files.sort();
    assert_eq!(files.len(), 545);
    let mut tally = Tally::default();
    for file in &files {
        tally.add(payloads::parse("football_data_co_uk", &std::fs::read(file).unwrap()), &roster);
    }
    tally.print("545 season files");
    assert_eq!(tally.unknown, BTreeMap::new());
    assert_eq!(tally.records, 195_078 - 3, "three results of EC_0506 contradict their score");
    // 6,680,767 filled price cells: 123 in the three lost rows, 261 rejected one by one.
    assert_eq!(tally.quotes, 6_680_767 - 123 - (50 + 86 + 125));
    tally.assert_rejected(&[
        (Loss::Row, Reason::ScoreContradictsResult, 3),
        (Loss::Field, Reason::ScoreContradictsResult, 2),
        (Loss::Field, Reason::MissingValue, 8),
        (Loss::Field, Reason::BadOdds, 50),
        (Loss::Field, Reason::BadLine, 86),
        (Loss::Field, Reason::MissingLine, 125),
    ]);
}

#[test]
fn every_nfl_and_nba_file() {
    let Some(data) = payloads::shared_data() else { return };
    let roster = shipped_roster();
    let read = |path: &str| std::fs::read(data.join(path)).unwrap();

    let mut nfl = Tally::default();
    nfl.add(payloads::parse("nflverse_games", &read("nfl/games.csv")), &roster);
    nfl.print("nfl/games.csv");
    assert_eq!((nfl.records, nfl.quotes), (2_458, 6 * 2_457), "one game has no prices");
    nfl.assert_rejected(&[]);

    let mut nba = Tally::default();
    nba.add(payloads::parse("nba_lines", &read("nba/games_with_lines.csv")), &roster);
    nba.print("nba/games_with_lines.csv");
    assert_eq!((nba.records, nba.quotes), (17_835 - 1, 2 * (17_834 - 10) + 2 * (2 * 17_834 - 15)));
    nba.assert_rejected(&[
        (Loss::Row, Reason::BadScore, 1),
        (Loss::Field, Reason::BadOdds, 20),
        (Loss::Field, Reason::BadLine, 15),
    ]);

    let mut old_nfl = Tally::default();
    for year in 2009..=2014 {
        for part in ["reg", "post"] {
            let path = format!("nfl/games_2009_2014/{part}_games_{year}.csv");
            old_nfl.add(parse_mapped("nflscrapr_games", &read(&path)), &roster);
        }
    }
    old_nfl.print("nfl/games_2009_2014");
    old_nfl.assert_rejected(&[(Loss::Row, Reason::NotALeagueTeam, 6)]);

    let mut new_nba = Tally::default();
    for path in ["nba/nba_2023.csv", "nba/nba_2024.csv"] {
        new_nba.add(parse_mapped("basketball_reference_nba", &read(path)), &roster);
    }
    new_nba.print("nba/nba_2023.csv, nba_2024.csv");
    // Both files end without a line end, so their last, empty notes might have been cut.
    new_nba.assert_rejected(&[(Loss::Field, Reason::TruncatedRow, 2)]);
    for tally in [nfl, nba, old_nfl, new_nba] {
        assert_eq!(tally.unknown, BTreeMap::new());
    }
}

#[test]
fn other_soccer_files_by_mapping() {
    let Some(data) = payloads::shared_data() else { return };
    let roster = shipped_roster();
    let mut xg = Tally::default();
    let payload = std::fs::read(data.join("soccer_xg/premier_league_package_matches.csv")).unwrap();
    xg.add(parse_mapped("premier_league_package", &payload), &roster);
    xg.print("soccer_xg");
    assert_eq!((xg.records, &xg.unknown), (17_945, &BTreeMap::new()));
    let mut open_close = Tally::default();
    for country in ["england", "france", "germany", "italy", "spain"] {
        let payload = std::fs::read(data.join(format!("soccer_open_close/{country}.csv"))).unwrap();
        open_close.add(parse_mapped("open_close_odds", &payload), &roster);
    }
    open_close.print("soccer_open_close");
    assert_eq!((open_close.records, &open_close.unknown), (27_155, &BTreeMap::new()));
}

/// The bundle's two upstream sources name teams differently and write times on different clocks; every price finds its match.
#[test]
fn the_bundle_fits_together() {
    let read = |name: &str| std::fs::read(payloads::workspace().join("data").join(name)).ok();
    let (Some(matches), Some(odds)) = (read("matches.csv"), read("odds.csv")) else {
        println!("skipped: no data/matches.csv; build it with `cargo xtask bundle`");
        return;
    };
    let roster = shipped_roster();
    let resolved = |payload: &[u8]| {
        let parsed = payloads::parse("touchline_bundle", payload);
        assert_eq!(parsed.rejections, []);
        let resolved = identity::resolve(parsed.records, &roster);
        assert_eq!(resolved.unknown, BTreeMap::new());
        resolved.records
    };
    let (matches, odds) = (resolved(&matches), resolved(&odds));
    // Serie A of August 2020 and the Championship of July 2022: upstream's season turns over on 1 August.
    let mislabelled = matches.iter().filter(|m| m.season_label != Some(m.season)).count();
    assert_eq!((matches.len(), mislabelled), (17_945, 21));
    let keys: BTreeMap<_, _> =
        matches.iter().map(|m| ((m.competition, m.home, m.away, m.local_date), m.kickoff)).collect();
    assert_eq!(keys.len(), matches.len());
    assert!(!odds.is_empty());
    for record in &odds {
        let key = (record.competition, record.home, record.away, record.local_date);
        assert_eq!(keys.get(&key), Some(&record.kickoff), "row {}", record.row);
    }
}
