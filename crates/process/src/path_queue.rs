//! PURE: whether what is on its way to a peer stands in a queue there, by what the kernel knows of the way.
//!
//! A thin line's router takes in what the kernel sends and holds it for as long as it lasts: that the kernel has sent all
//! says nothing of it. What is not confirmed tells: it lasts, at the rate at which the peer gets it, as long as the way
//! itself, and whatever it lasts longer it waits in front of something.

use std::time::Duration;

use rcvlowat::Delivery;

/// So much queue does not count: with less the line would stand still between two pictures.
const PATH_QUEUE_MAX: Duration = Duration::from_millis(30);
/// Before anything has arrived there is no rate; a look costs a system call.
const LOOK_AGAIN_MIN: Duration = Duration::from_millis(2);
/// A rate may be wrong, and a line get better.
const LOOK_AGAIN_MAX: Duration = Duration::from_millis(50);

/// In how long it is worth looking again; `None` when nothing waits on the way.
pub(crate) fn queue_left(delivery: Delivery) -> Option<Duration> {
    if delivery.unconfirmed == 0 {
        return None;
    }
    if delivery.rate == 0 {
        return Some(LOOK_AGAIN_MIN);
    }
    let lasts = Duration::from_secs_f64(delivery.unconfirmed as f64 / delivery.rate as f64);
    let allowed = delivery.min_rtt.unwrap_or_default() + PATH_QUEUE_MAX;
    let left = lasts.checked_sub(allowed)?;
    Some(left.clamp(LOOK_AGAIN_MIN, LOOK_AGAIN_MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn way(unconfirmed: u64, rate: u64, min_rtt_ms: u64) -> Delivery {
        Delivery {
            unconfirmed,
            rate,
            min_rtt: Some(Duration::from_millis(min_rtt_ms)),
        }
    }

    #[test]
    fn a_picture_in_a_routers_buffer_is_waited_for() {
        // 60 KB at 1.5 Mb/s last 320 ms.
        assert_eq!(queue_left(way(60_000, 187_500, 5)), Some(LOOK_AGAIN_MAX));
        let soon = queue_left(way(8_000, 187_500, 5)).unwrap();
        assert!(soon < Duration::from_millis(10), "{soon:?}");
        assert_eq!(queue_left(way(6_000, 187_500, 5)), None);
        assert_eq!(queue_left(way(0, 187_500, 5)), None);
    }

    #[test]
    fn a_long_way_that_is_full_and_has_no_queue_is_not() {
        // 34 pictures of 50 KB a second, 300 ms there and back: ten of them are on their way at any time.
        assert_eq!(queue_left(way(510_000, 1_700_000, 300)), None);
        assert!(queue_left(way(1_020_000, 1_700_000, 300)).is_some());
    }

    #[test]
    fn before_anything_has_arrived_what_is_sent_is_waited_for() {
        let unknown = Delivery {
            unconfirmed: 1,
            rate: 0,
            min_rtt: None,
        };
        assert_eq!(queue_left(unknown), Some(LOOK_AGAIN_MIN));
    }
}
