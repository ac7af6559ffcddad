//! What a viewer asks for before it has a WebSocket. Plain data: sending it is the viewer's.

/// The gateway answered the upgrade with something other than 101.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The HTTP status, 0 when there was no answer.
    pub status: u16,
    /// The body, or the socket's error.
    pub body: String,
}

/// What a viewer asks for; [`connect`](Self::connect) sends it.
#[derive(Debug, Clone)]
pub struct ViewerRequest {
    pub(crate) address: String,
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
}

impl ViewerRequest {
    /// Adds a header, `Origin` for instance.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Adds `Authorization: Bearer <token>`.
    #[must_use]
    pub fn token(self, token: &str) -> Self {
        let value = format!("Bearer {token}");
        self.header("Authorization", &value)
    }

    /// Adds `name=value` to the query.
    #[must_use]
    pub fn query(mut self, name: &str, value: &str) -> Self {
        let separator = if self.path.contains('?') { '&' } else { '?' };
        self.path = format!("{}{separator}{name}={value}", self.path);
        self
    }
}
