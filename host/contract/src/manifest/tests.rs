//! What a whole manifest is, and each fault with its place.

use super::*;

const WHOLE: &str = r#"
refusals = ["too_old"]
not_mine = ["not_a_printer"]

[driver]
name = "sample"
version = "1.2.3-beta.1"
contract = "0.1.0"
title = { en = "Sample", de = "Muster", nl = "Voorbeeld", fr = "Exemple" }

[limits]
memory_mib = 8

[asks]
snmp = ["1.3.6.1.2.1.43"]
http = ["api.push.apple.com"]
commands = true

[[match]]
sys_object_id = ["1.3.6.1.4.1.11"]
sys_descr = ["printer"]
priority = 50

[[identity]]
kind = "serial"
pattern = "[A-Z0-9]{4,24}"
category = "identifier"

[[attribute]]
key = "status"
type = "enum"
category = "health"
title = { en = "Status", de = "Status", nl = "Status", fr = "État" }
values = { idle = { en = "Idle", de = "Bereit", nl = "Gereed", fr = "Prêt" } }

[[attribute]]
key = "location"
type = "text"
max = 255
category = "device"
title = { en = "Location", de = "Standort", nl = "Locatie", fr = "Emplacement" }

[[table]]
key = "supplies"
row_key = { pattern = "[0-9]{1,5}(\\.[0-9]{1,5}){0,3}", category = "health" }
title = { en = "Supplies", de = "Verbrauchsmaterial", nl = "Verbruiksartikelen", fr = "Consommables" }
[[table.column]]
key = "percent"
type = "integer"
min = 0
max = 100
unit = "percent"
category = "health"
title = { en = "Level", de = "Stand", nl = "Niveau", fr = "Niveau" }

[[meter]]
key = "pages"
kind = "counter"
unit = "pages"
category = "usage"
title = { en = "Pages", de = "Seiten", nl = "Pagina's", fr = "Pages" }

[[headline]]
key = "left"
role = "level"
attribute = "supplies.percent"

[[condition]]
key = "toner_low"
severity = "warning"
category = "health"
table = "supplies"
title = { en = "Toner low", de = "Toner fast leer", nl = "Toner bijna op", fr = "Toner presque vide" }

[[command]]
key = "restart"
title = { en = "Restart", de = "Neu starten", nl = "Herstarten", fr = "Redémarrer" }
permission = "device.restart"
[command.arguments]
type = "object"
additionalProperties = false
properties = { delay = { type = "integer", minimum = 0, maximum = 60 } }

[[route]]
key = "checkin"
method = "PUT"
path = "mdm/{token}"
proof = "device_certificate"
preload = ["status", "supplies"]
max_bytes = 65536

[[state]]
key = "cursor"
category = "device"
max_bytes = 1024
retention_days = 30
"#;

fn faults(from: &str, to: &str) -> Vec<String> {
    assert!(WHOLE.contains(from), "the sample has no '{from}'");
    match Manifest::parse(&WHOLE.replacen(from, to, 1)) {
        Ok(_) => vec![],
        Err(ManifestError::Invalid(faults)) => faults,
        Err(ManifestError::Stored(error)) => panic!("{error}"),
        Err(ManifestError::Syntax(error)) => vec![format!("syntax: {error}")],
    }
}

#[test]
fn a_whole_manifest_parses_and_survives_json() {
    let manifest = Manifest::parse(WHOLE).unwrap();
    assert_eq!(manifest.texts().collect::<Vec<_>>(), ["location"]);
    assert_eq!(manifest.limits.memory_mib, 8);
    let json = serde_json::to_string(&manifest).unwrap();
    assert_eq!(serde_json::from_str::<Manifest>(&json).unwrap(), manifest);
}

#[test]
fn each_rule_is_kept_and_told_with_its_place() {
    for (from, to, place) in [
        ("name = \"sample\"", "name = \"Sample\"", "driver.name"),
        ("1.2.3-beta.1", "1.2", "driver.version"),
        ("contract = \"0.1.0\"", "contract = \"9.0.0\"", "driver.contract"),
        ("fr = \"Exemple\"", "fr = \" \"", "driver.title.fr"),
        ("memory_mib = 8", "memory_mib = 65", "limits.memory_mib"),
        ("memory_mib = 8", "step_ms = 1", "limits.step_ms"),
        ("memory_mib = 8", "wait_ms = 0", "limits.wait_ms"),
        ("[\"1.3.6.1.2.1.43\"]", "[\"1.3.6.1\"]", "asks.snmp[0]"),
        ("[\"1.3.6.1.2.1.43\"]", "[\"1.3.6.1.2\", \"1.0.8802.1.1\"]", "asks.snmp[1]"),
        ("api.push.apple.com", "https://api.push.apple.com", "asks.http[0]"),
        ("api.push.apple.com", "10.0.0.1", "asks.http[0]"),
        ("api.push.apple.com", "localhost", "asks.http[0]"),
        ("api.push.apple.com", "printer.local", "asks.http[0]"),
        ("api.push.apple.com", "apple.com:8443", "asks.http[0]"),
        ("api.push.apple.com", "*.apple.com", "asks.http[0]"),
        ("commands = true", "commands = false", "asks.commands"),
        ("key = \"status\"", "key = \"Status\"", "attribute[0].key"),
        ("key = \"location\"", "key = \"status\"", "attribute[1].key"),
        ("key = \"supplies\"", "key = \"status\"", "table[0].key"),
        ("max = 255", "max = 1025", "attribute[1].max"),
        ("idle = {", "Idle = {", "attribute[0].values.Idle"),
        ("min = 0\n", "min = 101\n", "table[0].column[0].min"),
        ("fr = \"Exemple\"", "fr = \"Ex\\u202eemple\"", "driver.title.fr"),
        ("fr = \"Exemple\"", "fr = \"Ex\\u200bemple\"", "driver.title.fr"),
        ("fr = \"État\"", "fr = \"É\\u2066tat\"", "attribute[0].title.fr"),
        ("fr = \"Prêt\"", "fr = \"\\u3164\"", "attribute[0].values.idle.fr"),
        (
            "type = \"integer\", minimum",
            "title = \"\\u202eDelay\", type = \"integer\", minimum",
            "command[0].arguments.properties.delay.title",
        ),
        ("[A-Z0-9]{4,24}", "(?x)[A-Z0-9]{4,24}#\\u202e", "identity[0].pattern"),
        ("path = \"mdm/{token}\"", "path = \"mdm/\\u200b\"", "route[0].path"),
        ("[A-Z0-9]{4,24}", "[A-Z0-9]{4,25}", "identity[0].pattern"),
        ("[A-Z0-9]{4,24}", "[0-9]{4,65}", "identity[0].pattern"),
        ("[A-Z0-9]{4,24}", "[A-Z0-9]{4})|(?:", "syntax"),
        ("[A-Z0-9]{4,24}", ".*", "syntax"),
        ("type = \"text\"\nmax = 255", "type = \"pattern\"\npattern = \"[ -~]{1,64}\"", "attribute[1].pattern"),
        ("type = \"text\"\nmax = 255", "type = \"pattern\"\npattern = \"[A-Za-z]{1,9}\"", "attribute[1].pattern"),
        ("[0-9]{1,5}(", "[0-9A-Z:_-]{1,9}(", "table[0].row_key.pattern"),
        ("){0,3}\", category", "){0,40}\", category", "table[0].row_key.pattern"),
        ("[0-9]{1,5}(", "[0-9 ]{1,5}(", "table[0].row_key.pattern"),
        ("[0-9]{1,5}(", "[0-9]{0,5}(", "table[0].row_key.pattern"),
        ("row_key = {", "# row_key = {", "syntax"),
        ("key = \"percent\"", "key = \"row_key\"", "table[0].row_key.pattern"),
        ("unit = \"percent\"", "unit = \"per cent\"", "table[0].column[0].unit"),
        (
            "unit = \"percent\"",
            "unit = { en = \"\", de = \"a\", nl = \"b\", fr = \"c\" }",
            "table[0].column[0].unit.title.en",
        ),
        ("unit = \"percent\"", "low = inf", "table[0].column[0].low"),
        ("max = 255", "max = 255\nlow = 3", "attribute[1].low"),
        (
            "max = 255",
            "max = 255\nnamed = [{ value = 1, title = { en = \"a\", de = \"b\", nl = \"c\", fr = \"d\" } }]",
            "attribute[1].named",
        ),
        ("fr = \"Prêt\" }", "fr = \"Prêt\", color = \"red\" }", "syntax"),
        ("fr = \"Exemple\" }", "fr = \"Exemple\" }\nicon = \"M0 0<script>\"", "syntax"),
        ("key = \"supplies\"", "key = \"supplies\"\nlabel = \"percent\"", "table[0].label"),
        ("key = \"supplies\"", "key = \"supplies\"\ncolor = \"nothing\"", "table[0].color"),
        ("key = \"left\"", "key = \"Left\"", "headline[0].key"),
        ("role = \"level\"", "role = \"state\"", "headline[0].attribute"),
        ("attribute = \"supplies.percent\"", "attribute = \"supplies.nothing\"", "headline[0].attribute"),
        ("attribute = \"supplies.percent\"", "meter = \"pages\"", "headline[0].meter"),
        ("attribute = \"supplies.percent\"", "", "headline[0]"),
        ("kind = \"counter\"", "kind = \"gauge\"\nbilled = true", "meter[0].billed"),
        ("kind = \"counter\"", "kind = \"counter\"\nmax_per_day = 0", "meter[0].max_per_day"),
        ("kind = \"counter\"", "kind = \"counter\"\nmax = 1e16", "meter[0].max"),
        ("kind = \"counter\"", "kind = \"counter\"\nmax = 0", "meter[0].max"),
        ("kind = \"counter\"", "kind = \"counter\"\nmax = nan", "meter[0].max"),
        ("table = \"supplies\"", "table = \"trays\"", "condition[0].table"),
        ("minimum = 0, ", "", "command[0].arguments.delay"),
        ("additionalProperties = false", "additionalProperties = true", "command[0].arguments"),
        ("{ type = \"integer\", minimum = 0, maximum = 60 }", "{ type = \"object\" }", "command[0].arguments.delay"),
        ("{ type = \"integer\", minimum = 0, maximum = 60 }", "{ type = \"string\" }", "command[0].arguments.delay"),
        ("permission = \"device.restart\"", "permission = \"\"", "command[0].permission"),
        ("method = \"PUT\"", "method = \"put\"", "route[0].method"),
        ("mdm/{token}", "../admin", "route[0].path"),
        ("mdm/{token}", "/api/v1", "route[0].path"),
        ("preload = [\"status\"", "preload = [\"nothing\"", "route[0].preload[0]"),
        ("max_bytes = 65536", "max_bytes = 0", "route[0].max_bytes"),
        ("max_bytes = 1024", "max_bytes = 1000000", "state[0].max_bytes"),
        ("retention_days = 30", "retention_days = 0", "state[0].retention_days"),
        ("too_old", "Too old", "refusals[0].code"),
        ("not_a_printer", "Not a printer", "not_mine[0].code"),
        ("not_a_printer", "too_old", "not_mine[0].code"),
        ("priority = 50", "priority = 101", "match[0].priority"),
        ("\"1.3.6.1.4.1.11\"", "\"1.3.6.1\"", "match[0].sys_object_id[0]"),
        ("[\"printer\"]", "[\"\\u202eprinter\"]", "match[0].sys_descr[0]"),
        ("[\"printer\"]", "[\" \"]", "match[0].sys_descr[0]"),
        ("memory_mib = 8", "conditions = 513", "limits.conditions"),
        ("memory_mib = 8", "meters = 0", "limits.meters"),
        ("category = \"usage\"", "category = \"mail\"", "syntax"),
        ("pattern = \"[A-Z0-9]{4,24}\"", "pattern = \"(\"", "syntax"),
        ("kind = \"serial\"", "kind = \"serial\"\nsecret = true", "syntax"),
        ("max = 255", "max = 255\nsecret = true", "syntax"),
    ] {
        let found = faults(from, to);
        assert!(found.iter().any(|f| f.starts_with(&format!("{place}:"))), "{place} in {found:?} for {to}");
    }
}

#[test]
fn a_manifest_needs_an_identity_and_where_it_asks_by_snmp_a_matcher() {
    for (table, place) in [("[[identity]]", "identity"), ("[[match]]", "match")] {
        let start = WHOLE.find(table).unwrap();
        let end = start + 2 + WHOLE[start + 2..].find("\n[").unwrap();
        let without = [&WHOLE[..start], &WHOLE[end..]].concat();
        match Manifest::parse(&without) {
            Err(ManifestError::Invalid(faults)) => {
                assert!(faults.iter().any(|f| f.starts_with(&format!("{place}: needs at least one"))), "{faults:?}");
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn each_fault_is_told_once_with_its_key_and_line() {
    let line_of = |text: &str, what: &str| text[..text.find(what).unwrap()].matches('\n').count() + 1;
    for (from, to, key) in [
        ("min = 0\n", "min = 101\n", "table[0].column[0].min"),
        ("name = \"sample\"", "name = \"Sample\"", "driver.name"),
        ("[A-Z0-9]{4,24}", "[A-Z0-9]{4,60}", "identity[0].pattern"),
        ("fr = \"Exemple\"", "fr = \" \"", "driver.title.fr"),
        ("[A-Z0-9]{4,24}", ".*", "pattern"),
        ("max_bytes = 65536", "max_bytes = \"much\"", "max_bytes"),
        ("retention_days = 30", "retention_years = 30", "retention_years"),
        ("type = \"text\"\nmax = 255", "type = \"pattern\"\npattern = \".*\"", "attribute[1].pattern"),
    ] {
        let text = WHOLE.replacen(from, to, 1);
        let error = Manifest::parse(&text).unwrap_err();
        let told = error.to_string();
        let line = line_of(&text, to.trim_end().lines().last().unwrap());
        assert!(told.contains(&format!("{key}: ")), "{told}");
        assert!(told.contains(&format!("(line {line})")), "{line}: {told}");
        assert_eq!(told.matches("(line ").count(), 1, "{told}");
        assert!(!told.contains('\n') && std::error::Error::source(&error).is_none(), "it stands in one line, once");
    }
}

#[test]
fn all_that_is_wrong_is_listed_at_once() {
    let broken = WHOLE.replace("contract = \"0.1.0\"", "contract = \"7\"").replace("max = 255", "max = 0");
    match Manifest::parse(&broken) {
        Err(ManifestError::Invalid(faults)) => assert_eq!(faults.len(), 2, "{faults:?}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn keys_that_are_free_text_are_consented_to_by_name() {
    let wide = "row_key = { pattern = \"[A-Za-z0-9.-]{1,155}\", category = \"software\", text = true }";
    let start = WHOLE.find("row_key = {").unwrap();
    let end = start + WHOLE[start..].find('\n').unwrap();
    let manifest = Manifest::parse(&[&WHOLE[..start], wide, &WHOLE[end..]].concat()).unwrap();
    assert_eq!(manifest.texts().collect::<Vec<_>>(), ["location", "supplies.row_key"]);
    assert!(manifest.categories().any(|category| category == Category::Software));
    let key = &manifest.tables[0].row_key;
    assert!(key.admits("com.example.app") && key.admits(&"k".repeat(155)));
    for odd in ["", "a b", "a/b", "ä", "a\n", &"k".repeat(156)] {
        assert!(!key.admits(odd), "{odd:?}");
    }
}

#[test]
fn a_stored_manifest_is_held_to_the_rules_of_today() {
    let json = serde_json::to_string(&Manifest::parse(WHOLE).unwrap()).unwrap();
    assert_eq!(Manifest::from_json(&json).unwrap(), Manifest::parse(WHOLE).unwrap());
    let wide = json.replace("[A-Z0-9]{4,24}", "[A-Z0-9]{4,60}");
    assert!(matches!(Manifest::from_json(&wide), Err(ManifestError::Invalid(_))));
    assert!(matches!(Manifest::from_json(&json.replace("row_key", "rowkey")), Err(ManifestError::Stored(_))));
}

#[test]
fn no_more_headlines_of_a_role_than_there_are_slots() {
    let one = "[[headline]]\nkey = \"left\"\nrole = \"level\"\nattribute = \"supplies.percent\"\n";
    let many = |n: usize| (1..=n).map(|i| one.replace("left", &format!("left_{i}"))).collect::<String>();
    assert!(Manifest::parse(&WHOLE.replacen(one, &many(2), 1)).is_ok());
    match Manifest::parse(&WHOLE.replacen(one, &many(3), 1)) {
        Err(ManifestError::Invalid(faults)) => {
            assert_eq!(faults.len(), 1, "{faults:?}");
            assert!(faults[0].starts_with("headline[2].role: there are more than 2 of level"), "{faults:?}");
        }
        other => panic!("{other:?}"),
    }
    let manifest = Manifest::parse(&WHOLE.replacen(one, &many(2), 1)).unwrap();
    let places: Vec<_> = manifest.slots().map(|slot| (slot.headline.key.as_str(), slot.place)).collect();
    assert_eq!(places, [("left_1", 0), ("left_2", 1)]);
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(256))]

    #[test]
    fn no_text_makes_the_parser_panic(at in 0..WHOLE.len(), cut in 0_usize..40, put in "[\\PC\n\"=\\[\\]{}.0-9-]{0,12}") {
        let start = WHOLE.floor_char_boundary(at);
        let end = WHOLE.floor_char_boundary((at + cut).min(WHOLE.len())).max(start);
        let text = format!("{}{put}{}", &WHOLE[..start], &WHOLE[end..]);
        if let Ok(manifest) = Manifest::parse(&text) {
            assert!(manifest.limits.memory_mib <= Limits::HOST.memory_mib);
        }
    }
}
