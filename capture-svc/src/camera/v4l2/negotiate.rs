//! PURE: which of a camera's modes we take; offers in, choice and words out.
//!
//! Size first, because that is what a person asked for by number; then rate, up to the rate asked for; then the format
//! that costs us least. The same offers give the same choice, in whatever order the driver tells them.

use std::{cmp::Reverse, fmt};

use crate::camera::{frame::PixelFormat, source::FormatWish};

/// Time from frame to frame as the driver says it, a fraction of a second: 1/30, but also 2/15 or 1001/30000.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Interval {
    pub(crate) numerator: u32,
    pub(crate) denominator: u32,
}

impl Interval {
    pub(super) fn new(numerator: u32, denominator: u32) -> Self {
        Self {
            numerator,
            denominator,
        }
    }

    /// Frames a second.
    pub(crate) fn fps(self) -> f64 {
        f64::from(self.denominator) / f64::from(self.numerator.max(1))
    }
}

/// One mode that a camera offers and we understand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Offer {
    pub(crate) format: PixelFormat,
    /// What a person calls it.
    pub(crate) name: &'static str,
    pub(crate) fourcc: [u8; 4],
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) interval: Interval,
}

impl fmt::Display for Offer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "{} {}x{} @ {}",
            self.name,
            self.width,
            self.height,
            rate(self.interval.fps())
        )
    }
}

/// What is asked of a camera.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wish {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) fps: f64,
    pub(super) format: FormatWish,
}

/// What was chosen, and what there is to say about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Choice {
    pub(super) offer: Offer,
    /// Why it is not what was asked for; `None` when it is.
    pub(super) compromise: Option<String>,
    /// The best mode of each other format, for the log.
    pub(super) alternatives: Vec<Offer>,
}

/// What is made of frames of a V4L2 fourcc, if it is one that we read, and what a person calls it.
pub(super) fn understood(fourcc: [u8; 4]) -> Option<(PixelFormat, &'static str)> {
    use PixelFormat as P;
    let own = |format: PixelFormat| (format, format.as_str());
    Some(match &fourcc {
        b"YUYV" | b"YUY2" => own(P::Yuyv),
        b"YVYU" => (P::Yuyv, "YVYU"),
        b"UYVY" => own(P::Uyvy),
        b"NV12" | b"NM12" => own(P::Nv12),
        b"NV21" | b"NM21" => (P::I420, "NV21"),
        b"NV16" | b"NM16" => (P::I422, "NV16"),
        b"NV61" | b"NM61" => (P::I422, "NV61"),
        b"YU12" | b"YM12" => own(P::I420),
        b"YV12" | b"YM21" => (P::I420, "YV12"),
        b"422P" => own(P::I422),
        b"MJPG" | b"JPEG" => own(P::Mjpeg),
        b"GREY" => own(P::Grey),
        b"RGB3" => own(P::Rgb24),
        b"BGR3" => own(P::Bgr24),
        _ => return None,
    })
}

/// Words for a camera that offers `fourccs` and none that we read: what they are, and what would do.
pub(super) fn nothing_read(fourccs: &[String]) -> String {
    let video = |fourcc: &String| {
        let names = [
            "H264", "AVC1", "S264", "HEVC", "H265", "VP80", "VP90", "MPG", "MP4V", "XVID",
        ];
        names.iter().any(|name| fourcc.starts_with(name))
    };
    let (what, way) = if fourccs.is_empty() {
        return "the camera offers no format".into();
    } else if fourccs.iter().all(video) {
        (
            "which is compressed over time and not read",
            "another node of the same camera may offer MJPG or YUYV; else a program that decodes it, such as ffmpeg",
        )
    } else {
        (
            "which is not read",
            "values of a bare sensor (Bayer, Y10 to Y16) need a program that makes a picture of them, such as libcamera or \
             ffmpeg",
        )
    };
    format!(
        "the camera offers only {}, {what}. Read are YUYV, YVYU, UYVY, NV12, NV21, NV16, YU12, YV12, MJPG, GREY, RGB3 and \
         BGR3; {way}, as CAPTURE_SOURCE=exec:<its command>",
        fourccs.join(", ")
    )
}

/// Chooses among `offers`.
///
/// # Errors
/// Words for a person when none can be used.
pub(super) fn choose(offers: &[Offer], wish: &Wish) -> Result<Choice, String> {
    let forced = match wish.format {
        FormatWish::Auto => None,
        FormatWish::Mjpeg => Some(PixelFormat::Mjpeg),
        FormatWish::Yuyv => Some(PixelFormat::Yuyv),
        FormatWish::Nv12 => Some(PixelFormat::Nv12),
    };
    let mut ranked: Vec<&Offer> = offers
        .iter()
        .filter(|offer| forced.is_none_or(|wanted| offer.format == wanted))
        .collect();
    ranked.sort_by_key(|offer| rank(offer, wish));
    let Some(best) = ranked.first() else {
        let mut formats: Vec<_> = offers.iter().map(|offer| offer.name).collect();
        formats.sort_unstable();
        formats.dedup();
        return Err(match forced {
            Some(wanted) if !offers.is_empty() => format!(
                "the camera does not offer {} (CAPTURE_FORMAT); it offers {}",
                wanted.as_str(),
                formats.join(", ")
            ),
            _ => "the camera offers no format that we read".into(),
        });
    };
    let mut alternatives: Vec<Offer> = Vec::new();
    for other in ranked.iter().filter(|other| other.format != best.format) {
        if !alternatives
            .iter()
            .any(|known| known.format == other.format)
        {
            alternatives.push(**other);
        }
    }
    Ok(Choice {
        offer: **best,
        compromise: compromise(best, wish),
        alternatives,
    })
}

/// The smaller, the better. The last parts only make the order total.
fn rank(offer: &Offer, wish: &Wish) -> impl Ord + use<> {
    let (area, wanted) = (
        u64::from(offer.width) * u64::from(offer.height),
        u64::from(wish.width) * u64::from(wish.height),
    );
    let exact = (offer.width, offer.height) == (wish.width, wish.height);
    let fps = offer.interval.fps();
    (
        // Of two sizes equally far off, the larger: detail that is there can still be thrown away.
        (!exact, area.abs_diff(wanted), Reverse(area)),
        // A camera at 30 meets 34 less well than one at 60; beyond the target more frames only cost. In thousandths,
        // so that 29.97 and 30 differ.
        (
            Reverse((fps.min(wish.fps) * 1000.0) as u64),
            (fps * 1000.0) as u64,
        ),
        cost(offer.format),
        (offer.width, offer.fourcc),
    )
}

/// What a frame costs us to encode, measured (`bench/`): planes are read as they are, JPEG has to be decoded to its
/// coefficients first (twice the work at 1280x720), RGB has to be converted; grey costs nothing and shows no colour.
fn cost(format: PixelFormat) -> u8 {
    match format {
        PixelFormat::Yuyv => 0,
        PixelFormat::Uyvy => 1,
        PixelFormat::Nv12 => 2,
        PixelFormat::I420 => 3,
        PixelFormat::I422 => 4,
        PixelFormat::Mjpeg => 5,
        PixelFormat::I444 => 6,
        PixelFormat::Bgr24 => 7,
        PixelFormat::Rgb24 => 8,
        PixelFormat::Grey => 9,
    }
}

fn compromise(best: &Offer, wish: &Wish) -> Option<String> {
    let mut parts = Vec::new();
    if (best.width, best.height) != (wish.width, wish.height) {
        parts.push(format!(
            "{}x{} instead of {}x{}",
            best.width, best.height, wish.width, wish.height
        ));
    }
    // 30 where 34 was asked for is what nearly every camera does and no news; less is.
    if best.interval.fps() < wish.fps.min(29.0) {
        parts.push(format!(
            "{} frames a second instead of {}",
            rate(best.interval.fps()),
            rate(wish.fps)
        ));
    }
    (!parts.is_empty())
        .then(|| format!("the nearest this camera offers is {}", parts.join(" and ")))
}

/// A rate with no more digits than it needs.
pub(crate) fn rate(fps: f64) -> String {
    let text = format!("{fps:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests;
