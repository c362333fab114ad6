//! Recorded walks of real printers, answered and read over UDP: what comes out is what was recorded.
//! Skipped where the recordings are not beside the workspace.

use std::{net::Ipv4Addr, path::PathBuf, sync::Arc};

use bailiwick_contract::value::SnmpValue;
use bailiwick_snmp::{Limits, Session, Target};
use sim_printers::{Model, Simulator, Value, snmprec};

use crate::{limits, oid, v2c};

fn same(recorded: &Value, read: &SnmpValue) -> bool {
    match (recorded, read) {
        (Value::Integer(a), SnmpValue::Integer(b)) => *a == i64::from(*b),
        (Value::Octets(a), SnmpValue::Octets(b)) => a == b,
        (Value::Oid(a), SnmpValue::Oid(b)) => a.arcs() == b.arcs(),
        (Value::IpAddress(a), SnmpValue::IpAddress(b)) => a == b,
        (Value::Counter32(a), SnmpValue::Counter32(b))
        | (Value::Gauge32(a), SnmpValue::Gauge32(b))
        | (Value::TimeTicks(a), SnmpValue::TimeTicks(b)) => a == b,
        (Value::Counter64(a), SnmpValue::Counter64(b)) => a == b,
        (Value::Null, SnmpValue::Null) => true,
        _ => false,
    }
}

#[tokio::test]
async fn every_recorded_walk_is_read_whole() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/fixtures/printers/walks");
    let Ok(files) = std::fs::read_dir(&folder) else {
        println!("skipped: no recorded walks beside the workspace");
        return;
    };
    let (mut read, mut damaged) = (0, 0);
    for (number, file) in files.enumerate() {
        let path = file.unwrap().path();
        let recording = snmprec::load(&path).unwrap();
        damaged += recording.damaged.len();
        let tree = Arc::new(recording.tree);
        let address = Ipv4Addr::new(127, 22, 0, u8::try_from(number + 1).unwrap());
        let simulator = Simulator::builder().printer(address, Model::Recorded(tree.clone())).start(0).unwrap();
        let target = Target { address: (address, simulator.port()).into(), credentials: v2c() };
        let mut session = Session::connect(target, Limits { rows: 10_000, ..limits() }).await.unwrap();
        let rows = session.walk(&oid("1.3")).await.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert_eq!(rows.len(), tree.len(), "{}", path.display());
        for ((name, value), row) in tree.iter().zip(&rows) {
            assert_eq!(name.arcs(), row.oid.arcs());
            assert!(same(value, &row.value), "{}: {name}: {value:?} was read as {:?}", path.display(), row.value);
        }
        read += rows.len();
    }
    // One counter of one recording has letters in it.
    assert_eq!(damaged, 1);
    assert!(read > 0);
    println!("{read} values read");
}
