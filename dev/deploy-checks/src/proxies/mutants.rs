//! What each promise of a reverse proxy guards against: one change of a shipped configuration that breaks it.

use super::process::Program;

/// A promise that is broken when `right` becomes `wrong` in the configuration.
pub(super) struct Mutant {
    pub(super) name: &'static str,
    pub(super) of: Program,
    pub(super) right: &'static str,
    pub(super) wrong: &'static str,
    pub(super) breaks: &'static str,
}

const fn mutant(
    of: Program,
    breaks: &'static str,
    name: &'static str,
    right: &'static str,
    wrong: &'static str,
) -> Mutant {
    Mutant {
        name,
        of,
        right,
        wrong,
        breaks,
    }
}

pub(super) const MUTANTS: [Mutant; 23] = [
    mutant(
        Program::Nginx,
        "thin_line",
        "a buffer as deep as the kernel makes it",
        " sndbuf=40k",
        "",
    ),
    mutant(
        Program::Haproxy,
        "thin_line",
        "a buffer as deep as the kernel makes it",
        "tune.sndbuf.client 65536",
        "",
    ),
    mutant(
        Program::Nginx,
        "frames",
        "no upgrade",
        "proxy_set_header Upgrade $http_upgrade;",
        "",
    ),
    mutant(
        Program::Nginx,
        "page",
        "a path that is not taken away",
        "6732/;",
        "6732;",
    ),
    mutant(
        Program::Nginx,
        "address",
        "the client's own word on its address",
        "X-Forwarded-For $remote_addr",
        "X-Forwarded-For $http_x_forwarded_for",
    ),
    mutant(
        Program::Nginx,
        "login",
        "no word on TLS",
        "proxy_set_header X-Forwarded-Proto $scheme;",
        "",
    ),
    mutant(
        Program::Caddy,
        "page",
        "a path that is not taken away",
        "handle_path",
        "handle",
    ),
    mutant(
        Program::Caddy,
        "inside",
        "readiness for the world",
        "respond @inside 404",
        "",
    ),
    mutant(
        Program::Haproxy,
        "address",
        "no address",
        "http-request set-header X-Forwarded-For %[src]",
        "",
    ),
    mutant(
        Program::Haproxy,
        "frames",
        "no word on the host",
        "http-request set-header X-Forwarded-Host %[req.hdr(host)]",
        "http-request set-header X-Forwarded-Host other.example.org",
    ),
    mutant(
        Program::Haproxy,
        "idle_timeout",
        "silent sockets cut",
        "timeout tunnel 1h",
        "timeout tunnel 30s",
    ),
    mutant(
        Program::Nginx,
        "lies",
        "addresses added to",
        "X-Forwarded-For $remote_addr",
        "X-Forwarded-For $proxy_add_x_forwarded_for",
    ),
    mutant(
        Program::Nginx,
        "lies",
        "the client says who it is",
        "proxy_set_header Remote-User \"\";",
        "",
    ),
    mutant(
        Program::Nginx,
        "logs",
        "the usual log",
        "rero.log rero",
        "rero.log",
    ),
    mutant(
        Program::Nginx,
        "logs",
        "requests quoted with their errors",
        "error.log alert",
        "error.log",
    ),
    mutant(
        Program::Caddy,
        "lies",
        "the client says who it is",
        "request_header -Remote-*",
        "",
    ),
    mutant(
        Program::Caddy,
        "logs",
        "whole requests in the log",
        "delete access_token",
        "",
    ),
    mutant(
        Program::Haproxy,
        "lies",
        "the client says who it is",
        "|remote-.*",
        "",
    ),
    mutant(
        Program::Front,
        "lies",
        "addresses of clients kept",
        "http-request del-header",
        "http-request del-header ^none$ -m reg if FALSE #",
    ),
    mutant(
        Program::Front,
        "lies",
        "everybody is a proxy of ours",
        "src -- \"${FRONT_PROXIES[*]}\"",
        "src 0.0.0.0/0",
    ),
    mutant(
        Program::Front,
        "front_proxy",
        "no proxy of ours",
        "src -- \"${FRONT_PROXIES[*]}\"",
        "always_false",
    ),
    mutant(
        Program::Front,
        "lies",
        "no word on the host",
        "http-request set-header X-Forwarded-Host",
        "#",
    ),
    mutant(
        Program::Haproxy,
        "login",
        "a cookie for every path",
        "http-request set-header X-Forwarded-Prefix /cam",
        "",
    ),
];
