//! Which formats, sizes and rates each camera has.

use crate::{behaviour::Behaviour, clock};

/// A format and how it is described.
pub(crate) type Format = ([u8; 4], &'static [u8]);

const USUAL: [Format; 2] = [(*b"YUYV", b"YUYV 4:2:2"), (*b"MJPG", b"Motion-JPEG")];
const VIDEO: [Format; 2] = [(*b"H264", b"H.264"), (*b"HEVC", b"HEVC")];
const PLANES: [Format; 4] = [
    (*b"NM12", b"Y/UV 4:2:0 (N-C)"),
    (*b"NV12", b"Y/UV 4:2:0"),
    (*b"YUYV", b"YUYV 4:2:2"),
    (*b"MJPG", b"Motion-JPEG"),
];
const ODD: [Format; 4] = [
    (*b"YVYU", b"YVYU 4:2:2"),
    (*b"NV21", b"Y/VU 4:2:0"),
    (*b"NV16", b"Y/UV 4:2:2"),
    (*b"YV12", b"Planar YVU 4:2:0"),
];
const RAW: [Format; 2] = [
    (*b"RGGB", b"8-bit Bayer RGRG/GBGB"),
    (*b"Y16 ", b"16-bit Greyscale"),
];

/// Which formats it has, each with each size at each rate.
pub(crate) fn formats(behaviour: Behaviour) -> &'static [Format] {
    match behaviour {
        Behaviour::VideoOnly => &VIDEO,
        Behaviour::RawSensor => &RAW,
        Behaviour::MultiPlanar => &PLANES,
        Behaviour::OddChroma => &ODD,
        _ => &USUAL,
    }
}

/// Which sizes, of each format.
pub(crate) fn sizes(behaviour: Behaviour) -> &'static [(u32, u32)] {
    match behaviour {
        Behaviour::Clock => &[clock::SIZE],
        _ => &[(320, 240), (640, 480)],
    }
}

/// How many frames a second, of each size.
pub(crate) fn rates(behaviour: Behaviour) -> &'static [u32] {
    match behaviour {
        Behaviour::Clock => &[clock::RATE],
        _ => &[30, 15],
    }
}
