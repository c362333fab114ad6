//! Every operation by every caller, over the wire.
//!
//! What is refused is refused on a thing that is there and for a call that then succeeds for who may make it. The pool
//! holds one connection, so a setting that leaked from one call into the next would show as an answer that is not
//! expected.

use reqwest::Method;
use serde_json::Value;

use super::{
    callers::{Caller, Expected, Sight},
    operations::{Call, Needs, Operation},
    world::World,
};
use crate::support::Reply;

/// How an operation's answer differs from what is expected; nothing where it does not.
fn differs(operation: &Operation, caller: &Caller, expected: Expected, reply: &Reply) -> Option<String> {
    let as_expected = match expected {
        Expected::Done => reply.status.is_success(),
        Expected::Refused(status, code) => {
            (reply.status.as_u16(), reply.json()["code"].as_str()) == (status, Some(code))
        }
    };
    let Operation { id, method, path, .. } = operation;
    let told = || format!("{id} ({method} {path}) by {}: {} {}", caller.name, reply.status, reply.text);
    (!as_expected).then(|| format!("{}\n    instead of {expected:?}", told()))
}

struct Sweep<'a> {
    world: &'a World,
    wrong: Vec<String>,
    calls: u32,
}

impl Sweep<'_> {
    async fn one(&mut self, operation: &Operation, caller: &Caller, call: &Call) {
        let client = match operation.needs {
            // about oneself: as whoever the call was made for
            Needs::Person if caller.expects(operation) == Expected::Done => call.by.as_ref(),
            _ => None,
        };
        let path = operation.path(call, self.world.account);
        let reply = client.unwrap_or(&caller.client).call(operation.method.clone(), &path, call).await;
        self.calls += 1;
        self.wrong.extend(differs(operation, caller, caller.expects(operation), &reply));
    }

    /// Those who are refused first, all on the same thing; then those who are not, each on one of its own.
    async fn all(&mut self, operation: &Operation, callers: &[Caller]) {
        let make = async || (operation.make)(self.world).await;
        let (may, may_not): (Vec<_>, Vec<_>) =
            callers.iter().partition(|caller| caller.expects(operation) == Expected::Done);
        let mut call = make().await;
        for caller in may_not {
            self.one(operation, caller, &call).await;
        }
        for (nth, caller) in may.into_iter().enumerate() {
            if nth > 0 && operation.changes() {
                call = make().await;
            }
            self.one(operation, caller, &call).await;
        }
        if let (Needs::Own, Some(owner)) = (operation.needs, &call.by) {
            let path = operation.path(&call, self.world.account);
            let reply = owner.call(operation.method.clone(), &path, &call).await;
            assert!(reply.status.is_success(), "{}: {}", operation.id, reply.text);
        }
    }

    fn end(self) {
        assert!(self.wrong.is_empty(), "{} of {} calls:\n{}", self.wrong.len(), self.calls, self.wrong.join("\n"));
    }
}

#[tokio::test]
async fn every_operation_answers_every_caller_as_it_should() {
    let mut calls = 0;
    for world in &World::both(1).await {
        let callers = world.callers().await;
        let mut sweep = Sweep { world, wrong: Vec::new(), calls: 0 };
        for operation in world.operations() {
            sweep.all(&operation, &callers).await;
        }
        calls += sweep.calls;
        sweep.end();
    }
    assert!(calls > 1_200, "{calls} calls");
}

/// An account that denies what can be denied keeps its dealer from exactly that, and from nothing else.
#[tokio::test]
async fn what_an_account_denies_those_above_are_refused() {
    let world = World::new(1).await;
    let mut callers = world.above().await;
    for caller in &mut callers {
        if let Sight::FromAbove(may) = &mut caller.sight {
            *may = may.iter().filter(|permission| !permission.restrictable()).collect();
        }
    }
    let mut sweep = Sweep { world: &world, wrong: Vec::new(), calls: 0 };
    for operation in world.operations().filter(|operation| matches!(operation.needs, Needs::Of(_))) {
        world.restrict().await;
        sweep.all(&operation, &callers).await;
    }
    sweep.end();
}

/// A thing of one account is not found at another, also by who may do everything there.
#[tokio::test]
async fn a_thing_of_another_account_is_not_found_at_ones_own() {
    let world = World::new(1).await;
    let strangers = world.strangers().await;
    let mut tried = 0;
    for operation in world.operations() {
        let things = operation.path.matches('{').count() > 1 && !operation.path.ends_with("/drivers/{name}");
        if !matches!(operation.needs, Needs::Of(_)) || !things {
            continue;
        }
        let call = (operation.make)(&world).await;
        for (caller, home) in strangers.iter().zip([world.elsewhere, world.sibling, world.child]) {
            let path = operation.path(&call, home);
            let reply = caller.client.call(operation.method.clone(), &path, &call).await;
            let told = (reply.status.as_u16(), reply.json()["code"].clone());
            assert_eq!(told, (404, Value::from("not_found")), "{} by {}: {}", operation.id, caller.name, reply.text);
            tried += 1;
        }
        // it is still there
        let path = operation.path(&call, world.account);
        let reply = world.owner.call(operation.method.clone(), &path, &call).await;
        assert!(reply.status.is_success(), "{}: {}", operation.id, reply.text);
    }
    assert!(tried >= 45, "{tried}");
}

/// The sweep is worth nothing where it takes a call for another: it finds a table that is wrong.
#[tokio::test]
async fn a_wrong_line_of_the_table_is_found() {
    let world = World::new(2).await;
    let callers = world.of_the_account().await;
    let mut sweep = Sweep { world: &world, wrong: Vec::new(), calls: 0 };
    let mut operation = world.operations().find(|operation| operation.id == "sites_create").expect("it is");
    assert_eq!(operation.method, Method::POST);
    operation.needs = Needs::Of(bailiwick_access::Permission::ViewDevices);
    sweep.all(&operation, &callers).await;
    assert!(sweep.wrong.iter().any(|wrong| wrong.contains("the account's viewer")), "{:#?}", sweep.wrong);
}
