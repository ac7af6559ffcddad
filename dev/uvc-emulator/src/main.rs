//! A USB camera played in user space and plugged into the kernel through `vhci_hcd` (USB/IP): usbcore, `uvcvideo` and
//! `/dev/videoN` above it are the genuine ones, and every misbehaviour is one word away.
//!
//! `uvc-emulator draw <directory>` makes the pictures; `uvc-emulator run <directory> <fifo>` plugs the camera in and then obeys one
//! [`Order`] for each line written to the FIFO; what else a scenario needs of a kernel is in [`kernel`]. Bulk streaming, UVC 1.0: `uvcvideo` treats it as any other, and the
//! virtual port has no isochronous transfers.

#![expect(
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a tool for tests: it talks to whoever runs it, and a camera is where time comes from"
)]

mod behaviour;
mod camera;
mod descriptors;
mod kernel;
mod negotiation;
mod order;
mod pictures;
mod usbip;

use std::{
    fs::OpenOptions,
    io::{BufRead, BufReader},
    path::Path,
    process::ExitCode,
    sync::Arc,
};

use behaviour::Behaviour;
use camera::Camera;
use order::Order;
use pictures::Pictures;
use rustix::fs::{CWD, FileType, Mode, mknodat};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words[..] {
        ["draw", directory] => pictures::draw(Path::new(directory)),
        ["run", directory, fifo] => run(Path::new(directory), Path::new(fifo)),
        ["leave", node, fourcc] => kernel::leave(Path::new(node), fourcc),
        ["without-bandwidth", program, ..] => Err(kernel::without_bandwidth(program, &words[2..])),
        _ => Err(std::io::Error::other(
            "usage: uvc-emulator draw <directory> | run <directory> <fifo> | leave <node> <fourcc> | without-bandwidth <program>…",
        )),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("uvc-emulator: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(directory: &Path, fifo: &Path) -> std::io::Result<()> {
    let pictures = Arc::new(Pictures::load(directory)?);
    let behaviour = Arc::new(Behaviour::default());
    let _ = std::fs::remove_file(fifo);
    mknodat(CWD, fifo, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0)?;
    // Read and write: our own end for writing keeps the FIFO open between two orders.
    let orders = OpenOptions::new().read(true).write(true).open(fifo)?;
    let mut plugged: [Option<Camera>; 2] = [None, None];
    plugged[0] = Some(Camera::plug(0, &pictures, &behaviour)?);
    for line in BufReader::new(orders).lines() {
        let line = line?;
        match line.parse() {
            Ok(Order::Plug(port)) if plugged[port].is_none() => {
                plugged[port] = Some(Camera::plug(port, &pictures, &behaviour)?);
            }
            Ok(Order::Unplug(port)) => plugged[port] = None,
            Ok(Order::Plug(_)) => {}
            Ok(Order::Behave(change)) => behaviour.change(change),
            Err(problem) => eprintln!("uvc-emulator: {problem}"),
        }
        eprintln!("uvc-emulator: {line}");
    }
    Ok(())
}
