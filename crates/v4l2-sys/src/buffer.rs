//! Buffers: asked for, queued, filled.

use std::ffi::{c_long, c_ulong, c_void};

structures! {
    BUFFER;
    struct timeval {
        tv_sec: c_long,
        tv_usec: c_long,
    }
    struct v4l2_timecode {
        type_: u32,
        flags: u32,
        frames: u8,
        seconds: u8,
        minutes: u8,
        hours: u8,
        userbits: [u8; 4],
    }
    struct v4l2_requestbuffers {
        count: u32,
        type_: u32,
        memory: u32,
        capabilities: u32,
        flags: u8,
        reserved: [u8; 3],
    }
    struct v4l2_plane {
        bytesused: u32,
        length: u32,
        m: v4l2_plane__bindgen_ty_1,
        data_offset: u32,
        reserved: [u32; 11],
    }
    union v4l2_plane__bindgen_ty_1 {
        mem_offset: u32,
        userptr: c_ulong,
        fd: i32,
    }
    struct v4l2_buffer {
        index: u32,
        type_: u32,
        bytesused: u32,
        flags: u32,
        field: u32,
        timestamp: timeval,
        timecode: v4l2_timecode,
        sequence: u32,
        memory: u32,
        m: v4l2_buffer__bindgen_ty_1,
        length: u32,
        reserved2: u32,
        __bindgen_anon_1: v4l2_buffer__bindgen_ty_2,
    }
    union v4l2_buffer__bindgen_ty_1 {
        offset: u32,
        userptr: c_ulong,
        planes: *mut v4l2_plane,
        fd: i32,
    }
    union v4l2_buffer__bindgen_ty_2 {
        request_fd: i32,
        reserved: u32,
    }
    struct v4l2_exportbuffer {
        type_: u32,
        index: u32,
        plane: u32,
        flags: u32,
        fd: i32,
        reserved: [u32; 11],
    }
    struct v4l2_framebuffer {
        capability: u32,
        flags: u32,
        base: *mut c_void,
        fmt: v4l2_framebuffer__bindgen_ty_1,
    }
    struct v4l2_framebuffer__bindgen_ty_1 {
        width: u32,
        height: u32,
        pixelformat: u32,
        field: u32,
        bytesperline: u32,
        sizeimage: u32,
        colorspace: u32,
        priv_: u32,
    }
}
