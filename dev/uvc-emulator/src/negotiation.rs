//! UVC's probe and commit: host and camera agree on a mode. Pure.
//!
//! Source: USB Device Class Definition for Video Devices 1.0, section 4.3.1.1 (26 bytes).

use crate::descriptors::{Encoding, FORMATS, Format, Size, fps};

/// A mode as host and camera write it to each other: always one that the camera has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Agreement {
    format: u8,
    frame: u8,
    interval: u32,
}

impl Default for Agreement {
    fn default() -> Self {
        Self::nearest(1, 1, fps(30))
    }
}

impl Agreement {
    /// The camera's mode nearest to these numbers.
    fn nearest(format: u8, frame: u8, wanted: u32) -> Self {
        let format = if (1..=FORMATS.len()).contains(&usize::from(format)) {
            format
        } else {
            1
        };
        let sizes = FORMATS[usize::from(format) - 1].sizes;
        let frame = if (1..=sizes.len()).contains(&usize::from(frame)) {
            frame
        } else {
            1
        };
        let intervals = sizes[usize::from(frame) - 1].intervals.iter().copied();
        let interval = intervals
            .min_by_key(|each| each.abs_diff(wanted))
            .unwrap_or(wanted);
        Self {
            format,
            frame,
            interval,
        }
    }

    /// What the host asks for; `None` if it says too little.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        let interval = u32::from_le_bytes(bytes.get(4..8)?.try_into().ok()?);
        (bytes.len() >= 26).then(|| Self::nearest(bytes[2], bytes[3], interval))
    }

    /// What the camera answers.
    pub(crate) fn write(self) -> [u8; 26] {
        let size = self.size();
        let bytes = self.encoding().frame_bytes(size.width, size.height);
        let mut out = [0; 26];
        (out[2], out[3]) = (self.format, self.frame);
        out[4..8].copy_from_slice(&self.interval.to_le_bytes());
        // Time through the camera in ms, largest frame, and largest payload: a whole frame with its header.
        out[16..18].copy_from_slice(&32u16.to_le_bytes());
        out[18..22].copy_from_slice(&bytes.to_le_bytes());
        out[22..26].copy_from_slice(&(bytes + 2).to_le_bytes());
        out
    }

    /// The same at the fastest rate.
    pub(crate) fn fastest(self) -> Self {
        Self {
            interval: self.size().bounds().0,
            ..self
        }
    }

    /// The same at the slowest rate.
    pub(crate) fn slowest(self) -> Self {
        Self {
            interval: self.size().bounds().1,
            ..self
        }
    }

    pub(crate) fn encoding(self) -> Encoding {
        self.description().encoding
    }

    pub(crate) fn size(self) -> &'static Size {
        &self.description().sizes[usize::from(self.frame) - 1]
    }

    /// Nanoseconds from frame to frame.
    pub(crate) fn period_ns(self) -> u64 {
        u64::from(self.interval) * 100
    }

    fn description(self) -> &'static Format {
        &FORMATS[usize::from(self.format) - 1]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_agreed_is_always_a_mode_of_the_camera() {
        let mut asked = [0; 26];
        (asked[2], asked[3]) = (2, 2);
        asked[4..8].copy_from_slice(&fps(29).to_le_bytes());
        let agreed = Agreement::read(&asked).unwrap();
        assert_eq!(
            (agreed.encoding(), agreed.size().width),
            (Encoding::Mjpeg, 1280)
        );
        assert_eq!(agreed.interval, fps(30));
        assert_eq!(Agreement::read(&agreed.write()), Some(agreed));
        asked[2..4].copy_from_slice(&[200, 200]);
        assert_eq!(Agreement::read(&asked).unwrap().size().width, 640);
        assert_eq!(Agreement::read(&asked[..10]), None);
    }
}
