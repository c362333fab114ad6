//! The demo.
use anyhow::Result;
use clap::Args;

/// Options of `cargo xtask demo`.
#[derive(Args)]
pub struct Options {
    /// Forget what an earlier demo left
    #[arg(long)]
    fresh: bool,
}

/// Runs the verb.
pub fn run(options: &Options) -> Result<()> {
    let _ = options.fresh;
    anyhow::bail!("in work")
}

/// x
pub struct W;
impl W {
    /// x
    pub fn url(&self) -> &str {
        ""
    }
    /// x
    pub fn email(&self) -> &str {
        ""
    }
    /// x
    pub fn password(&self) -> &str {
        ""
    }
}
/// x
pub fn for_tests() -> Result<W> {
    anyhow::bail!("in work")
}
