//! A camera's frame passed on by its markers alone: no block is read, so this costs little more than copying it.
//!
//! Only a frame in whose markers nothing is odd is passed on so: every restart marker in its turn and none missing, no
//! interval without a byte, EOI behind the last. Damage between the markers is not seen, and what an encoder left over
//! before one (`scan` has the rule) stays: who must be sure has the frame read whole, by
//! [`encode_many`](Ladder::encode_many). Which frames may be passed on unread is the caller's to say.

use super::{Kind, segments::Segments};
use crate::header;
use crate::kernel::portable::position_of_ff;
use crate::ladder::Ladder;
use crate::request::{Request, Rungs};
use crate::size::Rendition;
use crate::source::{Range, Sampling, Spec};

/// Of a camera's JPEG nothing else is looked at.
const SIZE_IN_THE_FRAME: Spec = Spec {
    width: 0,
    height: 0,
    sampling: Sampling::S444,
    range: Range::Full,
};

impl Ladder {
    /// Passes a camera's JPEG on for every one of `renditions` as [`encode_many`](Self::encode_many) does where each is in
    /// full size and at or above the camera's own quality, but without reading its blocks.
    ///
    /// Whether it was: `false`, with empty buffers, where a quality is below the camera's own or a size is a smaller one,
    /// where the frame is none of the usual kind, and where anything about its markers is odd. [`encode_many`](Self::encode_many) then says what it
    /// is.
    pub fn pass_through(
        &mut self,
        data: &[u8],
        renditions: &[Rendition],
        out: &mut [Vec<u8>],
        comment: &[u8],
    ) -> bool {
        out.iter_mut().for_each(Vec::clear);
        let request = Request {
            spec: SIZE_IN_THE_FRAME,
            renditions,
            comment,
            again: false,
        };
        let sound = request.check(out.len()).is_ok();
        let Some((first, others)) = out.split_first_mut().filter(|_| sound) else {
            return false;
        };
        if self.reader.begin(data) != Ok(Kind::Baseline) {
            return false;
        }
        let rungs = Rungs {
            renditions,
            tables: &[],
            own: self.reader.quality(),
        };
        if !renditions.iter().all(|&wanted| rungs.passes_on(wanted)) {
            return false;
        }
        let segments = &self.reader.segments;
        let Some(end) = end_of_scan(segments, data) else {
            return false;
        };
        let scan = &data[segments.start_of_scan.end..end];
        self.reader.write_own_header(data, first, comment);
        first.extend_from_slice(scan);
        first.extend_from_slice(&header::END);
        for out in others {
            out.extend_from_slice(first);
        }
        // What nobody was shown cannot be held.
        self.forget();
        true
    }
}

/// Where the EOI stands that ends the scan; `None` if anything else than the restart markers due stands before it.
fn end_of_scan(segments: &Segments, data: &[u8]) -> Option<usize> {
    let due = match segments.restart {
        0 => 0,
        interval => (segments.mcus - 1) / interval,
    };
    let mut at = segments.start_of_scan.end;
    let (mut begun, mut restarts) = (at, 0);
    loop {
        at += position_of_ff(data.get(at..)?)?;
        let marker = *data.get(at + 1)?;
        match marker {
            0 => {}
            _ if at == begun => return None,
            0xd9 => return (restarts == due).then_some(at),
            0xd0..=0xd7 if usize::from(marker & 7) == restarts % 8 => {
                restarts += 1;
                begun = at + 2;
            }
            _ => return None,
        }
        at += 2;
    }
}
