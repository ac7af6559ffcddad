//! The browsers that the page is tried in beside Chromium: Debian's Firefox, and `WebKit` with its driver and a screen.

use super::fetch::Apt;
use super::tool::{Tool, directory_of};

pub(crate) const FIREFOX: Tool = Tool {
    name: "firefox",
    variable: "FIREFOX_BIN",
    programs: &["firefox-esr", "firefox"],
    companion: None,
    // The first that is driven without a driver beside it, by WebDriver BiDi.
    at_least: (129, 0),
    asked: &["--version"],
    apt: Apt {
        packages: &["firefox-esr"],
        unpacked: false,
    },
    wheel: None,
    announce: |path, environment| {
        environment.set("FIREFOX_BIN", path);
        Ok(())
    },
};

/// The engine of Safari, as Linux has it. It draws on a screen only, so it gets one in memory.
pub(crate) const WEBKIT: Tool = Tool {
    name: "webkit",
    variable: "WEBKIT_DRIVER_BIN",
    programs: &["WebKitWebDriver"],
    companion: Some("Xvfb"),
    at_least: (0, 0),
    asked: &["--help"],
    apt: Apt {
        packages: &["webkit2gtk-driver", "xvfb"],
        unpacked: false,
    },
    wheel: None,
    announce: |path, environment| {
        environment.set("WEBKIT_DRIVER_BIN", path);
        environment.set("XVFB_BIN", directory_of(path).join("Xvfb"));
        Ok(())
    },
};
