//! What `/snapshot.jpg` and `/stream.mjpg` have in common: the stream asked for, and "not now".

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use wire::quality::QualityError;
use wire::rate::RateError;
use wire::rendition::SizeError;
use wire::{CameraId, Quality, Rate, Rendition, Size, StreamId};

use crate::access::identity::Identity;
use crate::audit::{Audit, Watched, Who};
use crate::http::state::AppState;

/// Served where no quality is asked for: what a JPEG usually has.
const DEFAULT_QUALITY: &str = "80";
/// When to ask again, in seconds.
const RETRY_AFTER_S: &str = "2";

/// What a request may ask for.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct StreamQuery {
    quality: Option<String>,
    size: Option<String>,
    camera: Option<String>,
    /// Of a snapshot: how old it may be.
    pub(crate) max_age_ms: Option<u64>,
    /// Of a snapshot: how long a camera that has to open first may settle.
    pub(crate) warm_up_ms: Option<u64>,
    /// Of a stream: `1` puts the next part's headers right behind each picture, `0` does not.
    pub(crate) advance_headers: Option<u8>,
    /// Of a stream: what is sent while the camera delivers nothing.
    pub(crate) offline: Option<Offline>,
    /// Of a stream: how many frames a second.
    fps: Option<String>,
}

/// What a stream shows while there is nothing to see; without the wish it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Offline {
    /// A picture that says so, once a second.
    Picture,
}

impl StreamQuery {
    /// The stream that is meant, of the best quality that may be watched at the most, and how much of it; or the answer to
    /// a request for none, which is counted.
    pub(crate) fn stream(
        &self,
        state: &AppState,
        identity: &Identity,
    ) -> Result<(StreamId, Rate), (StatusCode, String)> {
        let quality = self.quality.as_deref().unwrap_or(DEFAULT_QUALITY);
        let picture = Picture::asked(quality, self.size.as_deref(), self.fps.as_deref());
        let picture = picture.map_err(|error| {
            state.refused.quality.inc();
            (StatusCode::BAD_REQUEST, format!("{error}\n"))
        })?;
        let camera = self.camera.as_deref().unwrap_or_default();
        let camera: CameraId = camera.parse().map_err(|error| {
            state.refused.camera.inc();
            (StatusCode::BAD_REQUEST, format!("{error}\n"))
        })?;
        let best = identity.best(&camera).map_err(|words| {
            state.refused.claims.inc();
            (StatusCode::FORBIDDEN, format!("{words}\n"))
        })?;
        let rendition = state.cameras.served(&camera, picture.within(best));
        Ok((StreamId { camera, rendition }, picture.rate))
    }
}

/// What a picture is to be like, of whichever camera and by whichever route.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Picture {
    quality: Quality,
    size: Size,
    /// How many of them a second.
    pub(crate) rate: Rate,
}

/// What a picture cannot be like.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PictureError {
    #[error(transparent)]
    Quality(#[from] QualityError),
    #[error(transparent)]
    Size(#[from] SizeError),
    #[error(transparent)]
    Rate(#[from] RateError),
}

impl Picture {
    /// Of the words of a request; without them it is full size and every frame.
    pub(crate) fn asked(
        quality: &str,
        size: Option<&str>,
        fps: Option<&str>,
    ) -> Result<Self, PictureError> {
        Ok(Self {
            quality: quality.parse()?,
            size: size.map_or(Ok(Size::Full), str::parse)?,
            rate: fps.map_or(Ok(Rate::ALL), str::parse)?,
        })
    }

    /// What serves it, of no higher quality than `best`.
    pub(crate) fn within(self, best: Quality) -> Rendition {
        Rendition::serving(self.quality.min(best), self.size)
    }
}

/// The answer to a request for no stream; one for a camera that may not be watched goes into the audit log.
pub(crate) fn forbidden(
    audit: &Audit,
    who: &Who,
    path: &str,
    refusal: (StatusCode, String),
) -> Response {
    if refusal.0 == StatusCode::FORBIDDEN {
        audit.refused(who, path, "claims");
    }
    refusal.into_response()
}

/// The stream in the audit log.
pub(crate) fn watched(via: &'static str, stream: &StreamId) -> Watched {
    Watched {
        via,
        camera: stream.camera.name().into(),
        quality: stream.rendition.quality().get(),
        rendition: stream.rendition.to_string(),
    }
}

/// 503, with when to ask again.
pub(crate) fn unavailable(words: &str) -> Response {
    let headers = [(header::RETRY_AFTER, RETRY_AFTER_S)];
    let words = format!("{words}\n");
    (StatusCode::SERVICE_UNAVAILABLE, headers, words).into_response()
}

/// Microseconds since the Unix epoch in seconds, as mjpg-streamer spells the time of capture in `X-Timestamp`.
pub(crate) fn timestamp(us: u64) -> String {
    format!("{}.{:06}", us / 1_000_000, us % 1_000_000)
}
