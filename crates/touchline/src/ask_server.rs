//! Asks the running server of this installation for what only it knows.

use std::{
    io::{ErrorKind, Read as _, Write as _},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream},
    time::Duration,
};

use anyhow::{Context as _, Result, bail};
use serde::de::DeserializeOwned;

use crate::config::Server;

/// To be connected on this machine.
const CONNECTING: Duration = Duration::from_secs(1);

/// Where the server of a configuration can be reached from here.
pub(crate) fn address(config: &Server, port: Option<u16>) -> SocketAddr {
    let host = match config.host {
        IpAddr::V4(host) if host.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(host) if host.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        host => host,
    };
    SocketAddr::new(host, port.unwrap_or(config.port))
}

/// Its answer; none when nobody listens there.
pub(crate) fn ask<T: DeserializeOwned>(
    method: &str,
    address: SocketAddr,
    path: &str,
    patience: Duration,
) -> Result<Option<T>> {
    let mut stream = match TcpStream::connect_timeout(&address, CONNECTING) {
        Ok(stream) => stream,
        Err(error) if [ErrorKind::ConnectionRefused, ErrorKind::TimedOut].contains(&error.kind()) => {
            return Ok(None);
        }
        Err(error) => return Err(error).with_context(|| format!("{address} cannot be reached")),
    };
    let unanswered = || format!("http://{address}{path} does not answer like a Touchline");
    stream.set_read_timeout(Some(patience))?;
    // The older protocol, in which the end of the answer is the end of the connection.
    let request = format!("{method} {path} HTTP/1.0\r\nHost: {address}\r\nContent-Length: 0\r\n\r\n");
    stream.write_all(request.as_bytes()).with_context(unanswered)?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).with_context(unanswered)?;
    let answer = String::from_utf8_lossy(&answer);
    let (head, body) = answer.split_once("\r\n\r\n").with_context(unanswered)?;
    let status = head.lines().next().unwrap_or_default();
    if status.split(' ').nth(1) != Some("200") {
        bail!("http://{address}{path}: {status}: {body}");
    }
    serde_json::from_str(body).map(Some).with_context(unanswered)
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    /// Asks somebody who says this.
    fn told(said: &'static str) -> Result<Option<u8>> {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 100];
            let n = stream.read(&mut request).unwrap();
            stream.write_all(said.as_bytes()).unwrap();
            String::from_utf8_lossy(&request[..n]).into_owned()
        });
        let answer = ask("GET", address, "/api/cache", Duration::from_secs(5));
        assert!(server.join().unwrap().starts_with("GET /api/cache HTTP/1.0\r\n"));
        answer
    }

    #[test]
    fn answers_refusals_and_strangers_are_told_apart() {
        assert_eq!(told("HTTP/1.0 200 OK\r\nA: b\r\n\r\n7").unwrap(), Some(7));
        assert!(format!("{:#}", told("HTTP/1.0 403 Forbidden\r\n\r\nno").unwrap_err()).contains("403"));
        for stranger in ["HTTP/1.0 200 OK\r\n\r\n<html>", "+PONG\r\n", ""] {
            let error = format!("{:#}", told(stranger).unwrap_err());
            assert!(error.contains("does not answer like a Touchline"), "{error}");
        }
        let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        assert!(ask::<u8>("GET", free, "/", Duration::from_secs(5)).unwrap().is_none());
    }

    #[test]
    fn a_server_that_listens_everywhere_is_found_here() {
        let everywhere = Server { host: Ipv4Addr::UNSPECIFIED.into(), ..Server::default() };
        assert_eq!(address(&everywhere, Some(81)), "127.0.0.1:81".parse().unwrap());
        assert_eq!(address(&Server::default(), None), "127.0.0.1:8000".parse().unwrap());
    }
}
