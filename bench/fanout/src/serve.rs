//! The servers we compare with: plain axum, and the raw limit.

use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::sync::mpsc;

use anyhow::Context as _;
use axum::extract::State;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use axum::routing::get;
use bytes::{BufMut as _, Bytes, BytesMut};
use futures_util::StreamExt as _;
use rustix::buffer::spare_capacity;
use rustix::event::{EventfdFlags, epoll, eventfd};
use rustix::net::{RecvFlags, SendFlags, recv, send};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::mode::Mode;

/// Serves the frames of `nats` on `address` for ever.
pub(crate) fn run(mode: Mode, nats: &str, address: SocketAddr) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let options = async_nats::ConnectOptions::new().subscription_capacity(8);
        let mut frames = options.connect(nats).await?.subscribe("frames.q80").await?;
        let listener = TcpListener::bind(address).await?;
        if mode == Mode::Axum {
            let (latest, frames_seen) = watch::channel(Bytes::new());
            let routes = axum::Router::new()
                .route("/websocket/{quality}", get(upgrade))
                .with_state(frames_seen);
            let relay = async {
                while let Some(frame) = frames.next().await {
                    latest.send_replace(frame.payload);
                }
            };
            tokio::select! {
                () = relay => anyhow::bail!("the subscription ended"),
                served = async { axum::serve(listener, routes).await } => Ok(served?),
            }
        } else {
            let fan = Fan::start(mode == Mode::RawPing)?;
            let accept = async {
                loop {
                    let (socket, _) = listener.accept().await?;
                    fan.add(handshake(socket).await?)?;
                }
            };
            let relay = async {
                while let Some(frame) = frames.next().await {
                    fan.publish(&frame.payload)?;
                }
                anyhow::bail!("the subscription ended")
            };
            tokio::select! {
                end = accept => end,
                end = relay => end,
            }
        }
    })
}

async fn upgrade(
    State(frames): State<watch::Receiver<Bytes>>,
    upgrade: WebSocketUpgrade,
) -> Response {
    upgrade.on_upgrade(|socket| send_all(socket, frames))
}

async fn send_all(mut socket: WebSocket, mut frames: watch::Receiver<Bytes>) {
    loop {
        tokio::select! {
            changed = frames.changed() => {
                if changed.is_err() {
                    return;
                }
                let frame = frames.borrow_and_update().clone();
                if socket.send(Message::Binary(frame)).await.is_err() {
                    return;
                }
            }
            message = socket.recv() => if !matches!(message, Some(Ok(_))) {
                return;
            },
        }
    }
}

/// Answers the one handshake our own viewers send.
async fn handshake(mut socket: tokio::net::TcpStream) -> anyhow::Result<Option<OwnedFd>> {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if socket.read_buf(&mut head).await? == 0 {
            return Ok(None);
        }
    }
    let answer = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
    socket.write_all(answer.as_bytes()).await?;
    socket.set_nodelay(true)?;
    Ok(Some(socket.into_std()?.into()))
}

enum Work {
    Viewer(OwnedFd),
    Frame(Bytes),
}

/// One thread, one epoll: the same bytes to every socket, and nothing else.
struct Fan {
    work: mpsc::Sender<Work>,
    bell: OwnedFd,
    ping: bool,
}

impl Fan {
    fn start(ping: bool) -> anyhow::Result<Self> {
        let (work, jobs) = mpsc::channel();
        let bell = eventfd(0, EventfdFlags::NONBLOCK | EventfdFlags::CLOEXEC)?;
        let heard = bell.try_clone()?;
        std::thread::Builder::new()
            .name("fan".into())
            .spawn(move || fan(&jobs, &heard))?;
        Ok(Self { work, bell, ping })
    }

    fn add(&self, socket: Option<OwnedFd>) -> anyhow::Result<()> {
        socket.map_or(Ok(()), |socket| self.give(Work::Viewer(socket)))
    }

    fn publish(&self, jpeg: &Bytes) -> anyhow::Result<()> {
        let mut message = BytesMut::with_capacity(jpeg.len() + 14);
        message.put_slice(&[0x82, 126]);
        message.put_u16(u16::try_from(jpeg.len())?);
        message.put_slice(jpeg);
        if self.ping {
            message.put_slice(&[0x89, 8, 0, 0, 0, 0, 0, 0, 0, 1]);
        }
        self.give(Work::Frame(message.freeze()))
    }

    fn give(&self, work: Work) -> anyhow::Result<()> {
        self.work.send(work).ok().context("the fan ended")?;
        rustix::io::write(&self.bell, &1u64.to_ne_bytes())?;
        Ok(())
    }
}

fn fan(jobs: &mpsc::Receiver<Work>, bell: &OwnedFd) -> rustix::io::Result<()> {
    const BELL: u64 = u64::MAX;
    let epoll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
    epoll::add(
        &epoll,
        bell,
        epoll::EventData::new_u64(BELL),
        epoll::EventFlags::IN,
    )?;
    let mut viewers: Vec<OwnedFd> = Vec::new();
    let mut events = Vec::with_capacity(1024);
    loop {
        events.clear();
        epoll::wait(&epoll, spare_capacity(&mut events), None)?;
        for event in &events {
            let data = event.data;
            if data.u64() != BELL {
                // Pongs; what they say is nothing to the raw limit.
                let mut pong = [0; 256];
                let _ = recv(
                    &viewers[data.u64() as usize],
                    &mut pong[..],
                    RecvFlags::DONTWAIT,
                );
                continue;
            }
            let _ = rustix::io::read(bell, &mut [0; 8]);
            while let Ok(work) = jobs.try_recv() {
                match work {
                    Work::Viewer(socket) => {
                        let data = epoll::EventData::new_u64(viewers.len() as u64);
                        epoll::add(
                            &epoll,
                            &socket,
                            data,
                            epoll::EventFlags::IN | epoll::EventFlags::ET,
                        )?;
                        viewers.push(socket);
                    }
                    // A viewer that takes less than a whole frame would be out of step; on loopback none does.
                    Work::Frame(frame) => {
                        for viewer in &viewers {
                            let _ = send(viewer, &frame, SendFlags::DONTWAIT | SendFlags::NOSIGNAL);
                        }
                    }
                }
            }
        }
    }
}
