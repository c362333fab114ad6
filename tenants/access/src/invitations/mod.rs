//! Invitations: a role on an account for whoever reads the mail of an address.
//!
//! Inviting never looks whether somebody of the address exists, so neither its answer nor its time can tell. The link
//! that is mailed carries a secret of which only the SHA-256 is stored; it works once, for [`LIFETIME`], and only while
//! who invited may still give what was offered. Somebody new sets a name and a password; somebody who exists signs in
//! first, and must be who the mail was for. How many a sender may cause is limited (`limits.rs`).

mod limits;
mod service;
pub(crate) mod store;

use bailiwick_store::{Actor, uuid_id};
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;

pub use limits::SenderLimits;

use crate::grants::{Given, GrantId};
use crate::password::Password;
use crate::principal::Principal;
use crate::role::{KnownRole, RoleRef};
use bailiwick_text::Email;

/// How long an invitation can be accepted.
pub const LIFETIME: SignedDuration = SignedDuration::from_hours(7 * 24);

uuid_id! {
    /// One invitation.
    InvitationId
}

/// Somebody to be invited.
#[derive(Debug, Clone)]
pub struct NewInvitation {
    /// Where the mail goes.
    pub email: Email,
    /// As who invites calls the invited; who is new may choose another.
    pub name: Option<String>,
    /// What is offered.
    pub given: Given,
    /// The language of the mail, `en`.
    pub locale: String,
}

/// An invitation that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// Its id.
    pub id: InvitationId,
    /// Where the mail went.
    pub email: String,
    /// As who invited calls the invited.
    pub name: Option<String>,
    /// What is offered.
    pub given: Given,
    /// The language of the mail.
    pub locale: String,
    /// Who invited.
    pub invited_by: Actor,
    /// When.
    pub created_at: Timestamp,
    /// Until when it can be accepted.
    pub expires_at: Timestamp,
}

/// An invitation with a fresh link, to be mailed.
#[derive(Debug)]
pub struct Minted {
    /// The secret of the link; those of earlier mails are dead.
    pub secret: SecretString,
    /// Where the mail goes.
    pub email: String,
    /// As who invited calls the invited.
    pub name: Option<String>,
    /// The account's name.
    pub account: String,
    /// The name of the operator who invited; `None` where a program did.
    pub by: Option<String>,
}

/// What its reader is shown of an invitation.
#[derive(Debug)]
pub struct Offer {
    /// Whom it is for.
    pub email: String,
    /// As who invited calls the invited.
    pub name: Option<String>,
    /// The account's name.
    pub account: String,
    /// The name of the operator who invited; `None` where a program did.
    pub by: Option<String>,
    /// What is offered.
    pub role: KnownRole,
    /// Until when.
    pub expires_at: Timestamp,
    /// What it takes to accept.
    pub takes: Takes,
}

/// What it takes to accept an invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// Nobody of the address exists: a name and a password.
    NameAndPassword,
    /// To be signed in as the operator of the address.
    SignIn,
    /// The operator of the address has no access to anything, so it cannot sign in: its password.
    Password,
}

/// Who accepts, and how that is shown.
#[derive(Debug)]
pub enum Acceptance<'a> {
    /// Who is signed in.
    SignedIn(&'a Principal),
    /// Who has nothing but the link.
    Reader {
        /// The name of somebody new.
        name: Option<String>,
        /// The password that somebody new chooses, or that somebody who exists has.
        password: Password,
    },
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accepted {
    /// The grant.
    pub grant: GrantId,
}

impl Invitation {
    /// The role that is offered.
    #[must_use]
    pub fn role(&self) -> RoleRef {
        self.given.role
    }
}
