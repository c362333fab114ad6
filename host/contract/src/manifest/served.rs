//! What a driver offers and uses beside its data: commands, objects, pages, routes, state, asks.

use serde::{Deserialize, Serialize};

use super::Title;
use crate::{policy::Category, value::Oid};

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
