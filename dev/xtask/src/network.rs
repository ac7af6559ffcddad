//! A network of one's own: nothing in it but a loopback. It takes root, unshare (util-linux) and ip (iproute2).

use std::process::Command;

use crate::shell::{Environment, output};

/// What starts a program there, its loopback set as `ip link set lo` takes it; `None` where one of the commands `tried`
/// does not work there.
pub(crate) fn of_its_own(
    environment: &Environment,
    loopback: &str,
    tried: &[&[&str]],
) -> Option<Command> {
    let enter = || {
        let mut command = environment.command("unshare");
        let up = format!("ip link set lo {loopback} && exec \"$@\"");
        command.args(["--net", "--", "sh", "-c", &up, "sh"]);
        command
    };
    for command in tried {
        output(enter().args(*command))?;
    }
    Some(enter())
}
