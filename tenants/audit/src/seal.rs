//! Sealing: the entries of finished transactions, in batches, signed and chained.
//!
//! An entry may be committed long after its position was drawn, so positions say nothing about what is still to
//! come. Transactions do: below the oldest one that runs (`pg_snapshot_xmin`), all have ended. A seal covers the
//! transactions `[first, last)`; seals join without a gap, the first begins at zero. So every entry belongs to
//! exactly one seal, and that never changes.

use bailiwick_store::{At, Store};
use ed25519_dalek::VerifyingKey;
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::error::AuditError;
use crate::key::{SealKey, key_id};
use crate::merkle::{self, Hash};
use crate::store::{self, SealRow};

/// Entries in a seal at most; its leaves then take 256 KiB.
const BATCH: i64 = 8192;

/// The newest seal, to be noted somewhere that this database's holder cannot change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Its number, from 1.
    pub number: i64,
    /// Its hash, which through the chain covers all before it.
    pub hash: [u8; 32],
}

/// A seal that was made.
#[derive(Debug, Clone, Copy)]
pub struct Seal {
    /// The new head of the chain.
    pub head: Head,
    /// How many entries it covers.
    pub entries: usize,
    /// When it was made.
    pub sealed_at: Timestamp,
}

/// Makes seals. Several may run; one at a time has its turn.
#[derive(Debug, Clone)]
pub struct Sealer {
    key: SealKey,
    batch: i64,
}

impl Sealer {
    /// A sealer that signs with `key`.
    #[must_use]
    pub fn new(key: SealKey) -> Self {
        Self { key, batch: BATCH }
    }

    /// With at most so many entries a seal (8,192 by default), except where one transaction has more.
    #[must_use]
    pub fn with_batch(mut self, entries: u16) -> Self {
        self.batch = i64::from(entries.max(1));
        self
    }

    /// The public half of the key.
    #[must_use]
    pub fn public_key(&self) -> VerifyingKey {
        self.key.public()
    }

    /// Makes one seal over what is settled and not sealed. `None` where nothing waits or another sealer is at it.
    /// Call again until `None` to catch up.
    ///
    /// # Errors
    /// Where the database fails; then no seal was made.
    pub async fn run_once(&self, store: &Store) -> Result<Option<Seal>, AuditError> {
        let mut ops = store.ops().await?;
        if !store::try_turn(ops.sql()).await? {
            return Ok(None);
        }
        let before = store::last_seal(ops.sql()).await?;
        // the horizon is read before the entries are: whatever ended by then is visible to the next statement
        let horizon = store::horizon(ops.sql()).await?;
        let first = before.as_ref().map_or_else(|| "0".to_owned(), |seal| seal.last.clone());
        let Some(last) = store::batch_end(ops.sql(), &first, &horizon, self.batch).await? else {
            // the turn is given back before anybody hears of it
            ops.rollback().await?;
            return Ok(None);
        };
        let leaves: Vec<Hash> =
            store::entries(ops.sql(), &first, &last).await?.iter().map(store::Sealable::leaf).collect();
        let mut row = SealRow {
            number: before.as_ref().map_or(1, |seal| seal.number.saturating_add(1)),
            first,
            last,
            root: merkle::root(&leaves).to_vec(),
            leaves: leaves.concat(),
            previous: before.map_or_else(|| vec![0; 32], |seal| seal.hash),
            hash: Vec::new(),
            signature: Vec::new(),
            key_id: key_id(&self.key.public()).to_vec(),
            // as the database will keep it
            sealed_at: At(Timestamp::from_microsecond(store.now().as_microsecond()).unwrap_or(Timestamp::UNIX_EPOCH)),
        };
        let hash = hash_of(&row);
        row.hash = hash.to_vec();
        row.signature = self.key.sign(&hash).to_vec();
        store::insert_seal(ops.sql(), &row).await?;
        ops.commit().await?;
        let head = Head { number: row.number, hash };
        Ok(Some(Seal { head, entries: leaves.len(), sealed_at: row.sealed_at.0 }))
    }
}

/// What is signed: every column but the leaves, for which the root stands, and the signature itself.
pub(crate) fn hash_of(seal: &SealRow) -> Hash {
    hash_over(seal, seal.leaves.len() as u64)
}

/// As [`hash_of`], where only the length of the leaves is known (in bytes).
pub(crate) fn hash_over(seal: &SealRow, leaves: u64) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update(b"bailiwick audit seal 1\0");
    for field in [
        seal.number.to_be_bytes().as_slice(),
        seal.first.as_bytes(),
        seal.last.as_bytes(),
        &leaves.to_be_bytes(),
        &seal.root,
        &seal.previous,
        &seal.key_id,
        &seal.sealed_at.0.as_microsecond().to_be_bytes(),
    ] {
        hasher.update((field.len() as u64).to_be_bytes());
        hasher.update(field);
    }
    hasher.finalize().into()
}
