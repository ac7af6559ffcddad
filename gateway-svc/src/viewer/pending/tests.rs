//! What waits, written to a real socket.

use super::*;
use process::Clock;
use tokio::io::AsyncReadExt as _;
use tokio::net::{TcpListener, TcpStream};
use wire::Stamp;

async fn pair() -> (OwnedWriteHalf, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (browser, accepted) = tokio::join!(TcpStream::connect(address), listener.accept());
    let (_, writer) = accepted.unwrap().0.into_split();
    writer.writable().await.unwrap();
    (writer, browser.unwrap())
}

fn frame(length: usize) -> Arc<Frame> {
    let stamp = Stamp {
        run: 1,
        seq: 1,
        captured_at_us: 0,
    };
    let jpeg = vec![7; length];
    Arc::new(Frame::new(&jpeg, stamp, (1, 1), Clock::start().now()))
}

fn begun(frame: &Arc<Frame>) -> Begun {
    Begun {
        frame: Arc::clone(frame),
        form: Form::Whole,
        rendition: Rendition::HIGHEST,
    }
}

#[tokio::test]
async fn the_rest_of_a_frame_goes_first_and_nothing_follows_the_close_frame() {
    let (socket, mut browser) = pair().await;
    let frame = frame(100);
    let mut pending = Pending::default();
    pending.answer(Bytes::from_static(b"old pong,"));
    pending.push(Bytes::from_static(b"message,"));
    pending.begun(begun(&frame), 60);
    pending.answer(Bytes::from_static(b"pong,"));
    pending.close(Bytes::from_static(b"close"));
    pending.push(Bytes::from_static(b"late message"));
    pending.answer(Bytes::from_static(b"late pong"));
    pending.close(Bytes::from_static(b"late close"));
    assert!(pending.half_written());

    let mut finished = Vec::new();
    assert!(!pending.write(&socket, &mut finished).unwrap());
    assert!(!pending.half_written());
    assert_eq!(finished.len(), 1);
    drop(socket);
    let mut read = Vec::new();
    browser.read_to_end(&mut read).await.unwrap();
    assert_eq!(
        read,
        [
            &frame.message(Form::Whole).bytes()[60..],
            b"message,pong,close"
        ]
        .concat()
    );
}

#[tokio::test]
async fn a_socket_that_takes_no_more_keeps_what_is_half_written() {
    let (socket, browser) = pair().await;
    let frame = frame(32 << 20);
    let mut pending = Pending::default();
    pending.begun(begun(&frame), 0);
    let mut finished = Vec::new();
    assert!(pending.write(&socket, &mut finished).unwrap(), "32 MiB");
    assert!(pending.half_written() && finished.is_empty());
    drop(browser);
}

#[test]
fn a_viewer_that_reads_lets_sixteen_messages_wait_at_the_most() {
    let mut pending = Pending::default();
    for _ in 0..16 {
        pending.push(Bytes::new());
    }
    assert!(!pending.too_many());
    pending.push(Bytes::new());
    assert!(pending.too_many());
}
