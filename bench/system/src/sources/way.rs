//! Each way in, started, with whatever is at its other end.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, pidfd_open};
use testkit::{Cameras, HttpAnswer, HttpCamera};

use super::pictures::{Layout, Pictures};
use super::player::EVERY;
use crate::measured::MeasuredStack;

/// A camera that does not end within this never will.
const ENDS_WITHIN: Duration = Duration::from_secs(10);

/// How exactly an end is seen that cannot be waited for.
const LOOK_EVERY: Duration = Duration::from_micros(500);

/// How a camera's pictures come into capture-svc.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    V4l2Yuyv,
    ExecYuyv,
    ExecPlanes,
    V4l2Mjpeg,
    ExecMjpeg,
    HttpMjpeg,
}

impl Way {
    pub(super) const ALL: [Self; 6] = [
        Self::V4l2Yuyv,
        Self::ExecYuyv,
        Self::ExecPlanes,
        Self::V4l2Mjpeg,
        Self::ExecMjpeg,
        Self::HttpMjpeg,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::V4l2Yuyv => "V4L2, YUYV",
            Self::ExecYuyv => "exec, yuyv:1280x720",
            Self::ExecPlanes => "exec, yuv420p:1280x720",
            Self::V4l2Mjpeg => "V4L2, MJPEG",
            Self::ExecMjpeg => "exec, MJPEG",
            Self::HttpMjpeg => "http, MJPEG",
        }
    }

    /// The V4L2 camera that it is held against.
    pub(super) fn beside(self) -> Self {
        match self {
            Self::V4l2Yuyv | Self::ExecYuyv | Self::ExecPlanes => Self::V4l2Yuyv,
            Self::V4l2Mjpeg | Self::ExecMjpeg | Self::HttpMjpeg => Self::V4l2Mjpeg,
        }
    }

    /// Starts the services on it; the camera itself waits for a viewer.
    pub(super) fn start(self, pictures: &Pictures) -> anyhow::Result<Source> {
        match self {
            Self::V4l2Yuyv => v4l2("yuyv"),
            Self::V4l2Mjpeg => v4l2("mjpeg"),
            Self::ExecYuyv => exec(&pictures.raw(Layout::Yuyv)?, "yuyv:1280x720"),
            Self::ExecPlanes => exec(&pictures.raw(Layout::Planes)?, "yuv420p:1280x720"),
            Self::ExecMjpeg => exec(&pictures.compressed()?, "mjpeg"),
            Self::HttpMjpeg => http(&pictures.jpegs),
        }
    }
}

/// The services, and their camera.
pub(super) struct Source {
    pub(super) measured: MeasuredStack,
    camera: Camera,
}

enum Camera {
    #[expect(dead_code, reason = "held for its end")]
    V4l2(Cameras),
    /// The file that it plays names the program.
    Exec(String),
    Http(HttpCamera),
}

fn start(settings: &[(&str, &str)], camera: Camera) -> anyhow::Result<Source> {
    let settings = [&[("CAPTURE_LINGER", "0s")], settings].concat();
    let measured = MeasuredStack::start(1, &settings)?;
    Ok(Source { measured, camera })
}

fn v4l2(format: &str) -> anyhow::Result<Source> {
    let cameras = Cameras::one("clock");
    let own = [
        ("CAPTURE_WIDTH", "1280"),
        ("CAPTURE_HEIGHT", "720"),
        ("CAPTURE_FORMAT", format),
    ];
    let measured = MeasuredStack::start(
        1,
        &[&[("CAPTURE_LINGER", "0s")], &cameras.settings(&own)[..]].concat(),
    )?;
    let camera = Camera::V4l2(cameras);
    Ok(Source { measured, camera })
}

fn exec(file: &Path, format: &str) -> anyhow::Result<Source> {
    let player = std::env::current_exe()?;
    let source = format!("exec:'{}' --play '{}'", player.display(), file.display());
    let settings = [
        ("CAPTURE_SOURCE", source.as_str()),
        ("CAPTURE_EXEC_FORMAT", format),
    ];
    start(&settings, Camera::Exec(file.display().to_string()))
}

fn http(jpegs: &[Vec<u8>]) -> anyhow::Result<Source> {
    let camera = HttpCamera::start(|_| {
        HttpAnswer::stream(&[
            "HTTP/1.1 200 OK",
            "Content-Type: multipart/x-mixed-replace;boundary=frame",
        ])
    });
    let parts = jpegs.iter().map(|jpeg| {
        let head = format!(
            "--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {}\r\n\r\n",
            jpeg.len()
        );
        [head.as_bytes(), jpeg, b"\r\n"].concat()
    });
    camera.play(parts.collect(), EVERY);
    let source = format!("http://{}/stream", camera.address());
    start(&[("CAPTURE_SOURCE", &source)], Camera::Http(camera))
}

impl Source {
    /// Capture-svc, and where the camera is a program, what minds it.
    pub(super) fn pids(&self) -> anyhow::Result<Vec<u32>> {
        let mut pids = vec![self.measured.stack.capture().pid()];
        if let Camera::Exec(file) = &self.camera {
            pids.push(process_of(file, false)?);
        }
        Ok(pids)
    }

    /// The program, where the camera is one.
    pub(super) fn program(&self) -> anyhow::Result<Option<u32>> {
        match &self.camera {
            Camera::Exec(file) => process_of(file, true).map(Some),
            Camera::V4l2(_) | Camera::Http(_) => Ok(None),
        }
    }

    /// How long it takes from `leave` until the program, the connection or the device is no more.
    pub(super) fn ends(&self, leave: impl FnOnce()) -> anyhow::Result<Duration> {
        let program = match self.program()? {
            Some(pid) => {
                let pid = Pid::from_raw(pid.cast_signed()).context("a process has an id")?;
                Some(pidfd_open(pid, PidfdFlags::empty())?)
            }
            None => None,
        };
        let began = Instant::now();
        leave();
        if let Some(program) = program {
            let patience = Timespec::try_from(ENDS_WITHIN)?;
            let mut ended = [PollFd::new(&program, PollFlags::IN)];
            ensure!(
                poll(&mut ended, Some(&patience))? > 0,
                "the program does not end"
            );
            return Ok(began.elapsed());
        }
        while self.is_open() {
            ensure!(began.elapsed() < ENDS_WITHIN, "the camera stays open");
            std::thread::sleep(LOOK_EVERY);
        }
        Ok(began.elapsed())
    }

    fn is_open(&self) -> bool {
        match &self.camera {
            Camera::Http(camera) => camera.seen().open > 0,
            Camera::V4l2(_) | Camera::Exec(_) => {
                self.measured.capture_metric("capture_camera_open") > 0.5
            }
        }
    }
}

/// The process whose command names `file`: the program that plays it, or the other one, which minds that.
fn process_of(file: &str, plays: bool) -> anyhow::Result<u32> {
    let player = std::env::current_exe()?;
    let entries = std::fs::read_dir("/proc")?.flatten();
    let mut pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let found = pids.find(|pid| {
        let command = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        let named = command
            .split(|byte| *byte == 0)
            .any(|word| word == file.as_bytes());
        let program = std::fs::read_link(format!("/proc/{pid}/exe"));
        named && program.is_ok_and(|program| (program == player) == plays)
    });
    found.with_context(|| format!("no process plays {file}"))
}
