//! What ran, as the database tells it: plans caught from its notices, and asked how much they read.

use std::{
    fmt,
    sync::{Arc, Mutex},
};

use serde_json::Value;
use tracing::{Event, Subscriber, field::Visit, subscriber::DefaultGuard};
use tracing_subscriber::{Layer, layer::Context, layer::SubscriberExt as _};

/// A statement that ran.
#[derive(Debug, Clone)]
pub struct Ran {
    pub statement: String,
    pub plan: Value,
    /// Without planning.
    pub milliseconds: f64,
}

/// Catches what the database tells on this thread.
pub struct Plans {
    ran: Arc<Mutex<Vec<Ran>>>,
    _guard: DefaultGuard,
}

struct Catch(Arc<Mutex<Vec<Ran>>>);

#[derive(Default)]
struct Message(String);

impl Visit for Message {
    fn record_str(&mut self, field: &tracing::field::Field, value: &str) {
        if field.name() == "message" {
            value.clone_into(&mut self.0);
        }
    }

    fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            self.0 = format!("{value:?}");
        }
    }
}

impl<S: Subscriber> Layer<S> for Catch {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut message = Message::default();
        event.record(&mut message);
        if let Some(ran) = Ran::of(&message.0) {
            self.0.lock().expect("nobody panicked").push(ran);
        }
    }
}

impl Ran {
    /// `duration: 0.123 ms  plan:` and JSON.
    fn of(notice: &str) -> Option<Self> {
        let (milliseconds, json) = notice.strip_prefix("duration: ")?.split_once(" ms  plan:\n")?;
        let told: Value = serde_json::from_str(json).ok()?;
        Some(Self {
            statement: told["Query Text"].as_str()?.to_owned(),
            plan: told["Plan"].clone(),
            milliseconds: milliseconds.parse().ok()?,
        })
    }

    /// Rows that the steps over a table looked at, those thrown away included.
    pub fn looked_at(&self, table: &str) -> f64 {
        self.steps(table).map(looked_at).sum()
    }

    /// Whether the table, or a partition of it with rows, is read from its beginning to its end.
    pub fn reads_in_sequence(&self, table: &str) -> bool {
        self.steps(table).any(|step| step["Node Type"] == "Seq Scan" && looked_at(step) > 0.0)
    }

    /// The steps that read a table or a partition of it.
    fn steps(&self, table: &str) -> impl Iterator<Item = &Value> {
        let mut steps = Vec::new();
        collect(&self.plan, &mut steps);
        steps.into_iter().filter(move |step| step["Relation Name"].as_str().is_some_and(|name| is_of(name, table)))
    }
}

impl Plans {
    pub fn catch() -> Self {
        let ran = Arc::default();
        let subscriber = tracing_subscriber::registry().with(Catch(Arc::clone(&ran)));
        Self { ran, _guard: tracing::subscriber::set_default(subscriber) }
    }

    /// The last statement that begins with or contains `part`; forgets all.
    pub fn take(&self, part: &str) -> Ran {
        let all = std::mem::take(&mut *self.ran.lock().expect("nobody panicked"));
        let found = all.iter().rfind(|ran| ran.statement.contains(part)).cloned();
        found.unwrap_or_else(|| panic!("no statement with {part:?} in {all:#?}"))
    }
}

fn children(plan: &Value) -> impl Iterator<Item = &Value> {
    plan["Plans"].as_array().into_iter().flatten()
}

fn collect<'a>(plan: &'a Value, steps: &mut Vec<&'a Value>) {
    steps.push(plan);
    for child in children(plan) {
        collect(child, steps);
    }
}

/// `audit_entries_2026_11` is of `audit_entries`: partitions bear their month.
fn is_of(name: &str, table: &str) -> bool {
    let month = |rest: &str| rest.chars().all(|c| c == '_' || c.is_ascii_digit());
    name.strip_prefix(table).is_some_and(month)
}

fn looked_at(step: &Value) -> f64 {
    let number = |key: &str| step[key].as_f64().unwrap_or(0.0);
    let rows = number("Actual Rows") + number("Rows Removed by Filter") + number("Rows Removed by Index Recheck");
    rows * number("Actual Loops")
}

#[test]
fn rows_are_counted_over_partitions_and_loops() {
    let scan = |node: &str, table: &str, rows: u32| serde_json::json!({ "Node Type": node, "Relation Name": table, "Actual Rows": rows, "Actual Loops": 1 });
    let mut again = scan("Index Scan", "devices", 2);
    again["Actual Loops"] = 3.into();
    again["Rows Removed by Filter"] = 4.into();
    let plans = [
        again,
        scan("Seq Scan", "audit_entries_2026_11", 5),
        scan("Seq Scan", "audit_entries_2026_12", 0),
        scan("Seq Scan", "device_groups", 7),
    ];
    let plan = serde_json::json!({ "Node Type": "Append", "Plans": plans });
    let ran = Ran { statement: String::new(), plan, milliseconds: 0.0 };
    assert_eq!(ran.looked_at("devices"), 18.0);
    assert_eq!(ran.looked_at("audit_entries"), 5.0);
    assert!(ran.reads_in_sequence("audit_entries") && !ran.reads_in_sequence("devices"));
}
