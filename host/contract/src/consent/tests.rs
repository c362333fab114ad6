//! Every way to ask for more is found, and what is not found lets nothing more through.

use proptest::prelude::*;

use super::*;
use crate::{
    check::Checker,
    exchange::{Ask, Effect, HttpRequest, Input, Outcome, Ownership, Target},
    manifest::{Attribute, StateKey, Word},
    policy::{Grant, Permitted, Policy},
    value::{Cell, Condition, Fact, Identity, Point, Row, Table},
};

const TOML: &str = r#"
[driver]
name = "sample"
version = "1.0.0"
contract = "0.1.0"
title = { en = "S", de = "S", nl = "S", fr = "S" }
[limits]
table_rows = 3
[asks]
snmp = ["1.3.6.1.2.1.43.5", "1.3.6.1.4.1.11"]
http = ["api.example.org"]
commands = true
[[match]]
priority = 10
[[identity]]
kind = "serial"
pattern = "[A-Z0-9]{2,8}"
category = "identifier"
[[attribute]]
key = "model"
type = "pattern"
pattern = "[a-z]{1,8}"
category = "device"
title = { en = "M", de = "M", nl = "M", fr = "M" }
[[attribute]]
key = "level"
type = "integer"
min = 0
max = 10
category = "health"
title = { en = "M", de = "M", nl = "M", fr = "M" }
[[attribute]]
key = "state"
type = "enum"
category = "health"
title = { en = "M", de = "M", nl = "M", fr = "M" }
values = { a = { en = "A", de = "A", nl = "A", fr = "A" }, b = { en = "B", de = "B", nl = "B", fr = "B" } }
[[attribute]]
key = "share"
type = "real"
min = 0.0
max = 1.0
category = "health"
title = { en = "M", de = "M", nl = "M", fr = "M" }
[[attribute]]
key = "note"
type = "text"
max = 4
category = "device"
title = { en = "M", de = "M", nl = "M", fr = "M" }
[[table]]
key = "trays"
row_key = { pattern = "[0-9]{1,2}", category = "health" }
title = { en = "M", de = "M", nl = "M", fr = "M" }
[[table.column]]
key = "level"
type = "integer"
min = 0
max = 10
category = "health"
title = { en = "M", de = "M", nl = "M", fr = "M" }
[[meter]]
key = "pages"
kind = "counter"
unit = "pages"
category = "usage"
max = 10
title = { en = "M", de = "M", nl = "M", fr = "M" }
[[condition]]
key = "jam"
severity = "critical"
category = "health"
title = { en = "M", de = "M", nl = "M", fr = "M" }
[[command]]
key = "restart"
title = { en = "R", de = "R", nl = "R", fr = "R" }
permission = "device.restart"
arguments = { type = "object", additionalProperties = false, properties = {} }
[[state]]
key = "cursor"
category = "device"
max_bytes = 4
retention_days = 1
[[route]]
key = "checkin"
method = "PUT"
path = "checkin"
proof = "bearer"
max_bytes = 16
"#;

fn manifest() -> Manifest {
    Manifest::parse(TOML).unwrap()
}

fn word() -> Word {
    Word { title: manifest().driver.title, tone: None, color: None }
}

fn pattern(source: &str) -> Pattern {
    Pattern::try_from(source.to_owned()).unwrap()
}

/// Names and ways in which the changed manifest asks for more than the first.
fn beyond(change: impl FnOnce(&mut Manifest)) -> Vec<(String, Widening)> {
    let mut changed = manifest();
    change(&mut changed);
    let beyond = Demands::of(&changed).beyond(&Demands::of(&manifest()));
    beyond.into_iter().map(|b| (b.name, b.how)).collect()
}

fn attribute<'a>(m: &'a mut Manifest, key: &str) -> &'a mut crate::manifest::Attribute {
    m.attributes.iter_mut().find(|a| a.key == key).unwrap()
}

#[test]
fn every_way_to_ask_for_more_is_found() {
    use Widening::{Added, Recategorized, Widened};
    type Change = fn(&mut Manifest);
    let cases: [(Change, &str, Widening); 36] = [
        (|m| m.asks.snmp[0] = "1.3.6.1.2.1.43".parse().unwrap(), "snmp:1.3.6.1.2.1.43", Widened),
        (|m| m.asks.snmp.push("1.3.6.1.2.1.1".parse().unwrap()), "snmp:1.3.6.1.2.1.1", Added),
        (|m| m.asks.http.push("evil.example.org".into()), "http:evil.example.org", Added),
        (|m| m.asks.people = true, "ask:people", Added),
        (|m| m.limits.table_rows = 4, "limits.table_rows", Widened),
        (|m| m.attributes.push(Attribute { key: "new".into(), ..m.attributes[0].clone() }), "new", Added),
        (|m| attribute(m, "model").category = Category::Telecom, "model", Recategorized),
        (|m| attribute(m, "model").kind = Kind::Pattern { pattern: pattern("[a-z0-9]{1,8}") }, "model", Widened),
        (|m| attribute(m, "model").kind = Kind::Text { max: 1 }, "model", Widened),
        (|m| attribute(m, "model").kind = Kind::Version, "model", Widened),
        (|m| attribute(m, "level").kind = Kind::Integer { min: 0, max: 11 }, "level", Widened),
        (|m| attribute(m, "level").kind = Kind::Integer { min: -1, max: 10 }, "level", Widened),
        (|m| attribute(m, "level").kind = Kind::Real { min: 0.0, max: 1.0 }, "level", Widened),
        (|m| attribute(m, "share").kind = Kind::Real { min: 0.0, max: 1.5 }, "share", Widened),
        (|m| attribute(m, "share").kind = Kind::Time, "share", Widened),
        (
            |m| {
                let word = word();
                let Kind::Enum { values } = &mut attribute(m, "state").kind else { panic!() };
                values.insert("c".into(), word);
            },
            "state",
            Widened,
        ),
        (|m| attribute(m, "note").kind = Kind::Text { max: 5 }, "note", Widened),
        (|m| attribute(m, "note").category = Category::Health, "note", Recategorized),
        (
            |m| {
                let column = Attribute { key: "name".into(), ..m.attributes[0].clone() };
                m.tables[0].columns.push(column);
            },
            "trays.name",
            Added,
        ),
        (|m| m.tables[0].row_key.pattern = pattern("[0-9]{1,3}"), "trays.row_key", Widened),
        (|m| m.tables[0].row_key.text = true, "trays.row_key", Widened),
        (|m| m.tables[0].row_key.category = Category::Software, "trays.row_key", Recategorized),
        (|m| m.tables[0].columns[0].kind = Kind::Integer { min: 0, max: 11 }, "trays.level", Widened),
        (|m| m.meters[0].billed = true, "meter:pages", Widened),
        (|m| m.meters[0].max = None, "meter:pages", Widened),
        (|m| m.meters[0].kind = MeterKind::Gauge, "meter:pages", Widened),
        (|m| m.meters[0].table = Some("trays".into()), "meter:pages", Widened),
        (|m| m.meters.push(Meter { key: "more".into(), ..m.meters[0].clone() }), "meter:more", Added),
        (|m| m.conditions[0].table = Some("trays".into()), "condition:jam", Widened),
        (|m| m.conditions[0].category = Category::Location, "condition:jam", Recategorized),
        (|m| m.identities[0].pattern = pattern("[A-Z0-9]{2,9}"), "identity:serial", Widened),
        (|m| m.states[0].max_bytes = 5, "state:cursor", Widened),
        (|m| m.states[0].retention_days = 2, "state:cursor", Widened),
        (
            |m| {
                m.states.push(StateKey { key: "x".into(), category: Category::Device, max_bytes: 1, retention_days: 1 })
            },
            "state:x",
            Added,
        ),
        (|m| m.commands[0].reveals = vec![Category::Location], "command:restart", Widened),
        (|m| m.routes[0].proof = crate::manifest::Proof::Anonymous, "route:checkin", Widened),
    ];
    for (i, (change, name, how)) in cases.into_iter().enumerate() {
        let found = beyond(change);
        assert!(found.contains(&(name.to_owned(), how)), "case {i}: {found:?}");
    }
}

#[test]
fn what_asks_for_the_same_or_less_is_not_wider() {
    type Change = fn(&mut Manifest);
    let cases: [Change; 13] = [
        |m| m.driver.version = "2.0.0".into(),
        |m| m.driver.title.en = "Another".into(),
        |m| m.asks.snmp[0] = "1.3.6.1.2.1.43.5.1".parse().unwrap(),
        |m| m.asks.snmp.reverse(),
        |m| m.asks.http.clear(),
        |m| m.limits.step_ms = 10,
        |m| drop(m.attributes.remove(0)),
        |m| attribute(m, "level").kind = Kind::Integer { min: 1, max: 9 },
        |m| attribute(m, "note").kind = Kind::Text { max: 3 },
        |m| {
            let Kind::Enum { values } = &mut attribute(m, "state").kind else { panic!() };
            values.remove("a");
        },
        // values that the pattern took one and all
        |m| attribute(m, "model").kind = attribute(m, "state").kind.clone(),
        |m| m.meters[0].max = Some(9.0),
        |m| m.conditions[0].severity = crate::manifest::Severity::Info,
    ];
    for (i, change) in cases.into_iter().enumerate() {
        assert_eq!(beyond(change), [], "case {i}");
    }
}

#[test]
fn what_is_stored_reads_back_the_same() {
    let demands = Demands::of(&manifest());
    let text = serde_json::to_string(&demands).unwrap();
    let back: Demands = serde_json::from_str(&text).unwrap();
    assert_eq!(back, demands);
    assert_eq!(demands.beyond(&back), []);
}

fn kind() -> impl Strategy<Value = Kind> {
    let values = proptest::collection::btree_set("[a-d]", 1..4)
        .prop_map(|values| Kind::Enum { values: values.into_iter().map(|v| (v, word())).collect() });
    prop_oneof![
        Just(Kind::Flag),
        (0..4_i64, 0..4_i64).prop_map(|(min, more)| Kind::Integer { min, max: min + more }),
        (0..4_i32, 0..4_i32).prop_map(|(min, more)| Kind::Real { min: min.into(), max: f64::from(min + more) }),
        values,
        Just(Kind::Version),
        Just(Kind::Time),
        prop_oneof![Just("[a-c]"), Just("[a-d]"), Just("a|b"), Just("[0-9a-z]{1,4}")]
            .prop_map(|source| Kind::Pattern { pattern: pattern(source) }),
        (1..5_u16).prop_map(|max| Kind::Text { max }),
    ]
}

fn category() -> impl Strategy<Value = Category> {
    prop_oneof![Just(Category::Device), Just(Category::Telecom)]
}

/// Another version of the sample: some of its items, each with a type of its own.
fn version() -> impl Strategy<Value = Manifest> {
    let item = || (kind(), category(), any::<bool>());
    let items = (item(), item(), item());
    let rest = (any::<[bool; 8]>(), 1..4_u32, 1..4_i32, prop_oneof![Just("[A-Z]{2}"), Just("[A-Z0-9]{2,8}")]);
    (items, rest).prop_map(|((one, two, three), (on, table_rows, max, identity))| {
        let mut m = manifest();
        let [prefix, host, table, meter_row, condition_row, keep_meter, keep_condition, gauge] = on;
        for (attribute, (kind, category, _)) in m.attributes.iter_mut().zip([&one, &two, &three]) {
            (attribute.kind, attribute.category) = (kind.clone(), *category);
        }
        let column = &mut m.tables[0].columns[0];
        (column.kind, column.category) = (three.0.clone(), three.1);
        m.attributes.truncate(3);
        let mut keep = [one.2, two.2, three.2].into_iter();
        m.attributes.retain(|_| keep.next().unwrap_or(true));
        m.limits.table_rows = table_rows;
        m.meters[0].max = Some(max.into());
        m.meters[0].kind = if gauge { MeterKind::Gauge } else { MeterKind::Counter };
        m.identities[0].pattern = pattern(identity);
        let in_table = |on: bool| (on && table).then(|| "trays".to_owned());
        m.meters[0].table = in_table(meter_row);
        m.conditions[0].table = in_table(condition_row);
        if !prefix {
            m.asks.snmp[0] = "1.3.6.1.2.1.43".parse().unwrap();
        }
        if !host {
            m.asks.http.clear();
        }
        if !table {
            m.tables.clear();
        }
        if !keep_meter {
            m.meters.clear();
        }
        if !keep_condition {
            m.conditions.clear();
        }
        m
    })
}

fn scalar() -> impl Strategy<Value = Scalar> {
    prop_oneof![
        any::<bool>().prop_map(Scalar::Flag),
        (-1..8_i64).prop_map(Scalar::Integer),
        (-1..8_i32).prop_map(|n| Scalar::Real(f64::from(n))),
        (0..9_u64).prop_map(Scalar::Time),
        "[a-e0-9.]{1,4}".prop_map(Scalar::Token),
        "[a-e]{1,5}".prop_map(Scalar::Text),
    ]
}

/// One effect of a poll, often one that the sample knows.
fn effect() -> impl Strategy<Value = Effect> {
    let key = prop_oneof![Just("model"), Just("level"), Just("state"), Just("note")];
    let row = || proptest::option::of(Just("1".to_owned()));
    let tables = proptest::collection::vec(scalar(), 0..4).prop_map(|values| {
        let cells = |value| vec![Cell { column: "level".into(), value }];
        let rows = values.into_iter().enumerate();
        let rows = rows.map(|(i, value)| Row { key: i.to_string(), cells: cells(value) }).collect();
        Effect::Table(Table { attribute: "trays".into(), complete: true, rows })
    });
    prop_oneof![
        (key, scalar()).prop_map(|(key, value)| Effect::Facts(vec![Fact { attribute: key.to_owned(), value }])),
        tables,
        (row(), -2..6_i32).prop_map(|(row, value)| {
            Effect::Readings(vec![Point { meter: "pages".into(), row, value: value.into(), at: 1 }])
        }),
        row().prop_map(|row| Effect::Conditions(vec![Condition { key: "jam".into(), row }])),
        "[A-Z0-9]{1,4}".prop_map(|value| Effect::Identify(vec![Identity { kind: "serial".into(), value }])),
    ]
}

fn ask() -> impl Strategy<Value = Ask> {
    let oid = prop_oneof![Just("1.3.6.1.2.1.43.5.1"), Just("1.3.6.1.2.1.43.6"), Just("1.3.6.1.2.1.1.5")];
    let url = prop_oneof![Just("https://api.example.org/x"), Just("https://elsewhere.example.org/")];
    prop_oneof![
        oid.prop_map(|oid| Ask::SnmpWalk(oid.parse().unwrap())),
        url.prop_map(|url| {
            Ask::Http(HttpRequest {
                method: "GET".into(),
                url: url.to_owned(),
                credential: None,
                content_type: None,
                body: Vec::new(),
            })
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    /// Whatever passes the checks of a version that is not wider passes those of what was consented to, unchanged,
    /// under the same grant.
    #[test]
    fn what_is_not_wider_lets_nothing_more_through(
        consented in version(),
        next in version(),
        narrow in any::<bool>(),
        effects in proptest::collection::vec(effect(), 1..5),
        ask in ask(),
        withheld in proptest::option::of(prop_oneof![Just("model"), Just("trays.level"), Just("meter:pages")]),
    ) {
        // a version drawn at random is nearly always wider: half of the time take the consented one with less
        let next = if narrow {
            let mut less = consented.clone();
            less.attributes.retain(|a| next.attributes.iter().any(|b| a.key == b.key));
            for attribute in &mut less.attributes {
                if let Some(other) = next.attributes.iter().find(|b| b.key == attribute.key)
                    && Shape::of_kind(&other.kind).is_within(&Shape::of_kind(&attribute.kind))
                {
                    attribute.kind = other.kind.clone();
                }
            }
            less.limits.table_rows = less.limits.table_rows.min(next.limits.table_rows);
            less
        } else {
            next
        };
        let beyond = Demands::of(&next).beyond(&Demands::of(&consented));
        if !beyond.is_empty() {
            return Ok(());
        }
        let mut grant = Grant::all_of(&consented);
        grant.withheld.extend(withheld.map(str::to_owned));
        let permitted = |m: &Manifest| Permitted::new(m, &grant, &Policy::everything(), Ownership::Company);
        let (theirs, ours) = (permitted(&next), permitted(&consented));
        let poll = Input::Poll(Target::default());
        let outcome = Outcome { reply: None, effects };
        if let Ok(kept) = Checker::new(&next, &theirs).effects(&poll, outcome) {
            let again = Checker::new(&consented, &ours).effects(&poll, kept.outcome().clone());
            let again = again.map_err(|violation| TestCaseError::fail(violation.to_string()))?;
            prop_assert_eq!(again.outcome(), kept.outcome());
        }
        if Checker::new(&next, &theirs).ask(&poll, &ask).is_ok() {
            prop_assert!(Checker::new(&consented, &ours).ask(&poll, &ask).is_ok());
        }
    }
}
