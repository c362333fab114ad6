//! Operators: one global identity each, whatever it may do and where.
//!
//! Only its owner changes a name or a password: the identity may hold grants with others. Who may add people to an
//! account adds somebody new by e-mail address, or somebody it sees already, who keeps its password. An address of
//! anybody else is refused without a word about whose it is: those are invited ([`crate::invitations`]).

mod service;
pub(crate) mod store;

use bailiwick_store::{At, OperatorId};
use secrecy::SecretString;

use crate::grants::{Given, GrantId};
use crate::password::Password;
use bailiwick_text::Email;

/// An operator, as it sees itself.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Operator {
    /// Its id.
    pub id: OperatorId,
    /// Its e-mail address as written.
    pub email: String,
    /// Its name.
    pub name: String,
    /// The language it reads, `en` or `de-AT`.
    pub locale: String,
    /// Since when it is to look over its tokens and passkeys, its password being a new one.
    pub review_since: Option<At>,
}

/// Someone to be given a role on an account.
#[derive(Debug, Clone)]
pub struct NewOperator {
    /// By this it signs in.
    pub email: Email,
    /// Its name, 1 to 200 characters; of no account where it exists already.
    pub name: String,
    /// What to grant.
    pub given: Given,
    /// Its password; where there is none, a random one is made. Of no account where it exists already.
    pub password: Option<Password>,
}

/// What became of [`NewOperator`].
#[derive(Debug)]
pub struct Added {
    /// Who.
    pub operator: OperatorId,
    /// The grant.
    pub grant: GrantId,
    /// The random password, to be told once; `None` where one was given or the operator existed.
    pub initial_password: Option<SecretString>,
}

/// What an operator changes about itself; what is left out stays.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// Its name.
    pub name: Option<String>,
    /// Its language, `en` or `de-AT`.
    pub locale: Option<String>,
}
