//! The link against a server that echoes.

use super::*;
use tokio::net::TcpStream;

/// A server that echoes.
async fn echo() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("bound");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let (mut from, mut to) = stream.split();
                tokio::io::copy(&mut from, &mut to).await
            });
        }
    });
    address
}

async fn round_trip(stream: &mut TcpStream, length: usize) -> Duration {
    let started = Instant::now();
    let (mut from, mut to) = stream.split();
    let sent = vec![7; length];
    let mut back = vec![0; length];
    tokio::try_join!(to.write_all(&sent), async {
        from.read_exact(&mut back).await.map(|_| ())
    })
    .expect("echo");
    assert_eq!(sent, back);
    started.elapsed()
}

#[tokio::test]
async fn the_rate_is_kept_over_a_burst() {
    let link = ThrottledLink::to(echo().await);
    let mut stream = TcpStream::connect(link.address())
        .await
        .expect("the link listens");
    round_trip(&mut stream, 1000).await;
    link.throttle(100_000);
    let took = round_trip(&mut stream, 50_000).await;
    assert!(
        took > Duration::from_millis(450),
        "50 kB at 100 kB/s took only {took:?}"
    );
    assert!(
        took < Duration::from_millis(1500),
        "50 kB at 100 kB/s took {took:?}"
    );
}

#[tokio::test]
async fn the_delay_is_added_once_a_way_and_not_once_a_chunk() {
    let link = ThrottledLink::to(echo().await);
    let mut stream = TcpStream::connect(link.address())
        .await
        .expect("the link listens");
    link.set(|quality| quality.delay = Duration::from_millis(100));
    let took = round_trip(&mut stream, 40_000).await;
    assert!(
        took >= Duration::from_millis(200),
        "both ways took only {took:?}"
    );
    assert!(
        took < Duration::from_millis(600),
        "ten chunks took {took:?}"
    );
}

#[tokio::test]
async fn a_cut_link_is_silent_and_delivers_after_its_repair() {
    let link = ThrottledLink::to(echo().await);
    let mut stream = TcpStream::connect(link.address())
        .await
        .expect("the link listens");
    link.cut();
    let trip = round_trip(&mut stream, 10);
    tokio::pin!(trip);
    assert!(
        tokio::time::timeout(Duration::from_millis(200), &mut trip)
            .await
            .is_err(),
        "a cut link delivered"
    );
    link.repair();
    tokio::time::timeout(Duration::from_secs(5), trip)
        .await
        .expect("a repaired link delivers");
}

#[tokio::test]
async fn a_link_that_stands_still_holds_little_and_then_pushes_back() {
    let link = ThrottledLink::to(echo().await);
    let mut stream = TcpStream::connect(link.address())
        .await
        .expect("the link listens");
    link.cut();
    let mut taken = 0;
    let chunk = vec![0; 64 * 1024];
    while let Ok(written) =
        tokio::time::timeout(Duration::from_millis(200), stream.write(&chunk)).await
    {
        taken += written.expect("the connection stands");
        // The client's own kernel takes up to a few MB; the link must not take without end.
        assert!(taken < 64 << 20, "the link swallows everything");
    }
}
