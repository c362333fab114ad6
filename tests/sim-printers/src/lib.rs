//! Simulated printers: SNMPv1 and SNMPv2c agents for any number of addresses of 127.0.0.0/8 behind one UDP socket.
//!
//! Tests use it in process ([`Simulator::builder`]), the demo runs it as the program `sim-printers`. Printers come from
//! recorded walks ([`snmprec`]) or live: pages, toner, paper, jams and alerts follow from a seed and a clock
//! ([`World`]). [`Fault`]s make them misbehave as real devices and attackers do.
//!
//! The codec here is independent of the product's, so that both would have to be wrong in the same way for a test to
//! pass wrongly.
#![forbid(unsafe_code)]

pub mod agent;
pub mod alert;
pub mod ber;
mod chance;
mod fault;
mod fleet;
pub mod identity;
pub mod kind;
pub mod life;
pub mod message;
pub mod mib;
mod oid;
mod simulator;
pub mod snmprec;
mod socket;
mod tree;
mod value;
mod world;

pub use fault::{Fault, FloodOf, many_rows_prefix};
pub use fleet::Model;
pub use kind::Kind;
pub use oid::{NotAnOid, Oid};
pub use simulator::{Builder, Simulator, SimulatorHandle};
pub use tree::Tree;
pub use value::Value;
pub use world::World;
