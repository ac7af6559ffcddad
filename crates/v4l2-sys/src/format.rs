//! Formats of every kind of stream, since all of them are one union.

use std::ffi::c_void;

structures! {
    FORMAT;
    struct v4l2_rect {
        left: i32,
        top: i32,
        width: u32,
        height: u32,
    }
    struct v4l2_pix_format {
        width: u32,
        height: u32,
        pixelformat: u32,
        field: u32,
        bytesperline: u32,
        sizeimage: u32,
        colorspace: u32,
        priv_: u32,
        flags: u32,
        __bindgen_anon_1: v4l2_pix_format__bindgen_ty_1,
        quantization: u32,
        xfer_func: u32,
    }
    union v4l2_pix_format__bindgen_ty_1 {
        ycbcr_enc: u32,
        hsv_enc: u32,
    }
    struct v4l2_clip {
        c: v4l2_rect,
        next: *mut v4l2_clip,
    }
    struct v4l2_window {
        w: v4l2_rect,
        field: u32,
        chromakey: u32,
        clips: *mut v4l2_clip,
        clipcount: u32,
        bitmap: *mut c_void,
        global_alpha: u8,
    }
    struct v4l2_vbi_format {
        sampling_rate: u32,
        offset: u32,
        samples_per_line: u32,
        sample_format: u32,
        start: [i32; 2],
        count: [u32; 2],
        flags: u32,
        reserved: [u32; 2],
    }
    struct v4l2_sliced_vbi_format {
        service_set: u16,
        service_lines: [[u16; 24]; 2],
        io_size: u32,
        reserved: [u32; 2],
    }
    struct v4l2_sliced_vbi_cap {
        service_set: u16,
        service_lines: [[u16; 24]; 2],
        type_: u32,
        reserved: [u32; 3],
    }
    packed v4l2_plane_pix_format {
        sizeimage: u32,
        bytesperline: u32,
        reserved: [u16; 6],
    }
    packed v4l2_pix_format_mplane {
        width: u32,
        height: u32,
        pixelformat: u32,
        field: u32,
        colorspace: u32,
        plane_fmt: [v4l2_plane_pix_format; 8],
        num_planes: u8,
        flags: u8,
        __bindgen_anon_1: v4l2_pix_format_mplane__bindgen_ty_1,
        quantization: u8,
        xfer_func: u8,
        reserved: [u8; 7],
    }
    union v4l2_pix_format_mplane__bindgen_ty_1 {
        ycbcr_enc: u8,
        hsv_enc: u8,
    }
    packed v4l2_sdr_format {
        pixelformat: u32,
        buffersize: u32,
        reserved: [u8; 24],
    }
    packed v4l2_meta_format {
        dataformat: u32,
        buffersize: u32,
    }
    struct v4l2_format {
        type_: u32,
        fmt: v4l2_format__bindgen_ty_1,
    }
    union v4l2_format__bindgen_ty_1 {
        pix: v4l2_pix_format,
        pix_mp: v4l2_pix_format_mplane,
        win: v4l2_window,
        vbi: v4l2_vbi_format,
        sliced: v4l2_sliced_vbi_format,
        sdr: v4l2_sdr_format,
        meta: v4l2_meta_format,
        raw_data: [u8; 200],
    }
}
