//! Reads Prometheus' text format: `name{quality="80"} 12`.

/// The sum of the series of `name` that carry all of `labels`, NaN when there is none.
pub(crate) fn sum_of(text: &str, name: &str, labels: &[(&str, &str)]) -> f64 {
    let wanted: Vec<String> = labels
        .iter()
        .map(|(label, value)| format!("{label}=\"{value}\""))
        .collect();
    let values = text.lines().filter_map(|line| {
        let rest = line.strip_prefix(name)?;
        let (found, value) = match rest.strip_prefix('{') {
            Some(rest) => rest.split_once('}')?,
            None => ("", rest.strip_prefix(' ')?),
        };
        let found: Vec<&str> = found.split(',').collect();
        if !wanted.iter().all(|label| found.contains(&label.as_str())) {
            return None;
        }
        value.split_whitespace().next()?.parse::<f64>().ok()
    });
    values.reduce(|sum, value| sum + value).unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_metric_is_summed_over_the_series_that_match() {
        let text = "# HELP sent_total frames\nsent_total{quality=\"40\"} 3\nsent_total{quality=\"80\"} 4\nsent 5\nsent_total_x 9\n";
        let sum = |name, labels| sum_of(text, name, labels);
        assert!((sum("sent_total", &[]) - 7.0).abs() < f64::EPSILON);
        assert!((sum("sent_total", &[("quality", "80")]) - 4.0).abs() < f64::EPSILON);
        assert!((sum("sent", &[]) - 5.0).abs() < f64::EPSILON);
    }

    #[test]
    fn a_metric_that_is_not_there_is_no_zero() {
        assert!(sum_of("sent_total 3\n", "snet_total", &[]).is_nan());
        assert!(
            sum_of(
                "sent_total{quality=\"40\"} 3\n",
                "sent_total",
                &[("quality", "80")]
            )
            .is_nan()
        );
    }
}
