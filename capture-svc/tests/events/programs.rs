//! `CAPTURE_ON_WATCH=exec:…`: programs that do what they should, and programs that do what they should not.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;

use testkit::{Scratch, eventually};

use crate::service::{REACTION_MAX, Service};

/// A shell script and what came of it.
struct Script {
    folder: Scratch,
}

impl Script {
    /// Its folder is `$DIR`.
    fn new(body: &str) -> Self {
        let folder = Scratch::new("on-watch");
        let path = folder.path().join("light");
        let text = format!("#!/bin/sh\nDIR={}\n{body}", folder.path().display());
        fs::write(&path, text).expect("a folder of ours");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("a file of ours");
        Self { folder }
    }

    fn setting(&self, arguments: &str) -> String {
        format!("exec:{}/light {arguments}", self.folder.path().display())
    }

    fn lines(&self) -> Vec<String> {
        let told = fs::read_to_string(self.folder.path().join("told")).unwrap_or_default();
        told.lines().map(str::to_owned).collect()
    }

    #[track_caller]
    fn told(&self, count: usize) -> impl Future<Output = Vec<String>> {
        eventually(REACTION_MAX, move || {
            let lines = self.lines();
            std::future::ready((lines.len() >= count).then_some(lines))
        })
    }

    /// Processes whose command line has its folder: not capture's own, which has it in its environment.
    fn running(&self) -> BTreeSet<u32> {
        let folder = self.folder.path().display().to_string();
        let entries = fs::read_dir("/proc").expect("proc").flatten();
        let ids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
        ids.filter(|pid| {
            let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
            String::from_utf8_lossy(&line).contains(&folder)
        })
        .collect()
    }

    #[track_caller]
    fn gone(&self) -> impl Future<Output = ()> {
        eventually(REACTION_MAX, async || self.running().is_empty())
    }
}

#[tokio::test]
async fn a_program_is_told_by_its_environment_and_knows_nothing_of_ours() {
    let script = Script::new(
        "echo \"$CAMERA|$STATE|$REASON|$GATEWAYS|$1|$(env | grep -c -e ^CAPTURE_ -e ^NATS_)\" >>$DIR/told\n\
         echo \"$EVENT\" >$DIR/$STATE\n",
    );
    let service = Service::start(&[("CAPTURE_ON_WATCH", &script.setting("'on or off'"))]).await;
    script.told(1).await;
    service.frames(1).await;
    script.told(2).await;
    service.leave().await;
    assert_eq!(
        script.told(3).await,
        [
            "default|unwatched|started|0|on or off|0",
            "default|watched|viewer|1|on or off|0",
            "default|unwatched|left|0|on or off|0",
        ]
    );
    let event = fs::read_to_string(script.folder.path().join("watched")).expect("it was told");
    let event: wire::CameraEvent = serde_json::from_str(&event).expect("an event");
    assert_eq!((event.camera.as_str(), event.gateways), ("default", 1));
    assert_eq!(service.failures("on_watch").await.to_bits(), 0f64.to_bits());
    script.gone().await;
}

#[tokio::test]
async fn a_program_that_talks_much_and_fails_is_told_once_by_its_last_words() {
    let script = Script::new(
        "echo once >>$DIR/told\ni=0\nwhile [ $i -lt 5000 ]; do echo no lamp $i; echo no lamp $i tulip >&2; i=$((i+1)); done\n\
         exit 3\n",
    );
    let setting = script.setting("--password tulip");
    let service = Service::start(&[("CAPTURE_ON_WATCH", &setting)]).await;
    service.frames(20).await;
    eventually(REACTION_MAX, || async {
        service.failures("on_watch").await >= 2.0
    })
    .await;
    let log = service.capture.log();
    assert_eq!(service.warnings("CAPTURE_ON_WATCH"), 1, "{log}");
    let words = "light has ended with exit code 3: no lamp 4999 …";
    assert!(log.contains(words) && !log.contains("tulip"), "{log}");
    assert!(script.lines().len() >= 2, "tried again");
}

#[tokio::test]
async fn a_program_that_hangs_with_its_children_holds_up_neither_pictures_nor_the_end() {
    let script = Script::new(
        "trap '' INT TERM\necho once >>$DIR/told\nsh -c 'trap \"\" INT TERM; sleep 1000; : '$DIR &\nsleep 1000\n",
    );
    let mut service = Service::start(&[("CAPTURE_ON_WATCH", &script.setting(""))]).await;
    script.told(1).await;
    service.frames(20).await;
    assert!(!script.running().is_empty(), "it still hangs");
    service.capture.terminate();
    assert!(service.capture.exited(REACTION_MAX).await.success());
    script.gone().await;
}

#[tokio::test]
async fn a_program_that_is_not_there_or_is_killed_is_told_and_touches_nothing() {
    let script = Script::new("kill -9 $$\n");
    for (setting, words) in [
        (script.setting(""), "light was ended by signal 9"),
        (
            "exec:/no/such/light --key tulip".to_owned(),
            "there is no program",
        ),
    ] {
        let service = Service::start(&[("CAPTURE_ON_WATCH", &setting)]).await;
        service.frames(10).await;
        eventually(REACTION_MAX, || async {
            service.warnings("CAPTURE_ON_WATCH") == 1
        })
        .await;
        let log = service.capture.log();
        assert!(log.contains(words) && !log.contains("tulip"), "{log}");
    }
}
