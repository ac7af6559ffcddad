//! What `/snapshot.jpg` and `/stream.mjpg` have in common: the stream asked for, and "not now".

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use wire::{CameraId, Quality, StreamId};

use crate::frame::Frame;
use crate::metrics::Refused;

/// Served where no quality is asked for: what a JPEG usually has.
const DEFAULT_QUALITY: &str = "80";
/// When to ask again, in seconds.
const RETRY_AFTER_S: &str = "2";

/// What a request may ask for.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct StreamQuery {
    quality: Option<String>,
    camera: Option<String>,
    /// Of a snapshot: how old it may be.
    pub(crate) max_age_ms: Option<u64>,
    /// Of a stream: how many frames a second.
    pub(crate) fps: Option<f64>,
}

impl StreamQuery {
    /// The stream that is meant, or the answer to a request for none; it is counted.
    pub(crate) fn stream(&self, refused: &Refused) -> Result<StreamId, (StatusCode, String)> {
        let quality = self.quality.as_deref().unwrap_or(DEFAULT_QUALITY);
        let quality: Quality = quality.parse().map_err(|error| {
            refused.quality.inc();
            (StatusCode::BAD_REQUEST, format!("{error}\n"))
        })?;
        let camera = self.camera.as_deref().unwrap_or_default();
        let camera: CameraId = camera.parse().map_err(|error| {
            refused.camera.inc();
            (StatusCode::BAD_REQUEST, format!("{error}\n"))
        })?;
        Ok(StreamId {
            camera,
            rung: quality.rung(),
        })
    }
}

/// 503, with when to ask again.
pub(crate) fn unavailable(words: &str) -> Response {
    let headers = [(header::RETRY_AFTER, RETRY_AFTER_S)];
    let words = format!("{words}\n");
    (StatusCode::SERVICE_UNAVAILABLE, headers, words).into_response()
}

/// Capture time in seconds since the Unix epoch, as mjpg-streamer spells it in `X-Timestamp`.
pub(crate) fn timestamp(frame: &Frame) -> String {
    let us = frame.stamp.captured_at_us;
    format!("{}.{:06}", us / 1_000_000, us % 1_000_000)
}
