//! A registry of metrics of this process' own, and the few ways our series are made.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use prometheus::core::Collector;
use prometheus::process_collector::ProcessCollector;
use prometheus::{
    Encoder as _, Gauge, Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec,
    IntGauge, IntGaugeVec, Opts, Result, TextEncoder,
};

/// All series of a service. A clone is the same registry.
///
/// Each method registers one series (or one per label value, later) and fails only on two series of one name.
#[derive(Clone)]
pub struct Registry {
    all: prometheus::Registry,
    /// That each series made here carries, and where those are that are made.
    part: Option<Arc<Part>>,
}

/// Series that come and go together.
struct Part {
    label: (String, String),
    all: prometheus::Registry,
    made: Mutex<Vec<Box<dyn Collector>>>,
}

impl Drop for Part {
    fn drop(&mut self) {
        let made = self.made.get_mut().unwrap_or_else(PoisonError::into_inner);
        for collector in made.drain(..) {
            // Each was registered once.
            let _ = self.all.unregister(collector);
        }
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let label = self.part.as_ref().map(|part| &part.label);
        out.debug_struct("Registry")
            .field("label", &label)
            .finish_non_exhaustive()
    }
}

impl Registry {
    /// With `build_info` and `process_*`. `version` is the service's.
    ///
    /// # Errors
    /// None that is known: the names are this file's.
    pub fn new(version: &str) -> Result<Self> {
        let registry = Self {
            all: prometheus::Registry::new(),
            part: None,
        };
        let info = Opts::new("build_info", "1; its labels tell version and revision.");
        let revision = option_env!("BUILD_REVISION").unwrap_or("unknown");
        registry
            .add(IntGaugeVec::new(info, &["version", "revision"]))?
            .with_label_values(&[version, revision])
            .set(1);
        registry
            .all
            .register(Box::new(ProcessCollector::for_self()))?;
        Ok(registry)
    }

    /// The same registry, in which each series carries a label. The series go when the last clone of what is returned
    /// goes.
    #[must_use]
    pub fn labelled(&self, name: &str, value: &str) -> Self {
        Self {
            all: self.all.clone(),
            part: Some(Arc::new(Part {
                label: (name.to_owned(), value.to_owned()),
                all: self.all.clone(),
                made: Mutex::default(),
            })),
        }
    }

    /// A counter.
    ///
    /// # Errors
    /// The name is taken.
    pub fn counter(&self, name: &str, help: &str) -> Result<IntCounter> {
        self.add(IntCounter::with_opts(self.options(name, help)))
    }

    /// A counter for each value of `label`.
    ///
    /// # Errors
    /// The name is taken.
    pub fn counters(&self, name: &str, help: &str, label: &str) -> Result<IntCounterVec> {
        self.add(IntCounterVec::new(self.options(name, help), &[label]))
    }

    /// A counter for each set of values of `labels`.
    ///
    /// # Errors
    /// The name is taken.
    pub fn counters_by(&self, name: &str, help: &str, labels: &[&str]) -> Result<IntCounterVec> {
        self.add(IntCounterVec::new(Opts::new(name, help), labels))
    }

    /// A gauge of whole numbers.
    ///
    /// # Errors
    /// The name is taken.
    pub fn gauge(&self, name: &str, help: &str) -> Result<IntGauge> {
        self.add(IntGauge::with_opts(self.options(name, help)))
    }

    /// A gauge of whole numbers for each value of `label`.
    ///
    /// # Errors
    /// The name is taken.
    pub fn gauges(&self, name: &str, help: &str, label: &str) -> Result<IntGaugeVec> {
        self.add(IntGaugeVec::new(self.options(name, help), &[label]))
    }

    /// A gauge of whole numbers for each set of values of `labels`.
    ///
    /// # Errors
    /// The name is taken.
    pub fn gauges_by(&self, name: &str, help: &str, labels: &[&str]) -> Result<IntGaugeVec> {
        self.add(IntGaugeVec::new(Opts::new(name, help), labels))
    }

    /// A gauge with decimals.
    ///
    /// # Errors
    /// The name is taken.
    pub fn float_gauge(&self, name: &str, help: &str) -> Result<Gauge> {
        self.add(Gauge::with_opts(self.options(name, help)))
    }

    /// A histogram with the upper bounds `buckets`.
    ///
    /// # Errors
    /// The name is taken.
    pub fn histogram(&self, name: &str, help: &str, buckets: &[f64]) -> Result<Histogram> {
        let options = HistogramOpts::from(self.options(name, help)).buckets(buckets.to_vec());
        self.add(Histogram::with_opts(options))
    }

    /// A histogram for each value of `label`, with the upper bounds `buckets`.
    ///
    /// # Errors
    /// The name is taken.
    pub fn histograms(
        &self,
        name: &str,
        help: &str,
        label: &str,
        buckets: &[f64],
    ) -> Result<HistogramVec> {
        let options = HistogramOpts::from(self.options(name, help)).buckets(buckets.to_vec());
        self.add(HistogramVec::new(options, &[label]))
    }

    /// All series in Prometheus' text format.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = Vec::new();
        // Writing to a Vec cannot fail, and our names are valid: they were registered.
        let encoded = TextEncoder::new().encode(&self.all.gather(), &mut text);
        encoded
            .ok()
            .and_then(|()| String::from_utf8(text).ok())
            .unwrap_or_default()
    }

    fn add<T: Collector + Clone + 'static>(&self, made: Result<T>) -> Result<T> {
        let made = made?;
        self.all.register(Box::new(made.clone()))?;
        if let Some(part) = &self.part {
            let mut all = part.made.lock().unwrap_or_else(PoisonError::into_inner);
            all.push(Box::new(made.clone()));
        }
        Ok(made)
    }

    fn options(&self, name: &str, help: &str) -> Opts {
        let options = Opts::new(name, help);
        match &self.part {
            Some(part) => options.const_label(&part.label.0, &part.label.1),
            None => options,
        }
    }
}

/// Counts in a gauge while it lives, so that no way out can forget to count down.
#[derive(Debug)]
pub struct CountedGauge(IntGauge);

impl CountedGauge {
    /// One more.
    #[must_use]
    pub fn new(gauge: &IntGauge) -> Self {
        gauge.inc();
        Self(gauge.clone())
    }
}

impl Drop for CountedGauge {
    fn drop(&mut self) {
        self.0.dec();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn series_are_told_in_prometheus_text_with_version_and_process() {
        let registry = Registry::new("1.2.3").unwrap();
        registry.counter("a_total", "A.").unwrap().inc();
        let labelled = registry.counters("b_total", "B.", "reason").unwrap();
        labelled.with_label_values(&["c"]).inc_by(2);
        registry.gauge("d", "D.").unwrap().set(4);
        let gauges = registry.gauges("e", "E.", "quality").unwrap();
        gauges.with_label_values(&["80"]).set(5);
        registry.float_gauge("f", "F.").unwrap().set(0.5);
        registry.histogram("g", "G.", &[1.0]).unwrap().observe(0.5);
        let sizes = registry.histograms("h", "H.", "quality", &[1.0]).unwrap();
        sizes.with_label_values(&["80"]).observe(2.0);
        let text = registry.text();
        for line in [
            "# HELP a_total A.",
            "a_total 1",
            "b_total{reason=\"c\"} 2",
            "d 4",
            "e{quality=\"80\"} 5",
            "f 0.5",
            "g_bucket{le=\"1\"} 1",
            "h_bucket{quality=\"80\",le=\"1\"} 0",
            "build_info{revision=\"unknown\",version=\"1.2.3\"} 1",
        ] {
            let revision_known =
                option_env!("BUILD_REVISION").is_some() && line.contains("unknown");
            assert!(text.contains(line) || revision_known, "{line} in\n{text}");
        }
        assert!(text.contains("process_resident_memory_bytes"));
        assert!(registry.counter("a_total", "Again.").is_err());
    }

    #[test]
    fn series_of_a_part_carry_its_label_and_go_with_it() {
        let registry = Registry::new("1.2.3").unwrap();
        let [door, yard] = ["door", "yard"].map(|camera| {
            let part = registry.labelled("camera", camera);
            let counters = part.counters("a_total", "A.", "reason").unwrap();
            counters.with_label_values(&["b"]).inc();
            part.histogram("c", "C.", &[1.0]).unwrap().observe(0.5);
            part
        });
        let text = registry.text();
        assert_eq!(text.matches("# HELP a_total").count(), 1, "{text}");
        for line in [
            "a_total{camera=\"door\",reason=\"b\"} 1",
            "a_total{camera=\"yard\",reason=\"b\"} 1",
            "c_bucket{camera=\"door\",le=\"1\"} 1",
        ] {
            assert!(text.contains(line), "{line} in\n{text}");
        }
        let clone = door.clone();
        drop(door);
        assert!(registry.text().contains("door"));
        drop((clone, yard));
        assert!(!registry.text().contains("a_total"));
        let again = registry.labelled("camera", "door");
        assert!(again.counters("a_total", "A.", "reason").is_ok());
    }

    #[test]
    fn a_gauge_counts_down_whichever_way_its_owner_ends() {
        let gauge = IntGauge::new("x", "X.").unwrap();
        let (one, two) = (CountedGauge::new(&gauge), CountedGauge::new(&gauge));
        assert_eq!(gauge.get(), 2);
        drop(one);
        assert_eq!(gauge.get(), 1);
        drop(two);
        assert_eq!(gauge.get(), 0);
    }
}
