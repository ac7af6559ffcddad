//! Sections 1 to 5 and 9: lengths, pings, reserved bits, opcodes, fragments.

use super::case::{
    BEGIN, BINARY, CLOSE, Case, END, MORE, PING, PONG, TEXT, ends, frame, question, stays,
};

/// Sections 1 and 9: lengths; 2: pings and pongs.
pub(super) fn lengths_and_pings() -> Vec<Case> {
    let mut cases = vec![
        stays("1.1.1", vec![frame(TEXT, "")], &[], None),
        stays("1.2.1", vec![frame(BINARY, "")], &[], None),
        stays("2.1", vec![frame(PING, "")], &[], Some(b"")),
        stays(
            "2.2",
            vec![frame(PING, "Hello, world!")],
            &[],
            Some(b"Hello, world!"),
        ),
        stays(
            "2.3",
            vec![frame(PING, b"\x00\xff\xfe\xfd\xfc\xfb\x00\xff")],
            &[],
            Some(b"\x00\xff\xfe\xfd\xfc\xfb\x00\xff"),
        ),
        stays(
            "2.4, 2.6",
            vec![frame(PING, [0xfe; 125])],
            &[],
            Some(&[0xfe; 125]),
        ),
        ends("2.5", vec![frame(PING, [0xfe; 126])], &[], None, 1002),
        stays("2.7", vec![frame(PONG, "")], &[], None),
        stays("2.8", vec![frame(PONG, "unsolicited")], &[], None),
        stays(
            "2.9",
            vec![frame(PONG, "unsolicited"), frame(PING, "after")],
            &[],
            Some(b"after"),
        ),
        // Of several the last one may do. Source: RFC 6455 section 5.5.3.
        stays(
            "2.10, 2.11",
            (0..10u8).map(|at| frame(PING, [at])).collect(),
            &[],
            Some(&[9]),
        ),
    ];
    for length in [125, 126, 127, 128, 4095, 4096] {
        let text = vec![frame(TEXT, question(7, length))];
        cases.push(stays("1.1.2 to 1.1.5", text, &[7], None));
        let binary = vec![
            frame(BINARY, vec![0xfe; length]),
            frame(TEXT, question(7, 0)),
        ];
        cases.push(stays("1.2.2 to 1.2.5", binary, &[7], None));
    }
    for length in [4097, 65_535, 65_536, 1 << 20] {
        for first in [TEXT, BINARY, BEGIN] {
            let frames = vec![
                frame(TEXT, question(1, 0)),
                frame(first, vec![b'*'; length]),
            ];
            cases.push(ends("1.1.6 to 1.1.8, 9", frames, &[1], None, 1009));
        }
        let mut fragments = vec![frame(BEGIN, "")];
        fragments.extend(vec![b'*'; length].chunks(512).map(|part| frame(MORE, part)));
        cases.push(ends("9.3", fragments, &[], None, 1009));
    }
    cases
}

/// Sections 3 and 4: bits and opcodes that do not exist end the connection; what came before them counts.
pub(super) fn bits_and_opcodes() -> Vec<Case> {
    let mut cases = Vec::new();
    for reserved in 1..=7u8 {
        for first in [TEXT, BINARY, PING, CLOSE] {
            let wrong = frame(first | reserved << 4, "");
            let frames = vec![frame(TEXT, question(3, 0)), wrong, frame(PING, "")];
            cases.push(ends(&format!("3.{reserved}"), frames, &[3], None, 1002));
        }
    }
    for opcode in (3..=7).chain(11..=15) {
        for payload in ["", "reserved opcode payload"] {
            let wrong = frame(0x80 | opcode, payload);
            let frames = vec![frame(TEXT, question(4, 0)), wrong, frame(PING, "")];
            cases.push(ends(
                &format!("4: opcode {opcode}"),
                frames,
                &[4],
                None,
                1002,
            ));
        }
    }
    cases
}

/// Section 5: fragments.
pub(super) fn fragments() -> Vec<Case> {
    let question = question(5, 0);
    let (one, two) = question.split_at(9);
    let (begun, ended) = (|| frame(BEGIN, one), || frame(END, two));
    let (ping, nothing) = (|| frame(PING, "ping payload"), || frame(MORE, ""));
    let answered: Option<&[u8]> = Some(b"ping payload");
    let between = vec![
        begun(),
        nothing(),
        ping(),
        nothing(),
        nothing(),
        ping(),
        ended(),
    ];
    let empty = vec![frame(BEGIN, ""), nothing(), frame(END, "")];
    let last = vec![frame(BEGIN, ""), frame(MORE, &question), frame(END, "")];
    vec![
        stays("5.3 to 5.5", vec![begun(), ended()], &[5], None),
        stays("5.6 to 5.8", vec![begun(), ping(), ended()], &[5], answered),
        stays("5.19, 5.20", between, &[5], answered),
        stays("6.1.2", empty, &[], None),
        stays("6.1.3", last, &[5], None),
    ]
}

/// Section 5: fragments out of place.
pub(super) fn broken_fragments() -> Vec<Case> {
    let question = question(5, 0);
    let (one, two) = question.split_at(9);
    let (begun, ended) = (|| frame(BEGIN, one), || frame(END, two));
    let nothing = || frame(MORE, "");
    let whole = || frame(TEXT, &question);
    let control = |opcode| vec![frame(opcode & 0x7f, "a"), frame(END, "b")];
    let after = vec![begun(), ended(), nothing(), whole()];
    let before = vec![frame(MORE, "1"), begun(), ended()];
    vec![
        ends("5.1", control(PING), &[], None, 1002),
        ends("5.2", control(PONG), &[], None, 1002),
        ends(
            "5.9 to 5.11",
            vec![frame(END, "x"), whole()],
            &[],
            None,
            1002,
        ),
        ends("5.12 to 5.14", vec![nothing(), whole()], &[], None, 1002),
        ends("5.15", after, &[5], None, 1002),
        ends("5.16, 5.17", before, &[], None, 1002),
        ends("5.18", vec![begun(), frame(TEXT, two)], &[], None, 1002),
    ]
}
