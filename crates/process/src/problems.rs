//! What is wrong with the settings: all of it, before the first complaint.

use std::fmt::Display;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

/// What would do where a time is wanted.
const TIME_WANTED: &str = "a time like 10s, 500ms or 2m would do";

/// What keeps settings from being used: every problem, in words that name the value and what would do.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.join("\n"))]
pub struct ConfigErrors(pub Vec<String>);

/// Collects problems and lets the judging go on: each judgement returns the value only if it can be used.
#[derive(Debug, Default)]
pub struct Problems(Vec<String>);

impl Problems {
    /// Adds a problem in words of its own.
    pub fn add(&mut self, words: impl Into<String>) {
        self.0.push(words.into());
    }

    /// The value, if `judged` is one; else `name="value": ` and the error, which says what would do.
    pub fn keep<T, E: Display>(
        &mut self,
        name: &str,
        value: &str,
        judged: Result<T, E>,
    ) -> Option<T> {
        judged
            .map_err(|wanted| self.add(format!("{name}={value:?}: {wanted}")))
            .ok()
    }

    /// A number from `min` to `max`.
    pub fn number<T: Copy + FromStr + PartialOrd + Display>(
        &mut self,
        name: &str,
        value: &str,
        min: T,
        max: T,
    ) -> Option<T> {
        let number = value.parse().ok();
        let number = number.filter(|number| (&min..=&max).contains(&number));
        let wanted = || format!("a number from {min} to {max} would do");
        self.keep(name, value, number.ok_or_else(wanted))
    }

    /// One of a few words.
    pub fn choice<T: Copy>(&mut self, name: &str, value: &str, choices: &[(&str, T)]) -> Option<T> {
        let found = choices.iter().find(|(word, _)| *word == value);
        let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
        let wanted = || format!("one of {} would do", words.join(", "));
        self.keep(
            name,
            value,
            found.map(|(_, choice)| *choice).ok_or_else(wanted),
        )
    }

    /// Any number of values, comma-separated; empty ones are passed over.
    pub fn list<T: FromStr<Err: Display>, C: FromIterator<T>>(
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

    /// An IP address and a port.
    pub fn address(&mut self, name: &str, value: &str, example: &str) -> Option<SocketAddr> {
        let wanted = |_| format!("an address and port would do, {example}");
        self.keep(name, value, value.parse().map_err(wanted))
    }

    /// A length of time with its unit: `10s`, `500ms`, `2m`.
    pub fn time(&mut self, name: &str, value: &str) -> Option<Duration> {
        let wanted = |_| TIME_WANTED;
        let judged = humantime::parse_duration(value).map_err(wanted);
        self.keep(name, value, judged)
    }

    /// As [`time`](Self::time), or the word `never`, which is `None`; `hint` is added to what would do.
    pub fn time_or_never(
        &mut self,
        name: &str,
        value: &str,
        hint: &str,
    ) -> Option<Option<Duration>> {
        if value == "never" {
            return Some(None);
        }
        let wanted = |_| format!("{TIME_WANTED}, {hint}");
        let judged = humantime::parse_duration(value).map_err(wanted);
        self.keep(name, value, judged).map(Some)
    }

    /// The path, if it is a file that this process can open.
    pub fn file(&mut self, name: &str, value: &str) -> Option<PathBuf> {
        let wanted = |error| format!("{error}; a file this user may read would do");
        let opened = std::fs::File::open(value).map_err(wanted);
        self.keep(name, value, opened.map(|_| PathBuf::from(value)))
    }

    /// The settings made of what was kept, unless there was a problem.
    ///
    /// # Errors
    /// All problems at once.
    pub fn settle<T>(self, made: Option<T>) -> Result<T, ConfigErrors> {
        match made {
            Some(made) if self.0.is_empty() => Ok(made),
            _ => Err(ConfigErrors(self.0)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_problem_names_the_value_and_what_would_do() {
        let mut problems = Problems::default();
        let p = &mut problems;
        assert_eq!(p.number("N", "3", 1, 5), Some(3));
        assert_eq!(p.number("N", "6", 1, 5), None);
        assert_eq!(p.choice("C", "b", &[("a", 1), ("b", 2)]), Some(2));
        assert_eq!(p.choice("C", "c", &[("a", 1), ("b", 2)]), None);
        assert_eq!(p.list::<u8, Vec<_>>("L", "1, 2,,3"), Some(vec![1, 2, 3]));
        assert_eq!(p.list::<u8, Vec<_>>("L", "1,x"), None);
        assert_eq!(p.address("A", "80", "127.0.0.1:80"), None);
        assert_eq!(p.file("F", "/no/such/file"), None);
        let told = problems.settle(Some(())).unwrap_err();
        assert_eq!(
            told.0,
            [
                "N=\"6\": a number from 1 to 5 would do",
                "C=\"c\": one of a, b would do",
                "L=\"1,x\": invalid digit found in string",
                "A=\"80\": an address and port would do, 127.0.0.1:80",
                "F=\"/no/such/file\": No such file or directory (os error 2); a file this user may read would do",
            ]
        );
    }

    #[test]
    fn no_problem_and_all_values_are_settings_and_neither_alone_is() {
        assert_eq!(Problems::default().settle(Some(7)), Ok(7));
        assert!(Problems::default().settle(None::<u8>).is_err());
        let mut problems = Problems::default();
        problems.add("bad");
        assert!(problems.settle(Some(7)).is_err());
    }

    #[test]
    fn a_time_has_a_unit() {
        let mut problems = Problems::default();
        let mut time = |text| problems.time("T", text);
        assert_eq!(time("500ms"), Some(Duration::from_millis(500)));
        assert_eq!(time("2m"), Some(Duration::from_secs(120)));
        assert_eq!(time("0s"), Some(Duration::ZERO));
        for bad in ["", "s", "-1s", "10", "99999999999999999999h"] {
            assert_eq!(time(bad), None, "{bad}");
        }
    }

    #[test]
    fn never_is_a_time_where_it_may_be_said() {
        let mut problems = Problems::default();
        let told = problems.time_or_never("T", "never", "");
        assert_eq!(told, Some(None));
        let told = problems.time_or_never("T", "1s", "");
        assert_eq!(told, Some(Some(Duration::from_secs(1))));
        assert_eq!(
            problems.time_or_never("T", "x", "never for always open"),
            None
        );
        let told = problems.settle(Some(())).unwrap_err();
        assert!(told.0[0].ends_with("never for always open"), "{told}");
    }
}
