//! `cargo xtask dist`: what a release hands out, in `target/dist`: Debian packages and a tarball for each processor, lists of
//! what they are made of, and the checksums of all of it.
//!
//! cargo-deb lays the packages out (`[package.metadata.deb]` of both services); what they hold that is no file of the
//! repository is made here first. The same commit gives the same bytes with the same compiler.

mod machine;
mod prepare;
mod tarball;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::shell::{Environment, Outcome, output, paint, run, say, workspace};
use crate::{sbom, tools, web};
pub(crate) use machine::Machine;

/// The packages that cargo-deb makes: the crate that describes it, and its variant.
const PACKAGES: [(&str, Option<&str>); 3] = [
    ("capture-svc", None),
    ("gateway-svc", None),
    ("gateway-svc", Some("bus")),
];

pub(crate) fn command(names: &[String]) -> Outcome<()> {
    let machines = machine::asked_for(names)?;
    let out = folder();
    let _ = fs::remove_dir_all(&out);
    fs::create_dir_all(&out).map_err(|error| format!("{}: {error}", out.display()))?;
    let mut environment = environment()?;
    for machine in &machines {
        make(machine, &mut environment, &out)?;
    }
    sbom::command(&[])?;
    for part in ["capture-svc", "gateway-svc", "web"] {
        let name = format!("{part}.cdx.json");
        let made = workspace().join("target/sbom").join(&name);
        fs::copy(&made, out.join(&name)).map_err(|error| format!("{}: {error}", made.display()))?;
    }
    let sums = sums(&out)?;
    fs::write(out.join("SHA256SUMS"), sums).map_err(|error| error.to_string())?;
    show(&out)
}

/// Where everything lies that is handed out.
pub(crate) fn folder() -> PathBuf {
    workspace().join("target/dist/out")
}

/// Tools, client and what is made beforehand.
pub(crate) fn environment() -> Outcome<Environment> {
    let mut environment = Environment::default();
    tools::NODE.get(&mut environment)?;
    tools::CARGO_DEB.get(&mut environment)?;
    web::install(&environment)?;
    web::build(&environment)?;
    if std::env::var_os("BUILD_REVISION").is_none()
        && let Some(revision) = git(&["rev-parse", "HEAD"])
    {
        environment.set("BUILD_REVISION", revision);
    }
    // Of the commit, so that the day of the build changes no byte.
    let time = std::env::var("SOURCE_DATE_EPOCH")
        .ok()
        .or_else(|| git(&["log", "-1", "--format=%ct"]));
    environment.set("SOURCE_DATE_EPOCH", time.unwrap_or_else(|| "0".to_owned()));
    prepare::files(&environment)?;
    Ok(environment)
}

fn git(arguments: &[&str]) -> Option<String> {
    let said = output(Environment::default().command("git").args(arguments))?;
    Some(said.trim().to_owned())
}

/// Builds both services for `machine`, and the packages and the tarball of it in `out`.
fn make(machine: &Machine, environment: &mut Environment, out: &Path) -> Outcome<()> {
    build(machine, environment)?;
    packages(machine, environment, out, "1", "xz")?;
    tarball::write(machine, environment, out)
}

/// Builds both services for `machine` and looks whether they run where they are to.
pub(crate) fn build(machine: &Machine, environment: &mut Environment) -> Outcome<()> {
    machine.get(environment)?;
    let mut build = environment.cargo(&["build", "--release", "--locked"]);
    build.args(["--package=capture-svc", "--package=gateway-svc"]);
    build.args(machine.selection());
    run(&format!("building for {}", machine.debian()), &mut build)?;
    machine.check(environment)?;
    machine.strip(environment)
}

/// What was built for `machine`, as Debian packages in `out`; `revision` counts packages of the same version. `compression`:
/// `xz`, or `gzip` where a minute matters more than a megabyte.
pub(crate) fn packages(
    machine: &Machine,
    environment: &Environment,
    out: &Path,
    revision: &str,
    compression: &str,
) -> Outcome<()> {
    for (package, variant) in PACKAGES {
        let mut deb = environment.cargo(&["deb", "--quiet", "--no-build", "--package", package]);
        deb.args(machine.selection());
        deb.arg("--no-strip")
            .env("CARGO_TARGET_DIR", machine::packed());
        if let Some(variant) = variant {
            deb.arg(format!("--variant={variant}"));
        }
        // By the system's own program: cargo-deb's gzip takes minutes for a percent.
        deb.args(["--compress-type", compression, "--compress-system"]);
        deb.args(["--deb-revision", revision, "--output"]).arg(out);
        run(
            &format!(
                "packing {} for {}",
                variant.unwrap_or(package),
                machine.debian()
            ),
            &mut deb,
        )?;
    }
    Ok(())
}

/// As `sha256sum --check` reads it.
fn sums(out: &Path) -> Outcome<String> {
    let names = names(out)?;
    let mut sum = Command::new("sha256sum");
    sum.arg("--").args(&names).current_dir(out);
    output(&mut sum).ok_or_else(|| format!("sha256sum failed in {}", out.display()))
}

fn names(out: &Path) -> Outcome<Vec<String>> {
    let entries = fs::read_dir(out).map_err(|error| format!("{}: {error}", out.display()))?;
    let name = |entry: fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
    let mut names: Vec<_> = entries.flatten().map(name).collect();
    names.sort();
    Ok(names)
}

fn show(out: &Path) -> Outcome<()> {
    println!();
    for name in names(out)? {
        let size = fs::metadata(out.join(&name)).map_or(0, |file| file.len());
        println!("  {:>9.2} MB  {name}", size as f64 / 1e6);
    }
    say(&format!("{} {}", paint("32", "dist:"), out.display()));
    Ok(())
}
