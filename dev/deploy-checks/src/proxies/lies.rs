//! A client that says of itself what only a proxy may say: none of it reaches a gateway.
//!
//! Behind the proxy stands a server that keeps what it is asked, in the gateway's place: so every header is seen, those
//! too that no gateway believes today.

use std::net::{IpAddr, Ipv4Addr};

use testkit::http;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use super::process::{Program, ProxyProcess};
use super::tls::HOST;
use crate::report::Finding;

/// What stands in every lie.
const LIE: &str = "192.0.2.7";
/// Where and under which name a client is, and who it is, as proxies tell gateways.
const HEADERS: [&str; 19] = [
    "Forwarded",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Forwarded-Proto",
    "X-Forwarded-Port",
    "X-Forwarded-Prefix",
    "X-Forwarded-User",
    "X-Forwarded-Email",
    "X-Forwarded-Groups",
    "X-Forwarded-Preferred-Username",
    "X-Real-IP",
    "Remote-User",
    "Remote-Groups",
    "Remote-Email",
    "X-Remote-User",
    "X-Auth-Request-User",
    "X-Auth-Request-Groups",
    "X-authentik-username",
    "X-WebAuth-User",
];
/// The only one that the compose stack's front is told to believe, see `Program::command`.
const FRONT_PROXY: Ipv4Addr = Ipv4Addr::new(127, 6, 6, 6);

/// What reaches a gateway when a client at `from` lies with all headers, twice each if `twice`.
async fn arrives(
    program: Program,
    text: &str,
    from: Ipv4Addr,
    twice: bool,
) -> Result<Vec<String>, String> {
    let words = |error: std::io::Error| error.to_string();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .await
        .map_err(words)?;
    let (keeping, mut kept) = mpsc::unbounded_channel();
    let gateway = listener.local_addr().map_err(words)?;
    let server = tokio::spawn(keep(listener, keeping));
    let proxy = ProxyProcess::start(program, text, gateway).await?;
    let stream = proxy.tls.connect(IpAddr::V4(from), proxy.address).await;
    let stream = stream.map_err(|error| format!("TLS: {error}"))?;
    let mut headers: Vec<_> = HEADERS.iter().map(|name| (*name, LIE)).collect();
    if twice {
        headers.extend_from_within(..);
    }
    let path = format!("{}snapshot.jpg", program.path());
    let answer = http::over(stream, "GET", HOST, &path, &headers, "").await;
    server.abort();
    let answer = answer.map_err(|error| error.to_string())?;
    // A proxy may refuse what is said twice.
    if answer.status == 400 && twice {
        return Ok(Vec::new());
    }
    loop {
        let head: String = kept.recv().await.ok_or("nothing arrives")?;
        if head.contains("/snapshot.jpg") {
            return Ok(head.lines().map(str::to_lowercase).collect());
        }
    }
}

/// Answers every request with nothing and keeps its head.
async fn keep(listener: TcpListener, heads: mpsc::UnboundedSender<String>) {
    while let Ok((mut stream, _)) = listener.accept().await {
        let heads = heads.clone();
        tokio::spawn(async move {
            let (mut head, mut part) = (Vec::new(), [0; 4096]);
            while !head.windows(4).any(|end| end == b"\r\n\r\n") {
                match stream.read(&mut part).await {
                    Ok(length) if length > 0 => head.extend(&part[..length]),
                    _ => return,
                }
            }
            let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
            let _ = stream.write_all(answer).await;
            let _ = heads.send(String::from_utf8_lossy(&head).into_owned());
        });
    }
}

/// None of what a client says of itself arrives; the proxy's own words do.
pub(super) async fn judge(program: Program, text: &str) -> Finding {
    let from = Ipv4Addr::new(127, 9, 9, 9);
    for twice in [false, true] {
        let head = arrives(program, text, from, twice).await?;
        if let Some(lie) = head.iter().find(|line| line.contains(LIE)) {
            return Err(format!("a client's word reaches a gateway: {lie}"));
        }
        let expected = [
            format!("x-forwarded-for: {from}"),
            "x-forwarded-proto: https".to_owned(),
            format!("x-forwarded-host: {HOST}"),
        ];
        for line in expected.iter().filter(|_| !twice) {
            if !head.contains(line) {
                return Err(format!("no {line:?} in {head:?}"));
            }
        }
    }
    Ok(format!(
        "{} headers of a client's, and none arrives",
        HEADERS.len()
    ))
}

/// A proxy that is named is believed word for word, and nobody beside it.
pub(super) async fn believed(text: &str) -> Finding {
    let head = arrives(Program::Front, text, FRONT_PROXY, false).await?;
    let believed = head.iter().filter(|line| line.ends_with(LIE)).count();
    if believed != HEADERS.len() {
        return Err(format!("{believed} of {} arrive: {head:?}", HEADERS.len()));
    }
    let neighbour = Ipv4Addr::from(u32::from(FRONT_PROXY) + 1);
    let head = arrives(Program::Front, text, neighbour, false).await?;
    match head.iter().find(|line| line.contains(LIE)) {
        Some(lie) => Err(format!("its neighbour is believed: {lie}")),
        None => Ok("the proxy that FRONT_PROXIES names, and nobody beside it".into()),
    }
}
