//! Passwords: argon2id with the parameters OWASP recommends (19 MiB, two passes, one lane), computed on threads that
//! may block, a few at a time, so that a rush of sign-ins takes neither the memory nor the workers.

mod common;

use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Semaphore;

use bailiwick_text::Email;

const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// At once; each takes 19 MiB and a core for some ten milliseconds.
const AT_ONCE: usize = 4;

/// Why a password is not accepted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PasswordError {
    /// Fewer than 12 characters.
    #[error("a password has at least 12 characters")]
    Short,
    /// More than 1,024 bytes.
    #[error("a password has at most 1024 bytes")]
    Long,
    /// One character all over.
    #[error("a password needs more than one different character")]
    OneCharacter,
    /// The operator's own e-mail address.
    #[error("a password must not be the e-mail address")]
    SameAsEmail,
    /// Known to everybody who guesses.
    #[error("this password is among the first that attackers guess: use several unrelated words")]
    Breached,
    /// The computation failed.
    #[error("hashing failed")]
    Hashing(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl PasswordError {
    /// The stable code of the field in the API's problem document.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Short => "too_short",
            Self::Long => "too_long",
            Self::OneCharacter => "one_character",
            Self::SameAsEmail => "same_as_email",
            Self::Breached => "breached",
            Self::Hashing(_) => "internal",
        }
    }
}

/// A new password that is long enough and not the most trivial.
#[derive(Debug, Clone)]
pub struct Password(SecretString);

impl Password {
    /// Checks the length (12 characters to 1,024 bytes), that it is not one character repeated, and that it is not
    /// among those that are guessed first; nothing else: composition rules make passwords worse.
    ///
    /// # Errors
    /// [`PasswordError::Short`], [`PasswordError::Long`], [`PasswordError::OneCharacter`] or
    /// [`PasswordError::Breached`].
    pub fn new(text: SecretString) -> Result<Self, PasswordError> {
        let exposed = text.expose_secret();
        if exposed.len() > 1024 {
            Err(PasswordError::Long)
        } else if exposed.chars().count() < 12 {
            Err(PasswordError::Short)
        } else if exposed.chars().zip(exposed.chars().skip(1)).all(|(a, b)| a == b) {
            Err(PasswordError::OneCharacter)
        } else if common::is_common(exposed, &[]) {
            Err(PasswordError::Breached)
        } else {
            Ok(Self(text))
        }
    }

    /// Refuses the one password that everybody knows of an operator: its e-mail address, however written.
    ///
    /// # Errors
    /// [`PasswordError::SameAsEmail`].
    pub(crate) fn suits(&self, email: &Email) -> Result<(), PasswordError> {
        if self.0.expose_secret().trim().to_lowercase() == email.key() {
            return Err(PasswordError::SameAsEmail);
        }
        Ok(())
    }

    /// Refuses one that a guesser makes of what is known of its operator: its address and these names, of itself and of
    /// its account, with the usual decoration.
    ///
    /// # Errors
    /// [`PasswordError::Breached`].
    pub(crate) fn unlike(&self, email: &str, names: &[&str]) -> Result<(), PasswordError> {
        let (name, domain) = email.split_once('@').unwrap_or((email, ""));
        let domain = domain.rsplit_once('.').map_or(domain, |(domain, _)| domain);
        let known: Vec<&str> = names.iter().copied().chain([name, domain]).collect();
        if common::is_common(self.0.expose_secret(), &known) { Err(PasswordError::Breached) } else { Ok(()) }
    }

    /// A random one, to be told once and changed: 20 characters, 119 bits.
    ///
    /// # Errors
    /// Where the system has no randomness.
    pub fn random() -> Result<Self, PasswordError> {
        let text = crate::credential::random_text::<20>().map_err(|error| PasswordError::Hashing(error.into()))?;
        Ok(Self(text))
    }

    /// The text, to tell it once.
    #[must_use]
    pub fn secret(&self) -> &SecretString {
        &self.0
    }
}

/// Hashes and checks passwords.
#[derive(Debug, Clone)]
pub(crate) struct Hasher {
    turns: Arc<Semaphore>,
    /// What an unknown operator's password is checked against, so that it takes as long as a known one's.
    decoy: Arc<str>,
}

fn argon2() -> Result<Argon2<'static>, argon2::Error> {
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(MEMORY_KIB, PASSES, LANES, None)?))
}

fn hash(password: &SecretString) -> Result<String, PasswordError> {
    let failed = |error: argon2::password_hash::Error| PasswordError::Hashing(error.to_string().into());
    let argon2 = argon2().map_err(|error| PasswordError::Hashing(error.to_string().into()))?;
    let hash: PasswordHash = argon2.hash_password(password.expose_secret().as_bytes()).map_err(failed)?;
    Ok(hash.to_string())
}

impl Hasher {
    pub(crate) async fn new() -> Result<Self, PasswordError> {
        let turns = Arc::new(Semaphore::new(AT_ONCE));
        let decoy = blocking(&turns, || hash(Password::random()?.secret())).await?;
        Ok(Self { turns, decoy: decoy.into() })
    }

    /// The password as a PHC string.
    pub(crate) async fn hash(&self, password: &Password) -> Result<String, PasswordError> {
        let password = password.0.clone();
        blocking(&self.turns, move || hash(&password)).await
    }

    /// Whether it is the password of this hash. Without one, the same work is done and the answer is no.
    pub(crate) async fn verify(&self, password: &SecretString, known: Option<String>) -> Result<bool, PasswordError> {
        let password = password.clone();
        let decoy = Arc::clone(&self.decoy);
        blocking(&self.turns, move || {
            let text = known.as_deref().unwrap_or(&decoy);
            let parsed = PasswordHash::new(text).map_err(|error| PasswordError::Hashing(error.to_string().into()))?;
            let argon2 = argon2().map_err(|error| PasswordError::Hashing(error.to_string().into()))?;
            let right = argon2.verify_password(password.expose_secret().as_bytes(), &parsed).is_ok();
            Ok(right && known.is_some())
        })
        .await
    }
}

async fn blocking<T: Send + 'static>(
    turns: &Arc<Semaphore>,
    work: impl FnOnce() -> Result<T, PasswordError> + Send + 'static,
) -> Result<T, PasswordError> {
    let turn = Arc::clone(turns).acquire_owned().await.map_err(|error| PasswordError::Hashing(error.into()))?;
    // the turn goes along: a caller that gives up does not free it while the work goes on
    tokio::task::spawn_blocking(move || {
        let done = work();
        drop(turn);
        done
    })
    .await
    .map_err(|error| PasswordError::Hashing(error.into()))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_right_password_and_no_other_is_right() {
        let hasher = Hasher::new().await.unwrap();
        let password = Password::new("correct horse battery".into()).unwrap();
        let phc = hasher.hash(&password).await.unwrap();
        assert!(phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{phc}");
        assert_ne!(phc, hasher.hash(&password).await.unwrap(), "salted");
        assert!(hasher.verify(password.secret(), Some(phc.clone())).await.unwrap());
        assert!(!hasher.verify(&"correct horse batterz".into(), Some(phc)).await.unwrap());
        assert!(!hasher.verify(password.secret(), None).await.unwrap());
    }

    #[test]
    fn only_short_long_and_trivial_ones_are_refused() {
        assert!(matches!(Password::new("elevenchars".into()), Err(PasswordError::Short)));
        assert!(matches!(Password::new("ü".repeat(513).into()), Err(PasswordError::Long)));
        assert!(matches!(Password::new("ü".repeat(12).into()), Err(PasswordError::OneCharacter)));
        assert!(matches!(Password::new("üüüüüüüüüüüu".into()), Err(PasswordError::Breached)));
        assert!(Password::new("wobbly lantern".into()).is_ok());
        let email = "Ann@Example.org".parse().unwrap();
        let same = Password::new(" ann@example.ORG".into()).unwrap().suits(&email);
        assert!(matches!(same, Err(PasswordError::SameAsEmail)));
        assert!(Password::new("ann@example.orgs".into()).unwrap().suits(&email).is_ok());
        assert_eq!(Password::random().unwrap().secret().expose_secret().len(), 20);
    }
}
