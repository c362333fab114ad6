//! Everything that a manifest declares to keep, item by item, under one name each.
//!
//! Grants, statements and comparisons of versions all go through [`Manifest::items`], so that none of them can forget
//! a kind of item that another knows.

use super::{Attribute, ConditionKind, IdentityKind, Manifest, Meter, RowKey, StateKey, TableAttribute, Title, Unit};
use crate::policy::Category;

/// One thing that a driver may have kept.
#[derive(Debug, Clone, Copy)]
pub enum Declared<'a> {
    /// A scalar attribute.
    Attribute(&'a Attribute),
    /// The keys of a table's rows.
    RowKey(&'a TableAttribute),
    /// A column of a table.
    Column(&'a TableAttribute, &'a Attribute),
    /// A number kept as a time series.
    Meter(&'a Meter),
    /// A level that raises an alert.
    Condition(&'a ConditionKind),
    /// A kind of identity.
    Identity(&'a IdentityKind),
    /// A key of the driver's own state.
    State(&'a StateKey),
}

impl<'a> Declared<'a> {
    /// Its name in grants and statements: `model`, `ports.row_key`, `ports.speed`, `meter:energy`, `condition:fault`,
    /// `identity:serial`, `state:cursor`.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Attribute(attribute) => attribute.key.clone(),
            Self::RowKey(table) => format!("{}.{}", table.key, RowKey::NAME),
            Self::Column(table, column) => format!("{}.{}", table.key, column.key),
            Self::Meter(meter) => format!("meter:{}", meter.key),
            Self::Condition(condition) => format!("condition:{}", condition.key),
            Self::Identity(identity) => format!("identity:{}", identity.kind),
            Self::State(state) => format!("state:{}", state.key),
        }
    }

    /// What it says about a person.
    #[must_use]
    pub fn category(&self) -> Category {
        match self {
            Self::Attribute(attribute) | Self::Column(_, attribute) => attribute.category,
            Self::RowKey(table) => table.row_key.category,
            Self::Meter(meter) => meter.category,
            Self::Condition(condition) => condition.category,
            Self::Identity(identity) => identity.category,
            Self::State(state) => state.category,
        }
    }

    /// What operators read; identities and state have no title of their own.
    #[must_use]
    pub fn title(&self) -> Option<&'a Title> {
        match self {
            Self::Attribute(attribute) | Self::Column(_, attribute) => Some(&attribute.title),
            Self::RowKey(table) => Some(&table.title),
            Self::Meter(meter) => Some(&meter.title),
            Self::Condition(condition) => Some(&condition.title),
            Self::Identity(_) | Self::State(_) => None,
        }
    }

    /// What its numbers count, where it has a unit.
    #[must_use]
    pub fn unit(&self) -> Option<&'a Unit> {
        match self {
            Self::Attribute(attribute) | Self::Column(_, attribute) => attribute.unit.as_ref(),
            Self::Meter(meter) => Some(&meter.unit),
            Self::RowKey(_) | Self::Condition(_) | Self::Identity(_) | Self::State(_) => None,
        }
    }

    /// Its key within its own list: what operators read of one that has no title.
    #[must_use]
    pub fn key(&self) -> &'a str {
        match self {
            Self::Attribute(attribute) | Self::Column(_, attribute) => &attribute.key,
            Self::RowKey(table) => &table.key,
            Self::Meter(meter) => &meter.key,
            Self::Condition(condition) => &condition.key,
            Self::Identity(identity) => &identity.kind,
            Self::State(state) => &state.key,
        }
    }

    /// Whether it is free text, which needs consent by name.
    #[must_use]
    pub fn is_text(&self) -> bool {
        match self {
            Self::Attribute(attribute) | Self::Column(_, attribute) => attribute.kind.is_text(),
            Self::RowKey(table) => table.row_key.text,
            Self::Meter(_) | Self::Condition(_) | Self::Identity(_) | Self::State(_) => false,
        }
    }
}

impl Manifest {
    /// Everything that it declares to keep, in the manifest's order.
    pub fn items(&self) -> impl Iterator<Item = Declared<'_>> {
        let attributes = self.attributes.iter().map(Declared::Attribute);
        let tables = self.tables.iter().flat_map(|t| {
            std::iter::once(Declared::RowKey(t)).chain(t.columns.iter().map(move |c| Declared::Column(t, c)))
        });
        let meters = self.meters.iter().map(Declared::Meter);
        let conditions = self.conditions.iter().map(Declared::Condition);
        let identities = self.identities.iter().map(Declared::Identity);
        let states = self.states.iter().map(Declared::State);
        identities.chain(attributes).chain(tables).chain(meters).chain(conditions).chain(states)
    }

    /// Categories of everything that it declares to keep.
    pub fn categories(&self) -> impl Iterator<Item = Category> + '_ {
        self.items().map(|item| item.category())
    }

    /// Free texts, as `attribute`, `table.column` or `table.row_key`.
    pub fn texts(&self) -> impl Iterator<Item = String> + '_ {
        self.items().filter(Declared::is_text).map(|item| item.name())
    }
}
