//! The call into a driver: one function, and the table of which structure belongs to which request.

use std::{io, marker::PhantomData};

use v4l::{
    device::Handle,
    v4l_sys::{
        v4l2_buffer, v4l2_capability, v4l2_ext_controls, v4l2_fmtdesc, v4l2_format, v4l2_input,
        v4l2_query_ext_ctrl, v4l2_querymenu, v4l2_requestbuffers, v4l2_std_id, v4l2_streamparm,
    },
    v4l2::vidioc,
};

/// A request and the structure that it takes.
pub(crate) struct Request<T> {
    number: vidioc::_IOC_TYPE,
    takes: PhantomData<fn(T)>,
}

/// Each as `linux/videodev2.h` has it.
macro_rules! requests {
    ($($name:ident = $number:ident: $structure:ty;)*) => {
        $(pub(crate) static $name: Request<$structure> = Request {
            number: vidioc::$number,
            takes: PhantomData,
        };)*
    };
}
requests! {
    QUERYCAP = VIDIOC_QUERYCAP: v4l2_capability;
    ENUM_FMT = VIDIOC_ENUM_FMT: v4l2_fmtdesc;
    G_FMT = VIDIOC_G_FMT: v4l2_format;
    S_FMT = VIDIOC_S_FMT: v4l2_format;
    S_PARM = VIDIOC_S_PARM: v4l2_streamparm;
    ENUMINPUT = VIDIOC_ENUMINPUT: v4l2_input;
    S_INPUT = VIDIOC_S_INPUT: i32;
    S_STD = VIDIOC_S_STD: v4l2_std_id;
    QUERY_EXT_CTRL = VIDIOC_QUERY_EXT_CTRL: v4l2_query_ext_ctrl;
    QUERYMENU = VIDIOC_QUERYMENU: v4l2_querymenu;
    REQBUFS = VIDIOC_REQBUFS: v4l2_requestbuffers;
    STREAMON = VIDIOC_STREAMON: i32;
    STREAMOFF = VIDIOC_STREAMOFF: i32;
}
// Their structure may hold a pointer: see `buffers` and `controls`.
requests! {
    QUERYBUF = VIDIOC_QUERYBUF: v4l2_buffer;
    QBUF = VIDIOC_QBUF: v4l2_buffer;
    DQBUF = VIDIOC_DQBUF: v4l2_buffer;
    G_EXT_CTRLS = VIDIOC_G_EXT_CTRLS: v4l2_ext_controls;
    S_EXT_CTRLS = VIDIOC_S_EXT_CTRLS: v4l2_ext_controls;
}

/// Structures of numbers and nothing else, as far as capturing needs them: `v4l2_format` has pointers for overlays only.
pub(crate) trait Numbers {}
impl Numbers for v4l2_capability {}
impl Numbers for v4l2_fmtdesc {}
impl Numbers for v4l2_format {}
impl Numbers for v4l2_streamparm {}
impl Numbers for v4l2_input {}
impl Numbers for v4l2_query_ext_ctrl {}
impl Numbers for v4l2_querymenu {}
impl Numbers for i32 {}
impl Numbers for v4l2_std_id {}
impl Numbers for v4l2_requestbuffers {}

/// A structure before anything is written into it.
#[expect(unsafe_code, reason = "bindgen's unions have no default")]
pub(crate) fn zeroed<T: Numbers>() -> T {
    // SAFETY: all of it is numbers, of which zero is one.
    unsafe { std::mem::zeroed() }
}

/// Makes a request.
pub(crate) fn call<T: Numbers>(
    device: &Handle,
    request: &Request<T>,
    argument: &mut T,
) -> io::Result<()> {
    #[expect(unsafe_code, reason = "a driver writes into the argument")]
    // SAFETY: the table says that this is the request's structure, which holds no pointer.
    unsafe {
        call_raw(device, request, argument)
    }
}

/// Makes a request whose structure may hold pointers.
///
/// # Safety
/// What they point to is there for the call.
#[expect(unsafe_code, reason = "a driver writes into the argument")]
pub(crate) unsafe fn call_raw<T>(
    device: &Handle,
    request: &Request<T>,
    argument: &mut T,
) -> io::Result<()> {
    // SAFETY: the argument is the request's structure and lives for the call; the caller answers for its pointers.
    unsafe {
        v4l::v4l2::ioctl(
            device.fd(),
            request.number,
            std::ptr::from_mut(argument).cast(),
        )
    }
}
