//! A Redis of a test's own, to be killed, frozen and started again.

use std::{
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// Where `cargo xtask test` says that a Redis runs; it has then seen to `redis-server` too.
const VARIABLE: &str = "TOUCHLINE_TEST_REDIS_URL";
const LIMIT: Duration = Duration::from_secs(10);

/// The address of the Redis that all tests share, each under a prefix of its own. Prints why when there is none.
pub fn shared_redis() -> Option<String> {
    let url = std::env::var(VARIABLE).ok();
    if url.is_none() {
        println!("skipped: no Redis ({VARIABLE}): run `cargo xtask test`");
    }
    url
}

/// A Redis on a free port, without files; it ends when dropped.
#[derive(Debug)]
pub struct RedisServer {
    port: u16,
    child: Option<Child>,
}

impl RedisServer {
    /// Starts one. Prints why when tests are run without Redis, or with one of another machine.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start() -> Option<Self> {
        shared_redis()?;
        if Command::new("redis-server").arg("--version").stdout(Stdio::null()).status().is_err() {
            println!("skipped: redis-server is not installed here");
            return None;
        }
        let listener = TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr());
        let mut server = Self { port: listener.expect("a free port").port(), child: None };
        server.restart();
        Some(server)
    }

    /// Where it listens.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Ends it as a crash would.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Starts it again, empty, on the same port.
    ///
    /// # Panics
    /// When it does not start.
    pub fn restart(&mut self) {
        self.kill();
        let mut command = Command::new("redis-server");
        command.args([
            "--port",
            &self.port.to_string(),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--appendonly",
            "no",
        ]);
        let child = command.stdout(Stdio::null()).spawn().expect("redis-server starts");
        self.child = Some(child);
        let start = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            assert!(start.elapsed() < LIMIT, "redis-server does not listen");
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Holds it still, so that it accepts and never answers.
    pub fn freeze(&self) {
        self.signal("-STOP");
    }

    /// Lets it go on.
    pub fn thaw(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, signal: &str) {
        if let Some(child) = &self.child {
            let sent = Command::new("kill").args([signal, &child.id().to_string()]).status();
            assert!(sent.expect("kill runs").success(), "{signal}");
        }
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        self.kill();
    }
}
