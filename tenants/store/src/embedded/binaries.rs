//! Finds PostgreSQL: on PATH first, then where Debian puts it, newest first. An existing cluster decides
//! which major version is taken.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::error::EmbeddedError;

/// Oldest major version that can do what the migrations need (SQL-standard function bodies).
pub(super) const OLDEST: u32 = 14;

/// One installation: a folder that holds `postgres` and `initdb`.
#[derive(Debug, Clone)]
pub(super) struct Binaries {
    folder: PathBuf,
    major: u32,
}

impl Binaries {
    /// The installation to use: of the major version `written` where a cluster exists, else the first found.
    pub(super) fn find(written: Option<(u32, PathBuf)>) -> Result<Self, EmbeddedError> {
        let mut found = Vec::new();
        for folder in candidates() {
            if let Some(binaries) = Self::inspect(&folder) {
                // the first is enough for a new cluster; an old one may need a later candidate
                if binaries.major >= OLDEST && written.as_ref().is_none_or(|(major, _)| *major == binaries.major) {
                    return Ok(binaries);
                }
                found.push(binaries);
            }
        }
        let newest = found.iter().map(|binaries| binaries.major).max().ok_or(EmbeddedError::NoPostgres)?;
        match written {
            Some((written, folder)) => {
                let found = found.iter().map(|binaries| binaries.major.to_string()).collect::<Vec<_>>().join(", ");
                Err(EmbeddedError::OtherVersion { folder, written, found })
            }
            None => Err(EmbeddedError::TooOld { found: newest }),
        }
    }

    fn inspect(folder: &Path) -> Option<Self> {
        if !folder.join("initdb").is_file() {
            return None;
        }
        let answer = Command::new(folder.join("postgres")).arg("--version").output().ok()?;
        let major = parse_version(&String::from_utf8_lossy(&answer.stdout))?;
        Some(Self { folder: folder.to_owned(), major })
    }

    pub(super) fn server(&self) -> PathBuf {
        self.folder.join("postgres")
    }

    pub(super) fn initdb(&self) -> PathBuf {
        self.folder.join("initdb")
    }
}

/// `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)` → 15; also `16beta2`.
fn parse_version(text: &str) -> Option<u32> {
    let number = text.split("(PostgreSQL)").nth(1)?.trim_start();
    let digits = number.find(|character: char| !character.is_ascii_digit()).unwrap_or(number.len());
    number.get(..digits)?.parse().ok()
}

fn candidates() -> Vec<PathBuf> {
    let on_path = std::env::var_os("PATH")
        .iter()
        .flat_map(std::env::split_paths)
        .map(|folder| folder.join("postgres"))
        // a link on PATH leads to the folder that holds the rest
        .filter_map(|program| program.canonicalize().ok())
        .filter_map(|program| program.parent().map(Path::to_owned))
        .collect::<Vec<_>>();
    let mut debian = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse::<u32>().ok()?, entry.path().join("bin"))))
        .collect::<Vec<_>>();
    debian.sort_by_key(|(major, _)| std::cmp::Reverse(*major));
    let mut all = on_path;
    all.extend(debian.into_iter().map(|(_, folder)| folder));
    let mut seen = std::collections::HashSet::new();
    all.retain(|folder| seen.insert(folder.clone()));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_distributions_write_them() {
        assert_eq!(parse_version("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"), Some(15));
        assert_eq!(parse_version("postgres (PostgreSQL) 16beta2"), Some(16));
        assert_eq!(parse_version("postgres (PostgreSQL) 18"), Some(18));
        assert_eq!(parse_version("something else 15"), None);
    }

    #[test]
    fn a_cluster_of_a_version_that_is_not_here_is_refused_by_name() {
        let error = Binaries::find(Some((9, PathBuf::from("/somewhere")))).unwrap_err();
        let text = error.to_string();
        assert!(text.contains("written by PostgreSQL 9") && text.contains("pg_upgrade"), "{text}");
    }
}
