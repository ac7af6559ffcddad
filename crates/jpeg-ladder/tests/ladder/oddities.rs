//! What is odd about a frame's structure and what is damage: one table, by what libjpeg-turbo shows.

use jpeg_ladder::EncodeError;

use crate::common::frames::{CAMERA, with_restarts};
use crate::common::oddities::{broken, shown};
use crate::mjpeg::encode;

/// As an independent decoder sees it, if it takes it at all.
fn decoded(jpeg: &[u8]) -> Option<Vec<u8>> {
    jpeg_decoder::Decoder::new(jpeg).decode().ok()
}

#[test]
fn what_a_decoder_needs_is_not_spoilt_by_what_follows_it() {
    for interval in [1, 3, 7] {
        let frame = with_restarts(interval);
        // Quantised anew, and passed on as it is: what is left over is left out.
        let expected = encode(&frame, &[60, CAMERA]).expect("a clean frame");
        let picture = decoded(&frame);
        let mut seen = 0;
        for (name, odd) in shown(&frame) {
            let files = encode(&odd, &[60, CAMERA])
                .unwrap_or_else(|error| panic!("{name}, interval {interval}: {error}"));
            assert!(files == expected, "{name}, interval {interval}");
            if let Some(odd) = decoded(&odd) {
                assert!(Some(odd) == picture, "{name}: no harmless oddity");
                seen += 1;
            }
        }
        assert!(seen > 20, "the other decoder took only {seen}");
        assert!(decoded(&expected[1]) == picture);
    }
}

#[test]
fn what_a_decoder_would_show_broken_is_damage() {
    for interval in [3, 7] {
        let frame = with_restarts(interval);
        let picture = decoded(&frame);
        for (name, broken) in broken(&frame) {
            for quality in [60, CAMERA] {
                let done = encode(&broken, &[quality]);
                assert!(
                    matches!(done, Err(EncodeError::Damaged { .. })),
                    "{name}, interval {interval}: {:?}",
                    done.map(|_| ())
                );
            }
            assert!(decoded(&broken) != picture, "{name}: a harmless oddity");
        }
    }
}
