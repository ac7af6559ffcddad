//! From an HTTP request to a viewer's socket: the handshake is answered, and hyper hands the socket over.

use std::pin::pin;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use process::{Place, Socket};
use tokio::net::TcpStream;
use tracing::Instrument as _;
use wire::{Quality, Rate, StreamId};

use crate::access::identity::{Ended, Identity};
use crate::audit::Visit;
use crate::metrics::Closed;
use crate::relay::streams::Subscription;
use crate::session::admission::{LEAVING_REASON, Permit};
use crate::session::close::CLOSE_TIMEOUT;
use crate::session::shared::Sessions;
use crate::session::{Session, Wish};
use crate::viewer::outbox::End;
use crate::viewer::protocol::Protocol;
use crate::websocket::encode;
use crate::websocket::handshake::{self, HandshakeError};

/// Close codes. Source: RFC 6455 section 7.4.1 and the IANA registry of close codes.
pub(crate) const NOT_ALLOWED: u16 = 1008;
pub(crate) const SERVICE_RESTART: u16 = 1012;

/// A viewer that may come in, and as whom.
#[derive(Debug)]
pub(crate) struct Admitted {
    /// Its place.
    pub(crate) permit: Permit,
    /// Ends it when it ends.
    pub(crate) identity: Identity,
    /// What it watches first.
    pub(crate) subscription: Subscription,
    /// No quality above it may be watched.
    pub(crate) best: Quality,
    /// How many frames a second it asked for.
    pub(crate) rate: Rate,
    /// Its lines in the audit log.
    pub(crate) visit: Visit,
}

/// A handshake that is in order.
#[derive(Debug)]
pub(crate) struct Upgrade {
    headers: HeaderMap,
    place: Option<Place>,
    accept: String,
    pending: OnUpgrade,
}

/// Judges the handshake.
///
/// # Errors
/// Why it is none; [`refusal`] is the answer.
pub(crate) fn prepare(mut request: Request) -> Result<Upgrade, HandshakeError> {
    let accept = handshake::accept(request.method(), request.version(), request.headers())?;
    let pending = hyper::upgrade::on(&mut request);
    Ok(Upgrade {
        place: request.extensions_mut().remove(),
        headers: std::mem::take(request.headers_mut()),
        accept,
        pending,
    })
}

/// The answer to a request that is no handshake.
#[must_use]
pub(crate) fn refusal(error: HandshakeError) -> Response {
    let status = match error {
        HandshakeError::NoUpgrade | HandshakeError::Version => StatusCode::UPGRADE_REQUIRED,
        HandshakeError::Malformed(_) => StatusCode::BAD_REQUEST,
    };
    let headers = [
        (header::UPGRADE, "websocket"),
        (header::SEC_WEBSOCKET_VERSION, "13"),
    ];
    (status, headers, format!("{error}\n")).into_response()
}

impl Upgrade {
    /// The request's headers.
    #[must_use]
    pub(crate) const fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Upgrades, and then closes with words: a browser shows a script neither status nor body of a refused upgrade.
    #[must_use]
    pub(crate) fn refuse(self, sessions: &Sessions, code: u16, words: String) -> Response {
        let Self { pending, place, .. } = self;
        let farewell = async move {
            if let Some((socket, _)) = hand_over(pending).await {
                close_refused(socket, &encode::close(code, &words)).await;
            }
        };
        sessions.tasks.spawn(async move {
            // It keeps its place until then, or many could be refused at once and all held.
            let evicted = async {
                match &place {
                    Some(place) => place.evicted().await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = farewell => {}
                () = evicted => {}
            }
        });
        switching(&self.accept)
    }

    /// Upgrades, and serves the viewer until its end, with what it asked for in `v` and `delta`.
    #[must_use]
    pub(crate) fn accept(
        self,
        sessions: &Arc<Sessions>,
        admitted: Admitted,
        (version, delta): (Option<&str>, Option<&str>),
    ) -> Response {
        let (shared, pending) = (Arc::clone(sessions), self.pending);
        let protocol = Protocol::asked(version, delta);
        let Admitted {
            permit,
            identity,
            subscription,
            best,
            rate,
            mut visit,
        } = admitted;
        let StreamId { camera, rendition } = subscription.stream();
        let span = tracing::info_span!("viewer", %camera, quality = %rendition);
        let viewing = async move {
            let Some((socket, early)) = hand_over(pending).await else {
                return;
            };
            let viewers = Arc::clone(&shared.viewers);
            viewers.connections.inc();
            let admission = Arc::clone(&shared.admission);
            let clock = shared.clock;
            let wish = Wish {
                subscription,
                best,
                rate,
                protocol,
            };
            let (session, reader) = Session::begin(shared, socket, wish);
            let outbox = Arc::clone(session.outbox());
            permit.belongs_to(&outbox);
            if admission.leaving().is_cancelled() {
                // It came in just before the admission was closed, and nobody would tell it.
                outbox.close(End::Leaving, 1012, LEAVING_REASON);
            }
            tracing::debug!("came");
            let mut running = pin!(session.run(reader, &early));
            let end = tokio::select! {
                biased;
                end = &mut running => end,
                ended = identity.ended(clock) => {
                    outbox.close(End::Expired, code(ended), ended.words());
                    running.await
                }
            };
            tracing::debug!(?end, "left");
            count(&viewers.closed, end);
            visit.bytes = outbox.frame_bytes();
            visit.reason = reason(end);
            drop((visit, permit));
        };
        sessions.tasks.spawn(viewing.instrument(span));
        switching(&self.accept)
    }
}

/// What a viewer is closed with whose identity ended.
const fn code(ended: Ended) -> u16 {
    match ended {
        Ended::Expired | Ended::Revoked => NOT_ALLOWED,
        // What it may see now it finds out by coming again.
        Ended::Changed => SERVICE_RESTART,
    }
}

/// For the audit log; the names of `gateway_closed_total{reason}`.
const fn reason(end: End) -> &'static str {
    match end {
        End::Viewer => "viewer",
        End::Lost => "lost",
        End::Dead => "dead",
        End::Violation => "violation",
        End::Leaving => "leaving",
        End::Expired => "expired",
    }
}

fn count(closed: &Closed, end: End) {
    match end {
        End::Expired => &closed.expired,
        End::Viewer => &closed.viewer,
        End::Lost => &closed.lost,
        End::Dead => &closed.dead,
        End::Violation => &closed.violation,
        End::Leaving => &closed.leaving,
    }
    .inc();
}

fn switching(accept: &str) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = response.headers_mut();
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
    // Base64 is always a header value.
    if let Ok(accept) = HeaderValue::from_str(accept) {
        headers.insert(header::SEC_WEBSOCKET_ACCEPT, accept);
    }
    response
}

/// The socket, and what the client sent together with its handshake; `None` if it left meanwhile.
async fn hand_over(pending: OnUpgrade) -> Option<(TcpStream, Bytes)> {
    let upgraded = pending.await.ok()?;
    let parts = upgraded.downcast::<TokioIo<Socket>>().ok()?;
    Some((parts.io.into_inner().into_tcp()?, parts.read_buf))
}

async fn close_refused(socket: TcpStream, close: &[u8]) {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let mut socket = socket;
    let said = async {
        socket.write_all(close).await?;
        socket.shutdown().await?;
        // Until the other side has closed too, or the close frame could be lost to a reset.
        while socket.read(&mut [0; 256]).await? > 0 {}
        std::io::Result::Ok(())
    };
    // Who does not read the close frame in time does without.
    let _ = tokio::time::timeout(CLOSE_TIMEOUT, said).await;
}
