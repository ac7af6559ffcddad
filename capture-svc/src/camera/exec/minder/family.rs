//! Who descends from a process, by the kernel's table.

use std::fs;

/// One process of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Process {
    pid: i32,
    parent: i32,
    group: i32,
}

/// All that may be seen.
pub(super) fn processes() -> Vec<Process> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries
        .filter_map(|entry| {
            let pid = entry.file_name().to_str()?.parse().ok()?;
            of_stat(pid, &fs::read_to_string(entry.path().join("stat")).ok()?)
        })
        .collect()
}

/// `pid (name) state parent group …`, where the name may hold anything. Source: proc(5).
fn of_stat(pid: i32, stat: &str) -> Option<Process> {
    let mut fields = stat.rsplit_once(") ")?.1.split(' ').skip(1);
    Some(Process {
        pid,
        parent: fields.next()?.parse().ok()?,
        group: fields.next()?.parse().ok()?,
    })
}

/// All descendants of `root`, but those of the process group `but`.
pub(super) fn descendants(root: i32, but: Option<i32>, table: &[Process]) -> Vec<i32> {
    let mut family = vec![root];
    let mut at = 0;
    while let Some(&parent) = family.get(at) {
        let children = table.iter().filter(|process| process.parent == parent);
        // A table is read while it changes: nobody is counted twice.
        let new: Vec<_> = children
            .map(|process| process.pid)
            .filter(|pid| !family.contains(pid))
            .collect();
        family.extend(new);
        at += 1;
    }
    let outside = |pid: &i32| {
        table
            .iter()
            .any(|process| process.pid == *pid && Some(process.group) != but)
    };
    family.into_iter().skip(1).filter(outside).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn process((pid, parent, group): (i32, i32, i32)) -> Process {
        Process { pid, parent, group }
    }

    #[test]
    fn children_of_children_are_found_and_nobody_else() {
        let table = [
            (1, 0, 1),
            (10, 1, 10),
            (11, 10, 11),
            (13, 12, 11),
            (12, 11, 12),
            (20, 1, 20),
        ]
        .map(process);
        assert_eq!(descendants(10, None, &table), [11, 12, 13]);
        assert_eq!(
            descendants(10, Some(11), &table),
            [12],
            "the group has its signal already"
        );
        assert_eq!(descendants(20, None, &table), [0; 0]);
    }

    #[test]
    fn a_table_that_changed_while_it_was_read_is_no_endless_circle() {
        let table = [(11, 12, 1), (12, 11, 1), (10, 12, 1)].map(process);
        assert_eq!(descendants(10, None, &table), [0; 0]);
        assert_eq!(descendants(11, None, &table), [12, 10]);
    }

    #[test]
    fn a_name_may_hold_anything() {
        assert_eq!(
            of_stat(7, "7 (a) b (c) S 3 5 5 0"),
            Some(process((7, 3, 5)))
        );
        assert_eq!(of_stat(7, "7 (a"), None);
        let own = std::process::id() as i32;
        assert!(processes().iter().any(|process| process.pid == own));
    }
}
