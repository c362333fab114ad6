//! Challenges: kept by nobody but the browser, which cannot read or change them.
//!
//! What the server must know when the answer comes is sealed (AES-256-GCM) for the purpose and for whoever was asked,
//! so that it opens for no other. That it is answered once is kept in the database, from the answer on.

use bailiwick_store::seal::{Place, SealingKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{CHALLENGE_LIFETIME, Party};
use crate::error::AccessError;
use crate::sessions::SessionId;

/// Who was asked, and alone may answer.
#[derive(Debug, Clone)]
pub enum Bound {
    /// A browser in which nobody has signed in yet, by a random secret in a cookie of its own.
    Browser(SecretString),
    /// A session.
    Session(SessionId),
}

/// What the answer is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// A signature by a passkey that is there.
    Use,
    /// A new passkey.
    Making,
}

/// What is known of a challenge when its answer comes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Opened {
    pub(super) state: Vec<u8>,
    pub(super) hash: [u8; 32],
    pub(super) expires_at: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    party: String,
    expires_at: Timestamp,
    state: Vec<u8>,
}

/// For whom and what it is sealed.
fn place(purpose: Purpose, bound: &Bound) -> Place {
    let purpose = match purpose {
        Purpose::Use => 1,
        Purpose::Making => 2,
    };
    let digest = Sha256::new().chain_update("bailiwick passkey 1\0");
    let digest = match bound {
        Bound::Browser(secret) => digest.chain_update("browser\0").chain_update(secret.expose_secret()),
        Bound::Session(id) => digest.chain_update("session\0").chain_update(id.get().as_bytes()),
    };
    let bytes: [u8; 32] = digest.finalize().into();
    let half = bytes.first_chunk::<16>().copied().unwrap_or_default();
    Place { owner: Uuid::from_bytes(half), row: Uuid::from_u128(purpose) }
}

/// Seals what the server must know; gives it with its end.
pub(super) fn seal(
    key: &SealingKey,
    purpose: Purpose,
    bound: &Bound,
    party: &Party,
    state: Vec<u8>,
    now: Timestamp,
) -> Result<(SecretString, Timestamp), AccessError> {
    let expires_at = now.checked_add(CHALLENGE_LIFETIME).unwrap_or(now);
    let kept = Kept { party: party.id().to_owned(), expires_at, state };
    let kept = serde_json::to_vec(&kept).map_err(|error| AccessError::Hashing(error.into()))?;
    Ok((BASE64.encode(key.seal(&place(purpose, bound), &kept)?).into(), expires_at))
}

/// `None` where it is not of this purpose, asker or host name, is over, or was made up.
pub(super) fn open(
    key: &SealingKey,
    purpose: Purpose,
    bound: &Bound,
    party: &Party,
    sealed: &SecretString,
    now: Timestamp,
) -> Option<Opened> {
    let sealed = BASE64.decode(sealed.expose_secret()).ok()?;
    let kept = key.open(&place(purpose, bound), &sealed).ok()?;
    let kept: Kept = serde_json::from_slice(&kept).ok()?;
    if kept.party != party.id() || kept.expires_at <= now {
        return None;
    }
    let hash = Sha256::new().chain_update("bailiwick challenge 1\0").chain_update(&kept.state).finalize().into();
    Some(Opened { state: kept.state, hash, expires_at: kept.expires_at })
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    #[test]
    fn a_challenge_opens_for_who_asked_for_what_where_and_in_time() {
        let key = SealingKey::random().unwrap();
        let now = Timestamp::UNIX_EPOCH;
        let (here, there) = (Party::of_url("https://a.example").unwrap(), Party::of_url("https://b.example").unwrap());
        let (ann, ben) = (Bound::Session(SessionId::new()), Bound::Session(SessionId::new()));
        let browser = Bound::Browser("x".into());
        let (sealed, until) = seal(&key, Purpose::Use, &ann, &here, vec![7], now).unwrap();
        let opened = open(&key, Purpose::Use, &ann, &here, &sealed, now).unwrap();
        assert_eq!((opened.state, opened.expires_at), (vec![7], until));
        for (purpose, bound, party, at) in [
            (Purpose::Making, &ann, &here, now),
            (Purpose::Use, &ben, &here, now),
            (Purpose::Use, &browser, &here, now),
            (Purpose::Use, &ann, &there, now),
            (Purpose::Use, &ann, &here, until),
            (Purpose::Use, &ann, &here, until + SignedDuration::from_secs(1)),
        ] {
            assert_eq!(open(&key, purpose, bound, party, &sealed, at), None);
        }
        assert_eq!(open(&SealingKey::random().unwrap(), Purpose::Use, &ann, &here, &sealed, now), None);
        assert_eq!(open(&key, Purpose::Use, &ann, &here, &"made up".into(), now), None);
    }
}
