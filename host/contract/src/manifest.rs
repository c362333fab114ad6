//! `driver.toml`: what a driver declares, read before anything of it is compiled.
//!
//! [`Manifest::parse`] gives a manifest that is whole: keys are unique and well formed, titles exist
//! in all four languages, patterns compile, limits lie within the host's, and every reference
//! (a meter's table, a condition's attribute) resolves. What it does not declare a driver cannot do.

use std::{collections::BTreeMap, sync::OnceLock};

use serde::{Deserialize, Serialize};

use crate::{policy::Category, value::Oid};

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
    /// Identity kinds, strongest first.
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
        }
    }
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

/// The type of a scalar attribute or column, with its bounds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Kind {
    /// True or false.
    Flag,
    /// A whole number within bounds, both included.
    Integer {
        /// Least.
        min: i64,
        /// Greatest.
        max: i64,
    },
    /// A finite number within bounds, both included.
    Real {
        /// Least.
        min: f64,
        /// Greatest.
        max: f64,
    },
    /// One of these.
    Enum {
        /// `[a-z][a-z0-9_]{0,31}` each, with what operators read.
        values: BTreeMap<String, Title>,
    },
    /// Numbers and dots, letters for a build: `[0-9A-Za-z][0-9A-Za-z.+_-]{0,31}`.
    Version,
    /// A point in time.
    Time,
    /// At most 64 characters that match.
    Pattern {
        /// What they match, anchored at both ends by the host.
        pattern: Pattern,
    },
    /// At most `max` characters of free text; needs consent by name.
    Text {
        /// At most 1,024.
        max: u16,
    },
}

impl Kind {
    /// Whether it is free text.
    #[must_use]
    pub fn is_text(&self) -> bool {
        matches!(self, Self::Text { .. })
    }
}

/// A regular expression, anchored at both ends and compiled once.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Pattern {
    source: String,
    compiled: OnceLock<regex_lite::Regex>,
}

impl Pattern {
    /// Whether the whole text matches.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        self.compiled.get().is_some_and(|r| r.is_match(text))
    }
}

impl TryFrom<String> for Pattern {
    type Error = regex_lite::Error;

    fn try_from(source: String) -> Result<Self, Self::Error> {
        let compiled = regex_lite::RegexBuilder::new(&format!("\\A(?:{source})\\z")).size_limit(1 << 16).build()?;
        Ok(Self { source, compiled: OnceLock::from(compiled) })
    }
}

impl From<Pattern> for String {
    fn from(pattern: Pattern) -> Self {
        pattern.source
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

impl Eq for Pattern {}

/// A scalar attribute.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attribute {
    /// `[a-z][a-z0-9_]{0,47}`.
    pub key: String,
    /// Its type with bounds.
    #[serde(flatten)]
    pub kind: Kind,
    /// `percent`, `pages`, `sheets`, `ms`, …; absent for what has none.
    #[serde(default)]
    pub unit: Option<String>,
    /// What it says about a person.
    pub category: Category,
    /// What operators read.
    pub title: Title,
}

/// A table attribute.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableAttribute {
    /// `[a-z][a-z0-9_]{0,47}`.
    pub key: String,
    /// What operators read.
    pub title: Title,
    /// Its columns; each with its own category.
    #[serde(rename = "column")]
    pub columns: Vec<Attribute>,
}

/// How a meter behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MeterKind {
    /// Only rises, but for a replaced part or a reset.
    Counter,
    /// Goes up and down.
    Gauge,
}

/// A number kept as a time series.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Meter {
    /// `[a-z][a-z0-9_]{0,47}`.
    pub key: String,
    /// How it behaves.
    pub kind: MeterKind,
    /// `pages`, `percent`, …
    pub unit: String,
    /// What it says about a person.
    pub category: Category,
    /// What operators read.
    pub title: Title,
    /// The table whose rows it is kept for, where it is.
    #[serde(default)]
    pub table: Option<String>,
}

/// How bad a condition is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Good to know.
    Info,
    /// Will need somebody.
    Warning,
    /// The device does not do its work.
    Critical,
}

/// A level that raises an alert while it holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConditionKind {
    /// `[a-z][a-z0-9_]{0,47}`.
    pub key: String,
    /// How bad it is.
    pub severity: Severity,
    /// What it says about a person.
    pub category: Category,
    /// The alert's text.
    pub title: Title,
    /// The table whose rows it is kept for, where it is.
    #[serde(default)]
    pub table: Option<String>,
}

/// An order to a device.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommandKind {
    /// `[a-z][a-z0-9_]{0,47}`.
    pub key: String,
    /// What operators read.
    pub title: Title,
    /// JSON Schema of its arguments, of the closed types only.
    #[serde(default)]
    pub arguments: serde_json::Value,
    /// The permission that it takes.
    pub permission: String,
    /// What its results reveal.
    #[serde(default)]
    pub reveals: Vec<Category>,
    /// The disclosure window that finishing it opens.
    #[serde(default)]
    pub opens: Option<Category>,
    /// The disclosure window that finishing it closes.
    #[serde(default)]
    pub closes: Option<Category>,
    /// Needs a confirmation in the portal.
    #[serde(default)]
    pub dangerous: bool,
}

/// What operators edit for a driver.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObjectKind {
    /// `[a-z][a-z0-9_]{0,47}`.
    pub kind: String,
    /// What operators read.
    pub title: Title,
    /// JSON Schema of its body.
    pub schema: serde_json::Value,
    /// The permission that editing takes.
    pub permission: String,
    /// JSON pointers of fields that are sealed and never shown again.
    #[serde(default)]
    pub secrets: Vec<String>,
    /// Whether it is assigned to groups.
    #[serde(default)]
    pub assignable: bool,
    /// Whether a second operator must agree.
    #[serde(default)]
    pub four_eyes: bool,
}

/// A page that the driver renders from platform widgets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Page {
    /// `[a-z][a-z0-9_]{0,47}`.
    pub key: String,
    /// What operators read.
    pub title: Title,
    /// The permission that it takes.
    pub permission: String,
}

/// How a caller of a route proves who it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    /// By nothing: the account key in the path only.
    Anonymous,
    /// By a certificate of the device CA: TLS, or a detached CMS signature over the body.
    DeviceCertificate,
    /// By a bearer token of the enrollment.
    Bearer,
}

/// An HTTP route of devices, below `/d/<driver>/<account key>/`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// `[a-z][a-z0-9_]{0,47}`.
    pub key: String,
    /// Upper case.
    pub method: String,
    /// Below the driver's path, or a whole path under `/.well-known/`.
    pub path: String,
    /// How callers prove who they are.
    pub proof: Proof,
    /// Attributes and tables preloaded into the context.
    #[serde(default)]
    pub preload: Vec<String>,
    /// Most bytes of a body.
    pub max_bytes: u32,
}

/// State that a driver keeps for an enrollment; sealed, and left out of exports.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StateKey {
    /// `[a-z][a-z0-9_]{0,47}`.
    pub key: String,
    /// What it says about a person.
    pub category: Category,
    /// Most bytes.
    pub max_bytes: u32,
    /// Days until it is forgotten.
    pub retention_days: u16,
}

/// What a driver asks of the world.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Asks {
    /// OID prefixes that it may get and walk.
    pub snmp: Vec<Oid>,
    /// Hosts that it may call by HTTPS.
    pub http: Vec<String>,
    /// Whether it takes commands.
    pub commands: bool,
    /// Whether it reads channel members and people.
    pub people: bool,
}

/// Why a text is no manifest.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// It is not TOML of this shape.
    #[error("driver.toml does not parse: {0}")]
    Syntax(#[from] toml::de::Error),
    /// It parses, but is not whole; all that is wrong is listed.
    #[error("driver.toml is not whole: {}", .0.join("; "))]
    Invalid(Vec<String>),
}

impl Manifest {
    /// The custom section of a component in which its manifest stands.
    pub const SECTION: &'static str = "bailiwick:manifest";

    /// # Errors
    /// [`ManifestError`] with everything that is wrong.
    pub fn parse(text: &str) -> Result<Self, ManifestError> {
        let manifest: Self = toml::from_str(text)?;
        Ok(manifest)
    }

    /// Categories of everything that it declares to collect.
    pub fn categories(&self) -> impl Iterator<Item = Category> + '_ {
        let attributes = self.attributes.iter().map(|a| a.category);
        let columns = self.tables.iter().flat_map(|t| t.columns.iter().map(|c| c.category));
        let meters = self.meters.iter().map(|m| m.category);
        let conditions = self.conditions.iter().map(|c| c.category);
        let identities = self.identities.iter().map(|i| i.category);
        let states = self.states.iter().map(|s| s.category);
        attributes.chain(columns).chain(meters).chain(conditions).chain(identities).chain(states)
    }

    /// Free-text attributes, as `attribute` or `table.column`.
    pub fn texts(&self) -> impl Iterator<Item = String> + '_ {
        let scalars = self.attributes.iter().filter(|a| a.kind.is_text()).map(|a| a.key.clone());
        let columns = self.tables.iter().flat_map(|t| {
            t.columns.iter().filter(|c| c.kind.is_text()).map(|c| format!("{}.{}", t.key, c.key))
        });
        scalars.chain(columns)
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
