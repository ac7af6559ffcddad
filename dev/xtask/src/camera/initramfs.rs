//! The virtual machine's whole file system: busybox, the drivers, our programs with their libraries, the pictures.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::packages::Machine;
use crate::shell::{Outcome, output};

/// Drivers that the machine loads as it starts: its network, and the camera with the virtual USB port that it hangs on.
const AT_START: &[&str] = &["virtio_pci", "virtio_net", "uvcvideo", "vhci-hcd"];

/// Drivers that a scenario loads: the kernel's own test camera, for formats and rates that UVC has not.
const ON_DEMAND: &[&str] = &["vivid"];

/// Writes the archive that the kernel unpacks and starts `/init` of.
pub(crate) fn write(
    machine: &Machine,
    programs: &[PathBuf],
    pictures: &Path,
    to: &Path,
) -> Outcome<()> {
    let mut archive = Archive::default();
    archive.file("init", include_bytes!("init.sh"), true);
    archive.copy(&machine.busybox, "bin/busybox")?;
    for directory in ["dev", "proc", "sys", "tmp"] {
        archive.directory(directory);
    }
    let available = modules(&machine.modules)?;
    for (list, names) in [("at-start", AT_START), ("vivid", ON_DEMAND)] {
        let mut order = Vec::new();
        for name in names {
            load_order(name, &available, &mut order)?;
        }
        let lines: Vec<_> = order
            .iter()
            .map(|name| format!("/modules/{name}.ko"))
            .collect();
        archive.file(
            &format!("modules/{list}"),
            (lines.join("\n") + "\n").as_bytes(),
            false,
        );
        for name in &order {
            archive.copy(&available[name], &format!("modules/{name}.ko"))?;
        }
    }
    for program in programs {
        archive.program(program)?;
    }
    archive.tree(pictures, "pictures")?;
    fs::write(to, archive.finish())
        .map_err(|error| format!("cannot write {}: {error}", to.display()))
}

/// Every module of the kernel by its name, with `_` for `-`, as modules name each other.
fn modules(root: &Path) -> Outcome<BTreeMap<String, PathBuf>> {
    let mut found = BTreeMap::new();
    let mut directories = vec![root.to_owned()];
    while let Some(directory) = directories.pop() {
        let entries = fs::read_dir(&directory)
            .map_err(|error| format!("{}: {error}", directory.display()))?;
        for path in entries.flatten().map(|entry| entry.path()) {
            if path.is_dir() {
                directories.push(path);
            } else if path.extension().is_some_and(|ending| ending == "ko") {
                let name = path
                    .file_stem()
                    .unwrap_or_default()
                    .to_string_lossy()
                    .replace('-', "_");
                found.insert(name, path);
            }
        }
    }
    Ok(found)
}

/// Appends `name` to `order`, after everything that it depends on.
fn load_order(
    name: &str,
    available: &BTreeMap<String, PathBuf>,
    order: &mut Vec<String>,
) -> Outcome<()> {
    let name = name.replace('-', "_");
    if order.contains(&name) {
        return Ok(());
    }
    let path = available
        .get(&name)
        .ok_or_else(|| format!("the kernel has no module {name}"))?;
    let module = fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    for needed in depends(&module) {
        load_order(&needed, available, order)?;
    }
    order.push(name);
    Ok(())
}

/// What a module says that it needs. Source: `MODULE_INFO(depends, …)`, zero-terminated text in the file.
fn depends(module: &[u8]) -> Vec<String> {
    const KEY: &[u8] = b"\0depends=";
    let Some(at) = module.windows(KEY.len()).position(|window| window == KEY) else {
        return Vec::new();
    };
    let text = module[at + KEY.len()..]
        .split(|byte| *byte == 0)
        .next()
        .unwrap_or_default();
    String::from_utf8_lossy(text)
        .split(',')
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

/// A cpio archive of the form `newc`. Source: the kernel's `Documentation/driver-api/early-userspace/buffer-format.rst`.
#[derive(Default)]
struct Archive {
    bytes: Vec<u8>,
    known: std::collections::BTreeSet<String>,
}

impl Archive {
    fn directory(&mut self, path: &str) {
        if let Some((parent, _)) = path.rsplit_once('/') {
            self.directory(parent);
        }
        if self.known.insert(path.to_owned()) {
            self.entry(path, 0o040_755, &[]);
        }
    }

    fn file(&mut self, path: &str, content: &[u8], executable: bool) {
        if let Some((parent, _)) = path.rsplit_once('/') {
            self.directory(parent);
        }
        if self.known.insert(path.to_owned()) {
            self.entry(
                path,
                if executable { 0o100_755 } else { 0o100_644 },
                content,
            );
        }
    }

    fn copy(&mut self, from: &Path, path: &str) -> Outcome<()> {
        let content = fs::read(from).map_err(|error| format!("{}: {error}", from.display()))?;
        self.file(path, &content, true);
        Ok(())
    }

    /// A program of ours, without what only a debugger reads, and the libraries that it is linked with.
    fn program(&mut self, program: &Path) -> Outcome<()> {
        let name = program.file_name().unwrap_or_default().to_string_lossy();
        let stripped = program.with_file_name(format!("{name}.stripped"));
        let strip = Command::new("strip")
            .arg("-o")
            .arg(&stripped)
            .arg(program)
            .status();
        if !strip.is_ok_and(|status| status.success()) {
            return Err(format!(
                "strip {} failed; is binutils installed?",
                program.display()
            ));
        }
        self.copy(&stripped, &format!("bin/{name}"))?;
        let _ = fs::remove_file(&stripped);
        let libraries = output(Command::new("ldd").arg(program)).ok_or("ldd does not run")?;
        for library in libraries
            .split_whitespace()
            .filter(|word| word.starts_with('/'))
        {
            self.copy(Path::new(library), library.trim_start_matches('/'))?;
        }
        Ok(())
    }

    fn tree(&mut self, from: &Path, path: &str) -> Outcome<()> {
        let entries = fs::read_dir(from).map_err(|error| format!("{}: {error}", from.display()))?;
        for entry in entries.flatten() {
            let path = format!("{path}/{}", entry.file_name().to_string_lossy());
            if entry.path().is_dir() {
                self.tree(&entry.path(), &path)?;
            } else {
                self.copy(&entry.path(), &path)?;
            }
        }
        Ok(())
    }

    fn finish(mut self) -> Vec<u8> {
        self.entry("TRAILER!!!", 0, &[]);
        self.bytes
    }

    fn entry(&mut self, path: &str, mode: u32, content: &[u8]) {
        let number = u32::try_from(self.known.len()).expect("fewer files than that");
        let size = u32::try_from(content.len()).expect("no file of 4 GiB");
        let name = u32::try_from(path.len() + 1).expect("a short path");
        self.bytes.extend_from_slice(b"070701");
        // Inode, mode, owner, group, links, time, size, device, special device, length of the name, checksum.
        for field in [number, mode, 0, 0, 1, 0, size, 0, 0, 0, 0, name, 0] {
            self.bytes
                .extend_from_slice(format!("{field:08x}").as_bytes());
        }
        self.bytes.extend_from_slice(path.as_bytes());
        self.bytes.push(0);
        self.pad();
        self.bytes.extend_from_slice(content);
        self.pad();
    }

    fn pad(&mut self) {
        self.bytes.resize(self.bytes.len().next_multiple_of(4), 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_names_what_it_needs() {
        assert_eq!(
            depends(b"x\0license=GPL\0depends=videodev,mc\0retpoline=Y\0"),
            ["videodev", "mc"]
        );
        assert!(depends(b"x\0depends=\0").is_empty());
        assert!(depends(b"no module").is_empty());
    }

    #[test]
    fn an_archive_has_each_parent_once_and_is_aligned() {
        let mut archive = Archive::default();
        archive.file("a/b/one", b"12345", false);
        archive.file("a/b/two", b"", true);
        let bytes = archive.finish();
        let text = String::from_utf8_lossy(&bytes);
        assert_eq!(
            text.matches("070701").count(),
            5,
            "a, a/b, one, two and the end"
        );
        assert_eq!(bytes.len() % 4, 0);
    }
}
