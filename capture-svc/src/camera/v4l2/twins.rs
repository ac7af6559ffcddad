//! Cameras that a serial number does not tell apart: some makers give all of one kind the same, and then a by-id link and
//! a name mean whichever the system found last. The port that each is plugged into still does.
//!
//! Source: what udev makes by-id links of: vendor, product and serial number of the USB device, and the node's index.

use std::{
    fs,
    path::{Path, PathBuf},
};

const SYSFS: &str = "/sys/class/video4linux";

/// One node, by what its links are made of.
#[derive(Debug, PartialEq, Eq)]
struct Identity {
    /// The USB device's place in sysfs: one for each port.
    device: PathBuf,
    /// Vendor, product, serial number (which may be missing), and the node's own index.
    alike: [String; 4],
}

/// The nodes of other cameras with the same serial number as that of `node`.
pub(crate) fn twins(node: &Path) -> Vec<PathBuf> {
    let real = fs::canonicalize(node).unwrap_or_else(|_| node.into());
    let name = real.file_name().unwrap_or_default();
    let twins = twins_in(Path::new(SYSFS), Path::new(name));
    twins
        .into_iter()
        .map(|name| Path::new("/dev").join(name))
        .collect()
}

fn twins_in(sysfs: &Path, name: &Path) -> Vec<PathBuf> {
    let Some(own) = identity(&sysfs.join(name)) else {
        return Vec::new();
    };
    let entries = fs::read_dir(sysfs).into_iter().flatten().flatten();
    let twin = |entry: fs::DirEntry| {
        let other = identity(&entry.path())?;
        let twin = other.alike == own.alike && other.device != own.device;
        twin.then(|| entry.file_name().into())
    };
    let mut twins: Vec<PathBuf> = entries.filter_map(twin).collect();
    twins.sort_unstable();
    twins
}

fn identity(node: &Path) -> Option<Identity> {
    let interface = fs::canonicalize(node.join("device")).ok()?;
    let device = interface.parent()?.to_owned();
    let read = |path: PathBuf| {
        let text = fs::read_to_string(path).ok()?;
        Some(text.trim().to_owned())
    };
    Some(Identity {
        alike: [
            read(device.join("idVendor"))?,
            read(device.join("idProduct"))?,
            read(device.join("serial")).unwrap_or_default(),
            read(node.join("index")).unwrap_or_default(),
        ],
        device,
    })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    /// A node as sysfs has it, of a camera at that port.
    fn plug(root: &Path, node: &str, port: &str, serial: &str, index: &str) {
        let interface = root.join("devices").join(port).join(format!("{port}:1.0"));
        fs::create_dir_all(&interface).unwrap();
        let device = interface.parent().unwrap();
        for (file, text) in [
            ("idVendor", "046d"),
            ("idProduct", "0825"),
            ("serial", serial),
        ] {
            fs::write(device.join(file), format!("{text}\n")).unwrap();
        }
        let node = root.join("class").join(node);
        fs::create_dir_all(&node).unwrap();
        fs::write(node.join("index"), index).unwrap();
        symlink(&interface, node.join("device")).unwrap();
    }

    #[test]
    fn cameras_of_one_serial_number_at_different_ports_are_twins() {
        let scratch = testkit::Scratch::new("sysfs");
        let root = scratch.path();
        plug(root, "video0", "1-1", "200901010001", "0");
        plug(root, "video1", "1-1", "200901010001", "1");
        plug(root, "video2", "1-2", "200901010001", "0");
        plug(root, "video3", "1-2", "200901010001", "1");
        plug(root, "video4", "1-3", "7", "0");
        fs::create_dir_all(root.join("class/video9")).unwrap();
        let of = |name: &str| twins_in(&root.join("class"), Path::new(name));
        assert_eq!(of("video0"), [Path::new("video2")]);
        assert_eq!(of("video3"), [Path::new("video1")]);
        assert_eq!(of("video4"), Vec::<PathBuf>::new());
        assert_eq!(of("video9"), Vec::<PathBuf>::new());
        assert_eq!(of("video5"), Vec::<PathBuf>::new());
    }
}
