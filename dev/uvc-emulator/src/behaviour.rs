//! How the camera behaves: well, unless told otherwise.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use crate::{descriptors::Encoding, order::Change};

/// The error bit of a UVC payload header. Source: UVC 1.0, section 2.4.3.3.
const ERROR: u8 = 0x40;

/// How all cameras behave at the moment.
#[derive(Default)]
pub(crate) struct Behaviour(Mutex<Conduct>);

#[derive(Default)]
pub(crate) struct Conduct {
    pub(crate) stall: bool,
    pub(crate) mute: bool,
    short: u32,
    flag: u32,
    spoil: u32,
    bare: u32,
    pub(crate) pace: u32,
    pub(crate) warm: Duration,
}

impl Behaviour {
    pub(crate) fn change(&self, change: Change) {
        let mut now = self.now();
        match change {
            Change::Stall(stall) => now.stall = stall,
            Change::Mute(mute) => now.mute = mute,
            Change::Short(frames) => now.short = frames,
            Change::Flag(frames) => now.flag = frames,
            Change::Spoil(frames) => now.spoil = frames,
            Change::Bare(frames) => now.bare = frames,
            Change::Pace(fps) => now.pace = fps,
            Change::Warm(late) => now.warm = late,
        }
    }

    /// Applies what the next frame is to suffer.
    pub(crate) fn spoil(&self, encoding: Encoding, header: &mut u8, frame: &mut Vec<u8>) {
        let mut now = self.now();
        let mut due = |count: fn(&mut Conduct) -> &mut u32| {
            let left = count(&mut now);
            let is_due = *left > 0;
            *left = left.saturating_sub(1);
            is_due
        };
        if due(|conduct| &mut conduct.flag) {
            *header |= ERROR;
        }
        if due(|conduct| &mut conduct.short) {
            frame.truncate(frame.len() / 2);
        }
        if due(|conduct| &mut conduct.spoil) {
            let middle = frame.len() / 2;
            frame[middle..middle + 64].fill(0xa5);
        }
        if encoding == Encoding::Mjpeg && due(|conduct| &mut conduct.bare) {
            without_tables(frame);
        }
    }

    pub(crate) fn now(&self) -> MutexGuard<'_, Conduct> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes the Huffman tables (DHT segments) out of a JPEG.
fn without_tables(jpeg: &mut Vec<u8>) {
    let mut at = 2;
    while let Some(&[0xff, marker, high, low]) = jpeg.get(at..at + 4) {
        let next = at + 2 + usize::from(u16::from_be_bytes([high, low]));
        match marker {
            0xc4 => {
                jpeg.drain(at..next);
            }
            0xda => return,
            _ => at = next,
        }
    }
}
