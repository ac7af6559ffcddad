//! Numbers: of controls, capabilities, flags and enumerations.

pub type time_t = std::ffi::c_long;
pub type v4l2_std_id = u64;

// Enumerations.
pub type v4l2_buf_type = u32;
pub type v4l2_colorspace = u32;
pub type v4l2_ctrl_type = u32;
pub type v4l2_field = u32;
pub type v4l2_frmivaltypes = u32;
pub type v4l2_frmsizetypes = u32;
pub type v4l2_memory = u32;
pub type v4l2_quantization = u32;
pub type v4l2_ycbcr_encoding = u32;

numbers! {
    NUMBERS;
    V4L2_CID_BRIGHTNESS: u32 = 0x0098_0900;
    V4L2_CID_CONTRAST: u32 = 0x0098_0901;
    V4L2_CID_SATURATION: u32 = 0x0098_0902;
    V4L2_CID_HUE: u32 = 0x0098_0903;
    V4L2_CID_GAMMA: u32 = 0x0098_0910;
    V4L2_CID_EXPOSURE: u32 = 0x0098_0911;
    V4L2_CID_GAIN: u32 = 0x0098_0913;
    V4L2_CID_WHITE_BALANCE_TEMPERATURE: u32 = 0x0098_091a;
    V4L2_CID_SHARPNESS: u32 = 0x0098_091b;
    V4L2_CID_BACKLIGHT_COMPENSATION: u32 = 0x0098_091c;
    V4L2_CID_PAN_RELATIVE: u32 = 0x009a_0904;
    V4L2_CID_TILT_RELATIVE: u32 = 0x009a_0905;
    V4L2_CID_FOCUS_RELATIVE: u32 = 0x009a_090b;
    V4L2_CID_ZOOM_RELATIVE: u32 = 0x009a_090e;
    V4L2_CID_IRIS_RELATIVE: u32 = 0x009a_0912;
    VIDEO_MAX_PLANES: u32 = 8;
    V4L2_CAP_VIDEO_CAPTURE: u32 = 0x0001;
    V4L2_CAP_VIDEO_CAPTURE_MPLANE: u32 = 0x1000;
    V4L2_CAP_STREAMING: u32 = 0x0400_0000;
    V4L2_CAP_DEVICE_CAPS: u32 = 0x8000_0000;
    V4L2_BUF_FLAG_ERROR: u32 = 0x0040;
    V4L2_BUF_FLAG_TIMESTAMP_MASK: u32 = 0xe000;
    V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC: u32 = 0x2000;
    V4L2_CAP_TIMEPERFRAME: u32 = 0x1000;
    V4L2_CTRL_FLAG_DISABLED: u32 = 0x0001;
    V4L2_CTRL_FLAG_NEXT_CTRL: u32 = 0x8000_0000;
    V4L2_CTRL_FLAG_NEXT_COMPOUND: u32 = 0x4000_0000;
    v4l2_field_V4L2_FIELD_NONE: v4l2_field = 1;
    v4l2_buf_type_V4L2_BUF_TYPE_VIDEO_CAPTURE: v4l2_buf_type = 1;
    v4l2_buf_type_V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE: v4l2_buf_type = 9;
    v4l2_memory_V4L2_MEMORY_MMAP: v4l2_memory = 1;
    v4l2_colorspace_V4L2_COLORSPACE_REC709: v4l2_colorspace = 3;
    v4l2_colorspace_V4L2_COLORSPACE_SRGB: v4l2_colorspace = 8;
    v4l2_ycbcr_encoding_V4L2_YCBCR_ENC_709: v4l2_ycbcr_encoding = 2;
    v4l2_quantization_V4L2_QUANTIZATION_FULL_RANGE: v4l2_quantization = 1;
    v4l2_frmsizetypes_V4L2_FRMSIZE_TYPE_DISCRETE: v4l2_frmsizetypes = 1;
    v4l2_frmsizetypes_V4L2_FRMSIZE_TYPE_CONTINUOUS: v4l2_frmsizetypes = 2;
    v4l2_frmsizetypes_V4L2_FRMSIZE_TYPE_STEPWISE: v4l2_frmsizetypes = 3;
    v4l2_frmivaltypes_V4L2_FRMIVAL_TYPE_DISCRETE: v4l2_frmivaltypes = 1;
    v4l2_frmivaltypes_V4L2_FRMIVAL_TYPE_CONTINUOUS: v4l2_frmivaltypes = 2;
    v4l2_frmivaltypes_V4L2_FRMIVAL_TYPE_STEPWISE: v4l2_frmivaltypes = 3;
    v4l2_ctrl_type_V4L2_CTRL_TYPE_INTEGER: v4l2_ctrl_type = 1;
    v4l2_ctrl_type_V4L2_CTRL_TYPE_BOOLEAN: v4l2_ctrl_type = 2;
    v4l2_ctrl_type_V4L2_CTRL_TYPE_MENU: v4l2_ctrl_type = 3;
    v4l2_ctrl_type_V4L2_CTRL_TYPE_INTEGER64: v4l2_ctrl_type = 5;
}
