//! Every check, in the order in which a mistake is cheapest to find. Lints and the build of all tests are one step
//! (clippy's driver is the compiler of the workspace's own crates), so nothing is compiled twice. A stage that
//! fails does not hide the others: all run, then one line says how many tests passed and failed.

use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use clap::{Args, ValueEnum};

use crate::build::Compiler;
use crate::{build, demo, dependencies, exec, guests, portal, setup, workspace};

mod cluster;
mod passes;
mod tally;

use cluster::Cluster;
use tally::Tally;

/// Options of `cargo xtask test`.
#[derive(Args)]
pub struct Options {
    /// Only these stages, in this order (set-up always runs)
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Stage>,
    /// Also what takes minutes: twenty kill rounds instead of two, the whole port scan, the lists of a million devices
    #[arg(long)]
    all: bool,
}

/// How much the tests do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Extent {
    /// What every change must pass.
    Short,
    /// What a release must pass.
    All,
}

/// One stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Stage {
    /// rustfmt finds nothing to change
    Format,
    /// licences, sources, duplicates and use of dependencies
    Dependencies,
    /// the portal's bundle
    Portal,
    /// types, lint, catalogues and unit tests of the portal
    PortalTests,
    /// clippy with warnings as errors, and the build of every program and test
    Lint,
    /// the drivers as components
    Guests,
    /// unit, integration, end-to-end and documentation tests
    Tests,
    /// what opens scopes once more, over a pool of one connection: no setting leaks into the next scope
    OneConnection,
    /// the portal in Chromium against a running demo world
    Browser,
}

/// Runs the verb.
pub fn run(options: &Options) -> Result<()> {
    let mut report = Report::default();
    let (took, ready) = exec::timed("set-up", setup::for_tests);
    report.stages.push(("set-up", took, ready.is_ok()));
    ready?;
    let stages = if options.only.is_empty() { Stage::value_variants() } else { &options.only };
    let extent = if options.all { Extent::All } else { Extent::Short };
    for stage in stages {
        report.add(*stage, extent);
    }
    report.print()
}

#[derive(Default)]
struct Report {
    stages: Vec<(&'static str, Duration, bool)>,
    tally: Tally,
    /// From the first stage that needs it on.
    cluster: Option<Cluster>,
}

impl Report {
    fn add(&mut self, stage: Stage, extent: Extent) {
        let mut tally = Tally::default();
        let (took, outcome) = exec::timed(stage.title(), || stage.run(&mut tally, &mut self.cluster, extent));
        if let Err(error) = &outcome {
            eprintln!("   {} FAILED: {error:#}", stage.title());
            // A stage that broke without a failed test is itself what failed.
            tally.failed = tally.failed.max(1);
        }
        self.tally += tally;
        self.stages.push((stage.title(), took, outcome.is_ok()));
    }

    fn print(&self) -> Result<()> {
        exec::headline("summary");
        for (title, took, fine) in &self.stages {
            eprintln!("   {title:<28} {:>8.1} s  {}", took.as_secs_f64(), if *fine { "ok" } else { "FAILED" });
        }
        let total: Duration = self.stages.iter().map(|(_, took, _)| *took).sum();
        eprintln!("   {:<28} {:>8.1} s", "in all", total.as_secs_f64());
        println!("{} passed, {} failed", self.tally.passed, self.tally.failed);
        if self.tally.failed > 0 {
            bail!("not everything is well; look for FAILED above");
        }
        Ok(())
    }
}

impl Stage {
    fn title(self) -> &'static str {
        match self {
            Self::Format => "format",
            Self::Dependencies => "dependencies",
            Self::Guests => "drivers",
            Self::Portal => "portal",
            Self::PortalTests => "portal: checks and units",
            Self::Lint => "lint and build",
            Self::Tests => "tests",
            Self::OneConnection => "tests on one connection",
            Self::Browser => "portal: browser",
        }
    }

    fn run(self, tally: &mut Tally, cluster: &mut Option<Cluster>, extent: Extent) -> Result<()> {
        match self {
            Self::Format => exec::run(exec::cargo().args(["fmt", "--all", "--check"])),
            Self::Dependencies => dependencies::check(),
            Self::Guests => guests::build(Compiler::Linting).map(drop),
            Self::Portal => portal::build(portal::For::Tests),
            Self::PortalTests => {
                let web = workspace::web();
                exec::run(exec::command("npm").current_dir(&web).args(["run", "check"]))?;
                tally.count(exec::command("npm").current_dir(&web).args(["test"]))
            }
            Self::Lint => {
                exec::run(Compiler::Linting.apply(exec::cargo().args(["build", "--workspace", "--all-targets"])))
            }
            Self::Tests => passes::tests(tally, running(cluster)?, extent),
            Self::OneConnection => passes::one_connection(tally, running(cluster)?),
            Self::Browser => browser(tally),
        }
    }
}

/// The cluster of this run, started where no stage has needed it before.
fn running(cluster: &mut Option<Cluster>) -> Result<&Cluster> {
    if cluster.is_none() {
        *cluster = Some(Cluster::start()?);
    }
    cluster.as_ref().context("the tests' PostgreSQL did not start")
}

/// Runs the browser tests against a demo world of their own, which ends with them.
fn browser(tally: &mut Tally) -> Result<()> {
    portal::build(portal::For::Tests)?;
    build::programs(Compiler::Linting)?;
    let world = demo::for_tests()?;
    let (user, platform) = (world.user()?, world.platform()?);
    let provider = world.provider().context("the world has no sign-in provider")?;
    tally.count(
        exec::command("npm")
            .current_dir(workspace::web())
            .args(["run", "test:browser"])
            .env("BAILIWICK_PROVIDER", provider.issuer())
            .env("BAILIWICK_PROVIDER_SECRET", provider.secret())
            .env("BASE_URL", world.url())
            .env("BAILIWICK_EMAIL", &user.email)
            .env("BAILIWICK_PASSWORD", &user.password)
            .env("BAILIWICK_PLATFORM_EMAIL", &platform.email)
            .env("BAILIWICK_PLATFORM_PASSWORD", &platform.password),
    )
}
