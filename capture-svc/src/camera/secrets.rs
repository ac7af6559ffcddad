//! PURE: keeps the passwords that stand in a source's setting out of logs, status and error texts.

/// What stands where a secret stood.
const MASK: &str = "…";

/// Shorter ones are not looked for in other texts: they would be found in every second word.
const SECRET_CHARS_MIN: usize = 3;

/// Parts of names whose values are secret.
const SECRET_NAMES: [&str; 5] = ["pass", "pwd", "secret", "token", "pw"];

/// `text` without the user and password of its URLs and the values of what is called a password.
pub(crate) fn masked(text: &str) -> String {
    mask_values(&mask_urls(text))
}

/// `text` without `secrets`, and [`masked`].
pub(super) fn without(secrets: &[String], text: &str) -> String {
    let mut text = masked(text);
    for secret in secrets {
        text = text.replace(secret.as_str(), MASK);
    }
    text
}

/// The secrets in the words of a command, longest first.
pub(super) fn of_command(words: &[String]) -> Vec<String> {
    let mut secrets = Vec::new();
    for (at, word) in words.iter().enumerate() {
        for (start, end) in user_infos(word) {
            let password = word[start..end].split_once(':');
            let password = password.map_or(&word[start..end], |(_, password)| password);
            secrets.push(password.to_owned());
            secrets.push(percent_decoded(password));
        }
        secrets.extend(values(word).map(|(start, end)| word[start..end].to_owned()));
        let value = words.get(at + 1).filter(|value| !value.starts_with('-'));
        let (Some(value), true) = (value, word.starts_with('-')) else {
            continue;
        };
        if is_secret(word) {
            secrets.push(value.clone());
        } else if let ("-u" | "--user", Some((_, password))) =
            (word.as_str(), value.split_once(':'))
        {
            secrets.push(password.to_owned());
        }
    }
    secrets.retain(|secret| secret.chars().count() >= SECRET_CHARS_MIN);
    secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    secrets.dedup();
    secrets
}

fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    SECRET_NAMES.iter().any(|part| name.contains(part))
}

/// Where a word of a command line or of a message ends.
fn ends_word(character: char) -> bool {
    character.is_whitespace() || matches!(character, '"' | '\'' | '<' | '>' | '`')
}

/// From where to where in `text` the user and password of URLs stand. A password may hold anything, unescaped too: all up
/// to the last `@` of the word is taken for it.
fn user_infos(text: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(scheme) = text[from..].find("://") {
        let start = from + scheme + 3;
        let rest = &text[start..];
        let end = start + rest.find(ends_word).unwrap_or(rest.len());
        if let Some(at) = text[start..end].rfind('@') {
            found.push((start, start + at));
        }
        from = end;
    }
    found
}

fn mask_urls(text: &str) -> String {
    replaced(text, user_infos(text).into_iter())
}

fn mask_values(text: &str) -> String {
    replaced(text, values(text))
}

/// From where to where the values of `password=…` and its like stand.
fn values(text: &str) -> impl Iterator<Item = (usize, usize)> {
    text.match_indices('=').filter_map(|(equals, _)| {
        let before = &text[..equals];
        let in_name =
            |character: char| character.is_alphanumeric() || matches!(character, '_' | '-');
        let name = before.trim_end_matches(in_name).len();
        let rest = &text[equals + 1..];
        let ends = |character: char| ends_word(character) || character == '&';
        let end = equals + 1 + rest.find(ends).unwrap_or(rest.len());
        (is_secret(&before[name..]) && end > equals + 1).then_some((equals + 1, end))
    })
}

fn replaced(text: &str, places: impl Iterator<Item = (usize, usize)>) -> String {
    let (mut out, mut done) = (String::with_capacity(text.len()), 0);
    for (start, end) in places {
        if start >= done {
            out.push_str(&text[done..start]);
            out.push_str(MASK);
            done = end;
        }
    }
    out.push_str(&text[done..]);
    out
}

/// `%40` as `@`: programs print a password either way.
fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, others @ ..] = rest {
        let digits = others.get(..2).filter(|_| *first == b'%');
        let value = digits
            .and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok());
        bytes.push(value.unwrap_or(*first));
        rest = if value.is_some() {
            &others[2..]
        } else {
            others
        };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn the_login_of_a_url_is_masked_whatever_stands_in_it() {
        for (text, shown) in [
            ("rtsp://me:pw@cam/1", "rtsp://…@cam/1"),
            ("rtsp://me@cam", "rtsp://…@cam"),
            ("rtsp://me:p/w@d@cam/1: refused", "rtsp://…@cam/1: refused"),
            (
                "two http://a:b@c https://d:e@f",
                "two http://…@c https://…@f",
            ),
            ("exec:x 'rtsp://me:pw@cam", "exec:x 'rtsp://…@cam"),
            ("rtsp://cam/1 me@example.org", "rtsp://cam/1 me@example.org"),
        ] {
            assert_eq!(masked(text), shown);
        }
    }

    #[test]
    fn what_is_called_a_password_is_masked() {
        for (text, shown) in [
            (
                "rtsp://cam/user=admin&password=abc&channel=1",
                "rtsp://cam/user=admin&password=…&channel=1",
            ),
            ("rtspsrc user-pw=abc ! x", "rtspsrc user-pw=… ! x"),
            ("?PWD=abc&access_token=d", "?PWD=…&access_token=…"),
            ("--width=1280 fps=30", "--width=1280 fps=30"),
            ("password=", "password="),
        ] {
            assert_eq!(masked(text), shown);
        }
    }

    #[test]
    fn the_secrets_of_a_command_are_found_in_other_words_too() {
        let command = words(
            "x rtsp://me:se%40cret@cam/ --password hunter2 -u me:sesame user-pw=tulip --passive -v --user nobody",
        );
        let secrets = of_command(&command);
        assert_eq!(
            secrets,
            ["se%40cret", "se@cret", "hunter2", "sesame", "tulip"]
        );
        assert_eq!(
            without(
                &secrets,
                "login with hunter2, se@cret and sesame failed for tulip"
            ),
            "login with …, … and … failed for …"
        );
    }

    #[test]
    fn words_beyond_ascii_are_no_trouble() {
        assert_eq!(masked("ü=ö passwört=ä“ ://"), "ü=ö passwört=… ://");
        assert_eq!(percent_decoded("%4ü%%41"), "%4ü%A");
    }
}
