//! Any way through a stream: what a viewer rebuilds is what came from the bus, byte for byte.

use std::time::Instant;

use process::Clock;
use testkit::Scene;
use wire::delta;

use super::*;
use crate::frame::Frame;
use crate::frame::changes::{Base, Form};

fn stamp(run: u32, seq: u64) -> Stamp {
    Stamp {
        run,
        seq,
        captured_at_us: 1_000_000 + seq,
    }
}

/// A stream with its changes, as a fan-out keeps them.
struct Stream {
    log: ChangeLog,
    number: u64,
    now: Instant,
}

impl Stream {
    fn new() -> Self {
        Self {
            log: ChangeLog::default(),
            number: 0,
            now: Clock::start().now(),
        }
    }

    fn frame(&mut self, jpeg: &[u8]) -> Frame {
        let stamp = Stamp::read(jpeg).unwrap();
        self.number += 1;
        let mut frame = Frame::new(jpeg, stamp, (self.number, 0), self.now);
        if let Some(changes) = self.log.note(frame.jpeg(), stamp, self.number) {
            frame.know(changes);
        }
        frame
    }
}

/// A viewer that applies what it is sent.
#[derive(Default)]
struct Viewer {
    base: Option<Base>,
    jpeg: Vec<u8>,
    deltas: usize,
}

impl Viewer {
    fn gets(&mut self, frame: &Frame) {
        let form = frame.form(self.base);
        let bytes = frame.message(form).payload();
        self.base = frame.as_base();
        self.jpeg = match form {
            Form::Whole => bytes.to_vec(),
            Form::Delta(_) => delta::apply(&self.jpeg, &bytes).unwrap(),
        };
        self.deltas += usize::from(form != Form::Whole);
        assert_eq!(self.jpeg, frame.jpeg());
    }
}

#[test]
fn whoever_skips_whatever_rebuilds_every_frame_that_it_gets() {
    let mut random = fastrand::Rng::with_seed(5);
    let mut stream = Stream::new();
    let mut viewers: [Viewer; 6] = Default::default();
    let (mut run, mut seq) = (1, 0);
    let mut scene = Scene::new(60, 4, 11);
    for _ in 0..3000 {
        seq += 1;
        match random.u32(0..400) {
            0 => (run, seq) = (run + 1, 0),
            1 => scene = Scene::new(random.usize(1..90), 4, random.u64(..)),
            2 => scene.change_header(),
            // Nobody wants deltas for a moment.
            3 => stream.log.forget(),
            _ => {}
        }
        let all = scene.intervals();
        let some = random.usize(0..=all.min(9));
        scene.change((0..some).map(|_| random.usize(0..all)).collect::<Vec<_>>());
        // Lost on the bus.
        if random.u8(0..10) == 0 {
            continue;
        }
        let frame = stream.frame(&scene.jpeg(stamp(run, seq)));
        for (nth, viewer) in viewers.iter_mut().enumerate() {
            // The first gets every frame, the last hardly any.
            if random.usize(0..=2 * nth) == 0 {
                viewer.gets(&frame);
            }
            if random.u8(0..100) == 0 {
                viewer.base = None;
            }
        }
    }
    assert!(viewers.iter().all(|viewer| viewer.deltas > 50));
}

#[test]
fn a_delta_is_built_once_for_everybody_with_the_same_frame() {
    let mut stream = Stream::new();
    let mut scene = Scene::new(60, 4, 11);
    let first = stream.frame(&scene.jpeg(stamp(1, 1)));
    scene.change([3]);
    let second = stream.frame(&scene.jpeg(stamp(1, 2)));
    let base = first.as_base();
    let form = second.form(base);
    assert_eq!(form, Form::Delta(0));
    assert_eq!(second.form(base), form);
    let address = |form| second.message(form).bytes().as_ptr();
    assert_eq!(address(form), address(second.form(base)));
    let (sent, saved) = second.sizes(form);
    assert_eq!(sent + saved, second.sizes(Form::Whole).0);
    assert!(sent < 100, "{sent}");
    // Another number of the same stream is another delta; one of an epoch that is over is none.
    let other = |epoch, seq| second.form(Some(Base { epoch, seq }));
    assert_eq!(other(1, 0), Form::Whole, "everything changed since");
    assert_eq!(other(2, 1), Form::Whole);
    assert_eq!(second.form(None), Form::Whole);
}

#[test]
fn bases_beyond_what_is_kept_get_the_whole_frame() {
    let mut stream = Stream::new();
    let mut scene = Scene::new(200, 4, 11);
    let first = stream.frame(&scene.jpeg(stamp(1, 1)));
    let mut bases = vec![first.as_base()];
    for seq in 2..60 {
        scene.change([seq as usize]);
        bases.push(stream.frame(&scene.jpeg(stamp(1, seq))).as_base());
    }
    let last = stream.frame(&scene.jpeg(stamp(1, 60)));
    let deltas = bases.iter().filter(|base| last.form(**base) != Form::Whole);
    assert_eq!(deltas.count(), 32);
    assert_ne!(last.form(bases[0]), Form::Whole, "it is kept");
}

#[test]
fn another_run_or_header_begins_a_new_epoch_and_a_frame_without_intervals_none() {
    let mut stream = Stream::new();
    let mut scene = Scene::new(60, 4, 11);
    let mut epoch = |jpeg: Vec<u8>| stream.frame(&jpeg).as_base().map(|base| base.epoch);
    let begins = [
        epoch(scene.jpeg(stamp(1, 1))),
        epoch(scene.jpeg(stamp(1, 2))),
        epoch(scene.jpeg(stamp(2, 3))),
        epoch(scene.jpeg(stamp(2, 2))),
    ];
    assert_eq!(begins, [Some(1), Some(1), Some(3), Some(4)]);
    scene.change_header();
    assert_eq!(epoch(scene.jpeg(stamp(2, 4))), Some(5));
    let mut odd = scene.jpeg(stamp(2, 5));
    odd.truncate(odd.len() - 2);
    assert_eq!(epoch(odd), None);
    assert_eq!(epoch(scene.jpeg(stamp(2, 6))), Some(7));
}
