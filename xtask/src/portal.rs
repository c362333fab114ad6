//! The portal: TypeScript in web/ becomes hashed files in web/dist, which the server embeds. Built only when a
//! source is newer than the last build.

use std::fs;
use std::path::Path;
use std::time::SystemTime;

use anyhow::{Context as _, Result, ensure};

use crate::{exec, workspace};

/// Builds the portal unless web/dist is newer than everything it is made of.
pub fn build() -> Result<()> {
    let web = workspace::web();
    ensure!(web.join("package.json").is_file(), "web/package.json is missing: this checkout has no portal");
    let built = fs::metadata(web.join("dist/index.html")).and_then(|meta| meta.modified());
    if let Ok(built) = built
        && newest(&web, built)? <= built
    {
        eprintln!("   the portal in web/dist is up to date");
        return Ok(());
    }
    exec::run(exec::command("npm").current_dir(&web).args(["run", "build"]))
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
