//! Debian's apt-get: whether it may, and what it is asked and told.

use std::process::Command;

use crate::shell::{Environment, Outcome, find_on_path, output, run};

pub(crate) fn apt_possible() -> Outcome<()> {
    if find_on_path("apt-get").is_none() {
        return Err("no apt-get here".to_owned());
    }
    match output(Command::new("id").arg("-u"))
        .as_deref()
        .map(str::trim)
    {
        Some("0") => Ok(()),
        _ => Err("not root, so no apt-get install".to_owned()),
    }
}

pub(crate) fn update_lists() -> Outcome<()> {
    run(
        "refreshing the package lists",
        Environment::default()
            .command("apt-get")
            .args(["update", "-qq"]),
    )
}

pub(crate) fn apt_install(packages: &[&str]) -> Outcome<()> {
    let mut command = Environment::default().command("apt-get");
    command
        .args([
            "install",
            "-y",
            "-qq",
            "--no-remove",
            "--no-install-recommends",
        ])
        .args(packages);
    command.env("DEBIAN_FRONTEND", "noninteractive");
    run(&format!("installing {}", packages.join(" ")), &mut command)
}

/// `package` and whatever it needs that is not installed here.
pub(crate) fn closure(package: &str) -> Outcome<Vec<String>> {
    let ask = || {
        let plan = output(Command::new("apt-get").args([
            "install",
            "--simulate",
            "--no-install-recommends",
            package,
        ]))?;
        let names: Vec<_> = plan
            .lines()
            .filter_map(|line| line.strip_prefix("Inst ")?.split(' ').next())
            .map(str::to_owned)
            .collect();
        (!names.is_empty()).then_some(names)
    };
    ask()
        .or_else(|| update_lists().ok().and_then(|()| ask()))
        .ok_or_else(|| format!("apt has no {package}"))
}
