//! One reverse proxy as a process: the shipped file, with a free port, a certificate and a folder of its own.

use std::fs::{self, File};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::time::{Duration, Instant};

use testkit::Scratch;
use tokio::process::{Child, Command};

use super::tls::{HOST, Tls};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Program {
    Nginx,
    /// With a login in front.
    NginxLogin,
    Caddy,
    Haproxy,
    /// The compose stack's own, with TLS as its comment says.
    Front,
}

impl Program {
    /// Those that only pass on.
    pub(super) const ALL: [Self; 4] = [Self::Nginx, Self::Caddy, Self::Haproxy, Self::Front];

    /// In `deploy`.
    pub(super) fn file(self) -> &'static str {
        match self {
            Self::Nginx => "proxy/nginx.conf",
            Self::NginxLogin => "proxy/nginx-auth.conf",
            Self::Caddy => "proxy/Caddyfile",
            Self::Haproxy => "proxy/haproxy.cfg",
            Self::Front => "haproxy.cfg",
        }
    }

    /// The path under which it serves.
    pub(super) fn path(self) -> &'static str {
        match self {
            Self::Front => "/",
            // Where nobody is logged in.
            Self::NginxLogin => "/shared/",
            _ => "/cam/",
        }
    }

    /// The shipped text for this machine: only addresses and files differ.
    fn here(self, text: &str, port: u16, gateway: SocketAddr, folder: &Path) -> String {
        let at = folder.display();
        let text = text
            .replace("127.0.0.1:6732", &gateway.to_string())
            .replace("/etc/rero/tls", &at.to_string());
        match self {
            Self::Nginx | Self::NginxLogin => {
                let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
                    .map(|kind| format!("{kind}_temp_path {at}/{kind};\n"))
                    .concat();
                let site = text.replace("listen 443 ssl", &format!("listen 127.0.0.1:{port} ssl"));
                let site = site.replace("/var/log/nginx", &at.to_string());
                format!(
                    "daemon off; master_process off; pid {at}/pid; events {{}}\n\
                     http {{ types {{ }}\n{temporary}{site} }}\n"
                )
            }
            Self::Caddy => {
                let site = text.replace(&format!("{HOST} {{"), &format!("{HOST}:{port} {{"));
                let here = "\n{\n\tadmin off\n\tauto_https disable_redirects\n";
                site.replacen("\n{\n", here, 1)
            }
            Self::Haproxy => text.replace("bind :443", &format!("bind 127.0.0.1:{port}")),
            Self::Front => text
                .replace(
                    "bind :6732",
                    &format!("bind 127.0.0.1:{port} ssl crt {at}/cam.pem"),
                )
                .replace("bind :8405", &format!("bind unix@{at}/metrics"))
                .replace(
                    "32 gateway:6732 resolvers docker resolve-prefer ipv4 init-addr none",
                    &format!("1 {gateway}"),
                ),
        }
    }

    fn command(self, file: &Path, folder: &Path) -> Command {
        let mut command = match self {
            Self::Nginx | Self::NginxLogin => {
                let mut nginx = Command::new("nginx");
                nginx.args(["-e", "stderr", "-p"]).arg(folder).arg("-c");
                nginx
            }
            Self::Caddy => {
                let mut caddy = Command::new("caddy");
                caddy
                    .env("XDG_DATA_HOME", folder)
                    .env("XDG_CONFIG_HOME", folder);
                caddy.args(["run", "--adapter", "caddyfile", "--config"]);
                caddy
            }
            Self::Haproxy | Self::Front => {
                let mut haproxy = Command::new("haproxy");
                haproxy.env("FRONT_PROXIES", "10.0.0.0/8 127.6.6.6");
                haproxy.args(["-db", "-f"]);
                haproxy
            }
        };
        command.arg(file);
        command
    }
}

/// Killed on drop.
pub(super) struct ProxyProcess {
    pub(super) address: SocketAddr,
    pub(super) tls: Tls,
    pub(super) program: Program,
    _child: Child,
    folder: Scratch,
}

impl ProxyProcess {
    /// All that it has written anywhere.
    pub(super) fn written(&self) -> String {
        let files = fs::read_dir(self.folder.path())
            .into_iter()
            .flatten()
            .flatten();
        let logs = files.filter(|file| file.file_name().to_string_lossy().ends_with("log"));
        let texts = logs.map(|file| fs::read(file.path()).unwrap_or_default());
        texts
            .map(|text| String::from_utf8_lossy(&text).into_owned())
            .collect()
    }

    pub(super) async fn start(
        program: Program,
        text: &str,
        gateway: SocketAddr,
    ) -> Result<Self, String> {
        let mut last = String::new();
        // A free port may be somebody else's a moment later.
        for _ in 0..3 {
            match Self::attempt(program, text, gateway).await {
                Ok(running) => return Ok(running),
                Err(why) => last = why,
            }
        }
        Err(last)
    }

    async fn attempt(program: Program, text: &str, gateway: SocketAddr) -> Result<Self, String> {
        let words = |error: std::io::Error| error.to_string();
        let tls = Tls::new()?;
        let scratch = Scratch::new("proxy");
        let folder = scratch.path();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(words)?;
        let address = listener.local_addr().map_err(words)?;
        drop(listener);
        let write = |name: &str, text: &str| fs::write(folder.join(name), text).map_err(words);
        write("fullchain.pem", &tls.certificate)?;
        write("privkey.pem", &tls.key)?;
        write("cam.pem", &format!("{}{}", tls.certificate, tls.key))?;
        let configured = program.here(text, address.port(), gateway, folder);
        write("configuration", &configured)?;
        let log = folder.join("log");
        let out = File::create(&log).map_err(words)?;
        let mut command = program.command(&folder.join("configuration"), folder);
        command.stdout(out.try_clone().map_err(words)?).stderr(out);
        let mut child = command.kill_on_drop(true).spawn().map_err(|error| {
            format!("{program:?} does not start: {error}; cargo xtask proxies gets it")
        })?;
        let started = Instant::now();
        let here = IpAddr::V4(Ipv4Addr::LOCALHOST);
        while tls.connect(here, address).await.is_err() {
            let ended = child.try_wait().map_err(words)?;
            if ended.is_some() || started.elapsed() > Duration::from_secs(20) {
                let log = fs::read_to_string(&log).unwrap_or_default();
                return Err(format!("{program:?} does not listen: {log}"));
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(Self {
            address,
            tls,
            program,
            _child: child,
            folder: scratch,
        })
    }
}
