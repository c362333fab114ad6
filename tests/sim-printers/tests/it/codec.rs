//! The codec: what is written is read again, and no octets make it panic.

use proptest::prelude::*;
use sim_printers::{
    Oid, Value,
    message::{Operation, Request, Response, Version},
    snmprec,
};

fn oid() -> impl Strategy<Value = Oid> {
    (0..2u32, 0..40u32, prop::collection::vec(any::<u32>(), 0..20))
        .prop_map(|(first, second, tail)| Oid::new([first, second]).child(&tail))
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<i64>().prop_map(Value::Integer),
        prop::collection::vec(any::<u8>(), 0..400).prop_map(Value::Octets),
        Just(Value::Null),
        oid().prop_map(Value::Oid),
        any::<[u8; 4]>().prop_map(Value::IpAddress),
        any::<u32>().prop_map(Value::Counter32),
        any::<u32>().prop_map(Value::Gauge32),
        any::<u32>().prop_map(Value::TimeTicks),
        any::<u64>().prop_map(Value::Counter64),
        Just(Value::EndOfMibView),
    ]
}

proptest! {
    #[test]
    fn responses_survive(
        v1: bool, community in prop::collection::vec(any::<u8>(), 0..200), id: i32, status in 0..19i64, index in 0..99i64,
        bindings in prop::collection::vec((oid(), value()), 0..12),
    ) {
        let version = if v1 { Version::V1 } else { Version::V2c };
        let response = Response { version, community, id, status, index, bindings };
        prop_assert_eq!(Response::decode(&response.encode()), Some(response));
    }

    #[test]
    fn requests_survive(
        id: i32, names in prop::collection::vec(oid(), 0..30), non_repeaters in 0..1u32 << 31, max_repetitions in 0..1u32 << 31,
    ) {
        let operation = Operation::GetBulk { non_repeaters, max_repetitions };
        let request = Request { version: Version::V2c, community: b"public".to_vec(), operation, id, names };
        prop_assert_eq!(Request::decode(&request.encode()), Some(request));
    }

    #[test]
    fn no_octets_make_it_panic(octets in prop::collection::vec(any::<u8>(), 0..300)) {
        let _: Option<Request> = Request::decode(&octets);
        let _: Option<Response> = Response::decode(&octets);
        let recording = snmprec::parse(&octets);
        let lines = octets.split(|octet| *octet == b'\n').count();
        prop_assert!(recording.tree.len() + recording.damaged.len() <= lines);
    }
}
