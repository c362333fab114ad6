//! What the host sees of an `async` driver: rounds of asks, one end, and clear refusals.

#![expect(clippy::panic, reason = "a test fails by panicking, its helpers too")]

use bailiwick_sdk::{
    Answer, Ask, Binding, Context, Driver, Failure, Host, Input, Oid, Outcome, Refusal, SnmpValue, Step, Subject,
    Target, join, join_all, native::Exchange,
};

fn context() -> Context {
    let subject = Subject { enrollment: None, ownership: bailiwick_sdk::Ownership::Company, channel: None };
    Context { now: 7, seed: vec![1; 32], subject, facts: vec![], tables: vec![], objects: vec![] }
}

fn poll<D: Driver>() -> Exchange {
    let target = Target { address: "192.0.2.1".into(), sys_object_id: None, sys_descr: None };
    Exchange::new::<D>(context(), Input::Poll(target))
}

fn row(oid: Oid, n: i32) -> Answer {
    Answer::Bindings(vec![Binding { oid, value: SnmpValue::Integer(n) }])
}

fn walked(step: Step) -> Vec<Oid> {
    let Step::Asks(asks) = step else { panic!("{step:?}") };
    asks.into_iter().map(|ask| if let Ask::SnmpWalk(oid) = ask { oid } else { panic!("{ask:?}") }).collect()
}

fn code(step: Step) -> String {
    if let Step::Refused(refusal) = step { refusal.code } else { panic!("{step:?}") }
}

/// Two chains of different length and a list, joined: answers must find their own futures.
struct Joined;

async fn chain(host: &Host, first: u32, length: u32) -> Vec<SnmpValue> {
    let mut values = Vec::new();
    for n in 0..length {
        values.extend(host.walk([first, n]).await.unwrap_or_default().into_iter().map(|b| b.value));
    }
    values
}

impl Driver for Joined {
    async fn poll(host: Host, _: Target) -> Result<Outcome, Refusal> {
        let list = join_all((5..7).map(|n| chain(&host, n, 1)));
        let (short, long, list) = join((chain(&host, 1, 1), chain(&host, 2, 3), list)).await;
        assert_eq!(short, [SnmpValue::Integer(10)]);
        assert_eq!(long, [20, 21, 22].map(SnmpValue::Integer));
        assert_eq!(list, [[SnmpValue::Integer(50)], [SnmpValue::Integer(60)]]);
        host.log(4, &[host.context().now.cast_signed()]);
        Ok(Outcome::new())
    }
}

#[test]
fn joined_asks_share_rounds_and_each_future_gets_its_own_answer() {
    let mut exchange = poll::<Joined>();
    let mut rounds = Vec::new();
    let mut answers = Vec::new();
    let end = loop {
        match exchange.step(std::mem::take(&mut answers)) {
            step @ Step::Asks(_) => {
                let oids = walked(step);
                answers = oids.iter().map(|oid| row(oid.clone(), (oid[0] * 10 + oid[1]).cast_signed())).collect();
                rounds.push(oids);
            }
            end => break end,
        }
    };
    assert_eq!(rounds, [vec![vec![1, 0], vec![2, 0], vec![5, 0], vec![6, 0]], vec![vec![2, 1]], vec![vec![2, 2]]]);
    assert_eq!(end, Step::Done(Outcome::new()));
    assert_eq!(exchange.take_log(), [(4, vec![7])]);
}

/// Passes a failure on.
struct Strict;

impl Driver for Strict {
    async fn poll(host: Host, _: Target) -> Result<Outcome, Refusal> {
        host.get([[1, 3]]).await?;
        Ok(Outcome::new())
    }

    async fn timer(_: Host, _: String) -> Result<Outcome, Refusal> {
        std::future::pending().await
    }
}

#[test]
fn a_failed_ask_becomes_a_refusal_by_the_question_mark() {
    let mut exchange = poll::<Strict>();
    exchange.step(vec![]);
    assert_eq!(code(exchange.step(vec![Answer::Failed(Failure::Denied)])), "ask_denied");
    assert_eq!(code(exchange.step(vec![])), "already_ended");
}

#[test]
fn an_answer_of_another_kind_is_malformed() {
    let mut exchange = poll::<Strict>();
    exchange.step(vec![]);
    assert_eq!(code(exchange.step(vec![Answer::Command(None)])), "ask_malformed");
}

#[test]
fn answers_must_be_as_many_as_asks() {
    let mut exchange = poll::<Strict>();
    exchange.step(vec![]);
    assert_eq!(code(exchange.step(vec![])), "wrong_answers");
}

#[test]
fn what_can_never_go_on_is_refused() {
    let mut exchange = Exchange::new::<Strict>(context(), Input::Timer("t".into()));
    assert_eq!(code(exchange.step(vec![])), "waits_for_nothing");
}

#[test]
fn an_input_that_a_driver_does_not_handle_is_not_supported() {
    let mut exchange = Exchange::new::<Strict>(context(), Input::Frame(vec![1]));
    assert_eq!(code(exchange.step(vec![])), "not_supported");
}
