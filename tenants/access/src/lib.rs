#![forbid(unsafe_code)]
//! Who may do what, where: accounts, operators, grants, sessions and API tokens.
//!
//! A caller is a [`Principal`], made by [`Access::authenticate_session`] or [`Access::authenticate_token`] from a
//! secret alone. A handler gets at an account's data only by
//! [`Access::authorize`]`(principal, account, permission)`, which returns a [`Scope`](bailiwick_store::Scope):
//!
//! * an account that the principal holds no role on, itself or from above, does not exist:
//!   [`AccessError::NotFound`];
//! * inside what it sees, a lacking permission is [`AccessError::Denied`].
//!
//! A [`Permission`] comes from a grant: a [`Role`] (or one that a dealer made, [`roles`]) on an account, inherited
//! downwards, less the branches that the grant leaves out. An account may deny some permissions to all whose grant lies
//! above it ([`restrictions`]). A grant on the root runs the platform and sees nothing of what dealers and customers
//! have, but by an elevation: one account, for a time, looking only ([`elevations`]). Who helps may look as those it
//! helps do, for a time and looking only too ([`view_as`]). A sign-in can take a second factor ([`factors`]), be by a
//! passkey alone ([`passkeys`]), or be left to an account's own provider ([`sso`]).
//!
//! Who looks into an account from above is noted in that account's own audit before it sees anything (`looks`).
//!
//! Everything that changes something here is one call that authorizes, acts, writes the audit entry in the same
//! transaction, and commits.

mod access;
pub mod accounts;
pub mod branding;
mod credential;
pub mod elevations;
mod error;
pub mod factors;
mod giving;
pub mod grants;
pub mod invitations;
mod looks;
mod names;
pub mod operators;
pub mod passkeys;
mod password;
mod permission;
mod principal;
mod proofs;
pub mod resets;
pub mod restrictions;
mod role;
pub mod roles;
pub mod sessions;
pub mod sso;
mod standing;
pub mod tokens;
pub mod view_as;

pub use access::Access;
pub use bailiwick_text::{Email, EmailError};
pub use credential::{Credential, CredentialError};
pub use error::AccessError;
pub use password::{Password, PasswordError};
pub use permission::{Permission, Permissions, UnknownPermission};
pub use principal::{Held, Origin, Principal, Reach, Via, Viewing};
pub use role::{KnownRole, Role, RoleId, RoleRef, UnknownRole};
