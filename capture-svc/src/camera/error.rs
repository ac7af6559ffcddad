//! PURE: what can go wrong with a camera, each with a reason for programs and words for a person. It is told what was
//! found and finds nothing out itself.

use std::{io, path::PathBuf, time::Duration};

use jpeg_ladder::JpegKind;
use wire::Reason;

use super::http::HttpError;

/// Why a source does not open or stopped delivering. The text is the status message's `detail`.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CameraError {
    /// Gone from the bus.
    #[error("the camera was unplugged; the picture returns when it is back")]
    Unplugged,
    /// Another program streams from it.
    #[error(
        "{node} is in use by {}{}",
        holder.as_deref().unwrap_or("another program (run `fuser -v` on it as root to see which)"),
        confused_with(twins)
    )]
    Busy {
        /// The device node.
        node: PathBuf,
        /// Who has it, as far as `/proc` tells: `ffmpeg (pid 812)`.
        holder: Option<String>,
        /// Other cameras that its by-id link or its name may have meant.
        twins: Vec<PathBuf>,
    },
    /// Not allowed to open it.
    #[error("{0}")]
    Permission(Box<Permission>),
    /// No device where the setting points.
    #[error("{0}")]
    NotFound(String),
    /// No frame for too long.
    #[error("the camera is connected but has sent no picture for {:.1} s", .0.as_secs_f64())]
    Stalled(Duration),
    /// A program that has ended.
    #[error("{program} {how}{}; it is started again", said(last_words.as_deref()))]
    Exited {
        /// What people call it.
        program: String,
        /// What became of it: `has ended with exit code 1`.
        how: String,
        /// Its last line on stderr.
        last_words: Option<String>,
    },
    /// A program that runs and writes nothing.
    #[error("{program} has written no picture for {:.1} s{}", silent.as_secs_f64(), said(last_words.as_deref()))]
    Silent {
        /// What people call it.
        program: String,
        /// For how long.
        silent: Duration,
        /// Its last line on stderr.
        last_words: Option<String>,
    },
    /// Not allowed to run a program.
    #[error("{0}")]
    Forbidden(String),
    /// Nothing usable on offer.
    #[error("{0}")]
    Unsupported(String),
    /// Pictures of a kind that is not read.
    #[error(
        "the camera sends {0}, which is not read: CAPTURE_FORMAT=yuyv or nv12, if `capture-svc list` shows that it has one \
         of them"
    )]
    Unread(JpegKind),
    /// `ENOSPC` from the USB stack at stream start.
    #[error(
        "no USB bandwidth left for {0}: other cameras on the same bus reserve it; use another USB port or hub, \
         CAPTURE_FORMAT=mjpeg, or a smaller CAPTURE_WIDTH and CAPTURE_HEIGHT"
    )]
    UsbBandwidth(PathBuf),
    /// Too many damaged frames in a row.
    #[error("the camera sent {0} damaged pictures in a row")]
    Corrupt(u32),
    /// A file that cannot be played.
    #[error("{}: {problem}", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// An HTTP camera.
    #[error("{0}")]
    Http(#[from] HttpError),
    /// The driver does not return from a call.
    #[error("the camera driver does not answer ({0}); it is left alone and another attempt made")]
    Wedged(&'static str),
    /// Anything else that the kernel refused.
    #[error("{doing} failed: {cause}")]
    Device {
        /// What was being done.
        doing: String,
        /// What the kernel said.
        #[source]
        cause: io::Error,
    },
}

impl CameraError {
    /// The word for programs.
    #[must_use]
    pub(crate) fn reason(&self) -> Reason {
        match self {
            Self::Unplugged => Reason::Unplugged,
            Self::Busy { .. } => Reason::Busy,
            Self::Permission(_) | Self::Forbidden(_) => Reason::Permission,
            Self::NotFound(_) => Reason::NotFound,
            Self::Stalled(_) | Self::Silent { .. } | Self::Wedged(_) => Reason::Stalled,
            Self::Exited { .. } => Reason::Exited,
            Self::Unsupported(_) | Self::Unread(_) => Reason::Unsupported,
            Self::UsbBandwidth(_) => Reason::UsbBandwidth,
            Self::Corrupt(_) => Reason::Corrupt,
            Self::File { .. } => Reason::File,
            Self::Http(error) => error.reason(),
            Self::Device { .. } => Reason::Failed,
        }
    }
}

/// What a program said last, as the end of a sentence.
fn said(last_words: Option<&str>) -> String {
    last_words.map_or_else(String::new, |words| format!(": {words}"))
}

/// Why the camera that is in use may be another than the one that was meant.
fn confused_with(twins: &[PathBuf]) -> String {
    if twins.is_empty() {
        return String::new();
    }
    let twins: Vec<_> = twins
        .iter()
        .map(|twin| twin.display().to_string())
        .collect();
    format!(
        "; {} has the same serial number, so that a by-id link or name: means either: name each camera by the port it is \
         plugged into, /dev/v4l/by-path/… (`capture-svc list` shows it)",
        twins.join(", ")
    )
}

/// Who we are and whose the node is: enough to say which line mends it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Permission {
    /// The device node.
    pub node: PathBuf,
    /// Our effective user.
    pub uid: u32,
    /// All our groups.
    pub gids: Vec<u32>,
    /// The node's owner.
    pub node_uid: u32,
    /// The node's group.
    pub node_gid: u32,
    /// The node's permission bits.
    pub mode: u32,
    /// Whether the refusal came although the bits allow it: then the container's device list (cgroup) refuses.
    pub by_cgroup: bool,
}

impl std::fmt::Display for Permission {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            uid,
            node_uid,
            node_gid,
            mode,
            ..
        } = self;
        let node = self.node.display();
        let gids = self
            .gids
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(",");
        write!(
            out,
            "not allowed to open {node}: we are uid {uid} with groups {gids}, the node is {mode:04o} of uid {node_uid}, group \
             {node_gid}. "
        )?;
        if self.by_cgroup {
            return write!(
                out,
                "The permission bits allow it, so the container's device list refuses: Docker: --device {node} (or \
                 --device-cgroup-rule 'c 81:* rmw' with /dev mounted, which survives replugging); compose: \
                 device_cgroup_rules: ['c 81:* rmw']; Kubernetes: request the camera from a device plugin"
            );
        }
        write!(
            out,
            "Mend it: Docker: --group-add {node_gid}; compose: group_add: ['{node_gid}']; Kubernetes: \
             securityContext.supplementalGroups: [{node_gid}]; without a container: sudo usermod -aG {node_gid} $USER, then \
             log in again"
        )
    }
}

/// How long to wait before attempt `attempt` (from 1) after a failure: a camera that is absent or silent is looked for
/// about once a second, so that a replugged one is back within three; anything else backs off to 5 s, because trying
/// has a cost for whoever has the camera. One that refuses our password is asked seldom: many lock out for half an hour
/// who is wrong a few times. `jitter` is from 0 to 1: several services must not try in step.
#[must_use]
pub(super) fn retry_after(reason: Reason, attempt: u32, jitter: f64) -> Duration {
    let (first, longest) = match reason {
        Reason::Unplugged | Reason::NotFound | Reason::Stalled | Reason::Unreachable => {
            (Duration::from_millis(250), Duration::from_secs(1))
        }
        Reason::Unauthorized => (Duration::from_secs(10), Duration::from_secs(300)),
        _ => (Duration::from_millis(250), Duration::from_secs(5)),
    };
    let grown = first * 2u32.saturating_pow(attempt.saturating_sub(1).min(8));
    grown.min(longest).mul_f64(0.8 + 0.4 * jitter)
}

#[cfg(test)]
mod tests;
