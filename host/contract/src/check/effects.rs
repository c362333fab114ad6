//! May this be done, and what of it may be kept?

use std::{
    collections::{HashMap, HashSet},
    fmt::Display,
};

use super::{
    Checked, Checker, Dropped, Violation, ViolationCode as Code,
    asks::{is_id, is_media_type},
    scalar::{self, MAX_TIME, MAX_TOKEN, is_line, is_timer_key},
};
use crate::{
    exchange::{Effect, Finish, Input, Membership, Outcome, Post, Refusal, Reply, StatePut, Timer},
    manifest::{RowKey, TableAttribute},
    value::{Cell, Condition, Fact, Identity, Point, Row, Table},
};

/// The most effects of one outcome.
pub const MAX_EFFECTS: usize = 512;
/// The most facts, points, conditions, identities or members of one effect.
pub const MAX_VALUES: usize = 8_192;
/// The longest body of a reply or raw result, in bytes.
pub const MAX_REPLY_BYTES: usize = 4 << 20;
/// The longest push address, in bytes.
pub const MAX_REACHABLE_BYTES: usize = 4_096;
/// The most bytes that one upload may be permitted.
pub const MAX_UPLOAD_BYTES: u64 = 1 << 30;

/// What is known while one outcome is checked.
struct Pass<'a> {
    checker: Checker<'a>,
    dropped: Dropped,
    /// What may appear once: a kind of effect and its key, where it has one.
    seen: HashSet<(&'static str, String)>,
    /// Meters and their rows of which there is a point.
    series: HashSet<(String, Option<String>)>,
    /// The kept rows of each table: meters and conditions may name these and no others.
    present: HashMap<String, HashSet<String>>,
}

impl Checker<'_> {
    /// An outcome that keeps to the manifest, narrowed to what is permitted.
    ///
    /// # Errors
    /// [`Violation`]: nothing of the outcome may be applied.
    pub fn effects(&self, input: &Input, outcome: Outcome) -> Result<Checked, Violation> {
        let Outcome { reply, effects } = outcome;
        check_reply(input, reply.as_ref())?;
        if effects.len() > MAX_EFFECTS {
            return Err(Violation::at(Code::TooManyEffects, &"effects"));
        }
        if let Some(i) = effects.iter().position(|effect| !is_allowed(input, effect)) {
            return Err(Violation::at(Code::EffectNotAllowed, &format_args!("effects[{i}]")));
        }
        let mut pass = Pass {
            checker: *self,
            dropped: Dropped::default(),
            seen: HashSet::new(),
            series: HashSet::new(),
            present: HashMap::new(),
        };
        // Tables first: what is said of a row counts only where the row is kept.
        let (tables, others): (Vec<_>, Vec<_>) =
            effects.into_iter().enumerate().partition(|(_, effect)| matches!(effect, Effect::Table(_)));
        let mut kept = Vec::with_capacity(tables.len().saturating_add(others.len()));
        for (i, effect) in tables.into_iter().chain(others) {
            let effect = pass.effect(input, effect).map_err(|(code, place)| Violation {
                code,
                path: format!(
                    "effects[{i}]{}{place}",
                    if place.is_empty() || place.starts_with('[') { "" } else { "." }
                ),
            })?;
            kept.extend(effect.map(|effect| (i, effect)));
        }
        kept.sort_by_key(|(i, _)| *i);
        let effects = kept.into_iter().map(|(_, effect)| effect).collect();
        Ok(Checked { outcome: Outcome { reply, effects }, dropped: pass.dropped })
    }

    /// A refusal whose code is declared and whose number is small, so that it can be counted and shown.
    ///
    /// # Errors
    /// [`Violation`]; code or number could carry a text otherwise.
    pub fn refusal(&self, refusal: Refusal) -> Result<Refusal, Violation> {
        let declared = self.manifest.refusals.contains(&refusal.code)
            || self.manifest.not_mine.contains(&refusal.code)
            || Refusal::STANDARD.contains(&refusal.code.as_str());
        if !declared {
            return Err(Violation::at(Code::BadRefusal, &"refused.code"));
        }
        if !(0..=Refusal::MAX_NUMBER).contains(&refusal.number) {
            return Err(Violation::at(Code::BadRefusal, &"refused.number"));
        }
        Ok(refusal)
    }
}

/// Which effects an input may have. A poll only reads; a rendered or signed document changes nothing;
/// a socket's message comes from a device that is known already.
fn is_allowed(input: &Input, effect: &Effect) -> bool {
    match input {
        Input::Poll(_) => matches!(
            effect,
            Effect::Identify(_) | Effect::Facts(_) | Effect::Table(_) | Effect::Readings(_) | Effect::Conditions(_)
        ),
        Input::Request(_) => true,
        Input::Frame(_) => !matches!(effect, Effect::Identify(_)),
        Input::Timer(_) => !matches!(effect, Effect::Identify(_) | Effect::Post(_) | Effect::GrantUpload(_)),
        Input::Admit(_) | Input::Offer(_) | Input::Page(_) => false,
    }
}

fn check_reply(input: &Input, reply: Option<&Reply>) -> Result<(), Violation> {
    let Some(reply) = reply else {
        return match input {
            Input::Admit(_) | Input::Offer(_) | Input::Page(_) => Err(Violation::at(Code::MissingReply, &"reply")),
            Input::Poll(_) | Input::Request(_) | Input::Frame(_) | Input::Timer(_) => Ok(()),
        };
    };
    if matches!(input, Input::Poll(_) | Input::Timer(_)) {
        return Err(Violation::at(Code::UnexpectedReply, &"reply"));
    }
    if !(200..=599).contains(&reply.status) {
        return Err(Violation::at(Code::BadReply, &"reply.status"));
    }
    if !is_media_type(&reply.content_type) {
        return Err(Violation::at(Code::BadReply, &"reply.content_type"));
    }
    if reply.body.len() > MAX_REPLY_BYTES {
        return Err(Violation::at(Code::TooLarge, &"reply.body"));
    }
    Ok(())
}

/// What is wrong, and where within the effect.
type Fault = (Code, String);

/// The place is written out only where something is wrong.
fn must(holds: bool, code: Code, place: impl Display) -> Result<(), Fault> {
    if holds { Ok(()) } else { Err((code, place.to_string())) }
}

fn is_within(count: usize, limit: u32) -> bool {
    count <= usize::try_from(limit).unwrap_or(usize::MAX)
}

fn at_most(count: usize) -> Result<(), Fault> {
    must(count <= MAX_VALUES, Code::TooManyValues, "")
}

impl Pass<'_> {
    fn once(&mut self, what: &'static str, key: &str) -> Result<(), Fault> {
        must(self.seen.insert((what, key.to_owned())), Code::RepeatedEffect, "")
    }

    fn effect(&mut self, input: &Input, effect: Effect) -> Result<Option<Effect>, Fault> {
        match effect {
            Effect::Identify(identities) => self.identify(identities),
            Effect::Facts(facts) => self.facts(facts),
            Effect::Table(table) => {
                self.once("table", &table.attribute)?;
                let kept = self.table(table, "")?;
                if let Some(table) = &kept {
                    let rows = table.rows.iter().map(|row| row.key.clone()).collect();
                    self.present.insert(table.attribute.clone(), rows);
                }
                Ok(kept.map(Effect::Table))
            }
            Effect::Readings(points) => self.readings(points),
            Effect::Conditions(conditions) => self.conditions(conditions),
            Effect::Retire => self.once("retire", "").map(|()| Some(Effect::Retire)),
            Effect::Wake => self.once("wake", "").map(|()| Some(Effect::Wake)),
            Effect::Sent(id) => self.command(&id).map(|()| Some(Effect::Sent(id))),
            Effect::Defer(id) => self.command(&id).map(|()| Some(Effect::Defer(id))),
            Effect::Finish(finish) => self.finish(finish),
            Effect::StatePut(put) => self.state_put(put),
            Effect::StateDelete(key) => {
                self.state(&key)?;
                Ok(Some(Effect::StateDelete(key)))
            }
            Effect::Reachable(address) => {
                self.once("reachable", "")?;
                must((1..=MAX_REACHABLE_BYTES).contains(&address.len()), Code::TooLarge, "")?;
                Ok(Some(Effect::Reachable(address)))
            }
            Effect::Timer(timer) => self.timer(timer),
            Effect::Membership(membership) => {
                membership_is_formed(&membership).map(|()| Some(Effect::Membership(membership)))
            }
            Effect::Post(post) => post_is_within(input, &post).map(|()| Some(Effect::Post(post))),
            Effect::GrantUpload(upload) => {
                must(is_id(&upload.key), Code::BadKey, "key")?;
                self.once("upload", &upload.key)?;
                must((1..=MAX_UPLOAD_BYTES).contains(&upload.bytes), Code::TooLarge, "bytes")?;
                Ok(Some(Effect::GrantUpload(upload)))
            }
        }
    }

    fn identify(&mut self, identities: Vec<Identity>) -> Result<Option<Effect>, Fault> {
        self.once("identify", "")?;
        at_most(identities.len())?;
        let mut kept = Vec::with_capacity(identities.len());
        let mut seen = HashSet::new();
        for (i, identity) in identities.into_iter().enumerate() {
            let declared = self.checker.manifest.identities.iter().find(|k| k.kind == identity.kind);
            let kind = declared.ok_or_else(|| (Code::UndeclaredIdentity, format!("[{i}].kind")))?;
            let formed = is_line(&identity.value, MAX_TOKEN)
                && !identity.value.is_empty()
                && kind.pattern.matches(&identity.value);
            must(formed, Code::PatternMismatch, format_args!("[{i}].value"))?;
            must(seen.insert(identity.clone()), Code::DuplicateKey, format_args!("[{i}]"))?;
            if self.checker.permitted.identity(kind) {
                kept.push(identity);
            } else {
                self.dropped.count(&identity.kind);
            }
        }
        Ok((!kept.is_empty()).then_some(Effect::Identify(kept)))
    }

    fn facts(&mut self, facts: Vec<Fact>) -> Result<Option<Effect>, Fault> {
        at_most(facts.len())?;
        let mut kept = Vec::with_capacity(facts.len());
        for (i, mut fact) in facts.into_iter().enumerate() {
            fact.value = scalar::readable(fact.value);
            let declared = self.checker.manifest.attributes.iter().find(|a| a.key == fact.attribute);
            let attribute = declared.ok_or_else(|| (Code::UndeclaredAttribute, format!("[{i}].attribute")))?;
            must(
                self.seen.insert(("fact", fact.attribute.clone())),
                Code::DuplicateKey,
                format_args!("[{i}].attribute"),
            )?;
            scalar::check(&attribute.kind, &fact.value).map_err(|code| (code, format!("[{i}].value")))?;
            if self.checker.permitted.attribute(attribute) {
                kept.push(fact);
            } else {
                self.dropped.count(&fact.attribute);
            }
        }
        Ok((!kept.is_empty()).then_some(Effect::Facts(kept)))
    }

    /// A row of which nothing may be kept is left out whole, since its key could tell what its cells do;
    /// so is a table of which the keys or all columns may not be kept. A row whose key does not fit is left out and
    /// counted: keys come from the device, and one odd row is no reason to lose the others.
    fn table(&mut self, table: Table, place: &str) -> Result<Option<Table>, Fault> {
        let declared = self.checker.manifest.tables.iter().find(|t| t.key == table.attribute);
        let attribute = declared.ok_or_else(|| (Code::UndeclaredTable, format!("{place}attribute")))?;
        must(
            is_within(table.rows.len(), self.checker.manifest.limits.table_rows),
            Code::TooManyRows,
            format_args!("{place}rows"),
        )?;
        let permitted = self.is_kept(attribute);
        let mut complete = table.complete;
        let mut keys = HashSet::with_capacity(table.rows.len());
        let mut rows = Vec::with_capacity(table.rows.len());
        for (i, row) in table.rows.into_iter().enumerate() {
            if !attribute.row_key.admits(&row.key) {
                complete = false;
                self.dropped.count(&format!("{}.{}", attribute.key, RowKey::NAME));
                continue;
            }
            must(keys.insert(row.key.clone()), Code::DuplicateKey, format_args!("{place}rows[{i}].key"))?;
            let had_cells = !row.cells.is_empty();
            let cells = self
                .cells(attribute, row.cells)
                .map_err(|(code, j, part)| (code, format!("{place}rows[{i}].cells[{j}].{part}")))?;
            if permitted && (!cells.is_empty() || !had_cells) {
                rows.push(Row { key: row.key, cells });
            }
        }
        Ok(permitted.then_some(Table { attribute: table.attribute, complete, rows }))
    }

    fn cells(&mut self, table: &TableAttribute, cells: Vec<Cell>) -> Result<Vec<Cell>, (Code, usize, &'static str)> {
        if cells.len() > table.columns.len() {
            return Err((Code::DuplicateKey, table.columns.len(), "column"));
        }
        let mut kept: Vec<Cell> = Vec::with_capacity(cells.len());
        let mut seen = vec![false; table.columns.len()];
        for (i, mut cell) in cells.into_iter().enumerate() {
            cell.value = scalar::readable(cell.value);
            let declared = table.columns.iter().position(|c| c.key == cell.column);
            let (Some((column, seen)), true) =
                (declared.and_then(|n| Some((table.columns.get(n)?, seen.get_mut(n)?))), declared.is_some())
            else {
                return Err((Code::UndeclaredColumn, i, "column"));
            };
            if std::mem::replace(seen, true) {
                return Err((Code::DuplicateKey, i, "column"));
            }
            scalar::check(&column.kind, &cell.value).map_err(|code| (code, i, "value"))?;
            if self.checker.permitted.column(table, column) {
                kept.push(cell);
            } else {
                self.dropped.count(&format!("{}.{}", table.key, column.key));
            }
        }
        Ok(kept)
    }

    fn readings(&mut self, points: Vec<Point>) -> Result<Option<Effect>, Fault> {
        at_most(points.len())?;
        let mut kept = Vec::with_capacity(points.len());
        for (i, point) in points.into_iter().enumerate() {
            let declared = self.checker.manifest.meters.iter().find(|m| m.key == point.meter);
            let meter = declared.ok_or_else(|| (Code::UndeclaredMeter, format!("[{i}].meter")))?;
            let kept_row = self.row(meter.table.as_deref(), point.row.as_deref(), i)?;
            must(point.value.is_finite(), Code::NotFinite, format_args!("[{i}].value"))?;
            must(meter.admits(point.value), Code::OutOfBounds, format_args!("[{i}].value"))?;
            must(point.at <= MAX_TIME, Code::BadTime, format_args!("[{i}].at"))?;
            if kept_row && self.checker.permitted.meter(meter) {
                self.series.insert((point.meter.clone(), point.row.clone()));
                must(is_within(self.series.len(), self.checker.manifest.limits.meters), Code::TooManyMeters, "")?;
                kept.push(point);
            } else {
                self.dropped.count(&point.meter);
            }
        }
        Ok((!kept.is_empty()).then_some(Effect::Readings(kept)))
    }

    /// The set is whole: it stays, even if nothing of it is left, so that what held before is cleared.
    fn conditions(&mut self, conditions: Vec<Condition>) -> Result<Option<Effect>, Fault> {
        self.once("conditions", "")?;
        at_most(conditions.len())?;
        let mut kept: Vec<Condition> = Vec::with_capacity(conditions.len());
        let mut seen = HashSet::new();
        for (i, condition) in conditions.into_iter().enumerate() {
            let declared = self.checker.manifest.conditions.iter().find(|c| c.key == condition.key);
            let kind = declared.ok_or_else(|| (Code::UndeclaredCondition, format!("[{i}].key")))?;
            let kept_row = self.row(kind.table.as_deref(), condition.row.as_deref(), i)?;
            must(seen.insert(condition.clone()), Code::DuplicateKey, format_args!("[{i}]"))?;
            if kept_row && self.checker.permitted.condition(kind) {
                must(is_within(kept.len() + 1, self.checker.manifest.limits.conditions), Code::TooManyConditions, "")?;
                kept.push(condition);
            } else {
                self.dropped.count(&condition.key);
            }
        }
        Ok(Some(Effect::Conditions(kept)))
    }

    /// Whether a meter's or condition's row is told where the manifest says so, and is one that this outcome holds.
    fn row(&self, table: Option<&str>, row: Option<&str>, i: usize) -> Result<bool, Fault> {
        match (table, row) {
            (None, None) => Ok(true),
            (None, Some(_)) => Err((Code::UnexpectedRow, format!("[{i}].row"))),
            (Some(_), None) => Err((Code::MissingRow, format!("[{i}].row"))),
            (Some(table), Some(row)) => Ok(self.present.get(table).is_some_and(|rows| rows.contains(row))),
        }
    }

    fn is_kept(&self, table: &TableAttribute) -> bool {
        self.checker.permitted.table(table)
    }

    fn command(&mut self, id: &str) -> Result<(), Fault> {
        must(self.checker.manifest.asks.commands, Code::EffectNotAllowed, "")?;
        must(is_id(id), Code::BadKey, "command")
    }

    fn finish(&mut self, mut finish: Finish) -> Result<Option<Effect>, Fault> {
        self.command(&finish.command)?;
        self.once("finish", &finish.command)?;
        at_most(finish.tables.len())?;
        let raw = finish.raw.as_ref().map_or(0, |raw| raw.0.len());
        must(raw <= MAX_REPLY_BYTES, Code::TooLarge, "raw")?;
        let mut tables = Vec::with_capacity(finish.tables.len());
        for (i, table) in std::mem::take(&mut finish.tables).into_iter().enumerate() {
            tables.extend(self.table(table, &format!("tables[{i}]."))?);
        }
        Ok(Some(Effect::Finish(Finish { tables, ..finish })))
    }

    fn state(&mut self, key: &str) -> Result<&crate::manifest::StateKey, Fault> {
        self.once("state", key)?;
        let declared = self.checker.manifest.states.iter().find(|s| s.key == key);
        declared.ok_or_else(|| (Code::UndeclaredState, "key".to_owned()))
    }

    fn state_put(&mut self, put: StatePut) -> Result<Option<Effect>, Fault> {
        let permitted = self.checker.permitted;
        let key = self.state(&put.key)?;
        let (is_kept, most) = (permitted.state(key), key.max_bytes);
        must(put.value.0.len() <= usize::try_from(most).unwrap_or(usize::MAX), Code::TooLarge, "value")?;
        must(put.expires.is_none_or(|at| at <= MAX_TIME), Code::BadTime, "expires")?;
        if is_kept {
            return Ok(Some(Effect::StatePut(put)));
        }
        self.dropped.count(&put.key);
        Ok(None)
    }

    fn timer(&mut self, timer: Timer) -> Result<Option<Effect>, Fault> {
        must(is_timer_key(&timer.key), Code::BadKey, "key")?;
        self.once("timer", &timer.key)?;
        must(timer.at <= MAX_TIME, Code::BadTime, "at")?;
        Ok(Some(Effect::Timer(timer)))
    }
}

fn membership_is_formed(membership: &Membership) -> Result<(), Fault> {
    must(is_id(&membership.channel), Code::BadKey, "channel")?;
    at_most(membership.join.len().saturating_add(membership.leave.len()))?;
    must(membership.join.iter().chain(&membership.leave).all(|id| is_id(id)), Code::BadKey, "members")
}

/// A posted payload is a range of what its sender sent, so that a driver can pass content on and
/// cannot make or change it.
fn post_is_within(input: &Input, post: &Post) -> Result<(), Fault> {
    must(is_id(&post.channel), Code::BadKey, "channel")?;
    let bytes = match input {
        Input::Frame(bytes) => bytes.len(),
        Input::Request(request) => request.body.len(),
        _ => 0,
    };
    let end = usize::try_from(post.end).unwrap_or(usize::MAX);
    must(post.start < post.end && end <= bytes, Code::BadRange, "end")
}
