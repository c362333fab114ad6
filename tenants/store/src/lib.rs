//! The database of Bailiwick, and the only way into it.
//!
//! Every row belongs to one account, and PostgreSQL itself checks that by row-level security. This crate
//! owns the connections; nobody else can name a pool. What it hands out is
//!
//! * [`Scope`]: a transaction bound to an [`Actor`] and an account; sees that account's subtree
//!   (tree tables) or exactly that account (bulk tables), and nothing where it is not set;
//! * [`Door`]: exact key lookups (a token's hash, an ingress key) before an account is known;
//! * [`Ops`]: claims jobs, which then run inside their own [`Scope`].
//!
//! Dropping a [`Scope`] rolls back; only [`Scope::commit`] keeps.
//!
//! # Adding a table
//! Write `migrations/NNNN_name.sql` with a table that has `tenant_id uuid` (and `lineage text collate "C"`
//! when it is to be listed over a subtree), a primary key that starts with `tenant_id`, then
//! `call tenancy.tree_table('name')` or `call tenancy.bulk_table('name')`. A table partitioned by month gets its
//! partitions from [`Store::add_partitions`]. The catalogue test says what is missing.

mod actor;
pub mod address;
mod cap;
mod catalogue;
mod clock;
mod config;
mod door;
pub mod embedded;
mod error;
mod id;
pub mod keys;
mod lineage;
mod migrations;
pub mod page;
mod pools;
mod quota;
mod scope;
pub mod seal;
mod store;
#[cfg(feature = "testing")]
pub mod testing;
mod time;

pub use actor::{Actor, DriverName, UnknownActor};
pub use cap::{CapReached, Capped};
pub use catalogue::{OwnedTable, TableClass};
pub use clock::{Clock, SystemClock};
pub use config::{Database, StoreConfig};
pub use door::{Door, Ops};
pub use error::StoreError;
pub use id::{AccountId, CollectorId, DeviceId, EnrollmentId, OperatorId, TokenId};
pub use lineage::{AccountKey, Lineage, LineageError};
pub use page::{Cursor, CursorError, Page, PageRequest};
pub use quota::{Metered, QuotaExceeded};
pub use scope::{Scope, Sight};
pub use store::Store;
pub use time::At;

#[doc(hidden)]
pub mod reexport {
    //! What [`crate::uuid_id`] expands to.
    pub use {serde, sqlx, uuid};
}
