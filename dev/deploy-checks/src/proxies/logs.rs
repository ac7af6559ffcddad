//! Players carry the token in the address: it stands in no log of a proxy, not even when no gateway answers.

use std::net::SocketAddr;

use super::process::ProxyProcess;
use super::side::Side;
use super::tls::HOST;
use crate::report::Finding;

/// Where nobody listens.
const NOBODY: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 9);

pub(super) async fn judge(side: &Side<'_>) -> Finding {
    let program = side.proxy.program;
    let alone = ProxyProcess::start(program, side.text, NOBODY).await?;
    let unanswered = Side {
        proxy: &alone,
        gateway: NOBODY,
        token: side.token,
        text: side.text,
    };
    let path = format!("{}snapshot.jpg?access_token={}", program.path(), side.token);
    let referer = format!("https://{HOST}{path}");
    for (side, failed) in [(side, false), (&unanswered, true)] {
        let answer = side.ask("GET", &path, &[("Referer", &referer)], "").await?;
        if failed != (answer.status >= 500) {
            return Err(format!("snapshot.jpg: {}", answer.status));
        }
    }
    let written = side.proxy.written() + &alone.written();
    if let Some(line) = written.lines().find(|line| line.contains(side.token)) {
        return Err(format!("the token is in a log: {line}"));
    }
    Ok(format!("no token in {} bytes", written.len()))
}
