//! How an agent answers a request from its tree: the rules of RFC 1157 section 4.1 for SNMPv1 and of
//! RFC 3416 section 4.2 for SNMPv2c. Pure: the same tree and request give the same answer.

use crate::{
    message::{Operation, Request, Response, Version, binding_size, status},
    oid::Oid,
    tree::Tree,
    value::Value,
};

/// What sizes an agent keeps to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The largest message in octets that it sends; longer answers become tooBig or a shorter bulk.
    pub message: usize,
    /// The most names it takes in one request; more is tooBig.
    pub names: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { message: 1400, names: 64 }
    }
}

/// Octets of a response around its bindings, without the community: never less than this.
const ENVELOPE: usize = 48;

/// The answer to `request`.
#[must_use]
pub fn answer(tree: &Tree, limits: Limits, request: &Request) -> Response {
    let mut response = Response {
        version: request.version,
        community: request.community.clone(),
        id: request.id,
        status: status::NO_ERROR,
        index: 0,
        bindings: Vec::new(),
    };
    let room = limits.message.saturating_sub(ENVELOPE + request.community.len());
    let outcome = match request.operation {
        Operation::Set => Err((set_refusal(request.version), 1)),
        _ if request.names.len() > limits.names => Err((status::TOO_BIG, 0)),
        Operation::Get => fit(request.names.iter().map(|name| get(tree, request.version, name)), room),
        Operation::GetNext => fit(request.names.iter().map(|name| next(tree, request.version, name)), room),
        Operation::GetBulk { non_repeaters, max_repetitions } => {
            let rows = bulk(tree, &request.names, non_repeaters, max_repetitions, room);
            let nothing_fits = rows.is_empty() && max_repetitions > 0 && !request.names.is_empty();
            if nothing_fits { Err((status::TOO_BIG, 0)) } else { Ok(rows) }
        }
    };
    match outcome {
        Ok(bindings) => response.bindings = bindings,
        Err((status, index)) => {
            (response.status, response.index) = (status, index);
            if !(request.version == Version::V2c && status == status::TOO_BIG) {
                response.bindings = request.names.iter().map(|name| (name.clone(), Value::Null)).collect();
            }
        }
    }
    response
}

type Refusal = (i64, i64);

fn set_refusal(version: Version) -> i64 {
    match version {
        Version::V1 => status::NO_SUCH_NAME,
        Version::V2c => status::NOT_WRITABLE,
    }
}

fn get(tree: &Tree, version: Version, name: &Oid) -> Option<(Oid, Value)> {
    let value = match (tree.get(name).filter(|value| visible(version, value)), version) {
        (Some(value), _) => value.clone(),
        (None, Version::V1) => return None,
        (None, Version::V2c) if tree.has_sibling(name) => Value::NoSuchInstance,
        (None, Version::V2c) => Value::NoSuchObject,
    };
    Some((name.clone(), value))
}

fn next(tree: &Tree, version: Version, name: &Oid) -> Option<(Oid, Value)> {
    match (tree.after(name).iter().find(|row| visible(version, &row.1)), version) {
        (Some(row), _) => Some(row.clone()),
        (None, Version::V1) => None,
        (None, Version::V2c) => Some((name.clone(), Value::EndOfMibView)),
    }
}

/// SNMPv1 has no Counter64: such instances do not exist for it.
fn visible(version: Version, value: &Value) -> bool {
    version == Version::V2c || !matches!(value, Value::Counter64(_))
}

/// All bindings, or the first that is missing, or tooBig.
fn fit(bindings: impl Iterator<Item = Option<(Oid, Value)>>, room: usize) -> Result<Vec<(Oid, Value)>, Refusal> {
    let mut used = 0;
    let mut kept = Vec::new();
    for (at, binding) in bindings.enumerate() {
        let (name, value) = binding.ok_or((status::NO_SUCH_NAME, i64::try_from(at).unwrap_or(i64::MAX - 1) + 1))?;
        used += binding_size(&name, &value);
        kept.push((name, value));
    }
    if used > room { Err((status::TOO_BIG, 0)) } else { Ok(kept) }
}

/// RFC 3416 section 4.2.3: shortened to what fits, ended early when every column has ended.
fn bulk(tree: &Tree, names: &[Oid], non_repeaters: u32, max_repetitions: u32, room: usize) -> Vec<(Oid, Value)> {
    let once = usize::try_from(non_repeaters).unwrap_or(usize::MAX).min(names.len());
    let (once, repeated) = names.split_at_checked(once).unwrap_or((names, &[]));
    let mut kept = Vec::new();
    let mut used = 0;
    let mut keep = |row: (Oid, Value)| {
        used += binding_size(&row.0, &row.1);
        let fits = used <= room;
        if fits {
            kept.push(row);
        }
        fits
    };
    for name in once {
        if !next(tree, Version::V2c, name).is_some_and(&mut keep) {
            return kept;
        }
    }
    let mut columns = repeated.to_vec();
    for _ in 0..max_repetitions {
        let mut ended = true;
        for column in &mut columns {
            let Some(row) = next(tree, Version::V2c, column) else { continue };
            ended &= row.1 == Value::EndOfMibView;
            column.clone_from(&row.0);
            if !keep(row) {
                return kept;
            }
        }
        if ended {
            break;
        }
    }
    kept
}
