//! The functions of the C library that capture-svc and its libraries reach a camera through. What is not about a camera
//! of ours goes on to the C library.
//!
//! `syscall` is among them because the v4l crate calls `ioctl` by its number. Ours are no variadic functions, as theirs
//! are: on every 64-bit Linux, arguments that are numbers or pointers come in the same registers either way.

use std::{
    ffi::{CStr, CString, OsStr, c_char, c_int, c_long, c_void},
    os::{fd::AsRawFd as _, unix::ffi::OsStrExt},
    path::PathBuf,
    time::Duration,
};

use crate::{cameras, real, request, slow, timer::now_us};

/// A frame is waited for in steps of this: far below a frame's interval.
const STEP: Duration = Duration::from_millis(2);

fn fail(errno: c_int) -> c_int {
    // SAFETY: the C library gives each thread a place for its error number.
    unsafe { *libc::__errno_location() = errno };
    -1
}

/// The file that stands for `path`, if that is a camera's.
///
/// # Safety
/// `path` is null or ends with a zero byte.
unsafe fn stand_in(path: *const c_char) -> Option<PathBuf> {
    if path.is_null() {
        return None;
    }
    // SAFETY: not null, and the caller says that it ends.
    let path = unsafe { CStr::from_ptr(path) };
    cameras::stand_in(OsStr::from_bytes(path.to_bytes()))
}

/// # Safety
/// As `open(2)`.
#[unsafe(no_mangle)]
unsafe extern "C" fn open(path: *const c_char, flags: c_int, mode: libc::mode_t) -> c_int {
    // SAFETY: a path given to `open` ends with a zero byte.
    match unsafe { stand_in(path) } {
        Some(file) => cameras::open(&file, flags & libc::O_NONBLOCK == 0).unwrap_or_else(fail),
        // SAFETY: handed on as it came.
        None => unsafe { real::open(path, flags, mode) },
    }
}

/// # Safety
/// As `open(2)`.
#[unsafe(no_mangle)]
unsafe extern "C" fn open64(path: *const c_char, flags: c_int, mode: libc::mode_t) -> c_int {
    // SAFETY: the same function on a 64-bit machine.
    unsafe { open(path, flags, mode) }
}

/// # Safety
/// As `close(2)`.
#[unsafe(no_mangle)]
unsafe extern "C" fn close(fd: c_int) -> c_int {
    if cameras::close(fd) {
        return 0;
    }
    // SAFETY: handed on as it came.
    unsafe { real::close(fd) }
}

/// Waits for a frame, if the program wants its calls to.
fn is_waited_for(fd: c_int) -> bool {
    let waits = cameras::with(fd, |camera| camera.stream.is_timed() && camera.stream.waits);
    if waits != Some(true) {
        return false;
    }
    let mut entry = libc::pollfd {
        fd,
        events: libc::POLLIN,
        revents: 0,
    };
    // SAFETY: one entry. Interrupted by a signal, it is asked again.
    unsafe { real::poll(&raw mut entry, 1, -1) };
    true
}

/// # Safety
/// As `ioctl(2)` with that request.
#[unsafe(no_mangle)]
unsafe extern "C" fn ioctl(fd: c_int, number: libc::c_ulong, argument: *mut c_void) -> c_int {
    let pause = cameras::with(fd, |camera| camera.stream.pause_before(number as u32));
    if let Some(pause) = pause.flatten() {
        // With no lock held: what hangs is this one call.
        std::thread::sleep(pause);
    }
    // SAFETY: the caller gives the request its structure.
    let mut answered = cameras::with(fd, |camera| unsafe {
        request::answer(camera, number as u32, argument)
    });
    while answered == Some(Err(libc::EAGAIN)) && is_waited_for(fd) {
        // SAFETY: as above.
        answered = cameras::with(fd, |camera| unsafe {
            request::answer(camera, number as u32, argument)
        });
    }
    match answered {
        Some(Ok(())) => 0,
        Some(Err(errno)) => fail(errno),
        // SAFETY: handed on as it came.
        None => unsafe { real::ioctl(fd, number, argument) },
    }
}

/// # Safety
/// As `syscall(2)` and the call of that number.
#[unsafe(no_mangle)]
unsafe extern "C" fn syscall(
    number: c_long,
    first: c_long,
    second: c_long,
    third: c_long,
    fourth: c_long,
    fifth: c_long,
    sixth: c_long,
) -> c_long {
    if number == libc::SYS_ioctl && cameras::is_open(first as c_int) {
        // SAFETY: these are the arguments of `ioctl`.
        return unsafe {
            ioctl(
                first as c_int,
                second as libc::c_ulong,
                third as *mut c_void,
            )
        }
        .into();
    }
    // SAFETY: handed on as it came.
    unsafe { real::syscall(number, [first, second, third, fourth, fifth, sixth]) }
}

/// # Safety
/// As `poll(2)`.
#[unsafe(no_mangle)]
unsafe extern "C" fn poll(fds: *mut libc::pollfd, count: libc::nfds_t, wait_ms: c_int) -> c_int {
    // SAFETY: the caller gives `count` entries; a camera is polled alone.
    let entry = (count == 1).then(|| unsafe { &mut *fds });
    let untimed = |fd| cameras::with(fd, |camera| !camera.stream.is_timed()) == Some(true);
    let Some(entry) = entry.filter(|entry| untimed(entry.fd)) else {
        // SAFETY: handed on as it came.
        return unsafe { real::poll(fds, count, wait_ms) };
    };
    let until = now_us() + 1000 * wait_ms.max(0) as u64;
    loop {
        let events = cameras::with(entry.fd, |camera| camera.events()).unwrap_or(libc::POLLNVAL);
        entry.revents = events;
        if events != 0 {
            return 1;
        }
        if wait_ms >= 0 && now_us() >= until {
            return 0;
        }
        std::thread::sleep(STEP);
    }
}

/// # Safety
/// As `mmap(2)`.
#[unsafe(no_mangle)]
unsafe extern "C" fn mmap(
    address: *mut c_void,
    length: usize,
    protection: c_int,
    flags: c_int,
    fd: c_int,
    offset: libc::off_t,
) -> *mut c_void {
    let memory = (fd >= 0).then(|| cameras::with(fd, |camera| camera.memory().as_raw_fd()));
    let file = memory.flatten().unwrap_or(fd);
    // SAFETY: handed on as it came, for a camera with its memory.
    let mapped = unsafe { real::mmap(address, length, protection, flags, file, offset) };
    if fd >= 0 && mapped != libc::MAP_FAILED {
        let buffer = cameras::with(fd, |camera| camera.stream.buffer_at(offset as u64));
        if let Some(buffer) = buffer {
            slow::mapped(buffer, mapped, length);
        }
    }
    mapped
}

/// # Safety
/// As `statx(2)`.
#[unsafe(no_mangle)]
unsafe extern "C" fn statx(
    directory: c_int,
    path: *const c_char,
    flags: c_int,
    mask: libc::c_uint,
    into: *mut libc::statx,
) -> c_int {
    // SAFETY: a path given to `statx` is null or ends with a zero byte.
    let file = unsafe { stand_in(path) }.and_then(|file| c_path(file.as_os_str()));
    let Some(file) = file else {
        // SAFETY: handed on as it came.
        return unsafe { real::statx(directory, path, flags, mask, into) };
    };
    // SAFETY: as it came, with a path that ends with a zero byte.
    let done = unsafe { real::statx(directory, file.as_ptr(), flags, mask, into) };
    if done == 0 {
        // SAFETY: the caller's, and filled just now.
        unsafe { (*into).stx_mode = libc::S_IFCHR as u16 | 0o660 };
    }
    done
}

/// # Safety
/// As `access(2)`.
#[unsafe(no_mangle)]
unsafe extern "C" fn access(path: *const c_char, mode: c_int) -> c_int {
    // SAFETY: a path given to `access` ends with a zero byte.
    let file = unsafe { stand_in(path) }.and_then(|file| c_path(file.as_os_str()));
    let path = file.as_ref().map_or(path, |file| file.as_ptr());
    // SAFETY: as it came, or another path that ends with a zero byte.
    unsafe { real::access(path, mode) }
}

/// # Safety
/// As `opendir(3)`.
#[unsafe(no_mangle)]
unsafe extern "C" fn opendir(path: *const c_char) -> *mut libc::DIR {
    // SAFETY: a path given to `opendir` ends with a zero byte.
    let asked = unsafe { CStr::from_ptr(path) };
    let devices = (asked.to_bytes() == b"/dev")
        .then(cameras::directory)
        .and_then(|directory| c_path(directory.as_os_str()));
    match devices {
        // SAFETY: a path that ends with a zero byte.
        Some(devices) => unsafe { real::opendir(devices.as_ptr()) },
        // SAFETY: handed on as it came.
        None => unsafe { real::opendir(path) },
    }
}

fn c_path(path: &OsStr) -> Option<CString> {
    CString::new(path.as_bytes()).ok()
}
