//! The values that an agent can hold or answer (SMIv2, RFC 2578; exceptions of RFC 3416).

use crate::oid::Oid;

/// One value of a variable binding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// INTEGER and Integer32.
    Integer(i64),
    /// OCTET STRING.
    Octets(Vec<u8>),
    /// NULL, as requests carry it.
    Null,
    /// OBJECT IDENTIFIER.
    Oid(Oid),
    /// IpAddress.
    IpAddress([u8; 4]),
    /// Counter32.
    Counter32(u32),
    /// Gauge32 and Unsigned32.
    Gauge32(u32),
    /// TimeTicks, hundredths of a second.
    TimeTicks(u32),
    /// Counter64; invisible over SNMPv1 (RFC 3584 section 4.2.2.1).
    Counter64(u64),
    /// The object type does not exist here.
    NoSuchObject,
    /// The object type exists, this instance does not.
    NoSuchInstance,
    /// There is nothing after this name.
    EndOfMibView,
}

impl Value {
    /// An octet string from text.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self::Octets(text.into().into_bytes())
    }
}
