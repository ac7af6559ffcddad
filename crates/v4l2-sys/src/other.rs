//! What we never ask a driver for: the v4l crate has the numbers of these requests, which hold the sizes.

use std::ffi::{c_char, c_int};

use crate::{constants::v4l2_std_id, device::v4l2_fract, format::v4l2_rect};

structures! {
    OTHER;
    struct v4l2_edid {
        pad: u32,
        start_block: u32,
        blocks: u32,
        reserved: [u32; 5],
        edid: *mut u8,
    }
    struct v4l2_jpegcompression {
        quality: c_int,
        APPn: c_int,
        APP_len: c_int,
        APP_data: [c_char; 60],
        COM_len: c_int,
        COM_data: [c_char; 60],
        jpeg_markers: u32,
    }
    struct v4l2_cropcap {
        type_: u32,
        bounds: v4l2_rect,
        defrect: v4l2_rect,
        pixelaspect: v4l2_fract,
    }
    struct v4l2_crop {
        type_: u32,
        c: v4l2_rect,
    }
    struct v4l2_standard {
        index: u32,
        id: v4l2_std_id,
        name: [u8; 24],
        frameperiod: v4l2_fract,
        framelines: u32,
        reserved: [u32; 4],
    }
    struct v4l2_input {
        index: u32,
        name: [u8; 32],
        type_: u32,
        audioset: u32,
        tuner: u32,
        std: v4l2_std_id,
        status: u32,
        capabilities: u32,
        reserved: [u32; 3],
    }
    struct v4l2_output {
        index: u32,
        name: [u8; 32],
        type_: u32,
        audioset: u32,
        modulator: u32,
        std: v4l2_std_id,
        capabilities: u32,
        reserved: [u32; 3],
    }
    struct v4l2_tuner {
        index: u32,
        name: [u8; 32],
        type_: u32,
        capability: u32,
        rangelow: u32,
        rangehigh: u32,
        rxsubchans: u32,
        audmode: u32,
        signal: i32,
        afc: i32,
        reserved: [u32; 4],
    }
    struct v4l2_modulator {
        index: u32,
        name: [u8; 32],
        capability: u32,
        rangelow: u32,
        rangehigh: u32,
        txsubchans: u32,
        type_: u32,
        reserved: [u32; 3],
    }
    struct v4l2_frequency {
        tuner: u32,
        type_: u32,
        frequency: u32,
        reserved: [u32; 8],
    }
    struct v4l2_audio {
        index: u32,
        name: [u8; 32],
        capability: u32,
        mode: u32,
        reserved: [u32; 2],
    }
    struct v4l2_audioout {
        index: u32,
        name: [u8; 32],
        capability: u32,
        mode: u32,
        reserved: [u32; 2],
    }
    struct v4l2_enc_idx_entry {
        offset: u64,
        pts: u64,
        length: u32,
        flags: u32,
        reserved: [u32; 2],
    }
    struct v4l2_enc_idx {
        entries: u32,
        entries_cap: u32,
        reserved: [u32; 4],
        entry: [v4l2_enc_idx_entry; 64],
    }
    struct v4l2_encoder_cmd {
        cmd: u32,
        flags: u32,
        __bindgen_anon_1: v4l2_encoder_cmd__bindgen_ty_1,
    }
    union v4l2_encoder_cmd__bindgen_ty_1 {
        raw: [u32; 8],
    }
}
