//! Every command that a document shows is run by something: here is by what, and that this still does it.

use std::path::Path;

/// Beginning of a command, the file that runs it, and what must stand in there.
const RUN: &[(&str, &str, &str)] = &[
    (
        "cargo xtask run",
        "dev/xtask/src/docs_commands.rs",
        "CAPTURE_SOURCE=pattern cargo xtask run",
    ),
    (
        "CAPTURE_SOURCE=pattern cargo xtask run",
        "dev/xtask/src/docs_commands.rs",
        "CAPTURE_SOURCE=pattern cargo xtask run",
    ),
    (
        "CAPTURE_SOURCE=file:",
        "dev/xtask/src/docs_commands.rs",
        "CAPTURE_SOURCE=file:recording.mjpeg cargo xtask run",
    ),
    (
        "gateway-svc share ",
        "gateway-svc/tests/it/bearers/login.rs",
        "\"--link-key-file\"",
    ),
    ("ffmpeg ", "dev/xtask/src/docs_commands.rs", "\"ffmpeg \""),
    ("cargo xtask test", ".ci/run", "cargo xtask test"),
    // A camera named in each of the ways; which one, `cargo xtask run` passes on as it is.
    ("CAPTURE_SOURCE=/dev/video2", CAMERA_VM, "/dev/video0"),
    ("CAPTURE_SOURCE=name:", CAMERA_VM, "name:"),
    ("CAPTURE_SOURCE=/dev/v4l/by-id/", CAMERA_VM, "by-id"),
    ("CAPTURE_SOURCE=http://", HTTP_CAMERA, "CAPTURE_SOURCE"),
    (
        "CAPTURE_HTTP_POLL=1s CAPTURE_SOURCE=http://",
        HTTP_CAMERA,
        "CAPTURE_HTTP_POLL",
    ),
    (
        "CAPTURE_SOURCE='exec:ffmpeg -nostdin -loglevel error -rtsp_transport",
        "capture-svc/tests/rtsp/main.rs",
        "-rtsp_transport tcp",
    ),
    // By programs that write the same.
    (
        "CAPTURE_SOURCE='exec:",
        "capture-svc/tests/exec/outputs.rs",
        "RPICAM_RAW",
    ),
    (
        "deploy/keys.sh --hub ",
        "dev/deploy-checks/src/sites/site.rs",
        "\"--hub\"",
    ),
    ("deploy/keys.sh --camera-site ", SITES, "\"--camera-site\""),
    ("deploy/keys.sh --viewer-site ", SITES, "\"--viewer-site\""),
    (
        "deploy/keys.sh",
        "dev/xtask/src/containers/stack.rs",
        "keys.sh",
    ),
    (
        "cd deploy && docker compose up -d --wait",
        LIFECYCLE,
        "compose_as_set(&[], &[\"up\"",
    ),
    ("deploy/roll.sh", LIFECYCLE, "roll.sh"),
    (
        "sudo apt install ./*.deb",
        "dev/xtask/src/packages/proof.sh",
        "apt install --yes ./*.deb",
    ),
];
const CAMERA_VM: &str = "dev/uvc-emulator/tests/camera/scenarios/devices.rs";
const HTTP_CAMERA: &str = "capture-svc/tests/http_camera.rs";
const SITES: &str = "dev/deploy-checks/src/sites.rs";
const LIFECYCLE: &str = "dev/deploy-checks/src/lifecycle.rs";

/// What nothing here can run, and why; the document must say so or it must be plain to its reader.
const NOT_RUN: &[(&str, &str)] = &[
    (
        "kubectl apply ",
        "takes a cluster; the manifests are rendered and checked",
    ),
    (
        "helm install ",
        "takes a cluster; the chart is linted, rendered and compared",
    ),
    (
        "deploy/k8s/keys.sh | kubectl",
        "takes a cluster; what keys.sh prints is checked",
    ),
    ("openssl rand ", "makes a secret"),
    ("mjpg_streamer ", "takes a camera"),
    (
        "cargo xtask bench fanout mjpeg ",
        "takes one of these or ours, running",
    ),
    ("stat -c ", "looks at the reader's own camera"),
    ("sudo usermod ", "changes the reader's own account"),
];

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The commands in the `sh` blocks of the README and of docs/.
fn commands() -> Vec<(String, String)> {
    let docs = std::fs::read_dir(root().join("docs")).expect("docs/");
    let documents = docs
        .flatten()
        .filter(|entry| {
            entry
                .path()
                .extension()
                .is_some_and(|extension| extension == "md")
        })
        .map(|entry| format!("docs/{}", entry.file_name().display()))
        .chain(
            [
                "README.md",
                "CONTRIBUTING.md",
                "SECURITY.md",
                "bench/README.md",
            ]
            .map(str::to_owned),
        );
    let mut found = Vec::new();
    for document in documents {
        let text = read(&document);
        for block in text.split("```sh\n").skip(1) {
            let block = block.split("```").next().unwrap_or_default();
            let lines = block.replace("\\\n", " ");
            found.extend(
                lines
                    .lines()
                    .map(|line| (document.clone(), line.to_owned())),
            );
        }
    }
    found
}

#[test]
fn every_command_of_the_documents_is_run_by_something() {
    let commands = commands();
    assert!(
        commands.len() > 10,
        "only {} commands found",
        commands.len()
    );
    for (document, command) in &commands {
        let run = RUN.iter().find(|(start, ..)| command.starts_with(start));
        let Some((_, by, needle)) = run else {
            assert!(
                NOT_RUN.iter().any(|(start, _)| command.starts_with(start)),
                "{document}: nothing runs {command:?}"
            );
            continue;
        };
        assert!(
            read(by).contains(needle),
            "{document}: {by} no longer runs {command:?}: it has no {needle}"
        );
    }
    let starts = RUN.iter().map(|(start, ..)| start);
    for start in starts.chain(NOT_RUN.iter().map(|(start, _)| start)) {
        assert!(
            commands
                .iter()
                .any(|(_, command)| command.starts_with(start)),
            "no document shows {start:?} any more"
        );
    }
}
