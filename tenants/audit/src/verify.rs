//! Checking: everything is recomputed, from the entries to the signatures, and the first thing that does not
//! agree is named.

use bailiwick_store::{AccountId, Store};
use ed25519_dalek::{Signature, VerifyingKey};
use jiff::Timestamp;

use crate::entry::EntryId;
use crate::error::AuditError;
use crate::key::key_id;
use crate::merkle::{self, Hash};
use crate::seal::{Head, hash_of};
use crate::store::{self, SealRow, Sealable};

/// What was checked, and what was found.
#[derive(Debug, Clone)]
pub struct Report {
    /// Seals that hold.
    pub seals: u64,
    /// Entries that they cover.
    pub entries: u64,
    /// How many of those have their detail erased.
    pub erased: u64,
    /// Entries that no seal covers yet.
    pub unsealed: u64,
    /// The newest seal that holds.
    pub head: Option<Head>,
    /// The first thing that does not hold; nothing after it was looked at.
    pub broken: Option<Broken>,
}

impl Report {
    /// Whether everything holds.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.broken.is_none()
    }
}

/// What does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Broken {
    /// An entry is not what was sealed.
    Changed {
        /// The seal that covers it.
        seal: i64,
        /// The entry.
        entry: EntryId,
        /// Its account, as it now stands there.
        account: AccountId,
        /// Its time, as it now stands there.
        at: Timestamp,
    },
    /// An entry was slipped in after sealing.
    Added {
        /// The seal within whose transactions it claims to be.
        seal: i64,
        /// The entry.
        entry: EntryId,
        /// Its account.
        account: AccountId,
    },
    /// A sealed entry is gone.
    Missing {
        /// The seal that covers it.
        seal: i64,
        /// Which one of the seal's entries, from 0.
        position: usize,
        /// The entry before it in the seal, where that is not the first.
        after: Option<EntryId>,
    },
    /// The seal itself was changed, or signed by none of the keys.
    Seal {
        /// Its number.
        seal: i64,
        /// What is wrong.
        what: SealFault,
    },
    /// The head that was noted is not in the chain: newer seals were removed or replaced.
    Head {
        /// The number noted.
        noted: i64,
    },
}

/// What is wrong with a seal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealFault {
    /// A seal before it is missing.
    #[error("a seal before it is missing")]
    Number,
    /// It does not follow the one before it.
    #[error("it does not follow the one before it")]
    Chain,
    /// Its root is not that of its leaves.
    #[error("its root is not that of its leaves")]
    Root,
    /// Its hash is not that of its contents.
    #[error("its hash is not that of its contents")]
    Hash,
    /// It is signed by none of the keys given.
    #[error("it is signed by none of the keys")]
    Signature,
}

/// Checks the whole audit against the keys that ever signed it and, where one was noted elsewhere, a head.
///
/// # Errors
/// Where the database fails. What does not hold is no error but [`Report::broken`].
pub async fn verify(store: &Store, keys: &[VerifyingKey], noted: Option<Head>) -> Result<Report, AuditError> {
    let mut ops = store.ops().await?;
    let mut report = Report { seals: 0, entries: 0, erased: 0, unsealed: 0, head: None, broken: None };
    let mut previous: Option<SealRow> = None;
    let mut met = noted.is_none();
    while let Some(seal) = store::next_seal(ops.sql(), previous.as_ref().map_or(i64::MIN, |seal| seal.number)).await? {
        if let Some(what) = fault(&seal, previous.as_ref(), keys) {
            report.broken = Some(Broken::Seal { seal: seal.number, what });
            return Ok(report);
        }
        let entries = store::entries(ops.sql(), &seal.first, &seal.last).await?;
        let (leaves, _) = seal.leaves.as_chunks::<32>();
        if let Some(broken) = compare(seal.number, leaves, &entries) {
            report.broken = Some(broken);
            return Ok(report);
        }
        let head = Head { number: seal.number, hash: hash_of(&seal) };
        met |= noted == Some(head);
        report.head = Some(head);
        report.seals += 1;
        report.entries += entries.len() as u64;
        report.erased += entries.iter().filter(|entry| entry.is_erased()).count() as u64;
        previous = Some(seal);
    }
    let last = previous.map_or_else(|| "0".to_owned(), |seal| seal.last);
    report.unsealed = u64::try_from(store::count_unsealed(ops.sql(), &last).await?).unwrap_or(0);
    if let (false, Some(noted)) = (met, noted) {
        report.broken = Some(Broken::Head { noted: noted.number });
    }
    Ok(report)
}

fn fault(seal: &SealRow, previous: Option<&SealRow>, keys: &[VerifyingKey]) -> Option<SealFault> {
    let (number, first, chained) = previous.map_or_else(
        || (1, "0", vec![0; 32]),
        |previous| (previous.number.saturating_add(1), previous.last.as_str(), previous.hash.clone()),
    );
    if seal.number != number {
        return Some(SealFault::Number);
    }
    if seal.first != first || seal.previous != chained {
        return Some(SealFault::Chain);
    }
    let (leaves, rest) = seal.leaves.as_chunks::<32>();
    if !rest.is_empty() || merkle::root(leaves).as_slice() != seal.root {
        return Some(SealFault::Root);
    }
    let hash = hash_of(seal);
    if seal.hash != hash {
        return Some(SealFault::Hash);
    }
    let signed = Signature::from_slice(&seal.signature).is_ok_and(|signature| {
        keys.iter()
            .filter(|key| key_id(key).as_slice() == seal.key_id)
            .any(|key| key.verify_strict(&hash, &signature).is_ok())
    });
    (!signed).then_some(SealFault::Signature)
}

/// The first entry that is not the leaf it should be, and whether it looks changed, added, or one before it gone.
fn compare(seal: i64, leaves: &[Hash], entries: &[Sealable]) -> Option<Broken> {
    let found: Vec<Hash> = entries.iter().map(Sealable::leaf).collect();
    let same = leaves.iter().zip(&found).take_while(|(sealed, found)| sealed == found).count();
    if same == leaves.len() && same == found.len() {
        return None;
    }
    let missing = || Broken::Missing {
        seal,
        position: same,
        after: same.checked_sub(1).and_then(|before| entries.get(before)).map(|entry| entry.id),
    };
    let Some(entry) = entries.get(same) else { return Some(missing()) };
    let added = Broken::Added { seal, entry: entry.id, account: entry.tenant_id };
    let gone = found.get(same).is_some_and(|found| leaves.iter().skip(same + 1).any(|leaf| leaf == found));
    let slipped_in = leaves.get(same).is_none_or(|leaf| found.iter().skip(same + 1).any(|found| found == leaf));
    Some(match (gone, slipped_in) {
        (true, false) => missing(),
        (false, true) => added,
        // both: moved
        _ => Broken::Changed { seal, entry: entry.id, account: entry.tenant_id, at: entry.at.0 },
    })
}
