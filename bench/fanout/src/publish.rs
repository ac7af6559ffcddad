//! The camera host: 34 frames a second on the bus.

use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::Context as _;
use async_nats::jetstream;
use async_nats::jetstream::stream::{Config, DiscardPolicy, StorageType};
use testkit::{Scene, now_us};
use tokio::sync::oneshot;
use wire::Stamp;

/// A rung and the length of its frames.
pub(crate) type Published = (u8, usize);
/// As large as a 720p frame at quality 80 usually is.
pub(crate) const USUAL: Published = (80, 60_000);

/// Publishes until dropped.
pub(crate) struct Publisher {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// Of a 720p frame where what is still is held, five MCUs each.
const INTERVALS: usize = 720;

impl Publisher {
    pub(crate) fn start(url: &str, rungs: &[Published]) -> anyhow::Result<Self> {
        let rungs: Vec<_> = rungs
            .iter()
            .map(|(quality, length)| (format!("frames.q{quality}"), *length))
            .collect();
        Self::run(url, move |seq| {
            let frames = rungs.iter();
            frames
                .map(|(subject, length)| (subject.clone(), frame(seq, *length)))
                .collect()
        })
    }

    /// Quality 80 of a scene in which somebody walks: `moving` of a hundred intervals are others in each frame. About 1.6
    /// bytes for each block.
    pub(crate) fn walker(url: &str, blocks: usize, moving: usize) -> anyhow::Result<Self> {
        let mut scene = Scene::new(INTERVALS, blocks, 1);
        let mut random = fastrand::Rng::with_seed(2);
        Self::run(url, move |seq| {
            let count = INTERVALS * moving / 100;
            let from = random.usize(0..=INTERVALS - count);
            scene.change(from..from + count);
            vec![("frames.q80".to_owned(), scene.jpeg(stamp(seq)))]
        })
    }

    /// Publishes what `frames` makes of each number.
    fn run(
        url: &str,
        mut frames: impl FnMut(u64) -> Vec<(String, Vec<u8>)> + Send + 'static,
    ) -> anyhow::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let client = runtime.block_on(async {
            let client = async_nats::connect(url).await.context("no nats-server")?;
            // Only so that the gateway finds the bucket it looks for.
            let bucket = Config {
                name: "KV_demand".into(),
                subjects: vec!["$KV.demand.>".into()],
                max_messages_per_subject: 1,
                max_age: wire::lease::LEASE,
                storage: StorageType::Memory,
                max_message_size: 128,
                max_bytes: 1024 * 1024,
                deny_delete: true,
                allow_direct: true,
                discard: DiscardPolicy::New,
                ..Config::default()
            };
            jetstream::new(client.clone()).create_stream(bucket).await?;
            anyhow::Ok(client)
        })?;
        let (stop, mut stopped) = oneshot::channel();
        let thread = std::thread::Builder::new()
            .name("publisher".into())
            .spawn(move || {
                runtime.block_on(async {
                    let mut pace = tokio::time::interval(Duration::from_micros(29_412));
                    for seq in 1.. {
                        tokio::select! {
                            _ = pace.tick() => {}
                            _ = &mut stopped => return,
                        }
                        for (subject, frame) in frames(seq) {
                            if client.publish(subject, frame.into()).await.is_err() {
                                return;
                            }
                        }
                    }
                });
            })?;
        Ok(Self {
            stop: Some(stop),
            thread: Some(thread),
        })
    }
}

impl Drop for Publisher {
    fn drop(&mut self) {
        self.stop.take();
        if let Some(thread) = self.thread.take() {
            // It can only have ended before.
            let _ = thread.join();
        }
    }
}

fn stamp(seq: u64) -> Stamp {
    Stamp {
        run: 1,
        seq,
        captured_at_us: now_us(),
    }
}

fn frame(seq: u64, length: usize) -> Vec<u8> {
    let mut jpeg = b"\xff\xd8\xff\xe0\x00\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0".to_vec();
    jpeg.extend(stamp(seq).segment());
    jpeg.resize(length - 2, 0x55);
    jpeg.extend(b"\xff\xd9");
    jpeg
}
