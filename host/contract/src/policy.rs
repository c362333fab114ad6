//! What may be collected: manifest ∩ what the dealer granted ∩ what the customer's policy allows.
//!
//! [`Permitted`] is that intersection, computed once and asked for every attribute. There is no
//! other way to get one than [`Permitted::new`], so nothing can be permitted that one of the three
//! does not allow. There is no category for message content, mail, photos, documents, browsing,
//! print jobs or the screen: no attribute can be declared for them.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{
    exchange::Ownership,
    manifest::{Attribute, ConditionKind, Declared, IdentityKind, Manifest, Meter, StateKey, TableAttribute},
};

/// What an attribute says about a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// Model, version, name of the thing.
    Device,
    /// Serial, IMEI, MAC.
    Identifier,
    /// IP address.
    Network,
    /// Carrier, phone number.
    Telecom,
    /// Installed apps.
    Software,
    /// Passcode present and compliant.
    Security,
    /// Page counters.
    Usage,
    /// Battery, what is left of what is used up, status.
    Health,
    /// Where it is.
    Location,
    /// Counts only.
    Communication,
}

impl Category {
    /// All of them, in the order in which statements list them.
    pub const ALL: [Self; 10] = [
        Self::Device,
        Self::Identifier,
        Self::Network,
        Self::Telecom,
        Self::Software,
        Self::Security,
        Self::Usage,
        Self::Health,
        Self::Location,
        Self::Communication,
    ];

    /// Its name in manifests, JSON and the database.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Device => "device",
            Self::Identifier => "identifier",
            Self::Network => "network",
            Self::Telecom => "telecom",
            Self::Software => "software",
            Self::Security => "security",
            Self::Usage => "usage",
            Self::Health => "health",
            Self::Location => "location",
            Self::Communication => "communication",
        }
    }
}

/// The categories that a customer lets be collected, by ownership of the device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// Of devices that the customer owns.
    pub company: BTreeSet<Category>,
    /// Of devices that are their user's own.
    pub personal: BTreeSet<Category>,
}

impl Default for Policy {
    /// Everything but location of company devices; of personal ones what the thing is and whether it is safe.
    fn default() -> Self {
        Self {
            company: Category::ALL.into_iter().filter(|c| *c != Category::Location).collect(),
            personal: [Category::Device, Category::Security].into(),
        }
    }
}

impl Policy {
    /// Every category of every device: what someone may ask who reads devices on the spot and keeps nothing.
    #[must_use]
    pub fn everything() -> Self {
        let all: BTreeSet<Category> = Category::ALL.into();
        Self { company: all.clone(), personal: all }
    }

    /// The categories that may be collected of a device.
    #[must_use]
    pub fn of(&self, ownership: Ownership) -> &BTreeSet<Category> {
        match ownership {
            Ownership::Company => &self.company,
            Ownership::Personal => &self.personal,
        }
    }

    /// This policy below a parent's: tightened, never loosened.
    #[must_use]
    pub fn below(&self, parent: &Self) -> Self {
        Self {
            company: self.company.intersection(&parent.company).copied().collect(),
            personal: self.personal.intersection(&parent.personal).copied().collect(),
        }
    }
}

/// What an account's owner granted a driver.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// Categories that it may collect.
    pub categories: BTreeSet<Category>,
    /// Items that it may not collect although their category is granted, by their names ([`Declared::name`]).
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub withheld: BTreeSet<String>,
    /// Free-text attributes consented to by name (`attribute`, `table.column` or `table.row_key`).
    #[serde(default)]
    pub texts: BTreeSet<String>,
    /// Kinds of ask that it may make (`snmp_get`, `http`, …), as [`crate::exchange::Ask::kind`] names them.
    pub asks: BTreeSet<String>,
}

impl Grant {
    /// Everything that a manifest declares: what an owner grants who consents to all of it.
    #[must_use]
    pub fn all_of(manifest: &Manifest) -> Self {
        Self {
            categories: manifest.categories().collect(),
            withheld: BTreeSet::new(),
            texts: manifest.texts().collect(),
            asks: manifest.ask_kinds().map(str::to_owned).collect(),
        }
    }

    /// Whether this item may be kept, as far as the account's owner is concerned.
    #[must_use]
    pub fn permits(&self, item: &Declared<'_>) -> bool {
        if !self.categories.contains(&item.category()) {
            return false;
        }
        let name = item.name();
        !self.withheld.contains(&name) && (!item.is_text() || self.texts.contains(&name))
    }

    /// What it holds and a manifest does not declare.
    #[must_use]
    pub fn beyond(&self, manifest: &Manifest) -> Vec<String> {
        let declared = Self::all_of(manifest);
        let items: BTreeSet<String> = manifest.items().map(|item| item.name()).collect();
        let categories = self.categories.difference(&declared.categories).map(|c| c.name().to_owned());
        let withheld = self.withheld.difference(&items).cloned();
        let texts = self.texts.difference(&declared.texts).cloned();
        let asks = self.asks.difference(&declared.asks).cloned();
        categories.chain(withheld).chain(texts).chain(asks).collect()
    }
}

/// Manifest ∩ grant ∩ policy, for one ownership: the items that may be kept, by kind and key.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Permitted {
    attributes: BTreeSet<String>,
    row_keys: BTreeSet<String>,
    columns: BTreeMap<String, BTreeSet<String>>,
    meters: BTreeSet<String>,
    conditions: BTreeSet<String>,
    identities: BTreeSet<String>,
    states: BTreeSet<String>,
    asks: BTreeSet<String>,
}

impl Permitted {
    /// The intersection.
    #[must_use]
    pub fn new(manifest: &Manifest, grant: &Grant, policy: &Policy, ownership: Ownership) -> Self {
        let asks = manifest.ask_kinds().filter(|k| grant.asks.contains(*k)).map(str::to_owned).collect();
        let mut permitted = Self { asks, ..Self::default() };
        let allowed = policy.of(ownership);
        for item in manifest.items().filter(|item| allowed.contains(&item.category()) && grant.permits(item)) {
            match item {
                Declared::Attribute(attribute) => permitted.attributes.insert(attribute.key.clone()),
                Declared::RowKey(table) => permitted.row_keys.insert(table.key.clone()),
                Declared::Column(table, column) => {
                    permitted.columns.entry(table.key.clone()).or_default().insert(column.key.clone())
                }
                Declared::Meter(meter) => permitted.meters.insert(meter.key.clone()),
                Declared::Condition(condition) => permitted.conditions.insert(condition.key.clone()),
                Declared::Identity(identity) => permitted.identities.insert(identity.kind.clone()),
                Declared::State(state) => permitted.states.insert(state.key.clone()),
            };
        }
        permitted
    }

    /// Whether this kind of ask may be made.
    #[must_use]
    pub fn ask(&self, kind: &str) -> bool {
        self.asks.contains(kind)
    }

    /// Whether a scalar attribute may be kept.
    #[must_use]
    pub fn attribute(&self, attribute: &Attribute) -> bool {
        self.attributes.contains(&attribute.key)
    }

    /// Whether a table's column may be kept.
    #[must_use]
    pub fn column(&self, table: &TableAttribute, column: &Attribute) -> bool {
        self.columns.get(&table.key).is_some_and(|columns| columns.contains(&column.key))
    }

    /// Whether a table's rows may be kept: their keys, which stand with each of them, and any of the columns.
    #[must_use]
    pub fn table(&self, table: &TableAttribute) -> bool {
        self.row_keys.contains(&table.key) && self.columns.contains_key(&table.key)
    }

    /// Whether something of this item is kept by itself or with the rows that it belongs to.
    #[must_use]
    pub fn keeps(&self, manifest: &Manifest, item: &Declared<'_>) -> bool {
        let in_rows = |table: Option<&str>| {
            table.is_none_or(|key| manifest.tables.iter().any(|table| table.key == key && self.table(table)))
        };
        match item {
            Declared::Attribute(attribute) => self.attribute(attribute),
            Declared::RowKey(table) => self.table(table),
            Declared::Column(table, column) => self.table(table) && self.column(table, column),
            Declared::Meter(meter) => self.meter(meter) && in_rows(meter.table.as_deref()),
            Declared::Condition(condition) => self.condition(condition) && in_rows(condition.table.as_deref()),
            Declared::Identity(identity) => self.identity(identity),
            Declared::State(state) => self.state(state),
        }
    }

    /// Whether a meter may be kept.
    #[must_use]
    pub fn meter(&self, meter: &Meter) -> bool {
        self.meters.contains(&meter.key)
    }

    /// Whether a condition may raise an alert.
    #[must_use]
    pub fn condition(&self, condition: &ConditionKind) -> bool {
        self.conditions.contains(&condition.key)
    }

    /// Whether an identity may be kept.
    #[must_use]
    pub fn identity(&self, identity: &IdentityKind) -> bool {
        self.identities.contains(&identity.kind)
    }

    /// Whether a state key may be written.
    #[must_use]
    pub fn state(&self, state: &StateKey) -> bool {
        self.states.contains(&state.key)
    }
}
