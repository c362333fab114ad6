//! Whether a manifest is whole. Everything that is wrong is listed, each with its place in the file,
//! so that an author mends it in one go.

use std::{collections::HashSet, fmt::Display};

use serde_json::Value;

use super::{
    Attribute, Kind, Limits, Manifest, Matcher, Meter, MeterKind, Pattern, RowKey, TableAttribute, Title, Unit, schema,
    shown,
};
use crate::{
    check::{MAX_TOKEN, is_line},
    policy::Category,
    value::Oid,
};

/// The most entries of each list of a manifest.
const MAX_LIST: usize = 256;
/// The most columns of a table, hosts, and values of an enum.
const MAX_COLUMNS: usize = 64;
/// The longest title, in characters.
const MAX_TITLE: usize = 160;
/// The longest source of a pattern, in bytes.
const MAX_PATTERN: usize = 512;
/// The most bytes of one state value.
const MAX_STATE_BYTES: u32 = 64 << 10;
/// The most days that state is kept.
const MAX_RETENTION_DAYS: u16 = 3_650;
/// The most bytes of a route's body.
const MAX_BODY_BYTES: u32 = 4 << 20;
/// The least time of a step: below it the clock that measures it is too coarse.
const MIN_STEP_MS: u32 = 10;
/// 1.3.6.1, below which everything of the Internet's management lies.
const INTERNET: [u32; 4] = [1, 3, 6, 1];

/// Everything that is wrong with a manifest, as `place: what`.
pub(super) fn faults(manifest: &Manifest) -> Vec<String> {
    let mut faults = Faults::default();
    faults.driver(manifest);
    faults.limits(&manifest.limits);
    faults.matchers(manifest);
    faults.data(manifest);
    faults.shown(manifest);
    faults.commands_and_objects(manifest);
    faults.pages_and_routes(manifest);
    faults.states_and_asks(manifest);
    faults.statement(manifest);
    if let Ok(whole) = serde_json::to_value(manifest) {
        faults.texts(&whole, "");
    }
    faults.0
}

#[derive(Default)]
struct Faults(Vec<String>);

impl Faults {
    fn must(&mut self, holds: bool, place: impl Display, what: impl Display) {
        if !holds {
            self.0.push(format!("{place}: {what}"));
        }
    }

    /// Every text of the manifest, wherever it stands: each is shown to somebody who decides by it.
    fn texts(&mut self, value: &Value, place: &str) {
        const WHAT: &str = "has a character that is not seen, or that turns the direction of reading";
        let reads = |text: &str| is_line(text, usize::MAX);
        match value {
            Value::String(text) => self.must(reads(text), place, WHAT),
            Value::Array(items) => {
                for (i, item) in items.iter().enumerate() {
                    self.texts(item, &format!("{place}[{i}]"));
                }
            }
            Value::Object(members) => {
                for (key, member) in members {
                    let below = if place.is_empty() { key.clone() } else { format!("{place}.{key}") };
                    self.must(reads(key), place, format_args!("{WHAT}, in the key '{}'", key.escape_unicode()));
                    self.texts(member, &below);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn title(&mut self, title: &Title, place: &str) {
        for (language, text) in [("en", &title.en), ("de", &title.de), ("nl", &title.nl), ("fr", &title.fr)] {
            self.must(
                is_title(text),
                format_args!("{place}.title.{language}"),
                format_args!("needs 1 to {MAX_TITLE} characters"),
            );
        }
    }

    fn key(&mut self, key: &str, place: &str) {
        self.must(is_key(key, 48), place, "must match [a-z][a-z0-9_]{0,47}");
    }

    /// Keys that are well formed, each once, and not too many.
    fn keys<'a>(&mut self, list: &str, field: &str, most: usize, keys: impl Iterator<Item = &'a str>) {
        let mut seen = HashSet::new();
        let mut count = 0_usize;
        for (i, key) in keys.enumerate() {
            let place = format!("{list}[{i}].{field}");
            self.key(key, &place);
            self.must(seen.insert(key), &place, "is there twice");
            count = i.saturating_add(1);
        }
        self.must(count <= most, list, format_args!("has more than {most} entries"));
    }

    fn driver(&mut self, manifest: &Manifest) {
        let driver = &manifest.driver;
        let name = driver.name.as_bytes();
        let formed = (2..=41).contains(&name.len())
            && name.first().is_some_and(u8::is_ascii_lowercase)
            && name.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'-');
        self.must(formed, "driver.name", "must match [a-z][a-z0-9-]{1,40}");
        self.must(is_semver(&driver.version), "driver.version", "must be a semantic version such as 1.4.0");
        let supported = Manifest::CONTRACTS.contains(&driver.contract.as_str());
        self.must(supported, "driver.contract", format_args!("must be one of {}", Manifest::CONTRACTS.join(", ")));
        self.title(&driver.title, "driver");
    }

    fn limits(&mut self, limits: &Limits) {
        let host = Limits::HOST;
        for (name, value, least, most) in [
            ("memory_mib", limits.memory_mib, 1, host.memory_mib),
            ("step_ms", limits.step_ms, MIN_STEP_MS, host.step_ms),
            ("wait_ms", limits.wait_ms, 1, host.wait_ms),
            ("steps", limits.steps, 1, host.steps),
            ("asks", limits.asks, 1, host.asks),
            ("walk_rows", limits.walk_rows, 1, host.walk_rows),
            ("answer_bytes", limits.answer_bytes, 1, host.answer_bytes),
            ("table_rows", limits.table_rows, 1, host.table_rows),
            ("conditions", limits.conditions, 1, host.conditions),
            ("meters", limits.meters, 1, host.meters),
        ] {
            self.must(
                (least..=most).contains(&value),
                format_args!("limits.{name}"),
                format_args!("must lie within {least} and {most}"),
            );
        }
    }

    fn matchers(&mut self, manifest: &Manifest) {
        let matchers = &manifest.matchers;
        let needed = manifest.asks.snmp.is_empty() || !matchers.is_empty();
        self.must(needed, "match", "needs at least one, since the driver asks by SNMP");
        self.must(matchers.len() <= MAX_COLUMNS, "match", format_args!("has more than {MAX_COLUMNS} entries"));
        for (i, matcher) in matchers.iter().enumerate() {
            let place = format!("match[{i}]");
            let few = matcher.sys_object_id.len() <= MAX_COLUMNS && matcher.sys_descr.len() <= MAX_COLUMNS;
            self.must(few, &place, format_args!("has more than {MAX_COLUMNS} entries in a list"));
            for (j, prefix) in matcher.sys_object_id.iter().enumerate() {
                self.must(
                    is_narrow(prefix),
                    format_args!("{place}.sys_object_id[{j}]"),
                    "must lie below 1.3.6.1 and name what it is for",
                );
            }
            for (j, text) in matcher.sys_descr.iter().enumerate() {
                self.must(
                    !text.trim().is_empty() && text.chars().count() <= MAX_TOKEN,
                    format_args!("{place}.sys_descr[{j}]"),
                    format_args!("needs 1 to {MAX_TOKEN} characters"),
                );
            }
            self.must(
                matcher.priority <= Matcher::MAX_PRIORITY,
                format_args!("{place}.priority"),
                format_args!("must lie within 0 and {}", Matcher::MAX_PRIORITY),
            );
        }
    }

    fn data(&mut self, manifest: &Manifest) {
        self.must(
            !manifest.identities.is_empty(),
            "identity",
            "needs at least one: without, no device is told from another, and none is made",
        );
        self.keys("identity", "kind", 8, manifest.identities.iter().map(|i| i.kind.as_str()));
        for (i, identity) in manifest.identities.iter().enumerate() {
            self.pattern(&identity.pattern, identity.category, &format!("identity[{i}].pattern"));
        }
        // Facts and tables share one space of names: routes preload both by key.
        self.keys("attribute", "key", MAX_LIST, manifest.attributes.iter().map(|a| a.key.as_str()));
        self.keys("table", "key", 32, manifest.tables.iter().map(|t| t.key.as_str()));
        for (i, attribute) in manifest.attributes.iter().enumerate() {
            self.attribute(attribute, &format!("attribute[{i}]"));
        }
        for (i, table) in manifest.tables.iter().enumerate() {
            let place = format!("table[{i}]");
            let twice = manifest.attributes.iter().any(|a| a.key == table.key);
            self.must(!twice, format_args!("{place}.key"), "is an attribute's key too");
            self.title(&table.title, &place);
            self.row_key(table, &place);
            self.must(!table.columns.is_empty(), format_args!("{place}.column"), "needs at least one");
            self.keys(&format!("{place}.column"), "key", MAX_COLUMNS, table.columns.iter().map(|c| c.key.as_str()));
            for (j, column) in table.columns.iter().enumerate() {
                self.attribute(column, &format!("{place}.column[{j}]"));
            }
        }
        self.keys("meter", "key", MAX_LIST, manifest.meters.iter().map(|m| m.key.as_str()));
        for (i, meter) in manifest.meters.iter().enumerate() {
            let place = format!("meter[{i}]");
            self.title(&meter.title, &place);
            self.unit(Some(&meter.unit), &place);
            let counts = meter.kind == MeterKind::Counter && meter.table.is_none();
            self.must(!meter.billed || counts, format_args!("{place}.billed"), "is for counters without rows");
            let daily = meter.max_per_day.is_none_or(|most| counts && most > 0.0 && most <= Meter::MOST);
            self.must(daily, format_args!("{place}.max_per_day"), "is above 0, and for counters without rows");
            let bounded = meter.max.is_none_or(|max| max > 0.0 && max <= Meter::MOST);
            self.must(
                bounded,
                format_args!("{place}.max"),
                format_args!("must lie above 0 and at most {:e}", Meter::MOST),
            );
            self.table(manifest, meter.table.as_deref(), &place);
        }
        self.keys("condition", "key", MAX_LIST, manifest.conditions.iter().map(|c| c.key.as_str()));
        for (i, condition) in manifest.conditions.iter().enumerate() {
            let place = format!("condition[{i}]");
            self.title(&condition.title, &place);
            self.table(manifest, condition.table.as_deref(), &place);
        }
    }

    fn table(&mut self, manifest: &Manifest, table: Option<&str>, place: &str) {
        let known = table.is_none_or(|table| manifest.tables.iter().any(|t| t.key == table));
        self.must(known, format_args!("{place}.table"), "is none of the tables");
    }

    fn shown(&mut self, manifest: &Manifest) {
        self.keys("headline", "key", MAX_COLUMNS, manifest.headlines.iter().map(|h| h.key.as_str()));
        for (i, headline) in manifest.headlines.iter().enumerate() {
            if let Some(title) = &headline.title {
                self.title(title, &format!("headline[{i}]"));
            }
        }
        for (place, what) in shown::faults(manifest) {
            self.must(false, place, what);
        }
    }

    fn unit(&mut self, unit: Option<&Unit>, place: &str) {
        match unit {
            None => {}
            Some(Unit::Words(title)) => self.title(title, &format!("{place}.unit")),
            Some(Unit::Symbol(symbol)) => {
                let formed = (1..=24).contains(&symbol.chars().count())
                    && !symbol.chars().any(|c| c.is_control() || c.is_whitespace());
                self.must(formed, format_args!("{place}.unit"), "needs 1 to 24 characters without spaces, or words");
            }
        }
    }

    fn pattern(&mut self, pattern: &Pattern, category: Category, place: &str) {
        self.must(pattern.source().len() <= MAX_PATTERN, place, format_args!("is longer than {MAX_PATTERN} bytes"));
        let longest = pattern.longest();
        self.must(
            longest <= MAX_TOKEN,
            place,
            format_args!("admits {longest} characters; a pattern admits at most {MAX_TOKEN}"),
        );
        self.free_letters(pattern, category, place, "make it type = \"text\"");
    }

    fn free_letters(&mut self, pattern: &Pattern, category: Category, place: &str, instead: &str) {
        let (free, most) = (pattern.free_letters(), Pattern::most_free_letters(category));
        self.must(
            free <= most,
            place,
            format_args!(
                "admits {free} free letters; at most {most} in the category {}: narrow it, or {instead}",
                category.name()
            ),
        );
    }

    fn row_key(&mut self, table: &TableAttribute, place: &str) {
        let (key, place) = (&table.row_key, format!("{place}.row_key.pattern"));
        let pattern = &key.pattern;
        self.must(pattern.source().len() <= MAX_PATTERN, &place, format_args!("is longer than {MAX_PATTERN} bytes"));
        let longest = pattern.longest();
        self.must(
            longest <= RowKey::MAX,
            &place,
            format_args!("admits {longest} characters; a row key has at most {}", RowKey::MAX),
        );
        self.must(!pattern.admits_empty() && !pattern.admits_space(), &place, "admits an empty key or a space");
        if !key.text {
            self.free_letters(pattern, key.category, &place, "say text = true");
        }
        let taken = table.columns.iter().any(|column| column.key == RowKey::NAME);
        self.must(!taken, &place, "a column has the name row_key too");
    }

    fn attribute(&mut self, attribute: &Attribute, place: &str) {
        self.title(&attribute.title, place);
        self.unit(attribute.unit.as_ref(), place);
        let number = matches!(attribute.kind, Kind::Integer { .. } | Kind::Real { .. });
        let low = attribute.low.is_none_or(|low| number && low.is_finite());
        self.must(low, format_args!("{place}.low"), "is for numbers");
        let whole = matches!(attribute.kind, Kind::Integer { .. });
        self.must(whole || attribute.named.is_empty(), format_args!("{place}.named"), "is for integers");
        self.must(attribute.named.len() <= MAX_COLUMNS, format_args!("{place}.named"), "has too many entries");
        for (i, named) in attribute.named.iter().enumerate() {
            self.title(&named.title, &format!("{place}.named[{i}]"));
        }
        match &attribute.kind {
            Kind::Flag | Kind::Version | Kind::Time => {}
            Kind::Integer { min, max } => self.must(min <= max, format_args!("{place}.min"), "is above max"),
            Kind::Real { min, max } => {
                self.must(
                    min.is_finite() && max.is_finite() && min <= max,
                    format_args!("{place}.min"),
                    "and max must be finite and in order",
                );
            }
            Kind::Enum { values } => {
                let place = format!("{place}.values");
                self.must((1..=MAX_COLUMNS).contains(&values.len()), &place, format_args!("needs 1 to {MAX_COLUMNS}"));
                for (value, word) in values {
                    self.must(is_key(value, 32), format_args!("{place}.{value}"), "must match [a-z][a-z0-9_]{0,31}");
                    self.title(&word.title, &format!("{place}.{value}"));
                }
            }
            Kind::Pattern { pattern } => self.pattern(pattern, attribute.category, &format!("{place}.pattern")),
            Kind::Text { max } => {
                self.must((1..=1_024).contains(max), format_args!("{place}.max"), "must lie within 1 and 1024")
            }
        }
    }

    fn permission(&mut self, permission: &str, place: &str) {
        let formed = (1..=64).contains(&permission.len())
            && permission.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_.:-".contains(&b));
        self.must(formed, format_args!("{place}.permission"), "must match [a-z0-9_.:-]{1,64}");
    }

    fn commands_and_objects(&mut self, manifest: &Manifest) {
        self.keys("command", "key", MAX_LIST, manifest.commands.iter().map(|c| c.key.as_str()));
        self.must(
            manifest.commands.is_empty() || manifest.asks.commands,
            "asks.commands",
            "must be true, since there are commands",
        );
        for (i, command) in manifest.commands.iter().enumerate() {
            let place = format!("command[{i}]");
            self.title(&command.title, &place);
            self.permission(&command.permission, &place);
            for fault in schema::closed_faults(&command.arguments) {
                self.0.push(format!("{place}.arguments{fault}"));
            }
        }
        self.keys("object", "kind", MAX_COLUMNS, manifest.objects.iter().map(|o| o.kind.as_str()));
        for (i, object) in manifest.objects.iter().enumerate() {
            let place = format!("object[{i}]");
            self.title(&object.title, &place);
            self.permission(&object.permission, &place);
            if let Err(why) = schema::compiles(&object.schema) {
                self.0.push(format!("{place}.schema: {why}"));
            }
            for (j, pointer) in object.secrets.iter().enumerate() {
                self.must(
                    pointer.starts_with('/') && pointer.len() <= 256,
                    format_args!("{place}.secrets[{j}]"),
                    "must be a JSON pointer such as /password",
                );
            }
        }
    }

    fn pages_and_routes(&mut self, manifest: &Manifest) {
        self.keys("page", "key", MAX_COLUMNS, manifest.pages.iter().map(|p| p.key.as_str()));
        for (i, page) in manifest.pages.iter().enumerate() {
            self.title(&page.title, &format!("page[{i}]"));
            self.permission(&page.permission, &format!("page[{i}]"));
        }
        self.keys("route", "key", MAX_COLUMNS, manifest.routes.iter().map(|r| r.key.as_str()));
        let mut seen = HashSet::new();
        for (i, route) in manifest.routes.iter().enumerate() {
            let place = format!("route[{i}]");
            let known = matches!(route.method.as_str(), "GET" | "POST" | "PUT" | "PATCH" | "DELETE");
            self.must(known, format_args!("{place}.method"), "must be GET, POST, PUT, PATCH or DELETE");
            self.must(
                is_path(&route.path),
                format_args!("{place}.path"),
                "must be a plain path below the driver's, or one under /.well-known/",
            );
            self.must(seen.insert((&route.method, &route.path)), format_args!("{place}.path"), "is there twice");
            self.must(
                (1..=MAX_BODY_BYTES).contains(&route.max_bytes),
                format_args!("{place}.max_bytes"),
                format_args!("must lie within 1 and {MAX_BODY_BYTES}"),
            );
            for (j, name) in route.preload.iter().enumerate() {
                let known = manifest.attributes.iter().any(|a| a.key == *name)
                    || manifest.tables.iter().any(|t| t.key == *name);
                self.must(known, format_args!("{place}.preload[{j}]"), "is none of the attributes and tables");
            }
        }
    }

    fn states_and_asks(&mut self, manifest: &Manifest) {
        self.keys("state", "key", MAX_COLUMNS, manifest.states.iter().map(|s| s.key.as_str()));
        for (i, state) in manifest.states.iter().enumerate() {
            self.must(
                (1..=MAX_STATE_BYTES).contains(&state.max_bytes),
                format_args!("state[{i}].max_bytes"),
                format_args!("must lie within 1 and {MAX_STATE_BYTES}"),
            );
            self.must(
                (1..=MAX_RETENTION_DAYS).contains(&state.retention_days),
                format_args!("state[{i}].retention_days"),
                format_args!("must lie within 1 and {MAX_RETENTION_DAYS}"),
            );
        }
        self.must(
            manifest.asks.snmp.len() <= MAX_COLUMNS,
            "asks.snmp",
            format_args!("has more than {MAX_COLUMNS} entries"),
        );
        for (i, prefix) in manifest.asks.snmp.iter().enumerate() {
            self.must(
                is_narrow(prefix),
                format_args!("asks.snmp[{i}]"),
                "must lie below 1.3.6.1 and name what it is for",
            );
        }
        self.must(
            manifest.asks.http.len() <= MAX_COLUMNS,
            "asks.http",
            format_args!("has more than {MAX_COLUMNS} entries"),
        );
        for (i, host) in manifest.asks.http.iter().enumerate() {
            self.must(
                is_public_host(host),
                format_args!("asks.http[{i}]"),
                "must be the plain lower-case name of a public host, without a port",
            );
        }
        let codes = || manifest.refusals.iter().map(String::as_str);
        self.keys("refusals", "code", MAX_COLUMNS, codes());
        self.keys("not_mine", "code", MAX_COLUMNS, manifest.not_mine.iter().map(String::as_str));
        for (i, code) in manifest.not_mine.iter().enumerate() {
            self.must(!codes().any(|c| c == code), format_args!("not_mine[{i}].code"), "is one of the refusals too");
        }
    }

    /// The names of the basic set are items of this manifest, and what the protocol is said to lack is not declared.
    fn statement(&mut self, manifest: &Manifest) {
        let items: HashSet<String> = manifest.items().map(|item| item.name()).collect();
        let mut seen = HashSet::new();
        for (i, name) in manifest.basic.iter().enumerate() {
            let place = format!("basic[{i}]");
            self.must(
                items.contains(name),
                &place,
                "is none of the items, such as model, meter:pages, identity:serial",
            );
            self.must(seen.insert(name), &place, "is there twice");
            let key = manifest.tables.iter().find_map(|table| {
                let column = name.strip_prefix(&table.key)?.strip_prefix('.')?;
                (column != RowKey::NAME).then(|| format!("{}.{}", table.key, RowKey::NAME))
            });
            let has_key = key.as_ref().is_none_or(|key| manifest.basic.contains(key));
            self.must(has_key, &place, "needs its table's row_key in this list too: without it no row is kept");
        }
        let mut seen = HashSet::new();
        for (i, category) in manifest.absent.iter().enumerate() {
            let place = format!("absent[{i}]");
            let declared = manifest.categories().any(|c| c == *category);
            self.must(!declared, &place, "is the category of something that is declared");
            self.must(seen.insert(category), &place, "is there twice");
        }
    }
}

fn is_title(text: &str) -> bool {
    !text.trim().is_empty() && text.chars().count() <= MAX_TITLE
}

fn is_key(text: &str, most: usize) -> bool {
    (1..=most).contains(&text.len())
        && text.bytes().next().is_some_and(|b| b.is_ascii_lowercase())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

/// semver.org 2.0.0, at most 64 characters.
fn is_semver(text: &str) -> bool {
    text.len() <= 64 && semver::Version::parse(text).is_ok()
}

/// Not 1.3.6.1 itself and not everything of a whole branch's root above it.
fn is_narrow(prefix: &Oid) -> bool {
    prefix.arcs().len() > INTERNET.len() && prefix.arcs().starts_with(&INTERNET)
}

/// Segments of plain characters or `{name}`; no way up, none empty.
fn is_path(path: &str) -> bool {
    let below = path.strip_prefix("/.well-known/").unwrap_or(path);
    let segment = |s: &str| {
        let inner = s.strip_prefix('{').and_then(|s| s.strip_suffix('}'));
        match inner {
            Some(name) => is_key(name, 32),
            None => {
                !s.is_empty()
                    && s != "."
                    && s != ".."
                    && s.bytes().all(|b| b.is_ascii_alphanumeric() || b"._~-".contains(&b))
            }
        }
    };
    path.len() <= 128 && below.split('/').all(segment)
}

/// A name with at least two labels that no network resolves to itself (RFC 6761, RFC 6762): the egress
/// checks the addresses behind it again.
fn is_public_host(host: &str) -> bool {
    let label = |l: &str| {
        (1..=63).contains(&l.len())
            && l.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && !l.starts_with('-')
            && !l.ends_with('-')
    };
    let top = host.rsplit('.').next().unwrap_or_default();
    host.len() <= 253
        && host.split('.').count() >= 2
        && host.split('.').all(label)
        && top.bytes().any(|b| b.is_ascii_lowercase())
        && !matches!(top, "localhost" | "local" | "internal" | "test" | "invalid" | "onion" | "arpa" | "example")
}
