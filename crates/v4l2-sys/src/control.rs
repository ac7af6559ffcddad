//! Controls: what they are, and their values. Of those that are structures, only that they have an address.

use std::ffi::{c_char, c_void};

structures! {
    CONTROL;
    struct v4l2_control {
        id: u32,
        value: i32,
    }
    packed v4l2_ext_control {
        id: u32,
        size: u32,
        reserved2: [u32; 1],
        __bindgen_anon_1: v4l2_ext_control__bindgen_ty_1,
    }
    union v4l2_ext_control__bindgen_ty_1 {
        value: i32,
        value64: i64,
        string: *mut c_char,
        p_u8: *mut u8,
        p_u16: *mut u16,
        p_u32: *mut u32,
        ptr: *mut c_void,
    }
    struct v4l2_ext_controls {
        __bindgen_anon_1: v4l2_ext_controls__bindgen_ty_1,
        count: u32,
        error_idx: u32,
        request_fd: i32,
        reserved: [u32; 1],
        controls: *mut v4l2_ext_control,
    }
    union v4l2_ext_controls__bindgen_ty_1 {
        ctrl_class: u32,
        which: u32,
    }
    struct v4l2_queryctrl {
        id: u32,
        type_: u32,
        name: [u8; 32],
        minimum: i32,
        maximum: i32,
        step: i32,
        default_value: i32,
        flags: u32,
        reserved: [u32; 2],
    }
    struct v4l2_query_ext_ctrl {
        id: u32,
        type_: u32,
        name: [c_char; 32],
        minimum: i64,
        maximum: i64,
        step: u64,
        default_value: i64,
        flags: u32,
        elem_size: u32,
        elems: u32,
        nr_of_dims: u32,
        dims: [u32; 4],
        reserved: [u32; 32],
    }
    packed v4l2_querymenu {
        id: u32,
        index: u32,
        __bindgen_anon_1: v4l2_querymenu__bindgen_ty_1,
        reserved: u32,
    }
    union v4l2_querymenu__bindgen_ty_1 {
        name: [u8; 32],
        value: i64,
    }
}
