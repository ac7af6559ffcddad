//! What the kernel says a process has used.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context as _;

/// A process at one moment.
pub(crate) struct Snapshot {
    at: Instant,
    cpu: Duration,
    wake_ups: u64,
}

/// What it used between two of them.
#[derive(Clone, Copy, Default)]
pub(crate) struct Usage {
    /// Cores: 1.0 is one core all the time.
    pub(crate) cores: f64,
    /// How often a thread of it went to sleep, a second, and so was woken.
    pub(crate) wake_ups: f64,
}

impl Snapshot {
    pub(crate) fn of(pid: u32) -> anyhow::Result<Self> {
        let (mut cpu, mut wake_ups) = (0, 0);
        for task in std::fs::read_dir(format!("/proc/{pid}/task"))
            .with_context(|| format!("process {pid} is gone"))?
        {
            let task = task?.path();
            // A thread that ends meanwhile has had its last sample. Source: the kernel's sched-stats.rst.
            let schedstat = std::fs::read_to_string(task.join("schedstat")).unwrap_or_default();
            cpu += schedstat
                .split(' ')
                .next()
                .and_then(|ns| ns.parse::<u64>().ok())
                .unwrap_or(0);
            wake_ups += field(&task.join("status"), "voluntary_ctxt_switches:").unwrap_or(0);
        }
        Ok(Self {
            at: Instant::now(),
            cpu: Duration::from_nanos(cpu),
            wake_ups,
        })
    }

    pub(crate) fn until(&self, later: &Self) -> Usage {
        let seconds = (later.at - self.at).as_secs_f64();
        Usage {
            cores: later.cpu.saturating_sub(self.cpu).as_secs_f64() / seconds,
            wake_ups: later.wake_ups.saturating_sub(self.wake_ups) as f64 / seconds,
        }
    }
}

/// Resident memory, MB.
pub(crate) fn resident_mb(pid: u32) -> anyhow::Result<f64> {
    let status = format!("/proc/{pid}/status");
    let kb =
        field(Path::new(&status), "VmRSS:").with_context(|| format!("no VmRSS in {status}"))?;
    Ok(kb as f64 / 1024.0)
}

/// Memory in MB, what is shared with other processes by shares, and without that of a camera's buffers or any other file
/// in memory.
pub(crate) fn proportional_mb(pid: u32) -> anyhow::Result<f64> {
    let rollup = format!("/proc/{pid}/smaps_rollup");
    let kb =
        |name| field(Path::new(&rollup), name).with_context(|| format!("no {name} in {rollup}"));
    Ok((kb("Pss_Anon:")? + kb("Pss_File:")?) as f64 / 1024.0)
}

/// The number behind `name` at the beginning of a line.
fn field(file: &Path, name: &str) -> Option<u64> {
    let text = std::fs::read_to_string(file).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use rustix::time::{ClockId, clock_gettime};

    use super::*;

    const SPUN: Duration = Duration::from_millis(200);

    #[test]
    fn a_busy_process_is_seen_to_be_busy() {
        let own = std::process::id();
        let before = Snapshot::of(own).expect("this process runs");
        // By its own clock: on a busy machine it may get little of the time.
        let ran = || clock_gettime(ClockId::ProcessCPUTime);
        let until = Duration::try_from(ran()).expect("no time before 0") + SPUN;
        while Duration::try_from(ran()).expect("no time before 0") < until {
            std::hint::spin_loop();
        }
        let after = Snapshot::of(own).expect("this process runs");
        let seconds = (after.at - before.at).as_secs_f64();
        let used = before.until(&after).cores * seconds;
        assert!(used >= SPUN.as_secs_f64() * 0.9, "{used} s");
        assert!(resident_mb(own).expect("it has memory") > 1.0);
        assert!(proportional_mb(own).expect("it has memory") > 1.0);
    }
}
