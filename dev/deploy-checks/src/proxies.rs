//! The reverse proxies of `deploy/proxy`, each started as it is shipped in front of a real gateway: what viewers need
//! passes, under TLS and a path, and what they must not see does not. Each promise is broken once, too.

mod idle_timeout;
mod login;
mod process;
mod promises;
mod socket;
mod tls;

use std::path::Path;
use std::time::Instant;

use testkit::Stack;

use crate::files::read;
use crate::report::Report;
use process::{Program, ProxyProcess};
use promises::Side;

/// What viewers must know.
const TOKEN: &str = "a-token-of-the-check";

/// A promise that is broken when `right` becomes `wrong` in the configuration.
struct Mutant {
    name: &'static str,
    of: Program,
    right: &'static str,
    wrong: &'static str,
    breaks: &'static str,
}

const fn mutant(
    of: Program,
    breaks: &'static str,
    name: &'static str,
    right: &'static str,
    wrong: &'static str,
) -> Mutant {
    Mutant {
        name,
        of,
        right,
        wrong,
        breaks,
    }
}

const MUTANTS: [Mutant; 9] = [
    mutant(
        Program::Nginx,
        "frames",
        "no upgrade",
        "proxy_set_header Upgrade $http_upgrade;",
        "",
    ),
    mutant(
        Program::Nginx,
        "page",
        "a path that is not taken away",
        "6732/;",
        "6732;",
    ),
    mutant(
        Program::Nginx,
        "address",
        "the client's own word on its address",
        "X-Forwarded-For $remote_addr",
        "X-Forwarded-For $http_x_forwarded_for",
    ),
    mutant(
        Program::Nginx,
        "login",
        "no word on TLS",
        "proxy_set_header X-Forwarded-Proto $scheme;",
        "",
    ),
    mutant(
        Program::Caddy,
        "page",
        "a path that is not taken away",
        "handle_path",
        "handle",
    ),
    mutant(
        Program::Caddy,
        "inside",
        "readiness for the world",
        "respond @inside 404",
        "",
    ),
    mutant(
        Program::Haproxy,
        "address",
        "no address",
        "http-request set-header X-Forwarded-For %[src]",
        "",
    ),
    mutant(
        Program::Haproxy,
        "frames",
        "no word on the host",
        "http-request set-header X-Forwarded-Host %[req.hdr(host)]",
        "http-request set-header X-Forwarded-Host other.example.org",
    ),
    mutant(
        Program::Haproxy,
        "idle_timeout",
        "silent sockets cut",
        "timeout tunnel 1h",
        "timeout tunnel 30s",
    ),
];

pub(crate) async fn check(folder: &Path, report: &mut Report) {
    login::check(folder, report).await;
    check_passing(folder, report).await;
}

/// Those that only pass on.
async fn check_passing(folder: &Path, report: &mut Report) {
    let stack = Stack::builder()
        .capture(&[("CAPTURE_WIDTH", "320"), ("CAPTURE_HEIGHT", "240")])
        .gateway(&[
            ("GATEWAY_AUTH_TOKEN", TOKEN),
            ("GATEWAY_TRUSTED_PROXIES", "127.0.0.1"),
            ("GATEWAY_MAX_VIEWERS_PER_IP", "1"),
            ("GATEWAY_WEB_ROOT", "web/dist"),
        ])
        .start()
        .await;
    let gateway = stack.gateway().public();
    for program in Program::ALL {
        let since = Instant::now();
        let text = read(&folder.join(program.file()));
        let started = match &text {
            Ok(text) => ProxyProcess::start(program, text, gateway).await,
            Err(why) => Err(why.clone()),
        };
        let (text, proxy) = match (text, started) {
            (Ok(text), Ok(proxy)) => (text, proxy),
            (Err(why), _) | (_, Err(why)) => {
                report.note(program.file(), since, &Err(why));
                continue;
            }
        };
        let side = Side {
            proxy: &proxy,
            gateway,
            token: TOKEN,
            text: &text,
        };
        for promise in promises::ALL {
            let since = Instant::now();
            let found = side.keeps(promise).await;
            report.note(&format!("{}: {promise}", program.file()), since, &found);
        }
        for mutant in MUTANTS.iter().filter(|mutant| mutant.of == program) {
            let name = format!("{}, {} ({})", program.file(), mutant.name, mutant.breaks);
            let wrong = text.replace(mutant.right, mutant.wrong);
            if wrong == text {
                let why = format!("there is no {:?} to take away", mutant.right);
                report.note(&name, Instant::now(), &Err(why));
                continue;
            }
            match ProxyProcess::start(program, &wrong, gateway).await {
                Ok(proxy) => {
                    let side = Side {
                        proxy: &proxy,
                        gateway,
                        token: TOKEN,
                        text: &wrong,
                    };
                    report.mutant(&name, &side.keeps(mutant.breaks).await);
                }
                Err(why) => report.note(&name, Instant::now(), &Err(why)),
            }
        }
    }
}
