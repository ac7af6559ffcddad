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

/// For the Python consumer of docs/protocol.md.
pub(crate) const NATS_PY: Module = Module {
    name: "nats-py",
    wheel: Wheel {
        directory: "nats-py-2.16.0",
        requirements: "nats-py.txt",
        file: "nats/__init__.py",
        links: &[],
    },
};

/// The schemas of Kubernetes' API.
pub(crate) const KUBERNETES_VALIDATE: Module = Module {
    name: "kubernetes-validate",
    wheel: Wheel {
        directory: "kubernetes-validate-1.37.0",
        requirements: "kubernetes-validate.txt",
        file: "kubernetes_validate/__init__.py",
        links: &[],
    },
};

/// Helm as a library: no registry of packages that we reach has the program.
pub(crate) const HELM: Module = Module {
    name: "helm",
    wheel: Wheel {
        directory: "helm-python-sdk-0.2.2",
        requirements: "helm.txt",
        file: "helm_python/__init__.py",
        links: &[],
    },
};

impl Module {
    /// What it is called on the command line.
    pub(super) fn name(&self) -> &'static str {
        self.name
    }

    /// Fetches it unless it is there.
    pub(crate) fn fetch(&self) -> Outcome<()> {
        if !self.wheel.path().is_file() {
            self.wheel.install(self.name)?;
        }
        Ok(())
    }

    /// Fetches it and puts it into `environment`.
    pub(crate) fn get(&self, environment: &mut Environment) -> Outcome<()> {
        self.fetch()?;
        environment.set("PYTHONPATH", self.wheel.root());
        Ok(())
    }
}
