//! Each system, started on the stand-in's camera until it answers, with whatever else it needs.

use std::fmt::Write as _;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use testkit::{Cameras, ChildProcess, Scratch, find_on_path};

use super::crowd::{Address, Crowd};
use super::framing::Framing;
use crate::measured::MeasuredStack;
use crate::usage::{Snapshot, proportional_mb};

/// From the start of a program until it has opened its camera and serves it.
const SHOWS_WITHIN: Duration = Duration::from_secs(20);

/// What the camera sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Yuyv,
    Mjpeg,
}

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum System {
    Ours,
    OursWebSocket,
    /// With one worker.
    UstreamerOne,
    /// With as many workers as it takes by itself.
    Ustreamer,
    Motion,
}

/// It, running. All of it ends with this value.
pub(crate) struct Server {
    pub(crate) address: Address,
    pids: Vec<u32>,
    _parts: Parts,
}

/// What is kept alive.
#[expect(dead_code, reason = "held for their ends")]
enum Parts {
    Ours(Box<MeasuredStack>, Cameras),
    Peer(ChildProcess, Cameras, Scratch),
}

impl Format {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Yuyv => "YUYV",
            Self::Mjpeg => "MJPEG",
        }
    }
}

impl System {
    pub(crate) const ALL: [Self; 5] = [
        Self::Ours,
        Self::OursWebSocket,
        Self::UstreamerOne,
        Self::Ustreamer,
        Self::Motion,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ours => "ours, /stream.mjpg",
            Self::OursWebSocket => "ours, /websocket",
            Self::UstreamerOne => "uStreamer, one worker",
            Self::Ustreamer => "uStreamer, as it comes",
            Self::Motion => "Motion",
        }
    }

    /// The program of somebody else that it is.
    pub(crate) fn program(self) -> Option<&'static str> {
        match self {
            Self::Ours | Self::OursWebSocket => None,
            Self::UstreamerOne | Self::Ustreamer => Some("ustreamer"),
            Self::Motion => Some("motion"),
        }
    }

    /// Starts it on a camera of its own.
    pub(crate) fn start(self, format: Format) -> anyhow::Result<Server> {
        let cameras = Cameras::one("clock");
        match self {
            Self::Ours => ours(cameras, format, "/stream.mjpg?quality=80", Framing::Parts),
            Self::OursWebSocket => ours(cameras, format, "/websocket/80", Framing::Messages),
            Self::UstreamerOne => ustreamer(cameras, format, &["--workers", "1"]),
            Self::Ustreamer => ustreamer(cameras, format, &[]),
            Self::Motion => motion(cameras, format),
        }
    }
}

impl Server {
    /// Of each of its processes.
    pub(crate) fn snapshots(&self) -> anyhow::Result<Vec<Snapshot>> {
        self.pids.iter().copied().map(Snapshot::of).collect()
    }

    /// Of all its processes together.
    pub(crate) fn memory_mb(&self) -> anyhow::Result<f64> {
        self.pids.iter().copied().map(proportional_mb).sum()
    }
}

fn ours(cameras: Cameras, format: Format, path: &str, framing: Framing) -> anyhow::Result<Server> {
    let wanted = match format {
        Format::Yuyv => "yuyv",
        Format::Mjpeg => "mjpeg",
    };
    let settings = cameras.settings(&[
        ("CAPTURE_WIDTH", "1280"),
        ("CAPTURE_HEIGHT", "720"),
        ("CAPTURE_FORMAT", wanted),
    ]);
    let measured = MeasuredStack::start(1, &settings)?;
    let stack = &measured.stack;
    Ok(Server {
        address: Address {
            host: stack.gateway().public(),
            path: path.to_owned(),
            framing,
        },
        pids: vec![
            stack.capture().pid(),
            stack.nats().pid(),
            stack.gateway().pid(),
        ],
        _parts: Parts::Ours(Box::new(measured), cameras),
    })
}

fn ustreamer(cameras: Cameras, format: Format, more: &[&str]) -> anyhow::Result<Server> {
    let mut command = command("ustreamer")?;
    let host = free_port()?;
    let port = host.port().to_string();
    command.args(["--device", "/dev/video7", "--resolution", "1280x720"]);
    command.args(["--desired-fps", "34", "--quality", "80", "--tcp-nodelay"]);
    command.args(["--host", "127.0.0.1", "--port", &port]);
    command.args(match format {
        Format::Yuyv => ["--format", "YUYV", "--encoder", "CPU"],
        Format::Mjpeg => ["--format", "MJPEG", "--encoder", "HW"],
    });
    command.args(more);
    peer(cameras, command, host, "/stream", Scratch::new("ustreamer"))
}

/// Detecting, as it is there for, and never finding enough to begin an event; nothing is saved.
fn motion(cameras: Cameras, format: Format) -> anyhow::Result<Server> {
    let host = free_port()?;
    let scratch = Scratch::new("motion");
    // Source: util's list of palettes in Motion's own documentation.
    let palette = match format {
        Format::Yuyv => 15,
        Format::Mjpeg => 8,
    };
    let mut settings = String::from("daemon off\nsetup_mode off\nwebcontrol_port 0\n");
    settings += "video_device /dev/video7\nwidth 1280\nheight 720\nframerate 34\n";
    settings += "threshold 921600\npicture_output off\nmovie_output off\n";
    settings += "stream_localhost on\nstream_quality 80\nstream_maxrate 34\n";
    let own = scratch.path();
    let target = own.display();
    write!(
        settings,
        "video_params palette={palette}\nstream_port {}\ntarget_dir {target}\n",
        host.port()
    )?;
    let file = own.join("motion.conf");
    std::fs::write(&file, settings)?;
    let mut command = command("motion")?;
    command.arg("-n").arg("-c").arg(&file);
    peer(cameras, command, host, "/", scratch)
}

fn peer(
    cameras: Cameras,
    mut command: Command,
    host: SocketAddr,
    path: &str,
    scratch: Scratch,
) -> anyhow::Result<Server> {
    cameras.attach(&mut command);
    let log = scratch.path().join("log");
    let child = ChildProcess::spawn(&command, &log)?;
    let address = Address {
        host,
        path: path.to_owned(),
        framing: Framing::Parts,
    };
    let began = Instant::now();
    // Motion listens before it has a picture, and ends streams until then.
    while let Err(error) = first_picture(&address) {
        if began.elapsed() > SHOWS_WITHIN {
            let said = std::fs::read_to_string(&log).unwrap_or_default();
            bail!("{command:?} shows nothing on {host}: {error:#}\n{said}");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(Server {
        address,
        pids: vec![child.pid()],
        _parts: Parts::Peer(child, cameras, scratch),
    })
}

fn first_picture(address: &Address) -> anyhow::Result<()> {
    let mut crowd = Crowd::new()?;
    crowd.join(address, None)?;
    crowd.await_pictures()
}

/// Where the program is, by `PEERS_ROOT` (Debian's packages, unpacked) or on the PATH.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let unpacked = unpacked().map(|root| root.join("usr/bin").join(program));
    unpacked
        .filter(|path| path.is_file())
        .or_else(|| find_on_path(program))
}

fn unpacked() -> Option<PathBuf> {
    std::env::var_os("PEERS_ROOT").map(PathBuf::from)
}

fn command(program: &str) -> anyhow::Result<Command> {
    let path = find(program).with_context(|| format!("there is no {program}"))?;
    let mut command = Command::new(&path);
    if let Some(root) = unpacked().filter(|root| path.starts_with(root)) {
        let beside = ["usr/lib", "lib"].map(|lib| root.join(lib));
        command.env("LD_LIBRARY_PATH", std::env::join_paths(libraries(&beside))?);
    }
    Ok(command)
}

/// Where Debian puts libraries: a directory for each kind of machine, and some have one of their own in it.
fn libraries(beside: &[PathBuf]) -> Vec<PathBuf> {
    let inside = |directory: &PathBuf| {
        let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
        let paths = entries.map(|entry| entry.path());
        paths.filter(|path| path.is_dir()).collect::<Vec<_>>()
    };
    let machines: Vec<_> = beside.iter().flat_map(inside).collect();
    let own = machines.iter().flat_map(inside);
    machines.iter().cloned().chain(own).collect()
}

fn free_port() -> anyhow::Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}
