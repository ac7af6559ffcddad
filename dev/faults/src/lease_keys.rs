//! The lease keys in the demand bucket, followed by one watch: listing them would make a consumer each time.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use async_nats::jetstream::Context;
use async_nats::jetstream::kv::Operation;
use futures_util::StreamExt as _;
use tokio::task::AbortHandle;

/// Keys that end by their age are never told; they stay.
pub(crate) struct LeaseKeys {
    keys: Arc<Mutex<BTreeSet<String>>>,
    task: AbortHandle,
}

impl Drop for LeaseKeys {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl LeaseKeys {
    /// Begins with what is there; canaries do not count.
    pub(crate) async fn of(context: &Context) -> Self {
        let bucket = context.get_key_value("demand").await.expect("the bucket");
        let mut entries = bucket.watch_with_history(">").await.expect("a watch");
        let keys = Arc::new(Mutex::new(BTreeSet::new()));
        let known = Arc::clone(&keys);
        let task = tokio::spawn(async move {
            while let Some(Ok(entry)) = entries.next().await {
                let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
                if entry.key.starts_with('_') {
                    continue;
                }
                match entry.operation {
                    Operation::Put => known.insert(entry.key),
                    Operation::Delete | Operation::Purge => known.remove(&entry.key),
                };
            }
        });
        Self {
            keys,
            task: task.abort_handle(),
        }
    }

    /// Those that there are now.
    pub(crate) fn now(&self) -> BTreeSet<String> {
        self.keys
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}
