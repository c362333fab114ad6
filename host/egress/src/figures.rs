//! How often was what tried, and what became of it. Labels are purposes and codes, never hosts.

use prometheus::{IntCounterVec, Opts, Registry};

use crate::allowed::Purpose;
use crate::error::EgressError;

#[derive(Debug, Clone)]
pub(crate) struct Figures(IntCounterVec);

impl Figures {
    pub(crate) fn new(registry: &Registry) -> Result<Self, prometheus::Error> {
        let opts = Opts::new("bailiwick_egress_total", "Outbound connections and calls, by purpose and outcome.");
        let counters = IntCounterVec::new(opts, &["purpose", "outcome"])?;
        registry.register(Box::new(counters.clone()))?;
        Ok(Self(counters))
    }

    /// Counts what became of an attempt.
    pub(crate) fn count<T>(&self, purpose: Purpose, outcome: &Result<T, EgressError>) {
        let outcome = outcome.as_ref().map_or_else(EgressError::code, |_| "ok");
        self.0.with_label_values(&[purpose.name(), outcome]).inc();
    }
}
