//! `capture-svc list`: which cameras there are and what they can do.

use std::{fmt::Write, fs, path::Path};

use serde_json::{Value, json};

use crate::camera::v4l2::{
    controls::{self, Setting},
    device::{self, Node},
    negotiate::{Offer, rate},
};

/// Every camera of this machine with its formats and controls, for a person or (JSON) for a program.
#[must_use]
pub fn list(as_json: bool) -> String {
    let cameras: Vec<_> = device::nodes().into_iter().filter_map(Seen::new).collect();
    if as_json {
        return cameras
            .iter()
            .map(Seen::json)
            .collect::<Value>()
            .to_string();
    }
    if cameras.is_empty() {
        return "No camera found: there is no /dev/video* that offers pictures. In a container, is the device passed in?\n".into();
    }
    cameras.iter().map(Seen::text).collect()
}

/// One node that is a camera or could not be asked.
struct Seen {
    node: Node,
    links: Vec<String>,
    offers: Vec<Offer>,
    other: Vec<String>,
    controls: Vec<Setting>,
    refusal: Option<String>,
}

impl Seen {
    /// `None` for a node that is no camera, such as a metadata node.
    fn new(node: Node) -> Option<Self> {
        let mut seen = Self {
            links: links(&node.path),
            offers: Vec::new(),
            other: Vec::new(),
            controls: Vec::new(),
            refusal: None,
            node,
        };
        match device::open_node(&seen.node.path) {
            Ok(device) => {
                seen.offers = device::offers(&device, None);
                seen.other = device::not_understood(&device);
                if seen.offers.is_empty() && seen.other.is_empty() {
                    return None;
                }
                seen.controls = controls::list(&device);
            }
            Err(error) => seen.refusal = Some(error.to_string()),
        }
        Some(seen)
    }

    fn text(&self) -> String {
        let mut out = format!("{}  {}\n", self.node.path.display(), self.node.name);
        for link in &self.links {
            let _ = writeln!(out, "    {link}");
        }
        if let Some(refusal) = &self.refusal {
            let _ = writeln!(out, "    {refusal}");
        }
        for ((format, size), rates) in self.modes() {
            let _ = writeln!(out, "    {format:<6} {size:<10} {} fps", rates.join(", "));
        }
        if !self.other.is_empty() {
            let _ = writeln!(out, "    not read by us: {}", self.other.join(", "));
        }
        for control in &self.controls {
            let value = control
                .value
                .map_or_else(|| "?".into(), |value| value.to_string());
            let _ = write!(
                out,
                "    {} = {value}  ({} to {}, default {})",
                control.name, control.minimum, control.maximum, control.default
            );
            let _ = writeln!(
                out,
                "{}{}",
                if control.menu.is_empty() { "" } else { "  " },
                control.menu.join(", ")
            );
        }
        out
    }

    /// The rates of each format and size, in the driver's order.
    fn modes(&self) -> Vec<((&'static str, String), Vec<String>)> {
        let mut modes: Vec<((&'static str, String), Vec<String>)> = Vec::new();
        for offer in &self.offers {
            let mode = (
                offer.format.as_str(),
                format!("{}x{}", offer.width, offer.height),
            );
            let fps = rate(offer.interval.fps());
            match modes.iter_mut().find(|(known, _)| *known == mode) {
                Some((_, rates)) => rates.push(fps),
                None => modes.push((mode, vec![fps])),
            }
        }
        modes
    }

    fn json(&self) -> Value {
        let formats: Vec<_> = self
            .offers
            .iter()
            .map(|offer| {
                json!({
                    "format": offer.format.as_str(), "width": offer.width, "height": offer.height, "fps": offer.interval.fps(),
                })
            })
            .collect();
        let controls: Vec<_> = self
            .controls
            .iter()
            .map(|control| {
                json!({
                    "name": control.name, "value": control.value, "minimum": control.minimum, "maximum": control.maximum,
                    "default": control.default, "menu": control.menu,
                })
            })
            .collect();
        json!({
            "path": self.node.path, "name": self.node.name, "links": self.links, "driver": device::driver(&self.node.path),
            "formats": formats, "not_read": self.other, "controls": controls, "error": self.refusal,
        })
    }
}

/// The stable names of a node.
fn links(node: &Path) -> Vec<String> {
    let directories = ["/dev/v4l/by-id", "/dev/v4l/by-path"];
    let entries = directories
        .iter()
        .filter_map(|directory| fs::read_dir(directory).ok())
        .flatten()
        .flatten();
    let mut links: Vec<_> = entries
        .filter(|link| fs::canonicalize(link.path()).is_ok_and(|target| target == node))
        .map(|link| link.path().display().to_string())
        .collect();
    links.sort_unstable();
    links
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_json_for_a_program() {
        assert!(
            serde_json::from_str::<Value>(&list(true))
                .unwrap()
                .is_array()
        );
    }
}
