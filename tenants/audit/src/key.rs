//! The key that signs seals: Ed25519 (RFC 8032).

use bailiwick_store::keys::Secret;
use ed25519_dalek::{Signer, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};

use crate::error::AuditError;

/// A signing key. Its `Debug` shows the public half only.
#[derive(Clone)]
pub struct SealKey(SigningKey);

impl SealKey {
    /// A fresh key.
    ///
    /// # Errors
    /// Where the system has no randomness.
    pub fn generate() -> Result<Self, AuditError> {
        let mut seed = [0_u8; 32];
        getrandom::fill(&mut seed).map_err(AuditError::Randomness)?;
        Ok(Self(SigningKey::from_bytes(&seed)))
    }

    /// The key of these bytes, which the installation keeps in a file.
    #[must_use]
    pub fn of(secret: &Secret) -> Self {
        Self(SigningKey::from_bytes(secret.bytes()))
    }

    /// The public half, by which [`crate::verify`] checks.
    #[must_use]
    pub fn public(&self) -> VerifyingKey {
        self.0.verifying_key()
    }

    pub(crate) fn sign(&self, hash: &[u8; 32]) -> [u8; 64] {
        self.0.sign(hash).to_bytes()
    }
}

/// Reads the public half as `verify-audit` prints it: 64 hexadecimal digits.
#[must_use]
pub fn parse_public(text: &str) -> Option<VerifyingKey> {
    let mut bytes = [0_u8; 32];
    hex::decode_to_slice(text.trim(), &mut bytes).ok()?;
    VerifyingKey::from_bytes(&bytes).ok()
}

impl std::fmt::Debug for SealKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SealKey({})", hex::encode(key_id(&self.public())))
    }
}

/// Names a key within a seal: the first eight bytes of the SHA-256 of its public half.
pub(crate) fn key_id(key: &VerifyingKey) -> [u8; 8] {
    let mut id = [0; 8];
    for (to, from) in id.iter_mut().zip(Sha256::digest(key.as_bytes())) {
        *to = from;
    }
    id
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_the_public_half_only() {
        let key = SealKey::generate().unwrap();
        let shown = format!("{key:?}");
        assert!(!shown.contains(&hex::encode(key.0.to_bytes())), "{shown}");
        assert!(shown.contains(&hex::encode(key_id(&key.public()))), "{shown}");
    }
}
