//! The keys of the installation: one of each kind for a database, whoever serves from it.
//!
//! A key is a file of 32 secret bytes, and the database holds a keyed check value of it. The first process that serves
//! makes the file and writes the value; every later process must bring the same file. One with another file, or with
//! none, is refused: it would seal what the others cannot read, and sign what their audit does not verify.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use ring::hmac;
use sqlx::{Connection as _, PgConnection};
use zeroize::Zeroizing;

use crate::error::StoreError;
use crate::pools::Role;
use crate::store::Store;

/// What a key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// Seals stored credentials and second factors.
    Sealing,
    /// Signs the seals of the audit.
    Audit,
}

impl KeyKind {
    /// As it stands in the database and in messages.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sealing => "sealing",
            Self::Audit => "audit",
        }
    }
}

/// The 32 bytes of a key.
pub struct Secret(Zeroizing<[u8; 32]>);

impl Secret {
    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Reads a key file: 32 bytes, or 64 hexadecimal digits as this server writes them. None where there is no file.
    ///
    /// # Errors
    /// [`KeyError::File`], [`KeyError::Open`], [`KeyError::NoKey`].
    pub fn read(path: &Path) -> Result<Option<Self>, KeyError> {
        let failed = |source| KeyError::File { path: path.to_owned(), source };
        let mut file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(error)),
        };
        let meta = file.metadata().map_err(failed)?;
        // a file of root's may be shared with the server by its group, as PostgreSQL has it for TLS keys
        let others = if meta.uid() == 0 { 0o037 } else { 0o077 };
        if meta.mode() & others != 0 {
            return Err(KeyError::Open { path: path.to_owned(), mode: meta.mode() & 0o7777 });
        }
        let mut text = Zeroizing::new(Vec::with_capacity(128));
        (&mut file).take(128).read_to_end(&mut text).map_err(failed)?;
        match parse(&text) {
            Some(bytes) => Ok(Some(Self(bytes))),
            None => Err(KeyError::NoKey { path: path.to_owned() }),
        }
    }

    /// Makes a key and its file (mode 0600), which must not exist.
    fn create(path: &Path) -> Result<Self, KeyError> {
        let failed = |source| KeyError::File { path: path.to_owned(), source };
        let mut bytes = Zeroizing::new([0; 32]);
        getrandom::fill(bytes.as_mut()).map_err(KeyError::Randomness)?;
        let mut text = Zeroizing::new(String::with_capacity(65));
        for byte in bytes.iter() {
            text.push(digit(byte >> 4));
            text.push(digit(byte & 15));
        }
        text.push('\n');
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        // others may pass, as in the data folder: the database may run as another user
        DirBuilder::new().recursive(true).mode(0o711).create(folder).map_err(failed)?;
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(failed)?;
        let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).and_then(|()| sync(folder));
        if let Err(error) = written {
            // half a key would be in the way of the next start
            let _ = std::fs::remove_file(path);
            return Err(failed(error));
        }
        Ok(Self(bytes))
    }

    /// What the database holds of it.
    fn check_value(&self, kind: KeyKind) -> [u8; 16] {
        let text = format!("bailiwick key check 1: {}", kind.name());
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, self.0.as_ref()), text.as_bytes());
        tag.as_ref().first_chunk().copied().unwrap_or_default()
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// The file's name is on disk once its folder is.
fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

fn digit(nibble: u8) -> char {
    char::from_digit(u32::from(nibble), 16).unwrap_or('0')
}

fn parse(text: &[u8]) -> Option<Zeroizing<[u8; 32]>> {
    if let Ok(bytes) = <[u8; 32]>::try_from(text) {
        return Some(Zeroizing::new(bytes));
    }
    let digits = std::str::from_utf8(text).ok()?.trim_end();
    let mut bytes = Zeroizing::new([0; 32]);
    let mut pairs = digits.as_bytes().chunks_exact(2);
    for byte in bytes.iter_mut() {
        let [high, low] = pairs.next()? else { return None };
        let value = |digit: &u8| char::from(*digit).to_digit(16);
        *byte = u8::try_from(value(high)? * 16 + value(low)?).ok()?;
    }
    (digits.len() == 64).then_some(bytes)
}

/// Why a key of the installation cannot be used. Each has a code, which stands in its message.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The file cannot be read or made.
    #[error("{} cannot be read or made (key_file)", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Others may read the file.
    #[error(
        "{} can be read by others (mode {mode:o}; key_open): make it 0600 and its owner the server's user, or 0640 and \
         its owner root",
        path.display()
    )]
    Open {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The file does not hold a key.
    #[error("{} does not hold a key of 32 bytes or 64 hexadecimal digits (key_malformed)", path.display())]
    NoKey {
        /// The file.
        path: PathBuf,
    },
    /// The database has a key, and there is no file.
    #[error(
        "this database has its {} key already, and {} is missing (key_missing): copy the file from a server that serves \
         this database, or from its backup",
        kind.name(), path.display()
    )]
    Missing {
        /// What the key is for.
        kind: KeyKind,
        /// The file.
        path: PathBuf,
    },
    /// The file holds another key than the database's.
    #[error(
        "{} holds another {} key than the one that belongs to this database (key_differs): copy the file from a server \
         that serves this database, or from its backup",
        path.display(), kind.name()
    )]
    Differs {
        /// What the key is for.
        kind: KeyKind,
        /// The file.
        path: PathBuf,
    },
    /// The system has no randomness.
    #[error("the system has no randomness")]
    Randomness(#[source] getrandom::Error),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// One process at a time agrees with the database on its keys; the lock ends with the connection.
const LOCK: i64 = 7_221_747;

impl Store {
    /// The key of this kind that belongs to the database, from its file. Where the database has none yet, the file's
    /// key becomes it, and a file is made where there is none.
    ///
    /// # Errors
    /// [`KeyError::Missing`] and [`KeyError::Differs`] where the file is not the database's.
    pub async fn key(&self, kind: KeyKind, path: &Path) -> Result<Secret, KeyError> {
        let mut connection = self.connector().connect(Role::Migrator).await.map_err(StoreError::from)?;
        let agreed = agree(&mut connection, kind, path).await;
        connection.close().await.map_err(StoreError::from)?;
        agreed
    }

    /// Forgets which key of this kind belongs to the database, so that the next process that starts brings a new one:
    /// for a key that is lost for good. Says whether there was one.
    ///
    /// # Errors
    /// Where the database cannot be reached.
    pub async fn forget_key(&self, kind: KeyKind) -> Result<bool, StoreError> {
        let mut connection = self.connector().connect(Role::Migrator).await?;
        lock(&mut connection).await?;
        let forgotten = sqlx::query("delete from installation_keys where kind = $1")
            .bind(kind.name())
            .execute(&mut connection)
            .await?;
        connection.close().await?;
        Ok(forgotten.rows_affected() > 0)
    }
}

async fn lock(connection: &mut PgConnection) -> Result<(), StoreError> {
    sqlx::query("select pg_advisory_lock($1)").bind(LOCK).execute(connection).await?;
    Ok(())
}

async fn agree(connection: &mut PgConnection, kind: KeyKind, path: &Path) -> Result<Secret, KeyError> {
    lock(connection).await?;
    let known: Option<Vec<u8>> = sqlx::query_scalar("select check_value from installation_keys where kind = $1")
        .bind(kind.name())
        .fetch_optional(&mut *connection)
        .await
        .map_err(StoreError::from)?;
    match (known, Secret::read(path)?) {
        (Some(known), Some(secret)) if known == secret.check_value(kind) => Ok(secret),
        (Some(_), Some(_)) => Err(KeyError::Differs { kind, path: path.to_owned() }),
        (Some(_), None) => Err(KeyError::Missing { kind, path: path.to_owned() }),
        (None, found) => {
            let secret = found.map_or_else(|| Secret::create(path), Ok)?;
            sqlx::query("insert into installation_keys (kind, check_value) values ($1, $2)")
                .bind(kind.name())
                .bind(secret.check_value(kind).as_slice())
                .execute(connection)
                .await
                .map_err(StoreError::from)?;
            Ok(secret)
        }
    }
}
