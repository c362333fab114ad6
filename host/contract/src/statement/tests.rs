//! The statement says what the checks do.

use super::*;
use crate::{
    check::Checker,
    exchange::{Effect, Input, Outcome, Target},
    policy::Permitted,
    value::{Cell, Condition, Fact, Identity, Row, Scalar, Table},
};

const TOML: &str = r#"
basic = ["identity:serial", "model"]
absent = ["location"]
[driver]
name = "sample"
version = "1.0.0"
contract = "0.1.0"
title = { en = "S", de = "S", nl = "S", fr = "S" }
[asks]
snmp = ["1.3.6.1.2.1.43.5"]
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
category = "usage"
title = { en = "M", de = "M", nl = "M", fr = "M" }
[[condition]]
key = "empty"
severity = "info"
category = "security"
table = "trays"
title = { en = "M", de = "M", nl = "M", fr = "M" }
[[attribute]]
key = "carrier"
type = "version"
category = "telecom"
title = { en = "M", de = "M", nl = "M", fr = "M" }
"#;

fn manifest() -> Manifest {
    Manifest::parse(TOML).unwrap()
}

fn fates(statement: &Statement) -> Vec<(&str, Fate, Fate)> {
    statement.items.iter().map(|item| (item.name.as_str(), item.company, item.personal)).collect()
}

#[test]
fn it_lists_identities_patterns_and_bounds() {
    let statement = Statement::at_most(&manifest());
    let serial = &statement.items[0];
    assert_eq!((serial.name.as_str(), serial.category, serial.basic), ("identity:serial", Category::Identifier, true));
    assert_eq!(serial.shape, Shape::Identity { pattern: "[A-Z0-9]{2,8}".into() });
    assert_eq!(statement.items[2].shape, Shape::Text { max: 4 });
    assert!(statement.items.iter().all(|item| item.company == Fate::Collected && item.personal == Fate::Collected));
    assert_eq!(statement.asks, [Asked { kind: "snmp".into(), what: Some("1.3.6.1.2.1.43.5".into()), granted: true }]);
}

#[test]
fn it_says_what_never_and_why() {
    let statement = Statement::at_most(&manifest());
    let why = |category| statement.never.iter().find(|never| never.category == category).map(|never| never.why);
    assert_eq!(why(Category::Location), Some(Why::Protocol));
    assert_eq!(why(Category::Software), Some(Why::Undeclared));
    assert_eq!(why(Category::Identifier), None, "a serial number is collected");
    assert_eq!(statement.never.len(), 4);
}

#[test]
fn it_follows_grant_and_policy() {
    use Fate::{Collected, DeniedByPolicy, NotAsked, NotGranted};
    let mut grant = Grant::all_of(&manifest());
    let mut policy = Policy::default();
    policy.company.remove(&Category::Telecom);
    grant.texts.clear();
    let of = |grant: &Grant| Statement::of(&manifest(), Decided { grant, policy: &policy });
    let statement = of(&grant);
    let expected = [
        ("identity:serial", Collected, DeniedByPolicy),
        ("model", Collected, Collected),
        ("note", NotGranted, NotGranted),
        ("carrier", DeniedByPolicy, DeniedByPolicy),
        ("trays.row_key", Collected, DeniedByPolicy),
        ("trays.level", Collected, DeniedByPolicy),
        ("condition:empty", Collected, DeniedByPolicy),
    ];
    assert_eq!(fates(&statement), expected);
    grant.withheld.insert("model".into());
    assert_eq!(fates(&of(&grant))[1], ("model", NotGranted, NotGranted));
    // nothing of a row is kept without its key, nor a key without anything of the row
    for withheld in ["trays.row_key", "trays.level"] {
        grant.withheld = [withheld.to_owned()].into();
        let statement = of(&grant);
        assert!(fates(&statement)[4..].iter().all(|(_, company, _)| *company == NotGranted), "{withheld}");
    }
    grant.asks.clear();
    assert!(of(&grant).items.iter().all(|item| item.company == NotAsked));
    assert!(!of(&grant).asks[0].granted);
}

/// What the statement calls collected is just what the checks keep, for each combination of decisions.
#[test]
fn it_agrees_with_the_checks() {
    let manifest = manifest();
    let effects = || {
        let fact = |attribute: &str, value| Fact { attribute: attribute.to_owned(), value };
        vec![
            Effect::Identify(vec![Identity { kind: "serial".into(), value: "AB12".into() }]),
            Effect::Facts(vec![
                fact("model", Scalar::Token("abc".into())),
                fact("note", Scalar::Text("hi".into())),
                fact("carrier", Scalar::Token("1".into())),
            ]),
            Effect::Table(Table {
                attribute: "trays".into(),
                complete: true,
                rows: vec![Row {
                    key: "1".into(),
                    cells: vec![Cell { column: "level".into(), value: Scalar::Integer(1) }],
                }],
            }),
            Effect::Conditions(vec![Condition { key: "empty".into(), row: Some("1".into()) }]),
        ]
    };
    let poll = Input::Poll(Target::default());
    for choice in 0..512_u16 {
        let on = |bit: u16| choice & (1 << bit) != 0;
        let mut grant = Grant::all_of(&manifest);
        let mut policy = Policy::everything();
        for (bit, category) in [Category::Identifier, Category::Device, Category::Telecom].into_iter().enumerate() {
            if on(u16::try_from(bit).unwrap()) {
                grant.categories.remove(&category);
            }
        }
        if on(3) {
            grant.texts.clear();
        }
        if on(4) {
            grant.withheld.insert("model".into());
        }
        if on(5) {
            policy.company.remove(&Category::Device);
        }
        if on(6) {
            grant.withheld.insert("trays.row_key".into());
        }
        if on(7) {
            policy.company.remove(&Category::Usage);
        }
        if on(8) {
            grant.categories.remove(&Category::Security);
        }
        let permitted = Permitted::new(&manifest, &grant, &policy, Ownership::Company);
        let outcome = Outcome { reply: None, effects: effects() };
        let checked = Checker::new(&manifest, &permitted).effects(&poll, outcome).unwrap();
        let mut kept: Vec<String> = Vec::new();
        for effect in &checked.outcome().effects {
            match effect {
                Effect::Identify(all) => kept.extend(all.iter().map(|i| format!("identity:{}", i.kind))),
                Effect::Facts(facts) => kept.extend(facts.iter().map(|f| f.attribute.clone())),
                Effect::Table(_) => kept.extend(["trays.row_key", "trays.level"].map(str::to_owned)),
                Effect::Conditions(all) => kept.extend(all.iter().map(|c| format!("condition:{}", c.key))),
                other => panic!("{other:?}"),
            }
        }
        let statement = Statement::of(&manifest, Decided { grant: &grant, policy: &policy });
        let stated = statement.items.iter().filter(|item| item.company == Fate::Collected);
        assert_eq!(stated.map(|item| item.name.clone()).collect::<Vec<_>>(), kept, "{choice:09b}");
    }
}
