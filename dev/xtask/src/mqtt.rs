//! `cargo xtask mqtt`: the services and a broker of MQTT, Debian's mosquitto.

use crate::shell::{Environment, Outcome, run};
use crate::tools;

pub(crate) fn command(_: &[String]) -> Outcome<()> {
    let mut environment = Environment::default();
    tools::NATS_SERVER.get(&mut environment)?;
    tools::MOSQUITTO.get(&mut environment)?;
    check(&environment)
}

/// With the tools there.
pub(crate) fn check(environment: &Environment) -> Outcome<()> {
    let test = ["test", "--package=capture-svc", "--test=mqtt"];
    run("a broker of MQTT", &mut environment.cargo(&test))
}
