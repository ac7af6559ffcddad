//! What `deploy/` says twice, or says about the services, agrees.
#![expect(
    clippy::disallowed_methods,
    reason = "a test: its environment says whether it makes the file that it otherwise compares"
)]

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
    assert_eq!(
        read("deploy/k8s/components/hub/nats-hub.conf"),
        read("deploy/nats-hub.conf"),
        "copy deploy/nats-hub.conf to deploy/k8s/components/hub"
    );
    let whole = read("deploy/nats.conf");
    let clustered = read("deploy/k8s/components/ha/nats.conf");
    for line in whole.lines() {
        assert!(
            clustered.lines().any(|other| other == line),
            "components/ha/nats.conf lacks {line}"
        );
    }
}

/// Kustomize cannot put a file into an object of another kind, so this one is made of the other.
#[test]
fn kubernetes_gets_the_rules_that_are_tested() {
    let name = "deploy/k8s/components/monitoring/rules.yaml";
    let text = read(name);
    let head = text
        .split_inclusive('\n')
        .take_while(|line| !line.starts_with("  groups:"));
    let rules = read("deploy/prometheus/rules.yml");
    let indented = rules
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            if line.is_empty() {
                "\n".into()
            } else {
                format!("  {line}\n")
            }
        });
    let wanted: String = head.map(str::to_owned).chain(indented).collect();
    if std::env::var_os("UPDATE_DEPLOY").is_some() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../..")
            .join(name);
        fs::write(file, &wanted).expect("the object");
    } else {
        assert_eq!(
            text, wanted,
            "UPDATE_DEPLOY=1 cargo test -p repo-checks --test deploy makes it"
        );
    }
}

/// What is named after -f undoes what another line said; what .env says stays.
#[test]
fn no_document_has_a_line_of_compose_that_undoes_another() {
    for name in [
        "README.md",
        "docs/operating.md",
        "docs/access.md",
        "docs/cameras.md",
        "docs/security.md",
    ] {
        let text = read(name);
        let lines = text.lines().filter(|line| line.contains("docker compose"));
        for line in lines {
            let undoes =
                line.contains(" -f ") || line.contains("--file") || line.contains("--scale");
            assert!(!undoes, "{name}: say it in deploy/.env instead: {line}");
        }
    }
}

/// Names that look like settings, in what starts the services.
#[test]
fn every_setting_that_deploy_makes_exists() {
    let readme = read("README.md");
    let mut files = vec![
        read("deploy/compose.yaml"),
        read("deploy/compose.camera.yaml"),
        read("deploy/compose.second-camera.yaml"),
        read("deploy/compose.cameras.yaml"),
        read("deploy/compose.edge.yaml"),
        read("deploy/.env.example"),
        read("deploy/systemd/capture.env"),
    ];
    for file in [
        "base/capture.yaml",
        "base/gateway.yaml",
        "another-camera/capture.yaml",
        "components/camera/kustomization.yaml",
        "components/camera-privileged/kustomization.yaml",
        "components/ha/kustomization.yaml",
    ] {
        files.push(read(&format!("deploy/k8s/{file}")));
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
    assert!(seen > 20, "{seen} settings found");
}

/// What compose.yaml does not let .env say of capture-svc, and why.
const LEFT_OUT: [(&str, &str); 6] = [
    (
        "of one camera: its table in the file of compose.cameras.yaml says it",
        "CAPTURE_FORMAT CAPTURE_EXEC_FORMAT CAPTURE_RANGE CAPTURE_INPUT CAPTURE_STANDARD CAPTURE_SUBSAMPLING \
         CAPTURE_LINGER CAPTURE_WARMUP CAPTURE_CONTROLS CAPTURE_ROTATE CAPTURE_FLIP CAPTURE_HTTP_POLL CAPTURE_HTTP_INSECURE",
    ),
    (
        "names a file, which has to be mounted as well",
        "CAPTURE_HTTP_PASSWORD_FILE CAPTURE_HTTP_CA_FILE CAPTURE_MQTT_PASSWORD_FILE CAPTURE_MQTT_CA_FILE",
    ),
    (
        "tells somebody elsewhere: the network of the bus does not lead there, that of compose.cameras.yaml does",
        "CAPTURE_ON_WATCH CAPTURE_MOTION_ABOVE CAPTURE_MQTT_URL CAPTURE_MQTT_TOPIC CAPTURE_MQTT_DISCOVERY \
         CAPTURE_MQTT_PICTURE_EVERY",
    ),
    (
        "said by compose.cameras.yaml, compose.second-camera.yaml and compose.edge.yaml",
        "CAPTURE_CONFIG CAPTURE_CAMERA_ID",
    ),
    (
        "as this stack is: one NATS, an admin port that nobody outside reaches",
        "CAPTURE_BUCKET_REPLICAS CAPTURE_ADMIN_LISTEN CAPTURE_ALLOWED_HOSTS",
    ),
    ("to compare encoders with", "CAPTURE_ENCODER"),
];

/// The README has what `--help` lists: another test keeps them together.
#[test]
fn every_setting_of_capture_can_be_made_in_env_or_it_is_said_why_not() {
    let (readme, compose) = (read("README.md"), read("deploy/compose.yaml"));
    let (example, packaged) = (
        read("deploy/.env.example"),
        read("deploy/systemd/capture.env"),
    );
    let left_out: Vec<&str> = LEFT_OUT
        .iter()
        .flat_map(|(_, names)| names.split_whitespace())
        .collect();
    let mut wrong = Vec::new();
    let mut listed = Vec::new();
    for row in readme.lines().filter(|row| row.starts_with("| `CAPTURE_")) {
        let cells: Vec<&str> = row
            .split('|')
            .map(|cell| cell.trim().trim_matches('`'))
            .collect();
        let (name, default) = (cells[1], cells[2]);
        listed.push(name);
        let passed = compose.contains(&format!("{name}: ${{{name}:-"));
        match (passed, left_out.contains(&name)) {
            (true, true) => wrong.push(format!("{name} is passed on: no reason is needed")),
            (false, false) => {
                wrong.push(format!("{name}: in compose.yaml, or why not in LEFT_OUT"));
            }
            (false, true) => {}
            (true, false) => {
                let ours = format!("{name}: ${{{name}:-{default}}}\n");
                // The stack has no camera until it is told of one.
                if name != "CAPTURE_SOURCE" && !compose.contains(&ours) {
                    wrong.push(format!(
                        "{name}: compose.yaml has another default than {default}"
                    ));
                }
                for (file, text) in [(".env.example", &example), ("capture.env", &packaged)] {
                    let line = |line: &str| {
                        line.trim_start_matches('#')
                            .starts_with(&format!("{name}="))
                    };
                    if !text.lines().any(line) {
                        wrong.push(format!("{name}: not in {file}"));
                    }
                }
            }
        }
    }
    let gone = left_out.iter().filter(|name| !listed.contains(name));
    wrong.extend(gone.map(|name| format!("{name}: no service has it any more")));
    assert!(listed.len() > 30, "{} settings found", listed.len());
    assert!(wrong.is_empty(), "{wrong:#?}");
    // The chart lets `settings.capture` say anything.
    let chart = read("deploy/chart/templates/_helpers.tpl");
    assert!(chart.contains("include \"rero.settings\" $values.settings.capture"));
}

/// A tag can be moved to other code; a commit cannot.
#[test]
fn every_action_is_named_by_its_commit_and_says_its_version() {
    let workflows = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.github/workflows");
    let mut seen = 0;
    for file in fs::read_dir(workflows).expect("the workflows").flatten() {
        let text = fs::read_to_string(file.path()).expect("a workflow");
        for action in text.lines().filter_map(|line| line.split("uses: ").nth(1)) {
            let pinned = action
                .split_once('@')
                .and_then(|(_, pin)| pin.split_once(" # v"));
            let commit = pinned.map_or("", |(commit, _)| commit);
            let whole = commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
            assert!(whole, "{action}");
            seen += 1;
        }
    }
    assert!(seen > 5, "{seen} actions found");
}

/// What anybody may publish under the same name later is pinned by whoever runs it, see docs/operating.md.
#[test]
fn every_image_that_is_not_built_here_can_be_replaced_by_a_digest() {
    let mut seen = 0;
    for name in [
        "compose.yaml",
        "compose.monitoring.yaml",
        "compose.alerts.yaml",
    ] {
        let text = read(&format!("deploy/{name}"));
        for image in text
            .lines()
            .filter_map(|line| line.trim().strip_prefix("image: "))
        {
            assert!(
                image.starts_with("${") && image.contains("_IMAGE:-"),
                "{image}"
            );
            seen += 1;
        }
    }
    for image in read("deploy/Dockerfile")
        .lines()
        .filter(|line| line.starts_with("FROM "))
    {
        assert!(image.contains("_IMAGE} AS "), "{image}");
        seen += 1;
    }
    assert!(seen > 9, "{seen} images found");
}
