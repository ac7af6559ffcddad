//! What every fault begins with: a stack on NATS as we ship it, and viewers of it.

use async_nats::jetstream::{self, Context};
use testkit::{Process, Stack, StackBuilder, Viewer};

use crate::digest::digest;
use crate::plan::Mode;
use crate::watcher::Watcher;

/// One of each on the limits that we ship, in this mode secured; the camera is the 1280×720 pattern.
pub(crate) fn builder(mode: Mode) -> StackBuilder {
    let builder = Stack::builder().shipped_limits();
    let builder = if mode.secure {
        builder.secured()
    } else {
        builder
    };
    if mode.cables {
        // Behind a cable it is not loopback that the server is asked on.
        builder.nats_config("host: 0.0.0.0")
    } else {
        builder
    }
}

/// A viewer whose pictures flow.
pub(crate) async fn watcher(stack: &Stack, gateway: usize, quality: u8) -> Watcher {
    newcomer(&stack.gateways[gateway], quality)
        .await
        .settled()
        .await
}

/// A viewer that has just come.
pub(crate) async fn newcomer(gateway: &Process, quality: u8) -> Watcher {
    let viewer = Viewer::watch(gateway.public(), quality).await;
    Watcher::of(viewer.expect("the gateway takes a viewer"))
}

/// `JetStream` as somebody has it who may do everything.
pub(crate) async fn jetstream(stack: &Stack) -> Context {
    jetstream::new(stack.client().await)
}

/// Where the log of the first capture-svc ends now, for [`did`].
pub(crate) fn mark(stack: &Stack) -> usize {
    stack.capture().log().len()
}

/// What the first capture-svc did since then.
pub(crate) fn did(stack: &Stack, mark: usize) -> String {
    digest(stack.capture().log().get(mark..).unwrap_or_default())
}
