//! libjpeg-turbo's programs: a picture in, a JPEG out, and back. Found on the PATH.

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use anyhow::Context as _;

/// A decoded picture: R, G, B.
pub(crate) struct Decoded {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) rgb: Vec<u8>,
}

impl Decoded {
    /// As the programs read and write it.
    pub(crate) fn ppm(&self) -> Vec<u8> {
        let mut ppm = format!("P6\n{} {}\n255\n", self.width, self.height).into_bytes();
        ppm.extend_from_slice(&self.rgb);
        ppm
    }

    fn of_ppm(ppm: &[u8]) -> Option<Self> {
        let mut lines = ppm.splitn(4, |&byte| byte == b'\n');
        let mut line = || std::str::from_utf8(lines.next()?).ok();
        let (kind, size, _) = (line()?, line()?, line()?);
        let (width, height) = size.split_once(' ')?;
        let (width, height): (usize, usize) = (width.parse().ok()?, height.parse().ok()?);
        let rgb = lines.next()?.to_vec();
        (kind == "P6" && rgb.len() == 3 * width * height).then_some(Self { width, height, rgb })
    }
}

/// The picture as a JPEG; the switches are `cjpeg`'s.
pub(crate) fn encode(switches: &[&str], picture: &Decoded) -> anyhow::Result<Vec<u8>> {
    made("cjpeg", switches, &picture.ppm())
}

/// Another JPEG of the same coefficients; the switches are `jpegtran`'s.
pub(crate) fn transform(switches: &[&str], jpeg: &[u8]) -> anyhow::Result<Vec<u8>> {
    made("jpegtran", switches, jpeg)
}

/// The picture as libjpeg-turbo shows it, with or without a warning; `None` if it shows none.
pub(crate) fn decode(jpeg: &[u8]) -> anyhow::Result<Option<Decoded>> {
    Ok(Decoded::of_ppm(&run("djpeg", &["-rgb"], jpeg)?.stdout))
}

/// Of the decoder.
pub(crate) fn version() -> anyhow::Result<String> {
    let told = run("djpeg", &["-version"], &[])?;
    let words = [told.stdout, told.stderr].concat();
    Ok(String::from_utf8_lossy(&words).trim().to_owned())
}

fn made(program: &str, switches: &[&str], input: &[u8]) -> anyhow::Result<Vec<u8>> {
    let output = run(program, switches, input)?;
    let words = String::from_utf8_lossy(&output.stderr);
    anyhow::ensure!(output.status.success(), "{program} {switches:?}: {words}");
    Ok(output.stdout)
}

fn run(program: &str, switches: &[&str], input: &[u8]) -> anyhow::Result<Output> {
    let mut child = Command::new(program)
        .args(switches)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("{program} does not run; cargo xtask tools gets it"))?;
    let mut stdin = child.stdin.take().expect("a pipe was asked for");
    let output = std::thread::scope(|scope| {
        // One that has seen enough closes its end.
        scope.spawn(move || drop(stdin.write_all(input)));
        child.wait_with_output()
    })?;
    Ok(output)
}
