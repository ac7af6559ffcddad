//! What has crossed the line to a site, as the hub's server counts it.

use serde_json::Value;

use super::site::{Site, monitored};

const DAY_S: f64 = 86_400.0;

/// Messages since the line was made.
pub(super) struct Line {
    from_site: u64,
    to_site: u64,
    /// By the server's clock, for asking takes seconds on a busy machine.
    at_s_of_day: f64,
}

impl Line {
    /// Messages a second since `before`, from the site and to it.
    pub(super) fn rates_since(&self, before: &Self) -> [f64; 2] {
        let seconds = (self.at_s_of_day - before.at_s_of_day).rem_euclid(DAY_S);
        let rate = |now: u64, then: u64| now.saturating_sub(then) as f64 / seconds;
        [
            rate(self.from_site, before.from_site),
            rate(self.to_site, before.to_site),
        ]
    }
}

impl Line {
    pub(super) fn of(site: &Site) -> Result<Self, String> {
        read(&monitored("/leafz")?, &site.address()?)
    }
}

/// PURE: the leaf at `address` in the answer of `/leafz`.
fn read(leafz: &str, address: &str) -> Result<Line, String> {
    let all: Value = serde_json::from_str(leafz).map_err(|error| format!("{error}: {leafz}"))?;
    let mut leaves = all["leafs"].as_array().into_iter().flatten();
    let leaf = leaves.find(|leaf| leaf["ip"] == address);
    let leaf = leaf.ok_or_else(|| format!("no leaf node from {address} in {leafz}"))?;
    if leaf["compression"] != "off" {
        return Err(format!("frames are compressed on the line: {leaf}"));
    }
    let count = |name: &str| {
        leaf[name]
            .as_u64()
            .ok_or_else(|| format!("no {name} in {leaf}"))
    };
    Ok(Line {
        from_site: count("in_msgs")?,
        to_site: count("out_msgs")?,
        at_s_of_day: second_of_day(&all["now"])?,
    })
}

/// Of `2026-11-29T20:58:13.426097Z`.
fn second_of_day(time: &Value) -> Result<f64, String> {
    let time = time.as_str().unwrap_or_default();
    let clock = time
        .split_once('T')
        .map(|(_, clock)| clock.trim_end_matches('Z'));
    let parts: Vec<f64> = clock
        .into_iter()
        .flat_map(|clock| clock.split(':'))
        .filter_map(|part| part.parse().ok())
        .collect();
    match parts[..] {
        [hours, minutes, seconds] => Ok((hours * 60.0 + minutes) * 60.0 + seconds),
        _ => Err(format!("the server's time is {time:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_found_by_its_sites_address() {
        let line = read(&leafz("00:00:01.5", 30), "10.0.0.3").expect("a line");
        assert_eq!((line.from_site, line.to_site), (30, 4));
        assert!(read(&leafz("00:00:01.5", 30), "10.0.0.4").is_err());
        assert!(read("", "10.0.0.3").is_err());
        let compressed = leafz("00:00:01.5", 30).replace("off", "s2_fast");
        assert!(read(&compressed, "10.0.0.3").is_err());
    }

    #[test]
    fn rates_are_by_the_servers_own_clock_also_over_midnight() {
        let at = |time, count| read(&leafz(time, count), "10.0.0.3").expect("a line");
        let [up, down] = at("00:00:01.5", 130).rates_since(&at("23:59:59.5", 30));
        assert!((up - 50.0).abs() < 1e-6 && down.abs() < 1e-6, "{up} {down}");
        assert!(read(&leafz("soon", 1), "10.0.0.3").is_err());
    }

    fn leafz(time: &str, count: u64) -> String {
        format!(
            r#"{{"now":"2026-11-29T{time}Z","leafs":[{{"ip":"10.0.0.2","in_msgs":1,"out_msgs":2}},
            {{"ip":"10.0.0.3","in_msgs":{count},"out_msgs":4,"compression":"off"}}]}}"#
        )
    }
}
