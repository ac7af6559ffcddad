//! A camera that speaks HTTP: MJPEG as one endless answer, or a picture that is asked for again and again. The connection
//! is there for as long as the source is open, and closed by its drop.
//!
//! A runtime of its own on the session's thread, asked for at most 50 ms at a time, so that closing is felt at once; what
//! still waits for a name to be resolved is left behind.

mod address;
mod client;
mod connection;
mod digest;
mod error;
mod login;
mod pictures;
mod post;
mod settings;
mod tls;

use std::{pin::Pin, sync::Arc, time::Duration};

use tokio::{
    runtime::{Builder, Runtime},
    time::timeout,
};

pub(crate) use self::{
    address::{HttpAddress, shown},
    client::read_password,
    settings::{HttpSettings, HttpTrust},
    tls::{CA_SETTING, authority, tls_client},
};
use self::{client::Client, pictures::Pictures};
pub(crate) use error::HttpError;

use super::{
    clock::{self, Metronome},
    error::CameraError,
    exif,
    frame::{ColorMatrix, ColorRange, Mode, PixelFormat, RawFrame},
    jpeg,
    opening::Opening,
    source::{DAMAGED_IN_A_ROW, Delivery, NEXT_FRAME_WAIT_MAX, Source},
};

/// Until the first picture: shorter than an opening may take.
const HTTP_OPEN_TIMEOUT: Duration = Duration::from_secs(9);

/// An HTTP camera, open.
pub(super) struct HttpSource {
    client: Arc<Client>,
    work: Work,
    mode: Mode,
    /// What the opening read, and when it came.
    first: Option<(Vec<u8>, u64)>,
    words: String,
    /// Last: sockets end before what moves their bytes.
    engine: Engine,
}

/// Where the next picture comes from.
enum Work {
    Stream(Box<Pictures>),
    Poll {
        beat: Metronome,
        /// The request that is under way; it gives the picture, or nothing if it was damaged.
        asking: Option<Pin<Box<Asking>>>,
    },
}

type Asking = dyn Future<Output = Result<Option<Vec<u8>>, HttpError>>;

/// What the futures of one source run on.
struct Engine(Option<Runtime>);

impl Engine {
    fn start() -> Result<Self, CameraError> {
        let built = Builder::new_current_thread().enable_all().build();
        let runtime = built.map_err(|cause| CameraError::Device {
            doing: "starting the HTTP client".into(),
            cause,
        })?;
        Ok(Self(Some(runtime)))
    }

    /// Goes on with `work` for at most 50 ms; `None`: it is not done.
    fn go_on<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        let runtime = self.0.as_ref().expect("it is there until its drop");
        let work = async { timeout(NEXT_FRAME_WAIT_MAX, work).await.ok() };
        runtime.block_on(work)
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            // A resolver that hangs must not hold the session's thread.
            runtime.shutdown_background();
        }
    }
}

impl HttpSource {
    /// Connects and waits for the first picture, which says how large they are; a cancel ends that at once.
    ///
    /// # Errors
    /// Why there is none.
    pub(super) fn open(
        address: &HttpAddress,
        settings: &HttpSettings,
        fps: f64,
        opening: &Opening<'_>,
    ) -> Result<Self, CameraError> {
        let engine = Engine::start()?;
        let client = Arc::new(Client::new(address, settings)?);
        let mut words = format!("the camera at {}", client.at());
        if settings.trust == HttpTrust::Any && address.place.is_tls() {
            tracing::warn!("CAPTURE_HTTP_INSECURE=true: anybody may pass for the camera");
            words += ", whose certificate is not checked";
        }
        let (work, first) = first(&engine, &client, settings.poll, opening)?;
        let size = jpeg::find(&first).ok_or(CameraError::Corrupt(1))?;
        let mode = Mode {
            width: size.width,
            height: size.height,
            fps: settings.poll.map_or(fps, |every| 1.0 / every.as_secs_f64()),
            format: PixelFormat::Mjpeg,
            delivered: PixelFormat::Mjpeg.as_str(),
            range: ColorRange::Full,
            matrix: ColorMatrix::Bt601,
        };
        Ok(Self {
            client,
            work,
            mode,
            first: Some((first, clock::wall_us())),
            words,
            engine,
        })
    }

    /// What came within 50 ms.
    fn next(&mut self, into: &mut Vec<u8>) -> Result<Option<Delivery>, HttpError> {
        match &mut self.work {
            Work::Stream(pictures) => {
                let Some(came) = self.engine.go_on(pictures.newest(into)) else {
                    return pictures.silent(clock::now()).map(|()| None);
                };
                let came = came?;
                if !came.whole {
                    into.clear();
                }
                Ok(Some(Delivery {
                    skipped: came.skipped,
                    damaged: came.damaged,
                    ..Delivery::default()
                }))
            }
            Work::Poll { beat, asking } => {
                if asking.is_none() && !beat.tick(NEXT_FRAME_WAIT_MAX) {
                    return Ok(None);
                }
                let client = &self.client;
                let work = asking.get_or_insert_with(|| Box::pin(one_picture(Arc::clone(client))));
                let Some(answer) = self.engine.go_on(work) else {
                    return Ok(None);
                };
                *asking = None;
                *into = answer?.unwrap_or_default();
                Ok(Some(Delivery::default()))
            }
        }
    }
}

/// Asks until there is a first whole picture.
fn first(
    engine: &Engine,
    client: &Arc<Client>,
    poll: Option<Duration>,
    told: &Opening<'_>,
) -> Result<(Work, Vec<u8>), CameraError> {
    let begin = clock::now();
    let opening = async {
        if let Some(every) = poll {
            let mut beat = Metronome::new(1.0 / every.as_secs_f64());
            // This picture is the first.
            beat.tick(Duration::ZERO);
            let first = one_picture(Arc::clone(client)).await?;
            let first = first.ok_or(CameraError::Corrupt(1))?;
            return Ok((Work::Poll { beat, asking: None }, first));
        }
        let mut pictures = Pictures::new(client.ask().await?, client.at().clone());
        let mut first = Vec::new();
        for _ in 0..DAMAGED_IN_A_ROW {
            if pictures.next(&mut first).await? {
                return Ok((Work::Stream(Box::new(pictures)), first));
            }
        }
        Err(CameraError::Corrupt(DAMAGED_IN_A_ROW))
    };
    let mut opening = Box::pin(opening);
    loop {
        if let Some(opened) = engine.go_on(&mut opening) {
            return opened;
        }
        told.go_on();
        let silent = clock::now() - begin;
        if told.cancel.is_told() {
            return Err(HttpError::Closed.into());
        }
        if silent > HTTP_OPEN_TIMEOUT {
            let at = client.at().clone();
            return Err(HttpError::Silent { at, silent }.into());
        }
    }
}

/// Asks for one picture, over a connection of its own; `None`: it was damaged.
async fn one_picture(client: Arc<Client>) -> Result<Option<Vec<u8>>, HttpError> {
    let asking = async {
        let mut pictures = Pictures::new(client.ask().await?, client.at().clone());
        let mut picture = Vec::new();
        let whole = pictures.next(&mut picture).await?;
        Ok(whole.then_some(picture))
    };
    let asked = timeout(HTTP_OPEN_TIMEOUT, asking).await;
    asked.unwrap_or_else(|_| {
        Err(HttpError::Silent {
            at: client.at().clone(),
            silent: HTTP_OPEN_TIMEOUT,
        })
    })
}

impl Source for HttpSource {
    fn mode(&self) -> &Mode {
        &self.mode
    }

    fn describe(&self) -> String {
        self.words.clone()
    }

    fn next_frame(&mut self, into: &mut RawFrame) -> Result<Option<Delivery>, CameraError> {
        into.describe(&self.mode);
        if let Some((first, came_at)) = self.first.take() {
            (into.data, into.captured_at_us) = (first, came_at);
            return Ok(Some(Delivery {
                orientation: exif::orientation(&into.data),
                ..Delivery::default()
            }));
        }
        let delivered = self.next(&mut into.data)?;
        into.captured_at_us = clock::wall_us();
        Ok(delivered.map(|delivery| Delivery {
            orientation: exif::orientation(&into.data),
            ..delivery
        }))
    }

    /// Bytes that come are no silence, and who asks for a picture a minute waits for a minute.
    fn tells_silence(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests;
