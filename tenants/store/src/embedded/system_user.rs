//! Which system user runs the server, and which one may connect to it.

use std::os::unix::process::CommandExt;
use std::process::Command;

use nix::unistd::{Uid, User, geteuid};

use super::error::EmbeddedError;

/// The user of the server, and of this process.
#[derive(Debug, Clone)]
pub(super) struct SystemUser {
    /// Runs the server.
    server: User,
    /// This process; the only one that the server lets in.
    client: String,
}

impl SystemUser {
    /// This process's own user; or, where that is root, `postgres` or else `nobody`.
    pub(super) fn for_server() -> Result<Self, EmbeddedError> {
        let uid = geteuid();
        let own = by_id(uid).ok_or(EmbeddedError::Nameless { uid: uid.as_raw() })?;
        let client = own.name.clone();
        let server = if uid.is_root() {
            ["postgres", "nobody"]
                .into_iter()
                .find_map(|name| User::from_name(name).ok().flatten().filter(|user| !user.uid.is_root()))
                .ok_or(EmbeddedError::NoUser)?
        } else {
            own
        };
        Ok(Self { server, client })
    }

    /// Whether the server runs as somebody else than this process.
    pub(super) fn differs(&self) -> bool {
        self.server.uid != geteuid()
    }

    pub(super) fn name(&self) -> &str {
        &self.server.name
    }

    pub(super) fn client(&self) -> &str {
        &self.client
    }

    pub(super) fn ids(&self) -> (u32, u32) {
        (self.server.uid.as_raw(), self.server.gid.as_raw())
    }

    /// Lets `command` run as the server's user, without this process's further groups, in `/`, with a bare environment.
    pub(super) fn run_as(&self, command: &mut Command) {
        command.env_clear().env("PATH", "/usr/bin:/bin").env("LC_ALL", "C.UTF-8").current_dir("/");
        if self.differs() {
            let (uid, gid) = self.ids();
            command.uid(uid).gid(gid);
        }
    }
}

fn by_id(uid: Uid) -> Option<User> {
    User::from_uid(uid).ok().flatten()
}
