//! What must hold of the look for a JPEG's end, for any bytes and however they come.

use super::{Jpeg, Progress, Scan};

/// How it ends when one more part of `step` bytes is there each time.
fn ended(bytes: &[u8], step: usize) -> Progress {
    let mut scan = Scan::default();
    let parts = (step..bytes.len()).step_by(step).chain([bytes.len()]);
    for end in parts {
        let progress = scan.go_on(&bytes[..end]);
        if progress != Progress::Unfinished {
            return progress;
        }
        assert!(scan.certain(end) >= 2);
    }
    Progress::Unfinished
}

/// The first byte says how much comes at once.
pub(crate) fn check(data: &[u8]) {
    let Some((&step, bytes)) = data.split_first() else {
        return;
    };
    let whole = ended(bytes, bytes.len().max(1));
    assert_eq!(whole, ended(bytes, usize::from(step).max(1)));
    match whole {
        Progress::Whole(Jpeg { len, .. }) => {
            assert!(bytes[..len].starts_with(&[0xff, 0xd8]));
            assert!(bytes[..len].ends_with(&[0xff, 0xd9]));
            // What follows changes nothing, and without its last byte it is not whole.
            assert_eq!(whole, ended(&bytes[..len], usize::from(step).max(1)));
            assert_eq!(ended(&bytes[..len - 1], len), Progress::Unfinished);
        }
        Progress::Broken { resume } => assert!((2..=bytes.len().max(2)).contains(&resume)),
        Progress::Unfinished => {}
    }
}
