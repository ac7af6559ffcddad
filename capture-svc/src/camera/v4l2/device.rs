//! V4L2 device nodes: which there are, which of them is meant, and what a refusal by one of them means. Opens
//! nodes; what they offer is asked in [`super::formats`].

use std::{
    fs,
    os::unix::fs::FileTypeExt,
    path::{Path, PathBuf},
};

use v4l::Device;

use super::{
    errno::explain,
    formats::{not_understood, offers, unread},
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

/// The first of `nodes` that is a camera. One that cannot be opened or read counts if no other can: its reason is worth more to
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
            Ok(device) if !offers(&device, None).is_empty() => {
                return Ok(Some((node.clone(), device)));
            }
            Ok(device) if !not_understood(&device).is_empty() => {
                refusal = refusal.or_else(|| Some(unread(&node.name, &node.path, &device)));
            }
            Ok(_) => {}
            Err(error) => refusal = refusal.or(Some(error)),
        }
    }
    refusal.map_or(Ok(None), Err)
}

/// Opens a node without touching its stream.
pub(crate) fn open_node(path: &Path) -> Result<Device, CameraError> {
    let metadata = fs::metadata(path).map_err(|cause| explain(path, "looking for it", cause))?;
    let kind = metadata.file_type();
    if !kind.is_char_device() {
        let path = path.display();
        let words = if kind.is_dir() {
            format!("{path} is no camera but a directory")
        } else if kind.is_file() {
            format!("{path} is no camera but a file; a recording is named with file:{path}")
        } else {
            format!("{path} is no camera but a pipe, a socket or a disk")
        };
        return Err(CameraError::NotFound(words));
    }
    Device::with_path(path).map_err(|cause| explain(path, "opening it", cause))
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert!(
            file.contains("no camera but a file") && file.contains("file:/etc/passwd"),
            "{file}"
        );
        let directory = open_node(Path::new("/dev")).map(drop).unwrap_err();
        assert!(directory.to_string().contains("directory"), "{directory}");
    }
}
