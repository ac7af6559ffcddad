//! Python packages, pinned by hash like the tools.

use std::path::Path;

use super::fetch::Wheel;
use crate::shell::{Environment, Outcome, run};

/// A Python package, found by `PYTHONPATH`.
pub(crate) struct Module {
    name: &'static str,
    wheel: Wheel,
    /// Requirements that are handed out as source alone; what builds them is among the wheels.
    built: Option<&'static str>,
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
    built: None,
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
    built: None,
};

/// What nats-py logs in with by a key.
pub(crate) const NKEYS_PY: Module = Module {
    name: "nkeys-py",
    wheel: Wheel {
        directory: "nkeys-py-0.2.1",
        requirements: "nkeys-py.txt",
        // Of what comes last: before it is there all of it is fetched again.
        file: "nkeys/__init__.py",
        links: &[],
    },
    built: Some("nkeys-py-built.txt"),
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
    built: None,
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
    built: None,
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
            if let Some(requirements) = self.built {
                self.build(requirements)?;
            }
        }
        Ok(())
    }

    /// Where pip would fetch what builds it, unpinned, it finds what was fetched by hash.
    fn build(&self, requirements: &str) -> Outcome<()> {
        let mut pip = Environment::default().command("python3");
        pip.args(["-m", "pip", "install", "--quiet", "--no-deps"])
            .args(["--disable-pip-version-check", "--require-hashes"])
            .args(["--no-build-isolation", "--no-binary", ":all:", "--target"])
            .arg(self.wheel.root())
            .arg("--requirement")
            .arg(
                Path::new(env!("CARGO_MANIFEST_DIR"))
                    .join("tools")
                    .join(requirements),
            )
            .env("PYTHONPATH", self.wheel.root())
            .env("PIP_ROOT_USER_ACTION", "ignore");
        run(&format!("building {}", self.name), &mut pip)
    }

    /// Fetches it and puts it into `environment`.
    pub(crate) fn get(&self, environment: &mut Environment) -> Outcome<()> {
        self.fetch()?;
        environment.set("PYTHONPATH", self.wheel.root());
        Ok(())
    }
}
