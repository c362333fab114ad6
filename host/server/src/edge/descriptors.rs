//! Descriptors: every connection takes one, and a process that has none left serves nobody.
//!
//! The limit is raised as far as the system lets it, and the number of connections is one that leaves enough for
//! everything else.

use nix::sys::resource::{Resource, getrlimit, setrlimit};

use super::listener::Bounds;
use crate::config::Connections;

/// Connections where neither settings nor descriptors say otherwise: some 100 KB each under TLS.
const USUAL: usize = 8_192;
/// Fewer are of no use: a portal in one browser takes a few.
const LEAST: usize = 32;
/// Connections to figures and health.
pub const METRICS: Bounds = Bounds { all: 32, source: 32 };
/// What is open besides connections and the database: files, compiled drivers, mail, sign-in providers, Redis.
const RESERVE: usize = 64;
/// Descriptors for each connection to the database: one, and as many again for the pools that are not counted there.
const PER_DATABASE_CONNECTION: usize = 2;

/// Why the server does not start with these descriptors.
#[derive(Debug, thiserror::Error)]
pub enum DescriptorError {
    /// The limit cannot be read or raised.
    #[error("the limit of descriptors cannot be raised")]
    Limit(#[source] nix::Error),
    /// There are too few.
    #[error(
        "connections: {wanted} connections take {needed} descriptors, and this process may have {limit}; \
         raise the limit (LimitNOFILE of systemd, ulimits of a container) or lower connections"
    )]
    TooFew {
        /// What was asked for, or the least that is of use.
        wanted: usize,
        /// What that takes.
        needed: usize,
        /// What there is.
        limit: usize,
    },
}

/// Raises the limit to the most that the system allows, and says what it is.
///
/// # Errors
/// [`DescriptorError::Limit`].
pub fn raise() -> Result<usize, DescriptorError> {
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE).map_err(DescriptorError::Limit)?;
    if soft < hard {
        setrlimit(Resource::RLIMIT_NOFILE, hard, hard).map_err(DescriptorError::Limit)?;
    }
    Ok(usize::try_from(hard).unwrap_or(usize::MAX))
}

/// How many connections there may be with so many descriptors.
///
/// # Errors
/// [`DescriptorError::TooFew`] for fewer than were asked for, or than are of use.
pub fn bounds(limit: usize, connections: Connections, database: u32) -> Result<Bounds, DescriptorError> {
    let database = usize::try_from(database).unwrap_or(usize::MAX);
    let others = PER_DATABASE_CONNECTION.saturating_mul(database).saturating_add(RESERVE + METRICS.all);
    let possible = limit.saturating_sub(others);
    let (all, least) = match connections.all {
        Some(asked) => (asked, asked),
        None => (possible.min(USUAL), LEAST),
    };
    if possible < least {
        return Err(DescriptorError::TooFew { wanted: least, needed: least + others, limit });
    }
    // whatever one source does, as much is left to the others
    Ok(Bounds { all, source: connections.source.min(all.div_ceil(2)) })
}

#[cfg(test)]
mod tests {
    use super::*;

    const USUALLY: Connections = Connections { all: None, source: 512 };

    #[test]
    fn there_are_as_many_as_descriptors_allow_and_no_source_has_them_all() {
        assert_eq!(bounds(1 << 20, USUALLY, 16).expect("many"), Bounds { all: USUAL, source: 512 });
        assert_eq!(bounds(256, USUALLY, 16).expect("few"), Bounds { all: 128, source: 64 });
    }

    #[test]
    fn too_few_are_told_with_what_is_needed() {
        let told = bounds(128, USUALLY, 16).expect_err("too few").to_string();
        assert!(told.contains("take 160 descriptors") && told.contains("may have 128"), "{told}");
        let asked = Connections { all: Some(1_000), source: 512 };
        assert!(bounds(1_128, asked, 16).is_ok());
        assert!(bounds(1_127, asked, 16).expect_err("too few").to_string().contains("1000 connections"));
    }
}
