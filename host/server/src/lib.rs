//! `bailiwick`: the server. It wires the platform's crates to the outside: REST, the collectors' ingress,
//! events, the portal's files, jobs and the command line.
//!
//! Folders mirror the URL tree: `/api/v1/accounts/{id}/sites` is `sites/`, one file a verb. A handler takes
//! an extractor that gives it a scope on the account of the path ([`work::Authorized`]), makes one call to
//! the crate that owns the capability, and ends with a typed reply.
//!
//! | module | what it does |
//! |---|---|
//! | [`config`], [`cli`] | settings and commands |
//! | [`edge`] | what every call passes: TLS, source, limits, headers, problems, lists |
//! | [`caller`], [`work`] | who calls, and what it may touch |
//! | [`shared`] | what server processes share: limits, wake-ups, proofs of a moment ago |
//! | [`session`] … [`events`] | the REST interface by capability |
//! | [`ingress`] | what collectors call |
//! | [`router`], [`openapi`] | all of it together, and as a document |

#![forbid(unsafe_code)]

pub mod accounts;
pub mod alerts;
mod app;
pub mod audit;
pub mod branding;
pub mod caller;
pub mod cli;
pub mod collectors;
pub mod config;
pub mod devices;
pub mod drivers;
pub mod edge;
pub mod egress;
pub mod elevation;
pub mod enrollments;
pub mod events;
pub mod groups;
pub mod ingress;
pub mod invitations;
mod left_out;
pub mod mail;
mod named;
pub mod openapi;
pub mod operators;
pub mod password_reset;
pub mod restrictions;
pub mod roles;
pub mod router;
pub mod session;
pub mod sessions;
pub mod shared;
pub mod sign_in;
pub mod sites;
pub mod summary;
pub mod tokens;
pub mod view_as;
pub mod work;

pub use app::{App, Limits, Parts};
