//! What is in the audit log, and that it never holds anybody up.

use serde_json::Value;

use super::destination::Destination;
use super::*;

/// Far more than some thousand lines take; a hang is a failure with a name.
const DISK_TEST_TIMEOUT: Duration = Duration::from_secs(60);

fn who() -> Who {
    Who {
        sub: Some("neighbour".into()),
        by: Some("link"),
        address: [10, 0, 0, 7].into(),
    }
}

fn watched() -> Watched {
    Watched {
        via: "websocket",
        camera: "front-door".into(),
        quality: 60,
        rendition: "60s2".into(),
    }
}

struct Written {
    audit: Audit,
    path: std::path::PathBuf,
    _task: tokio::task::JoinSet<()>,
}

impl Written {
    fn to(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("audit-{name}-{}", std::process::id()));
        let _ = std::fs::remove_file(&path);
        Self::at(path)
    }

    fn at(path: std::path::PathBuf) -> Self {
        let (audit, writer) = Audit::new(Clock::start(), "gateway-1");
        let destination = Destination::File(path.clone());
        let mut task = tokio::task::JoinSet::new();
        task.spawn(async move {
            let _ = writer.run(destination).await;
        });
        Self {
            audit,
            path,
            _task: task,
        }
    }

    async fn lines(&self) -> Vec<Value> {
        self.audit.flush().await;
        let text = std::fs::read_to_string(&self.path).unwrap();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

#[tokio::test]
async fn a_viewer_is_a_line_when_it_comes_and_one_when_it_leaves() {
    let written = Written::to("viewer");
    let now = Clock::start().now();
    let mut visit = written.audit.came(who(), watched(), now);
    visit.bytes = 12_345;
    visit.reason = "expired";
    drop(visit);
    let lines = written.lines().await;
    let mut came = lines[0].clone();
    let mut left = lines[1].clone();
    for line in [&mut came, &mut left] {
        let time = line.as_object_mut().unwrap().remove("time").unwrap();
        let time = time.as_str().unwrap();
        assert!(time.len() == 24 && time.ends_with('Z'), "{time}");
    }
    let mut expected = serde_json::json!({
        "gateway": "gateway-1", "event": "came", "viewer": 1, "sub": "neighbour", "by": "link",
        "address": "10.0.0.7", "via": "websocket", "camera": "front-door", "quality": 60, "rendition": "60s2",
    });
    assert_eq!(came, expected);
    expected["event"] = "left".into();
    expected["duration_s"] = left["duration_s"].clone();
    expected["bytes"] = 12_345.into();
    expected["reason"] = "expired".into();
    assert_eq!(left, expected);
    assert!(left["duration_s"].as_f64().unwrap() < 5.0);
    assert_eq!(lines.len(), 2);
}

#[tokio::test]
async fn refusals_say_what_was_asked_for_and_are_no_flood() {
    let written = Written::to("refused");
    let nobody = Who {
        sub: None,
        by: None,
        address: [10, 0, 0, 7].into(),
    };
    for _ in 0..1000 {
        written.audit.refused(&nobody, "/snapshot.jpg", "token");
    }
    let lines = written.lines().await;
    assert!(lines.len() < 100, "{}", lines.len());
    assert_eq!(lines[0]["reason"], "token");
    assert_eq!(lines[0]["path"], "/snapshot.jpg");
    assert_eq!(lines[0]["sub"], Value::Null);
}

#[tokio::test]
async fn a_log_that_is_moved_away_is_begun_anew() {
    let written = Written::to("rotated");
    written.audit.snapshot(&who(), &watched(), 10);
    assert_eq!(written.lines().await.len(), 1);
    let moved = written.path.with_extension("1");
    std::fs::rename(&written.path, &moved).unwrap();
    written.audit.snapshot(&who(), &watched(), 20);
    let lines = written.lines().await;
    assert_eq!((lines.len(), &lines[0]["bytes"]), (1, &20.into()));
    std::fs::remove_file(moved).unwrap();
}

#[tokio::test]
async fn a_full_disk_stops_nobody() {
    let written = Written::at("/dev/full".into());
    for _ in 0..2 * MAX_WAITING {
        written.audit.snapshot(&who(), &watched(), 10);
    }
    let Audit(Some(inner)) = &written.audit else {
        panic!("it is on")
    };
    // A flush waits for a second only, and so many lines may take longer.
    testkit::eventually(DISK_TEST_TIMEOUT, async || {
        let lost = inner.lost.load(Ordering::Relaxed);
        (lost == 2 * MAX_WAITING as u64).then_some(()).ok_or(lost)
    })
    .await;
}

#[tokio::test]
async fn nothing_is_written_where_it_is_off() {
    let audit = Audit::default();
    let visit = audit.came(who(), watched(), Clock::start().now());
    audit.refused(&who(), "/", "token");
    drop(visit);
    audit.flush().await;
}
