//! The outbox: what is to be mailed, what was, and what could not be.

mod service;
mod store;

use bailiwick_store::{AccountId, uuid_id};
use jiff::Timestamp;
use uuid::Uuid;

use crate::letter::Language;

pub use service::{KIND, list, post};
pub(crate) use service::{discard, failed, sent, tried, waiting};

uuid_id! {
    /// A mail.
    MailId
}

/// What a mail is. The names are stable: they stand in the database and the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An offer of a role; about an invitation.
    Invitation,
    /// A forgotten password. There may be nobody of this address: that is found out when it is sent.
    PasswordReset,
    /// A password that was changed; about an operator.
    PasswordChanged,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Invitation, Self::PasswordReset, Self::PasswordChanged];

    /// Whether somebody waits for it in front of the portal, or is to be warned.
    #[must_use]
    pub const fn is_urgent(self) -> bool {
        match self {
            Self::PasswordReset | Self::PasswordChanged => true,
            Self::Invitation => false,
        }
    }

    /// Its stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Invitation => "invitation",
            Self::PasswordReset => "password_reset",
            Self::PasswordChanged => "password_changed",
        }
    }
}

/// A mail to be.
#[derive(Debug, Clone)]
pub struct NewMail {
    /// What it is.
    pub kind: Kind,
    /// To which address.
    pub recipient: String,
    /// In which language.
    pub language: Language,
    /// What it is about.
    pub subject: Option<Uuid>,
}

/// A mail that waits.
#[derive(Debug, Clone)]
pub struct Waiting {
    /// Its id.
    pub id: MailId,
    /// Whose.
    pub account: AccountId,
    /// What it is.
    pub kind: Kind,
    /// To which address.
    pub recipient: String,
    /// In which language.
    pub language: Language,
    /// What it is about.
    pub subject: Option<Uuid>,
}

/// Where a mail stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It waits for its first or next try.
    Waiting,
    /// The relay took it.
    Sent,
    /// It was refused for good, or tried too often.
    Failed,
}

impl State {
    /// Its stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sent => "sent",
            Self::Failed => "failed",
        }
    }
}

/// A mail as it is listed.
#[derive(Debug, Clone)]
pub struct Mail {
    /// Its id.
    pub id: MailId,
    /// What it is.
    pub kind: Kind,
    /// To which address.
    pub recipient: String,
    /// What it is about.
    pub subject: Option<Uuid>,
    /// Where it stands.
    pub state: State,
    /// Tries so far.
    pub tries: i32,
    /// Why the latest try failed: a code.
    pub error: Option<String>,
    /// Since when.
    pub created_at: Timestamp,
    /// When it was sent or given up.
    pub ended_at: Option<Timestamp>,
}
