//! The thread that answers what the host asks for.

use std::{io, os::unix::net::UnixStream};

use super::shared::{LOOK_EVERY, Shared};
use crate::{
    descriptors::{self, PROCESSING_UNIT},
    negotiation::Agreement,
    usbip::{self, ECONNRESET, EPIPE, OK, Request, Ticket},
};

impl Shared {
    /// Answers until the host or the camera is gone.
    pub(super) fn listen(&self, mut wire: UnixStream) {
        // The kernel may write that it takes a transfer back before it writes the transfer itself (its sender looks at
        // one list after the other). Such a transfer is answered when it has come, as taken back, and only so: an answer
        // before it would be lost and the transfer never end, and two answers make the kernel drop the device.
        let mut newest = 0;
        let mut early: Vec<(Ticket, u32)> = Vec::new();
        while let Ok(request) = usbip::read(&mut wire) {
            while self.behaviour.now().mute && !self.state().gone {
                std::thread::sleep(LOOK_EVERY);
            }
            let answered = match request {
                Request::Bulk { ticket, length } => {
                    newest = ticket.number();
                    let taken_back = early.iter().position(|(_, target)| *target == newest);
                    if let Some(taken_back) = taken_back {
                        usbip::unlinked(&mut self.wire(), early.remove(taken_back).0, ECONNRESET)
                    } else {
                        self.state().waiting.push_back((ticket, length));
                        self.tell();
                        Ok(())
                    }
                }
                Request::Unlink { ticket, target } if target > newest => {
                    early.push((ticket, target));
                    Ok(())
                }
                Request::Unlink { ticket, target } => self.take_back(ticket, target),
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
            };
            if answered.is_err() {
                break;
            }
        }
        self.leave();
    }

    /// Takes back the transfer `target`, if it still waits.
    fn take_back(&self, ticket: Ticket, target: u32) -> io::Result<()> {
        let mut wire = self.wire();
        let mut state = self.state();
        let waits = |(waiting, _): &(Ticket, usize)| waiting.number() == target;
        let found = state.waiting.iter().position(waits);
        if let Some(found) = found {
            state.waiting.remove(found);
            state.generation += 1;
        }
        self.tell();
        let status = if found.is_some() { ECONNRESET } else { OK };
        usbip::unlinked(&mut wire, ticket, status)
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
}
