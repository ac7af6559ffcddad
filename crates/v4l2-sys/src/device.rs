//! What a device is and offers: formats, sizes, rates, sockets.

structures! {
    DEVICE;
    struct v4l2_fract {
        numerator: u32,
        denominator: u32,
    }
    struct v4l2_capability {
        driver: [u8; 16],
        card: [u8; 32],
        bus_info: [u8; 32],
        version: u32,
        capabilities: u32,
        device_caps: u32,
        reserved: [u32; 3],
    }
    struct v4l2_fmtdesc {
        index: u32,
        type_: u32,
        flags: u32,
        description: [u8; 32],
        pixelformat: u32,
        mbus_code: u32,
        reserved: [u32; 3],
    }
    struct v4l2_frmsize_discrete {
        width: u32,
        height: u32,
    }
    struct v4l2_frmsize_stepwise {
        min_width: u32,
        max_width: u32,
        step_width: u32,
        min_height: u32,
        max_height: u32,
        step_height: u32,
    }
    struct v4l2_frmsizeenum {
        index: u32,
        pixel_format: u32,
        type_: u32,
        __bindgen_anon_1: v4l2_frmsizeenum__bindgen_ty_1,
        reserved: [u32; 2],
    }
    union v4l2_frmsizeenum__bindgen_ty_1 {
        discrete: v4l2_frmsize_discrete,
        stepwise: v4l2_frmsize_stepwise,
    }
    struct v4l2_frmival_stepwise {
        min: v4l2_fract,
        max: v4l2_fract,
        step: v4l2_fract,
    }
    struct v4l2_frmivalenum {
        index: u32,
        pixel_format: u32,
        width: u32,
        height: u32,
        type_: u32,
        __bindgen_anon_1: v4l2_frmivalenum__bindgen_ty_1,
        reserved: [u32; 2],
    }
    union v4l2_frmivalenum__bindgen_ty_1 {
        discrete: v4l2_fract,
        stepwise: v4l2_frmival_stepwise,
    }
    struct v4l2_captureparm {
        capability: u32,
        capturemode: u32,
        timeperframe: v4l2_fract,
        extendedmode: u32,
        readbuffers: u32,
        reserved: [u32; 4],
    }
    struct v4l2_outputparm {
        capability: u32,
        outputmode: u32,
        timeperframe: v4l2_fract,
        extendedmode: u32,
        writebuffers: u32,
        reserved: [u32; 4],
    }
    struct v4l2_streamparm {
        type_: u32,
        parm: v4l2_streamparm__bindgen_ty_1,
    }
    union v4l2_streamparm__bindgen_ty_1 {
        capture: v4l2_captureparm,
        output: v4l2_outputparm,
        raw_data: [u8; 200],
    }
}
