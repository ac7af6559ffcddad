//! `cargo xtask proxies`: the reverse proxies of `deploy/proxy` in front of a real gateway.

use crate::shell::{Environment, Outcome, binaries, red, run, say};
use crate::{deploy, network, tools, web};

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
    let checks = binaries("debug").join("deploy-checks");
    // With segments as an Ethernet has them: of loopback's own each holds a line of 2 Mb/s for a quarter of a second.
    let shaped = [&[
        "tc", "qdisc", "add", "dev", "lo", "root", "handle", "1:", "htb",
    ][..]];
    let mut command = if let Some(mut command) =
        network::of_its_own(&environment, "mtu 1500 up", &shaped)
    {
        command.arg(checks).args(["proxies", "--lines"]);
        command
    } else {
        say(&red(
            "proxies: how old MJPEG is behind a thin line was NOT looked at: that takes root, unshare (util-linux), ip and \
             tc (iproute2), and HTB in the kernel",
        ));
        let mut command = environment.command(checks);
        command.arg("proxies");
        command
    };
    run("the reverse proxies", &mut command)
}
