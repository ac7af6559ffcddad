//! Somebody who takes POSTs: answers each, or none, and notes what came and when.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use testkit::{eventually, now_us};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use wire::CameraEvent;

use crate::service::REACTION_MAX;

/// One request.
#[derive(Debug, Clone)]
pub(crate) struct Posted {
    pub(crate) head: String,
    pub(crate) event: CameraEvent,
    /// When it was there, whole.
    pub(crate) at_us: u64,
}

/// The server; it ends with its value.
pub(crate) struct Lamp {
    pub(crate) port: u16,
    posted: Arc<Mutex<Vec<Posted>>>,
    _tasks: JoinSet<()>,
}

impl Lamp {
    /// `answer`: what each gets as status line; `None`: they wait for ever.
    pub(crate) async fn start(answer: Option<&'static str>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("it is bound").port();
        let posted: Arc<Mutex<Vec<Posted>>> = Arc::default();
        let mut tasks = JoinSet::new();
        let notes = Arc::clone(&posted);
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            loop {
                let (socket, _) = listener.accept().await.expect("a client");
                connections.spawn(serve(socket, answer, Arc::clone(&notes)));
            }
        });
        Self {
            port,
            posted,
            _tasks: tasks,
        }
    }

    pub(crate) fn posted(&self) -> Vec<Posted> {
        self.posted.lock().expect("no test panics with it").clone()
    }

    /// All that came, once there are `count` of them: the states and reasons.
    #[track_caller]
    pub(crate) fn told(&self, count: usize) -> impl Future<Output = Vec<String>> {
        let told = move || {
            let posted = self.posted();
            let words = posted.iter().map(|one| {
                let reason = one.event.reason.as_deref().unwrap_or_default();
                format!("{} {reason}", one.event.event.as_str())
            });
            (posted.len() >= count).then(|| words.collect())
        };
        eventually(REACTION_MAX, move || std::future::ready(told()))
    }
}

async fn serve(
    mut socket: TcpStream,
    answer: Option<&'static str>,
    posted: Arc<Mutex<Vec<Posted>>>,
) {
    let mut bytes = Vec::new();
    let (head, body) = loop {
        if socket
            .read_buf(&mut bytes)
            .await
            .is_ok_and(|read| read == 0)
        {
            return;
        }
        let text = String::from_utf8_lossy(&bytes);
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length")
                .then(|| value.trim().parse().ok())?
        });
        if Some(body.len()) == length {
            break (head.to_owned(), body.to_owned());
        }
    };
    let posting = Posted {
        head,
        event: serde_json::from_str(&body).expect("an event"),
        at_us: now_us(),
    };
    posted.lock().expect("no test panics with it").push(posting);
    let Some(answer) = answer else {
        // Until the client gives up.
        while socket.read_buf(&mut bytes).await.is_ok_and(|read| read > 0) {}
        return;
    };
    let text = format!("HTTP/1.1 {answer}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    let written = tokio::time::timeout(Duration::from_secs(5), socket.write_all(text.as_bytes()));
    // A client that has given up is noted all the same.
    let _ = written.await;
}
