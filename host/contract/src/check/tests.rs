//! Every violation and every narrowing, one by one.

use super::*;
use crate::{
    exchange::{
        Ask, Command, CommandOutcome, Effect, Finish, HttpRequest, Input, Membership, Ownership, Post, Refusal, Reply,
        Request, StatePut, StateValue, Target, Timer, Upload,
    },
    policy::{Category, Grant, Policy},
    value::{Cell, Condition, Fact, Identity, Point, Row, Scalar, Table},
};

const TOML: &str = r#"
not_mine = ["not_a_printer"]
[driver]
name = "sample"
version = "0.1.0"
contract = "0.1.0"
title = { en = "S", de = "S", nl = "S", fr = "S" }
[limits]
table_rows = 3
conditions = 3
meters = 3
[asks]
snmp = ["1.3.6.1.2.1.43"]
http = ["api.example.org"]
commands = true
people = true
[[match]]
priority = 10
[[identity]]
kind = "serial"
pattern = "[A-Z0-9]{4,24}"
category = "identifier"
[[attribute]]
key = "model"
type = "pattern"
pattern = "[A-Za-z0-9 ]{0,8}"
category = "device"
title = { en = "M", de = "M", nl = "M", fr = "M" }
[[attribute]]
key = "site"
type = "text"
max = 8
category = "device"
title = { en = "M", de = "M", nl = "M", fr = "M" }
[[attribute]]
key = "latitude"
type = "real"
min = -90.0
max = 90.0
category = "location"
title = { en = "M", de = "M", nl = "M", fr = "M" }
[[table]]
key = "supplies"
row_key = { pattern = "[0-9]{1,5}(\\.[0-9]{1,5}){0,3}", category = "health" }
title = { en = "M", de = "M", nl = "M", fr = "M" }
[[table.column]]
key = "level"
type = "integer"
min = 0
max = 100
category = "health"
title = { en = "M", de = "M", nl = "M", fr = "M" }
[[table.column]]
key = "part"
type = "version"
category = "identifier"
title = { en = "M", de = "M", nl = "M", fr = "M" }
[[table]]
key = "apps"
row_key = { pattern = "[A-Za-z0-9.-]{1,155}", category = "software", text = true }
title = { en = "M", de = "M", nl = "M", fr = "M" }
[[table.column]]
key = "version"
type = "version"
category = "software"
title = { en = "M", de = "M", nl = "M", fr = "M" }
[[meter]]
key = "pages"
kind = "counter"
unit = "pages"
category = "usage"
title = { en = "M", de = "M", nl = "M", fr = "M" }
[[meter]]
key = "toner"
kind = "gauge"
unit = "percent"
category = "health"
table = "supplies"
max = 100
title = { en = "M", de = "M", nl = "M", fr = "M" }
[[condition]]
key = "jam"
severity = "critical"
category = "health"
title = { en = "M", de = "M", nl = "M", fr = "M" }
[[condition]]
key = "roaming"
severity = "info"
category = "telecom"
title = { en = "M", de = "M", nl = "M", fr = "M" }
[[condition]]
key = "low"
severity = "warning"
category = "health"
table = "supplies"
title = { en = "M", de = "M", nl = "M", fr = "M" }
[[object]]
kind = "profile"
schema = { type = "object" }
permission = "profile.edit"
title = { en = "M", de = "M", nl = "M", fr = "M" }
[[state]]
key = "cursor"
category = "device"
max_bytes = 4
retention_days = 1
"#;

fn manifest() -> Manifest {
    Manifest::parse(TOML).unwrap()
}

fn permitted(without: &[Category], texts: bool) -> Permitted {
    let manifest = manifest();
    let mut grant = Grant::all_of(&manifest);
    grant.categories.retain(|c| !without.contains(c));
    if !texts {
        grant.texts.clear();
    }
    let everything = Policy { company: Category::ALL.into(), personal: Category::ALL.into() };
    Permitted::new(&manifest, &grant, &everything, Ownership::Company)
}

fn poll() -> Input {
    Input::Poll(Target::default())
}

fn request() -> Input {
    let body = b"0123456789".to_vec();
    Input::Request(Request { route: "r".into(), method: "PUT".into(), parameters: vec![], content_type: None, body })
}

fn run(input: &Input, permitted: &Permitted, effects: Vec<Effect>) -> Result<Checked, Violation> {
    Checker::new(&manifest(), permitted).effects(input, Outcome { reply: None, effects })
}

fn fact(attribute: &str, value: Scalar) -> Effect {
    Effect::Facts(vec![Fact { attribute: attribute.into(), value }])
}

fn cell(column: &str, value: Scalar) -> Cell {
    Cell { column: column.into(), value }
}

fn row(key: &str, cells: Vec<Cell>) -> Row {
    Row { key: key.into(), cells }
}

fn supplies(rows: Vec<Row>) -> Table {
    Table { attribute: "supplies".into(), complete: true, rows }
}

fn point(meter: &str, row: Option<&str>, value: f64) -> Effect {
    Effect::Readings(vec![Point { meter: meter.into(), row: row.map(Into::into), value, at: 1 }])
}

fn condition(key: &str, row: Option<&str>) -> Condition {
    Condition { key: key.into(), row: row.map(Into::into) }
}

fn serial(value: &str) -> Effect {
    Effect::Identify(vec![Identity { kind: "serial".into(), value: value.into() }])
}

fn finish(tables: Vec<Table>) -> Effect {
    Effect::Finish(Finish { command: "c1".into(), outcome: CommandOutcome::Done, tables, raw: None })
}

fn text(t: &str) -> Scalar {
    Scalar::Text(t.into())
}

fn token(t: &str) -> Scalar {
    Scalar::Token(t.into())
}

#[test]
fn a_violation_refuses_the_whole_outcome_with_its_code_and_place() {
    use ViolationCode::*;
    let all = permitted(&[], true);
    let put = |value: &[u8]| {
        Effect::StatePut(StatePut { key: "cursor".into(), value: StateValue(value.into()), expires: None })
    };
    let post = |start, end| Effect::Post(Post { channel: "ch".into(), expect: None, advance: false, start, end });
    let level = |n| vec![cell("level", Scalar::Integer(n))];
    let timer = |key: &str, at| Effect::Timer(Timer { key: key.into(), at });
    let upload = |bytes| Effect::GrantUpload(Upload { key: "u".into(), bytes });
    let member =
        |id: &str| Effect::Membership(Membership { channel: "ch".into(), join: vec![id.into()], leave: vec![] });
    for (input, effects, code, path) in [
        (poll(), vec![fact("secret", text("x"))], UndeclaredAttribute, "effects[0][0].attribute"),
        (poll(), vec![fact("model", text("x"))], WrongType, "effects[0][0].value"),
        (poll(), vec![fact("model", token("a;b"))], PatternMismatch, "effects[0][0].value"),
        (poll(), vec![fact("site", text("123456789"))], TextTooLong, "effects[0][0].value"),
        (poll(), vec![fact("latitude", Scalar::Real(90.1))], OutOfBounds, "effects[0][0].value"),
        (poll(), vec![fact("latitude", Scalar::Real(f64::NAN))], NotFinite, "effects[0][0].value"),
        (poll(), vec![fact("model", token("a")), fact("model", token("b"))], DuplicateKey, "effects[1][0].attribute"),
        (
            poll(),
            vec![Effect::Table(Table { attribute: "x".into(), complete: true, rows: vec![] })],
            UndeclaredTable,
            "effects[0].attribute",
        ),
        (
            poll(),
            vec![Effect::Table(supplies(vec![row("1", level(5)), row("1", level(6))]))],
            DuplicateKey,
            "effects[0].rows[1].key",
        ),
        (
            poll(),
            vec![Effect::Table(supplies(vec![row("1", vec![cell("colour", token("x"))])]))],
            UndeclaredColumn,
            "effects[0].rows[0].cells[0].column",
        ),
        (
            poll(),
            vec![Effect::Table(supplies(vec![row("1", [level(5), level(6)].concat())]))],
            DuplicateKey,
            "effects[0].rows[0].cells[1].column",
        ),
        (
            poll(),
            vec![Effect::Table(supplies(vec![row("1", level(101))]))],
            OutOfBounds,
            "effects[0].rows[0].cells[0].value",
        ),
        (
            poll(),
            vec![Effect::Table(supplies((0..4).map(|i| row(&i.to_string(), vec![])).collect()))],
            TooManyRows,
            "effects[0].rows",
        ),
        (poll(), vec![Effect::Table(supplies(vec![])), Effect::Table(supplies(vec![]))], RepeatedEffect, "effects[1]"),
        (poll(), vec![point("steps", None, 1.0)], UndeclaredMeter, "effects[0][0].meter"),
        (poll(), vec![point("pages", None, f64::INFINITY)], NotFinite, "effects[0][0].value"),
        (poll(), vec![point("pages", None, -1.0)], OutOfBounds, "effects[0][0].value"),
        (poll(), vec![point("pages", None, f64::MAX)], OutOfBounds, "effects[0][0].value"),
        (poll(), vec![point("pages", None, 1.1e15)], OutOfBounds, "effects[0][0].value"),
        (poll(), vec![point("toner", Some("1"), 100.5)], OutOfBounds, "effects[0][0].value"),
        (poll(), vec![point("toner", Some("1"), -f64::MAX)], OutOfBounds, "effects[0][0].value"),
        (poll(), vec![point("pages", Some("1"), 1.0)], UnexpectedRow, "effects[0][0].row"),
        (poll(), vec![point("toner", None, 1.0)], MissingRow, "effects[0][0].row"),
        (poll(), vec![Effect::Conditions(vec![condition("fire", None)])], UndeclaredCondition, "effects[0][0].key"),
        (
            poll(),
            vec![Effect::Conditions(vec![condition("jam", None), condition("jam", None)])],
            DuplicateKey,
            "effects[0][1]",
        ),
        (poll(), vec![Effect::Conditions(vec![]), Effect::Conditions(vec![])], RepeatedEffect, "effects[1]"),
        (poll(), vec![serial("ABCD"), serial("ABCE")], RepeatedEffect, "effects[1]"),
        (poll(), vec![serial("abcd")], PatternMismatch, "effects[0][0].value"),
        (
            poll(),
            vec![Effect::Identify(vec![Identity { kind: "phone".into(), value: "1".into() }])],
            UndeclaredIdentity,
            "effects[0][0].kind",
        ),
        (poll(), vec![Effect::Retire], EffectNotAllowed, "effects[0]"),
        (poll(), vec![put(b"1")], EffectNotAllowed, "effects[0]"),
        (Input::Frame(vec![1]), vec![serial("ABCD")], EffectNotAllowed, "effects[0]"),
        (Input::Timer("t".into()), vec![post(0, 1)], EffectNotAllowed, "effects[0]"),
        (request(), vec![post(0, 11)], BadRange, "effects[0].end"),
        (request(), vec![post(5, 5)], BadRange, "effects[0].end"),
        (request(), vec![post(6, 5)], BadRange, "effects[0].end"),
        (request(), vec![put(b"12345")], TooLarge, "effects[0].value"),
        (request(), vec![put(b"1"), put(b"2")], RepeatedEffect, "effects[1]"),
        (request(), vec![Effect::StateDelete("other".into())], UndeclaredState, "effects[0].key"),
        (request(), vec![timer("a b", 1)], BadKey, "effects[0].key"),
        (request(), vec![timer("t", u64::MAX)], BadTime, "effects[0].at"),
        (request(), vec![upload(0)], TooLarge, "effects[0].bytes"),
        (request(), vec![member("a b")], BadKey, "effects[0].members"),
        (request(), vec![Effect::Sent("two\nlines".into())], BadKey, "effects[0].command"),
        (request(), vec![Effect::Reachable(vec![0; MAX_REACHABLE_BYTES + 1])], TooLarge, "effects[0]"),
        (
            request(),
            vec![finish(vec![supplies(vec![row("1", level(-1))])])],
            OutOfBounds,
            "effects[0].tables[0].rows[0].cells[0].value",
        ),
        (request(), vec![Effect::Wake; MAX_EFFECTS + 1], TooManyEffects, "effects"),
        (request(), vec![Effect::Wake, Effect::Wake], RepeatedEffect, "effects[1]"),
    ] {
        let refused = run(&input, &all, effects.clone()).map(|_| ());
        assert_eq!(refused, Err(Violation { code, path: path.to_owned() }), "{effects:?}");
    }
}

#[test]
fn what_keeps_to_the_manifest_passes_unchanged() {
    let effects = vec![
        serial("ABCD1234"),
        fact("model", token("Laser 9")),
        fact("site", text("Büro 1")),
        Effect::Table(supplies(vec![row("1.1", vec![cell("level", Scalar::Integer(0)), cell("part", token("A-1"))])])),
        point("pages", None, 12.0),
        point("toner", Some("1.1"), 80.0),
        Effect::Conditions(vec![condition("jam", None)]),
    ];
    let checked = run(&poll(), &permitted(&[], true), effects.clone()).unwrap();
    assert_eq!((checked.outcome().effects.clone(), checked.dropped().total()), (effects, 0));
    let post = Effect::Post(Post { channel: "ch".into(), expect: Some(3), advance: true, start: 0, end: 10 });
    assert!(run(&request(), &permitted(&[], true), vec![post]).is_ok(), "the whole body");
}

#[test]
fn what_is_not_permitted_is_left_out_and_counted_and_the_rest_stays() {
    use Category::{Device, Health, Identifier, Location, Software, Telecom, Usage};
    let effects = || {
        vec![
            serial("ABCD1234"),
            fact("model", token("Laser 9")),
            fact("site", text("here")),
            fact("latitude", Scalar::Real(1.0)),
            Effect::Table(supplies(vec![row(
                "1",
                vec![cell("level", Scalar::Integer(3)), cell("part", token("A-1"))],
            )])),
            point("pages", None, 1.0),
            point("toner", Some("1"), 1.0),
            Effect::Conditions(vec![condition("jam", None), condition("roaming", None)]),
        ]
    };
    for (without, name, expected_total) in [
        (Identifier, "serial", 2),
        (Identifier, "supplies.part", 2),
        (Device, "model", 2),
        (Location, "latitude", 1),
        (Usage, "pages", 1),
        (Health, "supplies.level", 3),
        (Health, "toner", 3),
        (Health, "jam", 3),
        (Telecom, "roaming", 1),
    ] {
        let checked = run(&poll(), &permitted(&[without], true), effects()).unwrap();
        assert_eq!((checked.dropped().of(name), checked.dropped().total()), (1, expected_total), "{name}");
        let kept = format!("{:?}", checked.outcome().effects);
        let key = name.rsplit('.').next().unwrap();
        assert!(!kept.contains(&format!("\"{key}\"")), "{name} is still there: {kept}");
    }
    let checked = run(&poll(), &permitted(&[], false), effects()).unwrap();
    assert_eq!(checked.dropped().iter().collect::<Vec<_>>(), [("site", 1)], "a text needs consent by name");

    // A row's key could tell what its cells do: an app's identifier with its version left out.
    let apps = Table {
        attribute: "apps".into(),
        complete: true,
        rows: vec![row("com.example.dating", vec![cell("version", token("1"))])],
    };
    let checked =
        run(&request(), &permitted(&[Software], true), vec![Effect::Table(apps.clone()), finish(vec![apps])]).unwrap();
    assert!(!format!("{:?}", checked.outcome()).contains("dating"));
    assert_eq!(checked.outcome().effects, [finish(vec![])]);

    let checked = run(&poll(), &permitted(&[Health, Telecom], true), effects()).unwrap();
    assert!(checked.outcome().effects.contains(&Effect::Conditions(vec![])), "what held before is cleared");
}

/// Keys that a hostile driver would write to carry a text, and some that only are odd.
const ODD_KEYS: [&str; 7] = ["", "a/b", "Erika.Mustermann:0171-2345678", "1 2", "1.2.3.4.5", "123456", "1\n"];

#[test]
fn a_row_that_does_not_fit_its_table_is_left_out_and_no_other_row_is_taken_for_gone() {
    let all = permitted(&[], true);
    for odd in ODD_KEYS {
        let rows = vec![row(odd, vec![]), row("1", vec![cell("level", Scalar::Integer(3))])];
        let checked = run(&poll(), &all, vec![Effect::Table(supplies(rows))]).unwrap();
        let kept = Table { complete: false, ..supplies(vec![row("1", vec![cell("level", Scalar::Integer(3))])]) };
        assert_eq!(checked.outcome().effects, [Effect::Table(kept)], "{odd:?}");
        assert_eq!(checked.dropped().iter().collect::<Vec<_>>(), [("supplies.row_key", 1)], "{odd:?}");
    }
}

#[test]
fn meters_and_conditions_name_only_rows_that_are_kept_with_them() {
    let all = permitted(&[], true);
    let said = |of: &str| vec![point("toner", Some(of), 1.0), Effect::Conditions(vec![condition("low", Some(of))])];
    let table = |key: &str| Effect::Table(supplies(vec![row(key, vec![])]));
    let left = [Effect::Conditions(vec![])];
    for odd in ODD_KEYS.into_iter().chain(["2"]) {
        let checked = run(&poll(), &all, [said(odd), vec![table("1")]].concat()).unwrap();
        assert_eq!((checked.dropped().of("toner"), checked.dropped().of("low")), (1, 1), "{odd:?}");
        assert_eq!(checked.outcome().effects, [left.as_slice(), &[table("1")]].concat(), "{odd:?}");
        let checked = run(&poll(), &all, said(odd)).unwrap();
        assert_eq!(checked.outcome().effects, left, "{odd:?} without its table");
    }
    let both = [said("1"), vec![table("1")]].concat();
    assert_eq!(run(&poll(), &all, both.clone()).unwrap().outcome().effects, both, "in whatever order");
}

#[test]
fn conditions_and_series_are_no_more_than_the_manifest_says() {
    let all = permitted(&[], true);
    let rows = || Effect::Table(supplies(["1", "2", "3"].map(|key| row(key, vec![])).into()));
    let low = |keys: &[&str]| keys.iter().map(|key| condition("low", Some(*key))).collect::<Vec<_>>();
    let hold = |conditions| run(&poll(), &all, vec![rows(), Effect::Conditions(conditions)]).map(drop);
    assert_eq!(hold(low(&["1", "2", "3"])), Ok(()));
    let four = [low(&["1", "2", "3"]), vec![condition("jam", None)]].concat();
    assert_eq!(hold(four).map_err(|v| v.code), Err(ViolationCode::TooManyConditions));
    let series = |more: Option<Effect>| {
        let three = ["1", "2", "3"].map(|key| point("toner", Some(key), 1.0));
        run(&poll(), &all, [vec![rows()], three.into(), more.into_iter().collect()].concat()).map(drop)
    };
    assert_eq!(series(None), Ok(()));
    assert_eq!(series(Some(point("toner", Some("1"), 2.0))), Ok(()), "another point of the same series");
    assert_eq!(series(Some(point("pages", None, 2.0))).map_err(|v| v.code), Err(ViolationCode::TooManyMeters));
}

#[test]
fn keys_that_are_free_text_need_consent_by_name_and_the_right_category() {
    let rows = vec![row("com.example.dating", vec![cell("version", token("1"))])];
    let apps = Effect::Table(Table { attribute: "apps".into(), complete: true, rows });
    let kept = |permitted| run(&poll(), &permitted, vec![apps.clone()]).unwrap().outcome().effects.clone();
    assert_eq!(kept(permitted(&[], true)), std::slice::from_ref(&apps));
    assert_eq!(kept(permitted(&[], false)), []);
    assert_eq!(kept(permitted(&[Category::Software], true)), []);
}

#[test]
fn an_ask_is_permitted_only_where_it_is_declared_granted_and_formed() {
    let manifest = manifest();
    let all = permitted(&[], true);
    let checker = Checker::new(&manifest, &all);
    let oid = |o: &str| o.parse().unwrap();
    let http = |url: &str| {
        Ask::Http(HttpRequest {
            credential: None,
            method: "GET".into(),
            url: url.into(),
            content_type: None,
            body: vec![],
        })
    };
    for ask in [
        Ask::SnmpGet(vec![oid("1.3.6.1.2.1.43.5.1")]),
        Ask::SnmpWalk(oid("1.3.6.1.2.1.43")),
        Ask::State(vec!["cursor".into()]),
        Ask::NextCommand(false),
        Ask::Members("ch".into()),
        Ask::People(vec!["p1".into()]),
        Ask::Objects("profile".into()),
        http("https://api.example.org/3/device"),
    ] {
        assert_eq!(checker.ask(&poll(), &ask), Ok(()), "{ask:?}");
        let mut grant = Grant::all_of(&manifest);
        grant.asks.remove(ask.kind());
        let denied = Permitted::new(&manifest, &grant, &Policy::default(), Ownership::Company);
        assert_eq!(Checker::new(&manifest, &denied).ask(&poll(), &ask), Err(Denied::NotGranted(ask.kind())));
        let bare = Manifest { asks: Default::default(), states: vec![], objects: vec![], ..manifest.clone() };
        assert_eq!(Checker::new(&bare, &all).ask(&poll(), &ask), Err(Denied::Undeclared(ask.kind())));
    }
    for (ask, denied) in [
        (Ask::SnmpWalk(oid("1.3.6.1.2.1")), Denied::Undeclared("snmp_walk")),
        (Ask::SnmpWalk(oid("1.3.6.1.2.1.430")), Denied::Undeclared("snmp_walk")),
        (Ask::SnmpGet(vec![oid("1.3.6.1.2.1.43.5"), oid("1.3.6.1.2.1.4.20")]), Denied::Undeclared("snmp_get")),
        (Ask::SnmpGet(vec![]), Denied::Malformed("snmp_get")),
        (Ask::State(vec!["other".into()]), Denied::Undeclared("state")),
        (Ask::Objects("other".into()), Denied::Undeclared("objects")),
        (Ask::Members("a b".into()), Denied::Malformed("members")),
        (http("http://api.example.org/"), Denied::Undeclared("http")),
        (http("https://api.example.org.evil.org/"), Denied::Undeclared("http")),
        (http("https://api.example.org:8443/"), Denied::Undeclared("http")),
        (http("https://api.example.org@evil.org/"), Denied::Malformed("http")),
        (http("https://evil.org\\@api.example.org/"), Denied::Malformed("http")),
        (http("https://api.example.org/a b"), Denied::Malformed("http")),
    ] {
        assert_eq!(checker.ask(&poll(), &ask), Err(denied), "{ask:?}");
    }
    let walk = Ask::SnmpWalk(oid("1.3.6.1.2.1.43"));
    assert_eq!(checker.ask(&request(), &walk), Err(Denied::WrongInput("snmp_walk")), "there is no target");
}

#[test]
fn replies_and_refusals_fit_their_input() {
    let (manifest, all) = (manifest(), permitted(&[], true));
    let checker = Checker::new(&manifest, &all);
    let reply =
        |status, content_type: &str| Reply { status, content_type: content_type.into(), body: vec![], sign: false };
    let ends =
        |input: &Input, reply| checker.effects(input, Outcome { reply, effects: vec![] }).map(drop).map_err(|v| v.code);
    let admit = Input::Admit(Command { id: "c".into(), key: "k".into(), arguments: "{}".into(), deferrals: 0 });
    assert_eq!(ends(&admit, None), Err(ViolationCode::MissingReply));
    assert_eq!(ends(&admit, Some(reply(200, "application/xml"))), Ok(()));
    assert_eq!(ends(&poll(), Some(reply(200, "a/b"))), Err(ViolationCode::UnexpectedReply));
    assert_eq!(ends(&request(), None), Ok(()));
    assert_eq!(ends(&request(), Some(reply(99, "a/b"))), Err(ViolationCode::BadReply));
    assert_eq!(ends(&request(), Some(reply(200, "a/b\r\nSet-Cookie: x"))), Err(ViolationCode::BadReply));
    let big = Reply { body: vec![0; MAX_REPLY_BYTES + 1], ..reply(200, "a/b") };
    assert_eq!(ends(&request(), Some(big)), Err(ViolationCode::TooLarge));
    let refusal = |code: &str, number| checker.refusal(Refusal { code: code.into(), number }).is_ok();
    assert!(refusal("not_a_printer", 0) && refusal("ask_denied", Refusal::MAX_NUMBER));
    assert!(!refusal("Mr Smith called at nine", 1), "a code cannot carry a text");
    for number in [-1, Refusal::MAX_NUMBER + 1, 49_171_234_567, i64::MIN, i64::MAX] {
        assert!(!refusal("ask_denied", number), "nor can a number: {number}");
    }
}

#[test]
fn a_report_is_judged_again_and_may_only_read() {
    use crate::report::{Report, check_report};
    let manifest = manifest();
    let report = |driver: &str, effects| Report {
        sequence: 7,
        driver: driver.into(),
        digest: String::new(),
        address: "10.0.0.1".parse().unwrap(),
        observed_at: 1,
        clock_offset_ms: None,
        effects,
    };
    let judged = |report: &Report, without: &[Category]| {
        check_report(&manifest, &permitted(without, true), report).map_err(|r| (r.sequence, r.code))
    };
    let good = report("sample", vec![fact("model", token("Laser"))]);
    assert_eq!(judged(&good, &[]).unwrap().outcome().effects, good.effects);
    assert_eq!(judged(&good, &[Category::Device]).unwrap().outcome().effects, [], "the server narrows again");
    for effect in
        [Effect::Retire, Effect::Wake, finish(vec![]), Effect::Sent("c".into()), Effect::StateDelete("cursor".into())]
    {
        let refused = judged(&report("sample", vec![effect]), &[]).map(drop);
        assert_eq!(refused, Err((7, "effect_not_allowed".to_owned())));
    }
    assert_eq!(judged(&report("other", vec![]), &[]).map(drop), Err((7, "unknown_driver".to_owned())));
}
