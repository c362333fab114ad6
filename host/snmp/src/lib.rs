//! SNMP as a collector needs it: find the agents of a site, then read one of them.
//!
//! | module | what it guarantees |
//! |---|---|
//! | [`ranges`] | only unicast addresses, only where this site may look, never more than a cap |
//! | [`sweep`] | one paced socket; a reply counts only from an address that was asked, with that address's own request id |
//! | [`poll`] | one target; bounded in time, rows and octets whatever the agent sends |
//! | [`reply`] | the parser of what comes back: never panics, never reads past what it was given |
//! | [`credentials`] | communities that no log shows |
//!
//! Values and names are those of the driver contract ([`bailiwick_contract::value`]). Answers are read with `snmp2`'s
//! BER reader. Requests are encoded here, because a sweep needs one message to patch and a poll needs to wait on
//! past answers that are not its own.
#![forbid(unsafe_code)]

pub mod credentials;
pub mod poll;
pub mod ranges;
pub mod reply;
mod request;
pub mod sweep;

pub use credentials::{Community, Credentials, Version};
pub use poll::{Limits, PollError, Session, Target};
pub use ranges::{Allowance, OnLink, RangeError, Ranges, Reach};
pub use sweep::{Found, Pacing, Sweep, SweepConfig, SweepError};
