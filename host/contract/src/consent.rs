//! What a grant was given for.
//!
//! [`Demands`] is all that a manifest asks of the world and all that it may have kept, with types, bounds and
//! categories and without titles. It is stored with each grant. Another version of the driver replaces the one in use
//! by itself only where [`Demands::beyond`] finds nothing: then whatever its checks let through, the checks of what
//! was consented to let through as well. Where this cannot be told (two different patterns), the answer is that it
//! asks for more: an account is asked once too often rather than once too seldom.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    check::fits,
    manifest::{Declared, Kind, Manifest, Meter, MeterKind, Pattern},
    policy::Category,
    value::{Oid, Scalar},
};

/// All that a manifest asks and keeps.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Demands {
    /// Kinds of ask.
    asks: BTreeSet<String>,
    /// OID prefixes.
    snmp: Vec<Oid>,
    /// Hosts.
    http: BTreeSet<String>,
    /// Rows of one table that are kept.
    table_rows: u32,
    /// Items by name.
    items: BTreeMap<String, Demand>,
    /// Commands, objects and routes by name, each with all that a device or an operator can do by it.
    offers: BTreeMap<String, Value>,
}

/// An item's category and shape.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Demand {
    category: Category,
    shape: Shape,
}

/// An item's type with its bounds: what can be kept of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Shape {
    /// True or false.
    Flag,
    /// A whole number.
    Integer {
        /// Least.
        min: i64,
        /// Greatest.
        max: i64,
    },
    /// A number.
    Real {
        /// Least.
        min: f64,
        /// Greatest.
        max: f64,
    },
    /// One of these.
    Enum {
        /// The values.
        values: BTreeSet<String>,
    },
    /// A version.
    Version,
    /// A point in time.
    Time,
    /// At most 64 characters that match.
    Pattern {
        /// The expression.
        pattern: String,
    },
    /// Free text.
    Text {
        /// Most characters.
        max: u16,
    },
    /// The keys of a table's rows.
    RowKey {
        /// The expression that each matches.
        pattern: String,
        /// Whether they are free text.
        text: bool,
    },
    /// A number over time.
    Meter {
        /// Least.
        min: f64,
        /// Greatest.
        max: f64,
        /// The table whose rows it is kept for.
        table: Option<String>,
        /// Whether it is summed up by account and day for bills.
        billed: bool,
    },
    /// A level that holds or does not.
    Condition {
        /// The table whose rows it is kept for.
        table: Option<String>,
    },
    /// What tells a device from others.
    Identity {
        /// The expression that it matches.
        pattern: String,
    },
    /// Sealed bytes of the driver's own.
    State {
        /// Most bytes.
        max_bytes: u32,
        /// Days until they are forgotten.
        retention_days: u16,
    },
}

/// How a version asks for more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Widening {
    /// It was not there.
    Added,
    /// Its type or bounds let more through, or other things.
    Widened,
    /// It says something else about a person.
    Recategorized,
}

/// One thing in which a version asks for more than was consented to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Beyond {
    /// An item's name, or `snmp:<prefix>`, `http:<host>`, `ask:<kind>`, `command:<key>`, `object:<kind>`,
    /// `route:<key>`, `limits.table_rows`.
    pub name: String,
    /// How.
    pub how: Widening,
}

impl Demands {
    /// Of a manifest.
    #[must_use]
    pub fn of(manifest: &Manifest) -> Self {
        let items = manifest
            .items()
            .map(|item| (item.name(), Demand { category: item.category(), shape: Shape::of(&item) }))
            .collect();
        let commands = manifest.commands.iter().map(|c| {
            let what = json!({
                "arguments": c.arguments, "permission": c.permission, "reveals": c.reveals, "opens": c.opens,
                "closes": c.closes, "dangerous": c.dangerous,
            });
            (format!("command:{}", c.key), what)
        });
        let objects = manifest.objects.iter().map(|o| {
            let what = json!({
                "schema": o.schema, "permission": o.permission, "secrets": o.secrets, "assignable": o.assignable,
                "four_eyes": o.four_eyes,
            });
            (format!("object:{}", o.kind), what)
        });
        let routes = manifest.routes.iter().map(|r| {
            let what = json!({
                "method": r.method, "path": r.path, "proof": r.proof, "preload": r.preload, "max_bytes": r.max_bytes,
            });
            (format!("route:{}", r.key), what)
        });
        Self {
            asks: manifest.ask_kinds().map(str::to_owned).collect(),
            snmp: manifest.asks.snmp.clone(),
            http: manifest.asks.http.iter().cloned().collect(),
            table_rows: manifest.limits.table_rows,
            items,
            offers: commands.chain(objects).chain(routes).collect(),
        }
    }

    /// Everything in which these demands go beyond those that were consented to; empty where nothing is wider.
    #[must_use]
    pub fn beyond(&self, consented: &Self) -> Vec<Beyond> {
        let mut beyond = Vec::new();
        let mut add = |name: String, how| beyond.push(Beyond { name, how });
        for kind in self.asks.difference(&consented.asks) {
            add(format!("ask:{kind}"), Widening::Added);
        }
        for prefix in self.snmp.iter().filter(|p| !consented.snmp.iter().any(|known| known.contains(p))) {
            let below = consented.snmp.iter().any(|known| prefix.contains(known));
            add(format!("snmp:{prefix}"), if below { Widening::Widened } else { Widening::Added });
        }
        for host in self.http.difference(&consented.http) {
            add(format!("http:{host}"), Widening::Added);
        }
        if self.table_rows > consented.table_rows {
            add("limits.table_rows".to_owned(), Widening::Widened);
        }
        for (name, demand) in &self.items {
            match consented.items.get(name) {
                None => add(name.clone(), Widening::Added),
                Some(known) if known.category != demand.category => add(name.clone(), Widening::Recategorized),
                Some(known) if !demand.shape.is_within(&known.shape) => add(name.clone(), Widening::Widened),
                Some(_) => {}
            }
        }
        for (name, offer) in &self.offers {
            match consented.offers.get(name) {
                None => add(name.clone(), Widening::Added),
                Some(known) if known != offer => add(name.clone(), Widening::Widened),
                Some(_) => {}
            }
        }
        beyond
    }
}

impl Shape {
    /// Of an item.
    #[must_use]
    pub fn of(item: &Declared<'_>) -> Self {
        match item {
            Declared::Attribute(attribute) | Declared::Column(_, attribute) => Self::of_kind(&attribute.kind),
            Declared::RowKey(table) => {
                Self::RowKey { pattern: table.row_key.pattern.source().to_owned(), text: table.row_key.text }
            }
            Declared::Meter(meter) => {
                let min = if meter.kind == MeterKind::Counter { 0.0 } else { -Meter::MOST };
                let max = meter.max.unwrap_or(Meter::MOST);
                Self::Meter { min, max, table: meter.table.clone(), billed: meter.billed }
            }
            Declared::Condition(condition) => Self::Condition { table: condition.table.clone() },
            Declared::Identity(identity) => Self::Identity { pattern: identity.pattern.source().to_owned() },
            Declared::State(state) => Self::State { max_bytes: state.max_bytes, retention_days: state.retention_days },
        }
    }

    fn of_kind(kind: &Kind) -> Self {
        match kind {
            Kind::Flag => Self::Flag,
            Kind::Integer { min, max } => Self::Integer { min: *min, max: *max },
            Kind::Real { min, max } => Self::Real { min: *min, max: *max },
            Kind::Enum { values } => Self::Enum { values: values.keys().cloned().collect() },
            Kind::Version => Self::Version,
            Kind::Time => Self::Time,
            Kind::Pattern { pattern } => Self::Pattern { pattern: pattern.source().to_owned() },
            Kind::Text { max } => Self::Text { max: *max },
        }
    }

    /// Its name in JSON and in manifests.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Flag => "flag",
            Self::Integer { .. } => "integer",
            Self::Real { .. } => "real",
            Self::Enum { .. } => "enum",
            Self::Version => "version",
            Self::Time => "time",
            Self::Pattern { .. } => "pattern",
            Self::Text { .. } => "text",
            Self::RowKey { .. } => "row_key",
            Self::Meter { .. } => "meter",
            Self::Condition { .. } => "condition",
            Self::Identity { .. } => "identity",
            Self::State { .. } => "state",
        }
    }

    /// Whether everything of this shape is of the other as well.
    fn is_within(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Integer { min, max }, Self::Integer { min: least, max: most }) => min >= least && max <= most,
            (Self::Real { min, max }, Self::Real { min: least, max: most }) => min >= least && max <= most,
            (Self::Enum { values }, Self::Enum { values: known }) => values.is_subset(known),
            // closed values are within whatever takes each of them
            (Self::Enum { values }, Self::Version) => values.iter().all(|value| takes(&Kind::Version, value)),
            (Self::Enum { values }, Self::Pattern { pattern }) => Pattern::try_from(pattern.clone())
                .is_ok_and(|pattern| values.iter().all(|v| takes(&Kind::Pattern { pattern: pattern.clone() }, v))),
            (Self::Text { max }, Self::Text { max: most }) => max <= most,
            (
                Self::Meter { min, max, table, billed },
                Self::Meter { min: least, max: most, table: known, billed: bills },
            ) => min >= least && max <= most && table == known && (!billed || *bills),
            (Self::State { max_bytes, retention_days }, Self::State { max_bytes: most, retention_days: longest }) => {
                max_bytes <= most && retention_days <= longest
            }
            // of two different patterns the wider cannot be told
            (one, another) => one == another,
        }
    }
}

fn takes(kind: &Kind, value: &str) -> bool {
    fits(kind, &Scalar::Token(value.to_owned()))
}

#[cfg(test)]
mod tests;
