//! Debian's packages for the virtual machine: QEMU, a kernel with its modules, busybox.
//!
//! They are downloaded and unpacked under `target/camera` and never installed: that needs no root, and cannot remove
//! what is installed already (QEMU's packages of different releases exclude each other, and apt would rather take the
//! other one away than say so).

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::shell::{Outcome, find_on_path, output, run, say};
use crate::tools::{closure, update_lists};

/// What a machine consists of.
pub(crate) struct Machine {
    pub(crate) qemu: PathBuf,
    /// Where QEMU was unpacked; `None` when it is the system's own.
    unpacked: Option<PathBuf>,
    pub(crate) busybox: PathBuf,
    /// The kernel as QEMU boots it quickest: an ELF file, without the decompression that takes 10 s in emulation.
    pub(crate) kernel: PathBuf,
    /// `lib/modules/<version>/kernel`.
    pub(crate) modules: PathBuf,
}

impl Machine {
    /// What the scenarios have to know to start it.
    pub(crate) fn variables(&self, directory: &Path) -> Vec<(&'static str, String)> {
        let text = |path: &Path| path.display().to_string();
        let mut variables = vec![
            ("CAMERA_VM_QEMU", text(&self.qemu)),
            ("CAMERA_VM_BUSYBOX", text(&self.busybox)),
            ("CAMERA_VM_KERNEL", text(&self.kernel)),
            ("CAMERA_VM_INITRAMFS", text(&directory.join("initramfs"))),
        ];
        if let Some(root) = &self.unpacked {
            variables.push(("CAMERA_VM_QEMU_ROOT", text(root)));
        }
        variables
    }
}

/// Gets everything, from `directory` where it has been got before.
pub(crate) fn get(directory: &Path) -> Outcome<Machine> {
    if find_on_path("apt-get").is_none() || find_on_path("dpkg-deb").is_none() {
        return Err("the camera's machine is made of Debian packages, and this system has no apt-get and dpkg-deb; \
                    run it in a container: docker run --rm -it -v \"$PWD\":/src -w /src rust:1-bookworm cargo xtask camera"
            .into());
    }
    let root = directory.join("root");
    fs::create_dir_all(&root)
        .map_err(|error| format!("cannot write {}: {error}", root.display()))?;
    let kernel = newest_kernel()?;
    let qemu = find_on_path("qemu-system-x86_64");
    let unpacked_qemu = root.join("usr/bin/qemu-system-x86_64");
    let mut wanted = Vec::new();
    if qemu.is_none() && !unpacked_qemu.exists() {
        wanted.extend(closure("qemu-system-x86")?);
    }
    if !root.join("bin/busybox").exists() {
        wanted.push("busybox-static".into());
    }
    let elf = directory.join(format!("vmlinux-{kernel}"));
    let modules = root.join("lib/modules").join(&kernel).join("kernel");
    if !elf.exists() || !modules.exists() {
        wanted.push(format!("linux-image-{kernel}"));
    }
    if !wanted.is_empty() {
        unpack(directory, &root, &wanted)?;
    }
    if !elf.exists() {
        extract(&root.join(format!("boot/vmlinuz-{kernel}")), &elf)?;
    }
    let (qemu, unpacked) = qemu.map_or((unpacked_qemu, Some(root.clone())), |own| (own, None));
    Ok(Machine {
        qemu,
        unpacked,
        busybox: root.join("bin/busybox"),
        kernel: elf,
        modules,
    })
}

/// The version that Debian's kernel package stands for now: older ones vanish from the mirrors with every update.
fn newest_kernel() -> Outcome<String> {
    let ask = || {
        let depends = output(Command::new("apt-cache").args(["depends", "linux-image-amd64"]))?;
        let versions = depends
            .split_whitespace()
            .filter_map(|word| word.strip_prefix("linux-image-"));
        versions
            .filter(|version| *version != "amd64")
            .map(str::to_owned)
            .next()
    };
    ask().or_else(|| update_lists().ok().and_then(|()| ask())).ok_or_else(|| {
        "apt knows no linux-image-amd64: the camera's machine needs a Debian amd64 system with its package lists; this \
         gets them: apt-get update   (as root)"
            .into()
    })
}

/// Downloads `packages` and unpacks them into `root`.
fn unpack(directory: &Path, root: &Path, packages: &[String]) -> Outcome<()> {
    let downloads = directory.join("downloads");
    let _ = fs::remove_dir_all(&downloads);
    fs::create_dir_all(&downloads)
        .map_err(|error| format!("cannot write {}: {error}", downloads.display()))?;
    let download = || {
        let mut apt = Command::new("apt-get");
        // As root apt would drop to a user of its own, who may not write here.
        apt.args(["download", "-qq", "-o", "APT::Sandbox::User=root"])
            .args(packages)
            .current_dir(&downloads);
        run(
            &format!(
                "fetching {} Debian packages into target/camera",
                packages.len()
            ),
            &mut apt,
        )
    };
    // Lists that are old name versions that are gone.
    download().or_else(|_| update_lists().and_then(|()| download()))?;
    let entries = fs::read_dir(&downloads).map_err(|error| error.to_string())?;
    for package in entries.flatten() {
        let status = Command::new("dpkg-deb")
            .arg("-x")
            .arg(package.path())
            .arg(root)
            .status();
        if !status.is_ok_and(|status| status.success()) {
            return Err(format!("{} does not unpack", package.path().display()));
        }
    }
    let _ = fs::remove_dir_all(&downloads);
    Ok(())
}

/// Takes the ELF file out of a bzImage, where it lies compressed with xz.
fn extract(image: &Path, elf: &Path) -> Outcome<()> {
    const XZ: &[u8] = b"\xfd7zXZ\0";
    say("unpacking the kernel");
    let whole = fs::read(image).map_err(|error| format!("{}: {error}", image.display()))?;
    let start = whole
        .windows(XZ.len())
        .position(|window| window == XZ)
        .ok_or_else(|| {
            format!(
                "{} is not compressed with xz, as Debian's kernels are",
                image.display()
            )
        })?;
    let (payload, unfinished) = (elf.with_extension("xz"), elf.with_extension("part"));
    let write = || {
        fs::write(&payload, &whole[start..])?;
        let status = Command::new("xz")
            .args(["--decompress", "--stdout", "--single-stream"])
            .arg(&payload)
            .stdin(Stdio::null())
            .stdout(fs::File::create(&unfinished)?)
            .status()?;
        fs::remove_file(&payload)?;
        if status.success() {
            fs::rename(&unfinished, elf)
        } else {
            Err(std::io::Error::other(status.to_string()))
        }
    };
    write().map_err(|error| {
        format!(
            "unpacking {} (apt-get install -y xz-utils if xz is missing): {error}",
            image.display()
        )
    })
}
