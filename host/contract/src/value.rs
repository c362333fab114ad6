//! The words that inputs, asks and effects share, in the shapes of `sdk/wit/0.1.0`.
//!
//! These types are plain data with a stable JSON form: the transcript of an exchange, a spooled
//! report and a stored fact are all written with them.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// Milliseconds since 1970-01-01T00:00:00Z.
pub type Instant = u64;

/// An object identifier's arcs (X.660), written dotted: `1.3.6.1.2.1.1.5.0`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Oid(Vec<u32>);

impl Oid {
    /// The most arcs that an OID may have (RFC 2578, section 3.5).
    pub const MAX_ARCS: usize = 128;

    /// # Errors
    /// [`OidError`] for no arcs or more than [`Self::MAX_ARCS`].
    pub fn new(arcs: impl Into<Vec<u32>>) -> Result<Self, OidError> {
        let arcs = arcs.into();
        match arcs.len() {
            0 => Err(OidError::Empty),
            n if n > Self::MAX_ARCS => Err(OidError::TooLong),
            _ => Ok(Self(arcs)),
        }
    }

    /// The arcs in order.
    #[must_use]
    pub fn arcs(&self) -> &[u32] {
        &self.0
    }

    /// Whether `other` is this OID or lies below it.
    #[must_use]
    pub fn contains(&self, other: &Self) -> bool {
        other.0.starts_with(&self.0)
    }
}

impl fmt::Display for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, arc) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str(".")?;
            }
            write!(f, "{arc}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Oid({self})")
    }
}

impl FromStr for Oid {
    type Err = OidError;

    fn from_str(text: &str) -> Result<Self, OidError> {
        let text = text.strip_prefix('.').unwrap_or(text);
        if text.is_empty() {
            return Err(OidError::Empty);
        }
        let arcs = text.split('.').map(|arc| arc.parse().map_err(|_| OidError::Arc(arc.chars().take(16).collect())));
        Self::new(arcs.collect::<Result<Vec<u32>, _>>()?)
    }
}

impl TryFrom<String> for Oid {
    type Error = OidError;

    fn try_from(text: String) -> Result<Self, OidError> {
        text.parse()
    }
}

impl From<Oid> for String {
    fn from(oid: Oid) -> Self {
        oid.to_string()
    }
}

/// Why a text or a list of arcs is no OID.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OidError {
    /// There are no arcs.
    #[error("an OID needs at least one arc")]
    Empty,
    /// There are more arcs than RFC 2578 permits.
    #[error("an OID has at most {} arcs", Oid::MAX_ARCS)]
    TooLong,
    /// A part is not an unsigned 32-bit number.
    #[error("'{0}' is not an arc of an OID (0 to 4294967295)")]
    Arc(String),
}

/// One value; which variant an attribute takes follows from its type in the manifest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scalar {
    /// True or false.
    Flag(bool),
    /// A whole number.
    Integer(i64),
    /// A finite number.
    Real(f64),
    /// A point in time.
    Time(Instant),
    /// An enum value, a version, or a text that matches the attribute's pattern.
    Token(String),
    /// Free text, consented to by name.
    Text(String),
}

/// A column's value in a row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// The column's key in the manifest.
    pub column: String,
    /// Its value.
    pub value: Scalar,
}

/// A row of a table attribute.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Tells this row from its neighbours for good; matches the pattern that its table declares.
    pub key: String,
    /// At most one cell a column.
    pub cells: Vec<Cell>,
}

/// A table attribute's rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Table {
    /// The table attribute's key in the manifest.
    pub attribute: String,
    /// Whether rows that are not listed are gone.
    pub complete: bool,
    /// The rows, each key once.
    pub rows: Vec<Row>,
}

/// A scalar attribute's value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fact {
    /// The attribute's key in the manifest.
    pub attribute: String,
    /// Its value.
    pub value: Scalar,
}

/// One point of a meter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// The meter's key in the manifest.
    pub meter: String,
    /// The row that it belongs to, where the meter is kept per row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row: Option<String>,
    /// The value, in the meter's unit.
    pub value: f64,
    /// When it was read.
    pub at: Instant,
}

/// A level that holds now.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Condition {
    /// The condition's key in the manifest.
    pub key: String,
    /// The row that it belongs to, where the condition is kept per row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row: Option<String>,
}

/// Something that tells a device from others.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Identity {
    /// One of the manifest's identity kinds: `serial`, `mac`, `udid`.
    pub kind: String,
    /// Its value, normalised by the driver: a MAC as 12 lower-case hexadecimal digits.
    pub value: String,
}

/// A value of SNMP as the device gave it (RFC 3416, section 3).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the variants are RFC 3416's own names")]
pub enum SnmpValue {
    Integer(i32),
    Octets(#[serde(with = "octets")] Vec<u8>),
    Oid(Oid),
    Counter32(u32),
    Gauge32(u32),
    TimeTicks(u32),
    Counter64(u64),
    IpAddress([u8; 4]),
    Opaque(#[serde(with = "octets")] Vec<u8>),
    Null,
    NoSuchObject,
    NoSuchInstance,
    EndOfMibView,
}

/// An object of SNMP and its value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Binding {
    /// The object instance.
    pub oid: Oid,
    /// Its value.
    pub value: SnmpValue,
}

/// Octets as base64 in JSON.
pub mod octets {
    use base64::{Engine, engine::general_purpose::STANDARD};
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    /// # Errors
    /// The serializer's.
    pub fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&STANDARD.encode(bytes))
    }

    /// # Errors
    /// For text that is not base64.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(from)?;
        STANDARD.decode(text).map_err(|_| D::Error::custom("not base64"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_oid_contains_itself_and_what_lies_below() {
        let printer: Oid = "1.3.6.1.2.1.43".parse().unwrap();
        assert!(printer.contains(&printer));
        assert!(printer.contains(&".1.3.6.1.2.1.43.5.1".parse().unwrap()));
        assert!(!printer.contains(&"1.3.6.1.2.1.430".parse().unwrap()));
        assert!(!printer.contains(&"1.3.6.1.2.1".parse().unwrap()));
    }

    #[test]
    fn what_is_no_oid_is_refused_with_its_reason() {
        assert_eq!("".parse::<Oid>(), Err(OidError::Empty));
        assert_eq!("1..3".parse::<Oid>(), Err(OidError::Arc(String::new())));
        assert_eq!("1.4294967296".parse::<Oid>(), Err(OidError::Arc("4294967296".into())));
        assert_eq!(Oid::new(vec![1; 129]), Err(OidError::TooLong));
    }
}
