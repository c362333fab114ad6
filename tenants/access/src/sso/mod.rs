//! Single sign-on: an account names a provider that says who its people are. What a provider's word is worth is decided
//! here; how it is asked is [`bailiwick_oidc`](../../bailiwick_oidc/index.html)'s.
//!
//! * A provider speaks for addresses of domains that are bound to its account, and a domain is bound once somebody who
//!   runs the platform confirmed it: nobody takes `gmail.com`, or another tenant's people.
//! * Somebody is signed in by an identity (issuer and subject) that is linked to an operator. It becomes linked where it
//!   makes an operator that there was not, or where the operator itself, signed in, takes it up; never since an address
//!   is the same.
//! * A session that began by an account's provider reaches that account and what lies below, whatever else its operator
//!   holds, and lasts [`LIFETIME`] at most. It ends with the provider.
//! * A provider gives one role on its own account, by a mapping that whoever set it up could have given by hand; never
//!   the owner's. What it gave is looked at again at each sign-in, and ends with it. What was given by hand is left alone.
//! * A second factor that an operator set up is asked for all the same.

mod apply;
mod attempts;
mod service;
mod sign_in;
pub(crate) mod store;

use std::fmt;

use bailiwick_store::{AccountId, Lineage, OperatorId, uuid_id};
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use crate::branding::HostName;
use crate::factors::Challenge;
use crate::role::RoleRef;
use crate::sessions::{SessionId, SignedIn};
use bailiwick_text::Email;

pub use service::Confirmed;

uuid_id! {
    /// A provider of an account, as it is set up now: another issuer or client is another.
    ConnectionId
}

/// A session by a provider is over after so long: whoever left there is out within half a day.
pub const LIFETIME: SignedDuration = SignedDuration::from_hours(12);
/// A browser comes back from the provider within so long.
pub const ATTEMPT_LIFETIME: SignedDuration = SignedDuration::from_mins(10);
/// Rules of a mapping.
pub const MOST_RULES: usize = 100;
/// Domains of an account.
pub const MOST_DOMAINS: usize = 50;

/// Whether those whom a provider made may have a password beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Passwords {
    /// They may set one by a mailed link.
    Allowed,
    /// None: the provider alone signs them in.
    Refused,
}

impl Passwords {
    /// Its stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Refused => "refused",
        }
    }
}

/// Who has this value in the claim gets this role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// The value, compared as it is.
    pub value: String,
    /// The role.
    pub role: RoleRef,
}

/// How an account's provider is to be set up.
#[derive(Debug, Clone)]
pub struct NewConnection {
    /// Exactly as the provider names itself.
    pub issuer: String,
    /// The client's name there.
    pub client_id: String,
    /// Its secret. Without one the present secret stays, but where issuer or client change.
    pub secret: Option<SecretString>,
    /// Scopes beside `openid email profile`.
    pub scopes: Vec<String>,
    /// The claim that the mapping reads.
    pub claim: String,
    /// The first rule that fits counts.
    pub mapping: Vec<Rule>,
    /// The role of whom none fits; none gives no access.
    pub default_role: Option<RoleRef>,
    /// Whether those whom it made may have a password.
    pub passwords: Passwords,
    /// Domains of the addresses that it speaks for.
    pub domains: Vec<HostName>,
}

/// A provider as it is set up. Its secret is never shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// Its id.
    pub id: ConnectionId,
    /// The provider.
    pub issuer: String,
    /// The client's name there.
    pub client_id: String,
    /// Whether a secret is kept.
    pub secret: Secret,
    /// Scopes beside the usual ones.
    pub scopes: Vec<String>,
    /// The claim that the mapping reads.
    pub claim: String,
    /// The mapping.
    pub mapping: Vec<Rule>,
    /// The role of whom no rule fits.
    pub default_role: Option<RoleRef>,
    /// Whether those whom it made may have a password.
    pub passwords: Passwords,
    /// When it was last changed.
    pub changed_at: Timestamp,
}

/// Whether a secret is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Secret {
    /// Sealed.
    Kept,
    /// There is none: a public client.
    None,
}

/// A domain that an account asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Domain {
    /// The domain.
    pub name: HostName,
    /// By whom.
    pub account: AccountId,
    /// That account's name.
    pub account_name: String,
    /// Since when.
    pub asked_at: Timestamp,
    /// Since when it counts; `None` while nobody who runs the platform confirmed it.
    pub confirmed_at: Option<Timestamp>,
}

/// What an account has set up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The provider.
    pub connection: Option<Connection>,
    /// Its domains.
    pub domains: Vec<Domain>,
    /// The host name of the portal that its people see, where it has one of its own.
    pub portal: Option<HostName>,
}

/// An account as a client of its provider.
#[derive(Debug, Clone)]
pub struct Client {
    /// Whose.
    pub account: AccountId,
    /// The provider.
    pub issuer: String,
    /// The client's name there.
    pub client_id: String,
    /// Its secret.
    pub secret: Option<SecretString>,
    /// Scopes beside the usual ones.
    pub scopes: Vec<String>,
}

/// A browser is to be sent to a provider.
#[derive(Debug)]
pub struct Begun {
    /// For the browser's cookie; shown this once.
    pub secret: SecretString,
    /// Whom it asks, and as whom.
    pub client: Client,
    /// The address, as a hint for the provider.
    pub email: Email,
}

/// A browser came back: its attempt is used up.
#[derive(Debug)]
pub struct Returned {
    /// Whom it asked, and as whom.
    pub client: Client,
    /// The address that the answer went to.
    pub redirect_uri: String,
    /// The path that the operator wanted to see.
    pub return_to: String,
    pub(crate) connection: ConnectionId,
    pub(crate) place: Lineage,
    pub(crate) operator: Option<OperatorId>,
    pub(crate) session: Option<SessionId>,
}

impl Returned {
    /// Where the connection lies.
    #[must_use]
    pub fn place(&self) -> &Lineage {
        &self.place
    }
}

/// Who somebody is, by a provider's word that was proven.
#[derive(Debug, Clone)]
pub struct Person {
    /// The issuer's name of it.
    pub subject: String,
    /// Its address.
    pub email: Option<String>,
    /// Whether the provider says that the address is its own.
    pub email_verified: bool,
    /// Its name.
    pub name: Option<String>,
}

/// Why nobody was signed in, although the provider's word was proven.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The provider does not say that the address is verified.
    Unverified,
    /// The address is not of a domain that is bound to the account.
    Elsewhere,
    /// There is an operator of this address that this identity is not linked to.
    AddressTaken,
    /// Another operator has this identity.
    IdentityTaken,
    /// No rule gives a role.
    NoRole,
    /// Its role was taken by hand.
    Barred,
    /// The account has no room for another operator.
    Full,
}

impl Refusal {
    /// The stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unverified => "sso_unverified",
            Self::Elsewhere => "sso_elsewhere",
            Self::AddressTaken => "sso_address_taken",
            Self::IdentityTaken => "sso_identity_taken",
            Self::NoRole => "sso_no_role",
            Self::Barred => "sso_barred",
            Self::Full => "sso_full",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unverified => "your provider does not say that your e-mail address is verified",
            Self::Elsewhere => "your e-mail address is not of a domain that signs in here",
            Self::AddressTaken => {
                "there is an operator of your e-mail address: sign in as before, then connect the two"
            }
            Self::IdentityTaken => "another operator is connected with you at the provider",
            Self::NoRole => "your provider gives you no role here",
            Self::Barred => "your role here was taken from you",
            Self::Full => "the account has no room for another operator",
        })
    }
}

/// What became of a sign-in by a provider.
#[derive(Debug)]
pub enum Outcome {
    /// It is signed in.
    SignedIn(SignedIn),
    /// A code of its second factor is to follow.
    SecondFactor(Challenge),
    /// The operator who was signed in has the identity from now on.
    Linked,
    /// Nobody was signed in.
    Refused(Refusal),
}

/// By which provider a session begins, and how far it reaches.
#[derive(Debug, Clone)]
pub(crate) struct Through {
    pub(crate) account: AccountId,
    pub(crate) connection: ConnectionId,
    pub(crate) place: Lineage,
}
