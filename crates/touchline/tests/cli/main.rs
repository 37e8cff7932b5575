//! The binary as its users meet it: real commands, real files, real exit codes.

mod backtests;
mod backup;
mod bad_input;
mod browser;
mod cache;
mod commands;
mod db;
mod demo;
mod details;
mod exports;
mod football_data;
mod predictions;
mod ratings;
mod server;
mod simulate;
mod stats;

use std::{
    path::PathBuf,
    process::{Command, Output},
};

use serde_json::Value;

/// A data folder of its own for every test.
struct Folder(tempfile::TempDir);

/// How a command ended.
struct Ran {
    code: i32,
    stdout: String,
    stderr: String,
}

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn data(&self) -> PathBuf {
        self.path("data")
    }

    /// Writes a file and returns its path as an argument.
    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.path(name);
        std::fs::write(&path, content).expect("a file in a temporary folder");
        path.display().to_string()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = touchline();
        command.arg("--data").arg(self.data()).args(arguments);
        command
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(&self.command(arguments).output().expect("the binary runs"))
    }

    /// Runs with `--json` and expects success and one object.
    fn json(&self, arguments: &[&str]) -> Value {
        let arguments: Vec<&str> = arguments.iter().copied().chain(["--json"]).collect();
        let ran = self.run(&arguments);
        assert_eq!(ran.code, 0, "{arguments:?}: {}{}", ran.stdout, ran.stderr);
        serde_json::from_str(&ran.stdout)
            .unwrap_or_else(|e| panic!("{arguments:?} printed no JSON ({e}): {}", ran.stdout))
    }
}

impl Ran {
    fn of(output: &Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Both streams, for looking at words.
    fn text(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }
}

fn touchline() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_touchline"));
    // A developer's own settings must not leak in.
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("TOUCHLINE_")) {
        command.env_remove(name);
    }
    command
}

/// Three matches in football-data.co.uk's shape, with pre-match and closing odds.
const SAMPLE: &str = "\
Div,Date,Time,HomeTeam,AwayTeam,FTHG,FTAG,FTR,HTHG,HTAG,HTR,B365H,B365D,B365A,AvgH,AvgD,AvgA,AvgCH,AvgCD,AvgCA
E0,11/08/2023,20:00,Burnley,Man City,0,3,A,0,2,A,8,5.5,1.33,9.02,5.35,1.35,9.27,5.45,1.33
E0,12/08/2023,12:30,Arsenal,Nott'm Forest,2,1,H,2,0,H,1.18,7,15,1.18,7.64,15.67,1.19,7.43,15.98
E0,12/08/2023,15:00,Bournemouth,West Ham,1,1,D,0,0,D,2.7,3.4,2.55,2.72,3.36,2.6,2.69,3.34,2.64
";
