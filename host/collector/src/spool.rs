//! Reports on disk between the poll and the server's acknowledgement.
//!
//! A report is spooled when [`Spool::append`] returns: the file is fsynced by then, so a `kill -9`
//! at any moment loses nothing that was spooled. Sequences rise by one and are never used twice
//! within a spool id; a report leaves the spool only when the server acknowledged its sequence, in
//! the same transaction that files its rejection. When the spool is full, `append` refuses and the
//! collector polls less, rather than forget what it has.

use std::path::{Path, PathBuf};

use bailiwick_contract::{
    report::{Acknowledgement, Rejected, Report},
    value::Instant,
};
use redb::{Database, DatabaseError, ReadableDatabase, ReadableTable, ReadableTableMetadata, TableDefinition};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// `spool` → 16 bytes; `next` → 8 bytes, big endian; `bytes` → 8 bytes, big endian.
const META: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("meta");
/// Sequence → report as JSON.
const REPORTS: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("reports");
/// Sequence → [`DeadLetter`] as JSON.
const DEAD: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("dead_letters");

/// Dead letters that are kept; older ones go, their count stays in the server's figures.
const DEAD_LETTERS_KEPT: u64 = 1_000;

/// Why the server set a report aside. Holds no value of the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadLetter {
    /// When it was set aside, by the server's clock.
    pub at: Instant,
    /// The server's word.
    #[serde(flatten)]
    pub rejected: Rejected,
}

/// How full a spool is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SpoolFigures {
    /// Reports that wait.
    pub pending: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Dead letters kept.
    pub dead_letters: u64,
}

/// Why the spool could not do what was asked. Nothing changed then.
#[derive(Debug, thiserror::Error)]
pub enum SpoolError {
    /// Another process has it open.
    #[error("the spool {0} is in use by another process")]
    InUse(PathBuf),
    /// The cap is reached; reports must be delivered first.
    #[error("the spool is full ({bytes} of {cap} bytes wait for the server)")]
    Full {
        /// Bytes that wait.
        bytes: u64,
        /// The most that may.
        cap: u64,
    },
    /// The server acknowledged what was never sent.
    #[error("the server acknowledged sequence {acknowledged}, but only {sent} was sent")]
    AcknowledgedTooMuch {
        /// What it said.
        acknowledged: u64,
        /// The highest sequence sent.
        sent: u64,
    },
    /// A record does not parse: the file was changed from outside.
    #[error("the spool holds a record that does not parse")]
    Record(#[source] serde_json::Error),
    /// The file could not be read or written.
    #[error("the spool could not be read or written")]
    Storage(#[source] Box<redb::Error>),
    /// A damaged file could not be set aside.
    #[error("the damaged spool {path} could not be set aside")]
    SetAside {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

impl<E: Into<redb::Error>> From<E> for SpoolError {
    fn from(error: E) -> Self {
        Self::Storage(Box::new(error.into()))
    }
}

/// Whether the file that was found could be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opened {
    /// It was, or there was none.
    Whole,
    /// It was damaged and now lies here; a new spool was begun.
    SetAside(PathBuf),
}

/// The reports that wait for the server.
pub struct Spool {
    database: Database,
    id: Uuid,
    cap: u64,
}

impl Spool {
    /// The default cap: about half a million printer reports.
    pub const CAP: u64 = 1 << 30;

    /// Opens or creates the spool at `path` with a cap in bytes.
    ///
    /// # Errors
    /// [`SpoolError::InUse`], [`SpoolError::SetAside`] and [`SpoolError::Storage`].
    pub fn open(path: &Path, cap: u64) -> Result<(Self, Opened), SpoolError> {
        match Self::open_whole(path, cap) {
            Ok(spool) => Ok((spool, Opened::Whole)),
            Err(error) if is_damage(&error) => {
                let aside = path.with_extension(format!("damaged-{}", Uuid::now_v7().simple()));
                std::fs::rename(path, &aside)
                    .map_err(|source| SpoolError::SetAside { path: path.to_owned(), source })?;
                Ok((Self::open_whole(path, cap)?, Opened::SetAside(aside)))
            }
            Err(error) => Err(error),
        }
    }

    fn open_whole(path: &Path, cap: u64) -> Result<Self, SpoolError> {
        let database = Database::create(path).map_err(|error| match error {
            DatabaseError::DatabaseAlreadyOpen => SpoolError::InUse(path.to_owned()),
            other => other.into(),
        })?;
        let transaction = database.begin_write()?;
        let id = {
            let mut meta = transaction.open_table(META)?;
            transaction.open_table(REPORTS)?;
            transaction.open_table(DEAD)?;
            let found = meta.get("spool")?.and_then(|v| Uuid::from_slice(v.value()).ok());
            match found {
                Some(id) => id,
                None => {
                    let id = Uuid::new_v4();
                    meta.insert("spool", id.as_bytes().as_slice())?;
                    meta.insert("next", 1u64.to_be_bytes().as_slice())?;
                    meta.insert("bytes", 0u64.to_be_bytes().as_slice())?;
                    id
                }
            }
        };
        transaction.commit()?;
        Ok(Self { database, id, cap })
    }

    /// Tells this spool from others of the same collector.
    #[must_use]
    pub fn id(&self) -> Uuid {
        self.id
    }

    /// Gives the reports their sequences and writes them; on disk when this returns.
    ///
    /// # Errors
    /// [`SpoolError::Full`] and [`SpoolError::Storage`]; none of the reports is spooled then.
    pub fn append(&self, reports: Vec<Report>) -> Result<u64, SpoolError> {
        let transaction = self.database.begin_write()?;
        let last = {
            let mut meta = transaction.open_table(META)?;
            let mut table = transaction.open_table(REPORTS)?;
            let mut next = number(&meta, "next")?.max(1);
            let mut bytes = number(&meta, "bytes")?;
            for mut report in reports {
                report.sequence = next;
                let record = serde_json::to_vec(&report).map_err(SpoolError::Record)?;
                bytes += record.len() as u64;
                if bytes > self.cap {
                    return Err(SpoolError::Full { bytes, cap: self.cap });
                }
                table.insert(next, record.as_slice())?;
                next += 1;
            }
            meta.insert("next", next.to_be_bytes().as_slice())?;
            meta.insert("bytes", bytes.to_be_bytes().as_slice())?;
            next - 1
        };
        transaction.commit()?;
        Ok(last)
    }

    /// The oldest reports: at most `most` and about `max_bytes`, but always one if one waits.
    ///
    /// # Errors
    /// [`SpoolError::Record`] and [`SpoolError::Storage`].
    pub fn oldest(&self, most: usize, max_bytes: u64) -> Result<Vec<Report>, SpoolError> {
        let transaction = self.database.begin_read()?;
        let table = transaction.open_table(REPORTS)?;
        let (mut reports, mut bytes) = (Vec::new(), 0u64);
        for entry in table.iter()? {
            let (_, record) = entry?;
            bytes += record.value().len() as u64;
            if !reports.is_empty() && (reports.len() >= most || bytes > max_bytes) {
                break;
            }
            reports.push(serde_json::from_slice(record.value()).map_err(SpoolError::Record)?);
        }
        Ok(reports)
    }

    /// Removes what the server has and files what it set aside, at once. `sent` is the highest
    /// sequence of the batch that the acknowledgement answers.
    ///
    /// # Errors
    /// [`SpoolError::AcknowledgedTooMuch`] and [`SpoolError::Storage`].
    pub fn acknowledge(&self, answer: &Acknowledgement, sent: u64) -> Result<u64, SpoolError> {
        let through = answer.acknowledged_through;
        if through > sent {
            return Err(SpoolError::AcknowledgedTooMuch { acknowledged: through, sent });
        }
        let transaction = self.database.begin_write()?;
        let removed = {
            let mut meta = transaction.open_table(META)?;
            let mut table = transaction.open_table(REPORTS)?;
            let mut dead = transaction.open_table(DEAD)?;
            let (mut removed, mut freed) = (0u64, 0u64);
            for rejected in answer.rejected.iter().filter(|r| r.sequence <= through) {
                if table.get(rejected.sequence)?.is_some() {
                    let letter = DeadLetter { at: answer.now, rejected: rejected.clone() };
                    let record = serde_json::to_vec(&letter).map_err(SpoolError::Record)?;
                    dead.insert(rejected.sequence, record.as_slice())?;
                }
            }
            for entry in table.extract_from_if(..=through, |_, _| true)? {
                let (_, record) = entry?;
                removed += 1;
                freed += record.value().len() as u64;
            }
            while dead.len()? > DEAD_LETTERS_KEPT {
                dead.pop_first()?;
            }
            let bytes = number(&meta, "bytes")?.saturating_sub(freed);
            meta.insert("bytes", bytes.to_be_bytes().as_slice())?;
            removed
        };
        transaction.commit()?;
        Ok(removed)
    }

    /// How full it is.
    ///
    /// # Errors
    /// [`SpoolError::Storage`].
    pub fn figures(&self) -> Result<SpoolFigures, SpoolError> {
        let transaction = self.database.begin_read()?;
        let meta = transaction.open_table(META)?;
        Ok(SpoolFigures {
            pending: transaction.open_table(REPORTS)?.len()?,
            bytes: number(&meta, "bytes")?,
            dead_letters: transaction.open_table(DEAD)?.len()?,
        })
    }

    /// What the server set aside, newest last.
    ///
    /// # Errors
    /// [`SpoolError::Record`] and [`SpoolError::Storage`].
    pub fn dead_letters(&self) -> Result<Vec<DeadLetter>, SpoolError> {
        let transaction = self.database.begin_read()?;
        let table = transaction.open_table(DEAD)?;
        let mut letters = Vec::new();
        for entry in table.iter()? {
            letters.push(serde_json::from_slice(entry?.1.value()).map_err(SpoolError::Record)?);
        }
        Ok(letters)
    }
}

fn number(meta: &impl ReadableTable<&'static str, &'static [u8]>, key: &str) -> Result<u64, SpoolError> {
    let bytes = meta.get(key)?;
    Ok(bytes.and_then(|v| v.value().try_into().ok().map(u64::from_be_bytes)).unwrap_or_default())
}

/// Damage is what opening again cannot mend; a full disk or a missing right is not.
fn is_damage(error: &SpoolError) -> bool {
    match error {
        SpoolError::Storage(source) => match source.as_ref() {
            redb::Error::Corrupted(_) | redb::Error::RepairAborted | redb::Error::UpgradeRequired(_) => true,
            redb::Error::Io(io) => io.kind() == std::io::ErrorKind::InvalidData,
            _ => false,
        },
        _ => false,
    }
}
