//! Between the contract's types and the SDK's: the same words, generated from the same WIT.

use bailiwick_contract::{exchange as c, value as v};
use bailiwick_sdk as s;

pub(crate) fn context(context: &c::Context) -> s::Context {
    s::Context {
        now: context.now,
        seed: context.seed.clone(),
        subject: s::Subject {
            enrollment: context.subject.enrollment.clone(),
            ownership: match context.subject.ownership {
                c::Ownership::Company => s::Ownership::Company,
                c::Ownership::Personal => s::Ownership::Personal,
            },
            channel: context.subject.channel.clone(),
        },
        facts: context
            .facts
            .iter()
            .map(|f| s::Fact { attribute: f.attribute.clone(), value: to_scalar(&f.value) })
            .collect(),
        tables: context.tables.iter().map(to_table).collect(),
        objects: context
            .objects
            .iter()
            .map(|o| s::Object { kind: o.kind.clone(), id: o.id.clone(), version: o.version, body: o.body.clone() })
            .collect(),
    }
}

pub(crate) fn input(input: &c::Input) -> s::Input {
    match input.clone() {
        c::Input::Poll(t) => s::Input::Poll(s::Target {
            address: t.address,
            sys_object_id: t.sys_object_id.map(|oid| oid.arcs().to_vec()),
            sys_descr: t.sys_descr,
        }),
        c::Input::Request(r) => s::Input::Request(s::Request {
            route: r.route,
            method: r.method,
            parameters: r.parameters,
            content_type: r.content_type,
            body: r.body,
        }),
        c::Input::Frame(bytes) => s::Input::Frame(bytes),
        c::Input::Timer(key) => s::Input::Timer(key),
        c::Input::Admit(command) => s::Input::Admit(to_command(command)),
        c::Input::Offer(o) => {
            s::Input::Offer(s::Offer { url: o.url, credential: o.credential, topic: o.topic, brand: o.brand })
        }
        c::Input::Page(p) => {
            s::Input::Page(s::PageRequest { page: p.page, parameters: p.parameters, form: p.form, locale: p.locale })
        }
    }
}

fn to_command(command: c::Command) -> s::Command {
    s::Command { id: command.id, key: command.key, arguments: command.arguments, deferrals: command.deferrals }
}

fn to_scalar(scalar: &v::Scalar) -> s::Scalar {
    match scalar.clone() {
        v::Scalar::Flag(x) => s::Scalar::Flag(x),
        v::Scalar::Integer(x) => s::Scalar::Integer(x),
        v::Scalar::Real(x) => s::Scalar::Real(x),
        v::Scalar::Time(x) => s::Scalar::Time(x),
        v::Scalar::Token(x) => s::Scalar::Token(x),
        v::Scalar::Text(x) => s::Scalar::Text(x),
    }
}

fn to_table(table: &v::Table) -> s::Table {
    let cell = |c: &v::Cell| s::Cell { column: c.column.clone(), value: to_scalar(&c.value) };
    let row = |r: &v::Row| s::Row { key: r.key.clone(), cells: r.cells.iter().map(cell).collect() };
    s::Table {
        attribute: table.attribute.clone(),
        complete: table.complete,
        rows: table.rows.iter().map(row).collect(),
    }
}

pub(crate) fn answer(answer: &c::Answer) -> s::Answer {
    match answer.clone() {
        c::Answer::Bindings(bindings) => s::Answer::Bindings(
            bindings.into_iter().map(|b| s::Binding { oid: b.oid.arcs().to_vec(), value: to_snmp(b.value) }).collect(),
        ),
        c::Answer::State(entries) => s::Answer::State(
            entries.into_iter().map(|e| s::StateEntry { key: e.key, value: e.value.map(|value| value.0) }).collect(),
        ),
        c::Answer::Command(command) => s::Answer::Command(command.map(to_command)),
        c::Answer::People(people) => s::Answer::People(
            people.into_iter().map(|p| s::Person { id: p.id, display_name: p.display_name }).collect(),
        ),
        c::Answer::Objects(objects) => s::Answer::Objects(objects),
        c::Answer::Http(h) => {
            s::Answer::Http(s::HttpResponse { status: h.status, content_type: h.content_type, body: h.body })
        }
        c::Answer::Failed(failure) => s::Answer::Failed(match failure {
            c::Failure::Denied => s::Failure::Denied,
            c::Failure::Timeout => s::Failure::Timeout,
            c::Failure::Unreachable => s::Failure::Unreachable,
            c::Failure::Malformed => s::Failure::Malformed,
            c::Failure::TooLarge => s::Failure::TooLarge,
            c::Failure::Unavailable => s::Failure::Unavailable,
        }),
    }
}

fn to_snmp(value: v::SnmpValue) -> s::SnmpValue {
    match value {
        v::SnmpValue::Integer(x) => s::SnmpValue::Integer(x),
        v::SnmpValue::Octets(x) => s::SnmpValue::Octets(x),
        v::SnmpValue::Oid(x) => s::SnmpValue::Oid(x.arcs().to_vec()),
        v::SnmpValue::Counter32(x) => s::SnmpValue::Counter32(x),
        v::SnmpValue::Gauge32(x) => s::SnmpValue::Gauge32(x),
        v::SnmpValue::TimeTicks(x) => s::SnmpValue::TimeTicks(x),
        v::SnmpValue::Counter64(x) => s::SnmpValue::Counter64(x),
        v::SnmpValue::IpAddress([a, b, c, d]) => s::SnmpValue::IpAddress((a, b, c, d)),
        v::SnmpValue::Opaque(x) => s::SnmpValue::Opaque(x),
        v::SnmpValue::Null => s::SnmpValue::Null,
        v::SnmpValue::NoSuchObject => s::SnmpValue::NoSuchObject,
        v::SnmpValue::NoSuchInstance => s::SnmpValue::NoSuchInstance,
        v::SnmpValue::EndOfMibView => s::SnmpValue::EndOfMibView,
    }
}

pub(crate) fn ask(ask: s::Ask) -> c::Ask {
    match ask {
        s::Ask::SnmpGet(oids) => c::Ask::SnmpGet(oids.into_iter().map(oid).collect()),
        s::Ask::SnmpWalk(prefix) => c::Ask::SnmpWalk(oid(prefix)),
        s::Ask::State(keys) => c::Ask::State(keys),
        s::Ask::NextCommand(deferred) => c::Ask::NextCommand(deferred),
        s::Ask::Members(channel) => c::Ask::Members(channel),
        s::Ask::People(ids) => c::Ask::People(ids),
        s::Ask::Objects(kind) => c::Ask::Objects(kind),
        s::Ask::Http(h) => c::Ask::Http(c::HttpRequest {
            credential: h.credential,
            method: h.method,
            url: h.url,
            content_type: h.content_type,
            body: h.body,
        }),
    }
}

/// An OID that the contract does not allow (empty, over 128 arcs) lies under no prefix: it becomes
/// the root's `0`, which is denied, as the sandbox's host would refuse it.
fn oid(arcs: Vec<u32>) -> v::Oid {
    v::Oid::new(arcs).unwrap_or_else(|_| v::Oid::new([0]).unwrap_or_else(|_| unreachable!("one arc is an OID")))
}

pub(crate) fn refusal(refusal: s::Refusal) -> c::Refusal {
    c::Refusal { code: refusal.code, number: refusal.number }
}

pub(crate) fn outcome(outcome: s::Outcome) -> c::Outcome {
    c::Outcome {
        reply: outcome.reply.map(|r| c::Reply {
            status: r.status,
            content_type: r.content_type,
            body: r.body,
            sign: r.sign,
        }),
        effects: outcome.effects.into_iter().map(effect).collect(),
    }
}

fn effect(effect: s::Effect) -> c::Effect {
    match effect {
        s::Effect::Identify(found) => {
            c::Effect::Identify(found.into_iter().map(|i| v::Identity { kind: i.kind, value: i.value }).collect())
        }
        s::Effect::Facts(facts) => c::Effect::Facts(
            facts.into_iter().map(|f| v::Fact { attribute: f.attribute, value: scalar(f.value) }).collect(),
        ),
        s::Effect::Table(found) => c::Effect::Table(table(found)),
        s::Effect::Readings(points) => c::Effect::Readings(
            points.into_iter().map(|p| v::Point { meter: p.meter, row: p.row, value: p.value, at: p.at }).collect(),
        ),
        s::Effect::Conditions(holding) => {
            c::Effect::Conditions(holding.into_iter().map(|h| v::Condition { key: h.key, row: h.row }).collect())
        }
        s::Effect::Retire => c::Effect::Retire,
        s::Effect::Sent(id) => c::Effect::Sent(id),
        s::Effect::Finish(f) => c::Effect::Finish(c::Finish {
            command: f.command,
            outcome: match f.outcome {
                s::CommandOutcome::Done => c::CommandOutcome::Done,
                s::CommandOutcome::Failed => c::CommandOutcome::Failed,
                s::CommandOutcome::Refused => c::CommandOutcome::Refused,
            },
            tables: f.tables.into_iter().map(table).collect(),
            raw: f.raw.map(c::StateValue),
        }),
        s::Effect::Defer(id) => c::Effect::Defer(id),
        s::Effect::StatePut(p) => {
            c::Effect::StatePut(c::StatePut { key: p.key, value: c::StateValue(p.value), expires: p.expires })
        }
        s::Effect::StateDelete(key) => c::Effect::StateDelete(key),
        s::Effect::Reachable(address) => c::Effect::Reachable(address),
        s::Effect::Wake => c::Effect::Wake,
        s::Effect::Timer(t) => c::Effect::Timer(c::Timer { key: t.key, at: t.at }),
        s::Effect::Membership(m) => {
            c::Effect::Membership(c::Membership { channel: m.channel, join: m.join, leave: m.leave })
        }
        s::Effect::Post(p) => c::Effect::Post(c::Post {
            channel: p.channel,
            expect: p.expect,
            advance: p.advance,
            start: p.start,
            end: p.end,
        }),
        s::Effect::GrantUpload(u) => c::Effect::GrantUpload(c::Upload { key: u.key, bytes: u.bytes }),
    }
}

fn scalar(scalar: s::Scalar) -> v::Scalar {
    match scalar {
        s::Scalar::Flag(x) => v::Scalar::Flag(x),
        s::Scalar::Integer(x) => v::Scalar::Integer(x),
        s::Scalar::Real(x) => v::Scalar::Real(x),
        s::Scalar::Time(x) => v::Scalar::Time(x),
        s::Scalar::Token(x) => v::Scalar::Token(x),
        s::Scalar::Text(x) => v::Scalar::Text(x),
    }
}

fn table(table: s::Table) -> v::Table {
    let cell = |c: s::Cell| v::Cell { column: c.column, value: scalar(c.value) };
    let row = |r: s::Row| v::Row { key: r.key, cells: r.cells.into_iter().map(cell).collect() };
    v::Table { attribute: table.attribute, complete: table.complete, rows: table.rows.into_iter().map(row).collect() }
}
