//! The collector's folder: its enrollment, its secret, its lock.
//!
//! The folder is 0700 and the files in it 0600. One process at a time may run in it: the lock is
//! `flock` on the file `lock`, which the kernel gives back however the process ends.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    net::IpAddr,
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
    time::Duration,
};

use ipnet::IpNet;
use nix::fcntl::{Flock, FlockArg};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use uuid::Uuid;

/// Who this collector is to its server. Holds no secret; the key lies beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enrollment {
    /// Where the server is.
    pub server: String,
    /// Authorities to trust instead of the machine's, PEM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca: Option<PathBuf>,
    /// This collector's id.
    pub collector_id: Uuid,
    /// Its account.
    pub account_id: Uuid,
    /// Its site.
    pub site_id: Uuid,
}

/// `site.toml`: what the site's own people allow, which the server cannot widen.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SiteConfig {
    /// Public networks that may be scanned all the same: `["203.0.113.0/24"]`.
    pub allow_ranges: Vec<IpNet>,
    /// Addresses that are never asked.
    pub exclude: Vec<IpAddr>,
    /// UDP port of SNMP agents.
    pub snmp_port: Option<u16>,
    /// Most packets a second of a sweep.
    pub packets_per_second: Option<u32>,
}

/// Why the folder could not be used.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// It cannot be read or written.
    #[error("{path}: {source}")]
    Io {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Another collector runs in it.
    #[error("another bailiwick-collector runs in {0}; stop it first")]
    Locked(PathBuf),
    /// There is no enrollment.
    #[error("{0} holds no enrollment; run `bailiwick-collector enroll --server URL --token-stdin` first")]
    NotEnrolled(PathBuf),
    /// There is one already.
    #[error("{0} is enrolled already; use another --data-dir, or --replace to enroll it anew")]
    AlreadyEnrolled(PathBuf),
    /// A file does not parse.
    #[error("{path} does not parse: {reason}")]
    Syntax {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
}

/// The collector's folder.
#[derive(Debug, Clone)]
pub struct DataDir(PathBuf);

/// Held while the process runs in the folder.
#[derive(Debug)]
pub struct DataDirLock {
    _file: Flock<File>,
}

impl DataDir {
    /// Creates the folder where it is missing and closes it to others.
    ///
    /// # Errors
    /// [`StateError::Io`].
    pub fn open(path: PathBuf) -> Result<Self, StateError> {
        let io = |source| StateError::Io { path: path.clone(), source };
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&path).map_err(io)?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).map_err(io)?;
        Ok(Self(path))
    }

    /// `/var/lib/bailiwick-collector` for root, else below `$XDG_STATE_HOME`.
    #[must_use]
    pub fn default_path() -> PathBuf {
        if nix::unistd::geteuid().is_root() {
            return PathBuf::from("/var/lib/bailiwick-collector");
        }
        let state = std::env::var_os("XDG_STATE_HOME").map(PathBuf::from);
        let home = std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".local/state"));
        state.or(home).unwrap_or_else(std::env::temp_dir).join("bailiwick-collector")
    }

    /// A file or folder in it.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Keeps other collectors out of the folder. Someone who only looks whether one runs holds the lock for a
    /// moment, so it is tried for half a second.
    ///
    /// # Errors
    /// [`StateError::Locked`] and [`StateError::Io`].
    pub fn lock(&self) -> Result<DataDirLock, StateError> {
        for _ in 0..10 {
            match self.try_lock() {
                Err(StateError::Locked(_)) => std::thread::sleep(Duration::from_millis(50)),
                done => return done,
            }
        }
        self.try_lock()
    }

    fn try_lock(&self) -> Result<DataDirLock, StateError> {
        let path = self.path("lock");
        let file = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(&path);
        let file = file.map_err(|source| StateError::Io { path: path.clone(), source })?;
        match Flock::lock(file, FlockArg::LockExclusiveNonblock) {
            Ok(file) => Ok(DataDirLock { _file: file }),
            Err((_, nix::errno::Errno::EWOULDBLOCK)) => Err(StateError::Locked(self.0.clone())),
            Err((_, errno)) => Err(StateError::Io { path, source: errno.into() }),
        }
    }

    /// Whether a collector runs in it now.
    ///
    /// # Errors
    /// [`StateError::Io`].
    pub fn is_running(&self) -> Result<bool, StateError> {
        match self.try_lock() {
            Ok(_) => Ok(false),
            Err(StateError::Locked(_)) => Ok(true),
            Err(other) => Err(other),
        }
    }

    /// Who this collector is.
    ///
    /// # Errors
    /// [`StateError::NotEnrolled`], [`StateError::Syntax`] and [`StateError::Io`].
    pub fn enrollment(&self) -> Result<Enrollment, StateError> {
        self.read_json("enrollment.json")?.ok_or_else(|| StateError::NotEnrolled(self.0.clone()))
    }

    /// The secret of all calls to the server.
    ///
    /// # Errors
    /// [`StateError::NotEnrolled`] and [`StateError::Io`].
    pub fn key(&self) -> Result<SecretString, StateError> {
        let path = self.path("key");
        match fs::read_to_string(&path) {
            Ok(text) => Ok(SecretString::from(text.trim().to_owned())),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Err(StateError::NotEnrolled(self.0.clone())),
            Err(source) => Err(StateError::Io { path, source }),
        }
    }

    /// Writes an enrollment; the key first, so that an enrollment without its key never stands.
    ///
    /// # Errors
    /// [`StateError::Io`].
    pub fn enroll(&self, enrollment: &Enrollment, key: &SecretString) -> Result<(), StateError> {
        self.write("key", key.expose_secret().as_bytes())?;
        self.write_json("enrollment.json", enrollment)
    }

    /// What the site's own people allow.
    ///
    /// # Errors
    /// [`StateError::Syntax`] and [`StateError::Io`].
    pub fn site_config(&self) -> Result<SiteConfig, StateError> {
        let path = self.path("site.toml");
        match fs::read_to_string(&path) {
            Ok(text) => {
                toml::from_str(&text).map_err(|error| StateError::Syntax { path, reason: error.message().to_owned() })
            }
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(SiteConfig::default()),
            Err(source) => Err(StateError::Io { path, source }),
        }
    }

    /// # Errors
    /// [`StateError::Syntax`] and [`StateError::Io`].
    pub fn read_json<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, StateError> {
        let path = self.path(name);
        match fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes)
                .map(Some)
                .map_err(|error| StateError::Syntax { path, reason: error.to_string() }),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(StateError::Io { path, source }),
        }
    }

    /// # Errors
    /// [`StateError::Io`].
    pub fn write_json(&self, name: &str, value: &impl Serialize) -> Result<(), StateError> {
        let bytes = serde_json::to_vec_pretty(value)
            .map_err(|error| StateError::Syntax { path: self.path(name), reason: error.to_string() })?;
        self.write(name, &bytes)
    }

    /// Replaces a file as a whole: written beside, fsynced, renamed, the folder fsynced.
    ///
    /// # Errors
    /// [`StateError::Io`].
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<(), StateError> {
        let path = self.path(name);
        replace(&path, bytes).map_err(|source| StateError::Io { path, source })
    }
}

fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let aside = path.with_extension("new");
    let mut file = OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(&aside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&aside, path)?;
    File::open(folder)?.sync_all()
}
