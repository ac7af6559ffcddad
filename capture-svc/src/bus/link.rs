//! How this service's connections to NATS differ from the library's: short pings, short requests.

use std::time::Duration;

use bus::{Link, LinkError, LinkMetrics, LinkOptions, NatsSettings};

/// A half-open link shows after two or three of these; until then frames pile up in the kernel and grow old.
const PING_INTERVAL: Duration = Duration::from_millis(500);
/// A KV answer that takes longer is as good as none.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(1);
/// Changes of leases and switches that may wait to be read: a thousand gateways that begin at once.
const SUBSCRIPTION_PENDING_MAX: usize = 64 * 1024;

/// Begins to connect and returns at once; the connection may stand later.
///
/// `role` names the connection in the log and on the server's side; `pending_max`: how many messages may wait to be written.
///
/// # Errors
/// See [`LinkError`].
pub(crate) async fn open_link(
    nats: &NatsSettings,
    role: &str,
    pending_max: usize,
    metrics: &LinkMetrics,
) -> Result<Link, LinkError> {
    let options = LinkOptions {
        name: &format!("capture-svc {role}"),
        role,
        inbox_prefix: "_INBOX_capture",
        ping_interval: PING_INTERVAL,
        request_timeout: REQUEST_TIMEOUT,
        send_capacity: pending_max,
        subscription_capacity: SUBSCRIPTION_PENDING_MAX,
    };
    Link::open(nats, options, metrics).await
}
