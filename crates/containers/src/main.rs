//! What `deploy/` promises, looked at on a running stack: `cargo xtask containers` builds it and then starts this beside
//! compose.yaml, with docker and the stack's addresses in the environment.
#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a command-line tool: it talks to a person, reads its environment and measures time"
)]

mod crowd;
mod guards;
mod hardening;
mod live;
mod proxy;
mod stack;
mod table;
mod watch;

use std::process::ExitCode;

use stack::Stack;
use table::Table;

#[tokio::main]
async fn main() -> ExitCode {
    let mut table = Table::default();
    let stack = match Stack::from_environment() {
        Ok(stack) => stack,
        Err(why) => {
            println!("{why}");
            return ExitCode::from(64);
        }
    };
    live::play(&stack, &mut table).await;
    println!("{} lines, {} red", table.lines(), table.failed());
    if table.failed() == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
