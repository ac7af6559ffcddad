//! `cargo xtask rtsp`: a network camera that speaks RTSP, watched through ffmpeg.

use crate::shell::{Environment, Outcome, run};
use crate::tools;

pub(crate) fn command(_: &[String]) -> Outcome<()> {
    let mut environment = Environment::default();
    tools::NATS_SERVER.get(&mut environment)?;
    tools::FFMPEG.get(&mut environment)?;
    tools::get_rtsp_server()?;
    check(&environment)
}

/// With the tools there.
pub(crate) fn check(environment: &Environment) -> Outcome<()> {
    let test = ["test", "--package=capture-svc", "--test=rtsp"];
    run("an RTSP camera", &mut environment.cargo(&test))
}
