//! Viewers of every manner, and what they counted.

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
pub(crate) const HONEST: [u8; 2] = [80, 60];
/// The rung behind narrow links: the last frames may be lost with the link.
pub(crate) const NARROW: u8 = 50;
/// The rung of the killed and the dead.
pub(crate) const ROUGH: u8 = 40;

/// How a viewer behaves until the next one takes its place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Manner {
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
pub(crate) const PEOPLE: [(Manner, usize); 7] = [
    (Manner::Leaves, 16),
    (Manner::Changes, 8),
    (Manner::Slow, 4),
    (Manner::Killed, 8),
    (Manner::Dead, 4),
    (Manner::Unfinished, 2),
    (Manner::Broken, 2),
];

/// What the viewers counted.
#[derive(Default)]
pub(crate) struct Ledger {
    pub(crate) joined: u64,
    /// Frames by quality.
    pub(crate) frames: BTreeMap<u8, u64>,
    pub(crate) changes: u64,
}

#[derive(Clone)]
pub(crate) struct Scene {
    pub(crate) address: SocketAddr,
    pub(crate) end: Instant,
    pub(crate) ledger: Rc<RefCell<Ledger>>,
}

/// One after the other, until the end.
pub(crate) async fn seat(scene: Scene, manner: Manner) -> anyhow::Result<()> {
    while Instant::now() < scene.end {
        let life = Duration::from_millis(fastrand::u64(500..15_000));
        live(&scene, manner, life).await?;
    }
    Ok(())
}

async fn live(scene: &Scene, manner: Manner, life: Duration) -> anyhow::Result<()> {
    let (mut address, link) = (
        scene.address,
        match manner {
            Manner::Slow => Some(ThrottledLink::to(scene.address)),
            _ => None,
        },
    );
    if let Some(link) = &link {
        link.throttle(187_500);
        address = link.address();
    }
    if manner == Manner::Unfinished {
        let mut socket = tokio::net::TcpStream::connect(address).await?;
        socket
            .write_all(b"GET /websocket/80 HTTP/1.1\r\nHost: x\r\n")
            .await?;
        tokio::time::sleep(life).await;
        return Ok(());
    }
    let quality = match manner {
        Manner::Leaves | Manner::Changes => HONEST[fastrand::usize(..2)],
        Manner::Slow => NARROW,
        _ => ROUGH,
    };
    let mut request = Viewer::at(address, &format!("/websocket/{quality}"));
    if manner == Manner::Changes {
        request = request.query("v", "2");
    }
    let refused = |refused| anyhow::anyhow!("{manner:?}: {refused:?}");
    let mut viewer = request.connect().await.map_err(refused)?;
    scene.ledger.borrow_mut().joined += 1;
    watch(scene, manner, &mut viewer, quality, life).await?;
    match manner {
        Manner::Dead => tokio::time::sleep(Duration::from_secs(40)).await,
        Manner::Broken => {
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
    scene: &Scene,
    manner: Manner,
    viewer: &mut Viewer,
    quality: u8,
    life: Duration,
) -> anyhow::Result<()> {
    let (mut current, mut asked) = (quality, quality);
    let end = Instant::now() + life;
    let polite = matches!(manner, Manner::Leaves | Manner::Changes | Manner::Slow);
    let (mut leaving, mut change) = (false, Instant::now() + Duration::from_secs(1));
    loop {
        if Instant::now() > end && !leaving {
            if !polite {
                return Ok(());
            }
            viewer.goodbye().await?;
            leaving = true;
        }
        if manner == Manner::Changes && !leaving && Instant::now() > change && asked == current {
            asked = HONEST[usize::from(current == HONEST[0])];
            viewer
                .send(&format!("{{\"type\":\"quality\",\"quality\":{asked}}}"))
                .await?;
            change = Instant::now() + Duration::from_millis(fastrand::u64(200..3000));
        }
        match viewer.next(Duration::from_secs(20)).await {
            Some(Said::Frame(frame)) => {
                *scene.ledger.borrow_mut().frames.entry(current).or_default() += 1;
                if manner == Manner::Changes && !leaving {
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
                    scene.ledger.borrow_mut().changes += 1;
                }
            }
            Some(Said::Closed(closed)) if leaving => {
                anyhow::ensure!(
                    closed.code == 1000 || closed.code == 1005 || manner == Manner::Slow,
                    "{manner:?}: {closed:?}"
                );
                return Ok(());
            }
            other => anyhow::bail!("{manner:?}: {other:?} instead of a frame"),
        }
    }
}
