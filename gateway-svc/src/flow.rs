//! PURE: how many frames may be on their way to one viewer, so that none of them is old when it is seen.
//!
//! Sockets and proxies swallow seconds of video without a word; only what the viewer itself confirms has arrived. So
//! each frame is confirmed, by the pong to the ping behind it or by an `ack` after decoding, and a window bounds what
//! is unconfirmed. It starts at one frame and grows while frames are confirmed within the path's own round trip plus
//! [`SLACK`]: a long link keeps its frame rate, a narrow one gets fewer frames. A path on which a frame is gone in no
//! time gets [`AHEAD`] at once, so that a hiccup costs no frame. What the round trip is without any queue, a lone ping
//! tells: one at the start and one every [`PROBE`], sent when nothing else is on its way.
//!
//! A plain viewer that keeps up need not be listened to at each of its pongs: they may lie unread in the kernel for
//! [`UNREAD`], as long as there is room for a frame meanwhile and none can be late ([`Flow::eased`]).
//!
//! Until a viewer has confirmed anything it is [`Feedback::Kernel`]: the socket's own "nothing unsent" decides.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// How much later than the bare round trip a frame may be confirmed.
pub const SLACK: Duration = Duration::from_millis(100);
/// How often the bare round trip is measured and life is asked for.
pub const PROBE: Duration = Duration::from_secs(10);
/// Without a sign of life for so long, a viewer that used to answer is gone.
pub const DEAD: Duration = Duration::from_secs(20);
/// Frames ahead on a path that would carry many times more: at 34 a second, [`SLACK`] in all.
const AHEAD: usize = 4;
/// How long the pongs of an eased viewer may lie unread: they are read before one can be late.
pub const UNREAD: Duration = Duration::from_millis(75);
/// A viewer whose last frame was longer ago is not one that frames flow to.
const FLOWS: Duration = Duration::from_millis(500);
/// The most frames that are ever unconfirmed: two seconds of video.
const WIDEST: usize = 64;
/// The numbers of lone pings begin here, far above any frame's.
const PROBES: u64 = 1 << 63;
/// A frame that reached the browser and was not acknowledged for so long was dropped there.
const FORGOTTEN: Duration = Duration::from_secs(1);

/// What bounds the frames on their way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feedback {
    /// Nothing was ever confirmed: begin a frame when the kernel has nothing unsent.
    Kernel,
    /// Pongs, which browsers send by themselves.
    Pongs,
    /// Acknowledgements by script, after decoding.
    Acks,
}

#[derive(Clone, Copy, Debug)]
struct Sent {
    number: u64,
    seq: u64,
    at: Instant,
    /// When its pong came, while its ack is awaited.
    arrived: Option<Instant>,
}

/// The smallest round trip of the last one to two [`PROBE`]s.
#[derive(Debug, Default)]
struct Floor {
    current: Option<Duration>,
    previous: Option<Duration>,
}

impl Floor {
    fn note(&mut self, trip: Duration) {
        self.current = Some(self.current.map_or(trip, |least| least.min(trip)));
    }

    fn get(&self) -> Option<Duration> {
        self.current.into_iter().chain(self.previous).min()
    }

    fn turn(&mut self) {
        if self.current.is_some() {
            self.previous = self.current.take();
        }
    }
}

/// The window of one viewer.
#[derive(Debug)]
pub struct Flow {
    feedback: Feedback,
    sent: VecDeque<Sent>,
    /// When the last frame was begun.
    last: Instant,
    window: usize,
    /// A frame was held back by the window since it last grew.
    full: bool,
    /// When the window last shrank: what was sent before says nothing about the new one.
    shrunk: Instant,
    /// It shrank since the last probe, so frames may be waiting in front of each other all the time.
    congested: bool,
    floor: Floor,
    /// The last lone ping,
    probe: Option<(u64, Instant)>,
    /// whether its pong is awaited,
    measuring: bool,
    /// and when the next one is due.
    next_probe: Instant,
    heard: Instant,
}

impl Flow {
    /// A viewer that joins now; the first thing to send is a [`probe`](Self::probe).
    #[must_use]
    pub fn new(now: Instant) -> Self {
        Self {
            feedback: Feedback::Kernel,
            sent: VecDeque::new(),
            last: now,
            window: 1,
            full: false,
            shrunk: now,
            congested: false,
            floor: Floor::default(),
            probe: None,
            measuring: false,
            next_probe: now,
            heard: now,
        }
    }

    /// What bounds the frames now.
    #[must_use]
    pub const fn feedback(&self) -> Feedback {
        self.feedback
    }

    /// Whether a new frame may be begun.
    pub fn may_send(&mut self, now: Instant) -> bool {
        if self.feedback == Feedback::Kernel {
            return true;
        }
        // Frames that always wait for each other hide the bare round trip: let them through once, then measure.
        let drain = self.congested && self.next_probe <= now && !self.sent.is_empty();
        let room = self.sent.len() < self.window && !drain;
        self.full |= !room;
        room
    }

    /// A frame was begun.
    pub fn sent(&mut self, number: u64, seq: u64, now: Instant) {
        if self.sent.len() == WIDEST {
            self.sent.pop_front();
        }
        self.last = now;
        self.sent.push_back(Sent {
            number,
            seq,
            at: now,
            arrived: None,
        });
    }

    /// The number of a lone ping that is due now, when nothing else is on its way; no frame has such a number.
    pub fn probe(&mut self, now: Instant) -> Option<u64> {
        // A viewer that confirms nothing may have frames "on their way" for ever.
        let alone = self.sent.is_empty() || now >= self.next_probe + PROBE / 2;
        if now < self.next_probe || !alone {
            return None;
        }
        self.next_probe = now + PROBE;
        self.congested = false;
        self.floor.turn();
        let number = self.probe.map_or(PROBES, |(number, _)| number + 1);
        self.probe = Some((number, now));
        self.measuring = true;
        Some(number)
    }

    /// Whether its pongs may lie [`UNREAD`]: those of a plain viewer that gets frames, answers them in time and has room
    /// for more; `already` is what was said last, with which room for one will do. (Who speaks `?v=2` says things that are
    /// to be acted on at once.)
    #[must_use]
    pub fn eased(&self, now: Instant, already: bool) -> bool {
        let room = if already { 1 } else { 2 };
        self.feedback == Feedback::Pongs
            && self.window >= AHEAD
            && self.sent.len() + room <= self.window
            && now.saturating_duration_since(self.last) < FLOWS
            && !self.measuring
            && !self.overdue(now)
    }

    /// Whether the next frame is the last one that there is room for.
    #[must_use]
    pub fn nearly_full(&self) -> bool {
        self.sent.len() + 1 >= self.window
    }

    /// How many frames are on their way.
    #[cfg(test)]
    pub(crate) fn unconfirmed(&self) -> usize {
        self.sent.len()
    }

    /// Whether a frame is unconfirmed for longer than is well.
    fn overdue(&self, now: Instant) -> bool {
        let allowed = self.floor.get().unwrap_or_default() + SLACK;
        let late = |first: &Sent| now.saturating_duration_since(first.at) > allowed;
        self.sent.front().is_some_and(late)
    }

    /// A pong to `number` came: to a frame's ping or to a lone one. One that is not `prompt` may have waited to be read,
    /// so that its round trip tells nothing.
    pub fn pong(&mut self, number: u64, now: Instant, prompt: bool) {
        self.heard = now;
        if let Some((probe, at)) = self.probe
            && probe == number
            && std::mem::take(&mut self.measuring)
            && prompt
        {
            self.floor.note(now.saturating_duration_since(at));
        }
        match self.feedback {
            Feedback::Acks => {
                let before = self.sent.iter_mut().filter(|sent| sent.number <= number);
                before.for_each(|sent| sent.arrived = sent.arrived.or(Some(now)));
            }
            Feedback::Kernel | Feedback::Pongs => {
                self.feedback = Feedback::Pongs;
                if prompt {
                    self.confirm(now, |sent| sent.number == number);
                } else if let Some(at) = self.sent.iter().position(|sent| sent.number == number) {
                    self.sent.drain(..=at);
                }
            }
        }
    }

    /// The script acknowledged the frame with this sequence number.
    pub fn ack(&mut self, seq: u64, now: Instant) {
        self.heard = now;
        self.feedback = Feedback::Acks;
        self.confirm(now, |sent| sent.seq == seq);
    }

    /// Once a second: forgets what was delivered and never acknowledged.
    pub fn tidy(&mut self, now: Instant) {
        let forgotten = |sent: &Sent| {
            sent.arrived
                .is_some_and(|arrived| now.saturating_duration_since(arrived) > FORGOTTEN)
        };
        while self.sent.front().is_some_and(forgotten) {
            self.sent.pop_front();
        }
    }

    /// Whether the viewer used to answer and does no more.
    #[must_use]
    pub fn dead(&self, now: Instant) -> bool {
        self.feedback != Feedback::Kernel && now.saturating_duration_since(self.heard) > DEAD
    }

    /// Whether the round trip without a queue is known, not only that of whole frames.
    const fn probed(&self) -> bool {
        self.probe.is_some() && !self.measuring
    }

    fn confirm(&mut self, now: Instant, is: impl Fn(&Sent) -> bool) {
        let Some(at) = self.sent.iter().position(is) else {
            return;
        };
        let Some(confirmed) = self.sent.drain(..=at).next_back() else {
            return;
        };
        let trip = now.saturating_duration_since(confirmed.at);
        self.floor.note(trip);
        let floor = self.floor.get().unwrap_or(trip);
        let allowed = floor + SLACK;
        if trip <= allowed {
            if trip <= floor + SLACK / 4 && self.probed() {
                self.window = self.window.max(AHEAD);
            }
            if std::mem::take(&mut self.full) {
                self.window = (self.window + 1).min(WIDEST);
            }
        } else if confirmed.at >= self.shrunk {
            let fits = self.window as f64 * allowed.as_secs_f64() / trip.as_secs_f64();
            self.window = (fits as usize).max(1);
            self.shrunk = now;
            self.congested = true;
            self.full = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use std::collections::BTreeMap;

    /// A path with a bare round trip and a bottleneck, and a source of 34 frames a second, in virtual time.
    struct Path {
        trip: Duration,
        per_frame: Duration,
        free_at: Instant,
        arrivals: BTreeMap<Instant, Vec<u64>>,
    }

    struct Seen {
        shown: usize,
        ages: Vec<Duration>,
    }

    impl Seen {
        fn p95(&mut self) -> Duration {
            self.ages.sort();
            self.ages[self.ages.len() * 95 / 100]
        }
    }

    /// Streams for `seconds` and tells what was confirmed in the last `tail` of them.
    fn stream(trip: u64, per_frame: u64, seconds: u64, tail: u64) -> Seen {
        let start = Clock::start().now();
        let mut flow = Flow::new(start);
        let mut path = Path {
            trip: Duration::from_millis(trip),
            per_frame: Duration::from_millis(per_frame),
            free_at: start,
            arrivals: BTreeMap::new(),
        };
        let mut seen = Seen {
            shown: 0,
            ages: Vec::new(),
        };
        let mut numbers = 0;
        let mut captured = BTreeMap::new();
        let mut frame_at = start;
        let mut newest = None;
        for at in (0..seconds * 1000).map(|ms| start + Duration::from_millis(ms)) {
            while let Some(entry) = path
                .arrivals
                .first_entry()
                .filter(|entry| *entry.key() <= at)
            {
                for number in entry.remove() {
                    flow.pong(number, at, true);
                    if let Some(captured) = captured.remove(&number) {
                        let arrived: Instant = at.checked_sub(path.trip / 2).unwrap();
                        if at > start + Duration::from_secs(seconds - tail) {
                            seen.shown += 1;
                            seen.ages.push(arrived - captured);
                        }
                    }
                }
            }
            let send = |path: &mut Path, number: u64, takes: Duration| {
                path.free_at = path.free_at.max(at) + takes;
                path.arrivals
                    .entry(path.free_at + path.trip)
                    .or_default()
                    .push(number);
            };
            if let Some(number) = flow.probe(at) {
                send(&mut path, number, Duration::ZERO);
            }
            if at >= frame_at {
                newest = Some(at);
                frame_at += Duration::from_micros(29_412);
            }
            if newest.is_some() && flow.may_send(at) && flow.feedback() != Feedback::Kernel {
                numbers += 1;
                flow.sent(numbers, numbers, at);
                captured.insert(numbers, newest.take().unwrap());
                let takes = path.per_frame;
                send(&mut path, numbers, takes);
            }
        }
        seen
    }

    #[test]
    fn a_near_viewer_gets_every_frame() {
        let seen = stream(2, 1, 20, 10);
        assert!((338..=341).contains(&seen.shown), "{}", seen.shown);
    }

    #[test]
    fn a_hiccup_of_a_tenth_of_a_second_costs_a_near_viewer_no_frame() {
        let (mut flow, now) = near();
        for number in 2..=5 {
            assert!(flow.may_send(now));
            flow.sent(number, number, now);
        }
        assert!(!flow.may_send(now));
    }

    /// A near plain viewer that has answered its probe and its first frame, and when that was.
    fn near() -> (Flow, Instant) {
        let now = Clock::start().now();
        let mut flow = Flow::new(now);
        let probe = flow.probe(now).unwrap();
        flow.pong(probe, now + Duration::from_millis(1), true);
        flow.sent(1, 1, now);
        flow.pong(1, now + Duration::from_millis(3), true);
        (flow, now)
    }

    #[test]
    fn a_viewer_is_eased_while_frames_flow_and_it_has_room() {
        let (mut flow, now) = near();
        assert!(!Flow::new(now).eased(now, false), "nothing is known of it");
        for number in 2..=3 {
            flow.sent(number, number, now);
            assert!(flow.eased(now, false));
        }
        assert!(!flow.eased(now + FLOWS, true), "its pong would wait alone");
        flow.sent(4, 4, now);
        assert!(flow.nearly_full() && flow.eased(now, true), "room for one");
        assert!(!flow.eased(now, false), "which is not enough to begin with");
        flow.sent(5, 5, now);
        assert!(!flow.eased(now, true), "it is behind: each pong counts");
        flow.pong(5, now, false);
        assert!(flow.eased(now, false));
        assert!(
            !flow.eased(now + FLOWS, true),
            "what else it says, it says alone"
        );
        flow.ack(5, now);
        assert!(
            !flow.eased(now, true),
            "it speaks: what it says is heard at once"
        );
    }

    #[test]
    fn a_viewer_is_listened_to_closely_when_a_pong_is_late_or_measures_the_way() {
        let (mut flow, now) = near();
        flow.sent(2, 2, now);
        assert!(flow.eased(now + UNREAD, true));
        assert!(!flow.eased(now + UNREAD * 2, true), "late");
        flow.pong(2, now, false);
        let later = now + PROBE;
        flow.sent(3, 3, later);
        flow.pong(3, later, false);
        assert!(flow.eased(later, true));
        let probe = flow.probe(later).unwrap();
        assert!(!flow.eased(later, true), "measured");
        flow.pong(probe, later, true);
        assert!(flow.eased(later, false));
    }

    #[test]
    fn a_pong_that_waited_for_another_says_nothing_of_the_way() {
        let (mut flow, now) = near();
        let later = now + SLACK * 2;
        flow.sent(2, 2, now);
        flow.sent(3, 3, later);
        flow.pong(2, later + Duration::from_millis(1), false);
        flow.pong(3, later + Duration::from_millis(1), true);
        assert!(!flow.congested && flow.window >= AHEAD, "{flow:?}");
    }

    #[test]
    fn a_far_viewer_with_bandwidth_gets_every_frame() {
        for trip in [150, 300] {
            let seen = stream(trip, 2, 40, 30);
            assert!(
                seen.shown >= 33 * 30,
                "{} frames in 30 s at {trip} ms",
                seen.shown
            );
        }
    }

    #[test]
    fn a_narrow_path_gets_fewer_frames_and_never_old_ones() {
        // 60 KB at 1.5 Mb/s take 320 ms.
        let mut seen = stream(20, 320, 600, 590);
        assert!(
            seen.shown > 590 * 1000 / 345 - 60,
            "the path is used: {} frames",
            seen.shown
        );
        assert!(
            seen.p95() <= Duration::from_millis(320 + 150),
            "p95 {:?}",
            seen.p95()
        );
    }

    #[test]
    fn a_path_a_little_too_narrow_does_not_build_a_queue_over_time() {
        let mut seen = stream(20, 40, 300, 60);
        assert!(
            seen.shown > 23 * 60,
            "{} frames in 60 s where 25 a second fit",
            seen.shown
        );
        assert!(
            seen.p95() <= Duration::from_millis(20 + 40 + 150),
            "p95 {:?}",
            seen.p95()
        );
    }

    #[test]
    fn a_long_narrow_path_is_judged_by_its_own_round_trip() {
        let mut seen = stream(200, 320, 120, 60);
        assert!(
            seen.p95() <= Duration::from_millis(100 + 320 + 150),
            "p95 {:?}",
            seen.p95()
        );
    }

    #[test]
    fn an_ack_counts_for_all_frames_before_it_and_pongs_no_longer_do() {
        let now = Clock::start().now();
        let mut flow = Flow::new(now);
        flow.sent(1, 101, now);
        flow.sent(2, 102, now);
        flow.ack(102, now);
        assert_eq!(flow.feedback(), Feedback::Acks);
        flow.sent(3, 103, now);
        assert!(!flow.may_send(now));
        flow.pong(3, now, true);
        assert!(!flow.may_send(now), "it arrived, and was not yet decoded");
        flow.ack(103, now);
        assert!(flow.may_send(now));
    }

    #[test]
    fn a_frame_the_script_threw_away_does_not_stop_the_stream() {
        let now = Clock::start().now();
        let mut flow = Flow::new(now);
        flow.sent(1, 101, now);
        flow.ack(101, now);
        flow.sent(2, 102, now);
        flow.pong(2, now, true);
        flow.tidy(now + FORGOTTEN);
        assert!(!flow.may_send(now + FORGOTTEN));
        flow.tidy(now + FORGOTTEN * 2);
        assert!(flow.may_send(now + FORGOTTEN * 2));
    }

    #[test]
    fn a_viewer_that_stops_answering_is_dead_and_one_that_never_did_is_the_kernels() {
        let now = Clock::start().now();
        let late = now + DEAD + Duration::from_millis(1);
        let mut flow = Flow::new(now);
        assert!(!flow.dead(late) && flow.may_send(late));
        flow.pong(7, now, true);
        assert!(!flow.dead(now + DEAD) && flow.dead(late));
    }

    #[test]
    fn life_is_asked_for_every_ten_seconds_even_without_frames() {
        let now = Clock::start().now();
        let mut flow = Flow::new(now);
        assert_eq!(flow.probe(now), Some(PROBES));
        assert_eq!(flow.probe(now + PROBE / 2), None);
        assert_eq!(flow.probe(now + PROBE), Some(PROBES + 1));
        flow.sent(4, 4, now + PROBE);
        assert_eq!(flow.probe(now + PROBE * 2), None, "a frame is on its way");
        assert!(
            flow.probe(now + PROBE * 2 + PROBE / 2).is_some(),
            "for too long"
        );
    }
}
