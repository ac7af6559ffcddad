//! OpenCV in a Python of its own, which answers in the same turns as everyone else.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// OpenCV in its own Python: YUYV to BGR, then `imencode` for each quality.
pub struct OpenCv {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
}

impl OpenCv {
    pub fn start(python: &str) -> Self {
        let mut child = Command::new(python)
            .args(["-c", include_str!("../opencv.py")])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{python} with cv2 is needed: {error}"));
        let (to, from) = (
            child.stdin.take().expect("piped"),
            child.stdout.take().expect("piped"),
        );
        Self {
            child,
            to,
            from: BufReader::new(from),
        }
    }

    fn say(&mut self, line: &str, bytes: &[u8]) -> String {
        writeln!(self.to, "{line}").expect("Python lives");
        self.to.write_all(bytes).expect("Python lives");
        self.to.flush().expect("Python lives");
        let mut answer = String::new();
        self.from.read_line(&mut answer).expect("Python lives");
        assert!(
            !answer.is_empty(),
            "OpenCV's Python ended: has it numpy and opencv-python-headless?"
        );
        answer
    }

    pub fn load(&mut self, what: &str, width: usize, height: usize, bytes: &[u8]) {
        self.say(&format!("{what} {width} {height} {}", bytes.len()), bytes);
    }

    pub fn encode(&mut self, qualities: &[u8]) -> (usize, Option<f64>) {
        let list: Vec<String> = qualities.iter().map(u8::to_string).collect();
        let answer = self.say(&format!("encode {}", list.join(",")), &[]);
        let (size, ms) = answer.trim().split_once(' ').expect("two numbers");
        (size.parse().expect("bytes"), Some(ms.parse().expect("ms")))
    }
}

impl Drop for OpenCv {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
