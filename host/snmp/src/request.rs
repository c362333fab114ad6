//! Encodes requests (RFC 1157, RFC 3416). Request ids always take four octets, so that a sweep can encode a request once
//! and write each address's id into it.

use bailiwick_contract::value::Oid;

use crate::credentials::Credentials;

/// What a request asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    Get,
    GetNext,
    GetBulk { max_repetitions: u16 },
}

/// A request id: 30 free bits, always four octets in BER.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RequestId(i32);

impl RequestId {
    /// Makes an id from any bits; two of them are fixed so that its encoding has one length.
    pub(crate) fn from_bits(bits: u32) -> Self {
        Self((bits & 0x3fff_ffff | 0x4000_0000).cast_signed())
    }

    /// An id that nobody can guess.
    pub(crate) fn random() -> Result<Self, getrandom::Error> {
        getrandom::u32().map(Self::from_bits)
    }

    pub(crate) fn number(self) -> i32 {
        self.0
    }
}

/// An encoded request and where its id is.
#[derive(Clone)]
pub(crate) struct Request {
    octets: Vec<u8>,
    id_at: usize,
}

impl Request {
    pub(crate) fn new(credentials: &Credentials, operation: Operation, id: RequestId, names: &[Oid]) -> Self {
        // From the inside out: a length stands before what it counts.
        let mut list = Vec::with_capacity(names.len() * 20);
        for name in names {
            let mut binding = Vec::with_capacity(20);
            put(&mut binding, OID, &oid(name));
            put(&mut binding, NULL, &[]);
            put(&mut list, SEQUENCE, &binding);
        }
        let (tag, max_repetitions) = match operation {
            Operation::Get => (0xa0, 0),
            Operation::GetNext => (0xa1, 0),
            Operation::GetBulk { max_repetitions } => (0xa5, max_repetitions),
        };
        let mut after_id = Vec::with_capacity(list.len() + 16);
        put_integer(&mut after_id, 0);
        put_integer(&mut after_id, i64::from(max_repetitions));
        put(&mut after_id, SEQUENCE, &list);

        let mut pdu = Vec::with_capacity(after_id.len() + 6);
        put(&mut pdu, INTEGER, &id.0.to_be_bytes());
        pdu.extend_from_slice(&after_id);

        let mut message = Vec::with_capacity(pdu.len() + 64);
        put_integer(&mut message, credentials.version().number());
        put(&mut message, OCTETS, credentials.community().octets());
        put(&mut message, tag, &pdu);
        let mut octets = Vec::with_capacity(message.len() + 4);
        put(&mut octets, SEQUENCE, &message);
        let id_at = octets.len() - after_id.len() - 4;
        Self { octets, id_at }
    }

    pub(crate) fn octets(&self) -> &[u8] {
        &self.octets
    }

    /// Writes another id into the request.
    pub(crate) fn set_id(&mut self, id: RequestId) {
        if let Some(place) = self.octets.get_mut(self.id_at..self.id_at + 4) {
            place.copy_from_slice(&id.0.to_be_bytes());
        }
    }
}

const INTEGER: u8 = 0x02;
const OCTETS: u8 = 0x04;
const NULL: u8 = 0x05;
const OID: u8 = 0x06;
const SEQUENCE: u8 = 0x30;

fn put(out: &mut Vec<u8>, tag: u8, content: &[u8]) {
    out.push(tag);
    match content.len() {
        short @ 0..0x80 => out.push(short as u8),
        middle @ 0x80..0x100 => out.extend([0x81, middle as u8]),
        // A request has at most a few thousand octets; the fourth octet is for completeness.
        long => {
            let [.., a, b, c] = long.to_be_bytes();
            out.extend([0x83, a, b, c]);
        }
    }
    out.extend_from_slice(content);
}

/// Numbers from 0 to 65,535.
fn put_integer(out: &mut Vec<u8>, number: i64) {
    let [.., a, b, c] = number.to_be_bytes();
    match (a, b, c) {
        (0, 0, 0..=0x7f) => put(out, INTEGER, &[c]),
        (0, 0..=0x7f, _) => put(out, INTEGER, &[b, c]),
        _ => put(out, INTEGER, &[a, b, c]),
    }
}

fn oid(name: &Oid) -> Vec<u8> {
    let (head, tail) = match name.arcs() {
        [first, second, tail @ ..] => (first.saturating_mul(40).saturating_add(*second), tail),
        [first] => (first.saturating_mul(40), [].as_slice()),
        [] => (0, [].as_slice()),
    };
    let mut content = Vec::with_capacity(tail.len() + 8);
    for arc in std::iter::once(head).chain(tail.iter().copied()) {
        for shift in [28, 21, 14, 7] {
            if arc >> shift != 0 {
                content.push(0x80 | (arc >> shift & 0x7f) as u8);
            }
        }
        content.push((arc & 0x7f) as u8);
    }
    content
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{Community, Version};

    proptest! {
        #[test]
        fn an_independent_codec_reads_what_is_written(
            arcs in prop::collection::vec(prop::collection::vec(any::<u32>(), 0..30), 0..30),
            community in "[a-z]{1,200}", bits: u32, later: u32, max_repetitions: u16, v1: bool, kind in 0..3u8,
        ) {
            let version = if v1 { Version::V1 } else { Version::V2c };
            let credentials = Credentials::V1(Community::new(community.as_str()).unwrap()).with_version(version);
            let operation = match kind {
                0 => Operation::Get,
                1 => Operation::GetNext,
                _ if v1 => Operation::Get,
                _ => Operation::GetBulk { max_repetitions },
            };
            let names: Vec<_> = arcs.iter().map(|tail| Oid::new([&[1, 3], tail.as_slice()].concat()).unwrap()).collect();
            let mut request = Request::new(&credentials, operation, RequestId::from_bits(bits), &names);
            request.set_id(RequestId::from_bits(later));

            let read = sim_printers::message::Request::decode(request.octets()).unwrap();
            prop_assert_eq!(read.id, RequestId::from_bits(later).number());
            prop_assert_eq!(read.community, community.as_bytes());
            let read_names: Vec<_> = read.names.iter().map(|name| name.arcs().to_vec()).collect();
            let asked: Vec<_> = names.iter().map(|name| name.arcs().to_vec()).collect();
            prop_assert_eq!(read_names, asked);
            if let sim_printers::message::Operation::GetBulk { max_repetitions: read, .. } = read.operation {
                prop_assert_eq!(read, u32::from(max_repetitions));
            }
        }
    }
}
