//! `driver.toml`: what a driver declares, read before anything of it is compiled.
//!
//! [`Manifest::parse`] gives a manifest that is whole: keys are unique and well formed, titles exist
//! in all four languages, patterns compile, limits lie within the host's, and every reference
//! (a meter's table, a condition's attribute) resolves. What it does not declare a driver cannot do.

mod data;
mod items;
mod matching;
mod pattern;
mod place;
mod schema;
mod served;
mod shown;
#[cfg(test)]
mod tests;
mod validate;

pub use data::{Attribute, ConditionKind, Kind, Meter, MeterKind, RowKey, Severity, TableAttribute};
pub use items::Declared;
pub use matching::{Claim, Matcher};
pub use pattern::{Pattern, PatternError};
pub use served::{Asks, CommandKind, ObjectKind, Page, Proof, Route, StateKey};
pub use shown::{Color, Headline, Icon, NamedNumber, Role, Shows, Slot, Tone, Unit, Word};

use serde::{Deserialize, Serialize};

use crate::policy::Category;

/// A text in the platform's four languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are language codes (ISO 639-1)")]
pub struct Title {
    pub en: String,
    pub de: String,
    pub nl: String,
    pub fr: String,
}

impl Title {
    /// The text for a language tag; English for one that is not known.
    #[must_use]
    pub fn locale(&self, tag: &str) -> &str {
        match tag.get(..2).unwrap_or_default() {
            "de" => &self.de,
            "nl" => &self.nl,
            "fr" => &self.fr,
            _ => &self.en,
        }
    }
}

/// What a driver declares: the whole of `driver.toml`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Who it is.
    pub driver: Driver,
    /// What it may use.
    #[serde(default)]
    pub limits: Limits,
    /// The devices that it may read; needed where it asks by SNMP.
    #[serde(default, rename = "match")]
    pub matchers: Vec<Matcher>,
    /// Identity kinds, strongest first. At least one: what tells no devices apart makes none.
    #[serde(default, rename = "identity")]
    pub identities: Vec<IdentityKind>,
    /// Scalar attributes.
    #[serde(default, rename = "attribute")]
    pub attributes: Vec<Attribute>,
    /// Table attributes.
    #[serde(default, rename = "table")]
    pub tables: Vec<TableAttribute>,
    /// Numbers kept as time series.
    #[serde(default, rename = "meter")]
    pub meters: Vec<Meter>,
    /// Levels that raise alerts.
    #[serde(default, rename = "condition")]
    pub conditions: Vec<ConditionKind>,
    /// What lists, tiles and cards show of a device, in this order.
    #[serde(default, rename = "headline")]
    pub headlines: Vec<Headline>,
    /// Orders to a device.
    #[serde(default, rename = "command")]
    pub commands: Vec<CommandKind>,
    /// What operators edit.
    #[serde(default, rename = "object")]
    pub objects: Vec<ObjectKind>,
    /// Pages that the driver renders.
    #[serde(default, rename = "page")]
    pub pages: Vec<Page>,
    /// HTTP routes of devices.
    #[serde(default, rename = "route")]
    pub routes: Vec<Route>,
    /// State that it keeps.
    #[serde(default, rename = "state")]
    pub states: Vec<StateKey>,
    /// What it asks of the world.
    #[serde(default)]
    pub asks: Asks,
    /// Codes with which it refuses, besides the SDK's.
    #[serde(default)]
    pub refusals: Vec<String>,
    /// Names of the items without which the driver is of no use, as [`Declared::name`] gives them: what the portal
    /// offers first. Nothing is granted by standing here.
    #[serde(default)]
    pub basic: Vec<String>,
    /// Categories that the device's protocol does not carry at all. This is the author's word: it stands in the
    /// statement as such, and nothing is permitted or refused by it.
    #[serde(default)]
    pub absent: Vec<Category>,
    /// Codes with which it says that a device is none of its kind: another driver may know it.
    #[serde(default)]
    pub not_mine: Vec<String>,
}

/// Who a driver is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Driver {
    /// `[a-z][a-z0-9-]{1,40}`; the ingress path and the settings use it.
    pub name: String,
    /// Semantic version of the driver.
    pub version: String,
    /// The contract's version that it was built against: `0.1.0`.
    pub contract: String,
    /// What operators call it.
    pub title: Title,
    /// What stands for its devices in the portal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub icon: Option<Icon>,
}

/// Upper bounds of an exchange. Those of the host are in [`Limits::HOST`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Linear memory, MiB.
    pub memory_mib: u32,
    /// CPU time inside one step, ms.
    pub step_ms: u32,
    /// Waiting for answers in all, ms.
    pub wait_ms: u32,
    /// Steps of one exchange.
    pub steps: u32,
    /// Asks of one exchange.
    pub asks: u32,
    /// Rows of one walk.
    pub walk_rows: u32,
    /// Bytes of all answers of one exchange.
    pub answer_bytes: u32,
    /// Rows of one table that are kept.
    pub table_rows: u32,
    /// Conditions of one device that hold at once.
    pub conditions: u32,
    /// Series of one device: meters, and rows of meters that are kept per row.
    pub meters: u32,
}

impl Limits {
    /// What no driver may exceed.
    pub const HOST: Self = Self {
        memory_mib: 64,
        step_ms: 1_000,
        wait_ms: 120_000,
        steps: 256,
        asks: 4_096,
        walk_rows: 20_000,
        answer_bytes: 8 << 20,
        table_rows: 2_000,
        conditions: 512,
        meters: 512,
    };
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory_mib: 16,
            step_ms: 100,
            wait_ms: 30_000,
            steps: 64,
            asks: 512,
            walk_rows: 4_000,
            answer_bytes: 1 << 20,
            table_rows: 256,
            conditions: 64,
            meters: 64,
        }
    }
}

impl Driver {
    /// Its version, to be compared with others.
    #[must_use]
    pub fn release(&self) -> semver::Version {
        release(&self.version)
    }
}

/// A version as a value; the lowest of all where it is none, which validation excludes.
#[must_use]
pub fn release(version: &str) -> semver::Version {
    semver::Version::parse(version).unwrap_or(semver::Version::new(0, 0, 0))
}

/// An identity kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdentityKind {
    /// `serial`, `mac`, `udid`.
    pub kind: String,
    /// What its values match, at most 64 characters.
    pub pattern: Pattern,
    /// Usually [`Category::Identifier`].
    pub category: Category,
}

/// Why a text is no manifest.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// It is not TOML of this shape: what, with the key and the line where they are known.
    #[error("driver.toml does not parse: {0}")]
    Syntax(String),
    /// The stored form does not parse.
    #[error("the stored manifest does not parse: {0}")]
    Stored(String),
    /// It parses, but is not whole; all that is wrong is listed.
    #[error("driver.toml is incomplete or wrong: {}", .0.join("; "))]
    Invalid(Vec<String>),
}

impl Manifest {
    /// The identity kind by which a device that tells no other is known by its address within the site.
    pub const ADDRESS: &'static str = "address";
    /// The custom section of a component in which its manifest stands.
    pub const SECTION: &'static str = "bailiwick:manifest";
    /// The contract's versions that this host runs: the current and the two before.
    pub const CONTRACTS: [&'static str; 1] = ["0.1.0"];
    /// The most bytes of `driver.toml`.
    pub const MAX_BYTES: usize = 256 << 10;

    /// # Errors
    /// [`ManifestError`] with everything that is wrong.
    pub fn parse(text: &str) -> Result<Self, ManifestError> {
        if text.len() > Self::MAX_BYTES {
            return Err(ManifestError::Invalid(vec![format!("it has more than {} bytes", Self::MAX_BYTES)]));
        }
        let source = place::Source::new(text);
        match toml::from_str::<Self>(text) {
            Ok(manifest) => manifest.whole().map_err(|error| match error {
                ManifestError::Invalid(faults) => {
                    ManifestError::Invalid(faults.iter().map(|fault| source.with_line(fault)).collect())
                }
                other => other,
            }),
            Err(error) => Err(ManifestError::Syntax(syntax(&source, &error))),
        }
    }

    /// A manifest from the JSON in which a database keeps it, held to the rules of today: one that was installed under
    /// wider rules is not judged by them any more.
    ///
    /// # Errors
    /// [`ManifestError`].
    pub fn from_json(text: &str) -> Result<Self, ManifestError> {
        serde_json::from_str::<Self>(text).map_err(|e| ManifestError::Stored(e.to_string()))?.whole()
    }

    fn whole(self) -> Result<Self, ManifestError> {
        match validate::faults(&self) {
            faults if faults.is_empty() => Ok(self),
            faults => Err(ManifestError::Invalid(faults)),
        }
    }

    /// Whether a device that tells nothing of itself is known by its address within the site.
    #[must_use]
    pub fn address_suffices(&self) -> bool {
        self.identities.iter().any(|identity| identity.kind == Self::ADDRESS)
    }

    /// The kinds of ask that it may make, as [`crate::exchange::Ask::kind`] names them.
    pub fn ask_kinds(&self) -> impl Iterator<Item = &'static str> + '_ {
        let when = |declared: bool, kinds: &'static [&'static str]| if declared { kinds } else { &[] };
        when(!self.asks.snmp.is_empty(), &["snmp_get", "snmp_walk"])
            .iter()
            .chain(when(!self.asks.http.is_empty(), &["http"]))
            .chain(when(self.asks.commands, &["next_command"]))
            .chain(when(self.asks.people, &["members", "people"]))
            .chain(when(!self.states.is_empty(), &["state"]))
            .chain(when(!self.objects.is_empty(), &["objects"]))
            .copied()
    }
}

/// One line of it: what is wrong, at which key, in which line.
fn syntax(source: &place::Source<'_>, error: &toml::de::Error) -> String {
    let message = error.message().replace('\n', ", ");
    let Some(span) = error.span() else { return message };
    if let Some((path, offset)) = source.entry_at(span.start) {
        return format!("{path}: {message} (line {})", source.line(offset));
    }
    match source.key_at(span.start) {
        Some(key) => format!("{key}: {message} (line {})", source.line(span.start)),
        None => format!("{message} (line {})", source.line(span.start)),
    }
}
