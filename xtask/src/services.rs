//! Throw-away servers for tests and benches: installed when missing, started on free ports, stopped when dropped.
//!
//! A service is provisioned only when some test mentions its variable.

use std::{
    env, fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};

use crate::{process, python::Environment, tree};

/// Something a test may need.
struct Service {
    name: &'static str,
    /// Tests read its address here and skip when it is unset.
    variable: &'static str,
    package: Package,
    find: fn() -> Option<PathBuf>,
    /// None of what is no server: tests run the program themselves.
    start: Option<fn(&Path, &Path) -> Result<Running>>,
}

/// Where a service comes from when it is missing.
enum Package {
    /// The one of Debian with this name.
    Debian(&'static str),
    /// These of PyPI.
    Python(Environment),
}

const READERS: Environment =
    Environment { name: "test-venv", packages: &["pyarrow==26.0.1", "pandas==3.1.1", "duckdb==2.0.0"] };

/// The visible list.
const SERVICES: [Service; 4] = [
    Service {
        name: "PostgreSQL",
        variable: "TOUCHLINE_TEST_POSTGRES_URL",
        package: Package::Debian("postgresql"),
        find: find_postgres,
        start: Some(start_postgres),
    },
    Service {
        name: "Redis",
        variable: "TOUCHLINE_TEST_REDIS_URL",
        package: Package::Debian("redis-server"),
        find: || process::find("redis-server"),
        start: Some(start_redis),
    },
    Service {
        name: "Chromium",
        variable: "TOUCHLINE_TEST_CHROMIUM",
        package: Package::Debian("chromium"),
        find: || ["chromium", "chromium-browser", "google-chrome"].into_iter().find_map(process::find),
        start: None,
    },
    Service {
        name: "Python with pyarrow, pandas and DuckDB",
        variable: "TOUCHLINE_TEST_PYTHON",
        package: Package::Python(READERS),
        find: || READERS.ready(),
        start: None,
    },
];

const START_LIMIT: Duration = Duration::from_mins(1);

/// A service as tests see it.
struct Running {
    address: String,
    server: Option<Child>,
}

/// What could be provisioned; dropping it stops the servers.
pub(crate) struct Provisioned {
    pub(crate) variables: Vec<(&'static str, String)>,
    /// What could not, with the reason.
    pub(crate) skipped: Vec<String>,
    servers: Vec<Child>,
}

impl Drop for Provisioned {
    fn drop(&mut self) {
        for server in &mut self.servers {
            // An interrupt is a clean, fast shutdown to both servers.
            let _ = end(server, "-INT");
        }
    }
}

/// Ends a server by a signal; what does not end is killed.
fn end(server: &mut Child, signal: &str) -> Result<()> {
    Command::new("kill").args([signal, &server.id().to_string()]).status().context("cannot start kill")?;
    let ended = wait_for(Duration::from_secs(10), || Ok(server.try_wait()?.is_some()));
    if ended.is_err() {
        server.kill()?;
    }
    server.wait()?;
    ended
}

/// Starts what the tests of the tree mention.
pub(crate) fn provision(scratch: &Path, install: bool) -> Result<Provisioned> {
    let mut provisioned = Provisioned { variables: Vec::new(), skipped: Vec::new(), servers: Vec::new() };
    let mut index_is_fresh = false;
    for service in &SERVICES {
        let crates = crates_mentioning(service.variable)?;
        if let Ok(address) = env::var(service.variable) {
            println!("{}: as given by {}", service.name, service.variable);
            provisioned.variables.push((service.variable, address));
        } else if crates.is_empty() {
            println!("{}: not provisioned, no test mentions {}", service.name, service.variable);
        } else {
            let directory = scratch.join(service.variable);
            fs::create_dir(&directory)?;
            match start(service, &directory, install, &mut index_is_fresh) {
                Ok(running) => {
                    println!("{}: {} for {}", service.name, running.address, crates.join(", "));
                    provisioned.variables.push((service.variable, running.address));
                    provisioned.servers.extend(running.server);
                }
                Err(error) => provisioned.skipped.push(format!("{}: {error:#}", service.name)),
            }
        }
    }
    Ok(provisioned)
}

/// A Redis to measure with, by its address, for as long as the second is held; none where it is not installed.
pub(crate) fn redis(directory: &Path) -> Result<Option<(String, Provisioned)>> {
    let Some(program) = process::find("redis-server") else { return Ok(None) };
    let Running { address, server } = start_redis(&program, directory)?;
    let servers = server.into_iter().collect();
    Ok(Some((address, Provisioned { variables: Vec::new(), skipped: Vec::new(), servers })))
}

fn start(service: &Service, directory: &Path, install: bool, index_is_fresh: &mut bool) -> Result<Running> {
    let program = match (service.find)() {
        Some(program) => program,
        None if install => {
            match &service.package {
                Package::Debian(package) => apt_install(package, index_is_fresh)?,
                Package::Python(environment) => drop(environment.install()?),
            }
            (service.find)().context("not found after it was installed")?
        }
        None => bail!("not installed, and --no-install was given"),
    };
    match service.start {
        Some(start) => start(&program, directory),
        None => Ok(Running { address: program.display().to_string(), server: None }),
    }
}

/// The crates whose sources mention a variable.
fn crates_mentioning(variable: &str) -> Result<Vec<String>> {
    let output = Command::new("git")
        .current_dir(tree::root())
        .args(["grep", "--untracked", "--files-with-matches", variable, "--", "crates"])
        .output()
        .context("cannot start git")?;
    let files = String::from_utf8_lossy(&output.stdout);
    let mut crates: Vec<_> =
        files.lines().filter_map(|file| file.split('/').nth(1)).map(str::to_owned).collect();
    crates.dedup();
    Ok(crates)
}

fn apt_install(package: &str, index_is_fresh: &mut bool) -> Result<()> {
    ensure!(process::exists("apt-get"), "not installed, and there is no apt-get to install {package} with");
    if !*index_is_fresh {
        process::run(apt_get().args(["update", "-qq"]))?;
        *index_is_fresh = true;
    }
    process::run(apt_get().args(["install", "-y", "-qq", "--no-install-recommends", package]))
}

fn apt_get() -> Command {
    let mut command = if is_root() { Command::new("apt-get") } else { Command::new("sudo") };
    if !is_root() {
        command.args(["--non-interactive", "--preserve-env=DEBIAN_FRONTEND", "apt-get"]);
    }
    command.env("DEBIAN_FRONTEND", "noninteractive");
    command
}

/// The server's program, of the newest version installed; Debian keeps it off the path.
fn find_postgres() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let newest = versions.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok()).max();
    let debian = newest.map(|version| PathBuf::from(format!("/usr/lib/postgresql/{version}/bin/postgres")));
    debian.filter(|program| program.exists()).or_else(|| process::find("postgres"))
}

/// As safe as it is by default, with the memory that servers are given: a quarter of the machine's
/// (<https://www.postgresql.org/docs/15/runtime-config-resource.html>, shared_buffers), at most 4 GB.
fn safe() -> Vec<String> {
    let mb = memory_mb().map_or(512, |mb| (mb / 4).clamp(128, 4096));
    ["-c".into(), format!("shared_buffers={mb}MB"), "-c".into(), "max_wal_size=4GB".into()].into()
}

/// Memory of this machine; none where it does not say.
fn memory_mb() -> Option<u64> {
    let text = fs::read_to_string("/proc/meminfo").ok()?;
    let kb = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?.split_whitespace().next()?;
    Some(kb.parse::<u64>().ok()? / 1024)
}

/// Nothing in it outlives the tests.
const CARELESS: [&str; 6] = ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"];

/// A PostgreSQL server to measure with: as [`redis`].
pub(crate) fn postgres(directory: &Path) -> Result<Option<(String, Provisioned)>> {
    fs::create_dir_all(directory)?;
    let Some(cluster) = Cluster::make(directory)? else { return Ok(None) };
    let servers = vec![cluster.launch()?];
    Ok(Some((cluster.address(), Provisioned { variables: Vec::new(), skipped: Vec::new(), servers })))
}

fn start_postgres(program: &Path, directory: &Path) -> Result<Running> {
    let cluster = Cluster::make_with(program, directory, CARELESS.map(String::from).into())?;
    Ok(Running { address: cluster.address(), server: Some(cluster.launch()?) })
}

/// The files of a PostgreSQL server, and how it is started.
pub(crate) struct Cluster {
    program: PathBuf,
    directory: PathBuf,
    user: Option<&'static str>,
    port: u16,
    settings: Vec<String>,
}

/// How a server is stopped.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Shutdown {
    /// It ends every connection and shuts down cleanly.
    Fast,
    /// It ends as after a crash, and recovers when it starts.
    Immediate,
}

/// A server of a cluster; dropping it stops it.
pub(crate) struct Started(Child);

impl Started {
    pub(crate) fn stop(mut self, how: Shutdown) -> Result<()> {
        let signal = match how {
            Shutdown::Fast => "-INT",
            Shutdown::Immediate => "-QUIT",
        };
        end(&mut self.0, signal)
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        if matches!(self.0.try_wait(), Ok(None)) {
            let _ = end(&mut self.0, "-INT");
        }
    }
}

impl Cluster {
    /// One that is as safe as servers are; none where PostgreSQL is not installed.
    pub(crate) fn make(directory: &Path) -> Result<Option<Self>> {
        find_postgres().map(|program| Self::make_with(&program, directory, safe())).transpose()
    }

    /// PostgreSQL refuses to run as root, so it then runs as another user.
    fn make_with(program: &Path, directory: &Path, settings: Vec<String>) -> Result<Self> {
        let user =
            if is_root() { Some(if user_exists("postgres") { "postgres" } else { "nobody" }) } else { None };
        if let Some(user) = user {
            // The user must be able to reach its directory.
            let scratch = directory.parent().unwrap_or(directory);
            process::run(Command::new("chmod").arg("711").arg(scratch))?;
            process::run(Command::new("chown").arg(user).arg(directory))?;
        }
        let initdb = program.with_file_name("initdb");
        process::output(
            as_user(user, &initdb)
                .arg("--pgdata")
                .arg(directory.join("data"))
                .args(["--username=touchline", "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync"])
                .current_dir(directory),
        )?;
        let (program, directory) = (program.to_owned(), directory.to_owned());
        Ok(Self { program, directory, user, port: free_port()?, settings })
    }

    pub(crate) fn address(&self) -> String {
        format!("postgres://touchline@127.0.0.1:{}/postgres", self.port)
    }

    /// Starts the server, again if need be.
    pub(crate) fn start(&self) -> Result<Started> {
        Ok(Started(self.launch()?))
    }

    fn launch(&self) -> Result<Child> {
        let Self { program, directory, user, port, settings } = self;
        let mut server = as_user(*user, program)
            .arg("-D")
            .arg(directory.join("data"))
            .arg("-k")
            .arg(directory)
            .args(["-p", &port.to_string(), "-c", "listen_addresses=127.0.0.1"])
            .args(["-c", "max_connections=400"])
            .args(settings)
            .current_dir(directory)
            .stdout(Stdio::null())
            .stderr(fs::File::create(directory.join("log"))?)
            .spawn()
            .context("cannot start postgres")?;
        let is_ready = || {
            let mut command = Command::new(program.with_file_name("pg_isready"));
            let command = command.args(["--quiet", "--host=127.0.0.1", "--port", &port.to_string()]);
            Ok(command.status().context("cannot start pg_isready")?.success())
        };
        await_start(&mut server, is_ready).with_context(|| log_tail(&directory.join("log")))?;
        Ok(server)
    }
}

fn start_redis(program: &Path, directory: &Path) -> Result<Running> {
    let port = free_port()?;
    let mut server = as_user(None, program)
        .args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])
        .arg("--dir")
        .arg(directory)
        .stdout(fs::File::create(directory.join("log"))?)
        .spawn()
        .context("cannot start redis-server")?;
    let is_ready = || Ok(std::net::TcpStream::connect(("127.0.0.1", port)).is_ok());
    await_start(&mut server, is_ready).with_context(|| log_tail(&directory.join("log")))?;
    Ok(Running { address: format!("redis://127.0.0.1:{port}"), server: Some(server) })
}

/// A program that runs as `user` and, where the system can arrange it, is stopped when this process dies by any means.
fn as_user(user: Option<&str>, program: &Path) -> Command {
    if !process::exists("setpriv") {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    if let Some(user) = user {
        command.args([
            "--reuid",
            user,
            "--regid",
            if user == "nobody" { "nogroup" } else { user },
            "--clear-groups",
        ]);
    }
    command.args(["--pdeathsig", "INT"]).arg(program);
    command
}

fn await_start(server: &mut Child, is_ready: impl Fn() -> Result<bool>) -> Result<()> {
    let ready = wait_for(START_LIMIT, || {
        if let Some(status) = server.try_wait()? {
            bail!("it ended at once: {status}");
        }
        is_ready()
    });
    if ready.is_err() {
        let _ = server.kill();
        let _ = server.wait();
    }
    ready
}

fn wait_for(limit: Duration, mut is_done: impl FnMut() -> Result<bool>) -> Result<()> {
    let start = Instant::now();
    while !is_done()? {
        ensure!(start.elapsed() < limit, "not done after {} s", limit.as_secs());
        thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

fn log_tail(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    text.lines().last().unwrap_or("it left no log").to_owned()
}

fn is_root() -> bool {
    process::text(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}

fn user_exists(name: &str) -> bool {
    Command::new("id").arg("-u").arg(name).output().is_ok_and(|output| output.status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_answer_and_are_gone_afterwards() {
        for (service, start) in SERVICES.iter().filter_map(|service| Some((service, service.start?))) {
            let Some(program) = (service.find)() else {
                println!("skipped: {} is not installed", service.name);
                return;
            };
            let scratch = tempfile::tempdir().unwrap();
            let directory = scratch.path().join("server");
            fs::create_dir(&directory).unwrap();
            let running = start(&program, &directory).unwrap();
            let id = running.server.as_ref().unwrap().id();
            let address =
                running.address.split("127.0.0.1:").nth(1).unwrap().trim_end_matches("/postgres").to_owned();
            let port: u16 = address.parse().unwrap();
            assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_ok());
            drop(Provisioned {
                variables: Vec::new(),
                skipped: Vec::new(),
                servers: running.server.into_iter().collect(),
            });
            assert!(
                std::net::TcpStream::connect(("127.0.0.1", port)).is_err(),
                "{} {id} lives on",
                service.name
            );
        }
    }

    #[test]
    fn a_server_that_ends_at_once_is_an_error() {
        let scratch = tempfile::tempdir().unwrap();
        let error = start_redis(Path::new("/bin/false"), scratch.path()).err().unwrap();
        assert!(format!("{error:#}").contains("ended at once"), "{error:#}");
    }
}
