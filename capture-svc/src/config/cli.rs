//! The command line: every setting as the operator spells it.

use bus::NatsArgs;
use clap::{Args, Parser, Subcommand, ValueEnum};
use process::LogArgs;

use super::events::EventArgs;
use super::http::HttpArgs;

/// Owns the camera and publishes JPEG frames to NATS while somebody wants them.
#[derive(Debug, Parser)]
#[command(name = "capture-svc", version, about, max_term_width = 110)]
pub struct Cli {
    /// What to do; without it: serve.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// The settings.
    #[command(flatten)]
    pub settings: Settings,
}

/// What to do beside serving.
#[derive(Debug, Clone, Subcommand)]
pub enum Command {
    /// List the cameras of this machine with their formats and controls.
    List {
        /// JSON for programs.
        #[arg(long)]
        json: bool,
    },
    /// Open the camera, read some frames, report format, frame rate and jitter.
    Probe {
        /// JSON for programs.
        #[arg(long)]
        json: bool,
    },
    /// Close the camera whatever the demand, open it again, or show the switch.
    Privacy {
        /// What to set.
        switch: PrivacySwitch,
    },
    /// Make a NATS nkey: write its seed to FILE unless that exists, print the public key for nats-users.conf.
    Nkey {
        /// Where the seed is kept, readable by this user only; then `NATS_NKEY_FILE`.
        file: std::path::PathBuf,
    },
    /// Run a program and end all that came of it when told to on stdin: what an exec: source is started by.
    #[command(hide = true)]
    Mind {
        /// The program and its arguments.
        #[arg(last = true, required = true)]
        words: Vec<std::ffi::OsString>,
    },
    /// Ask the running service whether it is alive; for containers without a shell.
    Healthcheck,
}

/// The privacy switch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PrivacySwitch {
    /// The camera stays closed.
    On,
    /// The camera follows the demand.
    Off,
    /// Print `on` or `off`.
    Show,
}

/// Until the pictures of real cameras have been compared.
const HOLD_DEFAULT: &str = "off";

/// Every setting as the operator spelled it.
#[derive(Debug, Clone, Args)]
pub struct Settings {
    #[command(flatten)]
    pub(super) nats: NatsArgs,
    /// File with a table [camera.<name>] for each of several cameras, with settings as the flags are called; read again at
    /// SIGHUP
    #[arg(long, env = "CAPTURE_CONFIG", global = true)]
    pub(super) config: Option<String>,
    /// Where frames come from: auto (first camera, else the pattern), pattern, /dev/video0, an index, a
    /// /dev/v4l/by-id/… path, name:<part of its name>, file:<path.mjpeg|path.y4m>, http(s)://[user@]camera/path,
    /// exec:<a program and its arguments> that writes pictures to its stdout
    #[arg(
        long,
        env = "CAPTURE_SOURCE",
        global = true,
        default_value = "auto",
        hide_env_values = true
    )]
    pub(super) source: String,
    /// Name of this camera on the bus: a-z, 0-9, '-'; unset: the default camera, or all that a file has
    #[arg(long, env = "CAPTURE_CAMERA_ID", global = true)]
    pub(super) camera_id: Option<String>,
    /// Width of the picture, pixels
    #[arg(long, env = "CAPTURE_WIDTH", global = true, default_value = "1280")]
    pub(super) width: String,
    /// Height of the picture, pixels
    #[arg(long, env = "CAPTURE_HEIGHT", global = true, default_value = "720")]
    pub(super) height: String,
    /// Frames per second at the most; a slower camera is passed on whole
    #[arg(long, env = "CAPTURE_FPS", global = true, default_value = "34")]
    pub(super) fps: String,
    /// What to ask the camera for: auto, mjpeg, yuyv or nv12
    #[arg(long, env = "CAPTURE_FORMAT", global = true, default_value = "auto")]
    pub(super) format: String,
    /// What the program of an exec: source writes: auto (mjpeg or y4m, whichever it is), mjpeg, y4m, or raw frames as
    /// yuv420p:<width>x<height>, nv12:…, yuyv:…
    #[arg(
        long,
        env = "CAPTURE_EXEC_FORMAT",
        global = true,
        default_value = "auto"
    )]
    pub(super) exec_format: String,
    /// Luma range of raw pictures: auto (what the camera announces), full or limited, for one that announces the wrong one
    #[arg(long, env = "CAPTURE_RANGE", global = true, default_value = "auto")]
    pub(super) range: String,
    /// Input of an analogue grabber: its number or a part of its name; unset: as it is
    #[arg(long, env = "CAPTURE_INPUT", global = true)]
    pub(super) input: Option<String>,
    /// Norm of an analogue signal: auto (as it is), pal, pal-m, pal-n, pal-60, ntsc, ntsc-jp or secam
    #[arg(long, env = "CAPTURE_STANDARD", global = true, default_value = "auto")]
    pub(super) standard: String,
    /// Colour resolution of the JPEGs: 420 or 422
    #[arg(
        long,
        env = "CAPTURE_SUBSAMPLING",
        global = true,
        default_value = "420"
    )]
    pub(super) subsampling: String,
    /// How long the camera stays open after the last viewer left: 10s, 500ms, 2m; 0s: not at all; never: for ever
    #[arg(long, env = "CAPTURE_LINGER", global = true, default_value = "10s")]
    pub(super) linger: String,
    /// Frames to skip after the camera was opened, while its exposure settles
    #[arg(long, env = "CAPTURE_WARMUP", global = true, default_value = "0")]
    pub(super) warmup: String,
    /// V4L2 controls to set when the camera is opened, as name=value,…; `capture-svc list` shows the names
    #[arg(long, env = "CAPTURE_CONTROLS", global = true, default_value = "")]
    pub(super) controls: String,
    /// Turn the picture clockwise by so many degrees: 0, 90, 180 or 270
    #[arg(long, env = "CAPTURE_ROTATE", global = true, default_value = "0")]
    pub(super) rotate: String,
    /// Mirror the picture, after it was turned: none, horizontal (left and right exchanged) or vertical
    #[arg(long, env = "CAPTURE_FLIP", global = true, default_value = "none")]
    pub(super) flip: String,
    #[command(flatten)]
    pub(super) http: HttpArgs,
    /// Who encodes: ladder (transform once, quantise many) or reference (the crate jpeg-encoder)
    #[arg(long, env = "CAPTURE_ENCODER", global = true, default_value = "ladder")]
    pub(super) encoder: String,
    /// Whether what stands still is used again instead of being encoded anew: auto or off
    #[arg(long, env = "CAPTURE_HOLD", global = true, default_value = HOLD_DEFAULT)]
    pub(super) hold: String,
    /// Within what time everything that is held is encoded anew: 10s, 500ms, 2m
    #[arg(
        long,
        env = "CAPTURE_HOLD_REFRESH",
        global = true,
        default_value = "10s"
    )]
    pub(super) hold_refresh: String,
    /// Whether what has stood still for a dozen frames is shown once as their mean, nearly without noise: on or off. A frame is then no longer what the camera delivered at one moment. Takes `CAPTURE_HOLD=auto`
    #[arg(long, env = "CAPTURE_SETTLE", global = true, default_value = "off")]
    pub(super) settle: String,
    #[command(flatten)]
    pub(super) events: EventArgs,
    /// Replicas of the demand and control buckets: 1, or 3 on a cluster of NATS servers
    #[arg(
        long,
        env = "CAPTURE_BUCKET_REPLICAS",
        global = true,
        default_value = "1"
    )]
    pub(super) bucket_replicas: String,
    /// Address of /metrics, /healthz and /readyz
    #[arg(
        long,
        env = "CAPTURE_ADMIN_LISTEN",
        global = true,
        default_value = "127.0.0.1:9101"
    )]
    pub(super) admin_listen: String,
    /// Names under which the admin port is served beside localhost and addresses, comma-separated
    #[arg(long, env = "CAPTURE_ALLOWED_HOSTS", global = true, default_value = "")]
    pub(super) allowed_hosts: String,
    #[command(flatten)]
    pub(super) log: LogArgs,
}
