//! What is wrong with the settings: all of it, before the first complaint.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;

/// Collects problems and lets the judging go on.
#[derive(Default)]
pub(super) struct Problems(pub(super) Vec<String>);

impl Problems {
    /// The value, if `judged` is one.
    pub(super) fn keep<T, E: std::fmt::Display>(
        &mut self,
        name: &str,
        value: &str,
        judged: Result<T, E>,
    ) -> Option<T> {
        let told = judged.map_err(|wanted| self.0.push(format!("{name}={value:?}: {wanted}")));
        told.ok()
    }

    pub(super) fn number(
        &mut self,
        name: &str,
        value: &str,
        min: usize,
        max: usize,
    ) -> Option<usize> {
        let number = value
            .parse()
            .ok()
            .filter(|number| (min..=max).contains(number));
        let wanted = || format!("a number from {min} to {max} would do");
        self.keep(name, value, number.ok_or_else(wanted))
    }

    pub(super) fn choice<T: Copy>(
        &mut self,
        name: &str,
        value: &str,
        choices: &[(&str, T)],
    ) -> Option<T> {
        let found = choices.iter().find(|(word, _)| *word == value);
        let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
        let wanted = || format!("one of {} would do", words.join(", "));
        self.keep(
            name,
            value,
            found.map(|(_, choice)| *choice).ok_or_else(wanted),
        )
    }

    pub(super) fn list<T: FromStr<Err: std::fmt::Display>, C: FromIterator<T>>(
        &mut self,
        name: &str,
        value: &str,
    ) -> Option<C> {
        let words = value
            .split(',')
            .map(str::trim)
            .filter(|word| !word.is_empty());
        self.keep(name, value, words.map(T::from_str).collect())
    }

    pub(super) fn address(&mut self, name: &str, value: &str, example: &str) -> Option<SocketAddr> {
        let wanted = |_| format!("an address and port would do, {example}");
        self.keep(name, value, value.parse().map_err(wanted))
    }

    /// The path, if it is a file that can be opened.
    pub(super) fn file(&mut self, name: &str, value: &str) -> Option<PathBuf> {
        let wanted = |error| format!("{error}; a file this user may read would do");
        let opened = std::fs::File::open(value).map_err(wanted);
        self.keep(name, value, opened.map(|_| PathBuf::from(value)))
    }
}
