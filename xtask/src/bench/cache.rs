//! What a page costs that has to be made, that comes from memory, and that comes from a Redis; over HTTP, connection included.

use std::{
    io::{BufRead, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
    time::Instant,
};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::{Figure, measure};
use crate::services;

const N_MADE: usize = 20;
const N_HITS: usize = 500;

pub(super) fn run() -> Result<Vec<Figure>> {
    let binary = measure::release_binary("touchline")?;
    let scratch = tempfile::tempdir()?;
    let data = scratch.path().join("touchline-data");
    let demo =
        measure::run(Command::new(&binary).arg("--data").arg(&data).args(["demo", "--no-serve", "--json"]))?;
    let report: Value = serde_json::from_str(demo.stdout.lines().last().unwrap_or_default())?;
    let id = report["upcoming"][0]["id"].as_i64().context("the demo forecast nothing")?;
    let pages = [format!("/match/{id}"), "/data".to_owned()];

    let server = Server::start(&binary, &data, "")?;
    let mut figures = Vec::new();
    for (name, page) in ["match_page_made_ms", "data_page_made_ms"].into_iter().zip(&pages) {
        figures.push(Figure::new(name, server.made(page)?, "ms"));
    }
    for (name, page) in ["match_page_from_memory_ms", "data_page_from_memory_ms"].into_iter().zip(&pages) {
        figures.push(Figure::new(name, server.hit(page)?, "ms"));
    }
    drop(server);
    let Some((url, redis)) = services::redis(scratch.path())? else {
        eprintln!("skipped: redis-server is not installed");
        return Ok(figures);
    };
    let server = Server::start(&binary, &data, &url)?;
    for (name, page) in ["match_page_from_redis_ms", "data_page_from_redis_ms"].into_iter().zip(&pages) {
        figures.push(Figure::new(name, server.hit(page)?, "ms"));
    }
    drop((server, redis));
    Ok(figures)
}

/// A server with its cache in memory, or in a Redis.
struct Server {
    child: Child,
    host: String,
}

impl Server {
    fn start(binary: &Path, data: &Path, url: &str) -> Result<Self> {
        let mut command = Command::new(binary);
        command.arg("--data").arg(data).args(["serve", "--port", "0", "--json"]);
        let mut child = command.env("TOUCHLINE__CACHE__URL", url).stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().context("no pipe")?).read_line(&mut line)?;
        let said: Value = serde_json::from_str(&line)?;
        let address = said["listening"].as_str().context("it does not say where it listens")?;
        let host = address.trim_start_matches("http://").trim_end_matches('/').to_owned();
        Ok(Self { child, host })
    }

    /// Milliseconds of one answer.
    fn ask(&self, method: &str, path: &str) -> Result<f64> {
        let start = Instant::now();
        let mut stream = TcpStream::connect(&self.host)?;
        write!(stream, "{method} {path} HTTP/1.0\r\nContent-Length: 0\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        ensure!(answer.starts_with("HTTP/1.0 200"), "{path}: {answer:.200}");
        Ok(start.elapsed().as_secs_f64() * 1e3)
    }

    fn made(&self, path: &str) -> Result<f64> {
        let once = |_| {
            self.ask("DELETE", "/api/cache")?;
            self.ask("GET", path)
        };
        Ok(measure::median((0..N_MADE).map(once).collect::<Result<_>>()?))
    }

    fn hit(&self, path: &str) -> Result<f64> {
        self.ask("GET", path)?;
        Ok(measure::median((0..N_HITS).map(|_| self.ask("GET", path)).collect::<Result<_>>()?))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
