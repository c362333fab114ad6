//! The cluster: made once by initdb, then found again by its version file.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::binaries::Binaries;
use super::error::{EmbeddedError, doing};
use super::folder::write_private;
use super::system_user::SystemUser;
use super::{Durability, SUPERUSER};

/// Who may connect: this process's system user, as any of the roles, by the socket.
const HBA: &str = "local all all peer map=bailiwick\n";

/// The cluster within the claimed folder.
#[derive(Debug)]
pub(super) struct Cluster {
    folder: PathBuf,
    path: PathBuf,
}

impl Cluster {
    pub(super) fn at(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), path: folder.join("cluster") }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The major version that wrote the cluster, and where it is; `None` where there is no cluster yet.
    pub(super) fn major(&self) -> Result<Option<(u32, PathBuf)>, EmbeddedError> {
        let file = self.path.join("PG_VERSION");
        match std::fs::read_to_string(&file) {
            // '9.6' of old times is version 9 for this purpose: too old either way
            Ok(text) => {
                let major = text.trim().split('.').next().and_then(|number| number.parse().ok()).unwrap_or(0);
                Ok(Some((major, self.path.clone())))
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(doing("reading", &file)(error)),
        }
    }

    /// Runs initdb beside the final place and moves the result there, so that what an interrupted run leaves
    /// is never taken for a cluster.
    pub(super) fn create(
        &self,
        binaries: &Binaries,
        user: &SystemUser,
        durability: Durability,
    ) -> Result<(), EmbeddedError> {
        let draft = self.folder.join("cluster.new");
        match std::fs::remove_dir_all(&draft) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(doing("removing", &draft)(error)),
            _ => {}
        }
        let mut command = Command::new(binaries.initdb());
        command.arg("--pgdata").arg(&draft).args([
            &format!("--username={SUPERUSER}"),
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--data-checksums",
            "--auth=peer",
            "--no-instructions",
        ]);
        if durability != Durability::Synced {
            command.arg("--no-sync");
        }
        user.run_as(&mut command);
        let output =
            command.output().map_err(|source| EmbeddedError::Program { program: binaries.initdb(), source })?;
        if !output.status.success() {
            return Err(EmbeddedError::Initdb { detail: last_lines(&String::from_utf8_lossy(&output.stderr)) });
        }
        std::fs::rename(&draft, &self.path).map_err(doing("moving", &draft))
    }

    /// Writes who may connect; anew at every start, since the platform may run as another user now.
    pub(super) fn write_access(&self, user: &SystemUser) -> Result<(), EmbeddedError> {
        let ident: String = ["migrator", "app", "door", "ops", SUPERUSER]
            .iter()
            .map(|role| format!("bailiwick \"{}\" {role}\n", user.client()))
            .collect();
        write_private(&self.folder.join("hba.conf"), HBA, user)?;
        write_private(&self.folder.join("ident.conf"), &ident, user)
    }
}

/// The last five lines, for an error message.
pub(super) fn last_lines(text: &str) -> String {
    let lines: Vec<_> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    lines.get(lines.len().saturating_sub(5)..).unwrap_or_default().join("\n")
}
