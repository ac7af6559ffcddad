//! The settings of what proves an identity beside the token.

use std::collections::HashSet;
use std::path::Path;

use clap::Args;
use http::{HeaderName, Uri};
use process::Problems;

use crate::access::bearers::{Bearers, Jwt, KeysGone, Proxy, Replaceable};
use crate::access::jwks_url::JwksUrl;
use crate::access::jwt::keys::JwtKeys;
use crate::access::jwt::{ClaimPath, JwtRules};
use crate::access::kept_file::KeptFile;
use crate::access::link::LinkKey;
use crate::access::user_map::UserMap;

/// As the operator spelled them.
#[derive(Debug, Clone, Args)]
pub(crate) struct BearerArgs {
    /// File with the key of the links that `gateway-svc share` makes
    #[arg(long, env = "GATEWAY_LINK_KEY_FILE", global = true)]
    pub(super) link_key_file: Option<String>,
    /// File with the secret of JSON Web Tokens signed by HS256
    #[arg(long, env = "GATEWAY_JWT_SECRET_FILE", global = true)]
    jwt_secret_file: Option<String>,
    /// File with the public keys (JWKS) of JSON Web Tokens signed by RS256, ES256 or `EdDSA`
    #[arg(long, env = "GATEWAY_JWT_JWKS_FILE", global = true)]
    jwt_jwks_file: Option<String>,
    /// Where the issuer of JSON Web Tokens publishes its keys (JWKS): an https address
    #[arg(long, env = "GATEWAY_JWT_JWKS_URL", global = true)]
    jwt_jwks_url: Option<String>,
    /// Issuers (iss) whose JSON Web Tokens are believed, comma-separated; none: any whose signature is right
    #[arg(long, env = "GATEWAY_JWT_ISSUER", global = true, default_value = "")]
    jwt_issuer: String,
    /// Audiences (aud) that a JSON Web Token may be for, comma-separated; needed with a JWKS
    #[arg(long, env = "GATEWAY_JWT_AUDIENCE", global = true, default_value = "")]
    jwt_audience: String,
    /// How far the clock of the issuer of JSON Web Tokens may be from ours
    #[arg(long, env = "GATEWAY_JWT_LEEWAY", global = true, default_value = "0s")]
    jwt_leeway: String,
    /// Claim with the viewer's name: its own name, or the names on the way to it with dots between them
    #[arg(
        long,
        env = "GATEWAY_JWT_SUBJECT_CLAIM",
        global = true,
        default_value = "sub"
    )]
    jwt_subject_claim: String,
    /// Claim with the cameras that may be watched: a list, or a text with blanks between the names
    #[arg(
        long,
        env = "GATEWAY_JWT_CAMERAS_CLAIM",
        global = true,
        default_value = "cameras"
    )]
    jwt_cameras_claim: String,
    /// Claim with the highest quality that may be watched
    #[arg(
        long,
        env = "GATEWAY_JWT_MAX_QUALITY_CLAIM",
        global = true,
        default_value = "max_quality"
    )]
    jwt_max_quality_claim: String,
    /// Header with the user whom an authenticating proxy let in, Remote-User for instance; believed from
    /// `GATEWAY_TRUSTED_PROXIES` alone
    #[arg(long, env = "GATEWAY_PROXY_AUTH_HEADER", global = true)]
    proxy_auth_header: Option<String>,
    /// Header with that user's groups, Remote-Groups for instance
    #[arg(long, env = "GATEWAY_PROXY_AUTH_GROUPS_HEADER", global = true)]
    proxy_auth_groups_header: Option<String>,
    /// File that says which of those users and groups may watch which cameras; none: all of them everything
    #[arg(long, env = "GATEWAY_PROXY_AUTH_MAP_FILE", global = true)]
    proxy_auth_map_file: Option<String>,
}

impl BearerArgs {
    /// Whether any is wanted.
    pub(super) fn any(&self) -> bool {
        let wanted = [
            &self.link_key_file,
            &self.jwt_secret_file,
            &self.jwt_jwks_file,
            &self.jwt_jwks_url,
            &self.proxy_auth_header,
        ];
        wanted.iter().any(|setting| setting.is_some())
    }

    /// Judges them; `proxies`: whether a trusted proxy is named. What cannot be used is left out: its problem is told.
    pub(super) fn validate(&self, p: &mut Problems, proxies: bool) -> Bearers {
        let links = self.link_key_file.as_ref();
        let links = kept(p, "GATEWAY_LINK_KEY_FILE", links, |text| {
            Replaceable::read(LinkKey::new(text))
        });
        Bearers {
            links,
            jwt: self.jwt(p),
            proxy: self.proxy(p, proxies),
        }
    }

    fn jwt(&self, p: &mut Problems) -> Option<Jwt> {
        let secret = self.jwt_secret_file.as_ref();
        let secret = kept(p, "GATEWAY_JWT_SECRET_FILE", secret, |text| {
            JwtKeys::of_secret(text).map_err(|error| error.to_string())
        });
        let jwks = self.jwt_jwks_file.as_ref();
        let jwks = kept(p, "GATEWAY_JWT_JWKS_FILE", jwks, |text| {
            JwtKeys::of_jwks(text).map_err(|error| error.to_string())
        });
        let url = self.jwt_jwks_url.as_ref();
        let url = url.and_then(|text| p.keep("GATEWAY_JWT_JWKS_URL", text, jwks_url(text)));
        let leeway = p.time("GATEWAY_JWT_LEEWAY", &self.jwt_leeway);
        let issuers = p.list("GATEWAY_JWT_ISSUER", &self.jwt_issuer);
        let audiences: Option<HashSet<_>> = p.list("GATEWAY_JWT_AUDIENCE", &self.jwt_audience);
        let audiences = audiences?;
        let public = self.jwt_jwks_file.is_some() || self.jwt_jwks_url.is_some();
        if public && audiences.is_empty() {
            // Source: RFC 8725 section 3.9.
            p.add(
                "GATEWAY_JWT_AUDIENCE is not set, so the issuer's tokens for other services would be believed too: what it \
                 puts into aud for this one would do",
            );
        }
        let rules = JwtRules {
            issuers: issuers?,
            audiences,
            leeway: leeway?,
            subject_claim: ClaimPath::new(&self.jwt_subject_claim),
            cameras_claim: ClaimPath::new(&self.jwt_cameras_claim),
            max_quality_claim: ClaimPath::new(&self.jwt_max_quality_claim),
        };
        let files: Vec<_> = secret.into_iter().chain(jwks).collect();
        let any = !files.is_empty() || url.is_some();
        let url = url.map(JwksUrl::new);
        let keys_gone = KeysGone::default();
        any.then_some(Jwt {
            rules,
            files,
            url,
            keys_gone,
        })
    }

    fn proxy(&self, p: &mut Problems, proxies: bool) -> Option<Proxy> {
        let user = header(
            p,
            "GATEWAY_PROXY_AUTH_HEADER",
            self.proxy_auth_header.as_ref(),
        );
        let groups = self.proxy_auth_groups_header.as_ref();
        let groups = header(p, "GATEWAY_PROXY_AUTH_GROUPS_HEADER", groups);
        let map = self.proxy_auth_map_file.as_ref();
        let map = kept(p, "GATEWAY_PROXY_AUTH_MAP_FILE", map, |text| {
            Replaceable::read(UserMap::read(text))
        });
        if self.proxy_auth_header.is_some() && !proxies {
            p.add("GATEWAY_PROXY_AUTH_HEADER is believed from trusted proxies alone: name them in GATEWAY_TRUSTED_PROXIES");
        }
        let more = self.proxy_auth_groups_header.is_some() || self.proxy_auth_map_file.is_some();
        if more && self.proxy_auth_header.is_none() {
            p.add(
                "GATEWAY_PROXY_AUTH_GROUPS_HEADER and GATEWAY_PROXY_AUTH_MAP_FILE say nothing without \
                 GATEWAY_PROXY_AUTH_HEADER: set it too",
            );
        }
        let user = user?;
        Some(Proxy { user, groups, map })
    }
}

fn header(p: &mut Problems, setting: &str, name: Option<&String>) -> Option<HeaderName> {
    let wanted = "the name of a header would do, Remote-User for instance";
    let name = name?;
    p.keep(setting, name, name.parse().map_err(|_| wanted))
}

/// The file of a setting, where it is given.
fn kept<T>(
    p: &mut Problems,
    setting: &'static str,
    path: Option<&String>,
    read: fn(&str) -> Result<T, String>,
) -> Option<KeptFile<T>> {
    let path = path?;
    let opened = KeptFile::open(setting, Path::new(path).to_owned(), read);
    p.keep(setting, path, opened)
}

fn jwks_url(text: &str) -> Result<Uri, String> {
    let wanted = "https://id.example.org/realms/home/protocol/openid-connect/certs would do";
    let url = text.parse::<Uri>().ok();
    let web = |url: &Uri| matches!(url.scheme_str(), Some("https" | "http"));
    url.filter(|url| web(url) && url.host().is_some())
        .ok_or_else(|| wanted.to_owned())
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Cli {
        #[command(flatten)]
        bearers: BearerArgs,
    }

    fn problems(arguments: &[&str], proxies: bool) -> Vec<String> {
        let cli = Cli::try_parse_from(["x"].iter().chain(arguments)).unwrap();
        let mut problems = Problems::default();
        let bearers = cli.bearers.validate(&mut problems, proxies);
        match problems.settle(Some(bearers)) {
            Ok(_) => Vec::new(),
            Err(process::ConfigErrors(words)) => words,
        }
    }

    #[test]
    fn every_mistake_is_told_at_once() {
        let arguments = [
            "--link-key-file=/no/such/key",
            "--jwt-secret-file=/dev/null",
            "--jwt-jwks-file=/dev/null",
            "--jwt-jwks-url=id.example.org",
            "--jwt-audience=cameras",
            "--jwt-leeway=5",
            "--proxy-auth-header=Remote User",
            "--proxy-auth-groups-header=",
            "--proxy-auth-map-file=/dev/null",
        ];
        let told = problems(&arguments, true);
        assert_eq!(told.len(), arguments.len() - 1, "{told:#?}");
        for (argument, told) in arguments
            .iter()
            .filter(|a| !a.contains("audience"))
            .zip(&told)
        {
            let name = argument.split('=').next().unwrap().trim_start_matches('-');
            let setting = format!("GATEWAY_{}", name.replace('-', "_").to_uppercase());
            assert!(told.starts_with(&setting), "{setting}: {told}");
        }
    }

    #[test]
    fn a_jwks_without_an_audience_is_refused_and_a_secret_is_not() {
        let url = "--jwt-jwks-url=https://id.example.org/certs";
        let told = problems(&[url], false);
        assert!(told[0].contains("GATEWAY_JWT_AUDIENCE"), "{told:?}");
        assert!(problems(&[url, "--jwt-audience=cameras"], false).is_empty());
    }

    #[test]
    fn the_header_of_a_proxy_needs_a_proxy_that_is_trusted() {
        let header = "--proxy-auth-header=Remote-User";
        let told = problems(&[header], false);
        assert!(told[0].contains("GATEWAY_TRUSTED_PROXIES"), "{told:?}");
        assert!(problems(&[header, "--proxy-auth-groups-header=Remote-Groups"], true).is_empty());
        let told = problems(&["--proxy-auth-groups-header=Remote-Groups"], true);
        assert!(told[0].contains("GATEWAY_PROXY_AUTH_HEADER"), "{told:?}");
    }
}
