//! The folder of the private server: mode 0700, the server's user its owner, claimed by one process at a time.

use std::fs::{DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io::{Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, fchown, lchown};
use std::path::{Path, PathBuf};

use nix::fcntl::OFlag;

use super::PORT;
use super::error::{EmbeddedError, doing};
use super::system_user::SystemUser;

/// `sun_path` of Linux holds 108 bytes, the last of them zero.
const LONGEST_SOCKET: usize = 107;

/// The claimed folder; the claim ends when this is dropped, or with the process.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    _lock: File,
}

impl Folder {
    pub(super) fn claim(data_dir: &Path, user: &SystemUser) -> Result<Self, EmbeddedError> {
        // others need search permission above the folder where the server is another user; nothing more
        let mode = if user.differs() { 0o711 } else { 0o700 };
        DirBuilder::new().recursive(true).mode(mode).create(data_dir).map_err(doing("making", data_dir))?;
        let data_dir = data_dir.canonicalize().map_err(doing("finding", data_dir))?;
        let path = data_dir.join("postgres");
        let socket = path.join(format!(".s.PGSQL.{PORT}"));
        let length = socket.as_os_str().as_bytes().len();
        if length > LONGEST_SOCKET {
            return Err(EmbeddedError::LongPath { socket, length });
        }
        match DirBuilder::new().mode(0o700).create(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
                return Err(doing("making", &path)(error));
            }
            _ => {}
        }
        std::fs::set_permissions(&path, Permissions::from_mode(0o700)).map_err(doing("protecting", &path))?;
        if user.differs() {
            let (uid, gid) = user.ids();
            lchown(&path, Some(uid), Some(gid)).map_err(doing("giving away", &path))?;
            refuse_closed_way(&data_dir, user)?;
        }
        let lock = lock(&path)?;
        Ok(Self { path, _lock: lock })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

/// Names the first folder on the way that the server's user may not enter.
fn refuse_closed_way(data_dir: &Path, user: &SystemUser) -> Result<(), EmbeddedError> {
    let (uid, gid) = user.ids();
    for folder in data_dir.ancestors() {
        let meta = std::fs::metadata(folder).map_err(doing("reading", folder))?;
        let bit = if meta.uid() == uid {
            0o100
        } else if meta.gid() == gid {
            0o010
        } else {
            0o001
        };
        if meta.mode() & bit == 0 {
            return Err(EmbeddedError::Closed { folder: folder.to_owned(), user: user.name().to_owned() });
        }
    }
    Ok(())
}

fn lock(folder: &Path) -> Result<File, EmbeddedError> {
    let path = folder.join("lock");
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .custom_flags(OFlag::O_NOFOLLOW.bits())
        .open(&path)
        .map_err(doing("opening", &path))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut text = String::new();
            // the pid is for the message only
            let _ = file.read_to_string(&mut text);
            let pid = text.trim().parse().unwrap_or(0);
            return Err(EmbeddedError::InUse { folder: folder.to_owned(), pid });
        }
        Err(TryLockError::Error(error)) => return Err(doing("locking", &path)(error)),
    }
    file.set_len(0).and_then(|()| writeln!(file, "{}", std::process::id())).map_err(doing("writing", &path))?;
    Ok(file)
}

/// Writes a file of the server's user into its folder. As root in a folder that is somebody else's, nothing
/// may be written through a link put there: an old file is removed and the new one made exclusively.
pub(super) fn write_private(path: &Path, text: &str, user: &SystemUser) -> Result<(), EmbeddedError> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(doing("replacing", path)(error)),
        _ => {}
    }
    let write = || {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        file.write_all(text.as_bytes())?;
        if user.differs() {
            let (uid, gid) = user.ids();
            fchown(&file, Some(uid), Some(gid))?;
        }
        Ok(())
    };
    write().map_err(doing("writing", path))
}
