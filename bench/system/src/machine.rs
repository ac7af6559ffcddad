//! The machine under the figures.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Processor, cores and kernel, in one line.
pub(crate) fn describe() -> String {
    let read = |path| std::fs::read_to_string(path).unwrap_or_default();
    let information = read("/proc/cpuinfo");
    let processor = information
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "))
        .map_or("unknown processor", |(_, name)| name);
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let kernel = read("/proc/sys/kernel/osrelease");
    format!("{processor}, {cores} cores, Linux {}", kernel.trim())
}

/// A thousand viewers are a thousand sockets here, and the services inherit the limit.
pub(crate) fn allow_many_sockets() -> rustix::io::Result<()> {
    let limit = getrlimit(Resource::Nofile);
    setrlimit(
        Resource::Nofile,
        Rlimit {
            current: limit.maximum,
            maximum: limit.maximum,
        },
    )
}
