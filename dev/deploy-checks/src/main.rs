//! What `deploy/` promises, looked at on a running stack: `cargo xtask containers` builds it and then starts this beside
//! compose.yaml, with docker and the stack's addresses in the environment.
#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a command-line tool: it talks to a person, reads its environment and measures time"
)]

mod cluster;
mod compose;
mod crowd;
mod guards;
mod hardening;
mod live;
mod manifests;
mod proxies;
mod proxy;
mod stack;
mod table;
mod watch;

use std::path::Path;
use std::process::ExitCode;

use stack::Stack;
use table::Table;

#[tokio::main]
async fn main() -> ExitCode {
    let mut table = Table::default();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => {}
        ["paper", folder] => return paper(Path::new(folder), table).await,
        ["proxies"] => {
            proxies::check(Path::new("deploy/proxy"), &mut table).await;
            return table.close();
        }
        _ => {
            println!("containers [paper FOLDER | proxies]");
            return ExitCode::from(64);
        }
    }
    let stack = match Stack::from_environment() {
        Ok(stack) => stack,
        Err(why) => {
            println!("{why}");
            return ExitCode::from(64);
        }
    };
    live::play(&stack, &mut table).await;
    table.close()
}

/// What needs no docker: manifests as they are rendered in `folder`, and files of `deploy/`, from the repository's root.
async fn paper(folder: &Path, mut table: Table) -> ExitCode {
    let deploy = Path::new("deploy");
    manifests::check(folder, deploy, &mut table);
    guards::lint(&deploy.join("haproxy.cfg"), &mut table);
    cluster::check(folder, &mut table).await;
    table.close()
}
