//! The part of BER (X.690) that SNMP uses: definite lengths, single-octet tags.
//!
//! This codec is deliberately not the one that the product uses, so that an error in one does not
//! cancel out in the other. Reading never panics: every read returns `None` on bytes that do not fit.

use crate::{oid::Oid, value::Value};

/// Tags by their octet.
pub mod tag {
    #![expect(missing_docs, reason = "the names are those of the standards")]
    pub const INTEGER: u8 = 0x02;
    pub const OCTETS: u8 = 0x04;
    pub const NULL: u8 = 0x05;
    pub const OID: u8 = 0x06;
    pub const SEQUENCE: u8 = 0x30;
    pub const IP_ADDRESS: u8 = 0x40;
    pub const COUNTER32: u8 = 0x41;
    pub const GAUGE32: u8 = 0x42;
    pub const TIME_TICKS: u8 = 0x43;
    pub const COUNTER64: u8 = 0x46;
    pub const NO_SUCH_OBJECT: u8 = 0x80;
    pub const NO_SUCH_INSTANCE: u8 = 0x81;
    pub const END_OF_MIB_VIEW: u8 = 0x82;
    pub const GET: u8 = 0xa0;
    pub const GET_NEXT: u8 = 0xa1;
    pub const RESPONSE: u8 = 0xa2;
    pub const SET: u8 = 0xa3;
    pub const GET_BULK: u8 = 0xa5;
}

/// Reads elements one after the other.
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Starts at the first octet.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// True when nothing is left.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The next element's tag and content.
    pub fn element(&mut self) -> Option<(u8, &'a [u8])> {
        let (&tag, rest) = self.rest.split_first()?;
        let (&first, rest) = rest.split_first()?;
        let (length, rest) = if first < 0x80 {
            (usize::from(first), rest)
        } else {
            let count = usize::from(first & 0x7f);
            if count == 0 || count > 4 {
                return None;
            }
            let (octets, rest) = rest.split_at_checked(count)?;
            (octets.iter().fold(0, |n, &octet| n << 8 | usize::from(octet)), rest)
        };
        let (content, rest) = rest.split_at_checked(length)?;
        self.rest = rest;
        Some((tag, content))
    }

    /// The next element's content when it has this tag.
    pub fn expect(&mut self, wanted: u8) -> Option<&'a [u8]> {
        let (tag, content) = self.element()?;
        (tag == wanted).then_some(content)
    }

    /// The next element as INTEGER.
    pub fn integer(&mut self) -> Option<i64> {
        signed(self.expect(tag::INTEGER)?)
    }

    /// The next element as OBJECT IDENTIFIER.
    pub fn oid(&mut self) -> Option<Oid> {
        oid(self.expect(tag::OID)?)
    }

    /// The next element as a value of a binding.
    pub fn value(&mut self) -> Option<Value> {
        let (tag, content) = self.element()?;
        Some(match tag {
            tag::INTEGER => Value::Integer(signed(content)?),
            tag::OCTETS => Value::Octets(content.to_vec()),
            tag::NULL => Value::Null,
            tag::OID => Value::Oid(oid(content)?),
            tag::IP_ADDRESS => Value::IpAddress(content.try_into().ok()?),
            tag::COUNTER32 => Value::Counter32(u32::try_from(unsigned(content)?).ok()?),
            tag::GAUGE32 => Value::Gauge32(u32::try_from(unsigned(content)?).ok()?),
            tag::TIME_TICKS => Value::TimeTicks(u32::try_from(unsigned(content)?).ok()?),
            tag::COUNTER64 => Value::Counter64(unsigned(content)?),
            tag::NO_SUCH_OBJECT => Value::NoSuchObject,
            tag::NO_SUCH_INSTANCE => Value::NoSuchInstance,
            tag::END_OF_MIB_VIEW => Value::EndOfMibView,
            _ => return None,
        })
    }
}

fn signed(content: &[u8]) -> Option<i64> {
    let first = *content.first()?;
    if content.len() > 8 {
        return None;
    }
    let start = if first & 0x80 == 0 { 0 } else { -1 };
    Some(content.iter().fold(start, |n, &octet| n << 8 | i64::from(octet)))
}

fn unsigned(content: &[u8]) -> Option<u64> {
    let significant = match content {
        [] => return None,
        [0, rest @ ..] => rest,
        all => all,
    };
    if significant.len() > 8 {
        return None;
    }
    Some(significant.iter().fold(0, |n, &octet| n << 8 | u64::from(octet)))
}

fn oid(content: &[u8]) -> Option<Oid> {
    let mut arcs = Vec::with_capacity(content.len() + 1);
    let mut arc: u32 = 0;
    let mut open = false;
    for &octet in content {
        if arc > u32::MAX >> 7 {
            return None;
        }
        arc = arc << 7 | u32::from(octet & 0x7f);
        open = octet & 0x80 != 0;
        if !open {
            if arcs.is_empty() {
                let root = (arc / 40).min(2);
                arcs.extend([root, arc - root * 40]);
            } else {
                arcs.push(arc);
            }
            arc = 0;
        }
    }
    (!open && !arcs.is_empty()).then(|| Oid::new(arcs))
}

/// Appends one element.
pub fn put(out: &mut Vec<u8>, tag: u8, content: &[u8]) {
    out.push(tag);
    let length = content.len();
    if length < 0x80 {
        out.push(u8::try_from(length).unwrap_or_default());
    } else {
        let octets = length.to_be_bytes();
        let significant = trim(&octets);
        out.push(0x80 | u8::try_from(significant.len()).unwrap_or_default());
        out.extend_from_slice(significant);
    }
    out.extend_from_slice(content);
}

/// Appends an INTEGER.
pub fn put_integer(out: &mut Vec<u8>, number: i64) {
    let octets = number.to_be_bytes();
    let mut content = octets.as_slice();
    while let [first, rest @ ..] = content {
        let redundant = match rest.first() {
            Some(next) => (*first == 0 && next & 0x80 == 0) || (*first == 0xff && next & 0x80 != 0),
            None => false,
        };
        if !redundant {
            break;
        }
        content = rest;
    }
    put(out, tag::INTEGER, content);
}

/// Appends an OBJECT IDENTIFIER. Fewer than two arcs are padded with zeros, as a walk from `1` needs.
pub fn put_oid(out: &mut Vec<u8>, oid: &Oid) {
    let mut arcs = oid.arcs().iter().copied();
    let first = arcs.next().unwrap_or(0);
    let second = arcs.next().unwrap_or(0);
    let mut content = Vec::with_capacity(oid.arcs().len() + 8);
    put_arc(&mut content, first.saturating_mul(40).saturating_add(second));
    arcs.for_each(|arc| put_arc(&mut content, arc));
    put(out, tag::OID, &content);
}

fn put_arc(out: &mut Vec<u8>, arc: u32) {
    for shift in [28, 21, 14, 7] {
        if arc >> shift != 0 {
            out.push(0x80 | (arc >> shift & 0x7f) as u8);
        }
    }
    out.push((arc & 0x7f) as u8);
}

/// Appends a binding's value.
pub fn put_value(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Integer(n) => put_integer(out, *n),
        Value::Octets(octets) => put(out, tag::OCTETS, octets),
        Value::Null => put(out, tag::NULL, &[]),
        Value::Oid(oid) => put_oid(out, oid),
        Value::IpAddress(octets) => put(out, tag::IP_ADDRESS, octets),
        Value::Counter32(n) => put_unsigned(out, tag::COUNTER32, (*n).into()),
        Value::Gauge32(n) => put_unsigned(out, tag::GAUGE32, (*n).into()),
        Value::TimeTicks(n) => put_unsigned(out, tag::TIME_TICKS, (*n).into()),
        Value::Counter64(n) => put_unsigned(out, tag::COUNTER64, *n),
        Value::NoSuchObject => put(out, tag::NO_SUCH_OBJECT, &[]),
        Value::NoSuchInstance => put(out, tag::NO_SUCH_INSTANCE, &[]),
        Value::EndOfMibView => put(out, tag::END_OF_MIB_VIEW, &[]),
    }
}

fn put_unsigned(out: &mut Vec<u8>, tag: u8, number: u64) {
    let octets = number.to_be_bytes();
    let significant = trim(&octets);
    let mut content = Vec::with_capacity(9);
    if significant.first().is_none_or(|first| first & 0x80 != 0) {
        content.push(0);
    }
    content.extend_from_slice(significant);
    put(out, tag, &content);
}

/// The octets without leading zeros.
fn trim(octets: &[u8]) -> &[u8] {
    let zeros = octets.iter().take_while(|octet| **octet == 0).count();
    octets.get(zeros..).unwrap_or_default()
}
