//! `gateway-svc share`: makes a signed link, without asking any gateway.

use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, SystemTime};

use process::{Clock, ConfigErrors, Problems};
use url::Url;
use wire::{CameraId, Quality};

use crate::access::claims::GrantText;
use crate::access::link::{LinkKey, LinkText};
use crate::config::{Settings, ShareArgs};

/// A longer one is no visit any more.
const MAX_LIFETIME: Duration = Duration::from_secs(366 * 24 * 3600);

/// A link, and what it is in words.
#[derive(Debug)]
pub struct Shared {
    /// Opens the page.
    pub url: String,
    /// For whom makes it.
    pub words: String,
}

/// Makes the link.
///
/// # Errors
/// All that is wrong with what was asked for, at once.
pub fn share(settings: &Settings, args: &ShareArgs) -> Result<Shared, ConfigErrors> {
    let mut problems = Problems::default();
    let made = make(settings, args, &mut problems, Clock::start().since_epoch());
    problems.settle(made)
}

fn make(settings: &Settings, args: &ShareArgs, p: &mut Problems, now: Duration) -> Option<Shared> {
    let key = key(settings, p);
    let grant = GrantText {
        cameras: args.camera.clone(),
        max_quality: args.max_quality,
    };
    let names = args.camera.join(",");
    let cameras = p.keep("--camera", &names, grant.read());
    let lasts = p.time("--for", &args.lifetime);
    let lasts = lasts.filter(|lasts| {
        let fits = *lasts >= Duration::from_secs(1) && *lasts <= MAX_LIFETIME;
        if !fits {
            p.add(format!(
                "--for={:?}: from 1s to 366days would do",
                args.lifetime
            ));
        }
        fits
    });
    let page = page(&args.url);
    let mut page = p.keep("--url", &args.url, page)?;
    let (key, _, lasts) = (key?, cameras?, lasts?);
    let until = now + lasts;
    let link = LinkText {
        sub: args.name.clone(),
        grant,
        exp: until.as_secs(),
    };
    let token = key.sign(&link);
    let has_name = |name: &String| {
        name.parse::<CameraId>()
            .is_ok_and(|camera| !camera.is_default())
    };
    if args.camera.iter().all(has_name) {
        page.query_pairs_mut().append_pair("camera", &names);
    }
    // Behind a '#' it reaches no server and no log: the page takes it from there.
    page.set_fragment(Some(&format!("link={token}")));
    let until = humantime::format_rfc3339_seconds(SystemTime::UNIX_EPOCH + until);
    let mut words = format!("for {names}, until {until}");
    if let Some(quality) = args.max_quality {
        // Writing to a String cannot fail.
        let _ = write!(words, ", at no more than quality {quality}");
    }
    let url = page.into();
    Some(Shared { url, words })
}

fn key(settings: &Settings, p: &mut Problems) -> Option<LinkKey> {
    let Some(file) = settings.link_key_file() else {
        p.add("GATEWAY_LINK_KEY_FILE is not set: the file with the key that the gateway has too would do");
        return None;
    };
    let key = std::fs::read_to_string(Path::new(file));
    let key = key.map_err(|error| format!("{error}; a file this user may read would do"));
    let key = key.and_then(|text| LinkKey::new(&text).map_err(|error| error.to_string()));
    p.keep("GATEWAY_LINK_KEY_FILE", file, key)
}

fn page(text: &str) -> Result<Url, &'static str> {
    let url = Url::parse(text).ok();
    let web = |url: &Url| matches!(url.scheme(), "http" | "https");
    let url = url.filter(|url| web(url) && url.query().is_none() && url.fragment().is_none());
    let mut url = url.ok_or("the address of the page would do, https://cam.example.org/")?;
    if !url.path().ends_with('/') {
        url.set_path(&format!("{}/", url.path()));
    }
    Ok(url)
}

/// The qualities that a link may be limited to.
pub(crate) fn quality(text: &str) -> Result<u8, String> {
    let quality = text.parse::<Quality>();
    quality.map(Quality::get).map_err(|error| error.to_string())
}
