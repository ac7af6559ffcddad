//! What must hold for any bytes; the fuzz targets bring new ones, `tests/ladder/seeds.rs` those that led somewhere.

use std::sync::{Mutex, MutexGuard};

use arbitrary::{Arbitrary, Unstructured};
use jpeg_ladder::{
    EncodeError, Intervals, Kernel, Ladder, Plane, Range, Rendition, Sampling, Size, Source, Spec,
};

/// One for each kernel, kept: what one frame leaves in the buffers must not show in the next.
static LADDERS: Mutex<Vec<Ladder>> = Mutex::new(Vec::new());

fn ladders() -> MutexGuard<'static, Vec<Ladder>> {
    let mut ladders = LADDERS.lock().expect("nobody panicked");
    if ladders.is_empty() {
        let kernels = Kernel::available();
        ladders.extend(kernels.map(Ladder::with_kernel));
    }
    ladders
}

const SPEC: Spec = Spec {
    width: 0,
    height: 0,
    sampling: Sampling::S420,
    range: Range::Full,
};

/// Of a camera's frame: every size, and in full size as coarse and as fine as can be.
const OF_A_CAMERA: [Rendition; 5] = [
    Rendition::full(1),
    Rendition::new(80, Size::Quarter),
    Rendition::full(60),
    Rendition::new(50, Size::Half),
    Rendition::full(100),
];

type Done = (Result<Option<Intervals>, EncodeError>, Vec<Vec<u8>>);

/// What every kernel makes of it, which must be the same; what cannot be encoded leaves nothing.
fn encode(spec: Spec, source: Source, renditions: &[Rendition], comment: &[u8]) -> Done {
    let mut first: Option<Done> = None;
    for ladder in &mut *ladders() {
        let mut out = vec![Vec::new(); renditions.len()];
        let done = ladder.encode_many(&spec, source, renditions, &mut out, comment);
        if done.is_err() {
            assert!(out.iter().all(Vec::is_empty));
        }
        let result = (done, out);
        assert!(
            first.get_or_insert_with(|| result.clone()) == &result,
            "the kernels differ"
        );
    }
    first.expect("a kernel")
}

/// Any bytes as a camera's frame: no panic, the kernels agree, and what comes out is a JPEG that reads back the same.
pub(crate) fn mjpeg(data: &[u8]) {
    // A header may promise 64 million pixels that take seconds to find missing or to fill with one bit each.
    if let Some(at) = data
        .windows(2)
        .position(|pair| pair[0] == 0xff && (0xc0..=0xc2).contains(&pair[1]))
        && let Some(&[h1, h0, w1, w0]) = data.get(at + 5..at + 9)
    {
        let (height, width) = (u16::from_be_bytes([h1, h0]), u16::from_be_bytes([w1, w0]));
        if u32::from(height) * u32::from(width) > 1 << 20 {
            return;
        }
    }
    let (done, out) = encode(SPEC, Source::Mjpeg(data), &OF_A_CAMERA, &[]);
    let mut passed = [Vec::new()];
    let finest = [Rendition::full(100)];
    let unread = ladders()[0].pass_through(data, &finest, &mut passed, &[]);
    if done.is_err() {
        return;
    }
    if unread {
        let (read, again) = encode(SPEC, Source::Mjpeg(&passed[0]), &OF_A_CAMERA, &[]);
        assert!(
            read.is_ok() && again == out,
            "passed on, it is another picture"
        );
    }
    for jpeg in &out {
        let mut again = [Vec::new()];
        ladders()[0]
            .encode_many(&SPEC, Source::Mjpeg(jpeg), &finest, &mut again, &[])
            .expect("what was written can be read");
    }
}

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    width: u16,
    height: u16,
    sampling: u8,
    own_sampling: u8,
    limited: bool,
    layout: u8,
    strides: [u16; 3],
    /// Whether the strides above are too odd to be of use and rows follow each other without a gap.
    dense: bool,
    qualities: [u8; 3],
    comment: &'a [u8],
    data: &'a [u8],
}

fn sampling(number: u8) -> Sampling {
    [
        Sampling::S420,
        Sampling::S422,
        Sampling::S444,
        Sampling::Grey,
    ][usize::from(number % 4)]
}

/// Any frame, any promise about it: no panic, the kernels agree, and what comes out can be decoded.
pub(crate) fn pixels(bytes: &[u8]) {
    let Ok(input) = Input::arbitrary_take_rest(Unstructured::new(bytes)) else {
        return;
    };
    let (width, height) = if input.dense {
        (input.width % 100, input.height % 40)
    } else {
        (input.width, input.height)
    };
    let spec = Spec {
        width,
        height,
        sampling: sampling(input.sampling),
        range: if input.limited {
            Range::Limited
        } else {
            Range::Full
        },
    };
    // Dense planes repeat the data until it is enough, so that the loops are reached at all.
    let plenty: Vec<u8> = if input.dense {
        input
            .data
            .iter()
            .copied()
            .chain([7])
            .cycle()
            .take(usize::from(width.next_multiple_of(2)) * 3 * usize::from(height))
            .collect()
    } else {
        Vec::new()
    };
    let source = input.source(width, height, &plenty);
    let (done, out) = encode(spec, source, &input.renditions(), input.comment);
    if done.is_ok() {
        for jpeg in &out {
            let mut decoder = jpeg_decoder::Decoder::new(&jpeg[..]);
            decoder.decode().expect("a JPEG");
        }
    }
}

impl<'a> Input<'a> {
    /// The qualities, in sizes that what is left of the layout's number says.
    fn renditions(&self) -> [Rendition; 3] {
        let sizes = self.layout / 8;
        let size = |n: u8| Size::ALL[usize::from(n % 3)];
        let [a, b, c] = self.qualities;
        [
            Rendition::new(a, size(sizes)),
            Rendition::new(b, size(sizes / 3)),
            Rendition::new(c, size(sizes / 9)),
        ]
    }

    /// The frame: planes of `plenty` without gaps, or of the input's own bytes with its strides.
    fn source(&self, width: u16, height: u16, plenty: &'a [u8]) -> Source<'a> {
        let wide = usize::from(width);
        let plane = |i: usize, row: usize| {
            if self.dense {
                Plane::new(plenty, row)
            } else {
                let start = self.data.len() * i / 3;
                Plane::new(&self.data[start..], self.strides[i].into())
            }
        };
        let half = wide.div_ceil(2);
        match self.layout % 8 {
            0 => Source::Yuyv(plane(0, 4 * half)),
            1 => Source::Uyvy(plane(0, 4 * half)),
            2 => Source::Nv12 {
                y: plane(0, wide),
                uv: plane(1, 2 * half),
            },
            3 => Source::Planar {
                y: plane(0, wide),
                u: plane(1, wide),
                v: plane(2, wide),
                sampling: sampling(self.own_sampling),
            },
            4 => Source::Grey(plane(0, wide)),
            5 => Source::Rgb24(plane(0, 3 * wide)),
            6 => Source::Bgr24(plane(0, 3 * wide)),
            _ => Source::i420(if self.dense { plenty } else { self.data }, width, height),
        }
    }
}
