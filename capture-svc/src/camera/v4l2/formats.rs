//! Which formats, sizes and rates a V4L2 camera offers. Asks an open device and sets nothing.

use std::path::Path;

use v4l::{
    Device, FourCC, Fraction,
    frameinterval::FrameIntervalEnum,
    framesize::{FrameSize, FrameSizeEnum},
    video::Capture,
};

use super::negotiate::{Interval, Offer, Wish, nothing_read, understood};
use crate::camera::error::CameraError;

/// Every mode of `device` that we understand. Empty for a node that is no camera, such as a metadata node. Where a
/// camera leaves the size or the rate open within bounds, `wish` says which of them is meant.
pub(crate) fn offers(device: &Device, wish: Option<&Wish>) -> Vec<Offer> {
    let fps = wish.map_or(30.0, |wish| wish.fps);
    let mut offers = Vec::new();
    for fourcc in fourccs(device) {
        let Some((format, name)) = understood(fourcc) else {
            continue;
        };
        let told = FourCC::new(&fourcc);
        for (width, height) in sizes(device, told, wish) {
            for interval in intervals(device, told, width, height, fps) {
                offers.push(Offer {
                    format,
                    name,
                    fourcc,
                    width,
                    height,
                    interval,
                });
            }
        }
    }
    offers
}

/// Fourccs that a camera offers and we do not read.
pub(crate) fn not_understood(device: &Device) -> Vec<String> {
    fourccs(device)
        .iter()
        .filter(|fourcc| understood(**fourcc).is_none())
        .map(|fourcc| String::from_utf8_lossy(fourcc).trim().to_owned())
        .collect()
}

/// What is to be said of a camera of which no format is read.
pub(super) fn unread(name: &str, path: &Path, device: &Device) -> CameraError {
    let words = nothing_read(&not_understood(device));
    CameraError::Unsupported(format!("{name} ({}): {words}", path.display()))
}

/// The formats that a camera offers; none of a codec or a metadata node, which have formats as well.
fn fourccs(device: &Device) -> Vec<[u8; 4]> {
    let kind = v4l2_capture::kind(device).ok().flatten();
    kind.map_or(Vec::new(), |kind| v4l2_capture::formats(device, kind))
}

/// The sizes that a camera offers. Some drivers tell none and take what is set, or make it the nearest that they have: then it is the size wished for, or without a wish the one that is set.
fn sizes(device: &Device, fourcc: FourCC, wish: Option<&Wish>) -> Vec<(u32, u32)> {
    let wished = wish.map(|wish| (wish.width, wish.height));
    let (width, height) = wished.unwrap_or((1280, 720));
    let own = |size: FrameSize| match size.size {
        FrameSizeEnum::Discrete(size) => (size.width, size.height),
        FrameSizeEnum::Stepwise(range) => (
            step(width, range.min_width, range.max_width, range.step_width),
            step(
                height,
                range.min_height,
                range.max_height,
                range.step_height,
            ),
        ),
    };
    match device.enum_framesizes(fourcc) {
        Ok(sizes) => sizes.into_iter().map(own).collect(),
        Err(_) => wished.or_else(|| size_now(device)).into_iter().collect(),
    }
}

fn size_now(device: &Device) -> Option<(u32, u32)> {
    let kind = v4l2_capture::kind(device).ok()??;
    let set = v4l2_capture::format(device, kind).ok()?;
    (set.width > 0 && set.height > 0).then_some((set.width, set.height))
}

fn intervals(device: &Device, fourcc: FourCC, width: u32, height: u32, fps: f64) -> Vec<Interval> {
    let own = |fraction: &Fraction| Interval::new(fraction.numerator, fraction.denominator);
    let told = device
        .enum_frameintervals(fourcc, width, height)
        .unwrap_or_default();
    let intervals: Vec<_> = told
        .iter()
        .map(|told| match &told.interval {
            FrameIntervalEnum::Discrete(interval) => own(interval),
            FrameIntervalEnum::Stepwise(range) => {
                let (shortest, longest) = (own(&range.min), own(&range.max));
                let wanted = Interval::new(1000, (fps * 1000.0) as u32);
                if wanted.fps() > shortest.fps() {
                    shortest
                } else if wanted.fps() < longest.fps() {
                    longest
                } else {
                    wanted
                }
            }
        })
        .filter(|interval| interval.numerator > 0 && interval.denominator > 0)
        .collect();
    // Some drivers tell sizes and no rates: then the rate is what it is.
    if intervals.is_empty() {
        vec![Interval::new(1, 30)]
    } else {
        intervals
    }
}

/// The value nearest to `wanted` that a range with steps allows.
fn step(wanted: u32, min: u32, max: u32, step: u32) -> u32 {
    let inside = wanted.clamp(min, max.max(min));
    min + (inside - min) / step.max(1) * step.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_within_bounds_lands_on_a_step() {
        assert_eq!(step(1280, 16, 4096, 8), 1280);
        assert_eq!(step(1283, 16, 4096, 8), 1280);
        assert_eq!(step(9000, 16, 4096, 8), 4096);
        assert_eq!(step(1, 16, 4096, 0), 16);
    }
}
