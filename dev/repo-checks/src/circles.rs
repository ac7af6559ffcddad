//! Files that import each other, directly or around a corner.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::fmt;

/// One file's need of another.
#[derive(Clone, Debug)]
pub struct Arrow {
    /// Who needs.
    pub from: String,
    /// Whom.
    pub to: String,
    /// The top-level rooms of both.
    pub rooms: (String, String),
    /// On which line of `from`, for the first time.
    pub line: usize,
    /// By which path.
    pub name: String,
}

impl fmt::Display for Arrow {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            from,
            to,
            line,
            name,
            ..
        } = self;
        write!(formatter, "{from}:{line} uses `{name}` of {to}")
    }
}

/// The shortest circle through each file that is on one; each circle once.
#[must_use]
pub fn circles(arrows: &[Arrow]) -> Vec<Vec<&Arrow>> {
    let mut from: HashMap<&str, Vec<&Arrow>> = HashMap::new();
    for arrow in arrows {
        from.entry(&arrow.from).or_default().push(arrow);
    }
    let files: BTreeSet<&str> = from.keys().copied().collect();
    let mut seen: BTreeSet<BTreeSet<&str>> = BTreeSet::new();
    let mut found = Vec::new();
    for file in files {
        let Some(circle) = back_to(file, &from) else {
            continue;
        };
        if seen.insert(circle.iter().map(|arrow| arrow.from.as_str()).collect()) {
            found.push(circle);
        }
    }
    found
}

/// The shortest way from `start` to itself.
fn back_to<'a>(start: &str, from: &HashMap<&'a str, Vec<&'a Arrow>>) -> Option<Vec<&'a Arrow>> {
    let mut reached: HashMap<&str, &Arrow> = HashMap::new();
    let mut open = VecDeque::from([start]);
    while let Some(file) = open.pop_front() {
        for &arrow in from.get(file).into_iter().flatten() {
            if reached.contains_key(arrow.to.as_str()) {
                continue;
            }
            reached.insert(&arrow.to, arrow);
            if arrow.to == start {
                let mut circle = vec![arrow];
                while circle[0].from != start {
                    circle.insert(0, reached[circle[0].from.as_str()]);
                }
                return Some(circle);
            }
            open.push_back(&arrow.to);
        }
    }
    None
}
