//! What may be collected: manifest ∩ what the dealer granted ∩ what the customer's policy allows.
//!
//! [`Permitted`] is that intersection, computed once and asked for every attribute. There is no
//! other way to get one than [`Permitted::new`], so nothing can be permitted that one of the three
//! does not allow. There is no category for message content, mail, photos, documents, browsing,
//! print jobs or the screen: no attribute can be declared for them.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{
    exchange::Ownership,
    manifest::{Attribute, Manifest, Meter, RowKey, TableAttribute},
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
    /// Toner, battery, status.
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
    /// Free texts consented to by name (`attribute`, `table.column` or `table.row_key`).
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
            texts: manifest.texts().collect(),
            asks: manifest.ask_kinds().map(str::to_owned).collect(),
        }
    }
}

/// Manifest ∩ grant ∩ policy, for one ownership.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permitted {
    categories: BTreeSet<Category>,
    texts: BTreeSet<String>,
    asks: BTreeSet<String>,
}

impl Permitted {
    /// The intersection.
    #[must_use]
    pub fn new(manifest: &Manifest, grant: &Grant, policy: &Policy, ownership: Ownership) -> Self {
        Self {
            categories: manifest
                .categories()
                .filter(|c| grant.categories.contains(c) && policy.of(ownership).contains(c))
                .collect(),
            texts: manifest.texts().filter(|t| grant.texts.contains(t)).collect(),
            asks: manifest.ask_kinds().filter(|k| grant.asks.contains(*k)).map(str::to_owned).collect(),
        }
    }

    /// Whether values of this category may be kept.
    #[must_use]
    pub fn category(&self, category: Category) -> bool {
        self.categories.contains(&category)
    }

    /// Whether a free text was consented to; `name` is `attribute`, `table.column` or `table.row_key`.
    #[must_use]
    pub fn text(&self, name: &str) -> bool {
        self.texts.contains(name)
    }

    /// Whether this kind of ask may be made.
    #[must_use]
    pub fn ask(&self, kind: &str) -> bool {
        self.asks.contains(kind)
    }

    /// Whether a scalar attribute may be kept.
    #[must_use]
    pub fn attribute(&self, attribute: &Attribute) -> bool {
        self.category(attribute.category) && (!attribute.kind.is_text() || self.text(&attribute.key))
    }

    /// Whether a table's rows may be kept at all: its keys stand with each of them.
    #[must_use]
    pub fn rows(&self, table: &TableAttribute) -> bool {
        self.category(table.row_key.category)
            && (!table.row_key.text || self.text(&format!("{}.{}", table.key, RowKey::NAME)))
    }

    /// Whether a table's column may be kept.
    #[must_use]
    pub fn column(&self, table: &TableAttribute, column: &Attribute) -> bool {
        self.category(column.category)
            && (!column.kind.is_text() || self.text(&format!("{}.{}", table.key, column.key)))
    }

    /// Whether a meter may be kept.
    #[must_use]
    pub fn meter(&self, meter: &Meter) -> bool {
        self.category(meter.category)
    }
}
