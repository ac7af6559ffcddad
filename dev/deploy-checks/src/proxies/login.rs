//! A proxy with a login in front, as it is shipped: nginx asks Authelia, here a stand-in that knows two sessions, and
//! tells the gateway who came. Nobody may say so of themselves.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::Stdio;
use std::time::Instant;

use testkit::http::{self, Response};
use testkit::{Scratch, Stack};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::lies;
use super::process::{Program, ProxyProcess};
use super::socket::{self, frame};
use super::tls::HOST;
use crate::files::read;
use crate::report::{Finding, Report};

/// Alice may see everything, who is of the family one camera at 40.
const MAP: &str = r#"{"users":{"alice":{"cameras":["*"]}},"groups":{"family":{"cameras":["default"],"max_quality":40}}}"#;
const LINK_KEY: &str = "a-key-of-the-check-of-the-proxies";
const LOGIN_PAGE: &str = "https://login.example.org/";

/// What is broken when `right` becomes `wrong`; each breaks a promise.
const MUTANTS: [(&str, &str, &str); 4] = [
    (
        "the client's own word on who it is",
        "Remote-User $login_user;",
        "Remote-User $http_remote_user;",
    ),
    (
        "the client's own word on its groups",
        "proxy_set_header Remote-Groups $login_groups;",
        "",
    ),
    ("no login", "auth_request /internal/login;", ""),
    (
        "the client's own word beside the login",
        "proxy_set_header Remote-User \"\";",
        "",
    ),
];

pub(super) async fn check(folder: &Path, report: &mut Report) {
    let files = Scratch::new("login");
    let file = |name: &str, text: &str| {
        let path = files.path().join(name);
        std::fs::write(&path, text).expect("a folder of our own");
        path.display().to_string()
    };
    let (map, key) = (file("map", MAP), file("key", LINK_KEY));
    let stack = Stack::builder()
        .capture(&[("CAPTURE_WIDTH", "320"), ("CAPTURE_HEIGHT", "240")])
        .gateway(&[
            ("GATEWAY_TRUSTED_PROXIES", "127.0.0.1"),
            ("GATEWAY_PROXY_AUTH_HEADER", "Remote-User"),
            ("GATEWAY_PROXY_AUTH_GROUPS_HEADER", "Remote-Groups"),
            ("GATEWAY_PROXY_AUTH_MAP_FILE", &map),
            ("GATEWAY_LINK_KEY_FILE", &key),
            ("GATEWAY_WEB_ROOT", "web/dist"),
        ])
        .start()
        .await;
    let (authelia, _tasks) = authelia().await;
    let text = match read(&folder.join(Program::NginxLogin.file())) {
        Ok(text) => text.replace("127.0.0.1:9091", &authelia.to_string()),
        Err(why) => return report.note(Program::NginxLogin.file(), Instant::now(), &Err(why)),
    };
    let gateway = stack.gateway().public();
    let since = Instant::now();
    let name = format!("{}: login", Program::NginxLogin.file());
    report.note(&name, since, &keeps(&text, gateway, &key).await);
    for (name, right, wrong) in MUTANTS {
        let broken = text.replace(right, wrong);
        let name = format!("{}, {name}", Program::NginxLogin.file());
        if broken == text {
            let why = format!("there is no {right:?} to take away");
            report.note(&name, Instant::now(), &Err(why));
            continue;
        }
        report.mutant(&name, &keeps(&broken, gateway, &key).await);
    }
}

async fn keeps(text: &str, gateway: SocketAddr, key: &str) -> Finding {
    let proxy = ProxyProcess::start(Program::NginxLogin, text, gateway).await?;
    let side = Side { proxy: &proxy };
    side.login().await?;
    side.lies().await?;
    side.link(key).await?;
    side.frames().await?;
    lies::judge(Program::NginxLogin, text).await?;
    Ok("by session and by link, and nobody by their own word".into())
}

/// A viewer's side of the proxy.
struct Side<'a> {
    proxy: &'a ProxyProcess,
}

impl Side<'_> {
    async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Result<Response, String> {
        let from = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let connect = self.proxy.tls.connect(from, self.proxy.address);
        let stream = connect.await.map_err(|error| format!("TLS: {error}"))?;
        let host = format!("{HOST}:{}", self.proxy.address.port());
        let answer = http::over(stream, "GET", &host, path, headers, "").await;
        answer.map_err(|error| format!("{path}: {error}"))
    }

    /// As whom the gateway sees a request, and how well it may watch.
    async fn seen(&self, path: &str, headers: &[(&str, &str)]) -> Result<String, String> {
        let answer = self.get(path, headers).await?;
        if answer.status != 200 {
            return Ok(answer.status.to_string());
        }
        let told: serde_json::Value =
            serde_json::from_slice(&answer.body).map_err(|error| error.to_string())?;
        let access = &told["access"];
        let sub = access["sub"].as_str().unwrap_or_default();
        Ok(format!("{sub} {} {}", access["by"], access["max_quality"]))
    }

    async fn expect(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        wanted: &str,
    ) -> Result<(), String> {
        let seen = self.seen(path, headers).await?;
        let same = seen == wanted;
        same.then_some(())
            .ok_or_else(|| format!("{path} {headers:?}: {seen}, {wanted} expected"))
    }

    async fn login(&self) -> Result<(), String> {
        let stranger = self.get("/cam/api/status", &[]).await?;
        if stranger.status != 302 || stranger.header("Location") != Some(LOGIN_PAGE) {
            return Err(format!("a stranger gets {}", stranger.head));
        }
        let status = "/cam/api/status";
        self.expect(status, &[session("alice")], "alice \"proxy\" 95")
            .await?;
        self.expect(status, &[session("bob")], "bob \"proxy\" 40")
            .await
    }

    /// Whatever a client says of itself.
    async fn lies(&self) -> Result<(), String> {
        let (user, groups) = (("Remote-User", "alice"), ("Remote-Groups", "family"));
        let (cam, shared) = ("/cam/api/status", "/shared/api/status");
        self.expect(cam, &[user], "302").await?;
        self.expect(cam, &[session("bob"), user], "bob \"proxy\" 40")
            .await?;
        self.expect(cam, &[session("eve"), groups], "eve \"proxy\" null")
            .await?;
        self.expect(shared, &[user, groups], "401").await?;
        self.expect(shared, &[session("alice")], "401").await
    }

    /// Whoever has a link needs no session.
    async fn link(&self, key: &str) -> Result<(), String> {
        let program = testkit::gateway_binary();
        let arguments = [
            "share",
            "--camera",
            "default",
            "--for",
            "1h",
            "--max-quality",
            "60",
        ];
        let mut command = tokio::process::Command::new(program);
        command
            .env_clear()
            .args(arguments)
            .args(["--link-key-file", key]);
        let output = command.stdin(Stdio::null()).output().await;
        let output = output.map_err(|error| error.to_string())?;
        let url = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        let (_, token) = url.split_once("#link=").ok_or("no link is made")?;
        let bearer = format!("Bearer {token}");
        let shows = [("Authorization", bearer.as_str())];
        self.expect("/shared/api/status", &shows, "link \"link\" 60")
            .await
    }

    /// A WebSocket passes the login too.
    async fn frames(&self) -> Result<(), String> {
        let from = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let connect = self.proxy.tls.connect(from, self.proxy.address);
        let stream = connect.await.map_err(|error| format!("TLS: {error}"))?;
        let host = format!("{HOST}:{}", self.proxy.address.port());
        let url = format!("wss://{host}/cam/websocket/60");
        let mut socket = socket::open(&url, &[session("alice")], stream).await?;
        for _ in 0..5 {
            frame(&mut socket).await?;
        }
        Ok(())
    }
}

fn session(user: &str) -> (&'static str, &'static str) {
    let cookie = match user {
        "alice" => "authelia_session=alice",
        "bob" => "authelia_session=bob",
        _ => "authelia_session=eve",
    };
    ("Cookie", cookie)
}

/// Answers as Authelia does at `/api/authz/auth-request`.
async fn authelia() -> (SocketAddr, JoinSet<()>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
    let listener = listener.expect("a free port");
    let address = listener.local_addr().expect("it listens");
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let mut head = Vec::new();
            let mut bytes = [0; 4096];
            while !head.windows(4).any(|end| end == b"\r\n\r\n") {
                match socket.read(&mut bytes).await {
                    Ok(length) if length > 0 => head.extend_from_slice(&bytes[..length]),
                    _ => break,
                }
            }
            let head = String::from_utf8_lossy(&head).into_owned();
            // Nobody is there any more who could be told.
            let _ = socket.write_all(verdict(&head).as_bytes()).await;
        }
    });
    (address, tasks)
}

fn verdict(head: &str) -> String {
    let asked = head.starts_with("GET /api/authz/auth-request ");
    let who = [("alice", "admins"), ("bob", "family"), ("eve", "")];
    let session = |(user, _): &&(&str, &str)| head.contains(&format!("authelia_session={user}"));
    let end = "Content-Length: 0\r\nConnection: close\r\n\r\n";
    match who.iter().find(session).filter(|_| asked) {
        Some((user, groups)) => {
            format!("HTTP/1.1 200 OK\r\nRemote-User: {user}\r\nRemote-Groups: {groups}\r\n{end}")
        }
        None => format!("HTTP/1.1 401 Unauthorized\r\nLocation: {LOGIN_PAGE}\r\n{end}"),
    }
}
