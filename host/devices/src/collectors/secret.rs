//! Tokens and keys of collectors: 256 random bits behind a prefix that tells which is which.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::SecretString;
use sha2::{Digest, Sha256};

use super::CollectorError;

/// The prefix of a one-time token.
pub(super) const TOKEN: &str = "bwe_";
/// The prefix of a collector's key.
pub(super) const KEY: &str = "bwc_";

/// A new secret and what is stored of it.
pub(super) fn make(prefix: &str) -> Result<(SecretString, [u8; 32]), CollectorError> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).map_err(CollectorError::Randomness)?;
    let text = format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bytes));
    let hash = Sha256::digest(text.as_bytes()).into();
    Ok((SecretString::from(text), hash))
}

/// What is stored of a secret that was presented; `None` for what cannot be one.
pub(super) fn hash(prefix: &str, text: &str) -> Option<[u8; 32]> {
    (text.starts_with(prefix) && text.len() == prefix.len() + 43).then(|| Sha256::digest(text.as_bytes()).into())
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn a_secret_hashes_to_what_is_stored_and_to_nothing_under_another_prefix() {
        let (secret, stored) = make(KEY).unwrap();
        assert_eq!(hash(KEY, secret.expose_secret()), Some(stored));
        assert_eq!(hash(TOKEN, secret.expose_secret()), None);
        assert_eq!(hash(KEY, "bwc_"), None);
        assert_ne!(make(KEY).unwrap().1, stored);
    }
}
