//! Which cameras this process serves: each on its own, so that a fault of one touches no other. A file of cameras is read
//! again at SIGHUP, and only what has changed in it is begun anew.

use std::collections::{BTreeMap, btree_map::Entry};
use std::time::Duration;

use anyhow::Context as _;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use wire::CameraId;

use crate::config::{CameraConfig, CamerasFile};
use crate::one_camera::{OneCamera, Shared};

/// How long a camera whose parts have failed, which is a fault of this program, is left alone.
const FAULT_PAUSE: Duration = Duration::from_secs(5);

/// The cameras, by their names.
pub(crate) struct Cameras {
    shared: Shared,
    file: Option<CamerasFile>,
    stop: CancellationToken,
    /// What each is told to be now; `None`: not served.
    told: BTreeMap<CameraId, watch::Sender<Option<CameraConfig>>>,
    tasks: JoinSet<anyhow::Result<()>>,
}

impl Cameras {
    /// Begins to serve `cameras`, within a runtime.
    pub(crate) fn start(
        shared: Shared,
        cameras: Vec<CameraConfig>,
        file: Option<CamerasFile>,
        stop: CancellationToken,
    ) -> Self {
        let mut this = Self {
            shared,
            file,
            stop,
            told: BTreeMap::new(),
            tasks: JoinSet::new(),
        };
        this.apply(cameras);
        this
    }

    /// Serves until it is told to stop, and every camera is closed.
    ///
    /// # Errors
    /// Why a camera that is alone in its process has ended.
    pub(crate) async fn run(mut self) -> anyhow::Result<()> {
        let mut hung_up = signal(SignalKind::hangup())?;
        loop {
            tokio::select! {
                ended = self.tasks.join_next() => match ended {
                    Some(Ok(Ok(()))) => {}
                    Some(Ok(Err(why))) => return Err(why),
                    Some(Err(panic)) => return Err(anyhow::Error::from(panic).context("a camera's keeper panicked")),
                    None => return Ok(()),
                },
                Some(()) = hung_up.recv(), if self.file.is_some() => self.read_again(),
            }
        }
    }

    fn read_again(&mut self) {
        let Some(file) = &self.file else { return };
        let path = file.path().display();
        match file.read() {
            Ok(cameras) => {
                tracing::info!(file = %path, cameras = cameras.len(), "the cameras were read again");
                self.apply(cameras);
            }
            Err(problems) => {
                tracing::error!(file = %path, %problems, "not applied; what was served is served on");
            }
        }
    }

    fn apply(&mut self, cameras: Vec<CameraConfig>) {
        let wanted: BTreeMap<_, _> = cameras
            .into_iter()
            .map(|camera| (camera.id.clone(), camera))
            .collect();
        for (id, told) in &self.told {
            let now = wanted.get(id);
            told.send_if_modified(|before| {
                let changed = before.as_ref() != now;
                *before = now.cloned();
                changed
            });
        }
        for (id, camera) in wanted {
            if let Entry::Vacant(new) = self.told.entry(id) {
                let (told, heard) = watch::channel(Some(camera));
                new.insert(told);
                let (shared, stop) = (self.shared.clone(), self.stop.clone());
                let start = move |camera: &CameraConfig| OneCamera::start(camera, &shared);
                // Alone, it ends the process, and whoever started that does so again.
                let pause = self.file.as_ref().map(|_| FAULT_PAUSE);
                self.tasks.spawn(keep(start, heard, stop, pause));
            }
        }
    }
}

/// Serves one camera as it is `told`, until `stop`. After a fault of its parts it is begun anew after `pause`; without one
/// the fault is the end.
async fn keep(
    start: impl Fn(&CameraConfig) -> anyhow::Result<OneCamera>,
    mut told: watch::Receiver<Option<CameraConfig>>,
    stop: CancellationToken,
    pause: Option<Duration>,
) -> anyhow::Result<()> {
    loop {
        let config = told.borrow_and_update().clone();
        let fault = match config.as_ref().map(|config| (config, start(config))) {
            None => None,
            Some((config, Err(error))) => Some((config, error)),
            Some((config, Ok(mut camera))) => {
                let fault = tokio::select! {
                    fault = camera.first_end() => Some((config, fault)),
                    _ = told.changed() => None,
                    () = stop.cancelled() => None,
                };
                camera.stop().await;
                fault
            }
        };
        if stop.is_cancelled() {
            return Ok(());
        }
        match (fault, pause) {
            (None, _) if config.is_some() => {}
            (None, _) => tokio::select! {
                changed = told.changed() => changed.context("nobody decides about the camera")?,
                () = stop.cancelled() => return Ok(()),
            },
            (Some((_, fault)), None) => return Err(fault),
            (Some((config, fault)), Some(pause)) => {
                tracing::error!(
                    camera = config.id.name(),
                    error = format!("{fault:#}"),
                    "begun anew in {pause:?}"
                );
                tokio::select! {
                    () = tokio::time::sleep(pause) => {}
                    _ = told.changed() => {}
                    () = stop.cancelled() => return Ok(()),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use clap::Parser;

    use super::*;
    use crate::config::Cli;
    use crate::tasks::Tasks;

    fn config() -> CameraConfig {
        let cli = Cli::try_parse_from(["capture-svc", "--source=pattern"]).unwrap();
        cli.settings
            .validate()
            .unwrap()
            .only_camera()
            .unwrap()
            .clone()
    }

    /// A camera one of whose parts panics at once; each start is told.
    fn panicking(told: mpsc::Sender<()>) -> impl Fn(&CameraConfig) -> anyhow::Result<OneCamera> {
        move |config| {
            let _ = told.send(());
            let mut tasks = Tasks::default();
            tasks.spawn_infallible("the publisher", async { panic!("a fault of ours") });
            OneCamera::of_tasks(config, tasks)
        }
    }

    #[tokio::test]
    async fn a_camera_whose_part_panics_is_begun_anew_and_does_not_end_the_process() {
        let (starts, started) = mpsc::channel();
        let (_told, heard) = watch::channel(Some(config()));
        let stop = CancellationToken::new();
        let pause = Some(Duration::from_millis(1));
        let kept = keep(panicking(starts), heard, stop.clone(), pause);
        let stopped = async {
            let three = move || started.iter().take(3).count();
            tokio::task::spawn_blocking(three).await.unwrap();
            stop.cancel();
        };
        assert!(tokio::join!(kept, stopped).0.is_ok());
    }

    #[tokio::test]
    async fn alone_in_its_process_its_fault_is_the_end() {
        let (starts, started) = mpsc::channel();
        let (_told, heard) = watch::channel(Some(config()));
        let fault = keep(panicking(starts), heard, CancellationToken::new(), None).await;
        assert!(format!("{:#}", fault.unwrap_err()).contains("panicked"));
        assert_eq!(started.iter().count(), 1);
    }
}
