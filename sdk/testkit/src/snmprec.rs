//! A target that answers from a recorded walk (snmprec: `OID|TAG|VALUE`, one object a line).
//!
//! Tags are ASN.1's: 2 integer, 4 octets, 5 null, 6 OID, 64 IP address, 65 counter, 66 gauge, 67 time
//! ticks, 68 opaque, 70 counter64; `x` after a tag says that the value is hexadecimal. Walks are
//! lexicographic, as an agent's are.

use std::{collections::BTreeMap, ops::Bound};

use async_trait::async_trait;
use bailiwick_contract::{
    exchange::{Answer, Ask, Failure},
    value::{Binding, Oid, SnmpValue},
};
use bailiwick_runtime::Answers;

use crate::KitError;

/// A recorded agent.
#[derive(Debug, Clone, Default)]
pub struct SnmprecTarget {
    objects: BTreeMap<Oid, SnmpValue>,
}

impl SnmprecTarget {
    /// Parses a walk; empty lines and lines that begin with `#` are left out.
    ///
    /// # Errors
    /// [`KitError::Walk`] with the line's number.
    pub fn parse(text: &str) -> Result<Self, KitError> {
        let mut objects = BTreeMap::new();
        for (n, line) in text.lines().enumerate() {
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            let (oid, value) = object(line).map_err(|why| KitError::Walk { line: n + 1, why })?;
            objects.insert(oid, value);
        }
        Ok(Self { objects })
    }

    /// `sysObjectID.0`, where the walk has it.
    #[must_use]
    pub fn sys_object_id(&self) -> Option<Oid> {
        match self.get("1.3.6.1.2.1.1.2.0") {
            Some(SnmpValue::Oid(oid)) => Some(oid.clone()),
            _ => None,
        }
    }

    /// `sysDescr.0`, where the walk has it.
    #[must_use]
    pub fn sys_descr(&self) -> Option<String> {
        match self.get("1.3.6.1.2.1.1.1.0") {
            Some(SnmpValue::Octets(octets)) => Some(String::from_utf8_lossy(octets).into_owned()),
            _ => None,
        }
    }

    fn get(&self, oid: &str) -> Option<&SnmpValue> {
        self.objects.get(&oid.parse().ok()?)
    }

    fn walk(&self, prefix: &Oid) -> Vec<Binding> {
        let from = (Bound::Excluded(prefix), Bound::Unbounded);
        let below = self.objects.range::<Oid, _>(from).take_while(|(oid, _)| prefix.contains(oid));
        below.map(|(oid, value)| Binding { oid: oid.clone(), value: value.clone() }).collect()
    }
}

#[async_trait]
impl Answers for SnmprecTarget {
    async fn answer(&self, ask: Ask) -> Answer {
        match ask {
            Ask::SnmpGet(oids) => Answer::Bindings(
                oids.into_iter()
                    .map(|oid| {
                        let value = self.objects.get(&oid).cloned().unwrap_or(SnmpValue::NoSuchInstance);
                        Binding { oid, value }
                    })
                    .collect(),
            ),
            Ask::SnmpWalk(prefix) => Answer::Bindings(self.walk(&prefix)),
            _ => Answer::Failed(Failure::Unavailable),
        }
    }
}

fn object(line: &str) -> Result<(Oid, SnmpValue), &'static str> {
    let mut parts = line.splitn(3, '|');
    let (Some(oid), Some(tag), Some(text)) = (parts.next(), parts.next(), parts.next()) else {
        return Err("not OID|TAG|VALUE");
    };
    let oid = oid.parse().map_err(|_| "the OID does not parse")?;
    let (tag, octets) = match tag.strip_suffix('x') {
        Some(tag) => (tag, hex::decode(text).map_err(|_| "the value is not hexadecimal")?),
        None => (tag, text.as_bytes().to_vec()),
    };
    let unsigned = |why| text.trim().parse::<u32>().map_err(|_| why);
    let value = match tag {
        "2" => SnmpValue::Integer(text.trim().parse().map_err(|_| "not an integer")?),
        "4" => SnmpValue::Octets(octets),
        "5" => SnmpValue::Null,
        "6" => SnmpValue::Oid(text.trim().parse().map_err(|_| "the value is no OID")?),
        "64" => SnmpValue::IpAddress(address(text, &octets).ok_or("not an IP address")?),
        "65" => SnmpValue::Counter32(unsigned("not a counter")?),
        "66" => SnmpValue::Gauge32(unsigned("not a gauge")?),
        "67" => SnmpValue::TimeTicks(unsigned("not time ticks")?),
        "68" => SnmpValue::Opaque(octets),
        "70" => SnmpValue::Counter64(text.trim().parse().map_err(|_| "not a counter")?),
        _ => return Err("the tag is not known"),
    };
    Ok((oid, value))
}

fn address(text: &str, octets: &[u8]) -> Option<[u8; 4]> {
    let dotted = text.trim().parse::<std::net::Ipv4Addr>().map(|address| address.octets());
    dotted.ok().or_else(|| octets.try_into().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn walks_are_in_the_order_of_arcs_and_end_with_the_prefix() {
        let walk = "1.3.6.1.10|2|10\n1.3.6.1.9|4x|00ff\n# note\n\n1.3.6.1.9.2|65|7\n1.3.6.1.9.10|2|-3\n1.3.7|5|\n";
        let target = SnmprecTarget::parse(walk).unwrap();
        let oids: Vec<_> = target.walk(&"1.3.6".parse().unwrap()).into_iter().map(|b| b.oid.to_string()).collect();
        assert_eq!(oids, ["1.3.6.1.9", "1.3.6.1.9.2", "1.3.6.1.9.10", "1.3.6.1.10"]);
        assert_eq!(target.walk(&"1.3.6.1.9".parse().unwrap()).len(), 2, "a prefix is not below itself");
        assert_eq!(target.get("1.3.6.1.9"), Some(&SnmpValue::Octets(vec![0, 255])));
    }

    #[test]
    fn a_bad_line_is_named() {
        let error = SnmprecTarget::parse("1.3|2|1\n1.3|99|x").unwrap_err();
        assert_eq!(error.to_string(), "line 2 of the walk: the tag is not known");
    }
}
