//! Object identifiers: parsed from dotted text, ordered as SNMP orders them (arc by arc).

use std::{fmt, str::FromStr};

/// An object identifier. The derived order is the lexicographic order of RFC 3416 section 4.2.2.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Oid(Vec<u32>);

/// Text that is not a dotted list of 32-bit arcs.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an object identifier")]
pub struct NotAnOid(String);

impl Oid {
    /// Takes the arcs as they are.
    #[must_use]
    pub fn new(arcs: impl Into<Vec<u32>>) -> Self {
        Self(arcs.into())
    }

    /// The arcs in order.
    #[must_use]
    pub fn arcs(&self) -> &[u32] {
        &self.0
    }

    /// This identifier with `tail` appended.
    #[must_use]
    pub fn child(&self, tail: &[u32]) -> Self {
        let mut arcs = self.0.clone();
        arcs.extend_from_slice(tail);
        Self(arcs)
    }

    /// True when `self` is `prefix` or lies below it.
    #[must_use]
    pub fn starts_with(&self, prefix: &Self) -> bool {
        self.0.starts_with(&prefix.0)
    }
}

impl FromStr for Oid {
    type Err = NotAnOid;

    fn from_str(text: &str) -> Result<Self, NotAnOid> {
        let refuse = || NotAnOid(text.chars().take(64).collect());
        let arcs = text
            .strip_prefix('.')
            .unwrap_or(text)
            .split('.')
            .map(|arc| arc.parse::<u32>().map_err(|_| refuse()))
            .collect::<Result<Vec<_>, _>>()?;
        if arcs.len() > 128 { Err(refuse()) } else { Ok(Self(arcs)) }
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
        write!(f, "{self}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_sorts_after_nine() {
        let nine: Oid = "1.3.9".parse().unwrap();
        let ten: Oid = ".1.3.10".parse().unwrap();
        assert!(nine < ten);
        assert!(nine < nine.child(&[0]));
    }

    #[test]
    fn other_text_is_refused() {
        for text in ["", "1..3", "1.x", "1.4294967296", "-1.3"] {
            assert!(text.parse::<Oid>().is_err(), "{text}");
        }
    }
}
