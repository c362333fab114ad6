//! Requests and responses of SNMPv1 (RFC 1157) and SNMPv2c (RFC 1901, RFC 3416).

use crate::{
    ber::{Reader, put, put_integer, put_oid, put_value, tag},
    oid::Oid,
    value::Value,
};

/// The protocol version of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// SNMPv1.
    V1,
    /// SNMPv2c.
    V2c,
}

/// What a request wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// Exactly these names.
    Get,
    /// Whatever follows each name.
    GetNext,
    /// GETNEXT, many times over (SNMPv2c only).
    GetBulk {
        /// How many leading names are asked for once.
        non_repeaters: u32,
        /// How often the other names are stepped.
        max_repetitions: u32,
    },
    /// A write, which no simulated printer accepts.
    Set,
}

/// A request as it came over the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Protocol version.
    pub version: Version,
    /// Community, compared octet by octet.
    pub community: Vec<u8>,
    /// What is asked.
    pub operation: Operation,
    /// Given back unchanged in the response.
    pub id: i32,
    /// The names asked for.
    pub names: Vec<Oid>,
}

/// Error statuses that an agent answers (RFC 3416 section 3).
pub mod status {
    #![expect(missing_docs, reason = "the names are those of the standard")]
    pub const NO_ERROR: i64 = 0;
    pub const TOO_BIG: i64 = 1;
    pub const NO_SUCH_NAME: i64 = 2;
    pub const NOT_WRITABLE: i64 = 17;
}

/// A response before it is encoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// Protocol version of the request.
    pub version: Version,
    /// Community of the request.
    pub community: Vec<u8>,
    /// Request id.
    pub id: i32,
    /// Error status, see [`status`].
    pub status: i64,
    /// 1-based index of the binding in error, or 0.
    pub index: i64,
    /// Names and values.
    pub bindings: Vec<(Oid, Value)>,
}

impl Request {
    /// Reads a request; `None` for anything else.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let (version, community, tag, mut pdu) = open(bytes)?;
        let id = i32::try_from(pdu.integer()?).ok()?;
        let (first, second) = (pdu.integer()?, pdu.integer()?);
        let operation = match tag {
            tag::GET => Operation::Get,
            tag::GET_NEXT => Operation::GetNext,
            tag::GET_BULK if version == Version::V2c => Operation::GetBulk {
                non_repeaters: u32::try_from(first.max(0)).ok()?,
                max_repetitions: u32::try_from(second.max(0)).ok()?,
            },
            tag::SET => Operation::Set,
            _ => return None,
        };
        let names = bindings(pdu.expect(tag::SEQUENCE)?)?.into_iter().map(|(name, _)| name).collect();
        Some(Self { version, community, operation, id, names })
    }

    /// The request's octets.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let (tag, first, second) = match self.operation {
            Operation::Get => (tag::GET, 0, 0),
            Operation::GetNext => (tag::GET_NEXT, 0, 0),
            Operation::Set => (tag::SET, 0, 0),
            Operation::GetBulk { non_repeaters, max_repetitions } => {
                (tag::GET_BULK, non_repeaters.into(), max_repetitions.into())
            }
        };
        let bindings: Vec<_> = self.names.iter().map(|name| (name.clone(), Value::Null)).collect();
        close(self.version, &self.community, tag, [self.id.into(), first, second], &bindings)
    }
}

impl Response {
    /// Reads a response; `None` for anything else.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let (version, community, tag, mut pdu) = open(bytes)?;
        if tag != tag::RESPONSE {
            return None;
        }
        let id = i32::try_from(pdu.integer()?).ok()?;
        let (status, index) = (pdu.integer()?, pdu.integer()?);
        let bindings = bindings(pdu.expect(tag::SEQUENCE)?)?;
        Some(Self { version, community, id, status, index, bindings })
    }

    /// The response's octets.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        close(self.version, &self.community, tag::RESPONSE, [self.id.into(), self.status, self.index], &self.bindings)
    }
}

/// How many octets one binding takes in a message.
#[must_use]
pub fn binding_size(name: &Oid, value: &Value) -> usize {
    let mut out = Vec::new();
    put_binding(&mut out, name, value);
    out.len()
}

fn open(bytes: &[u8]) -> Option<(Version, Vec<u8>, u8, Reader<'_>)> {
    let mut message = Reader::new(Reader::new(bytes).expect(tag::SEQUENCE)?);
    let version = match message.integer()? {
        0 => Version::V1,
        1 => Version::V2c,
        _ => return None,
    };
    let community = message.expect(tag::OCTETS)?.to_vec();
    let (tag, pdu) = message.element()?;
    Some((version, community, tag, Reader::new(pdu)))
}

fn bindings(bytes: &[u8]) -> Option<Vec<(Oid, Value)>> {
    let mut list = Reader::new(bytes);
    let mut found = Vec::new();
    while !list.is_empty() {
        let mut pair = Reader::new(list.expect(tag::SEQUENCE)?);
        found.push((pair.oid()?, pair.value()?));
    }
    Some(found)
}

fn close(version: Version, community: &[u8], tag: u8, head: [i64; 3], bindings: &[(Oid, Value)]) -> Vec<u8> {
    let mut list = Vec::new();
    for (name, value) in bindings {
        put_binding(&mut list, name, value);
    }
    let mut pdu = Vec::with_capacity(list.len() + 24);
    head.into_iter().for_each(|number| put_integer(&mut pdu, number));
    put(&mut pdu, tag::SEQUENCE, &list);
    let mut message = Vec::with_capacity(pdu.len() + community.len() + 16);
    put_integer(
        &mut message,
        match version {
            Version::V1 => 0,
            Version::V2c => 1,
        },
    );
    put(&mut message, tag::OCTETS, community);
    put(&mut message, tag, &pdu);
    let mut out = Vec::with_capacity(message.len() + 6);
    put(&mut out, tag::SEQUENCE, &message);
    out
}

fn put_binding(out: &mut Vec<u8>, name: &Oid, value: &Value) {
    let mut pair = Vec::with_capacity(32);
    put_oid(&mut pair, name);
    put_value(&mut pair, value);
    put(out, tag::SEQUENCE, &pair);
}
