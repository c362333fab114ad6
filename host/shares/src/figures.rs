//! How much work is under way, waits and was refused. Labels are kinds of work, never whose it is.

use std::time::Duration;

use prometheus::{HistogramOpts, HistogramVec, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry};

use crate::Work;

/// The figures of all shares of a process.
#[derive(Debug, Clone)]
pub struct Figures {
    running: IntGaugeVec,
    waiting: IntGaugeVec,
    refused: IntCounterVec,
    waited: HistogramVec,
}

impl Figures {
    /// Registers them.
    ///
    /// # Errors
    /// Where a name is taken.
    pub fn new(registry: &Registry) -> Result<Self, prometheus::Error> {
        let running = Opts::new("bailiwick_work_running", "Pieces of work under way, by kind.");
        let waiting = Opts::new("bailiwick_work_waiting", "Pieces of work that wait for their share, by kind.");
        let refused = Opts::new("bailiwick_work_refused_total", "Pieces of work refused, by kind and reason.");
        let waited =
            HistogramOpts::new("bailiwick_work_waited_seconds", "How long work waited for its share, by kind.")
                .buckets(vec![0.001, 0.005, 0.025, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0]);
        let figures = Self {
            running: IntGaugeVec::new(running, &["kind"])?,
            waiting: IntGaugeVec::new(waiting, &["kind"])?,
            refused: IntCounterVec::new(refused, &["kind", "why"])?,
            waited: HistogramVec::new(waited, &["kind"])?,
        };
        registry.register(Box::new(figures.running.clone()))?;
        registry.register(Box::new(figures.waiting.clone()))?;
        registry.register(Box::new(figures.refused.clone()))?;
        registry.register(Box::new(figures.waited.clone()))?;
        for work in Work::ALL {
            // shown from the start, so that an alarm on them has something to look at
            figures.running(work).set(0);
            figures.waiting(work).set(0);
        }
        Ok(figures)
    }

    pub(crate) fn running(&self, work: Work) -> IntGauge {
        self.running.with_label_values(&[work.name()])
    }

    pub(crate) fn waiting(&self, work: Work) -> IntGauge {
        self.waiting.with_label_values(&[work.name()])
    }

    pub(crate) fn refused(&self, work: Work, why: &str) {
        self.refused.with_label_values(&[work.name(), why]).inc();
    }

    pub(crate) fn waited(&self, work: Work, time: Duration) {
        self.waited.with_label_values(&[work.name()]).observe(time.as_secs_f64());
    }

    #[cfg(test)]
    pub(crate) fn of(&self, work: Work) -> (i64, i64) {
        (self.running(work).get(), self.waiting(work).get())
    }
}
