//! Recorded walks in the `snmprec` format: one `oid|type|value` a line.
//!
//! Types are BER tags in decimal, with `x` appended when the value is hexadecimal octets. Blank lines and lines that
//! start with `#` are skipped. Recordings that were edited by hand hold damaged lines; those are left out and named, never
//! dropped in silence, because a shortened recording would test less than it claims.

use std::path::Path;

use crate::{oid::Oid, tree::Tree, value::Value};

/// A file that could not be read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read the recording {path}")]
pub struct SnmprecError {
    /// Which file.
    path: String,
    /// Why.
    #[source]
    source: std::io::Error,
}

/// A line that does not fit the format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the recording is left out: {reason}")]
pub struct DamagedLine {
    /// 1-based.
    pub line: usize,
    /// What does not fit.
    pub reason: &'static str,
}

/// What a recording holds.
#[derive(Debug, Clone, Default)]
pub struct Recording {
    /// The values.
    pub tree: Tree,
    /// Lines that were left out.
    pub damaged: Vec<DamagedLine>,
}

/// Reads a recording from a file.
///
/// # Errors
/// When the file cannot be read.
pub fn load(path: &Path) -> Result<Recording, SnmprecError> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(parse(&bytes)),
        Err(source) => Err(SnmprecError { path: path.display().to_string(), source }),
    }
}

/// Reads a recording from its octets; values may hold octets that are not UTF-8.
#[must_use]
pub fn parse(bytes: &[u8]) -> Recording {
    let mut damaged = Vec::new();
    let lines = bytes.split(|octet| *octet == b'\n').enumerate();
    let tree = lines
        .filter(|(_, line)| !line.trim_ascii().is_empty() && !line.starts_with(b"#"))
        .filter_map(|(at, line)| {
            row(line.strip_suffix(b"\r").unwrap_or(line))
                .map_err(|reason| damaged.push(DamagedLine { line: at + 1, reason }))
                .ok()
        })
        .collect();
    Recording { tree, damaged }
}

fn row(line: &[u8]) -> Result<(Oid, Value), &'static str> {
    let mut fields = line.splitn(3, |octet| *octet == b'|');
    let mut field = || fields.next().ok_or("it needs three fields");
    let (name, kind, raw) = (field()?, field()?, field()?);
    let name: Oid = text(name)?.parse().map_err(|_| "its name is not an OID")?;
    let kind = text(kind)?;
    let (kind, octets) = match kind.strip_suffix('x') {
        Some(kind) => (kind, unhex(raw)?),
        None => (kind, raw.to_vec()),
    };
    let plain = || text(raw).map(str::trim);
    let value = match kind {
        "2" => Value::Integer(number(plain()?)?),
        "4" => Value::Octets(octets),
        "5" => Value::Null,
        "6" => Value::Oid(encodable(plain()?.parse().map_err(|_| "its value is not an OID")?)),
        "64" => Value::IpAddress(address(raw, &octets)?),
        "65" => Value::Counter32(number(plain()?)?),
        "66" => Value::Gauge32(number(plain()?)?),
        "67" => Value::TimeTicks(number(plain()?)?),
        "70" => Value::Counter64(number(plain()?)?),
        "128" => Value::NoSuchObject,
        "129" => Value::NoSuchInstance,
        "130" => Value::EndOfMibView,
        _ => return Err("its type is not known"),
    };
    Ok((name, value))
}

/// BER has no OID of one arc; agents that mean `0` send `0.0`.
fn encodable(oid: Oid) -> Oid {
    if oid.arcs().len() == 1 { oid.child(&[0]) } else { oid }
}

fn text(bytes: &[u8]) -> Result<&str, &'static str> {
    std::str::from_utf8(bytes).map_err(|_| "it is not text where text is needed")
}

fn number<N: TryFrom<i128>>(text: &str) -> Result<N, &'static str> {
    let number: i128 = text.parse().map_err(|_| "its value is not a number")?;
    N::try_from(number).map_err(|_| "its number is out of range")
}

fn address(raw: &[u8], octets: &[u8]) -> Result<[u8; 4], &'static str> {
    if let Ok(octets) = <[u8; 4]>::try_from(octets) {
        return Ok(octets);
    }
    let address: std::net::Ipv4Addr = text(raw)?.trim().parse().map_err(|_| "its value is not an IPv4 address")?;
    Ok(address.octets())
}

fn unhex(raw: &[u8]) -> Result<Vec<u8>, &'static str> {
    let raw = raw.trim_ascii();
    if !raw.len().is_multiple_of(2) {
        return Err("its hexadecimal value has an odd length");
    }
    raw.chunks(2)
        .map(|pair| {
            std::str::from_utf8(pair)
                .ok()
                .filter(|pair| pair.bytes().all(|octet| octet.is_ascii_hexdigit()))
                .and_then(|pair| u8::from_str_radix(pair, 16).ok())
                .ok_or("its value is not hexadecimal")
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_is_read() {
        let recording = parse(
            b"1.3.1|2|-3\n1.3.2|4|a|b \n1.3.3|4x|00ff\n1.3.4|5|\n1.3.5|6|1.3.6.1\n1.3.6|64|10.0.0.1\n\
              1.3.7|64x|0a000002\n1.3.8|65|4294967295\n1.3.9|66|7\r\n1.3.10|67|8\n1.3.11|70|18446744073709551615\n\n",
        );
        assert_eq!(recording.damaged, []);
        let values: Vec<_> = recording.tree.iter().map(|row| row.1.clone()).collect();
        assert_eq!(
            values,
            [
                Value::Integer(-3),
                Value::text("a|b "),
                Value::Octets(vec![0, 255]),
                Value::Null,
                Value::Oid("1.3.6.1".parse().unwrap()),
                Value::IpAddress([10, 0, 0, 1]),
                Value::IpAddress([10, 0, 0, 2]),
                Value::Counter32(u32::MAX),
                Value::Gauge32(7),
                Value::TimeTicks(8),
                Value::Counter64(u64::MAX),
            ]
        );
    }

    #[test]
    fn a_bad_line_is_named() {
        for bad in ["x|2|1", "1.3|2", "1.3|99|1", "1.3|4x|0", "1.3|4x|zz", "1.3|4x|+1", "1.3|65|-1", "1.3|64|1.2.3"] {
            let recording = parse(format!("1.3.1|2|1\n{bad}\n1.3.2|2|1").as_bytes());
            assert_eq!(recording.tree.len(), 2, "{bad}");
            assert!(matches!(recording.damaged[..], [DamagedLine { line: 2, .. }]), "{bad}");
        }
    }
}
