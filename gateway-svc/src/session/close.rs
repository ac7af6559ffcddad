//! The end of a connection, so that our close frame is read before it.

use std::time::Duration;

use tokio::net::tcp::OwnedReadHalf;

use crate::viewer::outbox::{End, Outbox};
use crate::websocket::decode::{Event, Reader};

/// How long the other side's close is waited for. Source: RFC 6455 section 7.1.1.
pub(super) const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

/// Ends the connection of a viewer to which nothing is left to say.
pub(super) async fn finish(
    outbox: &Outbox,
    end: End,
    reader: &mut OwnedReadHalf,
    words: &mut Reader,
) {
    if end == End::Leaving {
        // A proxy between us closes both ways at our FIN, and a pong on its way would then reset the viewer's side
        // with our close frame unread. So not before it is answered.
        let answered = answered(outbox, reader, words);
        let _ = tokio::time::timeout(CLOSE_TIMEOUT / 2, answered).await;
    }
    if !matches!(end, End::Lost | End::Dead) {
        // A browser reports the close only when the connection ends, and leaves ending it to the server.
        outbox.say_no_more();
        // Closing at once with pongs unread would reset the connection and take our close frame with it.
        let heard_out = async {
            while outbox
                .receive(reader, None)
                .await
                .is_ok_and(|bytes| bytes > 0)
            {}
        };
        let _ = tokio::time::timeout(CLOSE_TIMEOUT, heard_out).await;
    }
    outbox.hang_up();
}

/// Reads until the other side's close.
async fn answered(outbox: &Outbox, reader: &mut OwnedReadHalf, words: &mut Reader) {
    loop {
        loop {
            match words.event() {
                Ok(Some(Event::Close(_))) | Err(_) => return,
                Ok(Some(_)) => {}
                Ok(None) => break,
            }
        }
        match outbox.receive(reader, Some(words)).await {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
    }
}
