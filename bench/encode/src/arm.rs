//! How many instructions each encoder needs for a frame on arm64, counted by an emulator: no time, which there says nothing.
//!
//! The same program, built for arm64, runs under QEMU's user mode, which writes down every block of instructions when it
//! translates it and its address whenever it is run. One encoding is what two take more than one.

use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use clap::Args;

use crate::frames::{Frame, LADDERS, SCENES};

pub const WIDTH: usize = 640;
pub const HEIGHT: usize = 480;

const ENCODERS: [&str; 4] = ["neon", "portable", "turbo-rgb", "turbo-yuv"];

/// What else a frame may be, as `once` names it.
const WAYS: [(&str, &str); 3] = [
    ("RGB", "rgb"),
    ("YUYV of limited range", "limited"),
    ("YUYV that is held altogether", "held"),
];

/// What to run.
#[derive(Args)]
pub struct Machine {
    /// QEMU's user mode emulator of arm64
    qemu: PathBuf,
    /// Where arm64's libc is
    root: PathBuf,
    /// This program, built for arm64
    program: PathBuf,
}

/// Prints the table.
pub fn run(machine: &Machine) {
    println!(
        "instructions of arm64, in millions a frame of {WIDTH}x{HEIGHT} 4:2:0, under emulation: no time\n"
    );
    println!(
        "| scene | k | {} | of turbo RGB: neon | portable |",
        ENCODERS.join(" | ")
    );
    println!("|{}", "---|".repeat(4 + ENCODERS.len()));
    let directory = std::env::temp_dir().join(format!("bench-encode-{}", std::process::id()));
    for (scene, detail) in SCENES {
        Frame::new(WIDTH, HEIGHT, detail).write(&directory);
        for ladder in [LADDERS[0], LADDERS[2], LADDERS[3]] {
            let counts = ENCODERS.map(|encoder| {
                let count = |rounds| machine.count(&directory, encoder, rounds, ladder);
                (count(2) - count(1)) as f64 / 1e6
            });
            let columns = counts.map(|millions| format!("{millions:.2}"));
            println!(
                "| {scene} | {} | {} | {:.2} | {:.2} |",
                ladder.len(),
                columns.join(" | "),
                counts[0] / counts[2],
                counts[1] / counts[2]
            );
        }
    }
    ways(machine, &directory);
    std::fs::remove_dir_all(&directory).expect("it was made above");
}

/// Frames that are not YUYV of full range, all of them at one quality.
fn ways(machine: &Machine, directory: &Path) {
    let (scene, detail) = SCENES[1];
    println!("\n| {scene}, k = 1 | neon | portable | of portable |\n|---|---|---|---|");
    Frame::new(WIDTH, HEIGHT, detail).write(directory);
    for (name, way) in WAYS {
        let [neon, portable] = ["neon", "portable"].map(|kernel| {
            let encoder = format!("{kernel}-{way}");
            let count = |rounds| machine.count(directory, &encoder, rounds, LADDERS[0]);
            (count(2) - count(1)) as f64 / 1e6
        });
        println!(
            "| {name} | {neon:.2} | {portable:.2} | {:.2} |",
            neon / portable
        );
    }
}

impl Machine {
    /// Instructions of a whole run.
    fn count(&self, directory: &Path, encoder: &str, rounds: u64, qualities: &[u8]) -> u64 {
        let mut child = Command::new(&self.qemu)
            .args(["-d", "nochain,exec,in_asm", "-L"])
            .arg(&self.root)
            .arg(&self.program)
            .arg("once")
            .arg(directory)
            .args([encoder, &rounds.to_string()])
            .args(qualities.iter().map(u8::to_string))
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}", self.qemu.display()));
        let log = child.stderr.take().expect("it is piped");
        let counted = count(BufReader::with_capacity(1 << 20, log));
        let status = child.wait().expect("it was started");
        assert!(status.success(), "{encoder}: {status}");
        counted
    }
}

/// Counts what QEMU's log says: blocks as `0x5502a0cc40:  d503201f  nop` line by line below `IN:`, runs as
/// `Trace 0: <its own address> [<base>/<address>/…`.
fn count(mut log: impl BufRead) -> u64 {
    let mut lengths: HashMap<u64, u64> = HashMap::new();
    let mut line = Vec::new();
    let (mut begins, mut block, mut total) = (false, None, 0);
    let hex = |text: &[u8]| u64::from_str_radix(std::str::from_utf8(text).ok()?, 16).ok();
    loop {
        line.clear();
        if log.read_until(b'\n', &mut line).expect("a log") == 0 {
            return total;
        }
        if line.starts_with(b"Trace ") {
            let address = line.split(|&byte| byte == b'/').nth(1).and_then(hex);
            let address = address.expect("a run has an address");
            total += lengths.get(&address).expect("what runs was translated");
        } else if line.starts_with(b"IN:") {
            begins = true;
        } else if let Some(rest) = line.strip_prefix(b"0x") {
            let address = rest.split(|&byte| byte == b':').next().and_then(hex);
            if begins {
                block = address;
                lengths.insert(address.expect("a block has an address"), 0);
                begins = false;
            }
            if let Some(length) = block.and_then(|block| lengths.get_mut(&block)) {
                *length += 1;
            }
        } else {
            block = None;
        }
    }
}
