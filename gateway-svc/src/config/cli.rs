//! How the settings are spelled: one flag and one environment variable each.

use bus::NatsArgs;
use clap::{Args, Parser, Subcommand};
use process::LogArgs;

use super::bearers::BearerArgs;

/// Brings a camera's frames from NATS to browsers, and tells the camera host which qualities are wanted.
#[derive(Debug, Parser)]
#[command(name = "gateway-svc", version, about, max_term_width = 110)]
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
    /// Ask the running service whether it is ready; for containers without a shell.
    Healthcheck,
    /// Make a link that lets somebody watch for a while; needs the key (`GATEWAY_LINK_KEY_FILE`) and no gateway.
    Share(ShareArgs),
}

/// What a link lets somebody see.
#[derive(Debug, Clone, Args)]
pub struct ShareArgs {
    /// Cameras, comma-separated: front-door, yard-*, default (the unnamed one)
    #[arg(long, required = true, value_delimiter = ',')]
    pub(crate) camera: Vec<String>,
    /// How long: 30m, 2h, 7days
    #[arg(long = "for", required = true, value_name = "TIME")]
    pub(crate) lifetime: String,
    /// The highest quality, 30 to 95; without it: any
    #[arg(long, value_parser = crate::share::quality)]
    pub(crate) max_quality: Option<u8>,
    /// For whom it is; stands in the audit log
    #[arg(long, default_value = "link")]
    pub(crate) name: String,
    /// Address of the page
    #[arg(long, default_value = "http://localhost:6732/")]
    pub(crate) url: String,
}

/// Every setting as the operator spelled it.
#[derive(Debug, Clone, Args)]
pub struct Settings {
    #[command(flatten)]
    pub(super) nats: NatsArgs,
    /// Address that viewers connect to
    #[arg(
        long,
        env = "GATEWAY_LISTEN",
        global = true,
        default_value = "127.0.0.1:6732"
    )]
    pub(super) listen: String,
    /// Address of /metrics, /healthz and /readyz
    #[arg(
        long,
        env = "GATEWAY_ADMIN_LISTEN",
        global = true,
        default_value = "127.0.0.1:9102"
    )]
    pub(super) admin_listen: String,
    /// Directory with the built web client
    #[arg(
        long,
        env = "GATEWAY_WEB_ROOT",
        global = true,
        default_value = "web/dist"
    )]
    pub(super) web_root: String,
    /// Viewers at the same time, at the most
    #[arg(
        long,
        env = "GATEWAY_MAX_VIEWERS",
        global = true,
        default_value = "1000"
    )]
    pub(super) max_viewers: String,
    /// Viewers at the same time from one address, at the most; 0: no limit
    #[arg(
        long,
        env = "GATEWAY_MAX_VIEWERS_PER_IP",
        global = true,
        default_value = "0"
    )]
    pub(super) max_viewers_per_ip: String,
    /// Addresses or networks (10.0.0.0/8), comma-separated, whose X-Forwarded-* headers are believed
    #[arg(
        long,
        env = "GATEWAY_TRUSTED_PROXIES",
        global = true,
        default_value = ""
    )]
    pub(super) trusted_proxies: String,
    /// Secret that viewers must know
    #[arg(
        long,
        env = "GATEWAY_AUTH_TOKEN",
        global = true,
        hide_env_values = true
    )]
    pub(super) auth_token: Option<String>,
    /// File with the secret that viewers must know
    #[arg(long, env = "GATEWAY_AUTH_TOKEN_FILE", global = true)]
    pub(super) auth_token_file: Option<String>,
    /// Whether anybody may watch from other machines without a secret: true or false
    #[arg(long, env = "GATEWAY_ALLOW_ANONYMOUS", global = true, default_value = "false", num_args = 0..=1, default_missing_value = "true")]
    pub(super) allow_anonymous: String,
    #[command(flatten)]
    pub(super) bearers: BearerArgs,
    /// Where it is written who watched and who was refused, a line of JSON each: off, stdout, or file: and a path
    #[arg(long, env = "GATEWAY_AUDIT", global = true, default_value = "off")]
    pub(super) audit: String,
    /// Names, comma-separated, under which the admin port and, without a secret, the public one are served beside localhost
    #[arg(long, env = "GATEWAY_ALLOWED_HOSTS", global = true, default_value = "")]
    pub(super) allowed_hosts: String,
    /// Origins of web pages elsewhere that may show the stream, comma-separated
    #[arg(
        long,
        env = "GATEWAY_ALLOWED_ORIGINS",
        global = true,
        default_value = ""
    )]
    pub(super) allowed_origins: String,
    /// Origins of web pages elsewhere that may have this page in a frame (`?embed=1`) and people log in there, comma-separated
    #[arg(long, env = "GATEWAY_EMBED_ORIGINS", global = true, default_value = "")]
    pub(super) embed_origins: String,
    /// Highest quality that anybody may watch here, 30 to 95: what a thin line to this gateway carries
    #[arg(
        long,
        env = "GATEWAY_QUALITY_LIMIT",
        global = true,
        default_value = "95"
    )]
    pub(super) quality_limit: String,
    /// How long a shared cache (CDN) may answer with a snapshot, in whole seconds: 1s; 0s: never. Not with a secret
    #[arg(
        long,
        env = "GATEWAY_SNAPSHOT_CACHE",
        global = true,
        default_value = "0s"
    )]
    pub(super) snapshot_cache: String,
    /// Time in which all viewers are sent away after SIGTERM: 10s, 500ms, 2m
    #[arg(long, env = "GATEWAY_DRAIN", global = true, default_value = "10s")]
    pub(super) drain: String,
    #[command(flatten)]
    pub(super) log: LogArgs,
}

impl Settings {
    /// The file with the key of links, where one is named.
    pub(crate) fn link_key_file(&self) -> Option<&str> {
        self.bearers.link_key_file.as_deref()
    }
}
