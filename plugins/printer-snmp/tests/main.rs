//! The driver on the project's fixtures and on recorded walks of real printers: natively, in fresh
//! and in warm sandboxes, and with each capability denied.

#![expect(clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking, its helpers too")]

mod fixtures;
mod walks;

use std::{path::PathBuf, sync::LazyLock};

use bailiwick_contract::{
    exchange::{Effect, End, Transcript},
    value::{Scalar, Table},
};
use bailiwick_testkit::Sandbox;

/// The driver's folder.
fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The component's bytes, built once.
static COMPONENT: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| folder().join("../../target"), PathBuf::from);
    bailiwick_package::build(&folder(), &target).unwrap()
});

async fn sandbox() -> Sandbox {
    Sandbox::load(&COMPONENT).await.unwrap()
}

fn effects(transcript: &Transcript) -> &[Effect] {
    match &transcript.end {
        End::Done(outcome) => &outcome.effects,
        End::Refused(refusal) => panic!("refused: {refusal:?}"),
    }
}

fn fact(transcript: &Transcript, key: &str) -> Option<String> {
    let facts =
        effects(transcript).iter().find_map(|e| if let Effect::Facts(facts) = e { Some(facts) } else { None })?;
    facts.iter().find(|fact| fact.attribute == key).map(|fact| shown(&fact.value))
}

fn table<'a>(transcript: &'a Transcript, key: &str) -> &'a Table {
    let find =
        |e: &'a Effect| if let Effect::Table(table) = e { (table.attribute == key).then_some(table) } else { None };
    effects(transcript).iter().find_map(find).unwrap()
}

fn cell(table: &Table, row: &str, column: &str) -> Option<String> {
    let row = table.rows.iter().find(|r| r.key == row)?;
    row.cells.iter().find(|cell| cell.column == column).map(|cell| shown(&cell.value))
}

fn reading(transcript: &Transcript, meter: &str) -> Option<f64> {
    let points =
        effects(transcript).iter().find_map(|e| if let Effect::Readings(points) = e { Some(points) } else { None })?;
    points.iter().find(|point| point.meter == meter).map(|point| point.value)
}

fn shown(value: &Scalar) -> String {
    match value {
        Scalar::Token(text) | Scalar::Text(text) => text.clone(),
        Scalar::Integer(n) => n.to_string(),
        other => format!("{other:?}"),
    }
}
