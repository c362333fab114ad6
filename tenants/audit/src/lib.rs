#![forbid(unsafe_code)]
//! Who did what, to what, when, and for whom: append-only, and provably so.
//!
//! * [`record`] writes an entry in the transaction that it tells of. An action without its entry, or an entry
//!   without its action, cannot be committed. Actor, time and transaction are set by the database; the caller
//!   cannot choose them.
//! * [`look`] notes that somebody looked at an account from above, in the account's own audit.
//! * [`Sealer`] batches the entries of finished transactions into Merkle trees whose roots are signed and
//!   chained. A chain inside each transaction would make all of them wait for each other.
//! * [`verify`] recomputes everything and names the first entry that was changed, removed, added or moved.
//! * [`export`] gives one account's entries with what proves each of them, and [`check_export`] checks them without the
//!   database: an auditor needs nobody's word but the public key.
//! * [`erase`] takes a person's detail out of an entry and leaves [`verify`] whole: the tree holds
//!   `sha256(salt ‖ detail)`, and the salt goes with the detail, so that what is left cannot be guessed from.
//!
//! What this does not give: someone who holds both database and signing key can rewrite everything; and whoever
//! removes the newest seals with all their entries is found only by comparing with a [`Head`] noted elsewhere.
//!
//! A seal covers a range of transaction ids. They survive a restart, a crash and a physical backup. After a logical
//! restore (`pg_dump`), advance the new server's counter beyond the old one's (`pg_resetwal --next-transaction-id`)
//! before it serves.

mod entry;
mod erase;
mod error;
mod export;
mod key;
mod list;
mod look;
mod merkle;
mod seal;
mod store;
mod verify;

pub use ed25519_dalek::VerifyingKey;
pub use entry::{Entry, EntryId, Object, record, record_each};
pub use erase::{erase, erase_account};
pub use error::AuditError;
pub use export::{Checked, ExportFault, Exported, check_export, export};
pub use key::{SealKey, parse_public};
pub use list::{Filter, Record, list};
pub use look::{Look, look};
pub use seal::{Head, Seal, Sealer};
pub use verify::{Broken, Report, SealFault, verify};
