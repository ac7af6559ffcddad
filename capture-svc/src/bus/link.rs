//! How this service's connections to NATS differ from the library's: short pings, short requests.

use std::time::Duration;

use bus::{Link, LinkError, LinkMetrics, LinkOptions, NatsSettings};
use wire::CameraId;

/// A half-open link shows after two or three of these; until then frames pile up in the kernel and grow old.
const PING_INTERVAL: Duration = Duration::from_millis(500);
/// A KV answer that takes longer is as good as none.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(1);
/// Where answers come; the permissions of NATS go by it.
const INBOX_PREFIX: &str = "_INBOX_capture";
/// Changes of leases and switches that may wait to be read: a thousand gateways that begin at once.
const SUBSCRIPTION_PENDING_MAX: usize = 64 * 1024;

/// Begins to connect and returns at once; the connection may stand later.
///
/// `camera`: whose capture this is. `role` names the connection in the log and on the server's side; `pending_max`: how many messages may wait to be written.
///
/// # Errors
/// See [`LinkError`].
pub(crate) async fn open_link(
    nats: &NatsSettings,
    camera: &CameraId,
    role: &str,
    pending_max: usize,
    metrics: &LinkMetrics,
) -> Result<Link, LinkError> {
    // A camera host that has a NATS user of its own cannot listen to what others are answered.
    let inbox_prefix = if camera.is_default() {
        INBOX_PREFIX.to_owned()
    } else {
        format!("{INBOX_PREFIX}.{camera}")
    };
    let options = LinkOptions {
        name: &format!("capture-svc {role}"),
        role,
        inbox_prefix: &inbox_prefix,
        ping_interval: PING_INTERVAL,
        request_timeout: REQUEST_TIMEOUT,
        send_capacity: pending_max,
        subscription_capacity: SUBSCRIPTION_PENDING_MAX,
    };
    Link::open(nats, options, metrics).await
}
