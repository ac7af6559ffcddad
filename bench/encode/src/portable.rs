//! The portable kernel beside libjpeg-turbo with its SIMD and without: what a processor gets that has no kernel of its own.
//!
//! libjpeg-turbo asks for its instructions once in a process; without them it runs in a second one, in the same turns.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use jpeg_ladder::{Kernel, Sampling};

use crate::frames::{Frame, LADDERS, SCENES};
use crate::pixels::{ours, turbo_rgb};
use crate::race::{Run, cpu_ms, race};
use crate::statistics::median;

const SIZES: [(usize, usize); 2] = [(640, 480), (1280, 720)];
const ROUNDS: usize = 15;

/// Prints the table.
pub fn run() {
    println!(
        "ms of CPU time, median of {ROUNDS}, 4:2:0; turbo gets RGB for nothing; ratios are how often it takes our time\n"
    );
    println!(
        "| size | scene | k | portable | turbo | turbo without SIMD | of turbo | of turbo without SIMD |"
    );
    println!("|{}", "---|".repeat(8));
    let directory = std::env::temp_dir().join(format!("bench-encode-{}", std::process::id()));
    for ladder in [LADDERS[0], LADDERS[2]] {
        let (mut with, mut without) = (Vec::new(), Vec::new());
        for (width, height) in SIZES {
            for (scene, detail) in SCENES {
                let frame = Frame::new(width, height, detail);
                frame.write(&directory);
                let mut plain = Plain::start(&directory, width, height);
                let peer: Run<'_> = Box::new(|| (0, Some(plain.encode(ladder))));
                let results = race(
                    &mut [
                        ours(&frame, Sampling::S420, ladder, Kernel::Portable),
                        turbo_rgb(&frame, Sampling::S420, ladder),
                        peer,
                    ],
                    ROUNDS,
                );
                let [own, turbo, slow] = [0, 1, 2].map(|i: usize| results[i].0);
                println!(
                    "| {width}x{height} | {scene} | {} | {own:.3} | {turbo:.3} | {slow:.3} | {:.2} | {:.2} |",
                    ladder.len(),
                    turbo / own,
                    slow / own
                );
                with.push(turbo / own);
                without.push(slow / own);
            }
        }
        println!(
            "k = {}: median {:.2} of turbo, {:.2} of turbo without SIMD",
            ladder.len(),
            median(&mut with),
            median(&mut without)
        );
    }
    std::fs::remove_dir_all(&directory).expect("it was made above");
}

/// libjpeg-turbo without its SIMD, in a process of its own.
struct Plain {
    child: Child,
    asks: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Plain {
    fn start(directory: &Path, width: usize, height: usize) -> Self {
        let own = std::env::current_exe().expect("a program has a path");
        let mut child = Command::new(own)
            .arg("serve")
            .arg(directory)
            .args([width.to_string(), height.to_string()])
            .env("JSIMD_FORCENONE", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("this program runs");
        let asks = child.stdin.take().expect("it is piped");
        let answers = BufReader::new(child.stdout.take().expect("it is piped"));
        Self {
            child,
            asks,
            answers,
        }
    }

    /// Encodes at all of `qualities`; gives the ms that it took there.
    fn encode(&mut self, qualities: &[u8]) -> f64 {
        let words: Vec<String> = qualities.iter().map(u8::to_string).collect();
        writeln!(self.asks, "{}", words.join(" ")).expect("it listens");
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("it answers");
        line.trim().parse().expect("milliseconds")
    }
}

impl Drop for Plain {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The other end: a line of qualities in, the ms of encoding them out.
pub fn serve(directory: &Path, width: usize, height: usize) {
    let frame = Frame::read(directory, width, height);
    for line in std::io::stdin().lines() {
        let line = line.expect("words");
        let qualities: Vec<u8> = line
            .split(' ')
            .map(|word| word.parse().expect("a quality"))
            .collect();
        let mut encode = turbo_rgb(&frame, Sampling::S420, &qualities);
        encode();
        let start = cpu_ms();
        encode();
        println!("{}", cpu_ms() - start);
    }
}
