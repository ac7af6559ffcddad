//! PURE: the last line that a program wrote to stderr, which is what it says about why it ended.

/// A longer line is cut: it is one sentence in a status.
const LINE_CHARS_MAX: usize = 200;

/// Bytes of a line that are kept; of a longer one the word that is cut goes too, since half a password is not known as one.
const LINE_BYTES_MAX: usize = 4096;

/// Takes a program's stderr, keeps one line of it.
#[derive(Debug, Default)]
pub(super) struct LastWords {
    unfinished: Vec<u8>,
    /// The last line that ended with a line feed.
    line: Option<String>,
    /// The last one that was to be written over (progress of ffmpeg and its like): said only if there is no other.
    passing: Option<String>,
}

impl LastWords {
    /// Takes more; calls `told` for each whole line.
    pub(super) fn feed(&mut self, bytes: &[u8], mut told: impl FnMut(&str)) {
        for byte in bytes {
            match byte {
                b'\n' => {
                    if let Some(line) = self.finish() {
                        told(&line);
                        self.line = Some(line);
                    }
                }
                b'\r' => self.passing = self.finish().or(self.passing.take()),
                _ if self.unfinished.len() < LINE_BYTES_MAX => self.unfinished.push(*byte),
                _ => {}
            }
        }
    }

    /// What was said last, if anything was, as `masked` shows it.
    pub(super) fn get(&self, masked: impl Fn(&str) -> String) -> Option<String> {
        let unfinished = readable(&self.unfinished);
        let line = unfinished.or(self.line.clone()).or(self.passing.clone())?;
        Some(masked(&line).chars().take(LINE_CHARS_MAX).collect())
    }

    fn finish(&mut self) -> Option<String> {
        let line = readable(&self.unfinished);
        self.unfinished.clear();
        line
    }
}

/// A line for people: without colours and control characters; `None` if nothing is left.
fn readable(bytes: &[u8]) -> Option<String> {
    let words = match bytes.iter().rposition(u8::is_ascii_whitespace) {
        Some(end) if bytes.len() >= LINE_BYTES_MAX => &bytes[..end],
        _ => bytes,
    };
    let text = String::from_utf8_lossy(words);
    let mut line = String::new();
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        if character == '\u{1b}' && characters.peek() == Some(&'[') {
            // An escape sequence ends with a letter. Source: ECMA-48, 5.4.
            characters.find(|character| ('@'..='~').contains(character) && *character != '[');
        } else if !character.is_control() {
            line.push(character);
        }
    }
    let line = line.trim();
    (!line.is_empty()).then(|| line.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn last(bytes: &[u8]) -> Option<String> {
        let mut words = LastWords::default();
        for byte in bytes {
            words.feed(&[*byte], |_| {});
        }
        words.get(str::to_owned)
    }

    #[test]
    fn the_last_line_is_kept_and_an_unfinished_one_counts() {
        assert_eq!(last(b"one\ntwo\n\n").as_deref(), Some("two"));
        assert_eq!(last(b"one\ntwo").as_deref(), Some("two"));
        assert_eq!(last(b" \n\n"), None);
    }

    #[test]
    fn progress_that_is_written_over_is_said_only_if_there_is_nothing_else() {
        assert_eq!(
            last(b"failed\nframe=1\rframe=2\r").as_deref(),
            Some("failed")
        );
        assert_eq!(last(b"frame=1\rframe=2\r").as_deref(), Some("frame=2"));
    }

    #[test]
    fn colours_and_what_cannot_be_shown_are_left_out_and_endless_lines_are_cut() {
        assert_eq!(
            last(b"\x1b[1;31mERROR\x1b[0m: \x07no\xff camera\n").as_deref(),
            Some("ERROR: no\u{fffd} camera")
        );
        let mut words = LastWords::default();
        words.feed(&vec![b'x'; 1 << 20], |_| {});
        assert!(words.unfinished.len() <= LINE_BYTES_MAX);
        assert_eq!(words.get(str::to_owned).unwrap().len(), LINE_CHARS_MAX);
    }

    #[test]
    fn a_line_is_masked_before_it_is_cut() {
        let mut words = LastWords::default();
        words.feed(format!("{} secret", "x".repeat(195)).as_bytes(), |_| {});
        let shown = words.get(|line| line.replace("secret", "…")).unwrap();
        assert!(shown.ends_with(" …"), "{shown}");
        let mut long = LastWords::default();
        long.feed(
            format!("{} secret", "x".repeat(LINE_BYTES_MAX - 4)).as_bytes(),
            |_| {},
        );
        assert!(
            !long
                .get(|line| line[line.len() - 9..].to_owned())
                .unwrap()
                .contains("sec")
        );
    }

    #[test]
    fn whole_lines_are_told_as_they_come() {
        let mut words = LastWords::default();
        let mut lines = Vec::new();
        words.feed(b"one\nprogress\rtw", |line| lines.push(line.to_owned()));
        words.feed(b"o\n", |line| lines.push(line.to_owned()));
        assert_eq!(lines, ["one", "two"]);
    }
}
