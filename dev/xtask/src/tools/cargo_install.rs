//! Programs that cargo builds from their source: what only a release or an occasion needs, so nobody pays at each gate.

use crate::shell::{Environment, Outcome, find_on_path, run, workspace};

/// A cargo sub-command of crates.io.
pub(crate) struct CargoInstall {
    pub(super) name: &'static str,
    /// The version that is installed where there is none.
    pub(super) version: &'static str,
    /// Whether with what its author switches on by default.
    pub(super) default_features: bool,
}

impl CargoInstall {
    /// Finds it or builds it, once, and puts it before everything else on the PATH of `environment`.
    pub(crate) fn get(&self, environment: &mut Environment) -> Outcome<()> {
        let Self { name, version, .. } = self;
        if find_on_path(name).is_some() {
            return Ok(());
        }
        let root = workspace().join(format!("target/tools/{name}-{version}"));
        if !root.join("bin").join(name).is_file() {
            let mut install =
                environment.cargo(&["install", "--quiet", "--locked", "--version", version]);
            if !self.default_features {
                install.arg("--no-default-features");
            }
            install.arg("--root").arg(&root).arg(name);
            run(&format!("building {name} (minutes, once)"), &mut install)?;
        }
        environment.prepend_path(&root.join("bin"));
        Ok(())
    }
}
