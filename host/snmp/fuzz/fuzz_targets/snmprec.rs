//! Recorded walks: every line becomes a value or is named as damaged.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sim_printers::snmprec;

fuzz_target!(|octets: &[u8]| {
    let recording = snmprec::parse(octets);
    let lines = octets.split(|octet| *octet == b'\n').count();
    assert!(recording.tree.len() + recording.damaged.len() <= lines);
});
