//! What an operator or a server writes as a range: refused, or unicast and within the cap.
#![no_main]

use bailiwick_snmp::{Ranges, Reach};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(ranges) = Ranges::parse(text.split(','), &Reach::default()) {
        assert!((1..=Ranges::MAX).contains(&ranges.len()));
        assert!(ranges.iter().take(64).all(|address| !address.is_multicast() && !address.is_unspecified()));
    }
});
