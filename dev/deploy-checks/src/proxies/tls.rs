//! A certificate for the name in the shipped configurations, and connections that believe in nothing else.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use tokio::net::{TcpSocket, TcpStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// The host of the shipped configurations.
pub(super) const HOST: &str = "cam.example.org";

/// A certificate and what trusts it.
#[derive(Clone)]
pub(super) struct Tls {
    /// PEM.
    pub(super) certificate: String,
    pub(super) key: String,
    connector: TlsConnector,
}

impl Tls {
    pub(super) fn new() -> Result<Self, String> {
        let made = rcgen::generate_simple_self_signed(vec![HOST.to_owned()])
            .map_err(|error| error.to_string())?;
        let mut roots = RootCertStore::empty();
        roots
            .add(made.cert.der().clone())
            .map_err(|error| error.to_string())?;
        let client = ClientConfig::builder()
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self {
            certificate: made.cert.pem(),
            key: made.signing_key.serialize_pem(),
            connector: TlsConnector::from(Arc::new(client)),
        })
    }

    /// From `from`, an address of this machine, so that a proxy sees viewers of several.
    pub(super) async fn connect(
        &self,
        from: IpAddr,
        to: SocketAddr,
    ) -> std::io::Result<TlsStream<TcpStream>> {
        let stream = tcp(from, to).await?;
        let name = ServerName::try_from(HOST).map_err(std::io::Error::other)?;
        self.connector.connect(name, stream).await
    }
}

/// A bare connection from an address of this machine.
pub(super) async fn tcp(from: IpAddr, to: SocketAddr) -> std::io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::new(from, 0))?;
    socket.connect(to).await
}
