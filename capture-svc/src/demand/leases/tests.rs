//! When leases end, and when the clock that ends them stands still.

use super::*;

const SECOND: Duration = Duration::from_secs(1);

struct Table {
    leases: Leases,
    start: Instant,
    revision: u64,
}

impl Table {
    /// A connected table whose canary has just come back.
    #[expect(
        clippy::disallowed_methods,
        reason = "an Instant can only be had from the clock; tests add to it"
    )]
    fn new() -> Self {
        let start = Instant::now();
        let mut leases = Leases::new(CameraId::default(), &"me".parse().unwrap(), start);
        leases.set_connected(true, start);
        leases.put("_cap.me", b"", 1, start);
        Self {
            leases,
            start,
            revision: 1,
        }
    }

    fn put(&mut self, key: &str, at: f64) {
        self.revision += 1;
        self.leases.put(key, b"", self.revision, self.at(at));
    }

    fn canary_until(&mut self, from: u32, to: u32) {
        for second in from..=to {
            self.put("_cap.me", f64::from(second));
        }
    }

    fn at(&self, seconds: f64) -> Instant {
        self.start + Duration::from_secs_f64(seconds)
    }

    fn count(&self, rendition: &str) -> usize {
        self.leases.count(rendition.parse().unwrap())
    }

    fn wanted(&mut self, at: f64) -> Vec<u8> {
        let now = self.at(at);
        let wanted = self.leases.wanted(now).renditions();
        wanted
            .iter()
            .map(|rendition| rendition.quality().get())
            .collect()
    }
}

#[test]
fn a_lease_without_renewal_ends_at_its_deadline() {
    let mut table = Table::new();
    table.put("q80.gw", 0.0);
    assert_eq!(table.leases.next_end(), Some(table.at(5.0)));
    table.canary_until(1, 4);
    assert_eq!(table.wanted(4.999), [80]);
    assert_eq!(table.wanted(5.0), [0u8; 0]);
}

#[test]
fn a_renewed_lease_lives_on_and_a_deleted_one_ends_at_once() {
    let mut table = Table::new();
    table.put("q80.a", 0.0);
    table.put("q80.b", 0.0);
    table.put("q40.b", 0.0);
    table.canary_until(1, 4);
    table.put("q80.a", 4.0);
    table.canary_until(5, 8);
    assert_eq!(table.wanted(8.9), [80], "b was not renewed");
    assert_eq!(table.count("80"), 1);
    table.leases.delete("q80.a");
    assert_eq!(table.wanted(8.9), [0u8; 0]);
    assert_eq!(table.leases.next_end(), None);
}

#[test]
fn a_put_told_again_by_a_new_watch_renews_nothing() {
    let mut table = Table::new();
    table.leases.put("q80.gw", b"", 7, table.at(0.0));
    table.canary_until(1, 4);
    table.leases.put("q80.gw", b"", 7, table.at(4.0));
    table.canary_until(5, 6);
    assert_eq!(table.wanted(5.1), [0u8; 0]);
}

#[test]
fn leases_do_not_age_while_the_canary_is_silent() {
    let mut table = Table::new();
    table.put("q80.gw", 0.0);
    // The clock runs until PLANE_DEAD after the last canary, then stands: 2.5 s of 5 are used up.
    assert_eq!(table.wanted(40.0), [80]);
    assert!(table.leases.canary_silent(table.at(40.0)));
    table.put("_cap.me", 40.0);
    assert!(!table.leases.canary_silent(table.at(41.0)));
    table.canary_until(41, 42);
    assert_eq!(table.wanted(42.4), [80]);
    assert_eq!(table.wanted(42.6), [0u8; 0]);
}

#[test]
fn leases_do_not_age_while_disconnected() {
    let mut table = Table::new();
    table.put("q80.gw", 0.0);
    table.leases.set_connected(false, table.at(1.0));
    table.canary_until(2, 30);
    assert_eq!(table.wanted(30.0), [80]);
    table.leases.set_connected(true, table.at(30.0));
    table.canary_until(31, 33);
    assert_eq!(table.wanted(33.9), [80]);
    assert_eq!(table.wanted(34.1), [0u8; 0]);
}

#[test]
fn even_an_ill_kv_ends_the_demand_after_the_longest_hold() {
    let mut table = Table::new();
    table.put("q80.gw", 0.0);
    // 2.5 s run, then held from 2.5 to 62.5, then the remaining 2.5 s.
    for tenth in 0..649 {
        assert_eq!(table.wanted(f64::from(tenth) / 10.0), [80], "{tenth}");
    }
    assert_eq!(table.wanted(65.1), [0u8; 0]);
}

#[test]
fn the_hold_begins_anew_after_the_canary_came_back() {
    let mut table = Table::new();
    table.put("q80.gw", 0.0);
    assert_eq!(table.wanted(50.0), [80]);
    table.put("_cap.me", 50.0);
    table.put("q80.gw", 50.0);
    assert_eq!(
        table.wanted(110.0),
        [80],
        "a second hold of 60 s from 52.5 on"
    );
}

#[test]
fn other_cameras_other_canaries_and_garbage_are_not_our_demand() {
    let mut table = Table::new();
    for key in ["door.q80.gw", "_cap.other", "q81.gw", "privacy", "", "q80"] {
        table.put(key, 0.0);
    }
    assert_eq!(table.wanted(0.1), [0u8; 0]);
    assert!(
        table.leases.canary_silent(table.start + 3 * SECOND),
        "another's canary is not ours"
    );
}

#[test]
fn asking_twice_at_one_moment_neither_begins_a_hold_nor_ends_it() {
    let mut table = Table::new();
    table.put("q80.gw", 0.0);
    // 2.5 s run, held from 2.5 to 62.5, then the remaining 2.5 s.
    for second in 0..65 {
        for _ in 0..2 {
            assert_eq!(table.wanted(f64::from(second)), [80], "{second}");
        }
    }
    assert_eq!(table.wanted(64.9), [80]);
    assert_eq!(table.wanted(65.1), [0u8; 0]);
}

#[test]
fn a_hold_is_over_when_the_clock_runs_again_though_no_new_canary_came() {
    let mut table = Table::new();
    table.put("q80.gw", 0.0);
    table.leases.set_connected(false, table.at(1.0));
    table.leases.set_connected(true, table.at(1.5));
    // The canary of 0 s is good until 2.5: 2 s have run, the second hold goes to 62.5, then the remaining 3 s.
    assert_eq!(table.wanted(2.0), [80]);
    assert_eq!(table.wanted(65.4), [80]);
    assert_eq!(table.wanted(65.6), [0u8; 0]);
}

#[test]
fn each_rung_counts_the_gateways_that_want_it() {
    let mut table = Table::new();
    for key in ["q80.a", "q80.b", "q40.b", "q80s2.a"] {
        table.put(key, 0.0);
    }
    assert_eq!(
        ["80", "40", "80s2"].map(|rendition| table.count(rendition)),
        [2, 1, 1]
    );
}

#[test]
fn the_canary_is_our_own_key_and_silent_only_after_its_time() {
    let table = Table::new();
    assert_eq!(table.leases.canary(), "_cap.me");
    assert!(!table.leases.canary_silent(table.start + PLANE_DEAD));
    assert!(table.leases.canary_silent(table.at(2.501)));
}

#[test]
fn a_rendition_is_wanted_at_the_rate_of_its_fastest_lease_and_an_old_gateways_is_every_frame() {
    let mut table = Table::new();
    let mut put = |key: &str, value: &[u8], at: f64| {
        table.revision += 1;
        let at = table.at(at);
        table.leases.put(key, value, table.revision, at);
        format!("{:?}", table.leases.wanted(at))
    };
    assert_eq!(put("q30s4.a", b"fps=2", 0.1), "{30s4 at 2 fps}");
    assert_eq!(put("q30s4.b", b"fps=0.5", 0.2), "{30s4 at 2 fps}");
    assert_eq!(put("q30s4.b", b"fps=10", 0.3), "{30s4 at 10 fps}");
    assert_eq!(put("q30s4.old", b"", 0.4), "{30s4}");
    assert_eq!(put("q80.a", b"1", 0.5), "{30s4, 80}");
    assert_eq!(put("q30s4.old", b"fps=1", 0.6), "{30s4 at 10 fps, 80}");
    table.leases.delete("q30s4.b");
    let now = table.at(0.7);
    assert_eq!(
        format!("{:?}", table.leases.wanted(now)),
        "{30s4 at 2 fps, 80}"
    );
}

#[test]
fn a_lease_on_a_rendition_that_there_is_not_is_told_once_and_wants_nothing() {
    let mut table = Table::new();
    for (key, told) in [
        ("q42.me", Some("q42")),
        ("q42.me", None),
        ("q42.you", Some("q42")),
        ("80.me", Some("80")),
        ("q80.me", None),
        ("q80s2.me", None),
        // Another camera's, and no lease at all.
        ("door.q42.me", None),
        ("_cap.other", None),
        ("q42", None),
    ] {
        table.put(key, 0.1);
        assert_eq!(table.leases.unknown_rendition(key), told, "{key}");
    }
    assert_eq!(table.wanted(0.2), [80, 80]);
    for number in 0..100 {
        table.leases.unknown_rendition(&format!("q42.{number}"));
    }
    assert_eq!(table.leases.unknown_rendition("q42.late"), None);
}

#[test]
fn a_gateway_counts_once_however_many_renditions_it_wants_and_until_its_last_lease_ends() {
    let mut table = Table::new();
    table.put("q80.a", 0.0);
    table.put("q80s4.a", 0.0);
    table.put("q30.b", 0.0);
    table.put("door.q30.c", 0.0);
    assert_eq!(table.leases.gateways(), 2);
    table.leases.delete("q80.a");
    assert_eq!(table.leases.gateways(), 2);
    table.leases.delete("q80s4.a");
    table.leases.delete("q30.b");
    assert_eq!(table.leases.gateways(), 0);
}
