//! The reverse proxies of `deploy/`, each started as it is shipped in front of a real gateway: what viewers need
//! passes, under TLS and a path, and what they must not see does not. Each promise is broken once, too.

mod idle_timeout;
mod lies;
mod login;
mod logs;
mod mutants;
mod process;
mod promises;
mod side;
mod socket;
mod thin_line;
mod tls;

use std::net::SocketAddr;
use std::path::Path;
use std::time::Instant;

use testkit::Stack;

use crate::files::read;
use crate::report::Report;
use mutants::{MUTANTS, Mutant};
use process::{Program, ProxyProcess};
use side::Side;

/// What viewers must know.
const TOKEN: &str = "a-token-of-the-check";

/// `lines` says that this is a network of our own, in which lines can be made thin.
pub(crate) async fn check(folder: &Path, lines: bool, report: &mut Report) {
    login::check(folder, report).await;
    check_passing(folder, lines, report).await;
}

/// Those that only pass on.
async fn check_passing(folder: &Path, lines: bool, report: &mut Report) {
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
        let asked = |promise: &str| lines || promise != promises::THIN_LINE;
        for promise in promises::of(program)
            .into_iter()
            .filter(|promise| asked(promise))
        {
            let since = Instant::now();
            let found = side.keeps(promise).await;
            report.note(&format!("{}: {promise}", program.file()), since, &found);
        }
        for mutant in MUTANTS.iter().filter(|mutant| mutant.of == program) {
            if asked(mutant.breaks) {
                play(mutant, &text, gateway, report).await;
            }
        }
    }
}

/// Breaks the shipped `text` as `mutant` says, and sees whether that is noticed.
async fn play(mutant: &Mutant, text: &str, gateway: SocketAddr, report: &mut Report) {
    let file = mutant.of.file();
    let name = format!("{file}, {} ({})", mutant.name, mutant.breaks);
    let wrong = text.replace(mutant.right, mutant.wrong);
    if wrong == text {
        let why = format!("there is no {:?} to take away", mutant.right);
        report.note(&name, Instant::now(), &Err(why));
        return;
    }
    match ProxyProcess::start(mutant.of, &wrong, gateway).await {
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
