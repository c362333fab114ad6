//! `sim-printers`: a fleet of printers on loopback addresses, for the demo and for trying things by hand.

use std::{io::Write, net::Ipv4Addr, path::PathBuf, sync::Arc, time::Duration};

use anyhow::{Context, bail, ensure};
use clap::Parser;
use ipnet::Ipv4Net;
use sim_printers::{Kind, Model, Simulator, World, snmprec};

/// Simulated printers that answer SNMP on addresses of 127.0.0.0/8.
#[derive(Debug, Parser)]
#[command(version)]
struct Options {
    /// UDP port, 0 for a free one.
    #[arg(long, default_value_t = 16161)]
    port: u16,
    /// Network that the printers are placed in; repeat it to spread them over several.
    #[arg(long = "range", value_name = "CIDR", default_value = "127.20.0.0/24")]
    ranges: Vec<Ipv4Net>,
    /// How many living printers, over all ranges.
    #[arg(long, default_value_t = 60)]
    count: u32,
    /// Simulated seconds in a real one.
    #[arg(long, default_value_t = 60.0)]
    speed: f64,
    /// The same seed gives the same fleet.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The community that is answered.
    #[arg(long, default_value = "public", env = "SIM_PRINTERS_COMMUNITY")]
    community: String,
    /// Only these kinds of printer (all when it is not given).
    #[arg(long = "kind", value_name = "NAME")]
    kinds: Vec<String>,
    /// A recorded walk (snmprec) at an address; repeat it for more.
    #[arg(long = "walk", value_name = "ADDRESS=FILE", value_parser = walk)]
    walks: Vec<(Ipv4Addr, PathBuf)>,
    /// Besides, one address in N answers, everywhere in 127.0.0.0/8: for measuring sweeps.
    #[arg(long, value_name = "N")]
    respond_every: Option<u32>,
    /// Threads that answer.
    #[arg(long, default_value_t = 1)]
    threads: usize,
}

fn walk(text: &str) -> Result<(Ipv4Addr, PathBuf), String> {
    let (address, file) = text.split_once('=').ok_or("ADDRESS=FILE is needed")?;
    Ok((address.parse().map_err(|_| format!("`{address}` is not an IPv4 address"))?, file.into()))
}

fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let options = Options::parse();
    let loopback = Ipv4Net::new(Ipv4Addr::new(127, 0, 0, 0), 8)?;
    for range in &options.ranges {
        ensure!(loopback.contains(range), "{range} is not within 127.0.0.0/8");
    }
    let kinds: Vec<_> = Kind::all()?
        .into_iter()
        .filter(|kind| options.kinds.is_empty() || options.kinds.contains(&kind.name))
        .map(Arc::new)
        .collect();
    ensure!(!kinds.is_empty(), "no such kind of printer");
    let mut builder =
        Simulator::builder().world(World::real(options.speed)).community(options.community).threads(options.threads);
    let addresses = addresses(&options.ranges, options.count)?;
    for (address, kind) in addresses.iter().zip(kinds.iter().cycle()) {
        builder = builder.printer(*address, Model::Living { kind: kind.clone(), seed: options.seed });
    }
    for (address, file) in &options.walks {
        let recording = snmprec::load(file).with_context(|| format!("the walk for {address}"))?;
        for line in recording.damaged {
            tracing::warn!("{}: {line}", file.display());
        }
        builder = builder.printer(*address, Model::Recorded(Arc::new(recording.tree)));
    }
    if let Some(n) = options.respond_every {
        builder = builder.respond_every(n, Arc::new(sweep_target()?));
    }
    let running = builder.start(options.port).context("the simulator cannot listen")?;
    writeln!(std::io::stdout(), "{} printers on port {}", running.addresses().len(), running.port())?;
    loop {
        std::thread::sleep(Duration::from_secs(3600));
    }
}

/// Up to every fourth address of each range in turn, as printers lie scattered in a network.
fn addresses(ranges: &[Ipv4Net], count: u32) -> anyhow::Result<Vec<Ipv4Addr>> {
    let share = (count as usize).div_ceil(ranges.len().max(1)).max(1);
    let mut hosts: Vec<_> = ranges
        .iter()
        .map(|range| range.hosts().step_by(((1usize << (32 - range.prefix_len())) / share).clamp(1, 4)))
        .collect();
    let mut found = Vec::new();
    while found.len() < count as usize {
        let before = found.len();
        found.extend(hosts.iter_mut().filter_map(Iterator::next));
        if found.len() == before {
            bail!("the ranges have room for {before} printers only");
        }
    }
    found.truncate(count as usize);
    Ok(found)
}

fn sweep_target() -> anyhow::Result<sim_printers::Tree> {
    let kind = Kind::all()?.into_iter().next().context("there is no kind of printer")?;
    let life = sim_printers::life::Life::new(Arc::new(kind.clone()), 1);
    let identity = sim_printers::identity::Identity::of(&kind, Ipv4Addr::LOCALHOST, 1);
    Ok(sim_printers::mib::tree(&life, &identity))
}
