//! What `deploy/` says twice, or says about the services, agrees.

use std::fs;
use std::path::Path;

fn read(path: &str) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(path);
    fs::read_to_string(file).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[test]
fn kubernetes_gets_the_configuration_of_nats_that_is_tested() {
    for name in ["nats.conf", "nats-users.conf"] {
        let copy = read(&format!("deploy/k8s/base/{name}"));
        assert_eq!(
            copy,
            read(&format!("deploy/{name}")),
            "copy deploy/{name} to deploy/k8s/base"
        );
    }
    let whole = read("deploy/nats.conf");
    let clustered = read("deploy/k8s/overlays/ha/nats.conf");
    for line in whole.lines() {
        assert!(
            clustered.lines().any(|other| other == line),
            "overlays/ha/nats.conf lacks {line}"
        );
    }
}

/// Names that look like settings, in what starts the services.
#[test]
fn every_setting_that_deploy_makes_exists() {
    let readme = read("README.md");
    let mut files = vec![
        read("deploy/compose.yaml"),
        read("deploy/compose.camera.yaml"),
    ];
    for file in [
        "base/capture.yaml",
        "base/gateway.yaml",
        "overlays/ha/capture-standby.yaml",
    ] {
        files.push(read(&format!("deploy/k8s/{file}")));
    }
    for overlay in ["camera", "camera-privileged", "ha"] {
        files.push(read(&format!(
            "deploy/k8s/overlays/{overlay}/kustomization.yaml"
        )));
    }
    files.push(read("deploy/Dockerfile"));
    let foreign = [
        "CAPTURE_NKEY",
        "GATEWAY_NKEY",
        "CAPTURE_IMAGE",
        "GATEWAY_IMAGE",
    ];
    let mut seen = 0;
    for text in &files {
        let words = text.split(|c: char| !(c.is_ascii_uppercase() || c == '_'));
        let ours = words.filter(|word| {
            word.starts_with("CAPTURE_")
                || word.starts_with("GATEWAY_")
                || *word == "NATS_NKEY_FILE"
        });
        for name in ours.filter(|word| !foreign.contains(word)) {
            seen += 1;
            assert!(
                readme.contains(&format!("| `{name}` |")),
                "no service knows {name}"
            );
        }
    }
    assert!(seen > 15, "{seen} settings found");
}
