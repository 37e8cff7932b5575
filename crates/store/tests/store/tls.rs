//! Encrypted connections: what an address says of certificates is what the server must show.

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use touchline_store::{Access, Store, StoreError};

/// A server that speaks TLS only, with a certificate of an authority made for it; stopped when dropped.
struct Server {
    process: Child,
    folder: tempfile::TempDir,
    port: u16,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = Command::new("kill").args(["-INT", &self.process.id().to_string()]).status();
        let _ = self.process.wait();
    }
}

fn run(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).output().ok()?;
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn programs() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?.flatten();
    let newest = versions.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok()).max()?;
    Some(format!("/usr/lib/postgresql/{newest}/bin").into())
}

/// PostgreSQL refuses to run as root, so it then runs as nobody.
fn unprivileged(program: &Path) -> Command {
    let is_root = run(Command::new("id").arg("-u")).is_some_and(|id| id.trim() == "0");
    if !is_root {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command
        .args(["--reuid", "nobody", "--regid", "nogroup", "--clear-groups", "--pdeathsig", "INT"])
        .arg(program);
    command
}

/// An authority, and certificates by it: for the server of 127.0.0.1, and for the client `touchline`.
fn make_certificates(folder: &Path) -> Option<()> {
    let script = "set -e
        key() { openssl ecparam -name prime256v1 -genkey -noout | openssl pkcs8 -topk8 -nocrypt -out $1.key; }
        key ca; openssl req -x509 -new -key ca.key -out ca.crt -days 2 -subj '/CN=An authority' \\
            -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign
        cp ca.crt other.crt; key other; openssl req -x509 -new -key other.key -out other.crt -days 2 -subj '/CN=Another'
        for name in server client; do key $name; done
        printf 'subjectAltName=IP:127.0.0.1\\nextendedKeyUsage=serverAuth' > server.ext
        printf 'extendedKeyUsage=clientAuth' > client.ext
        openssl req -new -key server.key -subj '/CN=server' -out server.csr
        openssl req -new -key client.key -subj '/CN=touchline' -out client.csr
        for name in server client; do
            openssl x509 -req -in $name.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -extfile $name.ext -out $name.crt
        done";
    let mut command = Command::new("sh");
    run(command.arg("-c").arg(script).current_dir(folder)).map(drop)
}

impl Server {
    fn start() -> Option<Self> {
        run(Command::new("openssl").arg("version"))?;
        let programs = programs()?;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        make_certificates(path)?;
        run(Command::new("chmod").arg("777").arg(path))?;
        let data = path.join("data");
        run(unprivileged(&programs.join("initdb"))
            .arg("--pgdata")
            .arg(&data)
            .args(["--username=touchline", "--auth=trust", "--no-sync"])
            .current_dir(path))?;
        // A key that others can read is refused.
        for file in ["server.key", "server.crt", "ca.crt"] {
            fs::copy(path.join(file), data.join(file)).unwrap();
        }
        fs::write(
            data.join("pg_hba.conf"),
            "hostssl all touchline 127.0.0.1/32 cert\nhostssl all all 127.0.0.1/32 trust\n",
        )
        .unwrap();
        run(Command::new("sh")
            .arg("-c")
            .arg("chmod 600 server.key; chown --reference=. server.key server.crt ca.crt")
            .current_dir(&data))?;
        let port = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
        let process = unprivileged(&programs.join("postgres"))
            .arg("-D")
            .arg(&data)
            .arg("-k")
            .arg(path)
            .args(["-p", &port.to_string(), "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"])
            .args(["-c", "ssl=on", "-c", "ssl_ca_file=ca.crt"])
            .current_dir(path)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        Some(Self { process, folder, port })
    }

    fn file(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    async fn open(&self, user: &str, host: &str, settings: &str) -> Result<Store, StoreError> {
        let url = format!("postgres://{user}@{host}:{}/postgres?{settings}", self.port);
        Store::open(touchline_store::Place::parse(&url).unwrap(), Access::ReadWrite).await
    }
}

#[tokio::test]
async fn the_server_is_who_its_certificate_says_or_nobody() {
    let Some(server) = Server::start() else {
        println!("skipped: openssl or PostgreSQL is not installed");
        return;
    };
    let root = format!("sslrootcert={}", server.file("ca.crt"));
    let mine = format!("sslcert={}&sslkey={}", server.file("client.crt"), server.file("client.key"));
    let full = format!("sslmode=verify-full&{root}&{mine}");
    let mut opened = server.open("touchline", "127.0.0.1", &full).await;
    for _ in 0..600 {
        if opened.is_ok() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        opened = server.open("touchline", "127.0.0.1", &full).await;
    }
    let store = opened.expect("a server with a certificate of the authority, and a client with one");
    assert!(store.teams().await.unwrap().is_empty());
    store.close().await;

    let other = format!("sslmode=verify-full&sslrootcert={}&{mine}", server.file("other.crt"));
    let unsigned = format!("sslmode=verify-full&{root}");
    let plain = "sslmode=disable".to_owned();
    for (what, host, settings) in [
        ("an authority that did not sign it", "127.0.0.1", &other),
        ("a name that is not in the certificate", "localhost", &full),
        ("no certificate of its own", "127.0.0.1", &unsigned),
        ("no encryption", "127.0.0.1", &plain),
    ] {
        let error = server.open("touchline", host, settings).await.expect_err(what);
        assert!(matches!(error, StoreError::Unreachable { .. }), "{what}: {error:?}");
    }
    // What names nobody is good for no more than encryption.
    server.open("touchline", "localhost", &format!("sslmode=verify-ca&{root}&{mine}")).await.unwrap();
}
