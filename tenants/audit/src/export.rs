//! An account's entries with their proofs, as lines of JSON that anybody can check who has the public key.
//!
//! Two kinds of lines. `{"seal": …}` is a seal without the leaves of others, before the first entry that it covers;
//! `{"entry": …, "proof": …}` is an entry with every column that its leaf is made of, and the neighbours on the way up
//! to the seal's root (RFC 6962, section 2.1.1). What no seal covers yet has no proof. Byte strings are hexadecimal;
//! times are microseconds since 1970, as they were hashed.
//!
//! It proves that each entry was written as it stands when its seal was made. It does not prove that none was left out:
//! for that the platform recomputes everything ([`crate::verify`]).

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use bailiwick_store::{AccountId, At, Cursor, Page, PageRequest, Scope, Store};
use ed25519_dalek::{Signature, VerifyingKey};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::entry::EntryId;
use crate::error::AuditError;
use crate::key::key_id;
use crate::list::Filter;
use crate::merkle::{self, Hash, Tree};
use crate::seal::hash_over;
use crate::store::{self, SealRow, Sealable};

/// A part of an export.
#[derive(Debug)]
pub struct Exported {
    /// Lines of JSON, each with its line end.
    pub lines: String,
    /// Where the next part goes on; `None` after the last.
    pub next: Option<Cursor>,
}

/// A line of an export.
#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
enum Line {
    Seal { seal: SealLine },
    Entry { entry: EntryLine, proof: Option<Proof> },
}

#[derive(Debug, Serialize, Deserialize)]
struct SealLine {
    number: i64,
    first: String,
    last: String,
    /// How many entries it covers, of all accounts.
    entries: u64,
    root: String,
    previous: String,
    hash: String,
    signature: String,
    key_id: String,
    sealed_at: i64,
}

#[derive(Debug, Serialize, Deserialize)]
struct EntryLine {
    account: AccountId,
    at: i64,
    id: EntryId,
    transaction: String,
    position: i64,
    actor: String,
    action: String,
    object_kind: String,
    object_id: String,
    /// The text that was hashed: JSON. Absent where it was erased.
    detail: Option<String>,
    salt: Option<String>,
    /// In place of detail and salt.
    detail_hash: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Proof {
    seal: i64,
    /// Which of the seal's entries, from 0.
    place: u64,
    path: Vec<String>,
}

/// The next part of what an account has, oldest first. Seals that an earlier part told of are told of again.
///
/// # Errors
/// Where a statement fails.
pub async fn export(
    store: &Store,
    scope: &mut Scope,
    filter: &Filter,
    page: &PageRequest,
) -> Result<Exported, AuditError> {
    let entries = store::export(scope, filter, page.after_time()?, page.probe()).await?;
    let Page { items: entries, next } = page.page(entries, |last| Cursor::time(last.at.0, last.id.get()));
    let transactions: Vec<&str> = entries.iter().map(|entry| entry.transaction.as_str()).collect();
    let mut ops = store.ops().await?;
    let seals = store::seals_of(&mut ops, &transactions).await?;
    drop(ops);
    let mut lines = String::new();
    let mut places: HashMap<Hash, (i64, u64)> = HashMap::new();
    let mut trees: BTreeMap<i64, Tree> = BTreeMap::new();
    for seal in &seals {
        let (leaves, _) = seal.leaves.as_chunks::<32>();
        places.extend((0..).zip(leaves).map(|(place, leaf)| (*leaf, (seal.number, place))));
        trees.insert(seal.number, Tree::over(leaves));
        write(&mut lines, &Line::Seal { seal: SealLine::of(seal, leaves.len() as u64) })?;
    }
    for entry in &entries {
        let proof = places.get(&entry.leaf()).and_then(|(seal, place)| {
            let path = trees.get(seal)?.path(usize::try_from(*place).ok()?);
            Some(Proof { seal: *seal, place: *place, path: path.iter().map(hex::encode).collect() })
        });
        write(&mut lines, &Line::Entry { entry: EntryLine::of(entry), proof })?;
    }
    Ok(Exported { lines, next })
}

fn write(lines: &mut String, line: &Line) -> Result<(), AuditError> {
    lines.push_str(&serde_json::to_string(line).map_err(AuditError::Json)?);
    lines.push('\n');
    Ok(())
}

impl SealLine {
    fn of(seal: &SealRow, entries: u64) -> Self {
        Self {
            number: seal.number,
            first: seal.first.clone(),
            last: seal.last.clone(),
            entries,
            root: hex::encode(&seal.root),
            previous: hex::encode(&seal.previous),
            hash: hex::encode(&seal.hash),
            signature: hex::encode(&seal.signature),
            key_id: hex::encode(&seal.key_id),
            sealed_at: seal.sealed_at.0.as_microsecond(),
        }
    }

    fn row(&self) -> Option<SealRow> {
        Some(SealRow {
            number: self.number,
            first: self.first.clone(),
            last: self.last.clone(),
            leaves: Vec::new(),
            root: hex::decode(&self.root).ok()?,
            previous: hex::decode(&self.previous).ok()?,
            hash: hex::decode(&self.hash).ok()?,
            signature: hex::decode(&self.signature).ok()?,
            key_id: hex::decode(&self.key_id).ok()?,
            sealed_at: At(Timestamp::from_microsecond(self.sealed_at).ok()?),
        })
    }
}

impl EntryLine {
    fn of(entry: &Sealable) -> Self {
        Self {
            account: entry.tenant_id,
            at: entry.at.0.as_microsecond(),
            id: entry.id,
            transaction: entry.transaction.clone(),
            position: entry.position,
            actor: entry.actor.clone(),
            action: entry.action.clone(),
            object_kind: entry.object_kind.clone(),
            object_id: entry.object_id.clone(),
            detail: entry.detail.clone(),
            salt: entry.salt.as_ref().map(hex::encode),
            detail_hash: entry.detail_hash.as_ref().map(hex::encode),
        }
    }

    fn entry(&self) -> Option<Sealable> {
        let bytes = |text: &Option<String>| text.as_ref().map(hex::decode).transpose().ok();
        Some(Sealable {
            tenant_id: self.account,
            at: At(Timestamp::from_microsecond(self.at).ok()?),
            id: self.id,
            transaction: self.transaction.clone(),
            position: self.position,
            actor: self.actor.clone(),
            action: self.action.clone(),
            object_kind: self.object_kind.clone(),
            object_id: self.object_id.clone(),
            detail: self.detail.clone(),
            salt: bytes(&self.salt)?,
            detail_hash: bytes(&self.detail_hash)?,
        })
    }
}

/// What an export holds that was checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Checked {
    /// Entries that a seal covers, each as it was sealed.
    pub proven: u64,
    /// How many of those have their detail erased.
    pub erased: u64,
    /// Entries that no seal covered when it was made.
    pub unsealed: u64,
    /// Seals.
    pub seals: u64,
}

/// Why an export is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ExportFault {
    /// A line is none of an export.
    #[error("line {0} is not a line of an audit export")]
    Line(usize),
    /// A seal was changed, or is signed by none of the keys.
    #[error("line {0}: the seal was changed, or none of the keys signed it")]
    Seal(usize),
    /// An entry is not what was sealed.
    #[error("line {0}: the entry is not what was sealed")]
    Entry(usize),
}

/// Checks an export against the public keys that ever signed: every seal's signature, and every entry's way up to its
/// seal. Works on the text alone.
///
/// # Errors
/// [`ExportFault`] names the first line that does not hold, from 1.
pub fn check_export(text: &str, keys: &[VerifyingKey]) -> Result<Checked, ExportFault> {
    let mut seals: BTreeMap<i64, Signed> = BTreeMap::new();
    let mut checked = Checked::default();
    for (number, line) in text.lines().enumerate().map(|(n, line)| (n + 1, line)) {
        match serde_json::from_str(line).map_err(|_| ExportFault::Line(number))? {
            Line::Seal { seal } => {
                let found = signed(&seal, keys).ok_or(ExportFault::Seal(number))?;
                match seals.insert(seal.number, found.clone()) {
                    // two seals of one number: the chain was forked
                    Some(before) if before != found => return Err(ExportFault::Seal(number)),
                    Some(_) => {}
                    None => checked.seals += 1,
                }
            }
            Line::Entry { entry, proof } => {
                let entry = entry.entry().ok_or(ExportFault::Line(number))?;
                match proof {
                    // within a seal and without a proof: it was put there, or is not what it was
                    None if transaction(&entry.transaction)
                        .is_none_or(|nth| seals.values().any(|seal| seal.transactions.contains(&nth))) =>
                    {
                        return Err(ExportFault::Entry(number));
                    }
                    None => checked.unsealed += 1,
                    Some(proof) => {
                        covered(&entry, &proof, &seals).ok_or(ExportFault::Entry(number))?;
                        checked.proven += 1;
                        checked.erased += u64::from(entry.is_erased());
                    }
                }
            }
        }
    }
    Ok(checked)
}

/// A seal whose signature holds.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Signed {
    transactions: Range<u64>,
    entries: u64,
    root: Vec<u8>,
    hash: Vec<u8>,
}

fn transaction(text: &str) -> Option<u64> {
    text.parse().ok()
}

fn signed(seal: &SealLine, keys: &[VerifyingKey]) -> Option<Signed> {
    let row = seal.row()?;
    let hash = hash_over(&row, seal.entries.checked_mul(32)?);
    let signature = Signature::from_slice(&row.signature).ok()?;
    let known = |key: &&VerifyingKey| key_id(key).as_slice() == row.key_id;
    let good = keys.iter().filter(known).any(|key| key.verify_strict(&hash, &signature).is_ok());
    let transactions = transaction(&row.first)?..transaction(&row.last)?;
    (good && row.hash == hash).then_some(Signed { transactions, entries: seal.entries, root: row.root, hash: row.hash })
}

fn covered(entry: &Sealable, proof: &Proof, seals: &BTreeMap<i64, Signed>) -> Option<()> {
    let seal = seals.get(&proof.seal)?;
    let bytes = |text: &String| {
        let mut hash = [0; 32];
        hex::decode_to_slice(text, &mut hash).ok().map(|()| hash)
    };
    let path: Option<Vec<Hash>> = proof.path.iter().map(bytes).collect();
    let found = merkle::climb(entry.leaf(), proof.place, seal.entries, &path?)?;
    (found.as_slice() == seal.root).then_some(())
}
