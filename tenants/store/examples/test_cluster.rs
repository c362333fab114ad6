//! One PostgreSQL for all tests of a run: `cargo xtask test` starts this, reads the folder that it prints, and hands it
//! to the test binaries as `TEST_CLUSTER`. It serves until its standard input ends, which also happens when xtask is
//! killed; then it stops the server and removes the folder.

use std::io::{self, Read as _, Write as _};

use bailiwick_store::testing::RunCluster;

fn main() -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let cluster = runtime.block_on(RunCluster::start());
    let mut out = io::stdout();
    writeln!(out, "{}", cluster.folder().display())?;
    out.flush()?;
    // nothing is ever written to it
    let mut rest = Vec::new();
    let ended = io::stdin().read_to_end(&mut rest);
    drop(cluster);
    ended.map(drop)
}
