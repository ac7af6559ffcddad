//! What is done to the camera, and what must come of it.

mod colours;
mod damage;
mod devices;
mod faults;
mod idle;
mod machine;
mod refusals;
mod start;
mod streaming;

use std::future::Future;
use std::pin::Pin;

use crate::rig::Rig;

/// Plays on the rig and gives the figure that it measured; panics when something is not as it must be.
pub(crate) type Scenario =
    for<'a> fn(&'a mut Rig) -> Pin<Box<dyn Future<Output = String> + Send + 'a>>;

/// A row of the table: the name and the function behind it.
macro_rules! scenarios {
    ($($name:literal => $run:expr),+ $(,)?) => {
        &[$(($name, |rig| Box::pin($run(rig)))),+]
    };
}

/// Every scenario, in order.
pub(crate) const ALL: &[(&str, Scenario)] = scenarios![
    "the machine hears every line whole" => machine::whole_lines,
    "1280x720 MJPEG reaches a viewer outside" => streaming::mjpeg,
    "640x480 YUYV reaches a viewer outside" => streaming::yuyv,
    "320x240 NV12 reaches a viewer outside" => streaming::nv12,
    "a camera that slows down is no fault" => streaming::dim_light,
    "a camera that starts slowly is no fault" => start::slow_start,
    "the first frames are left out while exposure settles" => streaming::warm_up,
    "a frame is new even after the service was held up" => streaming::held_up,
    "colours are those in front of the camera" => colours::uvc,
    "both luma ranges give the same colours" => colours::ranges,
    "unplug and replug" => faults::unplug_and_replug,
    "a stall is noticed and survived" => faults::stall,
    "a busy camera names its holder" => refusals::busy,
    "a refused camera says what mends it" => refusals::permission,
    "a camera without room on the bus says so" => refusals::usb_bandwidth,
    "pictures without tables are completed" => damage::without_tables,
    "damaged pictures never get out" => damage::damaged,
    "nothing but damaged pictures reopen the camera" => damage::damaged_in_a_row,
    "pictures that nobody can decode reopen the camera" => damage::spoilt_in_a_row,
    "a driver that does not answer holds up nobody" => faults::wedged,
    "a camera is found by path, link, index and name" => devices::named,
    "a metadata node is no camera" => devices::metadata_node,
    "formats that another program left do not matter" => devices::odd_formats,
    "rates of no whole number are chosen and kept" => devices::fractional,
    "the nearest mode is taken and said" => devices::nearest,
    "list and probe tell a person and a program" => devices::told,
    "controls are set and listed" => devices::controls,
    "off means off" => idle::off,
    "the privacy switch closes the camera" => idle::privacy,
    "rest and an absent camera cost nothing" => idle::on_the_host,
    "an absent camera costs nothing" => idle::absent,
    "fifty replugs and twenty pauses leave nothing behind" => idle::nothing_is_left,
];
