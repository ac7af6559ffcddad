//! The pointers of `ioctl`: each request with the structure that belongs to it.

use std::ffi::{c_int, c_void};

use v4l::v4l_sys::{
    v4l2_buf_type_V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE, v4l2_buffer, v4l2_capability, v4l2_control,
    v4l2_ext_controls, v4l2_fmtdesc, v4l2_format, v4l2_frmivalenum, v4l2_frmsizeenum, v4l2_input,
    v4l2_query_ext_ctrl, v4l2_queryctrl, v4l2_querymenu, v4l2_requestbuffers, v4l2_std_id,
    v4l2_streamparm,
};

use crate::camera::Camera;

/// Request numbers. Source: `linux/videodev2.h`.
macro_rules! numbers {
    ($($name:ident),*) => { $(const $name: u32 = v4l::v4l2::vidioc::$name as u32;)* };
}
numbers!(
    VIDIOC_QUERYCAP,
    VIDIOC_ENUM_FMT,
    VIDIOC_G_FMT,
    VIDIOC_S_FMT,
    VIDIOC_TRY_FMT,
    VIDIOC_REQBUFS,
    VIDIOC_QUERYBUF,
    VIDIOC_QBUF,
    VIDIOC_DQBUF,
    VIDIOC_STREAMON,
    VIDIOC_STREAMOFF,
    VIDIOC_G_PARM,
    VIDIOC_S_PARM,
    VIDIOC_G_CTRL,
    VIDIOC_S_CTRL,
    VIDIOC_QUERYCTRL,
    VIDIOC_QUERYMENU,
    VIDIOC_G_EXT_CTRLS,
    VIDIOC_S_EXT_CTRLS,
    VIDIOC_ENUM_FRAMESIZES,
    VIDIOC_ENUM_FRAMEINTERVALS,
    VIDIOC_QUERY_EXT_CTRL,
    VIDIOC_ENUMINPUT,
    VIDIOC_S_INPUT,
    VIDIOC_S_STD
);

/// Answers one request; the error is the number that `errno` gets.
///
/// # Safety
/// `argument` points to the structure of `number`, and nobody else uses it meanwhile.
pub(crate) unsafe fn answer(
    camera: &mut Camera,
    number: u32,
    argument: *mut c_void,
) -> Result<(), c_int> {
    /// Calls a method with the structure of its request.
    macro_rules! ask {
        ($($method:ident).+, $structure:ty) => {
            // SAFETY: the caller says that this is the structure of the request.
            camera.$($method).+(unsafe { &mut *argument.cast::<$structure>() })
        };
    }
    if !camera.is_plugged() {
        return Err(libc::ENODEV);
    }
    match number {
        VIDIOC_QUERYCAP => {
            // SAFETY: as above.
            camera.capabilities(unsafe { &mut *argument.cast::<v4l2_capability>() });
            Ok(())
        }
        VIDIOC_ENUM_FMT => ask!(enum_format, v4l2_fmtdesc),
        VIDIOC_ENUM_FRAMESIZES => ask!(enum_frame_size, v4l2_frmsizeenum),
        VIDIOC_ENUM_FRAMEINTERVALS => ask!(enum_frame_interval, v4l2_frmivalenum),
        VIDIOC_G_FMT | VIDIOC_S_FMT => {
            // SAFETY: as above.
            let format = unsafe { &mut *argument.cast::<v4l2_format>() };
            answer_format(camera, number == VIDIOC_S_FMT, format)
        }
        VIDIOC_TRY_FMT => {
            // SAFETY: as above.
            let format = unsafe { &mut *argument.cast::<v4l2_format>() };
            let before = camera.picture;
            let answered = answer_format(camera, true, format);
            camera.picture = before;
            answered
        }
        VIDIOC_G_PARM | VIDIOC_S_PARM => {
            // SAFETY: as above.
            let parameters = unsafe { &mut *argument.cast::<v4l2_streamparm>() };
            camera.gives(parameters.type_)?;
            // SAFETY: for this type of buffer the union holds this structure, and any bits are numbers.
            camera.parameters(unsafe { &mut parameters.parm.capture });
            Ok(())
        }
        VIDIOC_REQBUFS => ask!(request_buffers, v4l2_requestbuffers),
        VIDIOC_QUERYBUF | VIDIOC_QBUF | VIDIOC_DQBUF => {
            // SAFETY: as above.
            let buffer = unsafe { &mut *argument.cast::<v4l2_buffer>() };
            // SAFETY: handed on as it came.
            unsafe { answer_buffer(camera, number, buffer) }
        }
        VIDIOC_ENUMINPUT => ask!(enum_input, v4l2_input),
        VIDIOC_S_INPUT => ask!(select_input, c_int),
        VIDIOC_S_STD => ask!(set_standard, v4l2_std_id),
        VIDIOC_STREAMON => camera.stream.start(),
        VIDIOC_STREAMOFF => camera.stream.stop(),
        VIDIOC_QUERYCTRL => ask!(controls.query, v4l2_queryctrl),
        VIDIOC_QUERY_EXT_CTRL => ask!(controls.query_any, v4l2_query_ext_ctrl),
        VIDIOC_QUERYMENU => ask!(controls.query_menu, v4l2_querymenu),
        VIDIOC_G_CTRL | VIDIOC_S_CTRL | VIDIOC_G_EXT_CTRLS | VIDIOC_S_EXT_CTRLS => {
            // SAFETY: handed on as it came.
            unsafe { answer_value(camera, number, argument) }
        }
        _ => Err(libc::ENOTTY),
    }
}

/// Gets or sets the value of one control.
///
/// # Safety
/// As [`answer`].
unsafe fn answer_value(
    camera: &mut Camera,
    number: u32,
    argument: *mut c_void,
) -> Result<(), c_int> {
    if matches!(number, VIDIOC_G_CTRL | VIDIOC_S_CTRL) {
        // SAFETY: as above.
        let one = unsafe { &mut *argument.cast::<v4l2_control>() };
        if number == VIDIOC_S_CTRL {
            camera.controls.set(one.id, one.value.into())?;
        }
        one.value = camera.controls.value(one.id)? as i32;
        return Ok(());
    }
    // SAFETY: as above; a request for one control points to one.
    let one = unsafe {
        let all = &mut *argument.cast::<v4l2_ext_controls>();
        (all.count == 1).then(|| &mut *all.controls)
    };
    let one = one.ok_or(libc::EINVAL)?;
    if number == VIDIOC_S_EXT_CTRLS {
        // SAFETY: any bits are a number.
        camera
            .controls
            .set(one.id, unsafe { one.__bindgen_anon_1.value64 })
    } else {
        one.__bindgen_anon_1.value64 = camera.controls.value(one.id)?;
        Ok(())
    }
}

/// Asks about a buffer, which of a multi-planar camera has its planes elsewhere.
///
/// # Safety
/// As [`answer`]: what the structure points to is there, and as much of it as it says.
unsafe fn answer_buffer(
    camera: &mut Camera,
    number: u32,
    buffer: &mut v4l2_buffer,
) -> Result<(), c_int> {
    camera.gives(buffer.type_)?;
    let planes = if buffer.type_ == v4l2_buf_type_V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE {
        // SAFETY: for this type of buffer the union holds the pointer, and the caller answers for it.
        let planes =
            unsafe { std::slice::from_raw_parts_mut(buffer.m.planes, buffer.length as usize) };
        Some(planes)
    } else {
        None
    };
    match number {
        VIDIOC_QUERYBUF => camera.stream.query(buffer, planes),
        VIDIOC_QBUF => camera.stream.queue(buffer),
        _ => camera.stream.dequeue(buffer, planes),
    }
}

fn answer_format(camera: &mut Camera, set: bool, format: &mut v4l2_format) -> Result<(), c_int> {
    camera.gives(format.type_)?;
    if format.type_ == v4l2_buf_type_V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE {
        // SAFETY: for this type of buffer the union holds this structure, and any bits are numbers.
        let pictures = unsafe { &mut format.fmt.pix_mp };
        if set {
            camera.set_format(pictures.pixelformat, pictures.width)?;
        }
        camera.format_of_planes(pictures);
        return Ok(());
    }
    // SAFETY: for this type of buffer the union holds this structure, and any bits are numbers.
    let pictures = unsafe { &mut format.fmt.pix };
    if set {
        camera.set_format(pictures.pixelformat, pictures.width)?;
    }
    camera.format(pictures);
    Ok(())
}
