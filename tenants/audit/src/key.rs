//! The key that signs seals: Ed25519 (RFC 8032), in a file that only the platform reads.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

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

    /// Reads the key from `path` (64 hexadecimal digits), or makes one there with mode 0600.
    ///
    /// # Errors
    /// [`AuditError::OpenKeyFile`] where others may read the file; [`AuditError::NoKey`] where it holds something else.
    pub fn load_or_create(path: &Path) -> Result<Self, AuditError> {
        let failed = |source| AuditError::KeyFile { path: path.to_owned(), source };
        match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
            Ok(mut file) => {
                let key = Self::generate()?;
                writeln!(file, "{}", hex::encode(key.0.to_bytes())).and_then(|()| file.sync_all()).map_err(failed)?;
                return Ok(key);
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(failed(error)),
        }
        let mut file = OpenOptions::new().read(true).open(path).map_err(failed)?;
        let mode = file.metadata().map_err(failed)?.mode() & 0o7777;
        if mode & 0o077 != 0 {
            return Err(AuditError::OpenKeyFile { path: path.to_owned(), mode });
        }
        let mut text = String::new();
        file.read_to_string(&mut text).map_err(failed)?;
        let mut seed = [0_u8; 32];
        hex::decode_to_slice(text.trim(), &mut seed).map_err(|_| AuditError::NoKey { path: path.to_owned() })?;
        Ok(Self(SigningKey::from_bytes(&seed)))
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
