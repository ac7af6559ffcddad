//! What is read off the machine: what capture-svc takes, holds, counts and says there.

use std::time::Duration;

use crate::rig::Rig;

/// Descriptors, threads and memory of a process, without the parts of its files that are in memory: those come as they are
/// first used.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Held {
    pub(crate) descriptors: u64,
    pub(crate) threads: u64,
    pub(crate) kib: u64,
}

impl Rig {
    /// How much of a processor capture-svc takes.
    pub(crate) async fn cpu_percent(&mut self, over: Duration) -> f64 {
        // User and system time in hundredths of a second. Source: proc(5), /proc/pid/stat, fields 14 and 15.
        let line =
            "cut -d' ' -f14,15 /proc/$(cat /tmp/capture.pid)/stat; cut -d' ' -f1 /proc/uptime";
        let line = format!("{line}; sleep {}; {line}", over.as_secs());
        let output = self.guest.sh(&line).await;
        let rows: Vec<f64> = output
            .lines()
            .map(|line| {
                line.split(' ')
                    .filter_map(|number| number.parse::<f64>().ok())
                    .sum()
            })
            .collect();
        (rows[2] - rows[0]) / (rows[3] - rows[1])
    }

    /// What capture-svc holds.
    pub(crate) async fn held(&mut self) -> Held {
        let line = "ls /proc/$(cat /tmp/capture.pid)/fd | wc -l; ls /proc/$(cat /tmp/capture.pid)/task | wc -l; \
                    grep RssAnon /proc/$(cat /tmp/capture.pid)/status | tr -dc '0-9'; echo";
        let output = self.guest.sh(line).await;
        let mut numbers = output.lines().filter_map(|line| line.trim().parse().ok());
        let mut next = || numbers.next().unwrap_or(u64::MAX);
        Held {
            descriptors: next(),
            threads: next(),
            kib: next(),
        }
    }

    /// The sum of the series of a metric in the machine that contain `label`.
    pub(crate) async fn metric(&mut self, name: &str, label: &str) -> f64 {
        let line = format!(
            "wget -q -O - http://127.0.0.1:9101/metrics | grep '^{name}' | grep -F '{label}'"
        );
        let (_, series) = self.guest.try_sh(&line).await;
        series
            .lines()
            .filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok())
            .sum()
    }

    /// How many descriptors capture-svc has on video nodes.
    pub(crate) async fn open_nodes(&mut self) -> usize {
        let line = "ls -l /proc/$(cat /tmp/capture.pid)/fd | grep -c /dev/video";
        self.guest
            .try_sh(line)
            .await
            .1
            .trim()
            .parse()
            .unwrap_or(usize::MAX)
    }

    /// The number of the newest frame that capture-svc took from the camera.
    pub(crate) async fn taken(&mut self) -> u64 {
        self.metric("capture_frames_captured_total", "").await as u64
    }

    /// The mode that capture-svc chose last, as its log says it: `YUYV 640x480 @ 30`.
    pub(crate) async fn chosen(&mut self) -> String {
        let line = "grep -o 'mode=.* others' /tmp/capture.log | tail -n 1";
        let chosen = self.guest.sh(line).await;
        chosen
            .trim()
            .trim_start_matches("mode=")
            .trim_end_matches(" others")
            .to_owned()
    }

    /// What a line of shell prints, as JSON.
    pub(crate) async fn json(&mut self, line: &str) -> serde_json::Value {
        let output = self.guest.sh(line).await;
        serde_json::from_str(&output).unwrap_or_else(|error| panic!("{line}: {error}: {output}"))
    }

    /// Runs a line that prints `/proc/uptime`'s first number before and after something; how long that took.
    pub(crate) async fn seconds(&mut self, line: &str) -> f64 {
        let output = self.guest.sh(line).await;
        let times: Vec<f64> = output
            .lines()
            .filter_map(|line| line.trim().parse().ok())
            .collect();
        let [from, to] = times[..] else {
            panic!("two times, not {output:?}");
        };
        to - from
    }
}
