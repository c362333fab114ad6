//! Figures of every driver, for Prometheus. Labels are the driver's name and closed sets of codes:
//! nothing that a guest or a device says becomes a label.

use std::{collections::HashMap, time::Duration};

use bailiwick_contract::exchange::Input;
use prometheus::{
    Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry,
    core::Collector,
};

use crate::RuntimeError;

/// From 50 µs to 30 s.
const SECONDS: [f64; 13] = [0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 30.0];

pub(crate) struct Metrics {
    pub(crate) exchanges: IntCounterVec,
    pub(crate) seconds: HistogramVec,
    pub(crate) busy: HistogramVec,
    pub(crate) steps: IntCounterVec,
    pub(crate) asks: IntCounterVec,
    pub(crate) violations: IntCounterVec,
    pub(crate) dropped: IntCounterVec,
    pub(crate) traps: IntCounterVec,
    pub(crate) pauses: IntCounterVec,
    pub(crate) events: IntCounterVec,
    pub(crate) loads: IntCounterVec,
    pub(crate) memory_peak: IntGaugeVec,
    pub(crate) live: IntGauge,
    pub(crate) waiting: IntGauge,
    pub(crate) compilations: IntCounter,
    pub(crate) compiling: IntGauge,
}

impl Metrics {
    /// Makes the figures, and registers them where there is a registry.
    pub(crate) fn new(registry: Option<&Registry>) -> Result<Self, RuntimeError> {
        let add = Register(registry);
        let times = |name: &str, help: &str| HistogramOpts::new(name, help).buckets(SECONDS.to_vec());
        Ok(Self {
            exchanges: add.counter(
                "bailiwick_driver_exchanges_total",
                "Exchanges by how they ended",
                &["driver", "input", "end"],
            )?,
            seconds: add.to(HistogramVec::new(
                times("bailiwick_driver_exchange_seconds", "Time from start to end of an exchange, waiting included"),
                &["driver", "input"],
            )?)?,
            busy: add.to(HistogramVec::new(
                times("bailiwick_driver_busy_seconds", "CPU time of an exchange inside the sandbox"),
                &["driver", "input"],
            )?)?,
            steps: add.counter("bailiwick_driver_steps_total", "Steps of exchanges", &["driver"])?,
            asks: add.counter(
                "bailiwick_driver_asks_total",
                "Asks by kind and by why they were denied, if they were",
                &["driver", "kind", "result"],
            )?,
            violations: add.counter(
                "bailiwick_driver_violations_total",
                "Outcomes refused since they break the manifest",
                &["driver", "code"],
            )?,
            dropped: add.counter(
                "bailiwick_driver_dropped_values_total",
                "Declared values that were not permitted",
                &["driver"],
            )?,
            traps: add.counter("bailiwick_driver_traps_total", "Traps by kind", &["driver", "kind"])?,
            pauses: add.counter(
                "bailiwick_driver_pauses_total",
                "Times that a driver was paused for an account",
                &["driver"],
            )?,
            events: add.counter(
                "bailiwick_driver_events_total",
                "Log events, told or suppressed",
                &["driver", "result"],
            )?,
            loads: add.counter("bailiwick_driver_loads_total", "Components loaded, or refused by why", &["result"])?,
            memory_peak: add.to(IntGaugeVec::new(
                Opts::new("bailiwick_driver_memory_peak_bytes", "Greatest linear memory of an exchange so far"),
                &["driver"],
            )?)?,
            live: add.to(IntGauge::new("bailiwick_sandbox_live_exchanges", "Exchanges under way")?)?,
            waiting: add
                .to(IntGauge::new("bailiwick_sandbox_waiting_exchanges", "Exchanges that wait for a thread")?)?,
            compilations: add
                .to(IntCounter::new("bailiwick_driver_compilations_total", "Components that were compiled")?)?,
            compiling: add.to(IntGauge::new("bailiwick_driver_compiling", "Components being compiled now")?)?,
        })
    }
}

/// What each exchange of one driver counts, looked up once.
pub(crate) struct DriverMetrics {
    pub(crate) steps: IntCounter,
    pub(crate) dropped: IntCounter,
    pub(crate) told: IntCounter,
    pub(crate) suppressed: IntCounter,
    pub(crate) memory_peak: IntGauge,
    times: HashMap<&'static str, Times>,
}

/// How long exchanges of one kind of input took.
pub(crate) struct Times {
    pub(crate) done: IntCounter,
    pub(crate) seconds: Histogram,
    pub(crate) busy: Histogram,
}

impl DriverMetrics {
    pub(crate) fn new(metrics: &Metrics, driver: &str) -> Self {
        let times = |input: &'static str| {
            let times = Times {
                done: metrics.exchanges.with_label_values(&[driver, input, "done"]),
                seconds: metrics.seconds.with_label_values(&[driver, input]),
                busy: metrics.busy.with_label_values(&[driver, input]),
            };
            (input, times)
        };
        Self {
            steps: metrics.steps.with_label_values(&[driver]),
            dropped: metrics.dropped.with_label_values(&[driver]),
            told: metrics.events.with_label_values(&[driver, "told"]),
            suppressed: metrics.events.with_label_values(&[driver, "suppressed"]),
            memory_peak: metrics.memory_peak.with_label_values(&[driver]),
            times: Input::KINDS.into_iter().map(times).collect(),
        }
    }

    pub(crate) fn times(&self, input: &str) -> Option<&Times> {
        self.times.get(input)
    }
}

struct Register<'a>(Option<&'a Registry>);

impl Register<'_> {
    fn to<C: Collector + Clone + 'static>(&self, collector: C) -> Result<C, RuntimeError> {
        if let Some(registry) = self.0 {
            registry.register(Box::new(collector.clone()))?;
        }
        Ok(collector)
    }

    fn counter(&self, name: &str, help: &str, labels: &[&str]) -> Result<IntCounterVec, RuntimeError> {
        self.to(IntCounterVec::new(Opts::new(name, help), labels)?)
    }
}

/// What an exchange took.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Figures {
    /// Steps.
    pub steps: u32,
    /// Asks, denied ones included.
    pub asks: u32,
    /// Asks that were denied.
    pub denied: u32,
    /// CPU time inside the sandbox.
    pub busy: Duration,
    /// Waiting for answers.
    pub waited: Duration,
    /// Greatest linear memory, bytes.
    pub memory_bytes: u64,
}
