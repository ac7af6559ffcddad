//! Memory that is slow to read, as a driver's is where it is not cached: a buffer is closed to the process when it is
//! handed out, and the first touch waits before it opens it.

use std::{
    ffi::{c_int, c_void},
    sync::{
        Once,
        atomic::{AtomicUsize, Ordering},
    },
};

/// More are not granted to anybody, so that each has its place here.
pub(crate) const MOST_BUFFERS: u32 = 32;

/// A little longer than a frame lasts at 30 a second.
static READING: libc::timespec = libc::timespec {
    tv_sec: 0,
    tv_nsec: 36_000_000,
};

/// Where a buffer was mapped last.
struct Mapping {
    address: AtomicUsize,
    length: AtomicUsize,
}

static MAPPED: [Mapping; MOST_BUFFERS as usize] = [const {
    Mapping {
        address: AtomicUsize::new(0),
        length: AtomicUsize::new(0),
    }
}; MOST_BUFFERS as usize];

/// Takes note of where `buffer` is mapped.
pub(crate) fn mapped(buffer: u32, address: *mut c_void, length: usize) {
    if let Some(mapping) = MAPPED.get(buffer as usize) {
        mapping.address.store(address as usize, Ordering::Relaxed);
        mapping.length.store(length, Ordering::Relaxed);
    }
}

/// Makes the next reading of `buffer` slow.
pub(crate) fn close(buffer: u32) {
    static HANDLED: Once = Once::new();
    HANDLED.call_once(|| {
        // SAFETY: all zeroes are no flags, an empty mask and no handler yet.
        let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
        action.sa_sigaction = on_fault as *const () as usize;
        action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
        // SAFETY: the handler has the type that SA_SIGINFO asks for and calls what a handler may.
        unsafe { libc::sigaction(libc::SIGSEGV, &raw const action, std::ptr::null_mut()) };
    });
    if let Some(mapping) = MAPPED.get(buffer as usize) {
        protect(mapping, libc::PROT_NONE);
    }
}

fn protect(mapping: &Mapping, how: c_int) {
    let address = mapping.address.load(Ordering::Relaxed) as *mut c_void;
    // SAFETY: the process mapped these bytes as a buffer, and looks at them while it streams only.
    unsafe { libc::mprotect(address, mapping.length.load(Ordering::Relaxed), how) };
}

extern "C" fn on_fault(signal: c_int, about: *mut libc::siginfo_t, _: *mut c_void) {
    // SAFETY: the kernel gives a handler of this kind what it says of the fault.
    let touched = unsafe { (*about).si_addr() } as usize;
    let inside = |mapping: &&Mapping| {
        let address = mapping.address.load(Ordering::Relaxed);
        (address..address + mapping.length.load(Ordering::Relaxed)).contains(&touched)
    };
    match MAPPED.iter().find(inside) {
        Some(mapping) => {
            // SAFETY: the time to wait lives for ever.
            unsafe { libc::nanosleep(&raw const READING, std::ptr::null_mut()) };
            protect(mapping, libc::PROT_READ | libc::PROT_WRITE);
        }
        // SAFETY: any other fault happens again, and then as if there were no handler.
        None => unsafe {
            libc::signal(signal, libc::SIG_DFL);
        },
    }
}
