//! An account's place in the tree, as text.
//!
//! The root is `/`; every account below adds its key and a slash: `/k3f9a2/7hq1xx/`. Because a lineage ends
//! in a slash, `/a1/` is no prefix of `/a10/`, and a subtree is one range of the index: from the lineage up to
//! the lineage with its last `/` turned into `0`, the next character (collation "C").

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Crockford's base32 in lower case: no i, l, o, u, so a key can be read aloud.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const KEY_LENGTH: usize = 6;
/// Dealers may nest; nobody nests this deep.
const MAX_DEPTH: usize = 16;

/// What a text must be to name an account or its place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LineageError {
    /// A lineage begins and ends with `/`.
    #[error("a lineage begins and ends with '/'")]
    Slashes,
    /// A key is 4 to 16 characters of `0-9` and `a-z`.
    #[error("an account key is 4 to 16 characters of 0-9 and a-z")]
    Key,
    /// The tree is limited to 16 levels.
    #[error("the account tree is limited to {MAX_DEPTH} levels")]
    Depth,
}

/// The name of one account within its lineage and in ingress paths. Random, unique, never reused; survives
/// moves and re-branding.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, sqlx::Type)]
#[serde(try_from = "String", into = "String")]
#[sqlx(transparent)]
pub struct AccountKey(String);

impl AccountKey {
    /// A random key of 30 bits.
    ///
    /// # Errors
    /// Where the system has no randomness.
    pub fn random() -> Result<Self, getrandom::Error> {
        let mut bytes = [0_u8; KEY_LENGTH];
        getrandom::fill(&mut bytes)?;
        Ok(Self(
            bytes
                .iter()
                .filter_map(|byte| ALPHABET.get(usize::from(byte & 31)))
                .map(|character| char::from(*character))
                .collect(),
        ))
    }

    /// The key as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for AccountKey {
    type Err = LineageError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let legal = |byte: u8| byte.is_ascii_digit() || byte.is_ascii_lowercase();
        if (4..=16).contains(&text.len()) && text.bytes().all(legal) {
            Ok(Self(text.to_owned()))
        } else {
            Err(LineageError::Key)
        }
    }
}

impl TryFrom<String> for AccountKey {
    type Error = LineageError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<AccountKey> for String {
    fn from(key: AccountKey) -> Self {
        key.0
    }
}

impl fmt::Display for AccountKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for AccountKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AccountKey({})", self.0)
    }
}

/// An account's path, checked: `/`, `/k3f9a2/`, `/k3f9a2/7hq1xx/`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, sqlx::Type)]
#[serde(try_from = "String", into = "String")]
#[sqlx(transparent)]
pub struct Lineage(String);

impl Lineage {
    /// The most levels below the root.
    pub const MAX_DEPTH: usize = MAX_DEPTH;

    /// The platform's own lineage, `/`.
    #[must_use]
    pub fn root() -> Self {
        Self("/".to_owned())
    }

    /// The lineage as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `other` is this account or lies below it.
    #[must_use]
    pub fn contains(&self, other: &Lineage) -> bool {
        other.0.starts_with(&self.0)
    }

    /// The first text after every lineage of the subtree: '0' is the character after '/'.
    #[must_use]
    pub fn end(&self) -> String {
        format!("{}0", self.0.strip_suffix('/').unwrap_or(&self.0))
    }

    /// Number of keys: 0 at the root.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.keys().count()
    }

    /// The keys from the root downwards.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.split('/').filter(|key| !key.is_empty())
    }

    /// The lineage of a child with this key.
    ///
    /// # Errors
    /// [`LineageError::Depth`] at the sixteenth level.
    pub fn child(&self, key: &AccountKey) -> Result<Self, LineageError> {
        if self.depth() >= MAX_DEPTH {
            return Err(LineageError::Depth);
        }
        Ok(Self(format!("{}{}/", self.0, key.0)))
    }

    /// The lineage one level up; `None` at the root.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        let cut = self.0.strip_suffix('/')?.rfind('/')?;
        self.0.get(..=cut).map(|text| Self(text.to_owned()))
    }

    /// Every lineage from the root down to and including this one.
    #[must_use]
    pub fn path(&self) -> Vec<Self> {
        let mut path = vec![self.clone()];
        let mut at = self.clone();
        while let Some(parent) = at.parent() {
            path.push(parent.clone());
            at = parent;
        }
        path.reverse();
        path
    }
}

impl FromStr for Lineage {
    type Err = LineageError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "/" {
            return Ok(Self::root());
        }
        let inner = text.strip_prefix('/').and_then(|rest| rest.strip_suffix('/')).ok_or(LineageError::Slashes)?;
        let mut depth = 0;
        for key in inner.split('/') {
            key.parse::<AccountKey>()?;
            depth += 1;
        }
        if depth > MAX_DEPTH {
            return Err(LineageError::Depth);
        }
        Ok(Self(text.to_owned()))
    }
}

impl TryFrom<String> for Lineage {
    type Error = LineageError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Lineage> for String {
    fn from(lineage: Lineage) -> Self {
        lineage.0
    }
}

impl fmt::Display for Lineage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Lineage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Lineage({})", self.0)
    }
}
