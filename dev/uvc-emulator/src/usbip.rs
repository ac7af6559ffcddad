//! The wire between the kernel's virtual USB port and the camera. Source: the kernel's `Documentation/usb/usbip_protocol.rst`.

use std::{
    fs,
    io::{self, Read, Write},
    os::{fd::AsRawFd, unix::net::UnixStream},
};

/// Where the virtual ports are controlled.
const PORTS: &str = "/sys/devices/platform/vhci_hcd.0";

/// High speed, as `enum usb_device_speed` counts.
const HIGH_SPEED: u8 = 3;

const SUBMIT: u32 = 1;
const UNLINK: u32 = 2;
const SUBMITTED: u32 = 3;
const UNLINKED: u32 = 4;

/// The statuses that we answer with, negative as on the wire.
pub(crate) const OK: i32 = 0;
pub(crate) const EPIPE: i32 = -32;
pub(crate) const ECONNRESET: i32 = -104;

/// Names a transfer while it is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ticket {
    seq: u32,
    device: u32,
}

/// What the host wants.
#[derive(Debug)]
pub(crate) enum Request {
    /// A transfer on the control endpoint.
    Control {
        ticket: Ticket,
        setup: [u8; 8],
        is_in: bool,
        length: usize,
        data: Vec<u8>,
    },
    /// A transfer from the bulk endpoint, to be answered when there is something.
    Bulk { ticket: Ticket, length: usize },
    /// A transfer is taken back.
    Unlink { ticket: Ticket, target: u32 },
}

impl Ticket {
    /// Its number: they count up from transfer to transfer, and those that take one back count with them.
    pub(crate) fn number(self) -> u32 {
        self.seq
    }
}

/// Plugs a device into `port` and gives its end of the wire.
pub(crate) fn attach(port: usize) -> io::Result<UnixStream> {
    let (kernel, ours) = UnixStream::pair()?;
    let device = 0x1_0001 + port;
    fs::write(
        format!("{PORTS}/attach"),
        format!("{port} {} {device} {HIGH_SPEED}", kernel.as_raw_fd()),
    )?;
    Ok(ours)
}

/// Pulls what is in `port` out.
pub(crate) fn detach(port: usize) {
    // Nothing plugged in is what we want anyway.
    let _ = fs::write(format!("{PORTS}/detach"), port.to_string());
}

/// Waits for the next request.
pub(crate) fn read(wire: &mut UnixStream) -> io::Result<Request> {
    let mut header = [0; 48];
    wire.read_exact(&mut header)?;
    let word = |at: usize| {
        u32::from_be_bytes([
            header[at * 4],
            header[at * 4 + 1],
            header[at * 4 + 2],
            header[at * 4 + 3],
        ])
    };
    let ticket = Ticket {
        seq: word(1),
        device: word(2),
    };
    match word(0) {
        SUBMIT => {
            let (is_in, length) = (word(3) == 1, word(6) as usize);
            if word(4) != 0 {
                return Ok(Request::Bulk { ticket, length });
            }
            let mut data = vec![0; if is_in { 0 } else { length }];
            wire.read_exact(&mut data)?;
            let mut setup = [0; 8];
            setup.copy_from_slice(&header[40..]);
            Ok(Request::Control {
                ticket,
                setup,
                is_in,
                length,
                data,
            })
        }
        UNLINK => Ok(Request::Unlink {
            ticket,
            target: word(5),
        }),
        other => Err(io::Error::other(format!("unknown command {other}"))),
    }
}

/// Answers a transfer: `transferred` bytes went through, `data` are those that went to the host.
pub(crate) fn submitted(
    wire: &mut UnixStream,
    ticket: Ticket,
    status: i32,
    transferred: usize,
    data: &[u8],
) -> io::Result<()> {
    answer(wire, SUBMITTED, ticket, status, transferred as u32, data)
}

/// Answers an unlink.
pub(crate) fn unlinked(wire: &mut UnixStream, ticket: Ticket, status: i32) -> io::Result<()> {
    answer(wire, UNLINKED, ticket, status, 0, &[])
}

fn answer(
    wire: &mut UnixStream,
    command: u32,
    ticket: Ticket,
    status: i32,
    length: u32,
    data: &[u8],
) -> io::Result<()> {
    let mut bytes = Vec::with_capacity(48 + data.len());
    for word in [
        command,
        ticket.seq,
        ticket.device,
        0,
        0,
        status.cast_unsigned(),
        length,
        0,
        0,
        0,
        0,
        0,
    ] {
        bytes.extend(word.to_be_bytes());
    }
    bytes.extend(data);
    wire.write_all(&bytes)
}
