//! `capture-svc nkey`: makes the key that this service logs in to NATS with.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::Context as _;

/// Writes a new seed to `file` unless it exists; returns the public key that belongs to the seed in it.
///
/// # Errors
/// The file cannot be written or read, or holds no seed.
pub fn nkey(file: &Path) -> anyhow::Result<String> {
    let named = || format!("the seed file {}", file.display());
    if !file.exists() {
        let seed = nkeys::KeyPair::new_user().seed()?;
        let made = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(file);
        writeln!(made.with_context(named)?, "{seed}").with_context(named)?;
    }
    let seed = std::fs::read_to_string(file).with_context(named)?;
    Ok(nkeys::KeyPair::from_seed(seed.trim())
        .with_context(named)?
        .public_key())
}
