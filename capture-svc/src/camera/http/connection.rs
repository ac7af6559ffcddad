//! One connection to a camera, for one request and its answer: made, driven and, by its drop, closed. What to ask and what
//! an answer means is in [`super::client`].
//!
//! There is no pool and no parallel attempt at a second address: many cameras serve one client, and a second connection
//! before the first is gone would lock us out.

use std::{error::Error, future::poll_fn, pin::Pin, task::Poll, time::Duration};

use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use hyper::{
    Response,
    body::{Body as _, Incoming},
    client::conn::http1,
};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::{client::legacy::connect::HttpConnector, rt::TokioIo};
use tokio::{net::TcpStream, time::timeout};
use tower::Service as _;

use super::{address::Place, error::HttpError, settings::HttpTrust, tls};

/// Looking up the name, connecting and the TLS handshake together; of several addresses each has its share.
const HTTP_CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// From the request to the head of the answer.
const HTTP_ANSWER_TIMEOUT: Duration = Duration::from_secs(5);

/// Makes connections to a camera.
pub(super) type Connector = HttpsConnector<HttpConnector>;

type Socket = http1::Connection<MaybeHttpsStream<TokioIo<TcpStream>>, Full<Bytes>>;

/// How connections are made, for one opening. Certificates are read only where `at` needs them.
pub(super) fn connector(at: &Place, trust: &HttpTrust) -> Result<Connector, HttpError> {
    // What trusts nobody costs nothing; a redirect never leads from http to https.
    let none = HttpTrust::Any;
    let config = tls::config(if at.is_tls() { trust } else { &none });
    let config = config.map_err(|why| HttpError::Certificates { why })?;
    let mut tcp = HttpConnector::new();
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    tcp.set_connect_timeout(Some(HTTP_CONNECT_TIMEOUT));
    // One address after the other.
    tcp.set_happy_eyeballs_timeout(None);
    Ok(HttpsConnectorBuilder::new()
        .with_tls_config(config)
        .https_or_http()
        .enable_http1()
        .wrap_connector(tcp))
}

/// The answer to a request, and the connection that it comes over.
pub(super) struct Answer {
    socket: Driven,
    head: Response<Incoming>,
    #[expect(
        dead_code,
        reason = "held, not used: a connection nobody can ask any more would be closed"
    )]
    sender: http1::SendRequest<Full<Bytes>>,
}

/// hyper moves the bytes of a connection only while this is asked.
struct Driven(Option<Socket>);

impl Driven {
    /// Moves what can be moved. How it ends, the answer says.
    fn drive(&mut self, context: &mut std::task::Context<'_>) {
        if let Some(socket) = &mut self.0
            && Pin::new(socket).poll(context).is_ready()
        {
            self.0 = None;
        }
    }
}

impl Answer {
    /// Connects to `at` and sends `request`; waits for the head of the answer.
    pub(super) async fn to(
        connector: &Connector,
        at: &Place,
        request: Request<Full<Bytes>>,
    ) -> Result<Self, HttpError> {
        let address = at.server().parse().map_err(|_| HttpError::Unreachable {
            at: at.clone(),
            why: "its name is none".into(),
        })?;
        let mut connector = connector.clone();
        let connected = timeout(HTTP_CONNECT_TIMEOUT, connector.call(address)).await;
        let stream = match connected {
            Ok(Ok(stream)) => stream,
            Ok(Err(error)) => return Err(unreachable(at, &*error)),
            Err(_) => return Err(no_answer(at, HTTP_CONNECT_TIMEOUT)),
        };
        let broke_off = |error: hyper::Error| HttpError::BrokeOff {
            at: at.clone(),
            why: deepest(&error),
        };
        // As lenient as cameras need it.
        let handshake = http1::Builder::new()
            .allow_spaces_after_header_name_in_responses(true)
            .allow_obsolete_multiline_headers_in_responses(true)
            .ignore_invalid_headers_in_responses(true)
            .handshake(stream);
        let (mut sender, socket) = handshake.await.map_err(broke_off)?;
        let mut socket = Driven(Some(socket));
        let mut response = Box::pin(sender.send_request(request));
        let answered = poll_fn(|context| {
            socket.drive(context);
            response.as_mut().poll(context)
        });
        let Ok(answered) = timeout(HTTP_ANSWER_TIMEOUT, answered).await else {
            return Err(HttpError::Silent {
                at: at.clone(),
                silent: HTTP_ANSWER_TIMEOUT,
            });
        };
        drop(response);
        let head = answered.map_err(broke_off)?;
        Ok(Self {
            socket,
            head,
            sender,
        })
    }

    pub(super) fn status(&self) -> http::StatusCode {
        self.head.status()
    }

    /// All values of a header that are text.
    pub(super) fn header(&self, name: http::HeaderName) -> impl Iterator<Item = &str> {
        let values = self.head.headers().get_all(name).into_iter();
        values.filter_map(|value| str::from_utf8(value.as_bytes()).ok())
    }

    /// More of the body; `None` at its end. Cancelling loses nothing.
    pub(super) async fn more(&mut self) -> Result<Option<Bytes>, hyper::Error> {
        loop {
            let frame = poll_fn(|context| {
                self.socket.drive(context);
                Pin::new(self.head.body_mut()).poll_frame(context)
            });
            match frame.await.transpose()? {
                None => return Ok(None),
                Some(frame) => {
                    if let Ok(bytes) = frame.into_data() {
                        return Ok(Some(bytes));
                    }
                }
            }
        }
    }

    /// More of the body, if it is here already.
    pub(super) async fn at_hand(&mut self) -> Option<Bytes> {
        // Lets the runtime ask the kernel what has come.
        tokio::task::yield_now().await;
        poll_fn(|context| {
            self.socket.drive(context);
            let frame = Pin::new(self.head.body_mut()).poll_frame(context);
            Poll::Ready(match frame {
                Poll::Ready(Some(Ok(frame))) => frame.into_data().ok(),
                // An end or an error is found again by the next `more`.
                _ => None,
            })
        })
        .await
    }
}

fn no_answer(at: &Place, within: Duration) -> HttpError {
    HttpError::Unreachable {
        at: at.clone(),
        why: format!(
            "no answer within {} s; is it on, and is the address right?",
            within.as_secs()
        ),
    }
}

fn unreachable(at: &Place, error: &(dyn Error + 'static)) -> HttpError {
    let (at, why) = (at.clone(), deepest(error));
    let untrusted = causes(error).any(|cause| {
        let tls = cause.downcast_ref::<rustls::Error>();
        matches!(tls, Some(rustls::Error::InvalidCertificate(_)))
    });
    if untrusted {
        HttpError::Certificate { at, why }
    } else {
        HttpError::Unreachable { at, why }
    }
}

/// What the innermost cause says.
pub(super) fn deepest(error: &(dyn Error + 'static)) -> String {
    causes(error).last().unwrap_or(error).to_string()
}

/// An error and what caused it, one after the other. An `io::Error` that wraps another tells that one's cause, but not
/// itself.
fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| {
        let error: &'a (dyn Error + 'static) = *error;
        let wrapped = error.downcast_ref().and_then(std::io::Error::get_ref);
        wrapped
            .map(|inner| inner as &'a (dyn Error + 'static))
            .or_else(|| error.source())
    })
}
