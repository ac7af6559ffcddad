//! One connection to a broker, MQTT 3.1.1: made, logged in, and never waited for longer than is said here.
//!
//! Of rumqttc its codec alone. Its event loop waits without end for a broker that stops reading, keeps what it could not
//! send for later, when it is old, and brings a second, older copy of what verifies certificates.

use std::{io, sync::Arc, time::Duration};

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use rumqttc::{
    Codec, Connect, ConnectReturnCode, LastWill, Login, Packet, Publish, QoS, Subscribe,
};
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_util::codec::Framed;

use super::{
    messages::{Kept, Messages},
    settings::MqttSettings,
};
use crate::camera::{authority, tls_client};

/// Looking up the name, connecting and logging in together.
const BROKER_CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// A broker that takes nothing for so long is ill.
const BROKER_WRITE_TIMEOUT: Duration = Duration::from_secs(5);
/// How often the broker is asked whether it is there; it takes us for dead after half as much again.
pub(super) const KEEP_ALIVE: Duration = Duration::from_secs(10);
/// Nothing that is for us is longer.
const INCOMING_BYTES_MAX: usize = 64 << 10;
/// The largest frame that NATS takes with our configuration, and its topic.
const OUTGOING_BYTES_MAX: usize = 5 << 20;

trait Socket: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Socket for S {}

/// A connection that stands.
pub(super) struct Connection(Framed<Box<dyn Socket>, Codec>);

impl Connection {
    /// Connects, logs in with the last will that the camera is not there, and subscribes.
    ///
    /// # Errors
    /// Words without secrets.
    pub(super) async fn open(settings: &MqttSettings, messages: &Messages) -> Result<Self, String> {
        let broker = &settings.broker;
        let opened = timeout(BROKER_CONNECT_TIMEOUT, Self::connect(settings, messages)).await;
        let opened = opened.unwrap_or_else(|_| {
            Err(format!(
                "no answer within {BROKER_CONNECT_TIMEOUT:?}; is it a broker of MQTT?"
            ))
        });
        opened.map_err(|why| format!("{broker}: {why}"))
    }

    async fn connect(settings: &MqttSettings, messages: &Messages) -> Result<Self, String> {
        let mut hello = Connect::new(messages.client_id());
        hello.keep_alive = KEEP_ALIVE.as_secs() as u16;
        hello.clean_session = true;
        let Kept { topic, payload } = messages.available(false);
        hello.last_will = Some(LastWill::new(topic, payload, QoS::AtMostOnce, true));
        hello.login = settings
            .login()?
            .map(|(user, password)| Login::new(user, password));
        let codec = Codec {
            max_incoming_size: INCOMING_BYTES_MAX,
            max_outgoing_size: OUTGOING_BYTES_MAX,
        };
        let socket = socket(settings).await.map_err(|error| error.to_string())?;
        let mut this = Self(Framed::new(socket, codec));
        this.send(Packet::Connect(hello)).await?;
        match this.next().await? {
            Packet::ConnAck(answer) => match answer.code {
                ConnectReturnCode::Success => {}
                ConnectReturnCode::BadUserNamePassword | ConnectReturnCode::NotAuthorized => {
                    return Err(
                        "it does not accept this user and password (CAPTURE_MQTT_URL=mqtt://USER@…, \
                         CAPTURE_MQTT_PASSWORD_FILE)"
                            .into(),
                    );
                }
                other => return Err(format!("it refuses: {other:?}")),
            },
            other => return Err(format!("it answers with what is none: {other:?}")),
        }
        let mut wish = Subscribe::new(messages.set_privacy_topic(), QoS::AtMostOnce);
        wish.pkid = 1;
        this.send(Packet::Subscribe(wish)).await?;
        Ok(this)
    }

    /// The next packet. Cancelling loses nothing.
    pub(super) async fn next(&mut self) -> Result<Packet, String> {
        match self.0.next().await {
            Some(Ok(packet)) => Ok(packet),
            Some(Err(error)) => Err(error.to_string()),
            None => Err("it has closed the connection".into()),
        }
    }

    /// Sends a message that stays with the broker.
    pub(super) async fn keep(&mut self, kept: Kept) -> Result<(), String> {
        self.publish(kept.topic, kept.payload.into(), true).await
    }

    /// Sends a message.
    pub(super) async fn publish(
        &mut self,
        topic: String,
        payload: Bytes,
        retain: bool,
    ) -> Result<(), String> {
        let mut message = Publish::new(topic, QoS::AtMostOnce, Vec::new());
        (message.payload, message.retain) = (payload, retain);
        self.send(Packet::Publish(message)).await
    }

    /// Asks whether the broker is there.
    pub(super) async fn ping(&mut self) -> Result<(), String> {
        self.send(Packet::PingReq).await
    }

    /// Ends it without the last will.
    pub(super) async fn disconnect(mut self) -> Result<(), String> {
        self.send(Packet::Disconnect).await
    }

    async fn send(&mut self, packet: Packet) -> Result<(), String> {
        match timeout(BROKER_WRITE_TIMEOUT, self.0.send(packet)).await {
            Ok(sent) => sent.map_err(|error| error.to_string()),
            Err(_) => Err(format!("it has taken nothing for {BROKER_WRITE_TIMEOUT:?}")),
        }
    }
}

async fn socket(settings: &MqttSettings) -> io::Result<Box<dyn Socket>> {
    let broker = &settings.broker;
    let tcp = TcpStream::connect((broker.host.as_str(), broker.port)).await?;
    tcp.set_nodelay(true)?;
    if !broker.is_tls {
        return Ok(Box::new(tcp));
    }
    let roots = settings.ca_file.as_deref();
    let roots = roots.map(|file| authority(file, "CAPTURE_MQTT_CA_FILE"));
    let config = roots
        .transpose()
        .and_then(tls_client)
        .map_err(io::Error::other)?;
    let name = ServerName::try_from(broker.host.clone()).map_err(io::Error::other)?;
    let connector = TlsConnector::from(Arc::new(config));
    Ok(Box::new(connector.connect(name, tcp).await?))
}
