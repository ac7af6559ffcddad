//! Sections 6 and 7: UTF-8 and the closing handshake.

use super::case::{
    BEGIN, CLOSE, Case, END, Frames, MORE, PING, TEXT, ends, frame, question, stays, with_words,
};

/// Section 6: UTF-8. A message is judged when it is whole, which the suite calls non-strict for 6.4.
pub(super) fn characters() -> Vec<Case> {
    let mut cases = Vec::new();
    let valid = [
        "Hello-µ@ßöäüàá-UTF-8!!",
        "κόσμε",
        "\u{80}",
        "\u{7ff}",
        "\u{800}",
        "\u{ffff}",
        "\u{fffe}",
        "\u{fffd}",
        "\u{10000}",
        "\u{10ffff}",
        "\u{d7ff}",
        "\u{e000}",
        "\u{1fffe}",
    ];
    for words in valid {
        let text = with_words(6, words);
        let whole = vec![frame(TEXT, &text)];
        cases.push(stays("6.2.1, 6.5 to 6.11, 6.22", whole, &[6], None));
        let mut octets: Frames = text.chunks(1).map(|octet| frame(MORE, octet)).collect();
        octets[0][0] = BEGIN;
        octets.push(frame(END, ""));
        cases.push(stays("6.2.2 to 6.2.4", octets, &[6], None));
    }
    let invalid: [&[u8]; 21] = [
        b"\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xed\xa0\x80edited",
        b"\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xf4\x90\x80\x80edited",
        b"\xf8\x88\x80\x80\x80",
        b"\xfc\x84\x80\x80\x80\x80",
        b"\xf7\xbf\xbf\xbf",
        b"\xfb\xbf\xbf\xbf\xbf",
        b"\xf4\x90\x80\x80",
        b"\x80",
        b"\xbf",
        b"\x80\xbf\x80",
        b"\xc0 \xc1 ",
        b"\xe0 \xef ",
        b"\xf8 ",
        b"\xc0",
        b"\xe0\x80",
        b"\xfe",
        b"\xff",
        b"\xc0\xaf",
        b"\xe0\x80\xaf",
        b"\xed\xa0\x80",
        b"\xed\xbf\xbf",
    ];
    for words in invalid {
        let whole = vec![frame(TEXT, words), frame(PING, "")];
        cases.push(ends("6.3.1, 6.12 to 6.21", whole, &[], None, 1007));
        let (one, two) = words.split_at(words.len() / 2);
        let parts = vec![frame(BEGIN, one), frame(MORE, two), frame(END, "")];
        cases.push(ends("6.3.2, 6.4", parts, &[], None, 1007));
    }
    cases
}

/// Section 7: the end.
pub(super) fn goodbyes() -> Vec<Case> {
    let close = |code: u16, reason: &[u8]| frame(CLOSE, [&code.to_be_bytes(), reason].concat());
    let after = |first: Vec<u8>| vec![first, frame(TEXT, question(7, 0)), frame(PING, "late")];
    let mut cases = vec![
        ends(
            "7.1.1",
            vec![frame(TEXT, question(7, 0)), close(1000, b"")],
            &[7],
            None,
            1000,
        ),
        ends(
            "7.1.2",
            vec![close(1000, b""), close(1000, b"")],
            &[],
            None,
            1000,
        ),
        ends("7.1.3, 7.1.4", after(close(1000, b"")), &[], None, 1000),
        ends(
            "7.1.5",
            vec![frame(BEGIN, "a"), close(1000, b""), frame(END, "b")],
            &[],
            None,
            1000,
        ),
        ends("7.3.1", vec![frame(CLOSE, "")], &[], None, 1000),
        ends("7.3.2", vec![frame(CLOSE, "a")], &[], None, 1002),
        ends(
            "7.3.3, 7.3.4",
            vec![close(1000, "Hello World!".as_bytes())],
            &[],
            None,
            1000,
        ),
        ends("7.3.5", vec![close(1000, &[b'*'; 123])], &[], None, 1000),
        ends("7.3.6", vec![close(1000, &[b'*'; 124])], &[], None, 1002),
        ends(
            "7.5.1",
            vec![close(1000, b"\xce\xba\xe1\xbd\xb9\xed\xa0\x80")],
            &[],
            None,
            1007,
        ),
    ];
    for code in [
        1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999,
    ] {
        cases.push(ends("7.7", vec![close(code, b"")], &[], None, code));
    }
    for code in [
        0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999, 5000, 65_535,
    ] {
        cases.push(ends("7.9, 7.13", vec![close(code, b"")], &[], None, 1002));
    }
    cases
}
