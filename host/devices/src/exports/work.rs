//! Making files, and removing them: the work of two jobs.

use std::{
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use async_trait::async_trait;
use bailiwick_store::{AccountId, Scope, Store, StoreError, TableClass};
use flate2::{Compression, write::GzEncoder};
use futures::{TryStreamExt as _, pin_mut};
use tokio::io::{AsyncWriteExt as _, BufWriter};

use super::{ExportId, above::Above, path, store};
use crate::{
    jobs::{Claimed, JobFailure, Worker},
    journal::{self, Object},
};

pub(super) const KIND: &str = "account_export";
/// The kind of the job that removes files whose time is over.
pub const EXPIRY: &str = "export_expiry";

/// Tables that tell of calls and work, not of the account.
const LEFT_OUT: [&str; 2] = ["idempotency_keys", "jobs"];

/// Makes exports in a folder.
pub struct Exporting(PathBuf);

impl Exporting {
    /// In this folder, which is private to the server.
    #[must_use]
    pub fn new(folder: PathBuf) -> Self {
        Self(folder)
    }

    async fn make(&self, job: &Claimed, id: ExportId, database: &Store) -> Result<Scope, JobFailure> {
        let mut scope = job.scope(database).await?;
        if !store::is_queued(&mut scope, id).await? {
            return Ok(scope);
        }
        let file = path(&self.0, job.account, id);
        // what an attempt that died left behind is made anew
        let raw = file.with_extension("").with_extension("parts");
        discard(&raw).await.map_err(of_files)?;
        tokio::fs::create_dir_all(&raw).await.map_err(of_files)?;
        private(&self.0).await.map_err(of_files)?;
        let place = scope.lineage().clone();
        let above = Above::new(&place, &store::above(&mut database.door().await?, &place).await?);
        let mut told = store::accounts(&mut scope).await?;
        let (names, rows) = tables(&mut scope, &raw, &told, &above).await?;
        // one that came in meanwhile may be in some of the tables
        told.extend(store::accounts(&mut scope).await?);
        // packing takes its time, and no transaction waits for it
        scope.rollback().await?;
        let packed = {
            let (raw, file) = (raw.clone(), file.clone());
            tokio::task::spawn_blocking(move || pack(&raw, &names, &file)).await
        };
        let bytes = packed.map_err(|lost| JobFailure::new("panicked", lost))?.map_err(of_files)?;
        discard(&raw).await.map_err(of_files)?;
        let mut scope = job.scope(database).await?;
        told.sort_unstable();
        told.dedup();
        store::ready(&mut scope, id, bytes, rows, &told, database.now()).await?;
        let after = serde_json::json!({ "rows": rows, "bytes": bytes });
        journal::record(&mut scope, "account.exported", Object::of("export", id), None, Some(after)).await?;
        Ok(scope)
    }
}

#[async_trait]
impl Worker for Exporting {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn lease(&self) -> Duration {
        Duration::from_secs(3_600)
    }

    async fn run(&self, job: &Claimed, database: &Store) -> Result<Scope, JobFailure> {
        let id = job.arguments.get("export").and_then(|id| id.as_str()).and_then(|id| id.parse::<ExportId>().ok());
        let Some(id) = id else { return Err(JobFailure { code: "arguments", source: None }) };
        match self.make(job, id, database).await {
            Err(_) if job.tries >= job.max_attempts => {
                let mut scope = job.scope(database).await?;
                store::fail(&mut scope, id).await?;
                Ok(scope)
            }
            done => done,
        }
    }
}

/// Removes files whose time is over.
pub struct Expiring(PathBuf);

impl Expiring {
    /// From this folder.
    #[must_use]
    pub fn new(folder: PathBuf) -> Self {
        Self(folder)
    }
}

#[async_trait]
impl Worker for Expiring {
    fn kind(&self) -> &'static str {
        EXPIRY
    }

    async fn run(&self, job: &Claimed, database: &Store) -> Result<Scope, JobFailure> {
        let mut scope = job.scope(database).await?;
        for (account, export) in store::expire(&mut scope, database.now()).await? {
            match tokio::fs::remove_file(path(&self.0, account, export)).await {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(of_files(error)),
                _ => {}
            }
        }
        Ok(scope)
    }
}

fn of_files(error: io::Error) -> JobFailure {
    JobFailure::new("files", error)
}

/// Nobody else on the machine looks into the folder.
async fn private(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    tokio::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700)).await
}

async fn discard(folder: &Path) -> io::Result<()> {
    match tokio::fs::remove_dir_all(folder).await {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Writes a file a table; gives their names, and how many rows there are.
async fn tables(
    scope: &mut Scope,
    folder: &Path,
    accounts: &[AccountId],
    above: &Above,
) -> Result<(Vec<String>, u64), JobFailure> {
    scope.take_time().await?;
    let top = scope.account();
    let (mut names, mut all) = (Vec::new(), 0);
    for seen in ["accounts", "operators"] {
        let statement = store::select_seen(seen, &store::columns(scope, seen).await?);
        all += write(scope, &statement, folder, seen, above).await?;
        names.push(seen.to_owned());
    }
    for table in scope.owned_tables().await? {
        if LEFT_OUT.contains(&table.name()) {
            continue;
        }
        let statement = store::select(&table, &store::columns(scope, table.name()).await?);
        match table.class() {
            TableClass::Tree => all += write(scope, &statement, folder, table.name(), above).await?,
            TableClass::Bulk => {
                for account in accounts {
                    scope.visit(*account).await?;
                    all += write(scope, &statement, folder, table.name(), above).await?;
                }
                scope.visit(top).await?;
            }
        }
        names.push(table.name().to_owned());
    }
    Ok((names, all))
}

/// Appends rows to a table's file.
async fn write(
    scope: &mut Scope,
    statement: &str,
    folder: &Path,
    table: &str,
    above: &Above,
) -> Result<u64, JobFailure> {
    let file = folder.join(format!("{table}.ndjson"));
    let file = tokio::fs::OpenOptions::new().create(true).append(true).open(file).await.map_err(of_files)?;
    let mut file = BufWriter::new(file);
    let mut count = 0;
    let rows = store::rows(scope, statement);
    pin_mut!(rows);
    while let Some(row) = rows.try_next().await.map_err(|error: StoreError| JobFailure::from(error))? {
        file.write_all(above.left_out_of(row).as_bytes()).await.map_err(of_files)?;
        file.write_all(b"\n").await.map_err(of_files)?;
        count += 1;
    }
    file.flush().await.map_err(of_files)?;
    Ok(count)
}

/// Packs the files into one; gives its size. It is there whole, or not at all.
fn pack(folder: &Path, tables: &[String], file: &Path) -> io::Result<u64> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let unfinished = file.with_extension("unfinished");
    let mut options = std::fs::OpenOptions::new();
    let out = options.write(true).create(true).truncate(true).mode(0o600).open(&unfinished)?;
    let mut tar = tar::Builder::new(GzEncoder::new(out, Compression::default()));
    for table in tables {
        let name = format!("{table}.ndjson");
        tar.append_path_with_name(folder.join(&name), &name)?;
    }
    let out = tar.into_inner()?.finish()?;
    out.sync_all()?;
    let bytes = out.metadata()?.len();
    std::fs::rename(unfinished, file)?;
    Ok(bytes)
}
