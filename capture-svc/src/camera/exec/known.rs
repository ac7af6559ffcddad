//! PURE: programs that are known to be cameras, and the settings that make them one: what docs/cameras.md says.

/// A program of this name on the PATH, and how it is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct KnownProgram {
    /// As it is on the PATH.
    pub(crate) name: &'static str,
    /// Whose camera.
    pub(crate) of: &'static str,
    /// Its command, behind `exec:`.
    pub(crate) command: &'static str,
    /// `CAPTURE_EXEC_FORMAT`, where it is not told by itself.
    pub(crate) format: Option<&'static str>,
}

/// Best first.
pub(crate) const KNOWN_PROGRAMS: [KnownProgram; 3] = [
    KnownProgram {
        name: "rpicam-vid",
        of: "the ribbon camera of a Raspberry Pi",
        command: "rpicam-vid -t 0 -n --codec yuv420 --width 1280 --height 720 --framerate 30 -o -",
        format: Some("yuv420p:1280x720"),
    },
    KnownProgram {
        name: "ffmpeg",
        of: "a network camera",
        command: "ffmpeg -nostdin -loglevel error -rtsp_transport tcp -flags low_delay -i \
                  rtsp://user:password@camera/stream -an -f yuv4mpegpipe -pix_fmt yuv420p -",
        format: None,
    },
    KnownProgram {
        name: "gst-launch-1.0",
        of: "whatever GStreamer has a source for",
        command: "gst-launch-1.0 -q v4l2src ! videoconvert ! video/x-raw,format=NV12,width=640,height=480 ! fdsink",
        format: Some("nv12:640x480"),
    },
];

impl KnownProgram {
    /// What is put before a command in a shell.
    #[must_use]
    pub(crate) fn settings(&self) -> String {
        let format = self.format.map_or_else(String::new, |format| {
            format!("CAPTURE_EXEC_FORMAT={format} ")
        });
        format!("{format}CAPTURE_SOURCE='exec:{}'", self.command)
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{command::ExecCommand, format::ExecFormat},
        *,
    };

    #[test]
    fn what_is_known_is_documented_and_understood() {
        let documents = include_str!("../../../../docs/cameras.md");
        for program in KNOWN_PROGRAMS {
            assert!(documents.contains(program.command), "{}", program.command);
            assert_eq!(
                ExecCommand::parse(program.command).unwrap().program(),
                program.name
            );
            assert!(
                program
                    .format
                    .is_none_or(|format| format.parse::<ExecFormat>().is_ok())
            );
            assert!(!program.command.contains('\''), "it stands in quotes");
        }
    }
}
