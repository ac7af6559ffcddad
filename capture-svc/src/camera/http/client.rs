//! What one camera is asked, and what its answers mean: logins and redirects, one connection after the other.

use bytes::Bytes;
use http::{HeaderValue, Request, StatusCode, header};
use http_body_util::Full;
use parking_lot::Mutex;

use super::{
    address::{HttpAddress, Password, Place},
    connection::{Answer, Connector, connector},
    error::HttpError,
    login::{Login, NoLogin},
    settings::HttpSettings,
};

/// Requests until there is a picture: a redirect or two and a login, not a circle.
const REQUESTS_MAX: u32 = 8;

/// One camera, for one opening.
pub(super) struct Client {
    at: Place,
    connector: Connector,
    login: Mutex<Login>,
}

impl Client {
    /// Reads what the settings name; connects nowhere.
    ///
    /// # Errors
    /// The password or the certificates cannot be read.
    pub(super) fn new(address: &HttpAddress, settings: &HttpSettings) -> Result<Self, HttpError> {
        let kept = match &settings.password_file {
            Some(file) => Some(read_password(file).map_err(|why| HttpError::PasswordFile { why })?),
            None => address.password.clone(),
        };
        let password = kept.unwrap_or_else(|| Password::new(String::new()));
        let who = address.user.clone().map(|user| (user, password));
        Ok(Self {
            at: address.place.clone(),
            connector: connector(&address.place, &settings.trust)?,
            login: Mutex::new(Login::new(who)),
        })
    }

    /// Where the camera is.
    pub(super) fn at(&self) -> &Place {
        &self.at
    }

    /// Asks for the pictures and follows where that leads; the answer is a success.
    pub(super) async fn ask(&self) -> Result<Answer, HttpError> {
        let mut at = self.at.clone();
        // Whether the camera has asked who we are since this began: an older answer may be out of date.
        let mut asked = false;
        for _ in 0..REQUESTS_MAX {
            let answer = self.request(&at).await?;
            match answer.status() {
                status if status.is_success() => return Ok(answer),
                StatusCode::UNAUTHORIZED if at.same_server(&self.at) => {
                    self.log_in(&at, &answer, asked)?;
                    asked = true;
                }
                StatusCode::MOVED_PERMANENTLY
                | StatusCode::FOUND
                | StatusCode::SEE_OTHER
                | StatusCode::TEMPORARY_REDIRECT
                | StatusCode::PERMANENT_REDIRECT => at = redirected(&at, &answer)?,
                status => return Err(HttpError::Status { at, status }),
            }
            // The next connection must not come before this one is gone.
            drop(answer);
        }
        let why = format!("or asks for a login {REQUESTS_MAX} times in a row");
        Err(HttpError::Redirect { at, why })
    }

    async fn request(&self, at: &Place) -> Result<Answer, HttpError> {
        let target = at.target();
        let mut request = Request::get(target.as_str())
            .header(header::HOST, at.host())
            .header(
                header::USER_AGENT,
                concat!("capture-svc/", env!("CARGO_PKG_VERSION")),
            )
            .header(header::ACCEPT, "*/*")
            .body(Full::<Bytes>::default())
            .map_err(|error| HttpError::Unreachable {
                at: at.clone(),
                why: error.to_string(),
            })?;
        let known = at.same_server(&self.at).then(|| {
            let cnonce = format!("{:032x}", fastrand::u128(..));
            self.login.lock().answer(&target, &cnonce)
        });
        if let Some(answer) = known.flatten() {
            let value = HeaderValue::from_bytes(answer.as_bytes());
            let mut value = value.map_err(|_| HttpError::LoginRefused { at: at.clone() })?;
            value.set_sensitive(true);
            request.headers_mut().insert(header::AUTHORIZATION, value);
        }
        Answer::to(&self.connector, at, request).await
    }

    fn log_in(&self, at: &Place, answer: &Answer, asked: bool) -> Result<(), HttpError> {
        let headers = answer.header(header::WWW_AUTHENTICATE);
        let at = at.clone();
        let told = self.login.lock().asked(headers, asked);
        told.map_err(|why| match why {
            NoLogin::Nobody => HttpError::LoginWanted { at },
            NoLogin::Refused => HttpError::LoginRefused { at },
            NoLogin::Unknown(schemes) => HttpError::LoginUnknown { at, schemes },
        })
    }
}

fn redirected(at: &Place, answer: &Answer) -> Result<Place, HttpError> {
    let location = answer.header(header::LOCATION).next();
    let there = location.map_or(Err("to nowhere".into()), |location| at.redirected(location));
    there.map_err(|why| HttpError::Redirect {
        at: at.clone(),
        why,
    })
}

/// The password in a file: its first line.
///
/// # Errors
/// Words: there is none.
pub(crate) fn read_password(file: &std::path::Path) -> Result<Password, String> {
    let text = std::fs::read_to_string(file);
    let text = text.map_err(|error| format!("{}: {error}", file.display()))?;
    let line = text.lines().next().unwrap_or_default();
    if line.is_empty() {
        return Err(format!("{}: its first line is empty", file.display()));
    }
    Ok(Password::new(line.to_owned()))
}
