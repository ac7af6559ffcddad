//! PURE: the WebSocket opening handshake, judged strictly.
//!
//! Axum's own upgrade would hand out its own WebSocket; ours is a plain socket that the fan-out writes prebuilt
//! bytes to, so the few header fields are checked here. No extension is ever agreed to: JPEG does not deflate.
//! Source: RFC 6455 sections 4.2.1 (what a client must send), 4.2.2 (the answer).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use http::{HeaderMap, Method, Version, header};
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};

/// Why a request is no WebSocket handshake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum HandshakeError {
    /// An ordinary request.
    #[error("this address speaks WebSocket: connect with ws:// or wss://, not with a plain GET")]
    NoUpgrade,
    /// Not the version of the RFC; the answer names it.
    #[error("Sec-WebSocket-Version must be 13")]
    Version,
    /// A header is missing or wrong.
    #[error("{0}")]
    Malformed(&'static str),
}

/// The value of `Sec-WebSocket-Accept` for a handshake that may go on.
///
/// # Errors
/// See [`HandshakeError`].
pub(crate) fn accept(
    method: &Method,
    version: Version,
    headers: &HeaderMap,
) -> Result<String, HandshakeError> {
    let has = |name, token: &str| {
        let values = headers.get_all(name).iter();
        let mut tokens = values
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','));
        tokens.any(|word| word.trim().eq_ignore_ascii_case(token))
    };
    if !has(header::UPGRADE, "websocket") {
        return Err(HandshakeError::NoUpgrade);
    }
    if method != Method::GET || version != Version::HTTP_11 {
        return Err(HandshakeError::Malformed(
            "a WebSocket begins with GET and HTTP/1.1",
        ));
    }
    if !has(header::CONNECTION, "upgrade") {
        return Err(HandshakeError::Malformed(
            "Connection must contain Upgrade: a proxy in between may have dropped it",
        ));
    }
    if headers
        .get(header::SEC_WEBSOCKET_VERSION)
        .is_none_or(|version| version != "13")
    {
        return Err(HandshakeError::Version);
    }
    let mut keys = headers.get_all(header::SEC_WEBSOCKET_KEY).iter();
    let key = keys.next().filter(|_| keys.next().is_none());
    let key = key.filter(|key| BASE64.decode(key).is_ok_and(|nonce| nonce.len() == 16));
    let key = key.ok_or(HandshakeError::Malformed(
        "Sec-WebSocket-Key must be 16 bytes in base64, once",
    ))?;
    // The RFC's constant; SHA-1 proves here only that the server speaks WebSocket.
    let answered = [key.as_bytes(), b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"].concat();
    Ok(BASE64.encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, &answered)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    const GOOD: [(&str, &str); 4] = [
        ("upgrade", "WebSocket"),
        ("connection", "keep-alive, Upgrade"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ];

    fn judge(change: impl FnOnce(&mut HeaderMap)) -> Result<String, HandshakeError> {
        let mut headers = HeaderMap::new();
        for (name, value) in GOOD {
            headers.insert(name, HeaderValue::from_static(value));
        }
        change(&mut headers);
        accept(&Method::GET, Version::HTTP_11, &headers)
    }

    #[test]
    fn the_example_of_the_rfc_is_answered_as_there() {
        // Source: RFC 6455 section 1.3.
        assert_eq!(judge(|_| {}).unwrap(), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }

    #[test]
    fn a_handshake_that_is_none_is_refused_with_the_reason() {
        use HandshakeError::{Malformed, NoUpgrade};
        const V: HandshakeError = HandshakeError::Version;
        let without = |name: &'static str| judge(|headers| drop(headers.remove(name)));
        assert_eq!(without("upgrade"), Err(NoUpgrade));
        assert!(matches!(without("connection"), Err(Malformed(words)) if words.contains("proxy")));
        assert_eq!(without("sec-websocket-version"), Err(V));
        assert!(matches!(without("sec-websocket-key"), Err(Malformed(_))));
        let with = |name: &'static str, value: &'static str| {
            judge(|headers| drop(headers.insert(name, HeaderValue::from_static(value))))
        };
        assert_eq!(with("upgrade", "h2c"), Err(NoUpgrade));
        assert_eq!(with("sec-websocket-version", "8"), Err(V));
        for key in [
            "",
            "short",
            "dGhlIHNhbXBsZSBub25jZQ",
            "!!!!!!!!!!!!!!!!!!!!!!==",
        ] {
            assert!(
                matches!(with("sec-websocket-key", key), Err(Malformed(_))),
                "{key:?}"
            );
        }
        let twice = judge(|headers| {
            headers.append("sec-websocket-key", HeaderValue::from_static(GOOD[3].1));
        });
        assert!(matches!(twice, Err(Malformed(_))));
        let headers: HeaderMap = GOOD
            .map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value)))
            .into_iter()
            .collect();
        for (method, version) in [
            (Method::POST, Version::HTTP_11),
            (Method::GET, Version::HTTP_10),
        ] {
            let refused = accept(&method, version, &headers);
            assert!(matches!(refused, Err(Malformed(words)) if words.contains("GET")));
        }
    }
}
