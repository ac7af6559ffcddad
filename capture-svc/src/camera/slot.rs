//! The latest frame, between the camera's thread and whoever encodes: one place, newest wins, nothing queued. The way
//! back carries a verdict: how many frames in a row could not be decoded and why, which only an encoder finds out.
//!
//! Buffers go round: a frame is handed out as an `Arc`, and when its last reader lets go the camera fills it again, so
//! that a running stream allocates nothing.

use std::sync::Arc;

use jpeg_ladder::JpegKind;
use parking_lot::Mutex;
use tokio::sync::Notify;

use super::frame::RawFrame;

/// Frames in circulation at most: one being filled, one waiting, one being encoded, and one spare for a reader that
/// keeps a frame while it takes the next.
const CIRCULATING_FRAMES_MAX: usize = 4;

/// What an encoder says of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It could be decoded.
    Whole,
    /// It looked whole and is not.
    Damaged,
    /// It is a JPEG that is not read.
    Unread(JpegKind),
}

/// Frames in a row that their reader could not decode.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Undecoded {
    pub(super) in_a_row: u32,
    /// What the last of them was, if it was not damaged.
    pub(super) unread: Option<JpegKind>,
}

/// The one waiting frame.
#[derive(Debug, Default)]
pub(super) struct FrameSlot {
    waiting: Mutex<Option<Arc<RawFrame>>>,
    arrived: Notify,
    undecoded: Mutex<Undecoded>,
}

impl FrameSlot {
    /// Puts the newest frame; whether one that nobody took had to make way.
    pub(super) fn put(&self, frame: Arc<RawFrame>) -> bool {
        let replaced = self.waiting.lock().replace(frame);
        self.arrived.notify_one();
        replaced.is_some()
    }

    /// Takes away what waits, and what was said of those before: after a close, the next reader must not see a frame from
    /// before it, nor the next session answer for it.
    pub(super) fn clear(&self) {
        *self.waiting.lock() = None;
        *self.undecoded.lock() = Undecoded::default();
    }

    /// What looked whole to the camera's thread and could not be decoded.
    pub(super) fn undecoded(&self) -> Undecoded {
        *self.undecoded.lock()
    }

    /// Takes note of what was found out about a frame by whoever decoded it.
    pub(super) fn judge(&self, verdict: Verdict) {
        let mut undecoded = self.undecoded.lock();
        *undecoded = match verdict {
            Verdict::Whole => Undecoded::default(),
            Verdict::Damaged | Verdict::Unread(_) => Undecoded {
                in_a_row: undecoded.in_a_row + 1,
                unread: match verdict {
                    Verdict::Unread(kind) => Some(kind),
                    _ => None,
                },
            },
        };
    }

    fn take(&self) -> Option<Arc<RawFrame>> {
        self.waiting.lock().take()
    }
}

/// The reading end of the slot. One reader: two would share the frames between them.
#[derive(Debug)]
pub(crate) struct FrameReceiver(pub(super) Arc<FrameSlot>);

impl FrameReceiver {
    /// Waits for a frame newer than the last one taken, and takes it. Cancelling loses nothing.
    pub(crate) async fn next(&mut self) -> Arc<RawFrame> {
        loop {
            if let Some(frame) = self.0.take() {
                return frame;
            }
            self.0.arrived.notified().await;
        }
    }

    /// Says of a frame taken whether it could be decoded. Damage inside a JPEG shows only then; when there is no end of
    /// it, the camera is opened anew. Frames that nobody decodes need no verdict: they leave the count as it is.
    pub(crate) fn judge(&self, verdict: Verdict) {
        self.0.judge(verdict);
    }
}

/// The buffers of one session.
#[derive(Debug, Default)]
pub(super) struct Pool(Vec<Arc<RawFrame>>);

impl Pool {
    /// A frame that nobody else has: one that its readers let go of, or a new one.
    pub(super) fn lend(&mut self) -> Arc<RawFrame> {
        match self
            .0
            .iter_mut()
            .position(|frame| Arc::get_mut(frame).is_some())
        {
            Some(free) => self.0.swap_remove(free),
            None => Arc::default(),
        }
    }

    /// Takes a frame back, also one that a reader still has: it comes free when the reader lets go.
    pub(super) fn keep(&mut self, frame: Arc<RawFrame>) {
        if self.0.len() < CIRCULATING_FRAMES_MAX {
            self.0.push(frame);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(seq: u64) -> Arc<RawFrame> {
        Arc::new(RawFrame {
            seq,
            ..RawFrame::default()
        })
    }

    #[tokio::test]
    async fn a_reader_that_is_late_gets_the_newest_frame_only() {
        let slot = Arc::new(FrameSlot::default());
        let mut frames = FrameReceiver(Arc::clone(&slot));
        assert!(!slot.put(frame(1)));
        assert!(slot.put(frame(2)), "frame 1 made way");
        assert_eq!(frames.next().await.seq, 2);
        assert!(!slot.put(frame(3)), "frame 2 was taken");
    }

    #[tokio::test]
    async fn a_frame_from_before_the_close_is_not_seen_after_it() {
        let slot = Arc::new(FrameSlot::default());
        let mut frames = FrameReceiver(Arc::clone(&slot));
        slot.put(frame(1));
        slot.clear();
        tokio::select! {
            biased;
            old = frames.next() => panic!("frame {} is from before", old.seq),
            () = std::future::ready(()) => {}
        }
        slot.put(frame(2));
        assert_eq!(frames.next().await.seq, 2);
    }

    #[test]
    fn damage_counts_in_a_row_until_a_frame_is_whole_or_the_camera_is_closed() {
        let slot = Arc::new(FrameSlot::default());
        let frames = FrameReceiver(Arc::clone(&slot));
        frames.judge(Verdict::Damaged);
        frames.judge(Verdict::Unread(JpegKind::Lossless));
        let told = slot.undecoded();
        assert_eq!((told.in_a_row, told.unread), (2, Some(JpegKind::Lossless)));
        frames.judge(Verdict::Whole);
        assert_eq!(slot.undecoded(), Undecoded::default());
        frames.judge(Verdict::Damaged);
        slot.clear();
        assert_eq!(slot.undecoded(), Undecoded::default());
    }

    #[test]
    fn a_buffer_comes_back_when_its_last_reader_lets_go() {
        let mut pool = Pool::default();
        let mut first = pool.lend();
        Arc::get_mut(&mut first).unwrap().data = vec![0; 1000];
        let memory = first.data.as_ptr();
        let reader = Arc::clone(&first);
        pool.keep(first);
        assert_ne!(pool.lend().data.as_ptr(), memory, "a reader still has it");
        drop(reader);
        assert_eq!(pool.lend().data.as_ptr(), memory);
    }

    #[test]
    fn readers_that_hold_every_buffer_make_the_pool_no_larger() {
        let mut pool = Pool::default();
        let held: Vec<_> = (0..100)
            .map(|_| {
                let frame = pool.lend();
                pool.keep(Arc::clone(&frame));
                frame
            })
            .collect();
        assert_eq!(held.len(), 100);
        assert_eq!(pool.0.len(), CIRCULATING_FRAMES_MAX);
    }
}
