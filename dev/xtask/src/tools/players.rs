//! The players that docs/players.md has a line for and Debian a package.

use super::apt::{apt_install, apt_possible, update_lists};
use crate::shell::{Outcome, find_on_path};

/// Some of them, by program and package.
pub(crate) struct Players(&'static [(&'static str, &'static [&'static str])]);

impl Players {
    /// Without much beside them.
    pub(crate) const EVERYDAY: Self = Self(&[
        ("curl", &["curl"]),
        ("mpv", &["mpv"]),
        (
            "gst-launch-1.0",
            &["gstreamer1.0-tools", "gstreamer1.0-plugins-good"],
        ),
    ]);
    pub(crate) const MORE: Self = Self(&[
        ("cvlc", &["vlc-bin", "vlc-plugin-base"]),
        ("motion", &["motion"]),
    ]);

    /// Installs those that are not there.
    pub(crate) fn get(&self) -> Outcome<()> {
        let missing = self
            .0
            .iter()
            .filter(|(program, _)| find_on_path(program).is_none());
        let packages: Vec<&str> = missing
            .flat_map(|(_, packages)| *packages)
            .copied()
            .collect();
        if packages.is_empty() {
            return Ok(());
        }
        let line = format!("apt-get install -y {}   (as root)", packages.join(" "));
        let again = |_| update_lists().and_then(|()| apt_install(&packages));
        apt_possible()
            .and_then(|()| apt_install(&packages).or_else(again))
            .map_err(|why| format!("players are missing ({why}).\n  This gets them: {line}"))
    }
}
