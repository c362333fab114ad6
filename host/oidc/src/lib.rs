//! OpenID Connect as a relying party: discovery, the authorization request, the code's exchange, the ID token's proof.
//!
//! * Whatever is fetched is fetched by [`bailiwick_egress`], on behalf of the account whose provider it is: from hosts of
//!   its allow-list, at public addresses, bounded in bytes and time.
//! * An answer counts in the browser that asked: `state`, `nonce` and the PKCE verifier all follow from one secret of
//!   that browser ([`Proofs`]), so none of them can be taken from one sign-in to another.
//! * An ID token is believed where an asymmetric key of the issuer signed it, for this client, a moment ago, with this
//!   nonce. `none` and shared-secret algorithms are never taken (RFC 8725, 3.1 and 3.2).
//! * Where the provider announces `iss` in its answers, an answer without it or with another is refused (RFC 9207).
//!
//! What a person who was proven may do is not decided here.

#![forbid(unsafe_code)]

mod cache;
mod claims;
mod error;
mod examine;
mod fetch;
mod metadata;
mod proofs;
mod provider;

pub use claims::Claims;
pub use error::{ProviderError, Stage};
pub use examine::Examined;
pub use proofs::Proofs;
pub use provider::{Answer, Client, Providers};
