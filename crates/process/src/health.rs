//! The client of a service's own health routes, for containers without a shell.

use std::io::{Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

/// A part of the answer that is not there by then will not come; orchestrators allow no more for all of it either.
const ANSWER_WITHIN: Duration = Duration::from_secs(3);
/// Status line, headers and one line of reason.
const LARGEST_ANSWER: u64 = 4096;

/// Asks the service on `admin` for `path`; blocks for three seconds at the most to connect, and as long for each part of
/// the answer.
///
/// # Errors
/// In words for a person: the reason that the service gives, or that nobody answers there.
pub(crate) fn ask(admin: SocketAddr, path: &str) -> Result<(), String> {
    let answer = exchange(reachable(admin), path)
        .map_err(|error| format!("no answer at {admin}: {error}"))?;
    let status = answer.split(' ').nth(1).unwrap_or_default();
    if status == "200" {
        return Ok(());
    }
    let reason = answer.lines().last().unwrap_or_default();
    Err(format!("{admin}{path} answers {status:?}: {reason}"))
}

fn exchange(admin: SocketAddr, path: &str) -> std::io::Result<String> {
    let mut socket = TcpStream::connect_timeout(&admin, ANSWER_WITHIN)?;
    socket.set_read_timeout(Some(ANSWER_WITHIN))?;
    // In one piece: whoever answers the first part and closes would reset the connection under the rest.
    let request = format!("GET {path} HTTP/1.1\r\nHost: {admin}\r\nConnection: close\r\n\r\n");
    socket.write_all(request.as_bytes())?;
    let mut answer = String::new();
    socket.take(LARGEST_ANSWER).read_to_string(&mut answer)?;
    Ok(answer)
}

/// An address that listens everywhere is asked on loopback.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(match address {
            SocketAddr::V4(_) => IpAddr::V4(Ipv4Addr::LOCALHOST),
            SocketAddr::V6(_) => IpAddr::V6(Ipv6Addr::LOCALHOST),
        });
    }
    address
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    /// Answers one request with `answer`, and says what was asked.
    fn answering(answer: &'static str) -> (SocketAddr, std::thread::JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let serve = move || {
            let (mut socket, _) = listener.accept().unwrap();
            let mut asked = [0; 512];
            let length = socket.read(&mut asked).unwrap();
            socket.write_all(answer.as_bytes()).unwrap();
            String::from_utf8_lossy(&asked[..length]).into_owned()
        };
        let server = std::thread::Builder::new().name("answering".to_owned());
        (address, server.spawn(serve).unwrap())
    }

    #[test]
    fn healthy_is_200_and_anything_else_is_told_with_its_reason() {
        let (address, server) = answering("HTTP/1.1 200 OK\r\n\r\nready\n");
        assert_eq!(ask(address, "/readyz"), Ok(()));
        assert!(server.join().unwrap().starts_with("GET /readyz HTTP/1.1"));
        let (address, _server) = answering("HTTP/1.1 503 No\r\n\r\nNATS is not connected\n");
        let told = ask(address, "/readyz").unwrap_err();
        assert!(told.ends_with("\"503\": NATS is not connected"), "{told}");
    }

    #[test]
    fn nobody_there_is_told_with_the_address() {
        let told = ask("127.0.0.1:1".parse().unwrap(), "/healthz").unwrap_err();
        assert!(told.starts_with("no answer at 127.0.0.1:1"), "{told}");
    }

    #[test]
    fn an_address_that_listens_everywhere_is_asked_on_loopback() {
        for (listens, asked) in [
            ("0.0.0.0:9101", "127.0.0.1:9101"),
            ("[::]:9101", "[::1]:9101"),
            ("10.0.0.1:9101", "10.0.0.1:9101"),
        ] {
            assert_eq!(reachable(listens.parse().unwrap()).to_string(), asked);
        }
    }
}
