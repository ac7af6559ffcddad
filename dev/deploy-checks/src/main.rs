//! What `deploy/` promises, looked at on a running stack: `cargo xtask containers` builds it and then starts this beside
//! compose.yaml, with docker and the stack's addresses in the environment.
#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a command-line tool: it talks to a person, reads its environment and measures time"
)]

mod budget;
mod cluster;
mod compose;
mod crowd;
mod docker;
mod figures;
mod files;
mod guards;
mod haproxy;
mod hardening;
mod keys;
mod known;
mod lifecycle;
mod live;
mod manifests;
mod objects;
mod proxies;
mod report;
mod sites;
mod strain;
mod watch;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use clap::{Parser, Subcommand};
use testkit::command_line;

use docker::ComposeStack;
use report::Report;

/// Looks at what deploy/ promises; without a command at the stack that runs, whose addresses are in the environment.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Subcommand)]
enum What {
    /// What needs no docker, from the repository's root: rules, and manifests as they are rendered in FOLDER.
    Paper { folder: PathBuf },
    /// The reverse proxies of deploy/, before a real gateway.
    Proxies {
        /// Also behind a thin line; it is for whoever starts this to give it root and a network of its own.
        #[arg(long)]
        lines: bool,
    },
    /// Of the stack only the sites that join it.
    Sites,
    /// Of the stack only its figures beside those of the first time.
    Figures,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = match command_line::parse::<Arguments>() {
        Ok(arguments) => arguments,
        Err(ended) => return ended,
    };
    let mut report = Report::default();
    match arguments.what {
        Some(What::Paper { folder }) => paper(&folder, &mut report).await,
        Some(What::Proxies { lines }) => {
            proxies::check(Path::new("deploy"), lines, &mut report).await;
        }
        what => match ComposeStack::from_environment() {
            Ok(stack) => match what {
                Some(What::Sites) => sites::play(&stack, &mut report).await,
                Some(_) => figures::play(&stack, &mut report).await,
                None => live::play(&stack, &mut report).await,
            },
            Err(why) => {
                println!("{why}");
                return ExitCode::from(64);
            }
        },
    }
    report.close()
}

async fn paper(folder: &Path, report: &mut Report) {
    let deploy = Path::new("deploy");
    match known::known(deploy) {
        Ok(known) => {
            compose::check(deploy, &known.settings, report);
            manifests::check(folder, &known, report);
        }
        Err(why) => report.note("manifests", Instant::now(), &Err(why)),
    }
    compose::check_edge(deploy, report);
    keys::check(deploy, report);
    guards::lint(&deploy.join("haproxy.cfg"), report);
    cluster::check(folder, report).await;
}
