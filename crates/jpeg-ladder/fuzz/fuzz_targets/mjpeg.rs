//! Any bytes as a camera's frame: no panic, the kernels agree, and what comes out is a JPEG that reads back the same.
#![no_main]

use std::sync::Mutex;

use jpeg_ladder::{Kernel, Ladder, Range, Sampling, Source, Spec};
use libfuzzer_sys::fuzz_target;

static LADDERS: Mutex<Vec<Ladder>> = Mutex::new(Vec::new());

const SPEC: Spec = Spec {
    width: 0,
    height: 0,
    sampling: Sampling::S420,
    range: Range::Full,
};

fuzz_target!(|data: &[u8]| {
    // A header may promise 64 million pixels that take seconds to find missing or to fill with one bit each.
    if let Some(at) = data.windows(2).position(|pair| pair[0] == 0xff && (0xc0..=0xc2).contains(&pair[1])) {
        if let Some(&[h1, h0, w1, w0]) = data.get(at + 5..at + 9) {
            let (height, width) = (u16::from_be_bytes([h1, h0]), u16::from_be_bytes([w1, w0]));
            if u32::from(height) * u32::from(width) > 1 << 20 {
                return;
            }
        }
    }
    let mut ladders = LADDERS.lock().expect("nobody panicked");
    if ladders.is_empty() {
        ladders.extend(Kernel::ALL.into_iter().filter(|kernel| kernel.is_available()).map(Ladder::with_kernel));
    }
    let mut first = None;
    for ladder in &mut *ladders {
        let mut out = [Vec::new(), Vec::new(), Vec::new()];
        let done = ladder.encode_many(&SPEC, Source::Mjpeg(data), &[1, 60, 100], &mut out, &[]);
        if done.is_err() {
            assert!(out.iter().all(Vec::is_empty));
        }
        let result = (done, out);
        assert!(first.get_or_insert_with(|| result.clone()) == &result, "the kernels differ");
    }
    let (done, out) = first.expect("a kernel");
    if done.is_err() {
        return;
    }
    for jpeg in &out {
        let mut again = [Vec::new()];
        ladders[0]
            .encode_many(&SPEC, Source::Mjpeg(jpeg), &[100], &mut again, &[])
            .expect("what was written can be read");
    }
});
