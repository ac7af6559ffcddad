//! A USB camera played in user space and plugged into the kernel through `vhci_hcd` (USB/IP): usbcore, `uvcvideo` and
//! `/dev/videoN` above it are the genuine ones, and every misbehaviour is one word away.
//!
//! `uvc-emulator draw` makes the pictures; `uvc-emulator run` plugs the camera in and then obeys one [`Order`] for each line
//! written to a FIFO; what else a scenario needs of a kernel is in [`kernel`]. Bulk streaming, UVC 1.0: `uvcvideo` treats it
//! as any other, and the virtual port has no isochronous transfers.

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
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use behaviour::Behaviour;
use camera::EmulatedCamera;
use clap::{Parser, Subcommand};
use order::Order;
use pictures::Pictures;
use rustix::fs::{CWD, FileType, Mode, mknodat};
use testkit::command_line;

/// Plays a USB camera that is plugged into this kernel, and does to one what only a kernel can.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Makes the camera's pictures.
    Draw { directory: PathBuf },
    /// Plugs the camera in and obeys the orders written to FIFO, one a line.
    Run { directory: PathBuf, fifo: PathBuf },
    /// Sets the format FOURCC of a video node and leaves it so.
    Leave { node: PathBuf, fourcc: String },
    /// Becomes a program to which the kernel refuses every stream, as if the bus had no room.
    WithoutBandwidth {
        #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
        program: Vec<String>,
    },
}

fn main() -> ExitCode {
    let arguments = match command_line::parse::<Arguments>() {
        Ok(arguments) => arguments,
        Err(ended) => return ended,
    };
    let outcome = match arguments.command {
        Command::Draw { directory } => pictures::draw(&directory),
        Command::Run { directory, fifo } => run(&directory, &fifo),
        Command::Leave { node, fourcc } => kernel::leave(&node, &fourcc),
        Command::WithoutBandwidth { program } => Err(kernel::without_bandwidth(&program)),
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
    let mut plugged: [Option<EmulatedCamera>; 2] = [None, None];
    plugged[0] = Some(EmulatedCamera::plug(0, &pictures, &behaviour)?);
    for line in BufReader::new(orders).lines() {
        let line = line?;
        match line.parse() {
            Ok(Order::Plug(port)) if plugged[port].is_none() => {
                plugged[port] = Some(EmulatedCamera::plug(port, &pictures, &behaviour)?);
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
