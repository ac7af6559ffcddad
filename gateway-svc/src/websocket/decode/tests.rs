//! What RFC 6455 allows, asks for and forbids, frame by frame.

use super::*;
use crate::websocket::encode::{frame, put_head};
use bytes::BytesMut;

/// A frame as a client sends it; `first` is its first byte.
fn masked(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut out = BytesMut::new();
    put_head(&mut out, Opcode::Text, payload.len());
    out[0] = first;
    out[1] |= 0x80;
    let mask = [0x37, 0xfa, 0x21, 0x3d];
    out.extend_from_slice(&mask);
    out.extend(
        payload
            .iter()
            .enumerate()
            .map(|(at, byte)| byte ^ mask[at & 3]),
    );
    out.to_vec()
}

/// Everything `bytes` say, as text, fed in pieces of `step`.
fn heard(bytes: &[u8], step: usize) -> Result<Vec<String>, u16> {
    let mut reader = Reader::default();
    let mut events = Vec::new();
    for piece in bytes.chunks(step) {
        reader.push(piece);
        while let Some(event) = reader.event().map_err(|violation| violation.code)? {
            events.push(format!("{event:?}"));
        }
    }
    Ok(events)
}

#[test]
fn the_example_of_the_rfc_is_read() {
    // Source: RFC 6455 section 5.7, "a single-frame masked text message".
    let hello = [
        0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58,
    ];
    for step in 1..=hello.len() {
        assert_eq!(heard(&hello, step).unwrap(), ["Text(\"Hello\")"]);
    }
}

#[test]
fn fragments_are_joined_with_control_frames_between_them() {
    let bytes = [
        masked(0x01, "ü".as_bytes().split_at(1).0),
        masked(0x89, b"are you there"),
        masked(0x00, "ü".as_bytes().split_at(1).1),
        masked(0x8a, b"12345678"),
        masked(0x80, b"!"),
        masked(0x82, &[0; 4096]),
        masked(0x88, b""),
    ]
    .concat();
    let asked = format!("{:?}", Event::Ping(b"are you there"));
    let answered = format!("{:?}", Event::Pong(b"12345678"));
    for step in [1, 7, 64, bytes.len()] {
        let events = heard(&bytes, step).unwrap();
        assert_eq!(
            events,
            [
                "Part",
                &*asked,
                "Part",
                &*answered,
                "Text(\"ü!\")",
                "Binary",
                "Close(None)"
            ]
        );
    }
}

#[test]
fn every_part_of_a_message_is_told_though_it_is_empty() {
    let part = masked(0x00, b"");
    let bytes = [masked(0x01, b""), part.repeat(3), masked(0x80, b"")].concat();
    let events = heard(&bytes, bytes.len()).unwrap();
    assert_eq!(events, ["Part", "Part", "Part", "Part", "Text(\"\")"]);
}

/// Each of these ends the connection with its code, however its bytes come.
fn refused(cases: &[(&str, Vec<u8>, u16)]) {
    for (name, bytes, code) in cases {
        for step in [1, bytes.len()] {
            assert_eq!(heard(bytes, step), Err(*code), "{name}");
        }
    }
}

#[test]
fn a_frame_that_the_rfc_forbids_ends_the_connection() {
    let text_in_text = [masked(0x01, b"a"), masked(0x81, b"b")].concat();
    let binary_in_text = [masked(0x01, b"a"), masked(0x02, b"b")].concat();
    refused(&[
        ("no mask", frame(Opcode::Text, b"hi").to_vec(), 1002),
        ("RSV1 (a compression)", masked(0xc1, b"x"), 1002),
        ("RSV2", masked(0xa1, b"x"), 1002),
        ("RSV3", masked(0x91, b"x"), 1002),
        ("opcode 3", masked(0x83, b"x"), 1002),
        ("opcode 7", masked(0x87, b"x"), 1002),
        ("opcode 11", masked(0x8b, b"x"), 1002),
        ("opcode 15", masked(0x8f, b"x"), 1002),
        ("fragmented ping", masked(0x09, b"x"), 1002),
        ("ping of 126", masked(0x89, &[0; 126]), 1002),
        ("continuation of nothing", masked(0x80, b"x"), 1002),
        ("text in text", text_in_text, 1002),
        ("binary in text", binary_in_text, 1002),
    ]);
}

#[test]
fn a_length_that_is_spelled_wrong_or_too_much_ends_the_connection() {
    let mut in_16_bits = vec![0x81, 0xfe, 0, 5];
    in_16_bits.extend([0; 9]);
    let mut in_64_bits = vec![0x81, 0xff, 0, 0, 0, 0, 0, 0, 0xff, 0xff];
    in_64_bits.extend([0; 4]);
    let negative = vec![0x82, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0];
    let gigabyte = vec![0x82, 0xff, 0, 0, 0, 0, 0x40, 0, 0, 0];
    let fragments = [masked(0x01, &[b'a'; 4096]), masked(0x80, b"b")].concat();
    refused(&[
        ("length 5 in 16 bits", in_16_bits, 1002),
        ("length 65535 in 64 bits", in_64_bits, 1002),
        ("length 2^63", negative, 1002),
        ("1 GB", gigabyte, 1009),
        ("4097 bytes", masked(0x81, &[b'a'; 4097]), 1009),
        ("4097 in fragments", fragments, 1009),
    ]);
}

#[test]
fn text_that_is_none_ends_the_connection() {
    let bad_utf8 = [
        0xce, 0xba, 0xe1, 0xbd, 0xb9, 0xcf, 0x83, 0xce, 0xbc, 0xed, 0xa0, 0x80,
    ];
    refused(&[
        ("bad UTF-8", masked(0x81, &bad_utf8), 1007),
        ("half a character", masked(0x81, &[0xc3]), 1007),
        ("close reason", masked(0x88, &[3, 232, 0xff]), 1007),
    ]);
}

#[test]
fn a_close_code_is_one_that_may_be_sent() {
    refused(&[("of 1 byte", masked(0x88, &[3]), 1002)]);
    for code in [
        0u16, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535,
    ] {
        refused(&[("code", masked(0x88, &code.to_be_bytes()), 1002)]);
    }
    for code in [1000u16, 1001, 1003, 1007, 1011, 1012, 1014, 3000, 4999] {
        assert_eq!(
            heard(&masked(0x88, &code.to_be_bytes()), 8),
            Ok(vec![format!("Close(Some({code}))")])
        );
    }
}

#[test]
fn a_pong_of_eight_is_read_as_a_reader_reads_it_and_nothing_else_is() {
    let pong = masked(0x8a, b"12345678");
    assert_eq!(pong.len(), PONG_OF_EIGHT);
    let bytes = [&pong[..], b"rest"].concat();
    let expected = Usual::Pong(*b"12345678");
    assert_eq!(usual(&bytes), Some((expected, &b"rest"[..])));
    for other in [
        &pong[..PONG_OF_EIGHT - 1],
        &masked(0x8a, b"1234567")[..],
        &masked(0x8a, b"123456789"),
        &masked(0x89, b"12345678"),
        &masked(0x0a, b"12345678"),
        &frame(Opcode::Pong, b"12345678abcdef"),
    ] {
        assert_eq!(usual(other), None, "{other:?}");
    }
}

#[test]
fn an_ack_as_our_page_spells_it_is_read_as_a_reader_would_and_nothing_else_is() {
    let ack = |seq: &str| format!("{{\"type\":\"ack\",\"seq\":{seq}}}");
    for seq in [0, 7, 123, 9_007_199_254_740_991] {
        let frame = masked(0x81, ack(&seq.to_string()).as_bytes());
        let bytes = [&frame[..], b"rest"].concat();
        assert_eq!(usual(&bytes), Some((Usual::Ack(seq), &b"rest"[..])));
        for length in 0..frame.len() {
            assert_eq!(usual(&frame[..length]), None, "{length}");
        }
    }
    for other in [
        "",
        "-1",
        "+1",
        "01",
        " 1",
        "1.5",
        "1,\"more\":2",
        "99999999999999999999",
    ] {
        assert_eq!(usual(&masked(0x81, ack(other).as_bytes())), None, "{other}");
    }
    for other in [&b"{\"type\":\"whole\"}"[..], b"", &[b' '; 125]] {
        assert_eq!(usual(&masked(0x81, other)), None, "{other:?}");
    }
    // Part of a longer message, binary, unmasked.
    let text = ack("123");
    for head in [0x01, 0x80, 0x82] {
        assert_eq!(usual(&masked(head, text.as_bytes())), None, "{head:x}");
    }
    assert_eq!(usual(&frame(Opcode::Text, text.as_bytes())), None);
}

#[test]
fn a_reader_is_idle_between_frames_alone() {
    let mut reader = Reader::default();
    assert!(reader.idle());
    let pong = masked(0x8a, b"12345678");
    reader.push(&pong[..5]);
    assert_eq!(reader.event(), Ok(None));
    assert!(!reader.idle());
    reader.push(&pong[5..]);
    assert!(!reader.idle());
    assert_eq!(reader.event(), Ok(Some(Event::Pong(b"12345678"))));
    assert!(reader.idle());
}

#[test]
fn a_length_is_believed_only_when_its_bytes_are_there() {
    let mut reader = Reader::default();
    reader.push(&[0x81, 0xfe, 0x10, 0x00, 1, 2, 3, 4]);
    assert_eq!(reader.event(), Ok(None));
    assert!(reader.bytes.capacity() < 128);
    for _ in 0..1000 {
        let mut reader = Reader::default();
        let noise: Vec<u8> = (0..64).map(|_| fastrand::u8(..)).collect();
        reader.push(&noise);
        while let Ok(Some(_)) = reader.event() {}
        assert!(
            reader.bytes.capacity() <= 128,
            "grew to {}",
            reader.bytes.capacity()
        );
    }
}

#[test]
fn a_control_frame_of_125_bytes_and_a_message_of_4096_are_read() {
    for (first, length) in [(0x89, MAX_CONTROL_BYTES), (0x81, MAX_MESSAGE_BYTES)] {
        let bytes = masked(first, &vec![b'a'; length]);
        assert_eq!(heard(&bytes, bytes.len()).unwrap().len(), 1, "{length}");
    }
}
