//! A viewer's side of a reverse proxy: what it can ask, from addresses of its own.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use testkit::http::{self, Response};

use super::process::ProxyProcess;
use super::socket::{self, Socket};
use super::tls::HOST;

/// A viewer's side of the proxy.
pub(super) struct Side<'a> {
    pub(super) proxy: &'a ProxyProcess,
    pub(super) gateway: SocketAddr,
    /// What viewers must know.
    pub(super) token: &'a str,
    /// The shipped configuration.
    pub(super) text: &'a str,
}

impl Side<'_> {
    /// An address of this machine that is nobody else's: each proxy process has viewers of its own.
    pub(super) fn viewer(&self, number: u8) -> IpAddr {
        let [high, low] = self.proxy.address.port().to_be_bytes();
        IpAddr::V4(Ipv4Addr::new(127, high, low, number))
    }

    pub(super) fn host(&self) -> String {
        format!("{HOST}:{}", self.proxy.address.port())
    }

    pub(super) fn bearer(&self) -> String {
        format!("Bearer {}", self.token)
    }

    pub(super) fn login_body(&self) -> String {
        format!(r#"{{"token":"{}"}}"#, self.token)
    }

    pub(super) async fn ask(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Result<Response, String> {
        let connect = self.proxy.tls.connect(self.viewer(1), self.proxy.address);
        let stream = connect.await.map_err(|error| format!("TLS: {error}"))?;
        let answer = http::over(stream, method, &self.host(), path, headers, body).await;
        answer.map_err(|error| format!("{path}: {error}"))
    }

    pub(super) async fn get(&self, path: &str, status: u16) -> Result<Response, String> {
        let answer = self.ask("GET", path, &[], "").await?;
        expect(path, &answer, status)?;
        Ok(answer)
    }

    pub(super) async fn watch(
        &self,
        from: IpAddr,
        headers: &[(&str, &str)],
    ) -> Result<Socket, String> {
        let connect = self.proxy.tls.connect(from, self.proxy.address);
        let stream = connect.await.map_err(|error| format!("TLS: {error}"))?;
        let url = format!("wss://{}/cam/websocket/60", self.host());
        socket::open(&url, headers, stream).await
    }
}

pub(super) fn expect(what: &str, answer: &Response, status: u16) -> Result<(), String> {
    if answer.status == status {
        return Ok(());
    }
    Err(format!(
        "{what}: {}, {status} expected: {}",
        answer.status,
        answer.text().trim()
    ))
}
