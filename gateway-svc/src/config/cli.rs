//! How the settings are spelled: one flag and one environment variable each.

use clap::{Args, Parser, Subcommand};

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
}

/// Every setting as the operator spelled it.
#[derive(Debug, Clone, Args)]
pub struct Settings {
    /// NATS servers, comma-separated: nats:// or tls://, host and port
    #[arg(
        long,
        env = "NATS_URL",
        global = true,
        default_value = "nats://127.0.0.1:4222"
    )]
    pub(super) nats_url: String,
    /// File with the credentials (JWT and seed) of the NATS user
    #[arg(long, env = "NATS_CREDS_FILE", global = true)]
    pub(super) nats_creds_file: Option<String>,
    /// File with the nkey seed of the NATS user
    #[arg(long, env = "NATS_NKEY_FILE", global = true)]
    pub(super) nats_nkey_file: Option<String>,
    /// NATS user name, together with the password
    #[arg(long, env = "NATS_USER", global = true)]
    pub(super) nats_user: Option<String>,
    /// Password of the NATS user
    #[arg(long, env = "NATS_PASSWORD", global = true, hide_env_values = true)]
    pub(super) nats_password: Option<String>,
    /// File with the certificate authority of the NATS servers; asks for TLS
    #[arg(long, env = "NATS_CA_FILE", global = true)]
    pub(super) nats_ca_file: Option<String>,

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
    /// Origins of web pages elsewhere that may show the stream, comma-separated
    #[arg(
        long,
        env = "GATEWAY_ALLOWED_ORIGINS",
        global = true,
        default_value = "http://localhost:5173"
    )]
    pub(super) allowed_origins: String,
    /// Time in which all viewers are sent away after SIGTERM: 10s, 500ms, 2m
    #[arg(long, env = "GATEWAY_DRAIN", global = true, default_value = "10s")]
    pub(super) drain: String,
    /// How logs are written: auto (text on a terminal, else JSON), text or json
    #[arg(long, env = "LOG_FORMAT", global = true, default_value = "auto")]
    pub(super) log_format: String,
    /// What is logged, as tracing-subscriber's directives: warn, debug, …
    #[arg(
        long = "log",
        env = "RUST_LOG",
        global = true,
        default_value = "info,async_nats=warn"
    )]
    pub(super) log: String,
}
