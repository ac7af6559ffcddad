//! How many file descriptors this process may have.

use std::os::fd::AsRawFd;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Beside connections: the log, timers, sockets to servers, files that are read.
pub const OTHER_DESCRIPTORS: u64 = 64;

/// Raises the soft limit to the hard one: that of most systems, 1024, is a relic of `select`. Warns if `connections` and
/// the rest still find no room; `setting` is what asks for so many.
pub fn raise_descriptor_limit(connections: usize, setting: &str) {
    let needed = connections as u64 + OTHER_DESCRIPTORS;
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    let limit = setrlimit(Resource::Nofile, raised).map_or(limit, |()| raised);
    if let Some(current) = limit.current.filter(|current| *current < needed) {
        tracing::warn!(
            current,
            needed,
            "too few file descriptors for {setting}: raise the hard limit (ulimit -Hn)"
        );
    }
}

/// Whether it is one of the `last` that this process may have. A new one is the lowest that is free, so all before it are
/// taken.
pub(crate) fn is_of_the_last(last: u64, file: &impl AsRawFd) -> bool {
    let number = u64::try_from(file.as_raw_fd()).unwrap_or_default();
    let limit = getrlimit(Resource::Nofile).current;
    limit.is_some_and(|limit| number + last >= limit)
}
