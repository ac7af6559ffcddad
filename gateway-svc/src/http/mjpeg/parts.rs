//! The parts of one `/stream.mjpg`: which frame is the next, what is around it, and when it is over.
//!
//! The next part is chosen when the last one has left for the kernel, the kernel has sent all of it, and what is on its way
//! stands in no queue there: chosen when hyper has room, it would grow old in front of a slow viewer's socket or line, a
//! whole picture's time. Nothing is queued, and a part is the newest frame at the moment when its bytes can go.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::body::Body;
use bytes::Bytes;
use futures_util::stream::unfold;
use process::{CountedGauge, SocketView};
use tokio::sync::{Semaphore, watch};
use tokio::time::timeout;
use wire::pace::Pace;
use wire::{Rate, StreamId};

use crate::audit::Visit;
use crate::frame::Frame;
use crate::http::mjpeg::layout::Layout;
use crate::http::mjpeg::no_signal::Sign;
use crate::http::mjpeg::over::Over;
use crate::http::patience::what_is_with;
use crate::http::state::AppState;
use crate::http::stream_query::Offline;
use crate::relay::fanout::JOIN_MAX_AGE;
use crate::relay::streams::Subscription;
use crate::session::admission::Permit;

/// Without a frame for so long beyond three times the time that there is between two, a stream ends.
const STREAM_SILENCE_MAX: Duration = Duration::from_secs(5);

/// No camera takes fewer pictures; a time-lapse is one of minutes.
const BETWEEN_FRAMES_MAX: Duration = Duration::from_secs(3600);

/// The same of one that is to say so instead: a picture of two seconds ago is not to be taken for now.
const SIGN_SILENCE_MAX: Duration = Duration::from_secs(2);
/// How often a picture that stands for none is sent: its time shows that the stream lives.
const SIGN_INTERVAL: Duration = Duration::from_secs(1);

/// The parts of one stream.
pub(super) struct Parts {
    state: AppState,
    subscription: Subscription,
    #[expect(
        dead_code,
        reason = "held, not read: its place is free again when the stream ends"
    )]
    permit: Permit,
    visit: Visit,
    socket: SocketView,
    over: Over,
    /// The camera sent nothing for too long.
    silent: bool,
    /// What it asked for.
    wish: Wish,
    layout: Layout,
    /// What was sent last stands for a picture.
    signed: bool,
    #[expect(dead_code, reason = "held, not read: it counts while the stream lasts")]
    watching: CountedGauge,
    frames: watch::Receiver<Option<Arc<Frame>>>,
    /// One permit, out while a part is on its way to the kernel.
    room: Arc<Semaphore>,
    /// The last frame's number in its stream.
    last: Option<u64>,
    pace: Option<Pace>,
    /// Frames since the last one that were more than were asked for, and the number of the newest of them.
    paced: u64,
    passed: Option<u64>,
}

/// What a stream is to be like beside what is in it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wish {
    pub(super) rate: Rate,
    /// The next part's headers stand right behind each picture.
    pub(super) advance: bool,
    /// What stands for a picture while there is none; else it ends.
    pub(super) offline: Option<Offline>,
}

impl Parts {
    pub(super) fn new(
        state: AppState,
        subscription: Subscription,
        (permit, over): (Permit, Over),
        visit: Visit,
        socket: SocketView,
        wish: Wish,
    ) -> Self {
        let frames = subscription.fanout().frames();
        // Nothing came while the request was looked at.
        let signed = wish.offline.is_some() && frames.borrow().is_none();
        Self {
            frames,
            watching: state.viewers.watch(subscription.stream()),
            room: Arc::new(Semaphore::new(1)),
            last: None,
            pace: Pace::new(wish.rate),
            paced: 0,
            passed: None,
            subscription,
            permit,
            visit,
            socket,
            over,
            silent: false,
            signed,
            layout: Layout::new(wish.advance),
            wish,
            state,
        }
    }

    /// Ends with the gateway or with what let the viewer in.
    pub(super) fn into_body(self) -> Body {
        let opening = Bytes::from_static(self.layout.opening());
        let body = unfold((Some(opening), self), |(opening, mut parts)| async move {
            let part = match opening {
                Some(opening) => opening,
                None => parts.next().await?,
            };
            Some((Ok::<_, Infallible>(part), (None, parts)))
        });
        Body::from_stream(body)
    }

    /// The next part, `None` when this gateway leaves or the viewer may see nothing any more.
    async fn next(&mut self) -> Option<Bytes> {
        let (leaving, over) = (self.state.admission.leaving().clone(), self.over.clone());
        tokio::select! {
            biased;
            () = leaving.cancelled() => None,
            () = over.expired() => None,
            newest = self.newest() => newest,
        }
    }

    async fn newest(&mut self) -> Option<Bytes> {
        let room = Arc::clone(&self.room).acquire_owned().await.ok()?;
        self.socket.way_is_free().await;
        match timeout(self.silence_max(), self.frame()).await {
            Ok(frame) => {
                let frame = frame?;
                self.signed = false;
                self.count(&frame);
                let captured_at_us = frame.stamp.captured_at_us;
                Some(self.layout.part(&frame.jpeg(), captured_at_us, room))
            }
            Err(_) if self.wish.offline == Some(Offline::Picture) => {
                let since_epoch = self.state.clock.since_epoch();
                let jpeg = self.sign(since_epoch.as_secs()).await?;
                self.signed = true;
                self.visit.bytes += jpeg.len() as u64;
                Some(
                    self.layout
                        .part(&jpeg, since_epoch.as_micros() as u64, room),
                )
            }
            Err(_) => {
                self.silent = true;
                None
            }
        }
    }

    /// What stands for a picture: of which camera, why there is none, and what time it is (seconds since the epoch).
    async fn sign(&self, second: u64) -> Option<Bytes> {
        let StreamId { camera, rendition } = self.subscription.stream();
        let sign = {
            let status = self.state.cameras.follow(camera);
            let status = status.borrow();
            let side = |pixels| rendition.size().side(pixels);
            let time = SystemTime::UNIX_EPOCH + Duration::from_secs(second);
            let time = humantime::format_rfc3339_seconds(time).to_string();
            Sign {
                size: (side(status.width), side(status.height)),
                words: vec![
                    "NO SIGNAL".to_owned(),
                    String::new(),
                    camera.name().to_owned(),
                    what_is_with(&status),
                    String::new(),
                    time.replace('T', " ").replace('Z', " UTC"),
                ],
            }
        };
        self.state.signs.picture(second, sign).await
    }

    /// Without a frame for how long something else happens. A camera of one picture a minute, or a viewer of one an hour, is not silent in between.
    fn silence_max(&self) -> Duration {
        let status = self
            .state
            .cameras
            .follow(&self.subscription.stream().camera);
        let nominal = status.borrow().nominal_rate();
        if self.signed {
            return SIGN_INTERVAL;
        }
        let asked = self.wish.rate.period_us().unwrap_or_default();
        // Whoever may speak for a camera may say any number.
        let between = Duration::try_from_secs_f64(1.0 / nominal).unwrap_or(BETWEEN_FRAMES_MAX);
        let between = between
            .min(BETWEEN_FRAMES_MAX)
            .max(Duration::from_micros(asked));
        let silence_max = match self.wish.offline {
            Some(Offline::Picture) => SIGN_SILENCE_MAX,
            None => STREAM_SILENCE_MAX,
        };
        silence_max + between * 3
    }

    /// The next frame that is due, when it comes.
    async fn frame(&mut self) -> Option<Arc<Frame>> {
        loop {
            let now = self.state.clock.now();
            let frame = self.frames.borrow_and_update().clone();
            let new = frame.filter(|frame| {
                self.last != Some(frame.nth)
                    && now.saturating_duration_since(frame.received) < JOIN_MAX_AGE
            });
            if let Some(frame) = new {
                if self.is_due(&frame) {
                    return Some(frame);
                }
                if self.passed.replace(frame.nth) != Some(frame.nth) {
                    self.paced += 1;
                }
            }
            self.frames.changed().await.ok()?;
        }
    }

    fn is_due(&self, frame: &Frame) -> bool {
        let at_us = frame.stamp.captured_at_us;
        self.pace
            .is_none_or(|pace| pace.is_due(at_us, frame.spacing_us))
    }

    fn count(&mut self, frame: &Frame) {
        if let Some(pace) = &mut self.pace {
            pace.take(frame.stamp.captured_at_us, frame.spacing_us);
        }
        // It has one: from now on no more are made than it asked for.
        self.subscription.want(self.wish.rate);
        let paced = std::mem::take(&mut self.paced);
        let last = self.last.replace(frame.nth);
        let missed = last.map_or(0, |last| frame.nth.saturating_sub(last + 1 + paced));
        let delivered = self.subscription.fanout().delivered();
        delivered.skipped(missed);
        delivered.paced(paced);
        let clock = self.state.clock;
        let age = frame.age_s(clock.wall_us(clock.now()));
        let bytes = frame.jpeg().len();
        delivered.sent((bytes, 0), age);
        self.visit.bytes += bytes as u64;
    }
}

impl Drop for Parts {
    fn drop(&mut self) {
        let closed = &self.state.viewers.closed;
        let (count, reason) = if self.over.is_expired() {
            (&closed.expired, "expired")
        } else if self.silent {
            (&closed.silent, "silent")
        } else if self.state.admission.leaving().is_cancelled() {
            (&closed.leaving, "leaving")
        } else if self.socket.timed_out() {
            (&closed.dead, "dead")
        } else {
            (&closed.viewer, "viewer")
        };
        count.inc();
        self.visit.reason = reason;
        self.over.done();
    }
}
