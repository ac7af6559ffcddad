//! `capture-svc list`: which cameras there are and what they can do.

use std::{fmt::Write, fs, path::Path};

use serde_json::{Value, json};

use crate::camera::v4l2::{
    answer::ask,
    controls::{self, Bounds, Controls},
    device::{self, Node},
    formats,
    negotiate::{Offer, rate},
};

/// Every camera of this machine with its formats and controls, for a person or (JSON) for a program.
#[must_use]
pub fn list(as_json: bool) -> String {
    let cameras: Vec<_> = device::nodes()
        .into_iter()
        .filter_map(Seen::or_why_not)
        .collect();
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
        Self {
            links: links(&node.path),
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
                let path = &seen.node.path;
                seen.offers = formats::offers(&device, path, None);
                seen.other = formats::not_understood(&device, path);
                if seen.offers.is_empty() && seen.other.is_empty() {
                    return None;
                }
                seen.controls = controls::list(&device, path);
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
        for control in &self.controls.settings {
            let value = control
                .value
                .map_or_else(|| "?".into(), |value| value.to_string());
            let bounds = control.bounds.map_or_else(
                || "bounds not read".into(),
                |bounds| {
                    format!(
                        "{} to {}, default {}",
                        bounds.minimum, bounds.maximum, bounds.default
                    )
                },
            );
            let _ = write!(out, "    {} = {value}  ({bounds})", control.name);
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
            .settings
            .iter()
            .map(|control| {
                let bound = |which: fn(Bounds) -> i64| control.bounds.map(which);
                json!({
                    "name": control.name, "value": control.value, "minimum": bound(|bounds| bounds.minimum),
                    "maximum": bound(|bounds| bounds.maximum), "default": bound(|bounds| bounds.default), "menu": control.menu,
                })
            })
            .collect();
        json!({
            "path": self.node.path, "name": self.node.name, "links": self.links, "driver": device::driver(&self.node.path),
            "formats": formats, "not_read": self.other, "controls": controls,
            "controls_not_read": self.controls.unread, "error": self.refusal,
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
