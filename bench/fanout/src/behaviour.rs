//! How viewers behave, and what they counted.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use testkit::{Said, ThrottledLink, Viewer};
use tokio::io::AsyncWriteExt as _;
use wire::Stamp;

use crate::publish::Published;

pub(crate) const RUNGS: [Published; 4] = [(80, 60_000), (60, 30_000), (50, 30_000), (40, 30_000)];
/// Rungs of those who read to their end, and may change between them.
pub(crate) const COUNTED: [u8; 2] = [80, 60];
/// The rung behind narrow links: the last frames may be lost with the link.
pub(crate) const SLOW: u8 = 50;
/// The rung of the killed and the dead.
pub(crate) const UNCOUNTED: u8 = 40;

/// How a viewer behaves until the next one takes its place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Behaviour {
    /// Watches, and says goodbye.
    Leaves,
    /// Acknowledges and changes its quality all the time.
    Changes,
    /// Behind 1.5 Mb/s.
    Slow,
    /// Its machine loses power.
    Killed,
    /// Stops reading and stays.
    Dead,
    /// Never finishes its request.
    Unfinished,
    /// Breaks the protocol.
    Broken,
}

/// Who is there at any time.
pub(crate) const VIEWERS: [(Behaviour, usize); 7] = [
    (Behaviour::Leaves, 16),
    (Behaviour::Changes, 8),
    (Behaviour::Slow, 4),
    (Behaviour::Killed, 8),
    (Behaviour::Dead, 4),
    (Behaviour::Unfinished, 2),
    (Behaviour::Broken, 2),
];

/// What the viewers counted.
#[derive(Default)]
pub(crate) struct Counts {
    pub(crate) joined: u64,
    /// Frames by quality.
    pub(crate) frames: BTreeMap<u8, u64>,
    pub(crate) changes: u64,
}

#[derive(Clone)]
pub(crate) struct Churn {
    pub(crate) address: SocketAddr,
    pub(crate) end: Instant,
    pub(crate) counts: Rc<RefCell<Counts>>,
}

/// One after the other, until the end.
pub(crate) async fn one_after_another(churn: Churn, behaviour: Behaviour) -> anyhow::Result<()> {
    while Instant::now() < churn.end {
        let life = Duration::from_millis(fastrand::u64(500..15_000));
        live(&churn, behaviour, life).await?;
    }
    Ok(())
}

async fn live(churn: &Churn, behaviour: Behaviour, life: Duration) -> anyhow::Result<()> {
    let (mut address, link) = (
        churn.address,
        match behaviour {
            Behaviour::Slow => Some(ThrottledLink::to(churn.address)),
            _ => None,
        },
    );
    if let Some(link) = &link {
        link.throttle(187_500);
        address = link.address();
    }
    if behaviour == Behaviour::Unfinished {
        let mut socket = tokio::net::TcpStream::connect(address).await?;
        socket
            .write_all(b"GET /websocket/80 HTTP/1.1\r\nHost: localhost\r\n")
            .await?;
        tokio::time::sleep(life).await;
        return Ok(());
    }
    let quality = match behaviour {
        Behaviour::Leaves | Behaviour::Changes => COUNTED[fastrand::usize(..2)],
        Behaviour::Slow => SLOW,
        _ => UNCOUNTED,
    };
    let mut request = Viewer::at(address, &format!("/websocket/{quality}"));
    if behaviour == Behaviour::Changes {
        request = request.query("v", "2");
    }
    let refused = |refused| anyhow::anyhow!("{behaviour:?}: {refused:?}");
    let mut viewer = request.connect().await.map_err(refused)?;
    churn.counts.borrow_mut().joined += 1;
    watch(churn, behaviour, &mut viewer, quality, life).await?;
    match behaviour {
        Behaviour::Dead => tokio::time::sleep(Duration::from_secs(40)).await,
        Behaviour::Broken => {
            // A message that never ends is the client library's to refuse, so this one is too long.
            let _ = viewer.send(&"x".repeat(5000)).await;
            viewer.closed(Duration::from_secs(10)).await;
        }
        _ => {}
    }
    Ok(())
}

/// Watches for its life and, where it says goodbye, to the gateway's answer.
async fn watch(
    churn: &Churn,
    behaviour: Behaviour,
    viewer: &mut Viewer,
    quality: u8,
    life: Duration,
) -> anyhow::Result<()> {
    let (mut current, mut asked) = (quality, quality);
    let end = Instant::now() + life;
    let polite = matches!(
        behaviour,
        Behaviour::Leaves | Behaviour::Changes | Behaviour::Slow
    );
    let (mut leaving, mut change) = (false, Instant::now() + Duration::from_secs(1));
    loop {
        if Instant::now() > end && !leaving {
            if !polite {
                return Ok(());
            }
            viewer.goodbye().await?;
            leaving = true;
        }
        if behaviour == Behaviour::Changes
            && !leaving
            && Instant::now() > change
            && asked == current
        {
            asked = COUNTED[usize::from(current == COUNTED[0])];
            viewer
                .send(&format!("{{\"type\":\"quality\",\"quality\":{asked}}}"))
                .await?;
            change = Instant::now() + Duration::from_millis(fastrand::u64(200..3000));
        }
        match viewer.next(Duration::from_secs(20)).await {
            Some(Said::Frame(frame)) => {
                *churn.counts.borrow_mut().frames.entry(current).or_default() += 1;
                if behaviour == Behaviour::Changes && !leaving {
                    let seq = Stamp::read(&frame)?.seq;
                    viewer
                        .send(&format!("{{\"type\":\"ack\",\"seq\":{seq}}}"))
                        .await?;
                }
            }
            Some(Said::Text(text)) => {
                let message: serde_json::Value = serde_json::from_str(&text)?;
                if message["type"] == "quality" {
                    current = message["quality"].as_u64().unwrap_or_default() as u8;
                    churn.counts.borrow_mut().changes += 1;
                }
            }
            Some(Said::Closed(closed)) if leaving => {
                anyhow::ensure!(
                    closed.code == 1000 || closed.code == 1005 || behaviour == Behaviour::Slow,
                    "{behaviour:?}: {closed:?}"
                );
                return Ok(());
            }
            other => anyhow::bail!("{behaviour:?}: {other:?} instead of a frame"),
        }
    }
}
