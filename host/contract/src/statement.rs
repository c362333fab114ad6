//! The privacy statement of a driver at an account: what is collected, what is not, and why.
//!
//! It is computed from manifest ∩ grant ∩ policy by the rules that the host enforces, so it is no promise. Portal, REST
//! and `bailiwick driver inspect` show this one and know no other.

use serde::{Deserialize, Serialize};

use crate::{
    consent::Shape,
    exchange::Ownership,
    manifest::{Manifest, Title, Unit},
    policy::{Category, Grant, Permitted, Policy},
};

/// What a driver may collect, and what it never does.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Statement {
    /// Everything that the manifest declares to keep.
    pub items: Vec<Item>,
    /// Everything that it asks of the world; the host refuses to ask anything else.
    pub asks: Vec<Asked>,
    /// Categories of which nothing is declared.
    pub never: Vec<Never>,
}

/// One thing that a driver may have kept.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Item {
    /// Its name in grants.
    pub name: String,
    /// Its key within its own list.
    pub key: String,
    /// What operators read; identities and state have none.
    pub title: Option<Title>,
    /// What its numbers count.
    pub unit: Option<Unit>,
    /// What it says about a person.
    pub category: Category,
    /// Its type with its bounds.
    pub shape: Shape,
    /// Whether the driver is of no use without it, as its author says.
    pub basic: bool,
    /// What becomes of it on devices of the company.
    pub company: Fate,
    /// What becomes of it on devices that are their user's own.
    pub personal: Fate,
}

/// What becomes of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// It is collected.
    Collected,
    /// The host refuses to ask: nothing that the driver asks for is granted.
    NotAsked,
    /// The host refuses to keep it: its category, its name or its text is not granted, or the rows that it belongs to.
    NotGranted,
    /// The host refuses to keep it: the account's policy denies its category.
    DeniedByPolicy,
}

/// A thing that a driver asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Asked {
    /// `snmp`, `http`, `objects`, `next_command`, `members`, `people` or `state`.
    pub kind: String,
    /// OID prefix, host or object kind, where it names one.
    pub what: Option<String>,
    /// Whether it is granted.
    pub granted: bool,
}

/// A category of which nothing is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Never {
    /// Which.
    pub category: Category,
    /// Why.
    pub why: Why,
}

/// Why a category never occurs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// The device's protocol does not carry it, as the driver's author says; the host has no place for it either.
    Protocol,
    /// The manifest declares nothing of it, so the host refuses to keep it.
    Undeclared,
}

/// What an account has decided.
#[derive(Debug, Clone, Copy)]
pub struct Decided<'a> {
    /// What it granted the driver.
    pub grant: &'a Grant,
    /// What it lets be collected of any driver.
    pub policy: &'a Policy,
}

impl Statement {
    /// Of a manifest at an account that decided so.
    #[must_use]
    pub fn of(manifest: &Manifest, decided: Decided<'_>) -> Self {
        let Decided { grant, policy } = decided;
        let is_asked = manifest.ask_kinds().next().is_none() || manifest.ask_kinds().any(|k| grant.asks.contains(k));
        let granted = Permitted::new(manifest, grant, &Policy::everything(), Ownership::Company);
        let here = |ownership| Permitted::new(manifest, grant, policy, ownership);
        let (company, personal) = (here(Ownership::Company), here(Ownership::Personal));
        let items = manifest.items().map(|item| {
            let fate = |here: &Permitted| match (is_asked, granted.keeps(manifest, &item)) {
                (false, _) => Fate::NotAsked,
                (true, false) => Fate::NotGranted,
                (true, true) if here.keeps(manifest, &item) => Fate::Collected,
                (true, true) => Fate::DeniedByPolicy,
            };
            let name = item.name();
            Item {
                key: item.key().to_owned(),
                title: item.title().cloned(),
                unit: item.unit().cloned(),
                category: item.category(),
                shape: Shape::of(&item),
                basic: manifest.basic.contains(&name),
                company: fate(&company),
                personal: fate(&personal),
                name,
            }
        });
        let declared: Vec<Category> = manifest.categories().collect();
        let never = Category::ALL.into_iter().filter(|category| !declared.contains(category)).map(|category| Never {
            category,
            why: if manifest.absent.contains(&category) { Why::Protocol } else { Why::Undeclared },
        });
        Self { items: items.collect(), asks: asks(manifest, grant), never: never.collect() }
    }

    /// Of a manifest at an account that grants all of it and denies nothing: what it could collect at most.
    #[must_use]
    pub fn at_most(manifest: &Manifest) -> Self {
        Self::of(manifest, Decided { grant: &Grant::all_of(manifest), policy: &Policy::everything() })
    }
}

fn asks(manifest: &Manifest, grant: &Grant) -> Vec<Asked> {
    let is_granted = |kinds: &[&str]| kinds.iter().any(|kind| grant.asks.contains(*kind));
    let asked = |kind: &str, what: Option<String>, granted| Asked { kind: kind.to_owned(), what, granted };
    let snmp = is_granted(&["snmp_get", "snmp_walk"]);
    let prefixes = manifest.asks.snmp.iter().map(|prefix| asked("snmp", Some(prefix.to_string()), snmp));
    let http = is_granted(&["http"]);
    let hosts = manifest.asks.http.iter().map(|host| asked("http", Some(host.clone()), http));
    let objects = is_granted(&["objects"]);
    let kinds = manifest.objects.iter().map(|object| asked("objects", Some(object.kind.clone()), objects));
    let named = ["snmp_get", "snmp_walk", "http", "objects"];
    let others = manifest.ask_kinds().filter(|kind| !named.contains(kind)).map(|k| asked(k, None, is_granted(&[k])));
    prefixes.chain(hosts).chain(kinds).chain(others).collect()
}

#[cfg(test)]
mod tests;
