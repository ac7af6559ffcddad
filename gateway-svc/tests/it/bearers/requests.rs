//! Every way to ask for a picture, and what came of it in one word.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::Value;
use testkit::http::get;
use testkit::{Process, Refused, Said, Viewer};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use wire::CameraState;

use crate::support::{Camera, TEST_DEADLINE, status};

/// One of quality q is so long and q bytes more, so that whoever gets it sees which it is.
const LENGTH: usize = 2000;

/// What is asked for, in the order of the answers in a row of the table.
const REQUESTS: [Ask; 13] = [
    Ask::Http("/api/status"),
    Ask::Http("/snapshot.jpg?camera=hall&quality=95"),
    Ask::Http("/snapshot.jpg?camera=yard-1&quality=95"),
    Ask::Http("/snapshot.jpg?quality=95"),
    Ask::Http("/snapshot.jpg?camera=hall&quality=40"),
    Ask::Http("/?action=snapshot&camera=hall&quality=95"),
    Ask::Mjpeg("/stream.mjpg?camera=hall&quality=95"),
    Ask::Mjpeg("/stream.mjpg?camera=yard-1&quality=95"),
    Ask::Mjpeg("/?action=stream&camera=default&quality=95"),
    Ask::WebSocket("/websocket/95?camera=hall&v=2"),
    Ask::WebSocket("/websocket/95?camera=yard-1&v=2"),
    Ask::WebSocket("/websocket/95?v=2"),
    Ask::WebSocket("/websocket/40?camera=hall&v=2"),
];

#[derive(Clone, Copy)]
enum Ask {
    Http(&'static str),
    Mjpeg(&'static str),
    WebSocket(&'static str),
}

/// What somebody shows who asks.
#[derive(Clone, Debug, Default)]
pub(super) struct Shows {
    pub(super) headers: Vec<(String, String)>,
    pub(super) query: String,
}

impl Shows {
    pub(super) fn header(header: (String, String)) -> Self {
        Self {
            headers: vec![header],
            query: String::new(),
        }
    }

    pub(super) fn query(token: &str) -> Self {
        Self {
            headers: Vec::new(),
            query: format!("access_token={token}"),
        }
    }

    /// The same for the gateway at `port`, which is part of a cookie's name.
    fn at(&self, port: u16) -> Self {
        let name = format!("rero_session_{port}=");
        let headers = self.headers.iter();
        let headers =
            headers.map(|(header, value)| (header.clone(), value.replace("rero_session=", &name)));
        Self {
            headers: headers.collect(),
            query: self.query.clone(),
        }
    }

    pub(super) fn path(&self, path: &str) -> String {
        match (&*self.query, path.contains('?')) {
            ("", _) => path.to_owned(),
            (query, true) => format!("{path}&{query}"),
            (query, false) => format!("{path}?{query}"),
        }
    }

    pub(super) fn headers(&self) -> Vec<(&str, &str)> {
        let headers = self.headers.iter();
        headers.map(|(name, value)| (&**name, &**value)).collect()
    }
}

/// What each of the requests gets: the quality of the picture, or the status or close code of a refusal.
pub(super) async fn answers(gateway: &Process, shows: &Shows) -> String {
    let shows = &shows.at(gateway.public().port());
    let answers = REQUESTS.map(|ask| async move {
        let path = shows.path(ask.path());
        match ask {
            Ask::Http(_) => plain(gateway, shows, &path).await,
            Ask::Mjpeg(_) => mjpeg(gateway, shows, &path).await,
            Ask::WebSocket(_) => websocket(gateway, shows, &path).await,
        }
    });
    let answers = join_all(answers).await;
    let words: Vec<_> = answers.iter().map(ToString::to_string).collect();
    words.join(" ")
}

impl Ask {
    const fn path(self) -> &'static str {
        let (Self::Http(path) | Self::Mjpeg(path) | Self::WebSocket(path)) = self;
        path
    }
}

async fn plain(gateway: &Process, shows: &Shows, path: &str) -> usize {
    let answer = get(gateway.public(), path, &shows.headers()).await.unwrap();
    match answer.header("content-type") {
        Some("image/jpeg") => answer.body.len() - LENGTH,
        _ => answer.status.into(),
    }
}

async fn mjpeg(gateway: &Process, shows: &Shows, path: &str) -> usize {
    let mut socket = TcpStream::connect(gateway.public()).await.unwrap();
    let headers = shows.headers.iter();
    let headers = headers.map(|(name, value)| format!("{name}: {value}\r\n"));
    let headers = headers.collect::<Vec<_>>().concat();
    let host = gateway.public();
    let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n{headers}\r\n");
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut lines = BufReader::new(socket).lines();
    let status = lines.next_line().await.unwrap().unwrap();
    let status = status.split(' ').nth(1).unwrap().parse().unwrap();
    if status != 200 {
        return status;
    }
    loop {
        let line = lines.next_line().await.unwrap().unwrap();
        if let Some(length) = line.strip_prefix("Content-Length: ") {
            return length.parse::<usize>().unwrap() - LENGTH;
        }
    }
}

async fn websocket(gateway: &Process, shows: &Shows, path: &str) -> usize {
    let mut viewer = match viewer(gateway, shows, path).await {
        Ok(viewer) => viewer,
        Err(Refused { status, .. }) => return status.into(),
    };
    let mut told = None;
    loop {
        match viewer.next(TEST_DEADLINE).await.unwrap() {
            Said::Closed(closed) => return closed.code.into(),
            Said::Text(text) => {
                let text: Value = serde_json::from_str(&text).unwrap();
                told = told.or_else(|| text["quality"].as_u64());
            }
            Said::Frame(frame) => {
                let quality = frame.len() - LENGTH;
                assert_eq!(told, Some(quality as u64), "what hello said");
                return quality;
            }
        }
    }
}

/// A viewer with what is shown.
pub(super) async fn viewer(
    gateway: &Process,
    shows: &Shows,
    path: &str,
) -> Result<Viewer, Refused> {
    let mut request = Viewer::at(gateway.public(), path);
    for (name, value) in &shows.headers {
        request = request.header(name, value);
    }
    request.connect().await
}

/// Three cameras that are on: the unnamed one, the hall and the first of the yard.
pub(super) struct Cameras(JoinHandle<()>);

impl Cameras {
    pub(super) fn stream(mut camera: Camera) -> Self {
        Self(tokio::task::spawn(async move {
            let mut pace = tokio::time::interval(Duration::from_millis(40));
            loop {
                pace.tick().await;
                for name in ["", "hall.", "yard-1."] {
                    for quality in [40, 60, 95] {
                        let (jpeg, _) = camera.frame(LENGTH + quality);
                        let subject = format!("frames.{name}q{quality}");
                        camera.send(&subject, &jpeg).await;
                    }
                }
                for (subject, name) in [
                    ("status", "default"),
                    ("status.hall", "hall"),
                    ("status.yard-1", "yard-1"),
                ] {
                    let mut live = status(CameraState::Live);
                    live.camera = name.into();
                    camera.say(subject, &live).await;
                }
            }
        }))
    }
}

impl Drop for Cameras {
    fn drop(&mut self) {
        self.0.abort();
    }
}
