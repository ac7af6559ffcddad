//! The measurements that there are, in the order of a run of all.
//!
//! What each needs and how it is started is `bench`'s.

/// Something that prints tables.
pub(super) struct Bench {
    pub(super) name: &'static str,
    pub(super) what: &'static str,
    /// The crate under `bench/`; the client's has none.
    pub(super) package: Option<&'static str>,
    /// Whether that crate is a member of the workspace and so is built with everything else.
    pub(super) member: bool,
    /// What it is given in a run of all.
    pub(super) arguments: &'static [&'static str],
    /// Whether it needs the services, the built client and a browser.
    pub(super) in_browser: bool,
}

pub(super) const BENCHES: &[Bench] = &[
    member("latency", "how old a picture is, step by step"),
    member("idle", "what the services cost while nobody watches"),
    member("join", "from the click to the first picture"),
    member("scale", "what grows with viewers and gateways"),
    member("pass-through", "what a camera costs that compresses itself"),
    member(
        "sources",
        "what a camera costs by the way its pictures come in",
    ),
    member(
        "peers",
        "one camera served by us, by uStreamer and by Motion",
    ),
    Bench {
        name: "fanout",
        what: "the gateway beside plain axum, uvicorn as the original, and the raw limit",
        package: Some("fanout"),
        member: false,
        arguments: &[
            "--viewers",
            "100,200,500",
            "--rounds",
            "3",
            "--python",
            "python3",
        ],
        in_browser: false,
    },
    Bench {
        name: "encode",
        what: "the encoder beside libjpeg-turbo, jpeg-encoder and OpenCV",
        package: Some("encode"),
        member: false,
        arguments: &["speed", "python3", "5"],
        in_browser: false,
    },
    Bench {
        name: "still",
        what: "still scenes held: bits, picture and time, beside H.264",
        package: Some("still"),
        member: false,
        arguments: &[],
        in_browser: false,
    },
    Bench {
        name: "links",
        what: "what thin links show, of full size alone and of all sizes",
        package: Some("still"),
        member: false,
        arguments: &["--links"],
        in_browser: false,
    },
    Bench {
        name: "model",
        what: "from these costs to machines, for more viewers than one machine can play",
        package: Some("model"),
        member: false,
        arguments: &[],
        in_browser: false,
    },
    client(
        "adapt",
        "the client's rule for quality beside the original's, over simulated links",
        false,
    ),
    client("deltas", "what deltas save the viewer's browser", true),
    client(
        "page",
        "what the page costs whoever opens it, beside its goals",
        true,
    ),
    client(
        "wall",
        "what a wall of nine costs the viewer's machine",
        true,
    ),
];

/// A script of the client's, `bench:` and its name.
const fn client(name: &'static str, what: &'static str, in_browser: bool) -> Bench {
    Bench {
        name,
        what,
        package: None,
        member: false,
        arguments: &[],
        in_browser,
    }
}

const fn member(name: &'static str, what: &'static str) -> Bench {
    Bench {
        name,
        what,
        package: Some("system"),
        member: true,
        arguments: &[],
        in_browser: false,
    }
}
