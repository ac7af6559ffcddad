//! Standard error for the log: a line that cannot be written is lost and counted, and the count is said when the next one
//! can.

use std::cell::Cell;
use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Lines that were lost and not told of. There is one standard error, and one log.
static LOST: AtomicU64 = AtomicU64::new(0);
/// One thread at a time tells.
static TELLING: AtomicBool = AtomicBool::new(false);

thread_local! {
    /// How many lost lines the line tells of that this thread writes now.
    static TOLD: Cell<u64> = const { Cell::new(0) };
}

/// Writes one line of the log at a time.
#[derive(Debug)]
pub(crate) struct LogWriter;

impl Write for LogWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        io::stderr().write(bytes)
    }

    /// A whole line: that is how the log writes.
    fn write_all(&mut self, line: &[u8]) -> io::Result<()> {
        let written = io::stderr().write_all(line);
        let told = TOLD.get();
        match (&written, told) {
            (Ok(()), 0) => tell(),
            (Ok(()), _) => {
                LOST.fetch_sub(told, Ordering::Relaxed);
            }
            (Err(_), 0) => {
                LOST.fetch_add(1, Ordering::Relaxed);
            }
            // The line that should have told is none that is missed.
            (Err(_), _) => {}
        }
        written
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Says how many lines were lost, if any were.
fn tell() {
    let lost = LOST.load(Ordering::Relaxed);
    if lost == 0 || TELLING.swap(true, Ordering::Acquire) {
        return;
    }
    TOLD.set(lost);
    tracing::warn!(lost, "lines of this log could not be written");
    TOLD.set(0);
    TELLING.store(false, Ordering::Release);
}
