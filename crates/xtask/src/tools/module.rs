//! Python packages, pinned by hash like the tools.

use super::fetch::Wheel;
use crate::shell::{Environment, Outcome};

/// A Python package, found by `PYTHONPATH`.
pub(crate) struct Module {
    name: &'static str,
    wheel: Wheel,
}

/// `FastAPI`, uvicorn and OpenCV, for the comparisons.
pub(crate) const PEERS: Module = Module {
    name: "the peers of the comparisons",
    wheel: Wheel {
        directory: "peers-2026-11",
        requirements: "peers.txt",
        file: "fastapi/__init__.py",
        links: &[],
    },
};

impl Module {
    /// Fetches it unless it is there, and puts it into `environment`.
    pub(crate) fn get(&self, environment: &mut Environment) -> Outcome<()> {
        if !self.wheel.path().is_file() {
            self.wheel.install(self.name)?;
        }
        environment.set("PYTHONPATH", self.wheel.root());
        Ok(())
    }
}
