//! Raw frame and wanted renditions in, stamped JPEGs on the bus: encode once, publish each.
//!
//! The newest frame wins: while one frame is encoded and published the camera's slot keeps only the latest. A rendition
//! that becomes wanted between two frames, or wanted more often, gets the last frame at once, so that its viewer does not
//! wait. One that is wanted seldom is made seldom ([`crate::wanted`]).

mod changed;
mod tap;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use parking_lot::Mutex;
use tokio::sync::watch;
use wire::{Rendition, RenditionSet, Stamp};

use crate::bus::{FrameBus, Undelivered};
use crate::camera::{FrameReceiver, RawFrame, Verdict};
use crate::encode::{EncodeError, Encoder, Intervals};
use crate::metrics::PublishMetrics;
use crate::wanted::{Order, Thinning};
use changed::Changed;
pub(crate) use tap::PictureTap;

/// The oldest frame that a rendition gets when it becomes wanted between two frames.
const CATCH_UP_AGE_MAX: Duration = Duration::from_secs(1);
/// JPEGs that may wait in the NATS client at once, at the most: two frames of all renditions.
const POOLED_JPEGS_MAX: usize = 2 * Rendition::COUNT;

/// Encodes and publishes; see the module.
pub(crate) struct Publisher {
    encoder: Box<dyn Encoder>,
    bus: FrameBus,
    run: u32,
    metrics: PublishMetrics,
    changed: Changed,
    tap: Option<PictureTap>,
    /// Wall clock in µs since the epoch; the stamp's own.
    now_us: fn() -> u64,
    pool: Arc<Pool>,
    jpegs: Vec<Vec<u8>>,
    /// The number of the last frame that was handed to the bus.
    handed: Option<u64>,
}

impl Publisher {
    /// A publisher for the run `run`; tells `changed_ratio` which share of the picture changes, and `tap` a picture now and
    /// then.
    #[must_use]
    pub(crate) fn new(
        encoder: Box<dyn Encoder>,
        bus: FrameBus,
        run: u32,
        metrics: PublishMetrics,
        changed_ratio: watch::Sender<Option<f64>>,
        tap: Option<PictureTap>,
        now_us: fn() -> u64,
    ) -> Self {
        Self {
            encoder,
            bus,
            run,
            changed: Changed::new(metrics.clone(), changed_ratio),
            metrics,
            tap,
            now_us,
            pool: Arc::default(),
            jpegs: Vec::new(),
            handed: None,
        }
    }

    /// Publishes every frame at every rendition that it is due for until `orders` has no sender any more.
    pub(crate) async fn run(
        mut self,
        mut frames: FrameReceiver,
        mut orders: watch::Receiver<Order>,
    ) {
        let mut last: Option<Arc<RawFrame>> = None;
        let mut thinning = Thinning::new();
        loop {
            tokio::select! {
                frame = frames.next() => {
                    let order = *orders.borrow_and_update();
                    thinning.want(order.wanted);
                    if frame.captured_at_us < order.not_before_us {
                        thinning.forget_last();
                        continue;
                    }
                    let due = thinning.due(frame.captured_at_us);
                    let verdict = self.publish(&frame, due).await;
                    if let Some(verdict) = verdict {
                        frames.judge(verdict);
                    }
                    // A frame that could not be decoded is not sent to a rendition that is wanted later.
                    if verdict.is_some_and(|verdict| verdict != Verdict::Whole) {
                        thinning.forget_last();
                    }
                    last = Some(frame);
                }
                changed = orders.changed() => {
                    if changed.is_err() {
                        return;
                    }
                    let order = *orders.borrow_and_update();
                    if order.wanted.is_empty() {
                        self.changed.idle();
                    }
                    if last.as_ref().is_some_and(|frame| self.is_past(frame, order)) {
                        thinning.forget_last();
                    }
                    let hurried = thinning.want(order.wanted);
                    if let Some(frame) = &last {
                        self.publish(frame, hurried).await;
                    }
                }
            }
        }
    }

    /// Whether the last frame is nothing any more for whoever comes now.
    fn is_past(&self, frame: &RawFrame, order: Order) -> bool {
        self.age(frame) >= CATCH_UP_AGE_MAX || frame.captured_at_us < order.not_before_us
    }

    fn age(&self, frame: &RawFrame) -> Duration {
        Duration::from_micros((self.now_us)().saturating_sub(frame.captured_at_us))
    }

    /// Whether the frame could be encoded; `None` if nobody has tried.
    async fn publish(&mut self, frame: &RawFrame, renditions: RenditionSet) -> Option<Verdict> {
        if renditions.is_empty() {
            return None;
        }
        if !self.bus.is_connected() {
            self.metrics.dropped_bus.inc();
            return None;
        }
        // Encoding takes milliseconds: the runtime moves its other tasks to another thread meanwhile.
        match tokio::task::block_in_place(|| self.encode(frame, renditions)) {
            Ok(Some(intervals)) => self.changed.compared(intervals, frame.captured_at_us),
            Ok(None) => {}
            Err(error) => {
                self.metrics.dropped_corrupt.inc();
                // After thirty in a row the session ends, and its error says why.
                tracing::debug!(%error, seq = frame.seq, "frame dropped");
                return Some(error.verdict());
            }
        }
        let skipped = skipped(self.handed.replace(frame.seq), frame.seq);
        let deadline = FrameBus::deadline();
        for (index, rendition) in renditions.iter().enumerate() {
            let jpeg = self.pool.bytes(std::mem::take(&mut self.jpegs[index]));
            let size = jpeg.len();
            // The last one has the most bits.
            if index + 1 == renditions.len()
                && let Some(tap) = self.tap.as_mut()
                && tap.is_due(frame.captured_at_us)
            {
                tap.take(jpeg.clone(), frame.captured_at_us);
            }
            match self.bus.publish(rendition, jpeg, skipped, deadline).await {
                Ok(()) => {
                    self.metrics.published[rendition.index()].inc();
                    self.metrics.published_bytes[rendition.index()].inc_by(size as u64);
                    self.metrics.frame_bytes[rendition.index()].observe(size as f64);
                }
                Err(Undelivered::TooLarge) => self.metrics.dropped_too_large.inc(),
                Err(Undelivered::Late) => self.metrics.dropped_bus.inc(),
            }
        }
        self.metrics
            .publish_age
            .observe(self.age(frame).as_secs_f64());
        Some(Verdict::Whole)
    }

    fn encode(
        &mut self,
        frame: &RawFrame,
        renditions: RenditionSet,
    ) -> Result<Option<Intervals>, EncodeError> {
        let _timer = self.metrics.encode_seconds.start_timer();
        let stamp = Stamp {
            run: self.run,
            seq: frame.seq,
            captured_at_us: frame.captured_at_us,
        };
        let missing = renditions.len().saturating_sub(self.jpegs.len());
        self.jpegs.extend(std::iter::repeat_n(Vec::new(), missing));
        self.jpegs
            .iter_mut()
            .take(renditions.len())
            .filter(|jpeg| jpeg.capacity() == 0)
            .for_each(|jpeg| *jpeg = self.pool.take());
        self.encoder.encode_many(
            frame,
            &stamp,
            renditions,
            &mut self.jpegs[..renditions.len()],
        )
    }
}

/// Frames between the last one that was handed to the bus and this one: made way for a newer one, could not be decoded, or
/// nobody wanted them. The same frame again, for a rendition that came later, follows none.
fn skipped(handed: Option<u64>, seq: u64) -> u64 {
    handed.map_or(0, |handed| seq.saturating_sub(handed + 1))
}

/// Vectors that come back when NATS has written them, so that a running stream allocates no memory for JPEGs.
#[derive(Debug, Default)]
struct Pool(Mutex<Vec<Vec<u8>>>);

impl Pool {
    fn take(&self) -> Vec<u8> {
        self.0.lock().pop().unwrap_or_default()
    }

    /// The vector as bytes that many may hold; the last one that drops them gives it back.
    fn bytes(self: &Arc<Self>, jpeg: Vec<u8>) -> Bytes {
        Bytes::from_owner(Pooled {
            jpeg,
            pool: Arc::clone(self),
        })
    }
}

struct Pooled {
    jpeg: Vec<u8>,
    pool: Arc<Pool>,
}

impl AsRef<[u8]> for Pooled {
    fn as_ref(&self) -> &[u8] {
        &self.jpeg
    }
}

impl Drop for Pooled {
    fn drop(&mut self) {
        let mut pooled = self.pool.0.lock();
        if pooled.len() < POOLED_JPEGS_MAX {
            pooled.push(std::mem::take(&mut self.jpeg));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_that_were_not_handed_to_the_bus_are_counted_from_the_last_that_was() {
        for (handed, seq, count) in [
            (None, 70, 0),
            (Some(70), 71, 0),
            (Some(70), 74, 3),
            (Some(70), 70, 0),
            (Some(70), 1, 0),
        ] {
            assert_eq!(skipped(handed, seq), count, "{seq} after {handed:?}");
        }
    }

    #[test]
    fn a_jpegs_memory_comes_back_when_its_last_holder_lets_go() {
        let pool = Arc::new(Pool::default());
        let jpeg = vec![1; 1000];
        let memory = jpeg.as_ptr();
        let bytes = pool.bytes(jpeg);
        let second_holder = bytes.clone();
        drop(bytes);
        assert_eq!(pool.take().capacity(), 0);
        drop(second_holder);
        let taken = pool.take();
        assert_eq!(taken.as_ptr(), memory);
    }

    #[test]
    fn the_pool_keeps_no_more_than_two_frames_of_all_rungs() {
        let pool = Arc::new(Pool::default());
        let many: Vec<Bytes> = (0..100).map(|_| pool.bytes(vec![0; 10])).collect();
        drop(many);
        assert_eq!(pool.0.lock().len(), POOLED_JPEGS_MAX);
    }
}
