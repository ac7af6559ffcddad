//! Which cameras there are, and which of them are open under which descriptor.

use std::{
    collections::HashMap,
    ffi::{OsStr, OsString, c_int},
    fs,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, OnceLock, PoisonError},
};

use crate::{behaviour::Behaviour, camera::Camera};

static OPEN: Mutex<Option<HashMap<c_int, Camera>>> = Mutex::new(None);

/// The directory that stands for `/dev`.
pub(crate) fn directory() -> &'static Path {
    static DIRECTORY: OnceLock<PathBuf> = OnceLock::new();
    DIRECTORY.get_or_init(|| {
        #[expect(
            clippy::disallowed_methods,
            reason = "the library has no other way to be told anything"
        )]
        let named: Option<OsString> = std::env::var_os("V4L2_STAND_IN");
        named
            .expect("V4L2_STAND_IN names the directory of the cameras")
            .into()
    })
}

/// The file that stands for `path`; `None` for whatever is no `/dev/video*`.
pub(crate) fn stand_in(path: &OsStr) -> Option<PathBuf> {
    path.as_bytes()
        .starts_with(b"/dev/video")
        .then(|| directory().join(path.as_bytes()[5..].escape_ascii().to_string()))
}

fn lock() -> MutexGuard<'static, Option<HashMap<c_int, Camera>>> {
    OPEN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Opens the camera that `file` stands for, for a program whose calls may wait or not.
pub(crate) fn open(file: &Path, waits: bool) -> Result<c_int, c_int> {
    let Ok(behaviour) = fs::read_to_string(file) else {
        return Err(libc::ENOENT);
    };
    let mut camera = Camera::new(file, Behaviour::named(&behaviour)).map_err(|_| libc::ENOMEM)?;
    camera.stream.waits = waits;
    let fd = camera.descriptor();
    lock().get_or_insert_default().insert(fd, camera);
    Ok(fd)
}

/// Whether `fd` was a camera; it is closed then.
pub(crate) fn close(fd: c_int) -> bool {
    // Dropped behind the lock: it closes its memory, and comes here again.
    let closed = lock().as_mut().and_then(|open| open.remove(&fd));
    closed.is_some()
}

pub(crate) fn is_open(fd: c_int) -> bool {
    lock().as_ref().is_some_and(|open| open.contains_key(&fd))
}

/// Calls `ask` with the camera that `fd` is; `None` if it is none. A camera that was unplugged answers `ENODEV`.
pub(crate) fn with<T>(fd: c_int, ask: impl FnOnce(&mut Camera) -> T) -> Option<T> {
    let mut open = lock();
    let open = open.as_mut()?;
    let file = open.get(&fd)?.file().to_owned();
    let taken = open.iter().any(|(other, camera)| {
        *other != fd && camera.file() == file && camera.stream.has_buffers()
    });
    let camera = open.get_mut(&fd)?;
    camera.look_around(taken, file.exists());
    let answer = ask(camera);
    camera.stream.set_timer();
    Some(answer)
}
