//! What ran, as the database tells it: plans caught from its notices, and written so that they can be compared.

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

    /// The plan without costs and without what differs from run to run.
    pub fn normal(&self) -> String {
        let mut text = String::new();
        write(&self.plan, 0, &mut text);
        text.trim_end().to_owned()
    }

    /// Rows that the steps over a table looked at, those thrown away included.
    pub fn looked_at(&self, table: &str) -> f64 {
        sum(&self.plan, table)
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

fn sum(plan: &Value, table: &str) -> f64 {
    let own = if plan["Relation Name"] == table {
        let number = |key: &str| plan[key].as_f64().unwrap_or(0.0);
        (number("Actual Rows") + number("Rows Removed by Filter")) * number("Actual Loops")
    } else {
        0.0
    };
    own + children(plan).map(|child| sum(child, table)).sum::<f64>()
}

fn write(plan: &Value, depth: usize, text: &mut String) {
    let of = |key: &str| plan[key].as_str().unwrap_or_default();
    // the array of excluded branches, once for each table
    if plan["Parent Relationship"] == "InitPlan" && plan["Node Type"] == "Result" {
        return;
    }
    text.push_str(&"  ".repeat(depth));
    if plan["Parent Relationship"] == "SubPlan" {
        text.push_str("each: ");
    }
    text.push_str(of("Node Type"));
    if of("Scan Direction") == "Backward" {
        text.push_str(" Backward");
    }
    if !of("Index Name").is_empty() && one_of_its_kind(plan) {
        text.push_str(&format!(" using {}", months(of("Index Name"))));
    }
    if !of("Relation Name").is_empty() {
        text.push_str(&format!(" on {}", months(of("Relation Name"))));
    }
    for key in ["Join Type", "Index Cond", "Recheck Cond", "Hash Cond", "Filter"] {
        if !of(key).is_empty() {
            text.push_str(&format!(" | {key}: {}", normal(of(key))));
        }
    }
    for key in ["Sort Key", "Presorted Key"] {
        let keys: Vec<&str> = plan[key].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        if !keys.is_empty() {
            text.push_str(&format!(" | {key}: {}", keys.join(", ")));
        }
    }
    text.push('\n');
    let mut before = String::new();
    for child in children(plan) {
        let mut own = String::new();
        write(child, depth + 1, &mut own);
        // partitions that are alike, once
        if own != before {
            text.push_str(&own);
        }
        before = own;
    }
}

/// Whether it matters which index it is. Several begin with `tenant_id`, and cost the same for a look at one account but for how
/// their pages happen to have split: there the condition tells all.
fn one_of_its_kind(plan: &Value) -> bool {
    let condition = plan["Index Cond"].as_str().unwrap_or_default();
    !condition.starts_with("(tenant_id = ") || condition.contains(" AND ")
}

/// Partitions bear their month.
fn months(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect()
}

/// A condition with the parts of the policy by name, and no value.
fn normal(condition: &str) -> String {
    let scope = "NULLIF(current_setting('app.scope'::text, true), ''::text)";
    let known = condition
        .replace(&format!("((\"left\"({scope}, '-1'::integer) || '0'::text COLLATE \"C\"))::text"), "SCOPE_END")
        .replace(scope, "SCOPE")
        .replace("(NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid", "TENANT")
        .replace("(lineage >= SCOPE) AND (lineage < SCOPE_END)", "lineage IN SCOPE");
    let mut text = String::new();
    for (nth, part) in known.split('\'').enumerate() {
        text.push_str(if nth % 2 == 0 { part } else { "'…'" });
    }
    // the number of a parameter says in which order the planner met it
    text.split('$').enumerate().fold(String::new(), |text, (nth, part)| match nth {
        0 => part.to_owned(),
        _ => text + "$" + part.trim_start_matches(|c: char| c.is_ascii_digit()),
    })
}
