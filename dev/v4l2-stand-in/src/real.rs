//! The C library's own functions, behind ours of the same names.

use std::{
    ffi::{CStr, c_char, c_int, c_long, c_void},
    sync::atomic::{AtomicPtr, Ordering},
};

/// A function that is looked up once. No lock: these run in every thread of the process, also while a lock is waited for.
pub(crate) struct Real {
    name: &'static CStr,
    found: AtomicPtr<c_void>,
}

impl Real {
    const fn new(name: &'static CStr) -> Self {
        Self {
            name,
            found: AtomicPtr::new(std::ptr::null_mut()),
        }
    }

    fn get(&self) -> *mut c_void {
        let found = self.found.load(Ordering::Relaxed);
        if !found.is_null() {
            return found;
        }
        // SAFETY: the name ends with a zero byte and lives for ever.
        let found = unsafe { libc::dlsym(libc::RTLD_NEXT, self.name.as_ptr()) };
        assert!(!found.is_null(), "the C library lacks {:?}", self.name);
        self.found.store(found, Ordering::Relaxed);
        found
    }
}

static OPEN: Real = Real::new(c"open64");
static CLOSE: Real = Real::new(c"close");
static SYSCALL: Real = Real::new(c"syscall");
static IOCTL: Real = Real::new(c"ioctl");
static POLL: Real = Real::new(c"poll");
static MMAP: Real = Real::new(c"mmap");
static STATX: Real = Real::new(c"statx");
static ACCESS: Real = Real::new(c"access");
static OPENDIR: Real = Real::new(c"opendir");

/// # Safety
/// As `open(2)`.
pub(crate) unsafe fn open(path: *const c_char, flags: c_int, mode: libc::mode_t) -> c_int {
    type Open = unsafe extern "C" fn(*const c_char, c_int, ...) -> c_int;
    // SAFETY: the C library's function of this name has this type.
    let real = unsafe { std::mem::transmute::<*mut c_void, Open>(OPEN.get()) };
    // SAFETY: the caller keeps the contract of `open(2)`.
    unsafe { real(path, flags, mode) }
}

/// # Safety
/// As `close(2)`: nobody else uses `fd` any more.
pub(crate) unsafe fn close(fd: c_int) -> c_int {
    type Close = unsafe extern "C" fn(c_int) -> c_int;
    // SAFETY: the C library's function of this name has this type.
    let real = unsafe { std::mem::transmute::<*mut c_void, Close>(CLOSE.get()) };
    // SAFETY: the caller keeps the contract of `close(2)`.
    unsafe { real(fd) }
}

/// # Safety
/// As `syscall(2)` and the call of that number.
pub(crate) unsafe fn syscall(number: c_long, arguments: [c_long; 6]) -> c_long {
    type Syscall = unsafe extern "C" fn(c_long, ...) -> c_long;
    // SAFETY: the C library's function of this name has this type.
    let real = unsafe { std::mem::transmute::<*mut c_void, Syscall>(SYSCALL.get()) };
    let [first, second, third, fourth, fifth, sixth] = arguments;
    // SAFETY: the caller keeps the contract of the system call; arguments that it does not have are not looked at.
    unsafe { real(number, first, second, third, fourth, fifth, sixth) }
}

/// # Safety
/// As `ioctl(2)` with that request.
pub(crate) unsafe fn ioctl(fd: c_int, request: libc::c_ulong, argument: *mut c_void) -> c_int {
    type Ioctl = unsafe extern "C" fn(c_int, libc::c_ulong, ...) -> c_int;
    // SAFETY: the C library's function of this name has this type.
    let real = unsafe { std::mem::transmute::<*mut c_void, Ioctl>(IOCTL.get()) };
    // SAFETY: the caller keeps the contract of the request.
    unsafe { real(fd, request, argument) }
}

/// # Safety
/// As `poll(2)`.
pub(crate) unsafe fn poll(fds: *mut libc::pollfd, count: libc::nfds_t, wait_ms: c_int) -> c_int {
    type Poll = unsafe extern "C" fn(*mut libc::pollfd, libc::nfds_t, c_int) -> c_int;
    // SAFETY: the C library's function of this name has this type.
    let real = unsafe { std::mem::transmute::<*mut c_void, Poll>(POLL.get()) };
    // SAFETY: the caller keeps the contract of `poll(2)`.
    unsafe { real(fds, count, wait_ms) }
}

/// # Safety
/// As `mmap(2)`.
pub(crate) unsafe fn mmap(
    address: *mut c_void,
    length: usize,
    protection: c_int,
    flags: c_int,
    fd: c_int,
    offset: libc::off_t,
) -> *mut c_void {
    type Mmap =
        unsafe extern "C" fn(*mut c_void, usize, c_int, c_int, c_int, libc::off_t) -> *mut c_void;
    // SAFETY: the C library's function of this name has this type.
    let real = unsafe { std::mem::transmute::<*mut c_void, Mmap>(MMAP.get()) };
    // SAFETY: the caller keeps the contract of `mmap(2)`.
    unsafe { real(address, length, protection, flags, fd, offset) }
}

/// # Safety
/// As `statx(2)`.
pub(crate) unsafe fn statx(
    directory: c_int,
    path: *const c_char,
    flags: c_int,
    mask: libc::c_uint,
    into: *mut libc::statx,
) -> c_int {
    type Statx =
        unsafe extern "C" fn(c_int, *const c_char, c_int, libc::c_uint, *mut libc::statx) -> c_int;
    // SAFETY: the C library's function of this name has this type.
    let real = unsafe { std::mem::transmute::<*mut c_void, Statx>(STATX.get()) };
    // SAFETY: the caller keeps the contract of `statx(2)`.
    unsafe { real(directory, path, flags, mask, into) }
}

/// # Safety
/// As `access(2)`.
pub(crate) unsafe fn access(path: *const c_char, mode: c_int) -> c_int {
    type Access = unsafe extern "C" fn(*const c_char, c_int) -> c_int;
    // SAFETY: the C library's function of this name has this type.
    let real = unsafe { std::mem::transmute::<*mut c_void, Access>(ACCESS.get()) };
    // SAFETY: the caller keeps the contract of `access(2)`.
    unsafe { real(path, mode) }
}

/// # Safety
/// As `opendir(3)`.
pub(crate) unsafe fn opendir(path: *const c_char) -> *mut libc::DIR {
    type Opendir = unsafe extern "C" fn(*const c_char) -> *mut libc::DIR;
    // SAFETY: the C library's function of this name has this type.
    let real = unsafe { std::mem::transmute::<*mut c_void, Opendir>(OPENDIR.get()) };
    // SAFETY: the caller keeps the contract of `opendir(3)`.
    unsafe { real(path) }
}
