//! A running server, and how a program asks it.

use std::{
    fs::File,
    io::{BufRead, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::PathBuf,
    process::{Child, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::Folder;

/// A served dashboard, stopped when dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: String,
    log: PathBuf,
}

impl Server {
    pub(crate) fn over(folder: &Folder) -> Self {
        Self::with(folder, &[])
    }

    /// With settings from the environment.
    pub(crate) fn with(folder: &Folder, settings: &[(&str, &str)]) -> Self {
        let log = folder.path("log");
        let mut command = folder.command(&["serve", "--port", "0", "--json"]);
        command.envs(settings.iter().copied());
        command.stdout(Stdio::piped()).stderr(File::create(&log).expect("a log"));
        let mut child = command.spawn().expect("the server starts");
        let mut line = String::new();
        let stdout = child.stdout.take().expect("a pipe");
        BufReader::new(stdout).read_line(&mut line).expect("it says where it listens");
        let said: Value = serde_json::from_str(&line).expect("one object");
        let address = said["listening"].as_str().expect("an address").to_owned();
        Self { child, address, log }
    }

    /// Its port, as an argument.
    pub(crate) fn port(&self) -> String {
        self.host().rsplit_once(':').expect("a port").1.to_owned()
    }

    /// Asks for a path that begins with `/`: the status, and what it answers.
    pub(crate) fn ask(&self, path: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(self.host()).expect("it listens");
        stream.set_read_timeout(Some(Duration::from_mins(1))).expect("a limit");
        write!(stream, "GET {path} HTTP/1.0\r\n\r\n").expect("a request");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status");
        (status, body.to_owned())
    }

    /// As [`Server::ask`], where 200 is expected.
    pub(crate) fn get(&self, path: &str) -> String {
        let (status, body) = self.ask(path);
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    pub(crate) fn json(&self, path: &str) -> Value {
        serde_json::from_str(&self.get(path)).expect("JSON")
    }

    /// Waits until the answer is as wanted.
    pub(crate) fn wait(&self, path: &str, is_wanted: impl Fn(&Value) -> bool) -> Value {
        let start = Instant::now();
        loop {
            let answer = self.json(path);
            if is_wanted(&answer) {
                return answer;
            }
            assert!(start.elapsed() < Duration::from_secs(30), "{path}: {answer}");
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// What it logged so far.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(&self.log).expect("a log")
    }

    fn host(&self) -> &str {
        self.address.trim_start_matches("http://").trim_end_matches('/')
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
