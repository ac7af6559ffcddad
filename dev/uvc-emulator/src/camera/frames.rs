//! The thread that sends frames.

use std::{
    io,
    time::{Duration, Instant},
};

use super::shared::{LOOK_EVERY, Shared};
use crate::{
    negotiation::Agreement,
    usbip::{self, OK},
};

/// UVC payload header. Source: UVC 1.0, section 2.4.3.3.
const END_OF_HEADER: u8 = 0x80;
const END_OF_FRAME: u8 = 0x02;

impl Shared {
    /// Sends frames while the host wants them, until the camera is gone.
    pub(super) fn stream(&self) {
        let (mut number, mut frame, mut of) = (0u64, Vec::new(), None);
        let mut due = Instant::now();
        while let Some((agreed, generation, fresh)) = self.wait_for_host() {
            let (pace, warm) = {
                let now = self.behaviour.now();
                (now.pace, now.warm)
            };
            let agreed_period = Duration::from_nanos(agreed.period_ns());
            let period = if pace > 0 {
                agreed_period.max(Duration::from_secs(1) / pace)
            } else {
                agreed_period
            };
            let now = Instant::now();
            if fresh {
                due = now + warm;
            } else if due + period * 3 < now {
                due = now;
            }
            std::thread::sleep(due.saturating_duration_since(now));
            due += period;

            let (size, encoding) = (agreed.size(), agreed.encoding());
            if of.replace(agreed) != Some(agreed) {
                frame.clear();
            }
            self.pictures
                .frame(encoding, size.width, size.height, number, &mut frame);
            let mut header = END_OF_HEADER | END_OF_FRAME | (number % 2) as u8;
            self.behaviour.spoil(encoding, &mut header, &mut frame);
            if self.send(generation, header, &frame).is_err() {
                return;
            }
            number += 1;
        }
    }

    /// Waits until the host wants frames and the camera sends them: what was agreed, its generation, and whether it is a
    /// new stream. `None` when the camera is gone.
    fn wait_for_host(&self) -> Option<(Agreement, u64, bool)> {
        let mut waited = Duration::ZERO;
        let mut state = self.state();
        loop {
            if state.gone {
                return None;
            }
            let conduct = self.behaviour.now();
            let held = conduct.stall || conduct.mute;
            drop(conduct);
            if !state.waiting.is_empty() && !held {
                return Some((state.agreed, state.generation, waited > LOOK_EVERY * 5));
            }
            state = self.wait(state);
            waited += LOOK_EVERY;
        }
    }

    /// Sends one frame in as many transfers as it takes. A transfer that is not filled ends it.
    fn send(&self, generation: u64, header: u8, frame: &[u8]) -> io::Result<()> {
        let mut rest = frame;
        let mut head: &[u8] = &[2, header];
        loop {
            {
                let mut state = self.state();
                while state.waiting.is_empty() && state.generation == generation && !state.gone {
                    state = self.wait(state);
                }
                if state.gone || state.generation != generation {
                    return Ok(());
                }
            }
            let mut wire = self.wire();
            let Some((ticket, length)) = self.state().waiting.pop_front() else {
                continue;
            };
            let (now, later) = rest.split_at(rest.len().min(length - head.len()));
            let payload = [head, now].concat();
            (head, rest) = (&[], later);
            usbip::submitted(&mut wire, ticket, OK, payload.len(), &payload)?;
            if payload.len() < length {
                return Ok(());
            }
        }
    }
}
