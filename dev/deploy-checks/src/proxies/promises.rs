//! What each reverse proxy promises, one function each; a promise that is kept says so with a figure.

use testkit::http::{self, Response};

use super::idle_timeout;
use super::process::Program;
use super::side::{Side, expect};
use super::socket::frame;
use super::tls::tcp;
use super::{lies, logs, thin_line};
use crate::report::Finding;

/// It takes a network of our own.
pub(super) const THIN_LINE: &str = "thin_line";

/// What every program promises, but for those that [`of`] names.
const ALL: [&str; 10] = [
    "page",
    "login",
    "frames",
    "address",
    "origin",
    "inside",
    "idle_timeout",
    THIN_LINE,
    "lies",
    "logs",
];

/// What a program promises.
pub(super) fn of(program: Program) -> Vec<&'static str> {
    match program {
        // It has no words for what may wait in it.
        Program::Caddy => ALL.into_iter().filter(|&one| one != THIN_LINE).collect(),
        // Viewers reach it as they reach the others; the stack's own checks look at that.
        Program::Front => vec!["lies", "front_proxy", "logs"],
        _ => ALL.into(),
    }
}

impl Side<'_> {
    pub(super) async fn keeps(&self, promise: &str) -> Finding {
        match promise {
            "page" => self.page().await,
            "login" => self.login().await,
            "frames" => self.frames().await,
            "address" => self.address().await,
            "origin" => self.origin().await,
            "inside" => self.inside().await,
            "idle_timeout" => idle_timeout::judge(self.text),
            THIN_LINE => thin_line::judge(self).await,
            "lies" => lies::judge(self.proxy.program, self.text).await,
            "front_proxy" => lies::believed(self.text).await,
            "logs" => logs::judge(self).await,
            other => Err(format!("no promise is called {other}")),
        }
    }

    /// The page, and everything it names, under the path.
    async fn page(&self) -> Finding {
        let moved = self.get("/cam", 308).await?;
        if moved
            .header("Location")
            .is_none_or(|to| !to.ends_with("/cam/"))
        {
            return Err(format!("/cam: {}", moved.head));
        }
        let page = self.get("/cam/", 200).await?.text();
        let named = page
            .split(['"', '\''])
            .filter_map(|word| word.strip_prefix("./"));
        let mut all = 0;
        for file in named {
            let answer = self.get(&format!("/cam/{file}"), 200).await?;
            let kind = answer.header("Content-Type").unwrap_or_default();
            if kind.starts_with("text/html") || answer.body.is_empty() {
                return Err(format!("/cam/{file} is {kind:?}"));
            }
            all += 1;
        }
        if all < 2 || !page.contains("<html") {
            return Err("/cam/ is no page with a script".into());
        }
        Ok(format!("page and {all} files"))
    }

    /// The token as header and as cookie; the proxy's word on TLS makes the cookie a secure one.
    async fn login(&self) -> Finding {
        self.get("/cam/snapshot.jpg?quality=60", 401).await?;
        let bearer = self.bearer();
        let jpeg = |name: &str, answer: &Response| {
            expect(name, answer, 200)?;
            let whole =
                answer.body.starts_with(&[0xFF, 0xD8]) && answer.body.ends_with(&[0xFF, 0xD9]);
            whole
                .then_some(())
                .ok_or_else(|| format!("{name}: no JPEG"))
        };
        let path = "/cam/snapshot.jpg?quality=60";
        jpeg(
            "token",
            &self
                .ask("GET", path, &[("Authorization", &bearer)], "")
                .await?,
        )?;
        let cookie = self.cookie().await?;
        if !cookie.contains("; Secure") || !cookie.contains("Path=/cam/;") {
            return Err(format!("the cookie is {cookie}"));
        }
        let short = cookie.split(';').next().unwrap_or_default();
        let answer = self.ask("GET", path, &[("Cookie", short)], "").await?;
        jpeg("cookie", &answer)?;
        // Whom nobody trusts may say https as often as it likes.
        let stranger = tcp(self.viewer(9), self.gateway)
            .await
            .map_err(|error| error.to_string())?;
        let lie = [
            ("X-Forwarded-Proto", "https"),
            ("Content-Type", "application/json"),
        ];
        let answer = http::over(
            stranger,
            "POST",
            "x",
            "/api/login",
            &lie,
            &self.login_body(),
        )
        .await;
        let answer = answer.map_err(|error| error.to_string())?;
        if answer
            .header("Set-Cookie")
            .is_none_or(|cookie| cookie.contains("Secure"))
        {
            return Err(format!("a stranger is believed: {}", answer.head));
        }
        Ok("401, then by token and by a secure cookie".into())
    }

    async fn cookie(&self) -> Result<String, String> {
        let json = [("Content-Type", "application/json")];
        let answer = self
            .ask("POST", "/cam/api/login", &json, &self.login_body())
            .await?;
        expect("/cam/api/login", &answer, 204)?;
        let cookie = answer.header("Set-Cookie").ok_or("no cookie")?;
        Ok(cookie.to_owned())
    }

    /// A browser's WebSocket, with cookie and origin.
    async fn frames(&self) -> Finding {
        let cookie = self.cookie().await?;
        let cookie = cookie.split(';').next().unwrap_or_default().to_owned();
        let origin = format!("https://{}", self.host());
        let headers = [("Cookie", cookie.as_str()), ("Origin", origin.as_str())];
        let mut socket = self.watch(self.viewer(2), &headers).await?;
        for _ in 0..10 {
            frame(&mut socket).await?;
        }
        Ok("101 and ten JPEGs".into())
    }

    /// One viewer of an address is let in: addresses are the viewers' own, whatever they say themselves.
    async fn address(&self) -> Finding {
        let bearer = self.bearer();
        let honest = [("Authorization", bearer.as_str())];
        let lie = [
            ("Authorization", bearer.as_str()),
            ("X-Forwarded-For", "192.0.2.7"),
        ];
        let mut first = self.watch(self.viewer(3), &honest).await?;
        frame(&mut first).await?;
        let mut other = self.watch(self.viewer(4), &honest).await?;
        frame(&mut other)
            .await
            .map_err(|why| format!("another address: {why}"))?;
        for (name, headers) in [("a second", &honest[..]), ("one that lies", &lie[..])] {
            let mut again = self.watch(self.viewer(3), headers).await?;
            match frame(&mut again).await {
                Err(why) if why.contains("1013") => {}
                Err(why) => return Err(format!("{name}: {why}")),
                Ok(()) => return Err(format!("{name} of one address is let in")),
            }
        }
        Ok("one viewer for each address, two addresses".into())
    }

    async fn origin(&self) -> Finding {
        let bearer = self.bearer();
        let foreign = [
            ("Authorization", bearer.as_str()),
            ("Origin", "https://evil.example.org"),
        ];
        match self.watch(self.viewer(5), &foreign).await {
            Err(why) if why.contains("403") => Ok("another page's WebSocket gets 403".into()),
            Err(why) => Err(why),
            Ok(_) => Err("another page may watch".into()),
        }
    }

    async fn inside(&self) -> Finding {
        for path in [
            "/cam/readyz",
            "/cam/healthz",
            "/cam/metrics",
            "/metrics",
            "/readyz",
            "/",
        ] {
            let answer = self.ask("GET", path, &[], "").await?;
            let text = answer.text();
            if answer.status == 200 && !text.is_empty() {
                return Err(format!("{path} is for everybody"));
            }
        }
        Ok("no readiness, no metrics, nothing beside /cam/".into())
    }
}
