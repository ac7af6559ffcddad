//! Looks at a gateway as a viewer would, for `cargo xtask run` and the documents' own commands: is there a picture, and of
//! what? `GATEWAY_AUTH_TOKEN` is sent where it is set.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "a command-line tool: it reads its environment and talks to whoever started it"
)]

use std::io::Write as _;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};
use testkit::http::Response;
use testkit::{Said, Viewer, command_line, http};

/// Longer than a cold camera takes for its first frame.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);

/// Looks at a gateway as a viewer would.
#[derive(Parser)]
struct Arguments {
    /// The gateway's address.
    gateway: SocketAddr,
    #[command(subcommand)]
    look: Look,
}

#[derive(Subcommand)]
enum Look {
    /// Waits for the first picture at the default quality.
    Picture,
    /// Prints the source of the first camera: pattern, webcam or file.
    Source,
    /// Prints the body of what is at PATH.
    Get { path: String },
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments = match command_line::parse::<Arguments>() {
        Ok(arguments) => arguments,
        Err(ended) => return ended,
    };
    let token = std::env::var("GATEWAY_AUTH_TOKEN").ok();
    let look = look(&arguments, token.as_deref());
    let seen = match tokio::time::timeout(ANSWER_WITHIN, look).await {
        Ok(seen) => seen,
        Err(_) => Err(format!("nothing within {ANSWER_WITHIN:?}")),
    };
    let printed = seen.and_then(|seen| {
        let written = std::io::stdout().write_all(&seen);
        written.map_err(|error| error.to_string())
    });
    match printed {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

async fn look(arguments: &Arguments, token: Option<&str>) -> Result<Vec<u8>, String> {
    let gateway = arguments.gateway;
    match &arguments.look {
        Look::Picture => picture(gateway, token).await.map(|()| Vec::new()),
        Look::Source => {
            let status = get(gateway, "/api/status", token).await?;
            let status: serde_json::Value = serde_json::from_slice(&status.body)
                .map_err(|error| format!("/api/status: {error}"))?;
            let source = status["cameras"][0]["source"].as_str();
            let source = source.ok_or("/api/status names no source")?;
            Ok(source.as_bytes().to_vec())
        }
        Look::Get { path } => get(gateway, path, token).await.map(|answer| answer.body),
    }
}

async fn picture(gateway: SocketAddr, token: Option<&str>) -> Result<(), String> {
    let mut request = Viewer::at(gateway, "/websocket/80");
    if let Some(token) = token {
        request = request.token(token);
    }
    let mut viewer = request
        .connect()
        .await
        .map_err(|refused| format!("the gateway answered {} {}", refused.status, refused.body))?;
    match viewer.next(ANSWER_WITHIN).await {
        Some(Said::Frame(frame)) if frame.starts_with(&[0xFF, 0xD8]) => Ok(()),
        Some(Said::Frame(_)) => Err("the gateway sent a frame that is no JPEG".to_owned()),
        Some(Said::Text(text)) => Err(format!("the gateway sent no JPEG but {text:.200}")),
        Some(Said::Closed(closed)) => {
            let (code, reason) = (closed.code, closed.reason);
            Err(format!("the gateway closed with {code} {reason}"))
        }
        None => Err(format!("no picture within {ANSWER_WITHIN:?}")),
    }
}

async fn get(gateway: SocketAddr, path: &str, token: Option<&str>) -> Result<Response, String> {
    let bearer = token.map(|token| format!("Bearer {token}"));
    let headers: Vec<(&str, &str)> = bearer
        .iter()
        .map(|bearer| ("Authorization", bearer.as_str()))
        .collect();
    let answer = http::get(gateway, path, &headers).await;
    let answer = answer.map_err(|error| format!("{path}: {error}"))?;
    if answer.status == 200 {
        Ok(answer)
    } else {
        Err(format!("{path}: the gateway answered {}", answer.status))
    }
}
