//! Compiled code on disk, so that a start does not compile again.
//!
//! A file's name is made of the component's digest and of everything of the engine that its code
//! depends on. Loading machine code is as good as running it, so a file is used only if it is a plain
//! file of our own user that nobody else may write, in a folder likewise, and its contents match the
//! checksum at its start. Anything else is left aside and compiled again. Who can write as our own
//! user holds the host already; this guards against accidents and other users.

#![expect(unsafe_code, reason = "wasmtime cannot check compiled code that it deserializes")]

use std::{
    fs,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    io::{self, Read as _, Write as _},
    os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

use sha2::{Digest as _, Sha256};
use wasmtime::{Engine, component::Component};

/// Starts each file; a new layout gets a new one.
const MAGIC: &[u8; 16] = b"bailiwick-code-1";
/// The most bytes of compiled code that are read back.
const MAX_BYTES: u64 = 512 << 20;

/// The folder for compiled code.
#[derive(Debug)]
pub(crate) struct Cache {
    folder: PathBuf,
    engine: u64,
}

impl Cache {
    /// Opens the folder, and makes it where it is absent.
    pub(crate) fn open(folder: &Path, engine: &Engine) -> io::Result<Self> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        if !is_ours_alone(&fs::metadata(folder)?) {
            let text = "the folder belongs to another user, or others may write to it";
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, text));
        }
        let mut hasher = DefaultHasher::new();
        engine.precompile_compatibility_hash().hash(&mut hasher);
        Ok(Self { folder: folder.to_owned(), engine: hasher.finish() })
    }

    /// The compiled code of a component, where it is there and sound.
    pub(crate) fn load(&self, engine: &Engine, digest: &str) -> Option<Component> {
        match self.read(digest) {
            Ok(code) => {
                // SAFETY: the code was written by `Self::store` of this user from wasmtime's own
                // `serialize`, as its owner, its permissions and its checksum say; the name holds
                // the engine's compatibility hash, and wasmtime checks its own version again.
                unsafe { Component::deserialize(engine, code) }.ok()
            }
            Err(error) => {
                if error.kind() != io::ErrorKind::NotFound {
                    tracing::warn!(%error, digest, "compiled code is not used; the driver is compiled again");
                }
                None
            }
        }
    }

    /// Keeps compiled code. A failure costs the next start some time and nothing else.
    pub(crate) fn store(&self, component: &Component, digest: &str) {
        let written = component.serialize().map_err(io::Error::other).and_then(|code| self.write(digest, &code));
        if let Err(error) = written {
            tracing::warn!(%error, digest, "compiled code is not kept");
        }
    }

    fn path(&self, digest: &str) -> PathBuf {
        self.folder.join(format!("{digest}-{:016x}.code", self.engine))
    }

    fn read(&self, digest: &str) -> io::Result<Vec<u8>> {
        let unsound = |why: &str| io::Error::new(io::ErrorKind::InvalidData, why);
        // Not through a link: the file itself must be ours.
        let options = fs::OpenOptions::new().read(true).custom_flags(nix::libc::O_NOFOLLOW).open(self.path(digest));
        let mut file = options?;
        let about = file.metadata()?;
        if !about.is_file() || !is_ours_alone(&about) || about.len() > MAX_BYTES {
            return Err(unsound("not a plain file of our own"));
        }
        let mut head = [0; MAGIC.len() + 32];
        file.read_exact(&mut head)?;
        let mut code = Vec::new();
        file.read_to_end(&mut code)?;
        let sound = head.strip_prefix(MAGIC) == Some(&Sha256::digest(&code)[..]);
        if sound { Ok(code) } else { Err(unsound("its checksum does not match")) }
    }

    fn write(&self, digest: &str, code: &[u8]) -> io::Result<()> {
        let partial = self.folder.join(format!("{digest}.{}.partial", std::process::id()));
        let written = (|| {
            let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&partial)?;
            file.write_all(MAGIC)?;
            file.write_all(&Sha256::digest(code))?;
            file.write_all(code)?;
            file.sync_all()?;
            fs::rename(&partial, self.path(digest))
        })();
        if written.is_err() {
            // What is left over is only in the way.
            let _ = fs::remove_file(&partial);
        }
        written
    }
}

fn is_ours_alone(about: &fs::Metadata) -> bool {
    about.uid() == nix::unistd::geteuid().as_raw() && about.mode() & 0o022 == 0
}
