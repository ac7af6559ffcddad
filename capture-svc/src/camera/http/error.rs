//! PURE: what can go wrong with an HTTP camera, in words for a person. None of them holds a user, a password or a query.

use std::time::Duration;

use wire::Reason;

use super::address::Place;

/// How a password is best given.
const PASSWORD_SETTING: &str =
    "CAPTURE_SOURCE=http://USER@…, the password in CAPTURE_HTTP_PASSWORD_FILE";

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HttpError {
    /// No connection.
    #[error("{at} cannot be reached: {why}")]
    Unreachable { at: Place, why: String },
    /// The certificate is not believed.
    #[error(
        "{at} shows a certificate that is not trusted ({why}): name the authority that signed it in CAPTURE_HTTP_CA_FILE, or \
         take any with CAPTURE_HTTP_INSECURE=true"
    )]
    Certificate { at: Place, why: String },
    /// The connection ended.
    #[error("the connection to {at} broke off: {why}")]
    BrokeOff { at: Place, why: String },
    /// Nothing came for so long.
    #[error(
        "{at} is connected but has sent no picture for {:.1} s; many such cameras serve one client only: is it watched in a \
         browser or by another program?", .silent.as_secs_f64()
    )]
    Silent { at: Place, silent: Duration },
    /// It wants to know who we are.
    #[error("{at} asks for a user and a password: {PASSWORD_SETTING}")]
    LoginWanted { at: Place },
    /// User or password is wrong.
    #[error(
        "{at} does not accept this user and password ({PASSWORD_SETTING}); the next try is some time away, since cameras lock \
         out who tries often"
    )]
    LoginRefused { at: Place },
    /// It wants to know it in another way.
    #[error("{at} asks for a login by {schemes:?}; Basic and Digest (MD5, SHA-256) are known")]
    LoginUnknown { at: Place, schemes: String },
    /// The file with the password is not there any more.
    #[error("CAPTURE_HTTP_PASSWORD_FILE cannot be read: {why}")]
    PasswordFile { why: String },
    /// The certificates that are to be believed cannot be read.
    #[error("{why}")]
    Certificates { why: String },
    /// An answer that is no picture.
    #[error("{at} answers {status}{}", hint(*.status))]
    Status { at: Place, status: http::StatusCode },
    /// It leads elsewhere.
    #[error(
        "{at} redirects {why}, which is not followed: name the camera's own address in CAPTURE_SOURCE"
    )]
    Redirect { at: Place, why: String },
    /// What comes holds no JPEG.
    #[error(
        "{at} sends {kind}, and no JPEG in it: the address of the stream or of the picture itself is wanted, not that of a page"
    )]
    NoPictures { at: Place, kind: String },
    /// One picture where a stream was expected.
    #[error("{at} is one picture and no stream: CAPTURE_HTTP_POLL=1s asks for it each second")]
    OnePicture { at: Place },
    /// Nobody wants it any more.
    #[error("closed while it was being opened")]
    Closed,
}

fn hint(status: http::StatusCode) -> &'static str {
    match status.as_u16() {
        403 => ": it does not allow it to this user or from this machine",
        404 | 410 => ": is the path in CAPTURE_SOURCE right?",
        429 | 503 => {
            ": it serves as many as it can; is it watched in a browser or by another program?"
        }
        _ => "",
    }
}

impl HttpError {
    /// The word for programs.
    pub(in crate::camera) fn reason(&self) -> Reason {
        match self {
            Self::Unreachable { .. } | Self::Certificate { .. } | Self::BrokeOff { .. } => {
                Reason::Unreachable
            }
            Self::Silent { .. } => Reason::Stalled,
            Self::LoginWanted { .. } | Self::LoginRefused { .. } | Self::PasswordFile { .. } => {
                Reason::Unauthorized
            }
            Self::LoginUnknown { .. }
            | Self::Redirect { .. }
            | Self::NoPictures { .. }
            | Self::OnePicture { .. } => Reason::Unsupported,
            Self::Status { status, .. } => match status.as_u16() {
                401 | 403 => Reason::Unauthorized,
                404 | 410 => Reason::NotFound,
                429 | 503 => Reason::Busy,
                _ => Reason::Failed,
            },
            Self::Certificates { .. } | Self::Closed => Reason::Failed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::camera::http::address::HttpAddress;

    #[test]
    fn an_answer_that_is_no_picture_says_what_to_look_at() {
        let camera: HttpAddress = "http://me:geheim@cam/x?pwd=geheim".parse().unwrap();
        let told = |status| HttpError::Status {
            at: camera.place.clone(),
            status: http::StatusCode::from_u16(status).unwrap(),
        };
        for (status, reason, words) in [
            (404, Reason::NotFound, "404 Not Found: is the path"),
            (403, Reason::Unauthorized, "403"),
            (503, Reason::Busy, "another program"),
            (500, Reason::Failed, "500"),
        ] {
            let error = told(status);
            assert_eq!(error.reason(), reason);
            let text = error.to_string();
            assert!(
                text.contains(words) && text.contains("http://cam/x?…"),
                "{text}"
            );
            assert!(!text.contains("geheim"), "{text}");
        }
    }
}
