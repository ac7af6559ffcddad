//! Any bytes as a viewer's frames: no panic, the same events however TCP cuts them, no control frame over 125 bytes and
//! no message over the limit, and nothing but a close code that may be sent.
#![no_main]

use gateway_svc::websocket::decode::{Event, MAX_MESSAGE_BYTES, Reader};
use libfuzzer_sys::fuzz_target;

/// What was said and how it ended, with the reader fed `step` bytes at a time.
fn heard(bytes: &[u8], step: usize) -> (Vec<String>, Option<u16>) {
    let mut reader = Reader::default();
    let mut events = Vec::new();
    for piece in bytes.chunks(step) {
        reader.push(piece);
        loop {
            match reader.event() {
                Ok(None) => break,
                Ok(Some(event)) => {
                    match &event {
                        Event::Text(text) => assert!(text.len() <= MAX_MESSAGE_BYTES),
                        Event::Ping(payload) | Event::Pong(payload) => assert!(payload.len() <= 125),
                        Event::Close(Some(code)) => assert!((1000..5000).contains(code)),
                        Event::Close(None) | Event::Binary | Event::Part => {}
                    }
                    events.push(format!("{event:?}"));
                }
                Err(violation) => {
                    assert!(matches!(violation.code, 1002 | 1007 | 1009));
                    return (events, Some(violation.code));
                }
            }
        }
    }
    (events, None)
}

fuzz_target!(|data: &[u8]| {
    let Some((&step, bytes)) = data.split_first() else { return };
    let whole = heard(bytes, bytes.len().max(1));
    assert_eq!(whole, heard(bytes, usize::from(step).max(1)));
    assert_eq!(whole, heard(bytes, 1));
});
