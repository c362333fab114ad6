//! Sweeps and polls over real UDP against simulated printers, sound and misbehaving ones.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what a test prepares either works or ends the test"
)]

mod poll;
mod sweep;
mod walks;

use std::{net::Ipv4Addr, sync::Arc, time::Duration};

use bailiwick_snmp::{Community, Credentials, Limits, Ranges, Reach, Session, Target};
use sim_printers::{Fault, Kind, Model, Simulator, SimulatorHandle, Tree, Value};

const PRINTER: Ipv4Addr = Ipv4Addr::new(127, 20, 0, 9);

fn v2c() -> Credentials {
    Credentials::V2c(Community::new("public").unwrap())
}

fn v1() -> Credentials {
    Credentials::V1(Community::new("public").unwrap())
}

fn living() -> Model {
    let kind = Kind::all().unwrap().into_iter().find(|kind| kind.name == "colour-mfp-a3").unwrap();
    Model::Living { kind: Arc::new(kind), seed: 7 }
}

fn recorded(rows: &[(&str, Value)]) -> Model {
    let tree: Tree = rows.iter().map(|(name, value)| (name.parse().unwrap(), value.clone())).collect();
    Model::Recorded(Arc::new(tree))
}

fn one_printer(model: Model, faults: &[Fault]) -> SimulatorHandle {
    let builder = faults.iter().fold(Simulator::builder(), |builder, fault| builder.fault(PRINTER, fault.clone()));
    builder.world(sim_printers::World::manual()).printer(PRINTER, model).start(0).unwrap()
}

/// Short enough for tests; long enough for a machine that compiles beside them.
fn limits() -> Limits {
    Limits { attempt: Duration::from_millis(250), retries: 2, total: Duration::from_secs(20), ..Limits::default() }
}

async fn session(simulator: &SimulatorHandle, credentials: Credentials, limits: Limits) -> Session {
    let address = (PRINTER, simulator.port()).into();
    Session::connect(Target { address, credentials }, limits).await.unwrap()
}

fn ranges(text: &str) -> Ranges {
    Ranges::parse([text], &Reach::default()).unwrap()
}

fn oid(text: &str) -> bailiwick_contract::value::Oid {
    text.parse().unwrap()
}
