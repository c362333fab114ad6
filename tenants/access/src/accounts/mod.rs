//! The account tree: platform → dealer (may nest) → customer.

pub mod deletion;
mod imposed;
pub mod moves;
pub mod quotas;
mod service;
pub(crate) mod store;
mod suspension;

use bailiwick_store::{AccountId, AccountKey, At, Lineage};
use jiff::Timestamp;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
pub(crate) use store::texts;

use crate::password::Password;
use bailiwick_text::Email;

/// What an account is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The root; there is one.
    Platform,
    /// A managed service provider. Lies under the platform or another dealer.
    Dealer,
    /// A dealer's customer; has no accounts below it.
    Customer,
}

impl Kind {
    /// Its stable name: `platform`, `dealer`, `customer`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Platform => "platform",
            Self::Dealer => "dealer",
            Self::Customer => "customer",
        }
    }

    /// Whether an account of this kind may lie directly under one of `parent`.
    #[must_use]
    pub const fn fits_under(self, parent: Self) -> bool {
        matches!((parent, self), (Self::Platform | Self::Dealer, Self::Dealer) | (Self::Dealer, Self::Customer))
    }
}

impl TryFrom<String> for Kind {
    type Error = UnknownKind;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        [Self::Platform, Self::Dealer, Self::Customer].into_iter().find(|kind| kind.name() == text).ok_or(UnknownKind)
    }
}

/// A text that names no kind of account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an account is platform, dealer or customer")]
pub struct UnknownKind;

/// One account.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Account {
    /// Its id.
    #[sqlx(rename = "tenant_id")]
    pub id: AccountId,
    /// Its key in ingress paths; empty at the root.
    pub key: String,
    /// Its name.
    pub name: String,
    /// What it is.
    #[sqlx(try_from = "String")]
    pub kind: Kind,
    /// The account above, where the caller sees that one.
    pub parent_id: Option<AccountId>,
    /// Its place.
    pub lineage: Lineage,
    /// When it was made.
    #[sqlx(try_from = "bailiwick_store::At")]
    pub created_at: Timestamp,
    /// Since when it is itself suspended.
    pub suspended_at: Option<At>,
    /// When it will be erased, where it is to be deleted.
    pub erase_at: Option<At>,
}

/// One step of the way down to an account.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Step {
    /// The account.
    #[sqlx(rename = "tenant_id")]
    pub id: AccountId,
    /// Its name.
    pub name: String,
    /// What it is.
    #[sqlx(try_from = "String")]
    pub kind: Kind,
}

/// An account with the way down to it.
#[derive(Debug, Clone)]
pub struct Placed {
    /// The account.
    pub account: Account,
    /// From the topmost account that the caller sees down to this one, both included.
    pub path: Vec<Step>,
}

/// An account to be made.
#[derive(Debug, Clone)]
pub struct NewAccount {
    /// Its name, 1 to 200 characters.
    pub name: String,
    /// What it is to be.
    pub kind: Kind,
    /// Its first owner, so that it can help itself from the start.
    pub owner: Option<FirstOwner>,
}

/// Who is to own a new account.
#[derive(Debug, Clone)]
pub struct FirstOwner {
    /// By this it signs in.
    pub email: Email,
    /// Its name, 1 to 200 characters; of no account where it exists already.
    pub name: String,
    /// Its password; where there is none, a random one is made. Of no account where it exists already.
    pub password: Option<Password>,
}

/// An account that was made.
#[derive(Debug)]
pub struct Made {
    /// The account.
    pub account: Account,
    /// The random password of its first owner, to be told once.
    pub initial_password: Option<SecretString>,
}

/// How far down a list reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// The accounts directly below.
    Children,
    /// All accounts below.
    Subtree,
}

/// Draws keys until one is free; with 30 random bits, a second draw is rare and a fourth a defect.
const DRAWS: usize = 4;

fn draw() -> Result<AccountKey, crate::error::AccessError> {
    AccountKey::random().map_err(|error| crate::error::AccessError::Hashing(error.into()))
}
