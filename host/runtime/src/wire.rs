//! Between the sandbox's types, made from `sdk/wit`, and the contract's.
//!
//! What goes in cannot fail. What comes out is lifted and validated by the component ABI (text is
//! UTF-8, variants are known) under a bound of bytes; the only shape that it cannot check is an OID's.

use bailiwick_contract::{
    check::{Violation, ViolationCode},
    exchange as c,
    value::{self as v, Oid},
};

mod generated {
    wasmtime::component::bindgen!({ path: "../../sdk/wit/0.1.0", world: "plugin" });
}

use generated::exports::bailiwick::driver::driver as exports;
pub(crate) use generated::{
    Plugin, PluginPre,
    bailiwick::driver::{asks, effects, inputs, log, types},
};

/// What a step gives, in the contract's words.
pub(crate) fn step(step: exports::Step) -> Result<c::Step, Violation> {
    Ok(match step {
        exports::Step::Asks(asks) => {
            let asks = asks.into_iter().enumerate().map(|(i, a)| {
                ask(a).ok_or_else(|| Violation { code: ViolationCode::BadOid, path: format!("asks[{i}]") })
            });
            c::Step::Asks(asks.collect::<Result<_, _>>()?)
        }
        exports::Step::Done(outcome) => c::Step::Done(c::Outcome {
            reply: outcome.reply.map(|r| c::Reply {
                status: r.status,
                content_type: r.content_type,
                body: r.body,
                sign: r.sign,
            }),
            effects: map(outcome.effects, effect),
        }),
        exports::Step::Refused(refusal) => c::Step::Refused(c::Refusal { code: refusal.code, number: refusal.number }),
    })
}

fn map<A, B>(items: Vec<A>, f: impl FnMut(A) -> B) -> Vec<B> {
    items.into_iter().map(f).collect()
}

fn ask(ask: asks::Ask) -> Option<c::Ask> {
    Some(match ask {
        asks::Ask::SnmpGet(oids) => c::Ask::SnmpGet(oids.into_iter().map(|o| Oid::new(o).ok()).collect::<Option<_>>()?),
        asks::Ask::SnmpWalk(oid) => c::Ask::SnmpWalk(Oid::new(oid).ok()?),
        asks::Ask::State(keys) => c::Ask::State(keys),
        asks::Ask::NextCommand(deferred) => c::Ask::NextCommand(deferred),
        asks::Ask::Members(channel) => c::Ask::Members(channel),
        asks::Ask::People(ids) => c::Ask::People(ids),
        asks::Ask::Objects(kind) => c::Ask::Objects(kind),
        asks::Ask::Http(h) => c::Ask::Http(c::HttpRequest {
            credential: h.credential,
            method: h.method,
            url: h.url,
            content_type: h.content_type,
            body: h.body,
        }),
    })
}

fn effect(effect: effects::Effect) -> c::Effect {
    use effects::Effect as E;
    match effect {
        E::Identify(ids) => c::Effect::Identify(map(ids, |i| v::Identity { kind: i.kind, value: i.value })),
        E::Facts(facts) => c::Effect::Facts(map(facts, fact_out)),
        E::Table(table) => c::Effect::Table(table_out(table)),
        E::Readings(points) => {
            c::Effect::Readings(map(points, |p| v::Point { meter: p.meter, row: p.row, value: p.value, at: p.at }))
        }
        E::Conditions(conditions) => {
            c::Effect::Conditions(map(conditions, |x| v::Condition { key: x.key, row: x.row }))
        }
        E::Retire => c::Effect::Retire,
        E::Sent(id) => c::Effect::Sent(id),
        E::Finish(f) => c::Effect::Finish(c::Finish {
            command: f.command,
            outcome: match f.outcome {
                effects::CommandOutcome::Done => c::CommandOutcome::Done,
                effects::CommandOutcome::Failed => c::CommandOutcome::Failed,
                effects::CommandOutcome::Refused => c::CommandOutcome::Refused,
            },
            tables: map(f.tables, table_out),
            raw: f.raw.map(c::StateValue),
        }),
        E::Defer(id) => c::Effect::Defer(id),
        E::StatePut(p) => {
            c::Effect::StatePut(c::StatePut { key: p.key, value: c::StateValue(p.value), expires: p.expires })
        }
        E::StateDelete(key) => c::Effect::StateDelete(key),
        E::Reachable(address) => c::Effect::Reachable(address),
        E::Wake => c::Effect::Wake,
        E::Timer(t) => c::Effect::Timer(c::Timer { key: t.key, at: t.at }),
        E::Membership(m) => c::Effect::Membership(c::Membership { channel: m.channel, join: m.join, leave: m.leave }),
        E::Post(p) => c::Effect::Post(c::Post {
            channel: p.channel,
            expect: p.expect,
            advance: p.advance,
            start: p.start,
            end: p.end,
        }),
        E::GrantUpload(u) => c::Effect::GrantUpload(c::Upload { key: u.key, bytes: u.bytes }),
    }
}

fn scalar_out(scalar: types::Scalar) -> v::Scalar {
    match scalar {
        types::Scalar::Flag(x) => v::Scalar::Flag(x),
        types::Scalar::Integer(x) => v::Scalar::Integer(x),
        types::Scalar::Real(x) => v::Scalar::Real(x),
        types::Scalar::Time(x) => v::Scalar::Time(x),
        types::Scalar::Token(x) => v::Scalar::Token(x),
        types::Scalar::Text(x) => v::Scalar::Text(x),
    }
}

fn fact_out(fact: types::Fact) -> v::Fact {
    v::Fact { attribute: fact.attribute, value: scalar_out(fact.value) }
}

fn table_out(table: types::Table) -> v::Table {
    let cell = |cell: types::Cell| v::Cell { column: cell.column, value: scalar_out(cell.value) };
    let row = |row: types::Row| v::Row { key: row.key, cells: map(row.cells, cell) };
    v::Table { attribute: table.attribute, complete: table.complete, rows: map(table.rows, row) }
}

fn scalar_in(scalar: v::Scalar) -> types::Scalar {
    match scalar {
        v::Scalar::Flag(x) => types::Scalar::Flag(x),
        v::Scalar::Integer(x) => types::Scalar::Integer(x),
        v::Scalar::Real(x) => types::Scalar::Real(x),
        v::Scalar::Time(x) => types::Scalar::Time(x),
        v::Scalar::Token(x) => types::Scalar::Token(x),
        v::Scalar::Text(x) => types::Scalar::Text(x),
    }
}

/// The context that a guest gets.
pub(crate) fn context(context: c::Context) -> types::Context {
    let cell = |cell: v::Cell| types::Cell { column: cell.column, value: scalar_in(cell.value) };
    let row = |row: v::Row| types::Row { key: row.key, cells: map(row.cells, cell) };
    types::Context {
        now: context.now,
        seed: context.seed,
        subject: types::Subject {
            enrollment: context.subject.enrollment,
            ownership: match context.subject.ownership {
                c::Ownership::Company => types::Ownership::Company,
                c::Ownership::Personal => types::Ownership::Personal,
            },
            channel: context.subject.channel,
        },
        facts: map(context.facts, |f| types::Fact { attribute: f.attribute, value: scalar_in(f.value) }),
        tables: map(context.tables, |t| types::Table {
            attribute: t.attribute,
            complete: t.complete,
            rows: map(t.rows, row),
        }),
        objects: map(context.objects, |o| types::Object { kind: o.kind, id: o.id, version: o.version, body: o.body }),
    }
}

fn command(command: c::Command) -> inputs::Command {
    inputs::Command { id: command.id, key: command.key, arguments: command.arguments, deferrals: command.deferrals }
}

/// The input that a guest gets.
pub(crate) fn input(input: c::Input) -> inputs::Input {
    match input {
        c::Input::Poll(t) => inputs::Input::Poll(inputs::Target {
            address: t.address,
            sys_object_id: t.sys_object_id.map(|oid| oid.arcs().to_vec()),
            sys_descr: t.sys_descr,
        }),
        c::Input::Request(r) => inputs::Input::Request(inputs::Request {
            route: r.route,
            method: r.method,
            parameters: r.parameters,
            content_type: r.content_type,
            body: r.body,
        }),
        c::Input::Frame(bytes) => inputs::Input::Frame(bytes),
        c::Input::Timer(key) => inputs::Input::Timer(key),
        c::Input::Admit(x) => inputs::Input::Admit(command(x)),
        c::Input::Offer(o) => {
            inputs::Input::Offer(inputs::Offer { url: o.url, credential: o.credential, topic: o.topic, brand: o.brand })
        }
        c::Input::Page(p) => inputs::Input::Page(inputs::PageRequest {
            page: p.page,
            parameters: p.parameters,
            form: p.form,
            locale: p.locale,
        }),
    }
}

/// An answer that a guest gets.
pub(crate) fn answer(answer: c::Answer) -> asks::Answer {
    let person = |p: c::Person| asks::Person { id: p.id, display_name: p.display_name };
    match answer {
        c::Answer::Bindings(bindings) => asks::Answer::Bindings(map(bindings, |b| asks::Binding {
            oid: b.oid.arcs().to_vec(),
            value: snmp(b.value),
        })),
        c::Answer::State(entries) => {
            asks::Answer::State(map(entries, |e| asks::StateEntry { key: e.key, value: e.value.map(|value| value.0) }))
        }
        c::Answer::Command(next) => asks::Answer::Command(next.map(command)),
        c::Answer::People(people) => asks::Answer::People(map(people, person)),
        c::Answer::Objects(objects) => asks::Answer::Objects(objects),
        c::Answer::Http(h) => {
            asks::Answer::Http(asks::HttpResponse { status: h.status, content_type: h.content_type, body: h.body })
        }
        c::Answer::Failed(failure) => asks::Answer::Failed(match failure {
            c::Failure::Denied => asks::Failure::Denied,
            c::Failure::Timeout => asks::Failure::Timeout,
            c::Failure::Unreachable => asks::Failure::Unreachable,
            c::Failure::Malformed => asks::Failure::Malformed,
            c::Failure::TooLarge => asks::Failure::TooLarge,
            c::Failure::Unavailable => asks::Failure::Unavailable,
        }),
    }
}

fn snmp(value: v::SnmpValue) -> asks::SnmpValue {
    match value {
        v::SnmpValue::Integer(x) => asks::SnmpValue::Integer(x),
        v::SnmpValue::Octets(x) => asks::SnmpValue::Octets(x),
        v::SnmpValue::Oid(x) => asks::SnmpValue::Oid(x.arcs().to_vec()),
        v::SnmpValue::Counter32(x) => asks::SnmpValue::Counter32(x),
        v::SnmpValue::Gauge32(x) => asks::SnmpValue::Gauge32(x),
        v::SnmpValue::TimeTicks(x) => asks::SnmpValue::TimeTicks(x),
        v::SnmpValue::Counter64(x) => asks::SnmpValue::Counter64(x),
        v::SnmpValue::IpAddress([a, b, c, d]) => asks::SnmpValue::IpAddress((a, b, c, d)),
        v::SnmpValue::Opaque(x) => asks::SnmpValue::Opaque(x),
        v::SnmpValue::Null => asks::SnmpValue::Null,
        v::SnmpValue::NoSuchObject => asks::SnmpValue::NoSuchObject,
        v::SnmpValue::NoSuchInstance => asks::SnmpValue::NoSuchInstance,
        v::SnmpValue::EndOfMibView => asks::SnmpValue::EndOfMibView,
    }
}
