//! Which of a camera's modes we take. Pure: offers in, choice and words out.
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
            self.format.as_str(),
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

/// The pixel format behind a V4L2 fourcc, if it is one that we read.
pub(super) fn understood(fourcc: [u8; 4]) -> Option<PixelFormat> {
    Some(match &fourcc {
        b"YUYV" | b"YUY2" => PixelFormat::Yuyv,
        b"UYVY" => PixelFormat::Uyvy,
        b"NV12" => PixelFormat::Nv12,
        b"YU12" => PixelFormat::I420,
        b"MJPG" | b"JPEG" => PixelFormat::Mjpeg,
        b"GREY" => PixelFormat::Grey,
        b"RGB3" => PixelFormat::Rgb24,
        b"BGR3" => PixelFormat::Bgr24,
        _ => return None,
    })
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
        let mut formats: Vec<_> = offers.iter().map(|offer| offer.format.as_str()).collect();
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
        PixelFormat::Mjpeg => 4,
        PixelFormat::Bgr24 => 5,
        PixelFormat::Rgb24 => 6,
        PixelFormat::Grey => 7,
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
mod tests {
    use super::*;

    fn offer(format: PixelFormat, width: u32, height: u32, interval: (u32, u32)) -> Offer {
        Offer {
            format,
            fourcc: *b"test",
            width,
            height,
            interval: Interval::new(interval.0, interval.1),
        }
    }

    /// A usual webcam: raw pictures in full size only slowly.
    fn webcam() -> Vec<Offer> {
        let mut offers = Vec::new();
        for (width, height) in [(320, 240), (640, 480), (1280, 720), (1920, 1080)] {
            for fps in [30, 15, 5] {
                offers.push(offer(PixelFormat::Mjpeg, width, height, (1, fps)));
                if width <= 640 || fps == 5 {
                    offers.push(offer(PixelFormat::Yuyv, width, height, (1, fps)));
                }
            }
        }
        offers
    }

    fn wish(width: u32, height: u32, fps: f64, format: FormatWish) -> Wish {
        Wish {
            width,
            height,
            fps,
            format,
        }
    }

    fn chosen(offers: &[Offer], wish: &Wish) -> String {
        choose(offers, wish).unwrap().offer.to_string()
    }

    #[test]
    fn the_rate_decides_between_formats_of_one_size() {
        assert_eq!(
            chosen(&webcam(), &wish(1280, 720, 34.0, FormatWish::Auto)),
            "MJPEG 1280x720 @ 30"
        );
    }

    #[test]
    fn of_equal_size_and_rate_the_cheapest_for_us_is_taken() {
        assert_eq!(
            chosen(&webcam(), &wish(640, 480, 34.0, FormatWish::Auto)),
            "YUYV 640x480 @ 30"
        );
    }

    #[test]
    fn a_forced_format_is_kept_even_where_it_is_slower() {
        let choice = choose(&webcam(), &wish(1280, 720, 34.0, FormatWish::Yuyv)).unwrap();
        assert_eq!(choice.offer.to_string(), "YUYV 1280x720 @ 5");
        assert!(
            choice
                .compromise
                .unwrap()
                .contains("5 frames a second instead of 34")
        );
    }

    #[test]
    fn a_size_that_is_not_offered_gives_the_nearest_and_says_so() {
        let choice = choose(&webcam(), &wish(1024, 768, 30.0, FormatWish::Auto)).unwrap();
        assert_eq!((choice.offer.width, choice.offer.height), (1280, 720));
        assert_eq!(
            choice.compromise.unwrap(),
            "the nearest this camera offers is 1280x720 instead of 1024x768"
        );
    }

    #[test]
    fn thirty_for_thirty_four_is_no_compromise_worth_words() {
        assert_eq!(
            choose(&webcam(), &wish(1280, 720, 34.0, FormatWish::Auto))
                .unwrap()
                .compromise,
            None
        );
    }

    #[test]
    fn a_faster_mode_is_taken_only_as_far_as_it_is_needed() {
        let offers = [30, 60, 120].map(|fps| offer(PixelFormat::Mjpeg, 1280, 720, (1, fps)));
        assert_eq!(
            chosen(&offers, &wish(1280, 720, 34.0, FormatWish::Auto)),
            "MJPEG 1280x720 @ 60"
        );
        assert_eq!(
            chosen(&offers, &wish(1280, 720, 30.0, FormatWish::Auto)),
            "MJPEG 1280x720 @ 30"
        );
    }

    #[test]
    fn fractional_intervals_are_rates_like_any_other() {
        let offers = [(2, 15), (2, 25), (1001, 30000), (1, 256)]
            .map(|each| offer(PixelFormat::Yuyv, 640, 480, each));
        assert_eq!(
            chosen(&offers, &wish(640, 480, 10.0, FormatWish::Auto)),
            "YUYV 640x480 @ 12.5"
        );
        assert_eq!(
            chosen(&offers[..3], &wish(640, 480, 30.0, FormatWish::Auto)),
            "YUYV 640x480 @ 29.97"
        );
        assert_eq!(rate(7.5), "7.5");
    }

    #[test]
    fn the_choice_does_not_depend_on_the_order_of_the_offers() {
        let mut offers = webcam();
        let all = [(1280, 720), (640, 480), (1000, 1000), (1, 1)]
            .map(|(w, h)| wish(w, h, 34.0, FormatWish::Auto));
        let before: Vec<_> = all.iter().map(|wish| choose(&offers, wish)).collect();
        fastrand::Rng::with_seed(3).shuffle(&mut offers);
        let after: Vec<_> = all.iter().map(|wish| choose(&offers, wish)).collect();
        assert_eq!(before, after);
    }

    #[test]
    fn what_cannot_be_used_is_said_with_what_there_is() {
        let refused = choose(&webcam(), &wish(640, 480, 30.0, FormatWish::Nv12)).unwrap_err();
        assert!(
            refused.contains("NV12") && refused.contains("MJPEG, YUYV"),
            "{refused}"
        );
        assert!(
            choose(&[], &wish(640, 480, 30.0, FormatWish::Auto))
                .unwrap_err()
                .contains("no format")
        );
        assert_eq!(understood(*b"H264"), None);
    }

    #[test]
    fn the_log_gets_the_best_of_each_other_format() {
        let choice = choose(&webcam(), &wish(1280, 720, 34.0, FormatWish::Auto)).unwrap();
        let others: Vec<_> = choice
            .alternatives
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(others, ["YUYV 1280x720 @ 5"]);
    }
}
