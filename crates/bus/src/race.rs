//! Which NATS server answers first: asked before a link is made again.
//!
//! A lost SYN is sent again by the kernel after one second, then after more, and a client that tries one connection
//! after another waits as long: a link that was cut is found again up to seconds after its repair. So a new attempt
//! begins every [`ATTEMPT_EVERY`] while the earlier ones go on, and the first server that speaks is connected to. NATS servers
//! speak first (INFO): one that is frozen takes connections, says nothing, and is not chosen.
//!
//! Not for the very first connection: a server with TLS logs an error for whoever hangs up after INFO, which is worth it
//! when the bus was away and not at every start.
//! Source: RFC 8305 (staggered attempts), RFC 6298 section 2 (one second until the first SYN is sent again).

use std::time::Duration;

use async_nats::{ReconnectToServer, Server, ServerAddr, ServerInfo};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{interval, timeout};

/// Between two attempts to reach a server; what a repaired link costs at the most before it is found.
const ATTEMPT_EVERY: Duration = Duration::from_millis(150);
/// One attempt; a server that speaks later is as good as none. Bounds the attempts under way to fourteen a server.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(2);

/// For [`async_nats::ConnectOptions::reconnect_to_server_callback`]: the server to connect to, as soon as one of
/// `servers` can be reached; `None`, which is the library's own choice, while none was ever reached or has failed.
///
/// The library's own delay applies before it connects: a server that answers and refuses the login is not hammered.
pub(crate) async fn first_to_answer(
    servers: Vec<Server>,
    _last: ServerInfo,
) -> Option<ReconnectToServer> {
    let is_first = |server: &Server| !server.did_connect && server.failed_attempts == 0;
    if servers.iter().all(is_first) {
        return None;
    }
    let addresses: Vec<ServerAddr> = servers.into_iter().map(|server| server.addr).collect();
    Some(ReconnectToServer {
        addr: race(&addresses).await,
        delay: None,
    })
}

async fn race(servers: &[ServerAddr]) -> ServerAddr {
    let mut rounds = interval(ATTEMPT_EVERY);
    let mut attempts = JoinSet::new();
    loop {
        tokio::select! {
            _ = rounds.tick() => {
                for server in servers {
                    attempts.spawn(timeout(ATTEMPT_TIMEOUT, answer(server.clone())));
                }
            }
            Some(attempt) = attempts.join_next() => {
                // Refused, unreachable, too late: the next round asks again.
                if let Ok(Ok(Some(server))) = attempt {
                    return server;
                }
            }
        }
    }
}

/// The server itself if it says anything.
async fn answer(server: ServerAddr) -> Option<ServerAddr> {
    let address = (server.host(), server.port());
    let mut stream = TcpStream::connect(address).await.ok()?;
    stream.read_exact(&mut [0]).await.ok()?;
    Some(server)
}

#[cfg(test)]
mod tests {
    use super::*;
    use testkit::{NatsServer, eventually};
    use tokio::io::AsyncWriteExt as _;
    use tokio::net::TcpSocket;

    /// Long enough to see that nothing happens, and less than the kernel's second.
    const QUIET: Duration = Duration::from_millis(400);

    fn at(url: &str) -> ServerAddr {
        url.parse().unwrap()
    }

    #[tokio::test]
    async fn a_frozen_server_is_not_chosen_until_it_goes_on() {
        let server = NatsServer::start().await;
        server.pause();
        let servers = [at(&server.url())];
        let answered = race(&servers);
        tokio::pin!(answered);
        let early = timeout(QUIET, &mut answered).await;
        assert!(early.is_err(), "its kernel took the connection, it did not");
        server.resume();
        assert_eq!(answered.await.port(), server.port());
    }

    #[tokio::test]
    async fn a_server_that_is_back_is_found_and_one_that_is_away_is_not() {
        let mut server = NatsServer::start().await;
        let away = at("nats://127.0.0.1:1");
        let servers = [away, at(&server.url())];
        server.kill();
        let answered = race(&servers);
        tokio::pin!(answered);
        assert!(timeout(QUIET, &mut answered).await.is_err());
        let (found, ()) = tokio::join!(answered, server.restart());
        assert_eq!(found.port(), server.port());
    }

    #[tokio::test]
    async fn a_lost_syn_costs_less_than_the_kernels_second() {
        // A listener whose queue is full loses every SYN, as a cut link does.
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let listener = socket.listen(1).unwrap();
        let address = listener.local_addr().unwrap();
        let mut queued = Vec::new();
        while let Ok(Ok(one)) = timeout(QUIET, TcpStream::connect(address)).await {
            queued.push(one);
        }
        let servers = [at(&format!("nats://{address}"))];
        let (raced, plain) = (race(&servers), TcpStream::connect(address));
        tokio::pin!(raced, plain);
        tokio::select! {
            _ = &mut raced => panic!("nobody has answered"),
            _ = &mut plain => panic!("the queue was not full"),
            () = tokio::time::sleep(QUIET) => {}
        }
        let answers = async {
            let mut kept = Vec::new();
            while let Ok((mut one, _)) = listener.accept().await {
                one.write_all(b"INFO {}").await.unwrap();
                kept.push(one);
            }
        };
        tokio::select! {
            biased;
            _ = raced => {}
            _ = plain => panic!("waiting for the kernel was quicker"),
            () = answers => panic!("the listener ended"),
        }
    }

    #[tokio::test]
    async fn the_library_chooses_by_itself_at_first() {
        let mut server = NatsServer::start().await;
        let asked = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
        let told = std::sync::Arc::clone(&asked);
        let client = async_nats::ConnectOptions::new()
            .reconnect_to_server_callback(move |servers, last| {
                let told = std::sync::Arc::clone(&told);
                async move {
                    let chosen = first_to_answer(servers, last).await;
                    told.lock().unwrap().push(chosen.is_some());
                    chosen
                }
            })
            .connect(server.url())
            .await
            .unwrap();
        assert_eq!(*asked.lock().unwrap(), [false]);
        server.kill();
        server.restart().await;
        let within = Duration::from_secs(20);
        eventually(within, || async { client.flush().await.is_ok() }).await;
        assert!(asked.lock().unwrap().contains(&true));
    }
}
