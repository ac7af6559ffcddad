//! Figures of the stack beside those of the first time that somebody measured it (2026-11-29, two shared cores, release
//! builds): what a kill of each part costs its viewers, memory when nobody watches, the images. A figure is red only where
//! it would be a fault on any machine.

use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::crowd::Crowd;
use crate::docker::{ComposeStack, answer, compose, containers, docker, inspect};
use crate::report::{Finding, Report};

const VIEWERS: usize = 20;
/// A part that is killed comes back by itself, and everybody sees pictures again.
const BACK_WITHIN: Duration = Duration::from_secs(20);
/// From `kill -9` to the worst viewer's next picture.
const KILLED: [(&str, &str); 4] = [
    ("capture", "0.69 s"),
    ("gateway", "0.48 s"),
    ("nats", "1.53 s"),
    ("haproxy", "2.22 s"),
];
/// MiB of each when nobody watches.
const IDLE: &str = "capture 2.6 to 8, gateway 1.8 to 2.3, nats 5, haproxy 11";
/// MB on disk, on the same base.
const IMAGES: &str = "capture 37.9, gateway 36.4";
/// More than this is a leak, not a figure.
const IDLE_MIB_MAX: f64 = 200.0;

pub(crate) async fn play(stack: &ComposeStack, report: &mut Report) {
    let since = Instant::now();
    report.note("memory, nobody watches", since, &idle());
    let since = Instant::now();
    report.note("images", since, &images());
    for (service, before) in KILLED {
        let since = Instant::now();
        let finding = killed(stack, service).await;
        let finding = finding.map(|took| format!("all {VIEWERS} live after {took:.2?} ({before})"));
        report.note(&format!("kill -9 {service}"), since, &finding);
    }
    let since = Instant::now();
    report.note("down and up again", since, &again(stack).await);
}

/// Kills the process of the service's first container, as the kernel would.
async fn killed(stack: &ComposeStack, service: &str) -> Result<Duration, String> {
    let crowd = Crowd::start(stack, VIEWERS);
    crowd.all_see(10, BACK_WITHIN).await?;
    let ids = containers(service)?;
    let id = ids.first().ok_or_else(|| format!("no {service} runs"))?;
    let pid = inspect(id)?["State"]["Pid"].as_u64().unwrap_or_default();
    let mut kill = Command::new("kill");
    kill.args(["-KILL", &pid.to_string()]);
    answer(kill)?;
    let took = crowd.all_see(3, BACK_WITHIN).await;
    crowd.leave().await;
    let up = ["up", "--detach", "--wait", "--no-recreate", "--no-build"];
    compose(&[], &up)?;
    took
}

fn idle() -> Finding {
    let format = "{{.Name}} {{.MemUsage}}";
    let text = docker(&["stats", "--no-stream", "--format", format])?;
    let project = std::env::var("COMPOSE_PROJECT_NAME").unwrap_or_default();
    let mut words = Vec::new();
    for line in text.lines().filter(|line| line.starts_with(&project)) {
        let mut parts = line.split_whitespace();
        let (name, used) = (parts.next().unwrap_or_default(), parts.next());
        let used = used.and_then(mib).ok_or_else(|| line.to_owned())?;
        let name = name.trim_start_matches(&project).trim_matches('-');
        if used > IDLE_MIB_MAX && !name.starts_with("prometheus") {
            return Err(format!("{name} has {used} MiB and nobody watches"));
        }
        words.push(format!("{name} {used:.0}"));
    }
    Ok(format!("{} MiB ({IDLE})", words.join(", ")))
}

/// PURE: `5.2MiB`, `1.1GiB`, `800KiB`.
fn mib(text: &str) -> Option<f64> {
    let at = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let (number, unit) = text.split_at(at);
    let number: f64 = number.parse().ok()?;
    match unit {
        "GiB" => Some(number * 1024.0),
        "MiB" => Some(number),
        "KiB" => Some(number / 1024.0),
        "B" => Some(number / 1024.0 / 1024.0),
        _ => None,
    }
}

fn images() -> Finding {
    let size = |service: &str| {
        let ids = containers(service)?;
        let container = inspect(ids.first().map_or("", String::as_str))?;
        let image = inspect(container["Image"].as_str().unwrap_or_default())?;
        let bytes = Value::as_f64(&image["Size"]).ok_or("an image of no size")?;
        Ok::<String, String>(format!("{service} {:.1}", bytes / 1e6))
    };
    Ok(format!(
        "{}, {} MB ({IMAGES})",
        size("capture")?,
        size("gateway")?
    ))
}

/// Volumes and all: the next `up` begins with nothing.
async fn again(stack: &ComposeStack) -> Finding {
    let started = Instant::now();
    compose(&[], &["down", "--volumes", "--timeout", "10"])?;
    let down = started.elapsed();
    let since = Instant::now();
    compose(&[], &["up", "--detach", "--wait", "--no-build"])?;
    let crowd = Crowd::start(stack, VIEWERS);
    let seen = crowd.all_see(3, BACK_WITHIN).await;
    crowd.leave().await;
    seen?;
    let up = since.elapsed();
    Ok(format!(
        "down in {down:.1?} (3.7 s), pictures {up:.1?} after up (8.2 s)"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_read_as_docker_writes_it() {
        assert_eq!(mib("5.5MiB"), Some(5.5));
        assert_eq!(mib("2GiB"), Some(2048.0));
        assert_eq!(mib("512KiB"), Some(0.5));
        assert_eq!(mib("five"), None);
        assert_eq!(mib("5.5"), None);
    }
}
