//! PURE: the page's Content-Security-Policy: what it may load, whom it may connect to, who may embed it.
//! Source: Content Security Policy Level 3; a host-source is spelled as in section 2.3.1.

/// Nothing but the page's own files: no inline script or style, no other host.
const OWN: &str = "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'";

/// The policy of a page that was asked for at `host`; `embedders` may show it in their own, if it is made for that.
pub(super) fn policy(host: Option<&str>, embedders: Option<&[String]>) -> String {
    // Safari before 15.4 does not count the page's own WebSocket as 'self'.
    let sockets = match host.filter(|host| is_plain(host)) {
        Some(host) => format!(" ws://{host} wss://{host}"),
        None => String::new(),
    };
    let ancestors = match embedders {
        None => "'none'".to_owned(),
        Some(others) => format!("'self' {}", others.join(" ")).trim_end().to_owned(),
    };
    format!("{OWN}; connect-src 'self'{sockets}; frame-ancestors {ancestors}")
}

/// Whether it names one host, and nothing that would end a source or stand for many.
fn is_plain(host: &str) -> bool {
    let spelled =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '[' | ']');
    !host.is_empty() && host.chars().all(spelled)
}

/// Whether the page is asked for as one that stands in another, as `web/src/ui/route.ts` reads it.
pub(super) fn is_embedded(query: Option<&str>) -> bool {
    let mut pairs = query.unwrap_or_default().split('&');
    let value = pairs.find_map(|pair| pair.strip_prefix("embed"));
    value.is_some_and(|value| {
        value.is_empty()
            || value
                .strip_prefix('=')
                .is_some_and(|word| !matches!(word, "0" | "false"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_reads_embed_as_its_policy_does() {
        for query in [
            "embed",
            "embed=1",
            "embed=",
            "quality=60&embed=true",
            "embed=1&embed=0",
        ] {
            assert!(is_embedded(Some(query)), "{query}");
        }
        for query in [
            None,
            Some(""),
            Some("embed=0"),
            Some("embed=false"),
            Some("embedded=1"),
            Some("x=embed"),
        ] {
            assert!(!is_embedded(query), "{query:?}");
        }
    }

    #[test]
    fn nothing_in_a_host_adds_to_the_policy() {
        for host in [
            "x; script-src *",
            "*",
            "*.example.org",
            "a b",
            "a,b",
            "",
            "a/b",
            "'self'",
        ] {
            let policy = policy(Some(host), None);
            assert!(policy.contains("; connect-src 'self'; "), "{policy}");
        }
        let policy = policy(Some("[::1]:6732"), None);
        assert!(
            policy.contains(" 'self' ws://[::1]:6732 wss://[::1]:6732; "),
            "{policy}"
        );
    }
}
