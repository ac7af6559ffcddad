//! What is wrong with a camera: one thing for each name.

/// One camera's peculiarity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Behaviour {
    /// Nothing: what the others differ from.
    WellBehaved,
    /// One of its controls is of a type that was added to the kernel after the library that asks was written.
    UnknownControlType,
    /// The name of a control and the text of a menu's choice are cut in the middle of a letter.
    BrokenControlName,
    /// The description of its first format is cut in the middle of a letter.
    BrokenFormatDescription,
    /// The colour space of its format is a number that nobody knows.
    UnknownColorspace,
    /// `VIDIOC_STREAMOFF` fails, and as it goes on streaming its buffers cannot be given back.
    StreamoffFails,
    /// It offers formats and no sizes: `VIDIOC_ENUM_FRAMESIZES` and `_FRAMEINTERVALS` are no requests of its driver.
    NoFrameSizes,
    /// It grants two buffers, whatever is asked for, and fills none before both are queued.
    FewBuffers,
    /// It grants eight buffers at least, and fills none before six are queued.
    ManyBuffers,
    /// Every frame has the number 0.
    SequenceStandsStill,
    /// The number of the frame begins anew after every ten.
    SequenceResets,
    /// Every frame has the time of the first one.
    StuckTimestamp,
    /// Every frame has the time 0.
    ZeroTimestamp,
    /// Every frame has a time of ten seconds ago.
    OldTimestamp,
    /// Its memory is not cached: reading one buffer takes longer than a frame lasts.
    SlowCopy,
    /// One `VIDIOC_DQBUF` of the process returns after six seconds.
    DequeueHangs,
    /// Three JPEGs of every ten are of half the width and height.
    SizeFlips,
    /// After the first ten, every JPEG is of half the width and height.
    SizeChanges,
    /// It offers video that is compressed over time, and nothing else.
    VideoOnly,
    /// It offers what its sensor measures, and nothing else.
    RawSensor,
    /// Its JPEGs are coded by an arithmetic coder.
    ArithmeticJpeg,
    /// Its JPEGs look whole and end too early.
    DamagedJpeg,
    /// It hands out its pictures in as many pieces of memory as they have planes.
    MultiPlanar,
    /// It has formats with chroma in other orders than most.
    OddChroma,
    /// What it calls red is that of BT.709, and it says so.
    Bt709,
    /// The same, and it says so in its colour space alone.
    Bt709Colorspace,
    /// Its luma is of full range, and it announces a limited one.
    LyingRange,
    /// Its picture is on the second of two inputs, in PAL.
    Analogue,
    /// It grants one buffer.
    SingleBuffer,
    /// After its first frame there is none.
    OneFrame,
    /// Every fifth JPEG says that it is of 8192x8192 pixels.
    HugeHeader,
    /// It is there to be measured with: 1280x720 at 34 fps, whose pictures tell when they were begun. Any program can wait for
    /// its frames, not capture-svc alone.
    Clock,
    /// The driver marks every tenth JPEG as damaged; the next one looks whole, and its bits mean nothing.
    HiddenDamage,
}

impl Behaviour {
    const NAMES: [(&str, Self); 33] = [
        ("well-behaved", Self::WellBehaved),
        ("unknown-control-type", Self::UnknownControlType),
        ("broken-control-name", Self::BrokenControlName),
        ("broken-format-description", Self::BrokenFormatDescription),
        ("unknown-colorspace", Self::UnknownColorspace),
        ("streamoff-fails", Self::StreamoffFails),
        ("no-frame-sizes", Self::NoFrameSizes),
        ("few-buffers", Self::FewBuffers),
        ("many-buffers", Self::ManyBuffers),
        ("sequence-stands-still", Self::SequenceStandsStill),
        ("sequence-resets", Self::SequenceResets),
        ("stuck-timestamp", Self::StuckTimestamp),
        ("zero-timestamp", Self::ZeroTimestamp),
        ("old-timestamp", Self::OldTimestamp),
        ("slow-copy", Self::SlowCopy),
        ("dequeue-hangs", Self::DequeueHangs),
        ("size-flips", Self::SizeFlips),
        ("size-changes", Self::SizeChanges),
        ("huge-header", Self::HugeHeader),
        ("hidden-damage", Self::HiddenDamage),
        ("clock", Self::Clock),
        ("multi-planar", Self::MultiPlanar),
        ("odd-chroma", Self::OddChroma),
        ("bt709", Self::Bt709),
        ("bt709-colorspace", Self::Bt709Colorspace),
        ("lying-range", Self::LyingRange),
        ("analogue", Self::Analogue),
        ("single-buffer", Self::SingleBuffer),
        ("one-frame", Self::OneFrame),
        ("video-only", Self::VideoOnly),
        ("raw-sensor", Self::RawSensor),
        ("arithmetic-jpeg", Self::ArithmeticJpeg),
        ("damaged-jpeg", Self::DamagedJpeg),
    ];

    /// The behaviour of that name.
    ///
    /// # Panics
    /// When there is none: a test with a misspelt name must not pass.
    pub(crate) fn named(name: &str) -> Self {
        let found = Self::NAMES.iter().find(|(known, _)| *known == name.trim());
        found
            .unwrap_or_else(|| panic!("the V4L2 stand-in has no behaviour {name:?}"))
            .1
    }
}
