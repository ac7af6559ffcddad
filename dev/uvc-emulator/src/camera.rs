//! One plugged-in camera: answers the host's requests on one thread and sends frames on another.

use std::{
    collections::VecDeque,
    io,
    net::Shutdown,
    os::unix::net::UnixStream,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use crate::{
    behaviour::Behaviour,
    descriptors::{self, PROCESSING_UNIT},
    negotiation::Agreement,
    pictures::Pictures,
    usbip::{self, ECONNRESET, EPIPE, OK, Request, Ticket},
};

/// How often waiting threads look for a change of behaviour.
const LOOK: Duration = Duration::from_millis(10);

/// UVC payload header. Source: UVC 1.0, section 2.4.3.3.
const END_OF_HEADER: u8 = 0x80;
const END_OF_FRAME: u8 = 0x02;

/// Plugged in from creation to drop.
pub(crate) struct Camera {
    port: usize,
    shared: Arc<Shared>,
}

struct Shared {
    port: usize,
    pictures: Arc<Pictures>,
    behaviour: Arc<Behaviour>,
    /// Locked before `state` wherever both are: a transfer is either still waiting in `state` or its answer is on the
    /// wire, never taken back and answered both, for which the kernel drops the whole device.
    wire: Mutex<UnixStream>,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    probed: Agreement,
    agreed: Agreement,
    /// Bulk transfers that the host waits for.
    waiting: VecDeque<(Ticket, usize)>,
    /// Counts what makes a frame that is under way worthless: a new agreement, a reset, a transfer taken back.
    generation: u64,
    brightness: i16,
    gone: bool,
}

impl Camera {
    pub(crate) fn plug(
        port: usize,
        pictures: &Arc<Pictures>,
        behaviour: &Arc<Behaviour>,
    ) -> io::Result<Self> {
        let wire = usbip::attach(port)?;
        let shared = Arc::new(Shared {
            port,
            pictures: Arc::clone(pictures),
            behaviour: Arc::clone(behaviour),
            wire: Mutex::new(wire.try_clone()?),
            state: Mutex::default(),
            changed: Condvar::new(),
        });
        let (listener, sender) = (Arc::clone(&shared), Arc::clone(&shared));
        std::thread::Builder::new()
            .name("requests".into())
            .spawn(move || listener.listen(wire))?;
        std::thread::Builder::new()
            .name("frames".into())
            .spawn(move || sender.stream())?;
        Ok(Self { port, shared })
    }
}

impl Drop for Camera {
    fn drop(&mut self) {
        usbip::detach(self.port);
        self.shared.leave();
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wire(&self) -> MutexGuard<'_, UnixStream> {
        self.wire.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn leave(&self) {
        self.state().gone = true;
        self.changed.notify_all();
        let _ = self.wire().shutdown(Shutdown::Both);
    }

    fn listen(&self, mut wire: UnixStream) {
        // The kernel may write that it takes a transfer back before it writes the transfer itself (its sender looks at
        // one list after the other). Such a transfer is answered when it has come, as taken back, and only so: an answer
        // before it would be lost and the transfer never end, and two answers make the kernel drop the device.
        let mut newest = 0;
        let mut early: Vec<(Ticket, u32)> = Vec::new();
        while let Ok(request) = usbip::read(&mut wire) {
            while self.behaviour.now().mute && !self.state().gone {
                std::thread::sleep(LOOK);
            }
            let answered = match request {
                Request::Bulk { ticket, length } => {
                    newest = ticket.number();
                    let taken_back = early.iter().position(|(_, target)| *target == newest);
                    if let Some(taken_back) = taken_back {
                        usbip::unlinked(&mut self.wire(), early.remove(taken_back).0, ECONNRESET)
                    } else {
                        self.state().waiting.push_back((ticket, length));
                        self.changed.notify_all();
                        Ok(())
                    }
                }
                Request::Unlink { ticket, target } if target > newest => {
                    early.push((ticket, target));
                    Ok(())
                }
                Request::Control {
                    ticket,
                    setup,
                    is_in,
                    length,
                    data,
                } => {
                    newest = ticket.number();
                    let answer = self.control(setup, &data);
                    let mut wire = self.wire();
                    match answer {
                        Some(mut answer) if is_in => {
                            answer.truncate(length);
                            usbip::submitted(&mut wire, ticket, OK, answer.len(), &answer)
                        }
                        Some(_) => usbip::submitted(&mut wire, ticket, OK, length, &[]),
                        None => usbip::submitted(&mut wire, ticket, EPIPE, 0, &[]),
                    }
                }
                Request::Unlink { ticket, target } => {
                    let mut wire = self.wire();
                    let mut state = self.state();
                    let found = state
                        .waiting
                        .iter()
                        .position(|(waiting, _)| waiting.number() == target);
                    if let Some(found) = found {
                        state.waiting.remove(found);
                        state.generation += 1;
                    }
                    self.changed.notify_all();
                    usbip::unlinked(
                        &mut wire,
                        ticket,
                        if found.is_some() { ECONNRESET } else { OK },
                    )
                }
            };
            if answered.is_err() {
                break;
            }
        }
        self.leave();
    }

    /// Answers a control request; `None` refuses it, as a device does with what it does not know.
    fn control(&self, setup: [u8; 8], data: &[u8]) -> Option<Vec<u8>> {
        let [kind, request, low, selector, entity, unit, ..] = setup;
        let mut state = self.state();
        match (kind, request) {
            // Standard requests: descriptors, status, configuration, interface.
            (0x80, 6) => match selector {
                1 => Some(descriptors::DEVICE.to_vec()),
                2 => Some(descriptors::configuration()),
                3 => descriptors::string(low, self.port),
                _ => None,
            },
            (0x80..=0x82, 0) => Some(vec![0, 0]),
            (0x80, 8) => Some(vec![1]),
            (0x81, 10) => Some(vec![0]),
            (0x00, 1 | 3 | 5 | 9) | (0x01, 11) => Some(Vec::new()),
            // The endpoint's halt is cleared: the stream begins anew.
            (0x02, 1) => {
                state.generation += 1;
                Some(Vec::new())
            }
            // The streaming interface: probe is selector 1, commit 2.
            (0x21, 1) if entity == 1 => {
                let wanted = Agreement::read(data)?;
                if selector == 1 {
                    state.probed = wanted;
                } else {
                    state.agreed = wanted;
                    state.generation += 1;
                }
                Some(Vec::new())
            }
            (0xa1, _) if entity == 1 => {
                let current = if selector == 2 {
                    state.agreed
                } else {
                    state.probed
                };
                match request {
                    0x81 => Some(current.write().to_vec()),
                    0x82 => Some(current.fastest().write().to_vec()),
                    0x83 => Some(current.slowest().write().to_vec()),
                    0x87 => Some(Agreement::default().write().to_vec()),
                    0x85 => Some(vec![26, 0]),
                    0x86 => Some(vec![3]),
                    _ => None,
                }
            }
            // Brightness, from -64 to 64.
            (0x21, 1) if unit == PROCESSING_UNIT => {
                state.brightness = i16::from_le_bytes(data.try_into().ok()?);
                Some(Vec::new())
            }
            (0xa1, _) if unit == PROCESSING_UNIT && selector == 2 => match request {
                0x81 => Some(state.brightness.to_le_bytes().to_vec()),
                0x82 => Some((-64i16).to_le_bytes().to_vec()),
                0x83 => Some(64i16.to_le_bytes().to_vec()),
                0x84 => Some(1i16.to_le_bytes().to_vec()),
                0x87 => Some(0i16.to_le_bytes().to_vec()),
                0x85 => Some(vec![2, 0]),
                0x86 => Some(vec![3]),
                _ => None,
            },
            _ => None,
        }
    }

    fn stream(&self) {
        let (mut number, mut frame, mut of) = (0u64, Vec::new(), None);
        let mut due = Instant::now();
        while let Some((agreed, generation, fresh)) = self.wait_for_host() {
            let (pace, warm) = {
                let now = self.behaviour.now();
                (now.pace, now.warm)
            };
            let agreed_period = Duration::from_nanos(agreed.period_ns());
            let period = if pace > 0 {
                agreed_period.max(Duration::from_secs(1) / pace)
            } else {
                agreed_period
            };
            let now = Instant::now();
            if fresh {
                due = now + warm;
            } else if due + period * 3 < now {
                due = now;
            }
            std::thread::sleep(due.saturating_duration_since(now));
            due += period;

            let (size, encoding) = (agreed.size(), agreed.encoding());
            if of.replace(agreed) != Some(agreed) {
                frame.clear();
            }
            self.pictures
                .frame(encoding, size.width, size.height, number, &mut frame);
            let mut header = END_OF_HEADER | END_OF_FRAME | (number % 2) as u8;
            self.behaviour.spoil(encoding, &mut header, &mut frame);
            if self.send(generation, header, &frame).is_err() {
                return;
            }
            number += 1;
        }
    }

    /// Waits until the host wants frames and the camera sends them: what was agreed, its generation, and whether it is a
    /// new stream. `None` when the camera is gone.
    fn wait_for_host(&self) -> Option<(Agreement, u64, bool)> {
        let mut waited = Duration::ZERO;
        let mut state = self.state();
        loop {
            if state.gone {
                return None;
            }
            let conduct = self.behaviour.now();
            let held = conduct.stall || conduct.mute;
            drop(conduct);
            if !state.waiting.is_empty() && !held {
                return Some((state.agreed, state.generation, waited > LOOK * 5));
            }
            state = self
                .changed
                .wait_timeout(state, LOOK)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
            waited += LOOK;
        }
    }

    /// Sends one frame in as many transfers as it takes. A transfer that is not filled ends it.
    fn send(&self, generation: u64, header: u8, frame: &[u8]) -> io::Result<()> {
        let mut rest = frame;
        let mut head: &[u8] = &[2, header];
        loop {
            {
                let mut state = self.state();
                while state.waiting.is_empty() && state.generation == generation && !state.gone {
                    state = self
                        .changed
                        .wait_timeout(state, LOOK)
                        .unwrap_or_else(PoisonError::into_inner)
                        .0;
                }
                if state.gone || state.generation != generation {
                    return Ok(());
                }
            }
            let mut wire = self.wire();
            let Some((ticket, length)) = self.state().waiting.pop_front() else {
                continue;
            };
            let (now, later) = rest.split_at(rest.len().min(length - head.len()));
            let payload = [head, now].concat();
            (head, rest) = (&[], later);
            usbip::submitted(&mut wire, ticket, OK, payload.len(), &payload)?;
            if payload.len() < length {
                return Ok(());
            }
        }
    }
}
