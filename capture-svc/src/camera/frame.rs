//! One raw frame and what its pixels mean. Owns no device and no thread.

use super::jpeg;

/// How a raw frame's bytes are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub(crate) enum PixelFormat {
    /// 4:2:2 packed: Y0 U Y1 V.
    Yuyv,
    /// 4:2:2 packed: U Y0 V Y1.
    Uyvy,
    /// 4:2:0: the luma plane, then U and V interleaved at half width and half height.
    Nv12,
    #[default]
    /// 4:2:0: the luma plane, then the U plane, then the V plane, both at half width and half height.
    I420,
    /// 4:2:2: the luma plane, then the U plane, then the V plane, both at half width.
    I422,
    /// 4:4:4: the luma plane, then the U plane, then the V plane.
    I444,
    /// One byte of luma.
    Grey,
    /// Three bytes: R, G, B.
    Rgb24,
    /// Three bytes: B, G, R.
    Bgr24,
    /// One JPEG, as the camera made it.
    Mjpeg,
}

impl PixelFormat {
    /// The name that the status message and the logs carry.
    #[must_use]
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Yuyv => "YUYV",
            Self::Uyvy => "UYVY",
            Self::Nv12 => "NV12",
            Self::I420 => "I420",
            Self::I422 => "I422",
            Self::I444 => "I444",
            Self::Grey => "GREY",
            Self::Rgb24 => "RGB24",
            Self::Bgr24 => "BGR24",
            Self::Mjpeg => "MJPEG",
        }
    }

    /// Bytes of a whole frame with tightly packed rows; `None` where only the frame itself knows (JPEG).
    #[must_use]
    pub(crate) fn bytes(self, width: u32, height: u32) -> Option<usize> {
        let (width, height) = (width as usize, height as usize);
        match self {
            Self::Yuyv | Self::Uyvy => Some(width.div_ceil(2) * 4 * height),
            Self::Nv12 | Self::I420 => {
                Some(width * height + 2 * width.div_ceil(2) * height.div_ceil(2))
            }
            Self::I422 => Some((width + 2 * width.div_ceil(2)) * height),
            Self::Grey => Some(width * height),
            Self::I444 | Self::Rgb24 | Self::Bgr24 => Some(width * height * 3),
            Self::Mjpeg => None,
        }
    }
}

/// Which luma values black and white have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum ColorRange {
    /// 0 to 255, as JPEG has it.
    #[default]
    Full,
    /// 16 to 235 (chroma 16 to 240), as video has it: published unchanged it looks washed out.
    Limited,
}

/// Which weights of R, G and B make the luma.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum ColorMatrix {
    /// ITU-R BT.601, which JPEG assumes.
    #[default]
    Bt601,
    /// ITU-R BT.709: published unchanged, greens and reds are off.
    Bt709,
    /// ITU-R BT.2020.
    Bt2020,
    /// SMPTE 240M.
    Smpte240m,
}

/// Which clock says when a frame was captured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum CaptureClock {
    /// Ours, when the frame came.
    #[default]
    Receipt,
    /// The driver's own.
    Driver,
}

impl CaptureClock {
    /// The name that the log and `capture-svc probe` have for it.
    #[must_use]
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Receipt => "receipt",
            Self::Driver => "driver",
        }
    }
}

/// What went wrong with a source before a frame. Another count than the last frame's is a reason to look closely.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Faults {
    /// Which opening of the source this is.
    pub session: u64,
    /// Of that opening: frames lost, marked as damaged by the driver, cut off, or of another size.
    pub count: u64,
}

/// What a source delivers from its opening to its end.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Mode {
    /// Pixels per row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Frames a second that the source announced; a camera may fall below in dim light.
    pub fps: f64,
    /// Layout of the bytes.
    pub format: PixelFormat,
    /// What the source calls the layout that it delivers, which may differ in the order of colours.
    pub delivered: &'static str,
    /// Luma range.
    pub range: ColorRange,
    /// Luma weights of what is delivered; frames have those that JPEG assumes.
    pub matrix: ColorMatrix,
}

/// One frame as the source delivered it. Buffers are used again: see [`super::slot`].
#[derive(Debug, Clone, Default)]
pub(crate) struct RawFrame {
    /// Pixels per row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Layout of `data`.
    pub format: PixelFormat,
    /// Luma range (of JPEG always full).
    pub range: ColorRange,
    /// Tightly packed rows, planes one after the other; for [`PixelFormat::Mjpeg`] exactly one JPEG, as delivered.
    pub data: Vec<u8>,
    /// When the picture was taken: µs since the Unix epoch, from the driver's own timestamp where it gives one.
    pub captured_at_us: u64,
    /// By which clock.
    pub clock: CaptureClock,
    /// Counts the frames that the pacer admitted, from 1 at the start of the process.
    pub seq: u64,
    /// What went wrong before it.
    pub faults: Faults,
}

impl RawFrame {
    /// Takes over what `mode` says about every frame of a source.
    pub(super) fn describe(&mut self, mode: &Mode) {
        self.width = mode.width;
        self.height = mode.height;
        self.format = mode.format;
        self.range = mode.range;
    }

    /// Cuts a JPEG to its own end and takes its size from it; whether the frame is complete: a raw one has all its
    /// bytes, a JPEG its beginning, its frame header and its end.
    ///
    /// What lies between (damaged entropy data) shows only when it is decoded.
    pub(super) fn make_whole(&mut self) -> bool {
        if let Some(bytes) = self.format.bytes(self.width, self.height) {
            return self.data.len() == bytes;
        }
        let found = jpeg::find(&self.data);
        if let Some(found) = found {
            self.data.truncate(found.len);
            (self.width, self.height) = (found.width, found.height);
        }
        found.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_raw_frame_make_whole_with_exactly_its_bytes() {
        let mut frame = RawFrame {
            width: 640,
            height: 480,
            format: PixelFormat::Yuyv,
            data: vec![0; 640 * 480 * 2],
            ..RawFrame::default()
        };
        assert!(frame.make_whole());
        frame.data.pop();
        assert!(!frame.make_whole());
    }
}
