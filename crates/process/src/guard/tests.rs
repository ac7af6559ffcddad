//! Which names and whose pages are served.

use super::*;

/// The status of a refusal for a request with these `Host` headers, 200 if there is none.
fn asked(hosts: &Hosts, target: &str, headers: &[&str]) -> u16 {
    let mut request = http::Request::builder().uri(target);
    for host in headers {
        request = request.header(header::HOST, *host);
    }
    let request = request.body(()).unwrap();
    let refusal = hosts.refusal(&request);
    refusal.map_or(200, |refusal| refusal.status().as_u16())
}

fn names() -> Vec<HostName> {
    ["cam.example.org", "Yard", "192.0.2.7"]
        .map(|name| name.parse().unwrap())
        .into()
}

#[test]
fn this_machine_is_served_to_itself_and_under_the_names_it_was_given() {
    let hosts = Hosts::this_machine("X_ALLOWED_HOSTS", names());
    for host in [
        "localhost",
        "LOCALHOST:6732",
        "127.0.0.1:6732",
        "127.8.8.8",
        "[::1]:6732",
        "[::1]",
        "[::ffff:127.0.0.1]:6732",
        "cam.example.org",
        "CAM.example.org:443",
        "yard:6732",
        "192.0.2.7:6732",
    ] {
        assert_eq!(asked(&hosts, "/", &[host]), 200, "{host}");
    }
    for host in [
        "evil.example",
        "evil.example:6732",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "0.0.0.0:6732",
        "192.0.2.8",
        "[fd00::1]",
        "[evil.example]",
        "localhost@evil.example",
        "",
    ] {
        assert_eq!(asked(&hosts, "/", &[host]), 421, "{host}");
    }
    assert_eq!(asked(&hosts, "/", &[]), 200, "no browser");
    assert_eq!(asked(&hosts, "http://evil.example/", &["localhost"]), 421);
    assert_eq!(asked(&hosts, "/", &["localhost", "localhost"]), 400);
}

#[test]
fn an_admin_port_that_others_reach_is_served_by_address_and_never_under_a_strangers_name() {
    let wide = Hosts::admin("0.0.0.0:9102".parse().unwrap(), "X", names());
    for host in ["10.42.0.7:9102", "[fd00::7]:9102", "localhost", "yard:9102"] {
        assert_eq!(asked(&wide, "/metrics", &[host]), 200, "{host}");
    }
    assert_eq!(asked(&wide, "/metrics", &["evil.example:9102"]), 421);
    for loopback in ["127.0.0.1:9102", "[::1]:9102"] {
        let narrow = Hosts::admin(loopback.parse().unwrap(), "X", names());
        assert_eq!(asked(&narrow, "/metrics", &["10.42.0.7:9102"]), 421);
        assert_eq!(asked(&narrow, "/metrics", &["127.0.0.1:9102"]), 200);
    }
}

#[test]
fn any_name_is_any_name_but_one_at_a_time() {
    assert_eq!(asked(&Hosts::any(), "/", &["evil.example"]), 200);
    assert_eq!(asked(&Hosts::any(), "/", &["a", "b"]), 400);
}

#[test]
fn what_is_no_name_is_refused() {
    for bad in [
        "",
        "http://a.org",
        "a.org:80",
        "a.org/",
        "*.a.org",
        "a b",
        "ü",
    ] {
        assert!(bad.parse::<HostName>().is_err(), "{bad:?}");
    }
    for good in ["a.org", "A-1.org", "my_host", "::1", "192.0.2.7"] {
        assert!(good.parse::<HostName>().is_ok(), "{good:?}");
    }
}

#[test]
fn a_browser_says_whose_page_asks() {
    let says = |site: &str, mode: &str| {
        let mut headers = HeaderMap::new();
        for (name, value) in [(FETCH_SITE, site), (FETCH_MODE, mode)] {
            if !value.is_empty() {
                headers.insert(name, value.parse().unwrap());
            }
        }
        let navigates = is_navigation(&Method::GET, &headers);
        (is_cross_site(&headers), navigates)
    };
    assert_eq!(says("", ""), (false, false), "no browser");
    assert_eq!(says("none", "navigate"), (false, true));
    assert_eq!(says("same-origin", "cors"), (false, false));
    assert_eq!(says("same-site", "no-cors"), (true, false));
    assert_eq!(says("cross-site", "no-cors"), (true, false));
    assert_eq!(says("cross-site", "navigate"), (true, true));
    assert_eq!(says("new-word", "websocket"), (true, false));
    let mut headers = HeaderMap::new();
    headers.insert(FETCH_MODE, HeaderValue::from_static("navigate"));
    assert!(!is_navigation(&Method::POST, &headers), "a form");
}
