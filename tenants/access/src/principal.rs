//! Who calls, how that was proved, and which roles it holds.

use bailiwick_store::{AccountId, Actor, Lineage, OperatorId, TokenId};
use jiff::Timestamp;

use crate::permission::Role;
use crate::sessions::SessionId;

/// How a principal proved who it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    /// By a session cookie: calls that change something need the CSRF token.
    Session {
        /// The session.
        id: SessionId,
        /// When it ends however busy it is.
        expires_at: Timestamp,
    },
    /// By an API token.
    Token(TokenId),
    /// It is the platform itself, such as the command line on the server's machine.
    System,
}

/// A role on an account and all below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The account.
    pub account: AccountId,
    /// Its lineage at the time of authentication.
    pub lineage: Lineage,
    /// The role.
    pub role: Role,
}

/// A caller. Made by authentication only.
#[derive(Debug, Clone)]
pub struct Principal {
    pub(crate) actor: Actor,
    pub(crate) via: Via,
    pub(crate) held: Vec<Held>,
    pub(crate) source: Option<String>,
}

impl Principal {
    /// The platform itself, owner of the root; `name` says which part, such as `"command-line"`.
    #[must_use]
    pub fn system(name: &'static str) -> Self {
        let root = Held { account: AccountId::ROOT, lineage: Lineage::root(), role: Role::Owner };
        Self { actor: Actor::system(name), via: Via::System, held: vec![root], source: None }
    }

    /// Notes where the call comes from, for the audit.
    #[must_use]
    pub fn from_source(mut self, source: Option<String>) -> Self {
        self.source = source;
        self
    }

    /// Who acts.
    #[must_use]
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// The operator signed in, in person; `None` for a token.
    #[must_use]
    pub fn operator(&self) -> Option<OperatorId> {
        match self.actor {
            Actor::Operator(operator) => Some(operator),
            _ => None,
        }
    }

    /// How it proved that.
    #[must_use]
    pub fn via(&self) -> Via {
        self.via
    }

    /// Every role held.
    #[must_use]
    pub fn held(&self) -> &[Held] {
        &self.held
    }

    /// The highest role on an account at this place, its own or inherited; `None` where the place is out of sight.
    #[must_use]
    pub fn role_at(&self, lineage: &Lineage) -> Option<Role> {
        self.held.iter().filter(|held| held.lineage.contains(lineage)).map(|held| held.role).max()
    }

    /// The topmost account that it holds a role on and that contains this place.
    #[must_use]
    pub fn top_of(&self, lineage: &Lineage) -> Option<&Held> {
        self.held.iter().filter(|held| held.lineage.contains(lineage)).min_by_key(|held| held.lineage.depth())
    }

    /// The accounts on which it holds a role without holding one above: where its view of the tree begins.
    pub fn roots(&self) -> impl Iterator<Item = &Held> {
        self.held.iter().filter(|held| {
            !self.held.iter().any(|other| other.lineage != held.lineage && other.lineage.contains(&held.lineage))
        })
    }
}
