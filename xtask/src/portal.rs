//! The portal: TypeScript in web/ becomes hashed files in a folder, which the server embeds. Built only when a source is
//! newer than the last build. The tests have a folder of their own: a debug build of the server reads its files while it
//! runs, and whoever builds the portal beside a run of the tests would change what the browser is shown.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context as _, Result, ensure};

use crate::{exec, workspace};

/// What the server's build script calls the folder that it embeds.
pub const DIST: &str = "PORTAL_DIST";

/// For whom the portal is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum For {
    /// The demo, and who works on it: `web/dist`, where the server's build script looks by itself.
    Work,
    /// `cargo xtask test`.
    Tests,
}

impl For {
    /// Where the files are.
    pub fn folder(self) -> PathBuf {
        match self {
            Self::Work => workspace::web().join("dist"),
            Self::Tests => workspace::target().join("portal-of-tests"),
        }
    }
}

/// Builds the portal unless it is newer than everything it is made of.
pub fn build(whom: For) -> Result<()> {
    let (web, dist) = (workspace::web(), whom.folder());
    ensure!(web.join("package.json").is_file(), "web/package.json is missing: this checkout has no portal");
    let built = fs::metadata(dist.join("index.html")).and_then(|meta| meta.modified());
    if let Ok(built) = built
        && newest(&web, built)? <= built
    {
        eprintln!("   the portal in {} is up to date", dist.display());
        return Ok(());
    }
    let mut npm = exec::command("npm");
    npm.current_dir(&web).args(["run", "build", "--", "--emptyOutDir", "--outDir"]).arg(dist);
    exec::run(&mut npm)
}

/// The newest modification below `dir`, leaving out what is generated; `floor` where nothing is newer.
fn newest(dir: &Path, floor: SystemTime) -> Result<SystemTime> {
    let mut newest = floor;
    for entry in fs::read_dir(dir).with_context(|| format!("could not read {}", dir.display()))? {
        let entry = entry?;
        let name = entry.file_name();
        if matches!(name.to_str(), Some("node_modules" | "dist" | ".cache" | "test-results")) {
            continue;
        }
        let meta = entry.metadata()?;
        let at = if meta.is_dir() { self::newest(&entry.path(), floor)? } else { meta.modified()? };
        newest = newest.max(at);
    }
    Ok(newest)
}
