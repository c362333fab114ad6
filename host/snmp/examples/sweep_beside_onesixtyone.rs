//! Sweeps a /16 of loopback in which one address in eight answers, and lets `onesixtyone -w 0` do the same where it is
//! installed. `cargo run --example sweep_beside_onesixtyone [ROUNDS]`

use std::{
    error::Error,
    io::{Write, stdout},
    process::Command,
    sync::Arc,
    time::{Duration, Instant},
};

use bailiwick_snmp::{Community, Credentials, Ranges, Reach, Sweep, SweepConfig, sweep::Retry};
use sim_printers::{Simulator, Tree, Value};

const RANGE: &str = "127.40.0.0/16";
const ANSWERING: usize = 8192;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let rounds: u32 = std::env::args().nth(1).map_or(Ok(1), |text| text.parse())?;
    let tree: Tree = [
        ("1.3.6.1.2.1.1.1.0".parse()?, Value::text("Norrvik P4020dn; firmware 2.11.4")),
        ("1.3.6.1.2.1.1.2.0".parse()?, Value::Oid("1.3.6.1.4.1.32473.1.4020".parse()?)),
    ]
    .into_iter()
    .collect();
    let simulator = Simulator::builder().respond_every(8, Arc::new(tree)).start(0)?;
    let mut out = stdout();
    for _ in 0..rounds {
        for (what, retry) in
            [("one pass", Retry::None), ("with retry", Retry::Again), ("with retry and SNMPv1", Retry::AgainAndV1)]
        {
            let (took, found, sent) = sweep(simulator.port(), retry).await?;
            writeln!(out, "bailiwick, {what:<22} {took:>7.2?} s  found {found} of {ANSWERING}, {sent} requests")?;
        }
        match onesixtyone(simulator.port()) {
            Ok((took, found)) => {
                writeln!(out, "onesixtyone -w 0                  {took:>7.2?} s  found {found} of {ANSWERING}")?
            }
            Err(error) => writeln!(out, "onesixtyone: not run ({error})")?,
        }
    }
    Ok(())
}

async fn sweep(port: u16, retry: Retry) -> Result<(f64, usize, u64), Box<dyn Error>> {
    let ranges = Ranges::parse([RANGE], &Reach::default())?;
    let credentials = vec![Credentials::V2c(Community::new("public")?)];
    let started = Instant::now();
    let mut sweep = Sweep::start(ranges, SweepConfig { port, retry, ..SweepConfig::new(credentials) })?;
    let mut found = 0;
    while sweep.next().await.is_some() {
        found += 1;
    }
    let counts = sweep.finish().await?;
    Ok((started.elapsed().as_secs_f64(), found, counts.sent))
}

fn onesixtyone(port: u16) -> Result<(f64, usize), Box<dyn Error>> {
    std::thread::sleep(Duration::from_millis(200));
    let started = Instant::now();
    let output = Command::new("onesixtyone").args(["-w", "0", "-p", &port.to_string(), RANGE, "public"]).output()?;
    let took = started.elapsed().as_secs_f64();
    let lines = output.stdout.split(|octet| *octet == b'\n');
    Ok((took, lines.filter(|line| line.starts_with(b"127.")).count()))
}
