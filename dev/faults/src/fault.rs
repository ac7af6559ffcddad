//! A fault: what is played, and what must be seen then.

use std::pin::Pin;

use crate::figure::Seen;

type Play = Box<dyn Fn() -> Pin<Box<dyn Future<Output = Seen> + Send>> + Send + Sync>;

/// Something that goes wrong, and what must be seen then.
pub(crate) struct Fault {
    pub(crate) name: String,
    pub(crate) required: &'static str,
    /// Most of it is waiting: several can be played side by side.
    pub(crate) waits: bool,
    pub(crate) play: Play,
}

impl Fault {
    /// One that is played by itself.
    pub(crate) fn new<F: Future<Output = Seen> + Send + 'static>(
        name: impl Into<String>,
        required: &'static str,
        play: impl Fn() -> F + Send + Sync + 'static,
    ) -> Self {
        Self {
            name: name.into(),
            required,
            waits: false,
            play: Box::new(move || Box::pin(play())),
        }
    }

    /// The same, several at once.
    pub(crate) fn waiting(self) -> Self {
        Self {
            waits: true,
            ..self
        }
    }
}
