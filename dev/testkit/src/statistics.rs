//! Percentile and median of measured values: one definition for every table and every bound.
//!
//! It imports nothing, so that bench/encode, which is built without testkit, can include this file by its path.

/// The value that `percent` of `sorted` do not exceed; `None` of none.
#[must_use]
pub fn at_percent<T: Copy>(sorted: &[T], percent: usize) -> Option<T> {
    let last = sorted.len().checked_sub(1)?;
    Some(sorted[(sorted.len() * percent / 100).min(last)])
}

/// Sorts `values` and gives the one that `percent` of them do not exceed; NaN of none.
#[must_use]
pub fn percentile(values: &mut [f64], percent: usize) -> f64 {
    values.sort_by(f64::total_cmp);
    at_percent(values, percent).unwrap_or(f64::NAN)
}

/// Sorts `values` and gives the middle one, the upper of two; NaN of none.
#[must_use]
pub fn median(values: &mut [f64]) -> f64 {
    percentile(values, 50)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_one_of_the_values_and_of_none_there_is_none() {
        let mut values = [5.0, 1.0, 3.0, 2.0, 4.0];
        assert!((percentile(&mut values, 100) - 5.0).abs() < f64::EPSILON);
        assert!((percentile(&mut values, 0) - 1.0).abs() < f64::EPSILON);
        assert!((median(&mut values) - 3.0).abs() < f64::EPSILON);
        assert!((median(&mut [2.0, 1.0]) - 2.0).abs() < f64::EPSILON);
        assert!(percentile(&mut [], 50).is_nan());
        assert_eq!(at_percent(&[1, 2, 3], 99), Some(3));
    }
}
