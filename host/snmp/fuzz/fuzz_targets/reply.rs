//! What an agent sends: any octets are a reply or a reason, and a reply is no larger than its octets allow.
#![no_main]

use bailiwick_snmp::{Community, Credentials, Version, reply::Envelope};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|octets: &[u8]| {
    let Ok(community) = Community::new("public") else { return };
    let credentials = Credentials::V2c(community);
    for version in [Version::V1, Version::V2c] {
        let opened = Envelope::open(octets, &credentials.with_version(version));
        if let Ok(reply) = opened.and_then(Envelope::reply) {
            // A binding takes at least six octets: two headers, an empty name, an empty value.
            assert!(reply.bindings.len() <= octets.len() / 6);
        }
    }
});
