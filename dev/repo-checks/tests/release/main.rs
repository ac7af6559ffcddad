//! A release before there is one: the steps of its workflow are taken out and run, with what reaches the world replaced, and
//! the version is the same wherever it is spelt.
#![expect(
    clippy::disallowed_methods,
    reason = "a test: it puts programs before those of its PATH, and its environment says whether it mends what it compares"
)]

mod versions;
mod workflow;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use workflow::{Job, jobs};

const DIGEST: &str = "sha256:00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

/// What replaces a program that reaches the world or takes an hour: each call is a line in `calls`.
const REPLACED: [(&str, &str); 6] = [
    ("apt-get", ""),
    ("git", ""),
    ("docker", "cat >token"),
    (
        "cosign",
        r#"[ "$1" != sign-blob ] || { [ "$3" = --bundle ] && [ -s "$5" ] && echo {} >"$4"; }"#,
    ),
    (
        "cargo",
        r#"case "$*" in
"xtask dist")
    mkdir -p target/dist/out
    cd target/dist/out
    for name in gateway-svc_arm64.deb rero-cctv-linux-amd64.tar.xz web.cdx.json; do echo "$name" >"$name"; done
    sha256sum * >SHA256SUMS ;;
"xtask notes "*) exec "$REAL_CARGO" run --quiet --manifest-path "$REPOSITORY/Cargo.toml" --package xtask -- notes "$3" "$4" "$PWD/CHANGELOG.md" ;;
*) echo "no such command: cargo $*" >&2; exit 1 ;;
esac"#,
    ),
    (
        "gh",
        r#"while [ $# -gt 0 ]; do
    case "$1" in
    --notes-file) shift; cat "$1" >released ;;
    --repo | --title) shift ;;
    -* | release | create | v*) ;;
    *) [ -s "$1" ] || exit 1; echo "$1" >>attached ;;
    esac
    shift
done"#,
    ),
];

/// A machine of the workflow: a folder, and the programs above before all others.
struct Runner {
    folder: PathBuf,
}

impl Runner {
    fn new(name: &str, changelog: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("release-{name}-{}", std::process::id()));
        fs::create_dir_all(folder.join("replaced")).expect("a folder");
        for (program, body) in REPLACED {
            let script = format!(
                "#!/bin/sh\nset -eu\necho \"{program} $*\" >>\"$RUNNER_FOLDER/calls\"\n{body}\n"
            );
            let file = folder.join("replaced").join(program);
            fs::write(&file, script).expect("a program");
            fs::set_permissions(file, fs::Permissions::from_mode(0o755)).expect("executable");
        }
        fs::write(folder.join("CHANGELOG.md"), changelog).expect("the changes");
        Self { folder }
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.folder.join(name)).unwrap_or_default()
    }

    /// Runs a job with `target` for its matrix, until a step fails.
    fn run(&self, job: &Job, target: &str) -> Result<(), String> {
        let mut outputs = vec![("steps.build.outputs.digest".to_owned(), DIGEST.to_owned())];
        for step in &job.steps {
            let Some(script) = &step.script else { continue };
            let script = workflow::fill_in(script, target, &outputs);
            let said = self.step(job, &script);
            if !said.status.success() {
                return Err(format!(
                    "{script}\n{}",
                    String::from_utf8_lossy(&[said.stdout, said.stderr].concat())
                ));
            }
            let written = self.read("output");
            let _ = fs::remove_file(self.folder.join("output"));
            for (name, value) in written.lines().filter_map(|line| line.split_once('=')) {
                let id = step.id.as_deref().expect("a step with outputs has an id");
                outputs.push((format!("steps.{id}.outputs.{name}"), value.to_owned()));
            }
        }
        Ok(())
    }

    fn step(&self, job: &Job, script: &str) -> Output {
        let path = std::env::var("PATH").expect("a PATH");
        // As GitHub does it: bash on its own machines, sh in a container.
        let shell = if job.in_container { "sh" } else { "bash" };
        Command::new(shell)
            .args(["-e", "-c", script])
            .current_dir(&self.folder)
            .env(
                "PATH",
                format!("{}:{path}", self.folder.join("replaced").display()),
            )
            .env("RUNNER_FOLDER", &self.folder)
            .env(
                "REPOSITORY",
                Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."),
            )
            .env("REAL_CARGO", env!("CARGO"))
            .env("GITHUB_OUTPUT", self.folder.join("output"))
            .env("GITHUB_REF_NAME", format!("v{}", env!("CARGO_PKG_VERSION")))
            .env("GITHUB_REPOSITORY", "Example/Cameras")
            .env("GITHUB_ACTOR", "somebody")
            .env("REGISTRY_TOKEN", "secret")
            .output()
            .expect("a shell")
    }
}

impl Drop for Runner {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn changelog() -> String {
    format!(
        "# Changelog\n\n## Unreleased\n\n## {}\n\n- A change that users see.\n",
        env!("CARGO_PKG_VERSION")
    )
}

#[test]
fn a_tag_becomes_a_release_with_packages_images_by_digest_and_signatures() {
    let runner = Runner::new("whole", &changelog());
    let jobs = jobs();
    let names: Vec<&str> = jobs.iter().map(|job| job.name.as_str()).collect();
    assert_eq!(names, ["packages", "images", "release"]);
    runner.run(&jobs[0], "").unwrap();
    for target in ["capture", "gateway"] {
        runner.run(&jobs[1], target).unwrap();
    }
    runner.run(&jobs[2], "").unwrap();

    let version = env!("CARGO_PKG_VERSION");
    let (calls, released) = (runner.read("calls"), runner.read("released"));
    assert!(
        released.starts_with("- A change that users see.\n"),
        "{released}"
    );
    for target in ["capture", "gateway"] {
        let image = format!("ghcr.io/example/cameras/{target}-svc");
        assert!(
            released.contains(&format!("- `{image}:{version}@{DIGEST}`")),
            "{released}"
        );
        assert!(
            calls.contains(&format!("cosign sign --yes {image}@{DIGEST}\n")),
            "{calls}"
        );
    }
    assert!(released.contains("  gateway-svc_arm64.deb"), "{released}");
    let attached = runner.read("attached");
    for name in [
        "gateway-svc_arm64.deb",
        "linux-amd64.tar.xz",
        "web.cdx.json",
        "SHA256SUMS",
        "SHA256SUMS.sigstore.json",
    ] {
        assert!(
            attached.lines().any(|line| line.ends_with(name)),
            "{name} in {attached}"
        );
    }
    assert!(
        calls.contains(&format!("gh release create v{version} ")),
        "{calls}"
    );
    assert!(
        !calls.contains("secret"),
        "a token on a command line: {calls}"
    );
}

#[test]
fn a_tag_without_its_section_of_changes_makes_no_release() {
    let runner = Runner::new("unsaid", "# Changelog\n\n## Unreleased\n\n- Something.\n");
    let why = runner.run(&jobs()[0], "").unwrap_err();
    assert!(why.contains("CHANGELOG.md has no section"), "{why}");
    assert!(!runner.read("calls").contains("xtask dist"));
}
