//! The servers that can be compared.

use clap::ValueEnum;

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum Mode {
    /// epoll and send of prebuilt bytes: what the kernel costs, and nothing else.
    Raw,
    /// The same with a ping behind each frame and its pong read, as a gateway that wants to know what arrived must.
    #[value(name = "raw+ping")]
    RawPing,
    /// gateway-svc.
    #[value(name = "gateway-svc")]
    Ours,
    /// axum's WebSocket, a task and a `watch` per viewer, as its examples do it.
    Axum,
    /// uvicorn and FastAPI, as the original sends.
    Uvicorn,
}

impl Mode {
    /// As it stands in tables and on the command line.
    pub(crate) fn name(self) -> String {
        let value = self.to_possible_value();
        value.map_or(String::new(), |value| value.get_name().to_owned())
    }
}
