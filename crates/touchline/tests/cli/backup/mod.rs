//! Backups as operators make and restore them, on each engine.
#![allow(clippy::duplicate_mod, reason = "the same tests run on each engine")]

mod damage;

use std::{fmt::Write as _, process::Command};

use serde_json::Value;

use crate::{Folder, Ran};

/// On a file.
#[path = ""]
mod sqlite {
    pub(crate) const ON_SERVER: bool = false;

    #[path = "killing.rs"]
    mod killing;
    #[path = "migrating.rs"]
    mod migrating;
    #[path = "restoring.rs"]
    mod restoring;
}

/// On a server.
#[path = ""]
mod postgres {
    pub(crate) const ON_SERVER: bool = true;

    #[path = "killing.rs"]
    mod killing;
    #[path = "migrating.rs"]
    mod migrating;
    #[path = "restoring.rs"]
    mod restoring;
}

/// A data folder, and a schema of its own on a server when that is where the database is.
pub(crate) struct Ground {
    pub(crate) folder: Folder,
    pub(crate) url: Option<String>,
}

impl Ground {
    /// None when there is no server to be on, which is counted as skipped.
    pub(crate) fn new(on_server: bool) -> Option<Self> {
        let url = if on_server { Some(new_schema()?) } else { None };
        Some(Self { folder: Folder::new(), url })
    }

    /// A data folder whose database has rows of every usual kind.
    pub(crate) fn with_matches(on_server: bool) -> Option<Self> {
        let ground = Self::new(on_server)?;
        ground.import(2023, 10);
        Some(ground)
    }

    /// Imports some rounds of ten matches of a season.
    pub(crate) fn import(&self, year: i32, rounds: u32) {
        let file = self.folder.file(&format!("season-{year}.csv"), season(year, rounds));
        let answer = self.json(&["data", "import", &file, "--format", "football_data_co_uk"]);
        assert_eq!(answer["fixtures"], rounds * 10, "{answer}");
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.folder.command(arguments);
        if let Some(url) = &self.url {
            command.args(["--database", url]);
        }
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(&self.command(arguments).output().expect("the binary runs"))
    }

    /// Runs with `--json` and expects success and one object.
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let arguments: Vec<&str> = arguments.iter().copied().chain(["--json"]).collect();
        let ran = self.run(&arguments);
        assert_eq!(ran.code, 0, "{arguments:?}: {}", ran.text());
        serde_json::from_str(&ran.stdout).unwrap_or_else(|e| panic!("{arguments:?}: {e}: {}", ran.stdout))
    }

    /// Makes a backup and returns its path.
    pub(crate) fn back_up(&self) -> String {
        let made = self.json(&["backup", "run", "--keep-all"]);
        made["file"].as_str().expect("a path").to_owned()
    }

    /// Fixtures stored.
    pub(crate) fn fixtures(&self) -> u64 {
        self.json(&["data", "status"])["fixtures"].as_u64().expect("a count")
    }

    /// Whether the database opens and is sound.
    pub(crate) fn assert_sound(&self) {
        let ran = self.run(&["doctor"]);
        assert_eq!(ran.code, 0, "{}", ran.text());
    }
}

/// A schema of its own on the server that tests may use.
fn new_schema() -> Option<String> {
    const VARIABLE: &str = "TOUCHLINE_TEST_POSTGRES_URL";
    static NEXT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    let Ok(url) = std::env::var(VARIABLE) else {
        println!("skipped: {VARIABLE} names no server; `cargo xtask test` starts one");
        return None;
    };
    let n = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let name = format!("cli_{}_{n}", std::process::id());
    let create = format!("DROP SCHEMA IF EXISTS {name} CASCADE; CREATE SCHEMA {name}");
    let Ok(made) = Command::new("psql").args([&url, "-qc", &create]).output() else {
        println!("skipped: psql is not installed");
        return None;
    };
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let joint = if url.contains('?') { '&' } else { '?' };
    Some(format!("{url}{joint}options=-csearch_path%3D{name}"))
}

/// Rounds of a season of twenty teams in football-data.co.uk's shape.
fn season(year: i32, rounds: u32) -> String {
    const TEAMS: [&str; 20] = [
        "Arsenal",
        "Aston Villa",
        "Bournemouth",
        "Brentford",
        "Brighton",
        "Burnley",
        "Chelsea",
        "Crystal Palace",
        "Everton",
        "Fulham",
        "Liverpool",
        "Luton",
        "Man City",
        "Man United",
        "Newcastle",
        "Nott'm Forest",
        "Sheffield United",
        "Tottenham",
        "West Ham",
        "Wolves",
    ];
    let mut text = "Div,Date,HomeTeam,AwayTeam,FTHG,FTAG,FTR,AvgH,AvgD,AvgA,AvgCH,AvgCD,AvgCA\n".to_owned();
    for round in 0..rounds {
        for n in 0..10 {
            let (home, away) = (TEAMS[n], TEAMS[10 + (n + round as usize) % 10]);
            let (goals, conceded) = ((n as u32 + round) % 4, round % 3);
            let result = match goals.cmp(&conceded) {
                std::cmp::Ordering::Greater => 'H',
                std::cmp::Ordering::Less => 'A',
                std::cmp::Ordering::Equal => 'D',
            };
            let (day, month) = (1 + (round * 7) % 28, 9 + (round * 7) / 28);
            writeln!(
                text,
                "E0,{day:02}/{month:02}/{year},{home},{away},{goals},{conceded},{result},2.1,3.4,3.6,2.05,3.5,3.7"
            )
            .expect("a string takes all");
        }
    }
    text
}
