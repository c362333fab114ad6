//! Which attributes an enrollment's latest report had, and a hash of each value: enough to know what
//! changed without reading any fact.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

/// The first 64 bits of a value's SHA-256. A driver that makes two values collide keeps its own old one.
pub(crate) type Fingerprint = [u8; 8];

/// Attribute to fingerprint. Stored as bytes: for each, the key's length, the key, the fingerprint.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Fingerprints(BTreeMap<String, Fingerprint>);

/// Of a value's JSON.
pub(crate) fn of(json: &str) -> Fingerprint {
    Sha256::digest(json.as_bytes()).first_chunk().copied().unwrap_or_default()
}

impl Fingerprints {
    /// Reads what [`Self::write`] wrote. Anything else reads as far as it is sound: what is missing counts as
    /// changed, and is written again.
    pub(crate) fn read(mut bytes: &[u8]) -> Self {
        let mut all = BTreeMap::new();
        while let Some((length, rest)) = bytes.split_first() {
            let Some((key, rest)) = rest.split_at_checked(usize::from(*length)) else { break };
            let Some((print, rest)) = rest.split_first_chunk() else { break };
            let Ok(key) = std::str::from_utf8(key) else { break };
            all.insert(key.to_owned(), *print);
            bytes = rest;
        }
        Self(all)
    }

    pub(crate) fn write(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.0.len() * 24);
        for (key, print) in &self.0 {
            // keys are at most 48 characters of ASCII; a manifest with another does not parse
            let Ok(length) = u8::try_from(key.len()) else { continue };
            bytes.push(length);
            bytes.extend_from_slice(key.as_bytes());
            bytes.extend_from_slice(print);
        }
        bytes
    }

    pub(crate) fn get(&self, attribute: &str) -> Option<&Fingerprint> {
        self.0.get(attribute)
    }

    pub(crate) fn insert(&mut self, attribute: &str, print: Fingerprint) {
        self.0.insert(attribute.to_owned(), print);
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_written_reads_back(keys in proptest::collection::btree_map("[a-z][a-z0-9_]{0,47}", any::<[u8; 8]>(), 0..40)) {
            let prints = Fingerprints(keys);
            prop_assert_eq!(Fingerprints::read(&prints.write()), prints);
        }

        #[test]
        fn any_bytes_read_without_a_panic(bytes: Vec<u8>) {
            Fingerprints::read(&bytes);
        }
    }
}
