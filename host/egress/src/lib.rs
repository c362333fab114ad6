//! The only way out of the server: mail, webhooks, discovery of sign-in services, push, object stores.
//!
//! A connection is made for a [`Purpose`] on behalf of the platform or of an account ([`Behalf`]), and only
//!
//! 1. to a host and port that stand on the allow-list of that purpose: the platform's, which is in its settings, or the
//!    account's own and those of the accounts above it ([`hosts`]);
//! 2. to an address that is public ([`address`]): private, loopback, link-local, carrier, multicast and metadata
//!    addresses are refused after the name was resolved, but for networks that the settings name;
//! 3. to the very address that was judged. A name is resolved once for a connection, so an answer that changes in
//!    between changes nothing.
//!
//! HTTP is HTTPS, a redirect is judged like a first call, answers are bounded in bytes and time, and proxies that the
//! environment names are not used. Every attempt is counted by purpose and outcome, never by host.
//!
//! The database and Redis are not reached through here: their addresses are settings that nobody else can change.

#![forbid(unsafe_code)]

pub mod address;
mod allowed;
mod connect;
mod error;
mod figures;
pub mod hosts;
mod http;
mod resolver;
mod trust;

pub use allowed::{Behalf, Destination, DestinationError, Purpose};
pub use connect::{Egress, Limits, Settings, SetupError};
pub use error::EgressError;
pub use hosts::{AllowedHost, HostError, HostId};
pub use http::{Reply, Request};
pub use resolver::{Resolver, SystemResolver};
pub use trust::{TrustError, read_authorities};
