//! The `scan` command: sweeps ranges once, reads what answers, prints it. Needs no server.
//!
//! With `--json` each line is one object: `{"address", "driver", "device": {"identity", "facts",
//! "tables", "readings", "conditions"}}` or `{"address", "error": {"code", "detail"}}`. Whoever runs
//! the scan sees everything that the driver's manifest declares: nothing is sent anywhere. What a server would refuse is
//! an error here already, with the server's code.

use std::{
    io::{self, Write as _},
    net::IpAddr,
    time::Duration,
};

use bailiwick_contract::{
    exchange::{Effect, Outcome, Ownership},
    policy::{Grant, Permitted, Policy},
    value::{Point, Scalar, Table},
};
use bailiwick_runtime::{AccountTag, LoadError, Runtime, RuntimeConfig, RuntimeError};
use bailiwick_snmp::RangeError;
use futures::StreamExt as _;
use ipnet::IpNet;
use secrecy::SecretString;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::{
    drivers::ReadyDriver,
    fleet::{Fleet, PollError, Polled, SnmpSettings, SweepFailed, allowed_ranges, reach},
};

/// Devices polled at once.
const POLLS_AT_ONCE: usize = 16;

/// How results are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScanOutput {
    /// One JSON object a line.
    Json,
    /// A line a device, for people.
    Table,
}

/// What to scan, and how.
#[derive(Debug, Clone)]
pub struct ScanOptions {
    /// Where.
    pub ranges: Vec<String>,
    /// Networks that may be scanned though they are public.
    pub allow: Vec<IpNet>,
    /// UDP port of the agents.
    pub port: u16,
    /// Communities to try, in order.
    pub communities: Vec<SecretString>,
    /// Waiting for one answer.
    pub timeout: Duration,
    /// How results are printed.
    pub output: ScanOutput,
}

/// Why a scan did not run.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    /// The sandbox does not start.
    #[error(transparent)]
    Runtime(#[from] RuntimeError),
    /// A component is no driver.
    #[error("{file}")]
    Driver {
        /// Which.
        file: String,
        /// Why.
        #[source]
        source: LoadError,
    },
    /// A range may not be scanned.
    #[error("{range} is not scanned ({})", .why.code())]
    Range {
        /// Which.
        range: String,
        /// Why.
        #[source]
        why: RangeError,
    },
    /// The system does not tell its interfaces.
    #[error("this machine's networks are not known")]
    Interfaces(#[source] io::Error),
    /// The sweep failed.
    #[error(transparent)]
    Sweep(#[from] SweepFailed),
    /// The results cannot be printed.
    #[error("standard output")]
    Output(#[source] io::Error),
}

/// Scans and prints; `components` are file names and bytes.
///
/// # Errors
/// [`ScanError`]; a device that cannot be read is a result, not an error.
pub async fn scan(components: Vec<(String, Vec<u8>)>, options: ScanOptions) -> Result<(), ScanError> {
    let reach = reach(&options.allow).map_err(ScanError::Interfaces)?;
    let (ranges, refused) = allowed_ranges(&options.ranges, &reach);
    if let Some((range, why)) = refused.into_iter().next() {
        return Err(ScanError::Range { range, why });
    }
    let runtime = Runtime::new(RuntimeConfig::default())?;
    let mut drivers = Vec::new();
    for (file, bytes) in components {
        let driver = runtime.load(&bytes).await.map_err(|source| ScanError::Driver { file, source })?;
        let everything = Policy::everything();
        let permitted =
            Permitted::new(driver.manifest(), &Grant::all_of(driver.manifest()), &everything, Ownership::Company);
        drivers.push(ReadyDriver { driver, permitted });
    }
    let settings = SnmpSettings {
        port: options.port,
        timeout: options.timeout,
        communities: options.communities,
        packets_per_second: None,
    };
    let fleet = Fleet::new(drivers, AccountTag(Uuid::nil()), settings);
    let (found, figures) = fleet.sweep(&ranges).await?;
    let (mut read, mut failed) = (0u64, 0u64);
    let mut answers = futures::stream::iter(found)
        .map(|target| {
            let fleet = &fleet;
            async move { (target.address, fleet.poll(&target).await.and_then(|polled| fleet.as_the_server(polled))) }
        })
        .buffer_unordered(POLLS_AT_ONCE);
    while let Some((address, answer)) = answers.next().await {
        if answer.is_ok() {
            read += 1
        } else {
            failed += 1
        }
        let line = match options.output {
            ScanOutput::Json => json_line(address, &answer).to_string(),
            ScanOutput::Table => table_line(address, &answer),
        };
        match writeln!(io::stdout().lock(), "{line}") {
            // `scan … | head`: whoever read has enough
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(()),
            written => written.map_err(ScanError::Output)?,
        }
    }
    eprintln!(
        "{} addresses asked in {} ms, {} answered, {read} devices read, {failed} not",
        figures.addresses, figures.took_ms, figures.answered
    );
    Ok(())
}

fn json_line(address: IpAddr, answer: &Result<Polled, PollError>) -> Value {
    match answer {
        Ok(polled) => json!({
            "address": address,
            "driver": { "name": polled.driver, "digest": polled.digest },
            "observed_at": polled.observed_at,
            "device": device(&polled.outcome),
        }),
        Err(error) => json!({
            "address": address,
            "error": { "code": error.code(), "detail": error.to_string() },
        }),
    }
}

/// The outcome as one object with plain values.
fn device(outcome: &Outcome) -> Value {
    let (mut identity, mut facts, mut tables) = (Map::new(), Map::new(), Map::new());
    let (mut readings, mut conditions) = (Vec::new(), Vec::new());
    for effect in &outcome.effects {
        match effect {
            Effect::Identify(found) => {
                identity.extend(found.iter().map(|i| (i.kind.clone(), i.value.clone().into())));
            }
            Effect::Facts(found) => facts.extend(found.iter().map(|f| (f.attribute.clone(), plain(&f.value)))),
            Effect::Table(table) => drop(tables.insert(table.attribute.clone(), rows(table))),
            Effect::Readings(points) => readings.extend(points.iter().map(reading)),
            Effect::Conditions(holding) => {
                conditions.extend(holding.iter().map(|c| json!({ "key": c.key, "row": c.row })));
            }
            _ => {}
        }
    }
    json!({ "identity": identity, "facts": facts, "tables": tables, "readings": readings, "conditions": conditions })
}

fn rows(table: &Table) -> Value {
    let row = |row: &bailiwick_contract::value::Row| {
        let mut object = Map::from_iter([("key".to_owned(), Value::from(row.key.clone()))]);
        object.extend(row.cells.iter().map(|cell| (cell.column.clone(), plain(&cell.value))));
        Value::Object(object)
    };
    table.rows.iter().map(row).collect()
}

fn reading(point: &Point) -> Value {
    json!({ "meter": point.meter, "row": point.row, "value": point.value, "at": point.at })
}

fn plain(value: &Scalar) -> Value {
    match value {
        Scalar::Flag(flag) => (*flag).into(),
        Scalar::Integer(number) => (*number).into(),
        Scalar::Real(number) => (*number).into(),
        Scalar::Time(at) => (*at).into(),
        Scalar::Token(text) | Scalar::Text(text) => text.clone().into(),
    }
}

fn table_line(address: IpAddr, answer: &Result<Polled, PollError>) -> String {
    let polled = match answer {
        Ok(polled) => polled,
        Err(error) => return format!("{address:<16} {error}"),
    };
    let found = device(&polled.outcome);
    let fact = |key: &str| found.pointer(&format!("/facts/{key}")).map_or_else(|| "-".to_owned(), text);
    let list = |pointer: &str| found.pointer(pointer).and_then(Value::as_array).map_or(0, Vec::len);
    format!(
        "{address:<16} {:<32} {:<20} {:<10} {} readings, {} conditions",
        fact("model"),
        fact("serial"),
        fact("status"),
        list("/readings"),
        list("/conditions")
    )
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
