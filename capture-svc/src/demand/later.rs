//! Something under way that may not be there: how a `select!` waits for it and does not lose it when another arm is quicker.

use std::pin::Pin;

/// What is under way.
pub(super) type Later<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Awaits what is in `slot` and empties it; guarded by `is_some` in the select.
pub(super) async fn ready<T>(slot: &mut Option<Later<T>>) -> T {
    let value = match slot {
        Some(later) => later.await,
        None => std::future::pending().await,
    };
    *slot = None;
    value
}
