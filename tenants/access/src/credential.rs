//! Secrets that are shown once: a prefix, 43 base62 characters of 256 random bits, and a checksum of six.
//!
//! The prefix lets a secret scanner find one that was published; the checksum tells a mistyped one from an
//! unknown one without a look into the database. What is stored is the SHA-256: with 256 random bits, a slow hash
//! would protect nothing more.

use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const BODY: usize = 43;
const CHECK: usize = 6;

/// Why a text is no credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CredentialError {
    /// It does not begin as it should.
    #[error("it does not begin with {0}_")]
    Prefix(&'static str),
    /// It is cut off, or holds other characters.
    #[error("it is not {} letters and digits after the prefix", BODY + CHECK)]
    Shape,
    /// It is mistyped.
    #[error("its checksum is wrong")]
    Checksum,
}

/// A kind of credential, by its prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Credential(&'static str);

impl Credential {
    /// An API token, `bwk_…`.
    pub const API_TOKEN: Self = Self("bwk");
    /// A session, `bws_…`.
    pub const SESSION: Self = Self("bws");
    /// What a sign-in shows between its two steps, `bwf_…`.
    pub const CHALLENGE: Self = Self("bwf");
    /// A browser in which nobody has signed in yet, `bwb_…`.
    pub const BROWSER: Self = Self("bwb");
    /// What a browser keeps while it is at a sign-in provider, `bwo_…`.
    pub const ATTEMPT: Self = Self("bwo");
    /// A collector's key, `bwc_…`.
    pub const COLLECTOR: Self = Self("bwc");
    /// A single-use token to enroll a collector, `bwe_…`.
    pub const ENROLLMENT: Self = Self("bwe");
    /// The link of an invitation, `bwi_…`.
    pub const INVITATION: Self = Self("bwi");
    /// The link for a new password, `bwp_…`.
    pub const RESET: Self = Self("bwp");

    /// A fresh secret and what to store of it.
    ///
    /// # Errors
    /// Where the system has no randomness.
    pub fn generate(self) -> Result<(SecretString, [u8; 32]), getrandom::Error> {
        let body = random_text::<BODY>()?;
        let body = body.expose_secret();
        let secret = format!("{}_{body}{}", self.0, self.checksum(body));
        let hash = Sha256::digest(&secret).into();
        Ok((secret.into(), hash))
    }

    /// What to look for in the database.
    ///
    /// # Errors
    /// Where the text cannot be a credential of this kind.
    pub fn parse(self, text: &str) -> Result<[u8; 32], CredentialError> {
        let rest = text.strip_prefix(self.0).and_then(|rest| rest.strip_prefix('_'));
        let rest = rest.ok_or(CredentialError::Prefix(self.0))?;
        if rest.len() != BODY + CHECK || !rest.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(CredentialError::Shape);
        }
        let (body, check) = rest.split_at_checked(BODY).ok_or(CredentialError::Shape)?;
        if check != self.checksum(body) {
            return Err(CredentialError::Checksum);
        }
        Ok(Sha256::digest(text).into())
    }

    fn checksum(self, body: &str) -> String {
        let digest = Sha256::new().chain_update(self.0).chain_update(b"_checksum_").chain_update(body).finalize();
        let mut number = digest.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        let mut text = String::with_capacity(CHECK);
        for _ in 0..CHECK {
            let index = usize::try_from(number % 62).unwrap_or(0);
            text.extend(ALPHABET.get(index).map(|character| char::from(*character)));
            number /= 62;
        }
        text
    }
}

/// `LENGTH` characters of base62, each uniformly random.
pub(crate) fn random_text<const LENGTH: usize>() -> Result<SecretString, getrandom::Error> {
    let mut text = String::with_capacity(LENGTH);
    let mut bytes = [0_u8; 64];
    while text.len() < LENGTH {
        getrandom::fill(&mut bytes)?;
        // 248 = 4 × 62: what lies above would make some characters likelier
        let fair = bytes.iter().filter(|byte| **byte < 248).filter_map(|byte| ALPHABET.get(usize::from(byte % 62)));
        text.extend(fair.map(|character| char::from(*character)).take(LENGTH - text.len()));
    }
    Ok(text.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fresh_secret_is_found_again_by_its_hash() {
        let (secret, hash) = Credential::API_TOKEN.generate().unwrap();
        let text = secret.expose_secret();
        assert!(text.starts_with("bwk_") && text.len() == 4 + 49, "{}", text.len());
        assert_eq!(Credential::API_TOKEN.parse(text), Ok(hash));
        let (other, _) = Credential::API_TOKEN.generate().unwrap();
        assert_ne!(text, other.expose_secret());
    }

    #[test]
    fn every_mistyped_character_is_noticed() {
        let (secret, _) = Credential::SESSION.generate().unwrap();
        let text = secret.expose_secret();
        for at in 4..text.len() {
            let mut bytes = text.as_bytes().to_vec();
            bytes[at] = if bytes[at] == b'x' { b'y' } else { b'x' };
            let mistyped = String::from_utf8(bytes).unwrap();
            assert_eq!(Credential::SESSION.parse(&mistyped), Err(CredentialError::Checksum), "at {at}");
        }
    }

    #[test]
    fn one_kind_does_not_pass_for_another() {
        let (secret, _) = Credential::COLLECTOR.generate().unwrap();
        let text = secret.expose_secret();
        assert_eq!(Credential::API_TOKEN.parse(text), Err(CredentialError::Prefix("bwk")));
        let renamed = text.replacen("bwc", "bwk", 1);
        assert_eq!(Credential::API_TOKEN.parse(&renamed), Err(CredentialError::Checksum));
        for text in ["", "bwk_", "bwk_ä", "bwk", &format!("bwk_{}", "é".repeat(49))] {
            assert!(Credential::API_TOKEN.parse(text).is_err(), "{text}");
        }
    }
}
