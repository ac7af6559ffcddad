//! The choice between the sources, made anew at each opening: the machine may have changed.

use jpeg_ladder::MAX_SIDE;
use wire::SourceKind;

use super::{
    error::CameraError,
    exec::ExecSource,
    file::FileSource,
    frame::Mode,
    http::HttpSource,
    opening::Opening,
    pattern::PatternSource,
    source::{CameraSettings, Source, SourceSpec},
    v4l2,
};
use crate::metrics::CameraMetrics;

/// Opens the source that `settings` name, as the machine is now.
///
/// `seen_camera`: whether a camera has delivered since the process began; then `auto` waits for it to come back
/// instead of showing the pattern, and a camera that is missing is one that was unplugged.
///
/// `cancelled`: nobody wants it any more; a source that takes its time looks at it.
///
/// # Errors
/// Why there is none.
pub(super) fn open(
    settings: &CameraSettings,
    seen_camera: bool,
    opening: &Opening<'_>,
) -> Result<(SourceKind, Box<dyn Source>), CameraError> {
    let pattern = |words: &str| {
        (
            SourceKind::Pattern,
            Box::new(PatternSource::new(settings, words.into())) as Box<dyn Source>,
        )
    };
    match &settings.source {
        SourceSpec::Pattern => return Ok(pattern("the test pattern")),
        SourceSpec::File(path) => {
            return Ok((
                SourceKind::File,
                Box::new(FileSource::open(path, settings.fps, opening)?),
            ));
        }
        SourceSpec::Exec(command) => {
            return Ok((
                SourceKind::Webcam,
                Box::new(ExecSource::open(command, settings, opening)?),
            ));
        }
        SourceSpec::Http(address) => {
            let camera = HttpSource::open(address, &settings.http, settings.fps, opening)?;
            return Ok((SourceKind::Webcam, Box::new(camera)));
        }
        _ => {}
    }
    match v4l2::open(settings) {
        Ok(Some(camera)) => Ok((SourceKind::Webcam, Box::new(camera))),
        Ok(None) | Err(CameraError::NotFound(_)) if seen_camera => Err(CameraError::Unplugged),
        Ok(None) => Ok(pattern("no camera found: this is the test pattern")),
        Err(error) => Err(error),
    }
}

/// Whether the encoder takes pictures of this size; asked once, at the opening.
pub(super) fn encodable(mode: &Mode, source: &SourceSpec) -> Result<(), CameraError> {
    let most = u32::from(MAX_SIDE);
    if (1..=most).contains(&mode.width) && (1..=most).contains(&mode.height) {
        return Ok(());
    }
    let problem = format!(
        "pictures of {}x{} are beyond the encoder, which takes up to {most}x{most}",
        mode.width, mode.height
    );
    Err(match source {
        SourceSpec::File(path) => CameraError::File {
            path: path.clone(),
            problem,
        },
        SourceSpec::Exec(_) => {
            CameraError::Unsupported(format!("{problem}: have the program write smaller ones"))
        }
        SourceSpec::Http(_) => {
            CameraError::Unsupported(format!("{problem}: choose a smaller size in the camera"))
        }
        _ => CameraError::Unsupported(format!(
            "{problem}: choose a smaller size (CAPTURE_WIDTH, CAPTURE_HEIGHT)"
        )),
    })
}

/// Keeps the gauge at 1 for exactly as long as the source is open, however this ends.
pub(super) struct OpenCamera(CameraMetrics);

impl OpenCamera {
    pub(super) fn new(metrics: &CameraMetrics) -> Self {
        metrics.opens.inc();
        metrics.open.inc();
        Self(metrics.clone())
    }
}

impl Drop for OpenCamera {
    fn drop(&mut self) {
        self.0.open.dec();
    }
}
