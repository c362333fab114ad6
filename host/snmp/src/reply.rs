//! Reads what an agent sends back. Whatever the octets are: no panic, no allocation beyond a small multiple of their
//! number, and either a whole reply or the reason why it is none.
//!
//! A value that is well framed but not of its type's form (an INTEGER beyond 32 bits, an empty counter) becomes
//! [`SnmpValue::Opaque`] with its octets: one odd value on a device must not hide all the others.

use bailiwick_contract::value::{Binding, Oid, SnmpValue};
use snmp2::{AsnReader, Value, asn1, snmp};

use crate::credentials::Credentials;

/// A response (RFC 3416 section 3).
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    /// 0 is noError.
    pub error_status: i64,
    /// 1-based place of the binding in error, or 0.
    pub error_index: i64,
    /// Names and values in the agent's order.
    pub bindings: Vec<Binding>,
}

/// Why a datagram is not the reply that is waited for. Each is counted, none ends the wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ignored {
    /// From an address or port that was not asked.
    UnknownSource,
    /// For another request.
    WrongId,
    /// With another community or version than the request had.
    WrongCommunity,
    /// Not a response in BER.
    Malformed,
    /// Longer than what is accepted.
    Oversized,
}

/// The front of a message, read before anything is allocated: a flood of foreign messages costs no more than this.
pub struct Envelope<'a> {
    request_id: i64,
    pdu: AsnReader<'a>,
}

impl<'a> Envelope<'a> {
    /// Reads up to the request id and checks version and community.
    ///
    /// # Errors
    /// [`Ignored::Malformed`] or [`Ignored::WrongCommunity`].
    pub fn open(octets: &'a [u8], credentials: &Credentials) -> Result<Self, Ignored> {
        let malformed = |_| Ignored::Malformed;
        let message = AsnReader::from_bytes(octets).read_raw(asn1::TYPE_SEQUENCE).map_err(malformed)?;
        let mut message = AsnReader::from_bytes(message);
        let version = message.read_asn_integer().map_err(malformed)?;
        let community = message.read_asn_octetstring().map_err(malformed)?;
        if version != credentials.version().number() || community != credentials.community().octets() {
            return Err(Ignored::WrongCommunity);
        }
        let pdu = message.read_raw(snmp::MSG_RESPONSE).map_err(malformed)?;
        let mut pdu = AsnReader::from_bytes(pdu);
        let request_id = pdu.read_asn_integer().map_err(malformed)?;
        Ok(Self { request_id, pdu })
    }

    /// The id of the request that this answers.
    #[must_use]
    pub fn request_id(&self) -> i64 {
        self.request_id
    }

    /// Reads the rest.
    ///
    /// # Errors
    /// [`Ignored::Malformed`].
    pub fn reply(mut self) -> Result<Reply, Ignored> {
        let malformed = |_| Ignored::Malformed;
        let error_status = self.pdu.read_asn_integer().map_err(malformed)?;
        let error_index = self.pdu.read_asn_integer().map_err(malformed)?;
        let list = self.pdu.read_raw(asn1::TYPE_SEQUENCE).map_err(malformed)?;
        let mut list = AsnReader::from_bytes(list);
        let mut bindings = Vec::new();
        while list.bytes_left() > 0 {
            let pair = list.read_raw(asn1::TYPE_SEQUENCE).map_err(malformed)?;
            bindings.push(binding(pair).ok_or(Ignored::Malformed)?);
        }
        Ok(Reply { error_status, error_index, bindings })
    }
}

fn binding(pair: &[u8]) -> Option<Binding> {
    let mut pair = AsnReader::from_bytes(pair);
    let name = pair.read_asn_objectidentifier().ok()?;
    let oid = arcs(name.as_bytes())?;
    let kind = pair.peek_byte().ok()?;
    let mut copy = pair.clone();
    let raw = copy.read_raw(kind).ok()?;
    let value = pair.next().and_then(|value| typed(&value)).unwrap_or_else(|| SnmpValue::Opaque(raw.to_vec()));
    Some(Binding { oid, value })
}

fn typed(value: &Value<'_>) -> Option<SnmpValue> {
    Some(match value {
        Value::Null => SnmpValue::Null,
        Value::Integer(number) => SnmpValue::Integer(i32::try_from(*number).ok()?),
        Value::OctetString(octets) => SnmpValue::Octets(octets.to_vec()),
        Value::ObjectIdentifier(oid) => SnmpValue::Oid(arcs(oid.as_bytes())?),
        Value::IpAddress(octets) => SnmpValue::IpAddress(*octets),
        Value::Counter32(number) => SnmpValue::Counter32(*number),
        Value::Unsigned32(number) => SnmpValue::Gauge32(*number),
        Value::Timeticks(number) => SnmpValue::TimeTicks(*number),
        Value::Counter64(number) => SnmpValue::Counter64(*number),
        Value::NoSuchObject => SnmpValue::NoSuchObject,
        Value::NoSuchInstance => SnmpValue::NoSuchInstance,
        Value::EndOfMibView => SnmpValue::EndOfMibView,
        _ => return None,
    })
}

/// The arcs of an encoded OID. An empty one is `0.0` (zeroDotZero), as some agents write it.
fn arcs(octets: &[u8]) -> Option<Oid> {
    let mut arcs = Vec::with_capacity(octets.len().min(Oid::MAX_ARCS) + 1);
    let mut arc: u32 = 0;
    let mut open = false;
    for octet in octets {
        if arc > u32::MAX >> 7 || arcs.len() > Oid::MAX_ARCS {
            return None;
        }
        arc = arc << 7 | u32::from(octet & 0x7f);
        open = octet & 0x80 != 0;
        if open {
            continue;
        }
        if arcs.is_empty() {
            let root = (arc / 40).min(2);
            arcs.extend([root, arc - root * 40]);
        } else {
            arcs.push(arc);
        }
        arc = 0;
    }
    if open {
        return None;
    }
    if arcs.is_empty() {
        arcs.extend([0, 0]);
    }
    Oid::new(arcs).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sim_printers::{Oid as SimOid, Value as SimValue, message};

    use super::*;
    use crate::Community;

    fn credentials() -> Credentials {
        Credentials::V2c(Community::new("public").unwrap())
    }

    fn response(bindings: Vec<(SimOid, SimValue)>) -> message::Response {
        let community = b"public".to_vec();
        message::Response { version: message::Version::V2c, community, id: 7, status: 0, index: 0, bindings }
    }

    fn read(octets: &[u8]) -> Result<Reply, Ignored> {
        Envelope::open(octets, &credentials())?.reply()
    }

    fn oid() -> impl Strategy<Value = SimOid> {
        prop::collection::vec(any::<u32>(), 0..20).prop_map(|tail| SimOid::new([1, 3]).child(&tail))
    }

    fn value() -> impl Strategy<Value = SimValue> {
        prop_oneof![
            any::<i32>().prop_map(|n| SimValue::Integer(n.into())),
            prop::collection::vec(any::<u8>(), 0..300).prop_map(SimValue::Octets),
            Just(SimValue::Null),
            oid().prop_map(SimValue::Oid),
            any::<[u8; 4]>().prop_map(SimValue::IpAddress),
            any::<u32>().prop_map(SimValue::Counter32),
            any::<u32>().prop_map(SimValue::Gauge32),
            any::<u32>().prop_map(SimValue::TimeTicks),
            any::<u64>().prop_map(SimValue::Counter64),
            Just(SimValue::NoSuchObject),
            Just(SimValue::NoSuchInstance),
            Just(SimValue::EndOfMibView),
        ]
    }

    fn expected(value: &SimValue) -> SnmpValue {
        match value {
            SimValue::Integer(n) => SnmpValue::Integer((*n).try_into().unwrap()),
            SimValue::Octets(octets) => SnmpValue::Octets(octets.clone()),
            SimValue::Null => SnmpValue::Null,
            SimValue::Oid(oid) => SnmpValue::Oid(Oid::new(oid.arcs()).unwrap()),
            SimValue::IpAddress(octets) => SnmpValue::IpAddress(*octets),
            SimValue::Counter32(n) => SnmpValue::Counter32(*n),
            SimValue::Gauge32(n) => SnmpValue::Gauge32(*n),
            SimValue::TimeTicks(n) => SnmpValue::TimeTicks(*n),
            SimValue::Counter64(n) => SnmpValue::Counter64(*n),
            SimValue::NoSuchObject => SnmpValue::NoSuchObject,
            SimValue::NoSuchInstance => SnmpValue::NoSuchInstance,
            SimValue::EndOfMibView => SnmpValue::EndOfMibView,
        }
    }

    proptest! {
        #[test]
        fn every_value_survives_an_independent_encoder(rows in prop::collection::vec((oid(), value()), 0..20)) {
            let reply = read(&response(rows.clone()).encode()).unwrap();
            let wanted: Vec<_> = rows
                .iter()
                .map(|(name, value)| Binding { oid: Oid::new(name.arcs()).unwrap(), value: expected(value) })
                .collect();
            prop_assert_eq!(reply.bindings, wanted);
        }

        #[test]
        fn no_octets_make_it_panic(octets in prop::collection::vec(any::<u8>(), 0..400)) {
            let _: Result<Reply, Ignored> = read(&octets);
        }

        #[test]
        fn no_damage_to_a_true_reply_makes_it_panic(
            rows in prop::collection::vec((oid(), value()), 1..8),
            damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
            cut in any::<prop::sample::Index>(),
        ) {
            let mut octets = response(rows).encode();
            for (at, octet) in damage {
                let at = at.index(octets.len());
                octets[at] = octet;
            }
            let _: Result<Reply, Ignored> = read(&octets);
            octets.truncate(cut.index(octets.len()));
            prop_assert!(read(&octets).is_err());
        }
    }

    #[test]
    fn another_community_or_version_is_not_an_answer() {
        let mut other = response(vec![]);
        other.community = b"Public".to_vec();
        assert_eq!(read(&other.encode()), Err(Ignored::WrongCommunity));
        let mut other = response(vec![]);
        other.version = message::Version::V1;
        assert_eq!(read(&other.encode()), Err(Ignored::WrongCommunity));
    }

    #[test]
    fn a_request_is_not_an_answer() {
        let request = message::Request {
            version: message::Version::V2c,
            community: b"public".to_vec(),
            operation: message::Operation::Get,
            id: 7,
            names: vec![],
        };
        assert_eq!(read(&request.encode()), Err(Ignored::Malformed));
    }

    #[test]
    fn an_integer_beyond_32_bits_keeps_its_octets_and_its_neighbours() {
        let rows = vec![
            ("1.3.1".parse().unwrap(), SimValue::Integer(1 << 40)),
            ("1.3.2".parse().unwrap(), SimValue::Integer(5)),
        ];
        let reply = read(&response(rows).encode()).unwrap();
        assert_eq!(reply.bindings[0].value, SnmpValue::Opaque(vec![1, 0, 0, 0, 0, 0]));
        assert_eq!(reply.bindings[1].value, SnmpValue::Integer(5));
    }
}
