//! What the camera says it is: USB and UVC descriptors, made from one table of modes. Pure.
//!
//! Source: USB 2.0 chapter 9; USB Device Class Definition for Video Devices 1.0, chapter 3, and its payload
//! specifications for uncompressed video and MJPEG.

/// How a format's frames are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Encoding {
    Yuyv,
    Nv12,
    Mjpeg,
}

impl Encoding {
    /// Bytes of the largest frame.
    pub(crate) fn frame_bytes(self, width: u16, height: u16) -> u32 {
        let pixels = u32::from(width) * u32::from(height);
        match self {
            Self::Nv12 => pixels * 3 / 2,
            // A JPEG is smaller; this is what is set aside for it.
            Self::Yuyv | Self::Mjpeg => pixels * 2,
        }
    }
}

/// One size of a format, with the times from frame to frame that it comes at, in UVC's unit of 100 ns, shortest first.
#[derive(Debug)]
pub(crate) struct Size {
    pub(crate) width: u16,
    pub(crate) height: u16,
    pub(crate) intervals: &'static [u32],
}

impl Size {
    /// Its shortest and its longest interval.
    pub(crate) fn bounds(&self) -> (u32, u32) {
        (self.intervals[0], self.intervals[self.intervals.len() - 1])
    }
}

/// One format, with its sizes; the first is the default.
#[derive(Debug)]
pub(crate) struct Format {
    pub(crate) encoding: Encoding,
    pub(crate) sizes: &'static [Size],
}

const fn size(width: u16, height: u16, intervals: &'static [u32]) -> Size {
    Size {
        width,
        height,
        intervals,
    }
}

/// The interval of so many frames a second.
pub(crate) const fn fps(fps: u32) -> u32 {
    10_000_000 / fps
}

/// Rates of no whole number, as cameras for television systems and those that count in frames of the USB bus have them.
const FPS_29_97: u32 = 333_667;
const FPS_12_5: u32 = 800_000;
const FPS_7_5: u32 = 1_333_333;

/// The camera's modes: those of a usual USB 2 webcam, which has no room for raw pictures in full size and rate.
pub(crate) const FORMATS: &[Format] = &[
    Format {
        encoding: Encoding::Yuyv,
        sizes: &[
            size(640, 480, &[fps(30), fps(15), FPS_12_5, FPS_7_5, fps(5)]),
            size(1280, 720, &[fps(10)]),
            size(320, 240, &[fps(30), fps(15), fps(5)]),
        ],
    },
    Format {
        encoding: Encoding::Mjpeg,
        sizes: &[
            size(640, 480, &[fps(30), fps(15), fps(5)]),
            size(1280, 720, &[fps(30), fps(15), fps(5)]),
            size(320, 240, &[fps(60), fps(30), FPS_29_97, fps(15)]),
        ],
    },
    Format {
        encoding: Encoding::Nv12,
        sizes: &[
            size(640, 480, &[fps(30), fps(15)]),
            size(320, 240, &[fps(30)]),
        ],
    },
];

/// Vendor 0x1209 (pid.codes), product 1: set aside for tests.
pub(crate) const DEVICE: [u8; 18] = [
    18, 1, 0, 2, 0xef, 2, 1, 64, 0x09, 0x12, 0x01, 0x00, 0, 1, 1, 2, 3, 1,
];

/// The unit number of the brightness control, as the host addresses it.
pub(crate) const PROCESSING_UNIT: u8 = 2;

/// String descriptor `index`; the serial number tells the ports apart.
pub(crate) fn string(index: u8, port: usize) -> Option<Vec<u8>> {
    let text = match index {
        0 => return Some(vec![4, 3, 0x09, 0x04]),
        1 => "Capture Test".to_owned(),
        2 => "Emulated UVC Camera".to_owned(),
        3 => format!("EMU{port:04}"),
        _ => return None,
    };
    let mut descriptor = vec![0, 3];
    descriptor.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
    descriptor[0] = descriptor.len() as u8;
    Some(descriptor)
}

/// The whole configuration: video control with a lens and a brightness, and one bulk stream.
pub(crate) fn configuration() -> Vec<u8> {
    const LENS: &[u8] = &[
        0x12, 0x24, 0x02, 1, 0x01, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0,
    ];
    const BRIGHTNESS: &[u8] = &[0x0b, 0x24, 0x05, PROCESSING_UNIT, 1, 0, 0, 2, 0x01, 0x00, 0];
    const OUTPUT: &[u8] = &[0x09, 0x24, 0x03, 3, 0x01, 0x01, 0, 2, 0];
    let units = [LENS, BRIGHTNESS, OUTPUT].concat();
    let mut control = vec![13, 0x24, 0x01, 0x00, 0x01];
    control.extend((13 + units.len() as u16).to_le_bytes());
    control.extend(48_000_000u32.to_le_bytes());
    control.extend([1, 1]);
    control.extend(units);

    let formats: Vec<u8> = FORMATS
        .iter()
        .zip(1..)
        .flat_map(|(each, index)| format(each, index))
        .collect();
    // Input header: so many formats, the endpoint, and one byte of controls for each format.
    let length = 13 + FORMATS.len() as u8;
    let mut stream = vec![length, 0x24, 0x01, FORMATS.len() as u8];
    stream.extend((u16::from(length) + formats.len() as u16).to_le_bytes());
    stream.extend([0x81, 0, 3, 0, 0, 0, 1]);
    stream.extend(vec![0; FORMATS.len()]);
    stream.extend(formats);

    let mut whole = vec![9, 2, 0, 0, 2, 1, 0, 0x80, 250];
    whole.extend([8, 0x0b, 0, 2, 0x0e, 3, 0, 2]);
    whole.extend([9, 4, 0, 0, 0, 0x0e, 1, 0, 2]);
    whole.extend(control);
    whole.extend([9, 4, 1, 0, 1, 0x0e, 2, 0, 0]);
    whole.extend(stream);
    whole.extend([7, 5, 0x81, 2, 0x00, 0x02, 0]);
    let length = whole.len() as u16;
    whole[2..4].copy_from_slice(&length.to_le_bytes());
    whole
}

fn format(format: &Format, index: u8) -> Vec<u8> {
    let count = format.sizes.len() as u8;
    let uncompressed = |fourcc: &[u8; 4], bits: u8| {
        let mut head = vec![0x1b, 0x24, 0x04, index, count];
        head.extend(fourcc);
        head.extend(b"\x00\x00\x10\x00\x80\x00\x00\xaa\x00\x38\x9b\x71");
        head.extend([bits, 1, 0, 0, 0, 0]);
        (head, 5)
    };
    let (mut bytes, subtype) = match format.encoding {
        Encoding::Yuyv => uncompressed(b"YUY2", 16),
        Encoding::Nv12 => uncompressed(b"NV12", 12),
        Encoding::Mjpeg => (vec![0x0b, 0x24, 0x06, index, count, 0, 1, 0, 0, 0, 0], 7),
    };
    for (size, number) in format.sizes.iter().zip(1..) {
        bytes.extend(frame(subtype, number, format.encoding, size));
    }
    // Colour matching: sRGB primaries and curve, BT.601 weights.
    bytes.extend([6, 0x24, 0x0d, 1, 1, 4]);
    bytes
}

fn frame(subtype: u8, number: u8, encoding: Encoding, size: &Size) -> Vec<u8> {
    let bytes = encoding.frame_bytes(size.width, size.height);
    let (shortest, longest) = size.bounds();
    let mut out = vec![
        26 + 4 * size.intervals.len() as u8,
        0x24,
        subtype,
        number,
        0,
    ];
    out.extend(size.width.to_le_bytes());
    out.extend(size.height.to_le_bytes());
    for value in [
        bytes * 8 * (fps(1) / longest),
        bytes * 8 * (fps(1) / shortest),
        bytes,
        shortest,
    ] {
        out.extend(value.to_le_bytes());
    }
    out.push(size.intervals.len() as u8);
    for interval in size.intervals {
        out.extend(interval.to_le_bytes());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptors_chain_to_the_end_and_say_their_whole_length() {
        let whole = configuration();
        assert_eq!(
            usize::from(u16::from_le_bytes([whole[2], whole[3]])),
            whole.len()
        );
        let mut at = 0;
        while at < whole.len() {
            assert!(
                whole[at] >= 2,
                "a descriptor of {} bytes at {at}",
                whole[at]
            );
            at += usize::from(whole[at]);
        }
        assert_eq!(at, whole.len());
    }

    #[test]
    fn each_port_has_its_own_serial_number() {
        assert_ne!(string(3, 0), string(3, 1));
        assert_eq!(string(9, 0), None);
    }
}
