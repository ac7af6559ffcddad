//! PURE: a command after `exec:`, a camera's or another one's, in words as a shell's quotes make them. No shell sees it.

use std::fmt;

use super::super::secrets;

/// A program and its arguments.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct ExecCommand {
    /// At least one.
    words: Vec<String>,
    secrets: Vec<String>,
}

impl ExecCommand {
    /// Splits `text` into words.
    ///
    /// # Errors
    /// Words that never repeat the command, which may hold a password.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let words = shlex::split(text).ok_or(
            "a quote in the command is not closed, or a backslash ends it; inside '…' every character stands for itself",
        )?;
        if words.first().is_none_or(String::is_empty) {
            return Err(
                "exec: names no program; as in exec:rpicam-vid -t 0 -n --codec mjpeg -o -".into(),
            );
        }
        let secrets = secrets::of_command(&words);
        Ok(Self { words, secrets })
    }

    /// The program as it was written.
    pub(super) fn program(&self) -> &str {
        &self.words[0]
    }

    /// The program and its arguments.
    pub(super) fn words(&self) -> &[String] {
        &self.words
    }

    /// What people call the program.
    pub(super) fn name(&self) -> &str {
        let name = self.program().rsplit('/').next();
        name.filter(|name| !name.is_empty())
            .unwrap_or("the program")
    }

    /// `text` without the passwords of this command.
    pub(super) fn masked(&self, text: &str) -> String {
        secrets::without(&self.secrets, text)
    }
}

/// The program alone: arguments hold passwords.
impl fmt::Debug for ExecCommand {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "exec:{} …", self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_split_as_a_shells_quotes_do() {
        let command =
            ExecCommand::parse(r#"/usr/bin/x -i "a b" 'c "d"' e\ f g=$HOME *.jpg"#).unwrap();
        assert_eq!(
            command.words(),
            [
                "/usr/bin/x",
                "-i",
                "a b",
                "c \"d\"",
                "e f",
                "g=$HOME",
                "*.jpg"
            ]
        );
        assert_eq!(command.name(), "x");
    }

    #[test]
    fn a_command_that_is_none_is_refused_without_repeating_it() {
        for text in ["", "   ", "''", "x 'rtsp://me:secret@cam", "x secret\\"] {
            let words = ExecCommand::parse(text).unwrap_err();
            assert!(!words.contains("secret"), "{words}");
        }
    }

    #[test]
    fn passwords_are_seen_by_nobody_but_the_program() {
        let command = ExecCommand::parse("ffmpeg -i rtsp://me:secret@cam/1 -f mjpeg -").unwrap();
        assert_eq!(format!("{command:?}"), "exec:ffmpeg …");
        assert_eq!(
            command.masked("rtsp://me:secret@cam/1: 401"),
            "rtsp://…@cam/1: 401"
        );
        assert_eq!(
            command.masked("the password secret is wrong"),
            "the password … is wrong"
        );
        assert!(command.words().iter().any(|word| word.contains("secret")));
    }
}
