//! What it means when a device node refuses: the kernel's word, and what `/proc` and the node itself add to it for a
//! person who has to mend it.

use std::{fs, io, os::unix::fs::MetadataExt, path::Path};

use super::twins::twins;
use crate::camera::error::{CameraError, Permission};

/// What a failed call on `node` means.
pub(super) fn explain(node: &Path, doing: &str, cause: io::Error) -> CameraError {
    use rustix::io::Errno;
    let path = node.display();
    match cause.raw_os_error().map(Errno::from_raw_os_error) {
        Some(Errno::NOENT) => CameraError::NotFound(format!(
            "there is no {path}: is the camera plugged in? `capture-svc list` shows what is there"
        )),
        Some(Errno::NODEV | Errno::NXIO) => CameraError::Unplugged,
        Some(Errno::BUSY) => CameraError::Busy {
            node: node.into(),
            holder: holder(node),
            twins: twins(node),
        },
        Some(Errno::ACCESS | Errno::PERM) => match permission(node) {
            Some(permission) => CameraError::Permission(Box::new(permission)),
            None => CameraError::Device {
                doing: format!("{path}: {doing}"),
                cause,
            },
        },
        Some(Errno::NOSPC) => CameraError::UsbBandwidth(node.into()),
        Some(Errno::PROTO | Errno::ILSEQ) => CameraError::Device {
            doing: format!(
                "{path}: the camera garbles its answers on USB (another cable or port, no hub): {doing}"
            ),
            cause,
        },
        _ => CameraError::Device {
            doing: format!("{path}: {doing}"),
            cause,
        },
    }
}

/// Both sides of a refusal.
fn permission(node: &Path) -> Option<Permission> {
    let metadata = fs::metadata(node).ok()?;
    let uid = rustix::process::geteuid().as_raw();
    let mut gids = vec![rustix::process::getegid().as_raw()];
    gids.extend(
        rustix::process::getgroups()
            .unwrap_or_default()
            .iter()
            .map(|gid| gid.as_raw()),
    );
    gids.sort_unstable();
    gids.dedup();
    let mode = metadata.mode() & 0o7777;
    let class = if uid == metadata.uid() {
        mode >> 6
    } else if gids.contains(&metadata.gid()) {
        mode >> 3
    } else {
        mode
    };
    let by_cgroup = uid == 0 || class & 0o6 == 0o6;
    Some(Permission {
        node: node.into(),
        uid,
        gids,
        node_uid: metadata.uid(),
        node_gid: metadata.gid(),
        mode,
        by_cgroup,
    })
}

/// Who has `node` open, as far as we may see: `ffmpeg (pid 812)`.
fn holder(node: &Path) -> Option<String> {
    let real = fs::canonicalize(node).ok()?;
    let own = std::process::id();
    for process in fs::read_dir("/proc").ok()?.flatten() {
        let Some(pid) = process
            .file_name()
            .to_str()
            .and_then(|pid| pid.parse::<u32>().ok())
        else {
            continue;
        };
        let holds = fs::read_dir(process.path().join("fd"))
            .into_iter()
            .flatten()
            .flatten()
            .any(|fd| fs::read_link(fd.path()).is_ok_and(|target| target == real));
        if holds && pid != own {
            let name = fs::read_to_string(process.path().join("comm")).unwrap_or_default();
            return Some(format!("{} (pid {pid})", name.trim()));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errno_values_become_reasons() {
        let meaning =
            |errno: rustix::io::Errno| explain(Path::new("/dev/null"), "opening it", errno.into());
        assert!(matches!(
            meaning(rustix::io::Errno::NODEV),
            CameraError::Unplugged
        ));
        assert!(matches!(
            meaning(rustix::io::Errno::BUSY),
            CameraError::Busy { .. }
        ));
        assert!(matches!(
            meaning(rustix::io::Errno::NOSPC),
            CameraError::UsbBandwidth(_)
        ));
        assert!(matches!(
            meaning(rustix::io::Errno::ACCESS),
            CameraError::Permission(_)
        ));
        let garbled = meaning(rustix::io::Errno::PROTO).to_string();
        assert!(garbled.contains("another cable"), "{garbled}");
        assert!(matches!(
            meaning(rustix::io::Errno::IO),
            CameraError::Device { .. }
        ));
    }
}
