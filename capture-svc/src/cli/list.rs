//! `capture-svc list`: which cameras there are and what they can do, and which programs may be one.

mod programs;

use std::{
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};

use crate::camera::v4l2::{
    answer::ask,
    controls::{self, Bounds, Controls},
    device::{self, Node},
    formats,
    negotiate::{Offer, rate},
    twins::twins,
};

/// Every camera of this machine with its formats and controls, for a person or (JSON) for a program.
#[must_use]
pub fn list(as_json: bool) -> String {
    let cameras: Vec<_> = device::nodes()
        .into_iter()
        .filter_map(Seen::or_why_not)
        .collect();
    let programs = programs::found();
    if as_json {
        let cameras = cameras.iter().map(Seen::json);
        let all = cameras.chain(programs.iter().map(programs::json));
        return all.collect::<Value>().to_string();
    }
    let mut out = String::new();
    if cameras.is_empty() {
        out += "No camera found: there is no /dev/video* that offers pictures. In a container, is the device passed in?\n";
    }
    out.extend(cameras.iter().map(Seen::text));
    out.extend(programs.iter().map(programs::text));
    out
}

/// One node that is a camera or could not be asked.
struct Seen {
    node: Node,
    links: Vec<String>,
    /// Other cameras with the same serial number.
    twins: Vec<PathBuf>,
    offers: Vec<Offer>,
    other: Vec<String>,
    controls: Controls,
    refusal: Option<String>,
}

impl Seen {
    /// Whatever one camera answers, the others are listed.
    fn or_why_not(node: Node) -> Option<Self> {
        let seen = ask(|| Self::new(node.clone()));
        seen.unwrap_or_else(|words| {
            Some(Self {
                refusal: Some(format!("it gives an answer that cannot be read: {words}")),
                ..Self::nothing_of(node)
            })
        })
    }

    fn nothing_of(node: Node) -> Self {
        let twins = twins(&node.path);
        Self {
            links: ordered(links(&node.path), !twins.is_empty()),
            twins,
            offers: Vec::new(),
            other: Vec::new(),
            controls: Controls::default(),
            refusal: None,
            node,
        }
    }

    /// `None` for a node that is no camera, such as a metadata node.
    fn new(node: Node) -> Option<Self> {
        let mut seen = Self::nothing_of(node);
        match device::open_node(&seen.node.path) {
            Ok(device) => {
                seen.offers = formats::offers(&device, None);
                seen.other = formats::not_understood(&device);
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
        let _ = writeln!(out, "    CAPTURE_SOURCE={}", self.source());
        for twin in &self.twins {
            let _ = writeln!(
                out,
                "    {} has the same serial number: name each by its by-path link",
                twin.display()
            );
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
        for control in &self.controls.settings {
            let value = control
                .value
                .map_or_else(|| "?".into(), |value| value.to_string());
            let Bounds {
                minimum,
                maximum,
                default,
            } = control.bounds;
            let _ = write!(
                out,
                "    {} = {value}  ({minimum} to {maximum}, default {default})",
                control.name
            );
            let _ = writeln!(
                out,
                "{}{}",
                if control.menu.is_empty() { "" } else { "  " },
                control.menu.join(", ")
            );
        }
        if !self.controls.unread.is_empty() {
            let unread = self.controls.unread.join(", ");
            let _ = writeln!(out, "    controls not read by us: {unread}");
        }
        out
    }

    /// What names it, also after the next start of the machine where it can be.
    fn source(&self) -> String {
        let node = || self.node.path.display().to_string();
        self.links.first().cloned().unwrap_or_else(node)
    }

    /// The rates of each format and size, in the driver's order.
    fn modes(&self) -> Vec<((&'static str, String), Vec<String>)> {
        let mut modes: Vec<((&'static str, String), Vec<String>)> = Vec::new();
        for offer in &self.offers {
            let mode = (offer.name, format!("{}x{}", offer.width, offer.height));
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
                    "format": offer.name, "width": offer.width, "height": offer.height, "fps": offer.interval.fps(),
                })
            })
            .collect();
        let controls: Vec<_> = self
            .controls
            .settings
            .iter()
            .map(|control| {
                json!({
                    "name": control.name, "value": control.value, "minimum": control.bounds.minimum,
                    "maximum": control.bounds.maximum, "default": control.bounds.default, "menu": control.menu,
                })
            })
            .collect();
        json!({
            "path": self.node.path, "name": self.node.name, "kind": "camera", "source": self.source(), "links": self.links, "twins": self.twins, "driver": device::driver(&self.node.path),
            "formats": formats, "not_read": self.other, "controls": controls,
            "controls_not_read": self.controls.unread, "error": self.refusal,
        })
    }
}

/// The name that tells a camera from all others first: of one that has a twin, the port it is plugged into.
fn ordered(mut links: Vec<String>, has_twin: bool) -> Vec<String> {
    links.sort_unstable();
    links.sort_by_key(|link| link.starts_with("/dev/v4l/by-path") != has_twin);
    links
}

/// The stable names of a node.
fn links(node: &Path) -> Vec<String> {
    let directories = ["/dev/v4l/by-id", "/dev/v4l/by-path"];
    let entries = directories
        .iter()
        .filter_map(|directory| fs::read_dir(directory).ok())
        .flatten()
        .flatten();
    entries
        .filter(|link| fs::canonicalize(link.path()).is_ok_and(|target| target == node))
        .map(|link| link.path().display().to_string())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_link_that_tells_a_camera_apart_is_named_first() {
        let links = || {
            [
                "/dev/v4l/by-path/pci-0-usb-0:2",
                "/dev/v4l/by-id/usb-046d_0825_200901010001",
            ]
            .map(str::to_owned)
            .to_vec()
        };
        assert!(ordered(links(), false)[0].contains("by-id"));
        assert!(ordered(links(), true)[0].contains("by-path"));
    }

    #[test]
    fn the_list_is_json_for_a_program() {
        assert!(
            serde_json::from_str::<Value>(&list(true))
                .unwrap()
                .is_array()
        );
    }
}
