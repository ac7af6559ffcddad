//! The bytes of two threads are those of one.

use super::*;
use crate::{Damage, Plane, Range, Sampling};

/// Fourteen qualities, and now and then a smaller picture between them.
const ALL: [Rendition; 20] = {
    let mut all = [Rendition::full(30); 20];
    let mut i = 0;
    while i < 20 {
        let size = match i % 4 {
            1 if i < 12 => Size::Half,
            3 if i < 12 => Size::Quarter,
            _ => Size::Full,
        };
        all[i] = Rendition::new(30 + 3 * i as u8, size);
        i += 1;
    }
    all
};

fn spec(width: u16, height: u16) -> Spec {
    Spec {
        width,
        height,
        sampling: Sampling::S420,
        range: Range::Full,
    }
}

#[test]
fn two_threads_write_the_bytes_of_one() {
    let spec = spec(150, 70);
    let pixels: Vec<u8> = (0..300 * 70u32)
        .map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8 / 2 + (i / 300) as u8)
        .collect();
    let yuyv = Source::Yuyv(Plane::new(&pixels, 300));
    let mut camera = [Vec::new()];
    Ladder::new()
        .encode_many(&spec, yuyv, &[Rendition::full(85)], &mut camera, &[])
        .expect("a good frame");
    let mut duo = Duo::always();
    for source in [yuyv, Source::Mjpeg(&camera[0])] {
        for count in 0..=ALL.len() {
            let (mut ours, mut theirs) = (vec![vec![7]; count], vec![Vec::new(); count]);
            let comment = [0xff, 0xfe, 0, 3, 42];
            duo.encode_many(&spec, source, &ALL[..count], &mut ours, &comment)
                .expect("a good frame");
            Ladder::new()
                .encode_many(&spec, source, &ALL[..count], &mut theirs, &comment)
                .expect("a good frame");
            assert!(ours == theirs, "{count} renditions");
        }
    }
    assert!(duo.second.is_some());
}

#[test]
fn what_is_wrong_is_one_error_and_leaves_no_file_and_the_next_frame_is_good() {
    let spec = spec(64, 48);
    let pixels = vec![90; 128 * 48];
    let yuyv = Source::Yuyv(Plane::new(&pixels, 128));
    let mut out = vec![Vec::new(); ALL.len()];
    let mut duo = Duo::always();
    duo.encode_many(&spec, yuyv, &ALL, &mut out, &[])
        .expect("a good frame");
    let cut = out[19][..out[19].len() - 9].to_vec();
    let error = duo.encode_many(&spec, Source::Mjpeg(&cut), &ALL, &mut out, &[]);
    let short = matches!(
        error,
        Err(EncodeError::Damaged {
            damage: Damage::Short { .. } | Damage::Code { .. },
            ..
        })
    );
    assert!(short, "{error:?}");
    assert!(out.iter().all(Vec::is_empty));
    // Only the second thread has a quality that does not exist.
    let error = duo.encode_many(
        &spec,
        yuyv,
        &[30, 0].map(Rendition::full),
        &mut out[..2],
        &[],
    );
    assert_eq!(error, Err(EncodeError::Quality(0)));
    assert!(out.iter().all(Vec::is_empty));
    let error = duo.encode_many(&spec, yuyv, &ALL, &mut out[..2], &[]);
    assert!(matches!(error, Err(EncodeError::Outputs { .. })));
    duo.encode_many(&spec, yuyv, &ALL, &mut out, &[])
        .expect("a good frame");
}

#[test]
fn files_keep_their_memory() {
    let spec = spec(64, 48);
    let pixels = vec![90; 128 * 48];
    let yuyv = Source::Yuyv(Plane::new(&pixels, 128));
    let mut out = ALL.map(|_| Vec::with_capacity(100_000));
    let memory = out.each_ref().map(|file: &Vec<u8>| file.as_ptr());
    Duo::always()
        .encode_many(&spec, yuyv, &ALL, &mut out, &[])
        .expect("a good frame");
    assert!(
        out.iter()
            .zip(memory)
            .all(|(file, memory)| file.as_ptr() == memory)
    );
}

#[test]
fn one_core_does_what_one_core_can() {
    let shares = |kernel, width, height, count| {
        let renditions = vec![Rendition::full(80); count];
        Duo::with(kernel, 2, threshold(kernel)).shares(&spec(width, height), &renditions)
    };
    for kernel in [Kernel::Avx2, Kernel::Avx512NoGather, Kernel::Avx512] {
        assert!(!shares(kernel, 1280, 720, 14));
        assert!(!shares(kernel, 1920, 1080, 14));
        assert!(!shares(kernel, 3840, 2160, 4));
        assert!(shares(kernel, 3840, 2160, 14));
    }
    assert!(!shares(Kernel::Portable, 1280, 720, 14));
    assert!(shares(Kernel::Portable, 1920, 1080, 14));
    // Without a second core there is nothing to share.
    let mut duo = Duo::with(Kernel::best(), 1, 0);
    let pixels = [90; 128 * 48];
    let yuyv = Source::Yuyv(Plane::new(&pixels, 128));
    duo.encode_many(
        &spec(64, 48),
        yuyv,
        &[40, 60].map(Rendition::full),
        &mut [Vec::new(), Vec::new()],
        &[],
    )
    .expect("a good frame");
    assert!(duo.second.is_none());
}
