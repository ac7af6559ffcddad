//! An RTSP camera to test with: `GStreamer`'s server, its H.264 encoder and Python's bindings, all Debian's.

use std::process::Command;

use super::apt::{apt_install, apt_possible, update_lists};
use crate::shell::{Outcome, output};

const PACKAGES: [&str; 4] = [
    "python3-gi",
    "gir1.2-gst-rtsp-server-1.0",
    "gstreamer1.0-plugins-good",
    "gstreamer1.0-plugins-ugly",
];

/// What the server of `capture-svc/tests/rtsp` needs.
const NEEDED: &str = "import gi; gi.require_version('GstRtspServer', '1.0'); from gi.repository import Gst, GstRtspServer; \
                      Gst.init(None); assert all(map(Gst.ElementFactory.find, ['x264enc', 'rtph264pay']))";

/// Installs it unless it is there.
pub(crate) fn get_rtsp_server() -> Outcome<()> {
    if is_there() {
        return Ok(());
    }
    let line = format!("apt-get install -y {}   (as root)", PACKAGES.join(" "));
    apt_possible()
        .and_then(|()| {
            apt_install(&PACKAGES).or_else(|_| update_lists().and_then(|()| apt_install(&PACKAGES)))
        })
        .map_err(|why| format!("an RTSP server is missing ({why}).\n  This gets it: {line}"))?;
    if is_there() {
        Ok(())
    } else {
        Err(format!("there is still no RTSP server after: {line}"))
    }
}

/// Debian's own Python: another one on the PATH does not see the bindings.
fn is_there() -> bool {
    output(Command::new("/usr/bin/python3").args(["-c", NEEDED])).is_some()
}
