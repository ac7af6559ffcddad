//! A script as a camera, capture-svc that uses it, and everything that came of the script.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use async_nats::jetstream::kv;
use futures_util::StreamExt;
use testkit::{NatsServer, Picture, Process, Scratch, eventually};
use wire::CameraStatus;

/// Several times what anything here takes.
pub(crate) const REACTION_MAX: Duration = Duration::from_secs(30);

/// A folder of programs that stand before all others on the PATH.
pub(crate) struct Programs {
    folder: Scratch,
    /// In the environment of everything that capture starts.
    mark: String,
}

impl Programs {
    pub(crate) fn new() -> Self {
        let folder = Scratch::new("programs");
        let mark = format!("PROGRAMS_MARK={}", folder.path().display());
        Self { folder, mark }
    }

    /// A program called `name`: a shell script, in whose folder `$DIR` points.
    pub(crate) fn script(&self, name: &str, body: &str) -> PathBuf {
        let path = self.file(
            name,
            format!("#!/bin/sh\nDIR={}\n{body}", self.folder.path().display()),
        );
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("a file of ours");
        path
    }

    pub(crate) fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, content).expect("a folder of ours");
        path
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join(name)).unwrap_or_default()
    }

    /// Where capture finds them, and the mark.
    fn environment(&self) -> [(String, String); 2] {
        let (name, value) = self.mark.split_once('=').expect("as made above");
        let path = format!(
            "{}:/usr/local/bin:/usr/bin:/bin",
            self.folder.path().display()
        );
        [("PATH".into(), path), (name.into(), value.into())]
    }

    /// `capture-svc probe` of a command.
    pub(crate) fn probe(&self, command: &str, format: &str) -> Output {
        Command::new(env!("CARGO_BIN_EXE_capture-svc"))
            .arg("probe")
            .env("CAPTURE_SOURCE", format!("exec:{command}"))
            .env("CAPTURE_EXEC_FORMAT", format)
            .envs(self.environment())
            .output()
            .expect("it was built beside this test")
    }

    /// All processes that came of the programs: not capture itself, nor its minder.
    pub(crate) fn running(&self) -> BTreeSet<u32> {
        let entries = fs::read_dir("/proc").expect("proc").flatten();
        let ids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
        ids.filter(|pid| {
            let read = |what: &str| fs::read(format!("/proc/{pid}/{what}")).unwrap_or_default();
            let is_ours = |line: &[u8]| {
                line.split(|byte| *byte == 0)
                    .next()
                    .is_some_and(|name| name.ends_with(b"capture-svc"))
            };
            let marked = read("environ")
                .split(|byte| *byte == 0)
                .any(|entry| entry == self.mark.as_bytes());
            marked && !is_ours(&read("cmdline"))
        })
        .collect()
    }

    #[track_caller]
    pub(crate) fn gone(&self) -> impl Future<Output = ()> {
        eventually(REACTION_MAX, async || self.running().is_empty())
    }
}

/// A running service, watched or not.
pub(crate) struct Watched<'a> {
    pub(crate) capture: Process,
    pub(crate) nats: &'a NatsServer,
    pub(crate) demand: kv::Store,
}

impl<'a> Watched<'a> {
    /// With no linger: what happens at the last lease happens at once.
    pub(crate) async fn start(
        nats: &'a NatsServer,
        programs: &Programs,
        command: &str,
        more: &[(&str, &str)],
    ) -> Self {
        let source = format!("exec:{command}");
        let environment = programs.environment();
        let mut settings = vec![
            ("CAPTURE_SOURCE", source.as_str()),
            ("CAPTURE_LINGER", "0s"),
        ];
        settings.extend(
            environment
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str())),
        );
        settings.extend(more);
        let capture = Process::capture(nats, &settings).await;
        let js = async_nats::jetstream::new(nats.client().await);
        let demand = eventually(REACTION_MAX, || async {
            js.get_key_value("demand").await.ok()
        })
        .await;
        Self {
            capture,
            nats,
            demand,
        }
    }

    pub(crate) async fn watch(&self) {
        self.demand
            .put("q80.gw", "1".into())
            .await
            .expect("a lease");
    }

    pub(crate) async fn leave(&self) {
        self.demand.delete("q80.gw").await.expect("a lease");
    }

    /// The next `count` frames, with the lease renewed as long as it takes.
    pub(crate) async fn frames(&self, count: usize) -> Vec<Picture> {
        let mut frames = self
            .nats
            .client()
            .await
            .subscribe("frames.q80")
            .await
            .expect("a subscription");
        let mut taken = Vec::new();
        let all = async {
            while taken.len() < count {
                self.watch().await;
                let frame = tokio::time::timeout(Duration::from_secs(1), frames.next()).await;
                let Ok(Some(frame)) = frame else { continue };
                taken.push(Picture::read(&frame.payload).expect("a whole picture"));
            }
        };
        let done = tokio::time::timeout(REACTION_MAX, all).await;
        assert!(done.is_ok(), "{} of {count} frames", taken.len());
        taken
    }

    /// Two statuses of a service that nobody watches: a second of it.
    pub(crate) async fn status_unwatched(&self) {
        let mut told = self
            .nats
            .client()
            .await
            .subscribe("status")
            .await
            .expect("a subscription");
        for _ in 0..2 {
            let next = tokio::time::timeout(REACTION_MAX, told.next()).await;
            assert!(next.is_ok(), "no status");
        }
    }

    /// The first status that is as wanted, watched as long as it takes.
    pub(crate) async fn status(
        &self,
        mut wanted: impl FnMut(&CameraStatus) -> bool,
    ) -> CameraStatus {
        let mut told = self
            .nats
            .client()
            .await
            .subscribe("status")
            .await
            .expect("a subscription");
        let status = async {
            loop {
                self.watch().await;
                let message = told.next().await.expect("a live connection");
                let status = CameraStatus::of_message(&message.payload).expect("a status");
                if wanted(&status) {
                    return status;
                }
            }
        };
        tokio::time::timeout(REACTION_MAX, status)
            .await
            .expect("such a status comes")
    }
}

/// A JPEG of one shade.
pub(crate) fn jpeg(shade: u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    jpeg_encoder::Encoder::new(&mut bytes, 90)
        .encode(&[shade; 64 * 48], 64, 48, jpeg_encoder::ColorType::Luma)
        .expect("a picture of fitting size");
    bytes
}

/// The green of the middle of a picture.
pub(crate) fn shade(picture: &Picture) -> u8 {
    let middle = picture.height / 2 * picture.width + picture.width / 2;
    picture.rgb[middle * 3 + 1]
}

/// Descriptors and threads that a process has, and children of it that nobody waits for.
pub(crate) fn held(pid: u32) -> (usize, usize, usize) {
    let count = |what: &str| fs::read_dir(format!("/proc/{pid}/{what}")).map_or(0, Iterator::count);
    let children = fs::read_dir(Path::new("/proc"))
        .expect("proc")
        .flatten()
        .filter(|entry| {
            let stat = fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
            let parent = stat
                .rsplit_once(") ")
                .and_then(|(_, rest)| rest.split(' ').nth(1)?.parse().ok());
            parent == Some(pid)
        });
    (count("fd"), count("task"), children.count())
}
