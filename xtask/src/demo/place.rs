//! Where a demo keeps its data: in the target folder, unless the private PostgreSQL could not live there. Under root
//! it runs as another user, who must be able to enter every folder above; and its socket's path has a length limit.

use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use sha2::{Digest as _, Sha256};

use crate::workspace;

/// What the server adds to the folder for its socket, at most.
const SOCKET_SUFFIX: usize = "/server/postgres/.s.PGSQL.65535".len();
/// The longest path of a Unix socket on Linux.
const LONGEST_SOCKET: usize = 107;

/// A folder for this checkout's demo of that name.
pub fn folder(name: &str) -> PathBuf {
    let inside = workspace::target().join(name);
    let short = inside.as_os_str().as_bytes().len() + SOCKET_SUFFIX <= LONGEST_SOCKET;
    if short && (!nix::unistd::geteuid().is_root() || open_way(&workspace::target())) {
        return inside;
    }
    let checkout = hex::encode(Sha256::digest(inside.as_os_str().as_bytes()));
    Path::new("/var/tmp").join(format!("bailiwick-{name}-{}", checkout.get(..12).unwrap_or("x")))
}

/// What a demo's data depends on: the schema of the database and the drivers, by their content. Data that another build
/// made is not upgraded: a driver keeps its version while it is worked on, and the same version with other bytes is refused.
pub fn build() -> Result<String> {
    let mut files = Vec::new();
    for folder in [workspace::root().join("tenants/store/migrations"), workspace::drivers()] {
        for entry in fs::read_dir(&folder).with_context(|| format!("could not read {}", folder.display()))? {
            files.push(entry?.path());
        }
    }
    files.sort();
    let mut hash = Sha256::new();
    for file in files {
        hash.update(fs::read(&file).with_context(|| format!("could not read {}", file.display()))?);
    }
    Ok(hex::encode(hash.finalize()))
}

/// Whether everyone may pass through each folder of the path.
fn open_way(path: &Path) -> bool {
    path.ancestors().all(|folder| fs::metadata(folder).is_ok_and(|meta| meta.permissions().mode() & 0o001 != 0))
}
