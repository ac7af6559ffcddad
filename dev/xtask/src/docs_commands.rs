//! The documents' own commands, as a new user types them: `cargo xtask run` from the README, then what is done beside it.
//!
//! The commands are read from the documents, so that these cannot promise what does not work. Only what a person would
//! change is changed: the port, and where files lie.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use crate::probe;
use crate::shell::{Environment, Outcome, binaries, say, workspace};

/// Several times what anything here takes once all is built.
const STEP_WITHIN: Duration = Duration::from_secs(120);
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// Pictures in the recording that is played afterwards.
const RECORDED_PICTURES: usize = 30;

/// Goes through all of it.
pub(crate) fn play(environment: &Environment) -> Outcome<()> {
    let scratch = workspace().join("target/walk");
    let _ = fs::remove_dir_all(&scratch);
    fs::create_dir_all(&scratch).map_err(|error| format!("{}: {error}", scratch.display()))?;
    let readme = commands_of("README.md")?;
    let protocol = commands_of("docs/protocol.md")?;
    let pattern = command(&readme, "CAPTURE_SOURCE=pattern cargo xtask run")?;
    let file = command(
        &readme,
        "CAPTURE_SOURCE=file:recording.mjpeg cargo xtask run",
    )?;

    let running = RunningStack::start(environment, pattern)?;
    running.shows("pattern")?;
    let recording = scratch.join("recording.mjpeg");
    record(&running, &recording)?;
    privacy(&running)?;
    hls(&running, command(&protocol, "ffmpeg ")?, &scratch)?;
    running.stops()?;

    let file = file.replace("recording.mjpeg", &recording.display().to_string());
    let running = RunningStack::start(environment, &file)?;
    running.shows("file")?;
    running.stops()
}

/// What the document's `sh` blocks hold, a command each; a backslash at the end of a line continues it.
fn commands_of(document: &str) -> Outcome<Vec<String>> {
    let text = fs::read_to_string(workspace().join(document))
        .map_err(|error| format!("{document}: {error}"))?;
    let mut found = Vec::new();
    for block in text.split("```sh\n").skip(1) {
        let block = block.split("```").next().unwrap_or_default();
        let lines = block.replace("\\\n", " ");
        found.extend(lines.lines().map(str::to_owned));
    }
    Ok(found)
}

fn command<'a>(commands: &'a [String], beginning: &str) -> Outcome<&'a str> {
    let mut found = commands.iter().filter(|line| line.starts_with(beginning));
    found
        .next()
        .map(String::as_str)
        .ok_or_else(|| format!("no document says any more how to do this: {beginning}"))
}

/// `cargo xtask run` as a person has it before them.
struct RunningStack<'a> {
    environment: &'a Environment,
    child: Child,
    gateway: SocketAddr,
    /// What the line `Bus` says.
    bus: String,
    lines: Receiver<String>,
}

impl<'a> RunningStack<'a> {
    fn start(environment: &'a Environment, typed: &str) -> Outcome<Self> {
        say(&format!("walk: {typed}"));
        let mut shell = environment.command("sh");
        // Its own group, as a terminal makes one: Ctrl-C goes to all of it.
        shell.args(["-c", typed]).process_group(0);
        shell
            .env("GATEWAY_LISTEN", "127.0.0.1:0")
            .stdout(Stdio::piped());
        let mut child = shell.spawn().map_err(|error| error.to_string())?;
        let output = child.stdout.take().expect("it is piped");
        let (tell, lines) = channel();
        let read = move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                println!("{line}");
                let _ = tell.send(line);
            }
        };
        let thread = std::thread::Builder::new().name("walk".to_owned());
        thread.spawn(read).map_err(|error| error.to_string())?;
        let mut running = Self {
            environment,
            child,
            gateway: SocketAddr::from(([127, 0, 0, 1], 0)),
            bus: String::new(),
            lines,
        };
        let url = running.said("Watch")?;
        let address = url.strip_prefix("http://").unwrap_or(&url);
        running.gateway = address
            .parse()
            .map_err(|_| format!("{url:?} is no address of this machine"))?;
        running.bus = running.said("Bus")?;
        Ok(running)
    }

    /// What stands behind `label` in a line of the announcement.
    fn said(&self, label: &str) -> Outcome<String> {
        let until = Instant::now() + STEP_WITHIN;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let line = self.lines.recv_timeout(left).map_err(|error| match error {
                RecvTimeoutError::Timeout => format!("no line {label:?} within {STEP_WITHIN:?}"),
                RecvTimeoutError::Disconnected => format!("it ended without a line {label:?}"),
            })?;
            if let Some(rest) = line.trim_start().strip_prefix(label) {
                return Ok(rest.trim().to_owned());
            }
        }
    }

    fn shows(&self, source: &str) -> Outcome<()> {
        let page = self.get("/")?;
        if !page
            .windows(9)
            .any(|bytes| bytes.eq_ignore_ascii_case(b"</script>"))
        {
            return Err("the page has no script: it is not the client".to_owned());
        }
        probe::picture(self.environment, self.gateway)?;
        let shown = probe::source(self.environment, self.gateway)?;
        (shown == source)
            .then_some(())
            .ok_or(format!("it shows {shown:?} where {source:?} was asked for"))
    }

    fn get(&self, path: &str) -> Outcome<Vec<u8>> {
        probe::get(self.environment, self.gateway, path)
    }

    /// Ctrl-C: it ends well, and nobody listens any more.
    fn stops(mut self) -> Outcome<()> {
        signal("INT", &format!("-{}", self.child.id()))?;
        // Its own word: the shell around it dies of the signal, as it does in a terminal.
        self.said("xtask | all stopped")?;
        within("the end after Ctrl-C", || {
            self.child.try_wait().ok().flatten()
        })?;
        match TcpStream::connect(self.gateway) {
            Ok(_) => Err("the gateway still listens after Ctrl-C".to_owned()),
            Err(_) => Ok(()),
        }
    }
}

impl Drop for RunningStack<'_> {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            // It takes its parts with it.
            let _ = signal("TERM", &format!("-{}", self.child.id()));
            let _ = self.child.wait();
        }
    }
}

/// A recording is JPEGs one behind the other.
fn record(running: &RunningStack<'_>, recording: &Path) -> Outcome<()> {
    let mut pictures = Vec::new();
    for _ in 0..RECORDED_PICTURES {
        let picture = running.get("/snapshot.jpg")?;
        if !picture.starts_with(&[0xFF, 0xD8]) {
            return Err("/snapshot.jpg is no JPEG".to_owned());
        }
        pictures.extend(picture);
    }
    fs::write(recording, pictures).map_err(|error| error.to_string())
}

/// `capture-svc privacy on` beside the running services, with what the line `Bus` says.
fn privacy(running: &RunningStack<'_>) -> Outcome<()> {
    let capture = binaries("debug").join("capture-svc");
    for (word, state) in [("on", "privacy"), ("off", "live")] {
        let typed = format!("{} {} privacy {word}", running.bus, capture.display());
        say(&format!("walk: privacy {word}"));
        let status = Command::new("sh").args(["-c", &typed]).status();
        if !status.is_ok_and(|status| status.success()) {
            return Err(format!("failed: {typed}"));
        }
        within(&format!("the status {state:?}"), || {
            let _ = running.get("/snapshot.jpg");
            let status = running.get("/api/status").ok()?;
            let status = String::from_utf8_lossy(&status).into_owned();
            status.contains(&format!("\"{state}\"")).then_some(())
        })?;
    }
    Ok(())
}

/// `ffmpeg` as docs/protocol.md has it, until it has made a playlist of two pieces that it can read itself.
fn hls(running: &RunningStack<'_>, typed: &str, scratch: &Path) -> Outcome<()> {
    say(&format!("walk: {typed}"));
    let typed = typed.replace("127.0.0.1:6732", &running.gateway.to_string());
    let mut ffmpeg = Command::new("sh")
        .args(["-c", &format!("exec {typed}")])
        .current_dir(scratch)
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| error.to_string())?;
    let playlist = scratch.join("live.m3u8");
    let made = within("two pieces of HLS", || {
        let text = fs::read_to_string(&playlist).ok()?;
        (text.matches("#EXTINF").count() >= 2).then_some(())
    });
    let _ = signal("TERM", &ffmpeg.id().to_string());
    let _ = ffmpeg.wait();
    made?;
    let piece = fs::read_dir(scratch)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|extension| extension == "ts"))
        .ok_or("no piece beside the playlist")?;
    let probed = Command::new("ffprobe")
        .args([
            "-v",
            "error",
            "-show_entries",
            "stream=codec_name,width,height",
            "-of",
            "csv=p=0",
        ])
        .arg(&piece)
        .output()
        .map_err(|error| format!("ffprobe: {error}"))?;
    let seen = String::from_utf8_lossy(&probed.stdout).trim().to_owned();
    seen.starts_with("h264,1280,720")
        .then_some(())
        .ok_or(format!("{} holds {seen:?}", piece.display()))
}

fn signal(name: &str, to: &str) -> Outcome<()> {
    let sent = Command::new("kill")
        .args([&format!("-{name}"), "--", to])
        .status();
    sent.is_ok_and(|status| status.success())
        .then_some(())
        .ok_or(format!("cannot send SIG{name} to {to}"))
}

fn within<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> Outcome<T> {
    let until = Instant::now() + STEP_WITHIN;
    loop {
        if let Some(seen) = look() {
            return Ok(seen);
        }
        if Instant::now() > until {
            return Err(format!("{what}: not within {STEP_WITHIN:?}"));
        }
        std::thread::sleep(LOOK_EVERY);
    }
}
