//! A file of keys or rights that may change while the gateway runs: it is read again, and the last good one counts.

use std::path::PathBuf;
use std::sync::Arc;

use parking_lot::Mutex;
use ring::digest::{Digest, SHA256, digest};

/// What is made of the file's text, or why nothing can be, in words.
type Read<T> = fn(&str) -> Result<T, String>;

/// A file and what was made of its text.
pub(crate) struct KeptFile<T> {
    setting: &'static str,
    path: PathBuf,
    read: Read<T>,
    kept: Mutex<Kept<T>>,
}

struct Kept<T> {
    value: Arc<T>,
    /// Of the text that was looked at last, good or bad; the text itself may be a secret.
    digest: Digest,
}

impl<T> KeptFile<T> {
    /// Reads the file that `setting` names.
    ///
    /// # Errors
    /// It cannot be read, or nothing can be made of it.
    pub(crate) fn open(
        setting: &'static str,
        path: PathBuf,
        read: Read<T>,
    ) -> Result<Self, String> {
        let text = std::fs::read_to_string(&path)
            .map_err(|error| format!("{error}; a file this user may read would do"))?;
        let kept = Kept {
            value: Arc::new(read(&text)?),
            digest: digest(&SHA256, text.as_bytes()),
        };
        Ok(Self {
            setting,
            path,
            read,
            kept: Mutex::new(kept),
        })
    }

    /// What was made of the last good text.
    pub(crate) fn get(&self) -> Arc<T> {
        Arc::clone(&self.kept.lock().value)
    }

    /// Reads the file again. A new good text gives what counted until now; a bad one is warned about once.
    pub(crate) async fn refresh(&self) -> Option<Arc<T>> {
        let text = match tokio::fs::read_to_string(&self.path).await {
            Ok(text) => text,
            Err(error) => {
                // It may just be replaced; should it stay away, the next start says so.
                tracing::debug!(setting = self.setting, %error, "cannot be read again");
                return None;
            }
        };
        let digest = digest(&SHA256, text.as_bytes());
        let mut kept = self.kept.lock();
        if kept.digest.as_ref() == digest.as_ref() {
            return None;
        }
        kept.digest = digest;
        match (self.read)(&text) {
            Ok(value) => {
                tracing::info!(
                    setting = self.setting,
                    "the file was changed and counts from now on"
                );
                Some(std::mem::replace(&mut kept.value, Arc::new(value)))
            }
            Err(error) => {
                tracing::warn!(
                    setting = self.setting,
                    error,
                    "the file was changed and cannot be used; what it said before still counts"
                );
                None
            }
        }
    }
}

impl<T> std::fmt::Debug for KeptFile<T> {
    /// Without what is in it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}={:?}", self.setting, self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Result<u32, String> {
        text.trim().parse().map_err(|_| format!("{text:?} is none"))
    }

    #[tokio::test]
    async fn a_changed_file_counts_when_it_is_good() {
        let path = std::env::temp_dir().join(format!("kept-file-{}", std::process::id()));
        let write = |text: &str| std::fs::write(&path, text).unwrap();
        write("1");
        let file = KeptFile::open("N", path.clone(), number).unwrap();
        assert_eq!(file.refresh().await, None, "the same");
        write("2\n");
        assert_eq!(file.refresh().await.as_deref(), Some(&1));
        assert_eq!(*file.get(), 2);
        write("two");
        assert_eq!(file.refresh().await, None);
        assert_eq!(*file.get(), 2, "the last good one");
        std::fs::remove_file(&path).unwrap();
        assert_eq!(file.refresh().await, None);
        assert_eq!(*file.get(), 2);
        let gone = KeptFile::open("N", path, number).unwrap_err();
        assert!(gone.contains("would do"), "{gone}");
    }
}
