//! Secrets at rest: AES-256-GCM under the installation's key.
//!
//! A sealed secret is bound to its place (its owner and its row): moved to another row it does not open. It
//! protects a copy of the database, not a server that somebody holds: that server has the key.

use std::fmt;

use ring::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    hmac,
};
use uuid::Uuid;
use zeroize::Zeroizing;

/// The installation's sealing key.
pub struct SealingKey {
    seals: LessSafeKey,
    prints: hmac::Key,
}

/// What stands for a text where the text itself is not to stand: the same for the same, and nothing to guess it from
/// without the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Print([u8; 16]);

impl fmt::Display for Print {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", u128::from_be_bytes(self.0))
    }
}

impl fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealingKey(…)")
    }
}

/// What can go wrong with sealing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// There are not 32 bytes.
    #[error("a sealing key has 32 bytes")]
    Key,
    /// The system has no randomness.
    #[error("the system has no randomness")]
    Randomness(#[source] getrandom::Error),
    /// Sealed under another key, for another place, or damaged.
    #[error("a sealed secret does not open: was the key file replaced?")]
    Broken,
}

impl SealingKey {
    /// A key of these bytes.
    ///
    /// # Errors
    /// [`SealError::Key`] unless there are 32 bytes.
    pub fn new(bytes: &[u8]) -> Result<Self, SealError> {
        let seals = UnboundKey::new(&AES_256_GCM, bytes).map(LessSafeKey::new).map_err(|_| SealError::Key)?;
        // a key of its own, so that neither use says anything of the other
        let derived = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, bytes), b"bailiwick print 1");
        Ok(Self { seals, prints: hmac::Key::new(hmac::HMAC_SHA256, derived.as_ref()) })
    }

    /// The print of a text (HMAC-SHA256, the first 16 bytes).
    #[must_use]
    pub fn print(&self, text: &str) -> Print {
        let tag = hmac::sign(&self.prints, text.as_bytes());
        Print(tag.as_ref().first_chunk().copied().unwrap_or_default())
    }

    /// A random key that is kept nowhere: for tests and one-off commands.
    ///
    /// # Errors
    /// [`SealError::Randomness`].
    pub fn random() -> Result<Self, SealError> {
        let mut bytes = Zeroizing::new([0; 32]);
        getrandom::fill(bytes.as_mut()).map_err(SealError::Randomness)?;
        Self::new(bytes.as_ref())
    }

    /// Seals `secret` for a place.
    ///
    /// # Errors
    /// [`SealError::Randomness`].
    pub fn seal(&self, place: &Place, secret: &[u8]) -> Result<Vec<u8>, SealError> {
        let mut nonce = [0; NONCE_LEN];
        getrandom::fill(&mut nonce).map_err(SealError::Randomness)?;
        let mut body = secret.to_vec();
        self.seals
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(place.bytes()), &mut body)
            .map_err(|_| SealError::Broken)?;
        let mut sealed = nonce.to_vec();
        sealed.append(&mut body);
        Ok(sealed)
    }

    /// Opens what was sealed for this place.
    ///
    /// # Errors
    /// [`SealError::Broken`].
    pub fn open(&self, place: &Place, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let (nonce, body) = sealed.split_first_chunk::<NONCE_LEN>().ok_or(SealError::Broken)?;
        let mut body = Zeroizing::new(body.to_vec());
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let length =
            self.seals.open_in_place(nonce, Aad::from(place.bytes()), &mut body).map_err(|_| SealError::Broken)?.len();
        body.truncate(length);
        Ok(body)
    }
}

/// Where a sealed secret stands.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// Whose row it is: an account, or an operator.
    pub owner: Uuid,
    /// The row.
    pub row: Uuid,
}

impl Place {
    fn bytes(self) -> [u8; 32] {
        let mut bytes = [0; 32];
        let (owner, row) = bytes.split_at_mut(16);
        owner.copy_from_slice(self.owner.as_bytes());
        row.copy_from_slice(self.row.as_bytes());
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_opens_in_its_place_only_and_not_when_touched() {
        let key = SealingKey::random().unwrap();
        let place = Place { owner: Uuid::from_u128(1), row: Uuid::from_u128(2) };
        let mut sealed = key.seal(&place, b"public").unwrap();
        assert!(!sealed.windows(6).any(|w| w == b"public"));
        assert_eq!(key.open(&place, &sealed).unwrap().as_slice(), b"public");
        let elsewhere = Place { row: Uuid::from_u128(3), ..place };
        assert!(matches!(key.open(&elsewhere, &sealed), Err(SealError::Broken)));
        assert!(matches!(SealingKey::random().unwrap().open(&place, &sealed), Err(SealError::Broken)));
        sealed[NONCE_LEN] ^= 1;
        assert!(matches!(key.open(&place, &sealed), Err(SealError::Broken)));
        assert!(matches!(key.open(&place, &[]), Err(SealError::Broken)));
    }

    #[test]
    fn a_print_is_of_one_text_under_one_key() {
        let (key, other) = (SealingKey::new(&[1; 32]).unwrap(), SealingKey::new(&[2; 32]).unwrap());
        assert_eq!(key.print("ann@example.org"), SealingKey::new(&[1; 32]).unwrap().print("ann@example.org"));
        assert_ne!(key.print("ann@example.org"), key.print("ben@example.org"));
        assert_ne!(key.print("ann@example.org"), other.print("ann@example.org"));
        assert_eq!(key.print("").to_string().len(), 32);
    }
}
