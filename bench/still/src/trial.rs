//! One scene, encoded with and without holding, and a row of figures.

use std::fmt;

use jpeg_ladder::{HoldSettings, Ladder, Plane, Range, Rendition, Sampling, Source, Spec};

use crate::camera::{Camera, Grain};
use crate::h264::H264;
use crate::jpeg::Jpeg;
use crate::measure::{Ghosts, Quality};
use crate::scene::Scene;
use crate::truth::Truth;

/// The first frame that counts: by then the noise is known.
pub(crate) const FROM: usize = 50;
/// The picture is measured in one frame of so many; no multiple of a clip's own intra period.
pub(crate) const EVERY: usize = 7;
/// Frames that are made before they are encoded, so that nothing but an encoder's own work is in the caches while it is
/// timed.
const BATCH: usize = 16;
const ALL: [u8; 14] = [30, 35, 40, 45, 50, 55, 60, 65, 70, 75, 80, 85, 90, 95];
pub(crate) const HOLD: HoldSettings = HoldSettings {
    refresh_frames: 340,
    settles: false,
};
const SETTLE: HoldSettings = HoldSettings {
    settles: true,
    ..HOLD
};

/// What a trial is of.
#[derive(Clone, Copy)]
pub(crate) struct Size {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) frames: usize,
}

/// One encoder with its time.
struct Encoder {
    ladder: Ladder,
    renditions: Vec<Rendition>,
    files: Vec<Vec<u8>>,
    seconds: f64,
}

impl Encoder {
    fn new(qualities: &'static [u8], hold: Option<HoldSettings>) -> Self {
        let mut ladder = Ladder::new();
        ladder.hold(hold);
        Self {
            ladder,
            renditions: qualities.iter().copied().map(Rendition::full).collect(),
            files: vec![Vec::new(); qualities.len()],
            seconds: 0.0,
        }
    }

    fn encode(&mut self, yuyv: &[u8], size: Size, counts: bool) {
        let spec = Spec {
            width: size.width as u16,
            height: size.height as u16,
            sampling: Sampling::S420,
            range: Range::Full,
        };
        let source = Source::Yuyv(Plane::new(yuyv, 2 * size.width));
        let began = cpu_seconds();
        self.ladder
            .encode_many(&spec, source, &self.renditions, &mut self.files, &[])
            .expect("a whole frame");
        if counts {
            self.seconds += cpu_seconds() - began;
        }
    }
}

/// Of this thread.
pub(crate) fn cpu_seconds() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}

/// Bytes of the counted frames.
#[derive(Default)]
struct Bytes {
    frames: f64,
    plain: usize,
    published: usize,
    delta: usize,
    /// To a viewer that gets every third frame, and how many it got.
    third: usize,
    thirds: f64,
    equal: usize,
    fresh: usize,
    intervals: usize,
}

/// What came of a scene.
pub(crate) struct Row {
    name: String,
    bytes: Bytes,
    plain: Quality,
    held: Quality,
    ghosts: Ghosts,
    /// Of one quality and of 14.
    cpu: [f64; 2],
    h264: Option<f64>,
}

/// What a scene leaves behind as it runs.
struct Trial {
    size: Size,
    /// Of one quality and of 14, each without holding and with it.
    encoders: [Encoder; 4],
    bytes: Bytes,
    plain: Quality,
    held: Quality,
    ghosts: Ghosts,
    /// The last plain and the last held file, and the held one that a viewer of every third frame has.
    before: [Jpeg; 2],
    third: Jpeg,
}

/// One frame, as the camera gives it and as it is.
struct Shot {
    t: usize,
    yuyv: Vec<u8>,
    truth: Truth,
}

/// Runs a scene to its end.
pub(crate) fn run(
    name: &str,
    mut scene: Scene,
    noise: f32,
    size: Size,
    settles: bool,
    beside: bool,
) -> std::io::Result<Row> {
    let mut camera = Camera::new(size.width, size.height, noise, Grain::Shared);
    let mut h264 = beside
        .then(|| H264::new(size.width, size.height, FROM, EVERY))
        .transpose()?;
    let mut trial = None;
    for first in (0..size.frames).step_by(BATCH) {
        let mut shots = Vec::with_capacity(BATCH);
        for t in first..size.frames.min(first + BATCH) {
            let Some((truth, light)) = scene.frame(t) else {
                break;
            };
            let yuyv = camera.shoot(&truth, &light);
            if let Some(h264) = &mut h264 {
                h264.add(&yuyv, &truth.y)?;
            }
            shots.push(Shot { t, yuyv, truth });
        }
        let Some(shot) = shots.first() else {
            break;
        };
        let trial = trial.get_or_insert_with(|| Trial::new(size, &shot.truth, settles));
        trial.take(&shots);
    }
    let trial = trial.ok_or_else(|| std::io::Error::other(format!("{name}: no frame")))?;
    let seconds = trial.encoders.map(|encoder| encoder.seconds);
    Ok(Row {
        name: name.to_owned(),
        h264: match &h264 {
            Some(h264) => h264.at_psnr(trial.held.luma_psnr())?,
            None => None,
        },
        bytes: trial.bytes,
        plain: trial.plain,
        held: trial.held,
        ghosts: trial.ghosts,
        cpu: [seconds[1] / seconds[0], seconds[3] / seconds[2]],
    })
}

impl Trial {
    fn new(size: Size, truth: &Truth, settles: bool) -> Self {
        let hold = if settles { SETTLE } else { HOLD };
        Self {
            size,
            encoders: [
                Encoder::new(&[80], None),
                Encoder::new(&[80], Some(hold)),
                Encoder::new(&ALL, None),
                Encoder::new(&ALL, Some(hold)),
            ],
            bytes: Bytes::default(),
            plain: Quality::default(),
            held: Quality::default(),
            ghosts: Ghosts::new(truth, 16),
            before: [Jpeg::default(), Jpeg::default()],
            third: Jpeg::default(),
        }
    }

    /// Encodes frames without and with holding in turns, at one quality and then at 14, and looks at what came of them.
    fn take(&mut self, shots: &[Shot]) {
        let mut files = Vec::with_capacity(shots.len());
        for (pair, encoders) in self.encoders.chunks_exact_mut(2).enumerate() {
            for shot in shots {
                for encoder in &mut *encoders {
                    encoder.encode(&shot.yuyv, self.size, shot.t >= FROM);
                }
                if pair == 0 {
                    files.push([0, 1].map(|i| Jpeg::new(encoders[i].files[0].clone())));
                }
            }
        }
        for (shot, files) in shots.iter().zip(files) {
            self.look(shot, files);
        }
    }

    fn look(&mut self, Shot { t, truth, .. }: &Shot, [plain, held]: [Jpeg; 2]) {
        let counts = *t >= FROM;
        let changed = held.changed(&self.before[1]);
        self.ghosts.add(truth, &changed);
        let bytes = &mut self.bytes;
        if counts {
            bytes.frames += 1.0;
            bytes.plain += plain.bytes.len();
            bytes.published += held.bytes.len();
            bytes.equal += plain.message(&self.before[0]);
            bytes.delta += held.message(&self.before[1]);
            bytes.fresh += changed.iter().filter(|changed| **changed).count();
            bytes.intervals += changed.len();
        }
        if t.is_multiple_of(3) {
            if *t >= FROM + 3 {
                bytes.third += held.message(&self.third);
                bytes.thirds += 1.0;
            }
            self.third = held.clone();
        }
        if counts && (t - FROM).is_multiple_of(EVERY) {
            self.plain.add(&plain.decode(self.size.width), truth);
            self.held.add(&held.decode(self.size.width), truth);
        }
        self.before = [plain, held];
    }
}

impl Row {
    pub(crate) const HEAD: &str = "| scene | plain | published | delta, every frame | every third | equal | encoded % | luma PSNR | chroma PSNR | SSIM | ghosts % | longest | CPU, one quality | CPU, 14 | H.264 |\n|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|";
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = &self.bytes;
        let megabits = |bytes: usize, frames: f64| bytes as f64 / frames * 34.0 * 8e-6;
        let of = |bytes: usize| megabits(bytes, self.bytes.frames);
        write!(
            f,
            "| {} | {:.1} | {:.1} | **{:.2}** | {:.2} | {:.1} | {:.1} ",
            self.name,
            of(bytes.plain),
            of(bytes.published),
            of(bytes.delta),
            megabits(bytes.third, bytes.thirds) / 3.0,
            of(bytes.equal),
            100.0 * bytes.fresh as f64 / bytes.intervals as f64,
        )?;
        let (plain, held) = (&self.plain, &self.held);
        write!(
            f,
            "| {:.2} / {:.2} | {:.2} / {:.2} | {:.4} / {:.4} | {:.3} | {} | {:.2} | {:.2} ",
            plain.luma_psnr(),
            held.luma_psnr(),
            plain.chroma_psnr(),
            held.chroma_psnr(),
            plain.ssim(),
            held.ssim(),
            self.ghosts.percent(),
            self.ghosts.longest,
            self.cpu[0],
            self.cpu[1],
        )?;
        match self.h264 {
            Some(megabits) => write!(f, "| {megabits:.2} |"),
            None => write!(f, "| – |"),
        }
    }
}
