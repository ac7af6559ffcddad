//! Cameras that ask who we are, and those that lead elsewhere.

use std::path::Path;

use md5::{Digest as _, Md5};
use testkit::Scratch;
use wire::Reason;

use super::*;
use crate::camera::HttpTrust;

const PASSWORD: &str = "ge: heim\"é";

fn refusal(challenge: &str) -> HttpAnswer {
    let asks = format!("WWW-Authenticate: {challenge}");
    HttpAnswer::once(
        &["HTTP/1.1 401 Unauthorized", &asks, "Content-Length: 2"],
        b"no",
    )
}

/// A parameter of the `authorization` that a request has.
fn told(head: &str, name: &str) -> Option<String> {
    let line = head
        .lines()
        .find(|line| line.starts_with("authorization: "))?;
    let (_, rest) = line.split_once(&format!("{name}="))?;
    let value = rest.trim_start_matches('"').split([',', '"']).next();
    value.map(str::to_owned)
}

fn md5(text: &str) -> String {
    let hash: [u8; 16] = Md5::digest(text).into();
    hash.map(|byte| format!("{byte:02x}")).concat()
}

/// Whether a request has the right answer to this nonce, for the user `me`.
fn right(head: &str, nonce: &str) -> bool {
    let told = |name| told(head, name).unwrap_or_default();
    let target = head.split(' ').nth(1).unwrap();
    let (who, what) = (
        md5(&format!("me:cäm:{PASSWORD}")),
        md5(&format!("GET:{target}")),
    );
    let count = format!("{}:{}", told("nc"), told("cnonce"));
    told("response") == md5(&format!("{who}:{nonce}:{count}:auth:{what}"))
        && (told("nonce"), told("opaque"), told("uri"))
            == (nonce.into(), "o=1".into(), target.into())
}

/// As `me`, with the password in a file.
fn watching_as_me(http: HttpCamera, scratch: &Scratch, poll: Option<Duration>) -> Rig {
    let file = scratch.path().join("password");
    std::fs::write(&file, format!("{PASSWORD}\n")).unwrap();
    let settings = HttpSettings {
        poll,
        password_file: Some(file),
        ..HttpSettings::default()
    };
    let address = format!("http://me@{}/video?channel=1", http.address());
    Rig::watching_as(http, &address, settings)
}

/// Asks by Digest, with another nonce after each `answers` right answers.
fn by_digest(answers: u32) -> impl FnMut(&str) -> HttpAnswer + Send {
    let mut given = 0;
    move |head| {
        let nonce = format!("n{}", given / answers);
        let asks = |stale| {
            format!(
                "Basic realm=\"cäm\", Digest realm=\"cäm\", qop=\"auth,auth-int\", nonce=\"{nonce}\", opaque=\"o=1\", \
                 stale={stale}"
            )
        };
        if !right(head, &nonce) {
            return refusal(&asks(told(head, "nonce").is_some()));
        }
        given += 1;
        let picture = picture((given % 6) as u8);
        HttpAnswer::once(&["HTTP/1.1 200 OK", "Content-Type: image/jpeg"], &picture)
    }
}

#[tokio::test]
async fn a_digest_is_answered_counted_and_begun_anew_when_its_nonce_is_stale() {
    let scratch = Scratch::new("digest");
    let http = HttpCamera::start(by_digest(3));
    let mut rig = watching_as_me(http, &scratch, Some(Duration::from_millis(50)));
    // Each is a right answer's; a late reader misses some, and then there were more of them.
    for _ in 0..5 {
        rig.picture().await;
    }
    let seen = rig.http.seen().requests;
    let counts: Vec<_> = seen.iter().filter_map(|head| told(head, "nc")).collect();
    assert!(
        counts.starts_with(
            &["00000001", "00000002", "00000003", "00000004", "00000001"].map(String::from)
        ),
        "{counts:?}"
    );
    assert_eq!(
        rig.metrics
            .errors
            .with_label_values(&["unauthorized"])
            .get(),
        0
    );
    rig.had_one_client();
}

#[tokio::test]
async fn basic_is_told_only_to_who_asks_for_it() {
    let scratch = Scratch::new("basic");
    let http = HttpCamera::start(|head: &str| {
        if head.contains("authorization: Basic bWU6Z2U6IGhlaW0iw6k=\r\n") {
            HttpAnswer::stream(&MULTIPART)
        } else {
            refusal("Basic realm=\"x\"")
        }
    });
    let mut rig = watching_as_me(http, &scratch, None);
    rig.http.send(&part(&picture(3)));
    rig.shows(3).await;
    assert!(!rig.http.seen().requests[0].contains("authorization"));
    rig.had_one_client();
}

#[tokio::test]
async fn who_is_refused_or_unknown_is_told_what_to_set_and_does_not_try_often() {
    for (user, asks, reason, words) in [
        (
            "",
            "Basic realm=\"x\"",
            Reason::Unauthorized,
            "CAPTURE_HTTP_PASSWORD_FILE",
        ),
        (
            "me:wrong@",
            "Basic realm=\"x\"",
            Reason::Unauthorized,
            "does not accept",
        ),
        ("me:wrong@", "Negotiate", Reason::Unsupported, "Negotiate"),
    ] {
        let http = HttpCamera::start(move |_| refusal(asks));
        let address = format!("http://{user}{}/", http.address());
        let rig = Rig::watching_as(http, &address, HttpSettings::default());
        let fault = rig.fault().await;
        assert_eq!(fault.reason, Some(reason));
        assert!(fault.detail.contains(words), "{}", fault.detail);
        assert!(!fault.detail.contains("wrong"), "{}", fault.detail);
        let tried = if user.is_empty() || reason == Reason::Unsupported {
            1
        } else {
            2
        };
        assert_eq!(rig.http.seen().requests.len(), tried);
    }
}

#[tokio::test]
async fn a_redirect_is_followed_and_the_password_stays_at_home() {
    let scratch = Scratch::new("redirect");
    let other = HttpCamera::start(|head: &str| {
        assert!(!head.contains("authorization"), "{head}");
        refusal("Basic realm=\"trap\"")
    });
    let elsewhere = format!("Location: http://{}/there", other.address());
    let http = HttpCamera::start(move |head: &str| match head.split(' ').nth(1) {
        Some("/video?channel=1") => {
            HttpAnswer::once(&["HTTP/1.1 302 Found", "Location: /next"], b"")
        }
        Some("/next") if head.contains("authorization: Basic") => {
            HttpAnswer::once(&["HTTP/1.1 307 Temporary Redirect", &elsewhere], b"")
        }
        _ => refusal("Basic realm=\"x\""),
    });
    let rig = watching_as_me(http, &scratch, None);
    let fault = rig.fault().await;
    assert_eq!(fault.reason, Some(Reason::Unauthorized), "{}", fault.detail);
    assert!(
        fault.detail.contains("/there answers 401"),
        "{}",
        fault.detail
    );
    assert_eq!(rig.http.seen().requests.len(), 3);
    assert_eq!(other.seen().requests.len(), 1);
}

#[tokio::test]
async fn a_redirect_to_another_scheme_or_in_a_circle_is_refused() {
    for (location, words) in [
        ("https://127.0.0.1/", "http:// to https://"),
        ("file:///etc/passwd", "http:// to file://"),
        ("/again", "8 times"),
    ] {
        let to = format!("Location: {location}");
        let http = HttpCamera::start(move |_| HttpAnswer::once(&["HTTP/1.1 301 Moved", &to], b""));
        let rig = Rig::watching(http);
        let fault = rig.fault().await;
        assert_eq!(fault.reason, Some(Reason::Unsupported));
        assert!(fault.detail.contains(words), "{}", fault.detail);
        rig.had_one_client();
    }
}

fn tls(trust: HttpTrust) -> (Rig, String) {
    let answer = HttpAnswer::stream(&MULTIPART);
    let (http, certificate) = HttpCamera::start_tls(move |_| answer.clone());
    http.send(&part(&picture(2)));
    let trust = match trust {
        HttpTrust::Authority(file) => {
            std::fs::write(&file, &certificate).unwrap();
            HttpTrust::Authority(file)
        }
        other => other,
    };
    let settings = HttpSettings {
        trust,
        ..HttpSettings::default()
    };
    let address = format!("https://{}/", http.address());
    (Rig::watching_as(http, &address, settings), certificate)
}

#[tokio::test]
async fn a_certificate_is_believed_if_its_authority_is_named_or_none_is_wanted() {
    let scratch = Scratch::new("authority");
    let file = scratch.path().join("ca.pem");
    for (trust, words) in [
        (HttpTrust::Authority(file), "https://127.0.0.1"),
        (HttpTrust::Any, "certificate is not checked"),
    ] {
        let (mut rig, _) = tls(trust);
        rig.shows(2).await;
        let live = rig.report(|report| report.state == CameraState::Live).await;
        assert!(live.detail.contains(words), "{}", live.detail);
    }
}

#[tokio::test]
async fn a_certificate_of_a_stranger_is_refused_with_what_would_do() {
    let (rig, _) = tls(HttpTrust::System);
    let fault = rig.fault().await;
    assert_eq!(fault.reason, Some(Reason::Unreachable));
    for setting in ["CAPTURE_HTTP_CA_FILE", "CAPTURE_HTTP_INSECURE=true"] {
        assert!(fault.detail.contains(setting), "{}", fault.detail);
    }
    assert!(rig.http.seen().requests.is_empty());
}

#[tokio::test]
async fn a_password_file_that_is_gone_is_told_by_its_name() {
    let settings = HttpSettings {
        password_file: Some(Path::new("/no/such/password").into()),
        ..HttpSettings::default()
    };
    let http = streaming(&MULTIPART);
    let address = format!("http://me@{}/", http.address());
    let rig = Rig::watching_as(http, &address, settings);
    let fault = rig.fault().await;
    assert_eq!(fault.reason, Some(Reason::Unauthorized));
    assert!(
        fault.detail.contains("/no/such/password"),
        "{}",
        fault.detail
    );
}
