//! RFC 1157 and RFC 3416: what an agent answers to what it has and what it has not.

use sim_printers::{
    Oid, Tree, Value,
    agent::{Limits, answer},
    message::{Operation, Request, Response, Version, status},
};

fn tree() -> Tree {
    [
        ("1.3.6.1.1.0", Value::Integer(1)),
        ("1.3.6.2.9.1", Value::Counter64(2)),
        ("1.3.6.2.10.1", Value::text("ten")),
        ("1.3.6.2.10.2", Value::text("x".repeat(900))),
        ("1.3.6.3.0", Value::Gauge32(4)),
    ]
    .into_iter()
    .map(|(name, value)| (name.parse().unwrap(), value))
    .collect()
}

fn ask(version: Version, operation: Operation, names: &[&str]) -> Response {
    let names = names.iter().map(|name| name.parse().unwrap()).collect();
    let request = Request { version, community: b"public".to_vec(), operation, id: -5, names };
    let response = answer(&tree(), Limits::default(), &request);
    assert_eq!(response.id, -5);
    response
}

fn names(response: &Response) -> Vec<String> {
    response.bindings.iter().map(|row| row.0.to_string()).collect()
}

#[test]
fn v2c_tells_a_missing_instance_from_a_missing_object() {
    let response = ask(Version::V2c, Operation::Get, &["1.3.6.1.1.0", "1.3.6.2.10.7", "1.3.6.7.1.0"]);
    let values: Vec<_> = response.bindings.into_iter().map(|row| row.1).collect();
    assert_eq!(values, [Value::Integer(1), Value::NoSuchInstance, Value::NoSuchObject]);
    assert_eq!(response.status, status::NO_ERROR);
}

#[test]
fn v1_names_the_first_missing_and_echoes_the_request() {
    let response = ask(Version::V1, Operation::Get, &["1.3.6.1.1.0", "1.3.6.7.1.0", "1.3.6.8.0"]);
    assert_eq!((response.status, response.index), (status::NO_SUCH_NAME, 2));
    assert_eq!(names(&response), ["1.3.6.1.1.0", "1.3.6.7.1.0", "1.3.6.8.0"]);
    assert!(response.bindings.iter().all(|row| row.1 == Value::Null));
    let response = ask(Version::V1, Operation::GetNext, &["1.3.6.3.0"]);
    assert_eq!((response.status, response.index), (status::NO_SUCH_NAME, 1));
}

#[test]
fn next_goes_arc_by_arc_and_v1_sees_no_counter64() {
    assert_eq!(names(&ask(Version::V2c, Operation::GetNext, &["1.3.6.2.2", "1.3"])), ["1.3.6.2.9.1", "1.3.6.1.1.0"]);
    assert_eq!(names(&ask(Version::V1, Operation::GetNext, &["1.3.6.2.2"])), ["1.3.6.2.10.1"]);
    assert_eq!(ask(Version::V1, Operation::Get, &["1.3.6.2.9.1"]).status, status::NO_SUCH_NAME);
    let end = ask(Version::V2c, Operation::GetNext, &["1.3.6.3.0"]);
    assert_eq!(end.bindings, [("1.3.6.3.0".parse().unwrap(), Value::EndOfMibView)]);
}

#[test]
fn bulk_repeats_columns_side_by_side_until_they_end() {
    let operation = Operation::GetBulk { non_repeaters: 1, max_repetitions: 3 };
    let response = ask(Version::V2c, operation, &["1.3.6.1", "1.3.6.2.9", "1.3.6.2.10.2"]);
    assert_eq!(
        names(&response),
        ["1.3.6.1.1.0", "1.3.6.2.9.1", "1.3.6.3.0", "1.3.6.2.10.1", "1.3.6.3.0", "1.3.6.2.10.2", "1.3.6.3.0"]
    );
    assert_eq!(response.bindings[4].1, Value::EndOfMibView);
    let endless = Operation::GetBulk { non_repeaters: 0, max_repetitions: u32::MAX };
    assert_eq!(names(&ask(Version::V2c, endless, &["1.3.6.2.10.2"])), ["1.3.6.3.0", "1.3.6.3.0"]);
}

#[test]
fn what_does_not_fit_is_too_big_or_cut_short() {
    for (version, echoed) in [(Version::V1, 2), (Version::V2c, 0)] {
        let response = ask(version, Operation::Get, &["1.3.6.2.10.2", "1.3.6.2.10.2"]);
        assert_eq!((response.status, response.index, response.bindings.len()), (status::TOO_BIG, 0, echoed));
    }
    let small = Limits { message: 300, names: 64 };
    let bulk = |from: &str| {
        let request = Request {
            version: Version::V2c,
            community: b"public".to_vec(),
            operation: Operation::GetBulk { non_repeaters: 0, max_repetitions: 9 },
            id: 1,
            names: vec![from.parse::<Oid>().unwrap()],
        };
        let response = answer(&tree(), small, &request);
        assert!(response.encode().len() <= small.message);
        response
    };
    assert_eq!(bulk("1.3").bindings.len(), 3);
    assert_eq!(bulk("1.3.6.2.10.1").status, status::TOO_BIG);
}

#[test]
fn nothing_can_be_written() {
    assert_eq!(ask(Version::V2c, Operation::Set, &["1.3.6.1.1.0"]).status, status::NOT_WRITABLE);
    assert_eq!(ask(Version::V1, Operation::Set, &["1.3.6.1.1.0"]).status, status::NO_SUCH_NAME);
}
