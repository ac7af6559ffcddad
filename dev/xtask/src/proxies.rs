//! `cargo xtask proxies`: the reverse proxies of `deploy/proxy` in front of a real gateway.

use crate::shell::{Environment, Outcome, binaries, run};
use crate::{deploy, tools, web};

pub(crate) fn command(_: &[String]) -> Outcome<()> {
    let mut environment = deploy::built()?;
    tools::NODE.get(&mut environment)?;
    web::install(&environment)?;
    web::build(&environment)?;
    check(&environment)
}

/// With everything built.
pub(crate) fn check(environment: &Environment) -> Outcome<()> {
    let mut environment = environment.clone();
    for proxy in [tools::NGINX, tools::CADDY, tools::HAPROXY] {
        proxy.get(&mut environment)?;
    }
    let mut proxies = environment.command(binaries("debug").join("deploy-checks"));
    run("the reverse proxies", proxies.arg("proxies"))
}
