//! A hub with the camera and the buckets, and viewers behind a leaf node of it: the line between them is cut, and each
//! server killed. (What may cross it, with keys and TLS, is for capture-svc's own tests.)

use std::time::{Duration, Instant};

use testkit::{NatsServer, Stack, ThrottledLink, shipped_leaf_limits, shipped_limits};

use crate::fault::Fault;
use crate::figure::{Figure, GAP, OLDEST, Seen};
use crate::plan::{Mode, RECOVERY_WITHIN};
use crate::setup::{did, mark, newcomer, watcher};
use crate::watcher::Watcher;

pub(super) fn faults(mode: Mode) -> Vec<Fault> {
    vec![
        Fault::new(
            "leaf-link-cut",
            "demand crosses the line; back ≤ 500 ms after repair; the hub's viewers not affected",
            move || cut(mode),
        ),
        Fault::new(
            "leaf-hub-killed",
            "picture and a new quality ≤ 3 s after its return",
            move || hub_killed(mode),
        ),
        Fault::new(
            "leaf-killed",
            "picture ≤ 2 s after its return; the hub's viewers not affected",
            move || leaf_killed(mode),
        ),
    ]
}

/// The hub's stack, whose second gateway is beyond the line.
struct Sites {
    stack: Stack,
    leaf: NatsServer,
    line: ThrottledLink,
    /// From a viewer's coming, where nobody had watched that quality, to its first picture.
    raised: Duration,
    here: Watcher,
    beyond: Watcher,
}

impl Sites {
    async fn start() -> Self {
        let (hub, address) = NatsServer::hub(&shipped_limits()).await;
        let line = ThrottledLink::to(address);
        let leaf = NatsServer::leaf(line.address(), "", &shipped_leaf_limits()).await;
        let mut stack = Stack::builder().servers(vec![hub]).start().await;
        let url = leaf.url();
        let settings = [("NATS_URL", url.as_str()), ("NATS_JS_DOMAIN", "hub")];
        let gateway = stack.start_gateway(&settings).await;
        stack.gateways.push(gateway);
        stack.await_ready().await;
        let here = watcher(&stack, 0, 80).await;
        // The line may not stand yet: the first one only waits for it.
        watcher(&stack, 1, 80).await;
        let came = Instant::now();
        let raised = newcomer(&stack.gateways[1], 50).await;
        let first = raised.captured_after(came, RECOVERY_WITHIN).await;
        let beyond = watcher(&stack, 1, 60).await;
        Self {
            stack,
            leaf,
            line,
            raised: first.at - came,
            here,
            beyond,
        }
    }

    /// What was seen since `then`, of which `back` ended the fault.
    async fn seen(&self, mark: usize, then: Instant, back: Instant, goal: u32) -> Seen {
        let new = newcomer(&self.stack.gateways[1], 40).await;
        let picture = self.beyond.captured_after(back, RECOVERY_WITHIN).await;
        let new = new.captured_after(back, RECOVERY_WITHIN).await;
        self.stack.await_ready().await;
        Seen {
            figures: vec![
                Figure::within("demand over the line", self.raised, 300, 3000),
                Figure::time(GAP, self.beyond.gap_since(then)),
                Figure::within(OLDEST, self.beyond.oldest_since(then), 500, 1500),
                Figure::within("picture back", picture.at - back, goal, goal + 4000),
                Figure::within("new quality", new.at - back, goal, goal + 5000),
                Figure::time("hub's gap", self.here.gap_since(then)),
            ],
            capture: did(&self.stack, mark),
        }
    }
}

/// Nobody is told; what was on the line comes late.
async fn cut(mode: Mode) -> Seen {
    let sites = Sites::start().await;
    let (mark, then) = (mark(&sites.stack), Instant::now());
    sites.line.cut();
    tokio::time::sleep(mode.lasts(10, 4)).await;
    let repaired = Instant::now();
    sites.line.repair();
    let seen = sites.seen(mark, then, repaired, 500).await;
    unaffected(seen, &sites, then)
}

async fn leaf_killed(mode: Mode) -> Seen {
    let mut sites = Sites::start().await;
    let (mark, then) = (mark(&sites.stack), Instant::now());
    sites.leaf.kill();
    tokio::time::sleep(mode.lasts(8, 2)).await;
    sites.leaf.restart().await;
    let back = Instant::now();
    let seen = sites.seen(mark, then, back, 2000).await;
    unaffected(seen, &sites, then)
}

async fn hub_killed(mode: Mode) -> Seen {
    let mut sites = Sites::start().await;
    let (mark, then) = (mark(&sites.stack), Instant::now());
    sites.stack.servers[0].kill();
    tokio::time::sleep(mode.lasts(8, 2)).await;
    sites.stack.servers[0].restart().await;
    let back = Instant::now();
    // Its leaf looks for it once a second.
    sites.seen(mark, then, back, 3000).await
}

/// With what the hub's own viewers may see of it: nothing.
fn unaffected(mut seen: Seen, sites: &Sites, then: Instant) -> Seen {
    let gap = Figure::within("hub's gap", sites.here.gap_since(then), 150, 1000);
    seen.figures.pop();
    seen.figures.push(gap);
    seen
}
