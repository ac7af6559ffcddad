//! V4L2 device nodes: which there are, what they offer, and what a refusal by one of them means. Opens nodes to ask;
//! streams nothing.

use std::{
    fs,
    os::unix::fs::FileTypeExt,
    path::{Path, PathBuf},
};

use v4l::{
    Device, FourCC, Fraction,
    capability::Flags,
    frameinterval::FrameIntervalEnum,
    framesize::{FrameSize, FrameSizeEnum},
    video::Capture,
};

use super::{
    answer::ask,
    errno::explain,
    negotiate::{Interval, Offer, Wish, understood},
};
use crate::camera::{error::CameraError, source::SourceSpec};

/// Nodes of the Raspberry Pi that take pictures apart or put them together but have no lens.
const NO_CAMERA: [&str; 3] = ["bcm2835-isp", "bcm2835-codec", "rpi-hevc-dec"];

/// One `/dev/video*` node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Node {
    pub(crate) path: PathBuf,
    /// What the camera calls itself.
    pub(crate) name: String,
}

/// Every video node, in order of its number. Some of them are no cameras: see [`offers`].
pub(crate) fn nodes() -> Vec<Node> {
    let numbered = |entry: fs::DirEntry| {
        let number: u32 = entry
            .file_name()
            .to_str()?
            .strip_prefix("video")?
            .parse()
            .ok()?;
        Some((number, entry.path()))
    };
    let entries = fs::read_dir("/dev").into_iter().flatten().flatten();
    let mut nodes: Vec<_> = entries.filter_map(numbered).collect();
    nodes.sort_unstable();
    nodes.into_iter().map(|(_, path)| node(path)).collect()
}

/// The node behind `path`, which may be a link; read from sysfs, because the v4l crate panics on a name that the kernel
/// cut in the middle of a letter.
pub(super) fn node(path: PathBuf) -> Node {
    let real = fs::canonicalize(&path).unwrap_or_else(|_| path.clone());
    let name = fs::read(sysfs(&real).join("name")).unwrap_or_default();
    let name = String::from_utf8_lossy(&name).trim().to_owned();
    Node {
        name: if name.is_empty() {
            path.display().to_string()
        } else {
            name
        },
        path,
    }
}

/// The driver that serves a node, as far as sysfs tells.
pub(crate) fn driver(node: &Path) -> Option<String> {
    let real = fs::canonicalize(node).ok()?;
    let driver = fs::canonicalize(sysfs(&real).join("device/driver")).ok()?;
    Some(driver.file_name()?.to_string_lossy().into_owned())
}

fn sysfs(real: &Path) -> PathBuf {
    Path::new("/sys/class/video4linux").join(real.file_name().unwrap_or_default())
}

/// Opens the device node that `spec` means now. `Ok(None)`: there is no camera on this machine at all, which only
/// [`SourceSpec::Auto`] takes for an answer.
///
/// # Errors
/// When the camera that was asked for is missing, or the only ones there refuse.
pub(super) fn open(spec: &SourceSpec) -> Result<Option<(Node, Device)>, CameraError> {
    let at = |path: PathBuf| {
        let node = node(path);
        open_node(&node.path).map(|device| Some((node, device)))
    };
    match spec {
        SourceSpec::Index(index) => at(format!("/dev/video{index}").into()),
        SourceSpec::Path(path) => at(path.clone()),
        SourceSpec::Name(part) => {
            let part_low = part.to_lowercase();
            let nodes = nodes();
            let found = first_camera(
                nodes
                    .iter()
                    .filter(|node| node.name.to_lowercase().contains(&part_low)),
            )?;
            found.map(Some).ok_or_else(|| {
                let mut names: Vec<_> = nodes
                    .iter()
                    .map(|node| format!("{:?}", node.name))
                    .collect();
                names.dedup();
                let there = if names.is_empty() {
                    "there is no camera at all".into()
                } else {
                    format!("there is {}", names.join(", "))
                };
                CameraError::NotFound(format!("no camera has {part:?} in its name; {there}"))
            })
        }
        _ => first_camera(nodes().iter()),
    }
}

/// The first of `nodes` that is a camera. One that cannot be opened counts if no other can: its reason is worth more to
/// a person than a picture that is not of the room.
fn first_camera<'a>(
    nodes: impl Iterator<Item = &'a Node>,
) -> Result<Option<(Node, Device)>, CameraError> {
    let mut refusal = None;
    for node in nodes {
        if driver(&node.path).is_some_and(|driver| NO_CAMERA.contains(&driver.as_str())) {
            continue;
        }
        match open_node(&node.path) {
            Ok(device) if offers(&device, &node.path, None).is_empty() => {}
            Ok(device) => return Ok(Some((node.clone(), device))),
            Err(error) => refusal = refusal.or(Some(error)),
        }
    }
    refusal.map_or(Ok(None), Err)
}

/// Opens a node without touching its stream.
pub(crate) fn open_node(path: &Path) -> Result<Device, CameraError> {
    let metadata = fs::metadata(path).map_err(|cause| explain(path, "looking for it", cause))?;
    if !metadata.file_type().is_char_device() {
        return Err(CameraError::NotFound(format!(
            "{} is no camera but a file",
            path.display()
        )));
    }
    Device::with_path(path).map_err(|cause| explain(path, "opening it", cause))
}

/// Every mode of `device` that we understand. Empty for a node that is no camera, such as a metadata node. Where a
/// camera leaves the size or the rate open within bounds, `wish` says which of them is meant.
pub(crate) fn offers(device: &Device, path: &Path, wish: Option<&Wish>) -> Vec<Offer> {
    let fps = wish.map_or(30.0, |wish| wish.fps);
    let mut offers = Vec::new();
    for fourcc in fourccs(device, path) {
        let Some(format) = understood(fourcc) else {
            continue;
        };
        let told = FourCC::new(&fourcc);
        for (width, height) in sizes(device, told, wish) {
            for interval in intervals(device, told, width, height, fps) {
                offers.push(Offer {
                    format,
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
pub(crate) fn not_understood(device: &Device, path: &Path) -> Vec<String> {
    fourccs(device, path)
        .iter()
        .filter(|fourcc| understood(**fourcc).is_none())
        .map(|fourcc| String::from_utf8_lossy(fourcc).trim().to_owned())
        .collect()
}

/// The formats that a camera offers.
///
/// The v4l crate panics on a description that the kernel cut in the middle of a letter. linuxvideo leaves the description
/// alone, but asks through an opening of its own, which a device may refuse.
fn fourccs(device: &Device, path: &Path) -> Vec<[u8; 4]> {
    let told = ask(|| device.enum_formats().unwrap_or_default());
    if let Ok(told) = told {
        return told.iter().map(|format| format.fourcc.repr).collect();
    }
    let Ok(device) = linuxvideo::Device::open(path) else {
        return Vec::new();
    };
    let formats = device.formats(linuxvideo::BufType::VIDEO_CAPTURE);
    formats
        .map_while(Result::ok)
        .map(|format| format.pixel_format().as_fourcc())
        .collect()
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
        // A codec has formats as well, and is no camera.
        Err(_) if !captures(device) => Vec::new(),
        Err(_) => wished.or_else(|| size_now(device)).into_iter().collect(),
    }
}

fn captures(device: &Device) -> bool {
    // A name that cannot be read is no reason to leave a camera out.
    ask(|| device.query_caps()).map_or(true, |told| {
        told.is_ok_and(|told| told.capabilities.contains(Flags::VIDEO_CAPTURE))
    })
}

fn size_now(device: &Device) -> Option<(u32, u32)> {
    let set = ask(|| device.format()).ok()?.ok()?;
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

    #[test]
    fn a_node_that_is_not_there_is_not_found_and_a_plain_file_is_no_camera() {
        assert!(matches!(
            open_node(Path::new("/dev/video-none")),
            Err(CameraError::NotFound(_))
        ));
        let file = open_node(Path::new("/etc/passwd"))
            .map(drop)
            .unwrap_err()
            .to_string();
        assert!(file.contains("no camera but a file"), "{file}");
    }
}
