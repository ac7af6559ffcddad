//! The images that ours stand on or run beside: pulled, or where no registry answers, stand-ins of the same names made of
//! Debian's packages.

use std::fs;
use std::path::{Path, PathBuf};

use super::notes::Notes;
use crate::shell::{Environment, Outcome, find_on_path, output, run, say};
use crate::tools::apt_install;

const RUNTIME: &str = "gcr.io/distroless/cc-debian13:nonroot";
const NATS: &str = "nats:2.15-alpine";
const HAPROXY: &str = "haproxy:3.2-alpine";
const PROMETHEUS: &str = "prom/prometheus:v3.13.1";
/// What the stand-ins are made of.
const PARTS: &str = "rero-standin:parts";

pub(crate) fn get(directory: &Path, environment: &Environment, notes: &mut Notes) -> Outcome<()> {
    let here = |image: &str| {
        output(
            environment
                .command("docker")
                .args(["image", "inspect", image]),
        )
        .is_some()
    };
    let standing_in = here(PARTS);
    let pulled = |image: &str| {
        let mut pull = environment.command("timeout");
        output(pull.args(["120", "docker", "pull", "--quiet", image])).is_some()
    };
    let all = [RUNTIME, NATS, HAPROXY, PROMETHEUS];
    if !all.iter().all(|image| here(image)) {
        say("getting the base images");
        if standing_in || !all.iter().all(|image| here(image) || pulled(image)) {
            stand_in(directory, environment)?;
        }
    }
    if here(PARTS) {
        notes.not_checked("the real base images: no registry answers here, stand-ins of Debian packages took their names");
    }
    Ok(())
}

fn stand_in(directory: &Path, environment: &Environment) -> Outcome<()> {
    if find_on_path("mmdebstrap").is_none() {
        apt_install(&["mmdebstrap"])?;
    }
    let made = directory.join("bases");
    fs::create_dir_all(&made).map_err(|error| format!("{}: {error}", made.display()))?;
    let runtime = bootstrap(
        &made,
        "runtime.tar",
        "libc6,libgcc-s1,ca-certificates,base-files,tzdata",
        environment,
    )?;
    import(&runtime, RUNTIME, environment)?;
    let parts = "libc6,ca-certificates,base-files,haproxy,prometheus,busybox-static";
    let parts = bootstrap(&made, "parts.tar", parts, environment)?;
    import(&parts, PARTS, environment)?;

    let server = find_nats()?;
    fs::copy(&server, made.join("nats-server"))
        .map_err(|error| format!("{}: {error}", server.display()))?;
    let busybox = r#"RUN ["/usr/bin/busybox", "mkdir", "-p", "/usr/local/bin"]
RUN ["/usr/bin/busybox", "ln", "-sf", "/usr/bin/busybox", "/usr/local/bin/wget"]
RUN ["/usr/bin/busybox", "ln", "-sf", "/usr/bin/busybox", "/usr/local/bin/chown"]
RUN ["/usr/bin/busybox", "mkdir", "-p", "-m", "1777", "/prometheus", "/tmp"]
"#;
    let recipes = [
        (
            NATS,
            "COPY nats-server /usr/local/bin/nats-server\nENTRYPOINT [\"nats-server\"]\n",
        ),
        (
            HAPROXY,
            "STOPSIGNAL SIGUSR1\nUSER 99:99\nCMD [\"haproxy\", \"-W\", \"-db\", \"-f\", \"/usr/local/etc/haproxy/haproxy.cfg\"]\n",
        ),
        (
            PROMETHEUS,
            "USER 65534:65534
WORKDIR /prometheus
ENTRYPOINT [\"/bin/prometheus\"]
",
        ),
    ];
    for (image, recipe) in recipes {
        let file = made.join("Dockerfile");
        fs::write(&file, format!("FROM {PARTS}\n{busybox}{recipe}"))
            .map_err(|error| error.to_string())?;
        let mut build = environment.command("docker");
        build
            .args(["build", "--quiet", "--tag", image, "--file"])
            .arg(&file)
            .arg(&made);
        run(&format!("a stand-in for {image}"), &mut build)?;
    }
    Ok(())
}

/// Debian trixie with these packages and what they need, unpacked only.
fn bootstrap(
    made: &Path,
    name: &str,
    packages: &str,
    environment: &Environment,
) -> Outcome<PathBuf> {
    let tar = made.join(name);
    if !tar.exists() {
        let part = made.join(format!("part-{name}"));
        let mut bootstrap = environment.command("mmdebstrap");
        bootstrap.args([
            "--quiet",
            "--variant=extract",
            &format!("--include={packages}"),
            "trixie",
        ]);
        bootstrap.arg(&part).arg("http://deb.debian.org/debian");
        run(&format!("mmdebstrap {packages}"), &mut bootstrap)?;
        fs::rename(&part, &tar).map_err(|error| error.to_string())?;
    }
    Ok(tar)
}

fn import(tar: &Path, image: &str, environment: &Environment) -> Outcome<()> {
    let mut import = environment.command("docker");
    import.args([
        "import",
        "--change",
        "ENV PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    ]);
    run(
        &format!("docker import {image}"),
        import.arg(tar).arg(image),
    )
}

/// The server that the tests use: 2.10 or later, and it runs on trixie.
fn find_nats() -> Outcome<PathBuf> {
    let path = crate::tools::NATS_SERVER.get(&mut Environment::default())?;
    Ok(path)
}
