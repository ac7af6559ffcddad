//! PURE: what a cache may do with a snapshot: its validator, whether it is known already, and for how long.
//!
//! Source: RFC 9110 sections 8.8.3 and 13.1.2 (`ETag`, `If-None-Match`), RFC 9111 section 5.2.2.10 (`s-maxage`).

use std::time::Duration;

use wire::{Stamp, StreamId};

/// The same for the same bytes alone: a stream has one JPEG of each frame.
pub(crate) fn entity_tag(stamp: &Stamp, stream: &StreamId) -> String {
    format!(
        "\"{:08x}-{}-{}-{}\"",
        stamp.run,
        stamp.seq,
        stream.camera.name(),
        stream.rendition
    )
}

/// Whether one of the lists in `asked_for` holds `tag`.
pub(crate) fn is_known<'a>(tag: &str, asked_for: impl Iterator<Item = &'a str>) -> bool {
    // A weak one will do: whoever asks wants to know whether it has the picture.
    let holds = |list: &str| {
        let mut tags = list.split(',').map(str::trim);
        tags.any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag)
    };
    asked_for.into_iter().any(holds)
}

/// `shared`: how long a cache that many use may answer with it. A browser never may: who reloads wants a new picture.
pub(crate) fn cache_control(shared: Duration) -> String {
    if shared.is_zero() {
        return "no-store".to_owned();
    }
    format!("public, max-age=0, s-maxage={}", shared.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stamp(seq: u64) -> Stamp {
        Stamp {
            run: 0x8f3a_2c41,
            seq,
            captured_at_us: 1,
        }
    }

    #[test]
    fn frames_and_streams_have_tags_of_their_own() {
        let stream = |camera: &str, rendition: &str| StreamId {
            camera: camera.parse().unwrap(),
            rendition: rendition.parse().unwrap(),
        };
        let tag = entity_tag(&stamp(12), &stream("door", "80s2"));
        assert_eq!(tag, "\"8f3a2c41-12-door-80s2\"");
        for other in [
            entity_tag(&stamp(13), &stream("door", "80s2")),
            entity_tag(&stamp(12), &stream("yard", "80s2")),
            entity_tag(&stamp(12), &stream("door", "80")),
        ] {
            assert_ne!(tag, other);
        }
    }

    #[test]
    fn a_tag_is_known_by_any_list_that_holds_it_or_by_a_star() {
        let known = |lists: &[&str]| is_known("\"a-1\"", lists.iter().copied());
        assert!(known(&["\"a-1\""]));
        assert!(known(&["\"b\", W/\"a-1\""]));
        assert!(known(&["\"b\"", "*"]));
        assert!(!known(&["\"a-12\""]));
        assert!(!known(&["a-1"]));
        assert!(!known(&[]));
    }

    #[test]
    fn nobody_may_keep_it_unless_a_time_is_set() {
        assert_eq!(cache_control(Duration::ZERO), "no-store");
        let second = cache_control(Duration::from_secs(1));
        assert_eq!(second, "public, max-age=0, s-maxage=1");
    }
}
