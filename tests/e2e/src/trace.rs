//! What a program reaches for, as the kernel sees it: every address that a system call of it or of its children names.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};

/// The options with which `strace` writes a trace of the program that follows. The program keeps its process id, and so
/// ends as it would without.
pub fn options(strace: &mut Command, trace: &Path) {
    strace.args([
        "-D",
        "-f",
        "-qq",
        "-e",
        "trace=connect,sendto,sendmsg,sendmmsg",
        "-e",
        "signal=none",
        "-s",
        "0",
        "-o",
    ]);
    strace.arg(trace);
}

/// The internet addresses of a trace that anything was sent to. Those with port 0 are none: the C library asks the
/// kernel with them which address it would leave by, and sends nothing.
///
/// # Errors
/// When the trace cannot be read, or names an address that is none.
pub fn addresses(trace: &Path) -> Result<BTreeSet<SocketAddr>> {
    let text = std::fs::read_to_string(trace).with_context(|| format!("no trace at {}", trace.display()))?;
    let found = text.lines().flat_map(|line| line.split("{sa_family=AF_INET").skip(1));
    let found = found.map(|rest| address(rest).with_context(|| format!("no address: {rest}")));
    Ok(found.collect::<Result<Vec<_>>>()?.into_iter().filter(|address| address.port() != 0).collect())
}

/// `, sin_port=htons(25), sin_addr=inet_addr("127.0.0.1")}, …`, or the same of the sixth version.
fn address(rest: &str) -> Option<SocketAddr> {
    let port = rest.split_once("_port=htons(")?.1.split_once(')')?.0.parse().ok()?;
    let quoted = rest.split('"').nth(1)?;
    Some(SocketAddr::new(quoted.parse::<IpAddr>().ok()?.to_canonical(), port))
}
