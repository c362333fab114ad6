//! One range as it is written: a CIDR, `A-B` or an address.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

use super::{RangeError, Span, reach::Reach};

pub(super) enum Parsed {
    V4(Span),
    V6(Ipv6Addr),
}

pub(super) fn range(text: &str, reach: &Reach) -> Result<Parsed, RangeError> {
    let text = text.trim();
    // What is refused is repeated in a message: not more of it than can be a range.
    let shown: String = text.chars().take(96).collect();
    let syntax = || RangeError::Syntax(shown.clone());
    let span = if let Some((first, last)) = text.split_once('-') {
        match (address(first).ok_or_else(syntax)?, address(last).ok_or_else(syntax)?) {
            (IpAddr::V4(first), IpAddr::V4(last)) => Span { first: first.into(), last: last.into() },
            (IpAddr::V6(_), _) | (_, IpAddr::V6(_)) => return Err(RangeError::Ipv6Network(shown)),
        }
    } else if text.contains('/') {
        match text.parse().map_err(|_| syntax())? {
            IpNet::V4(net) => hosts(net),
            IpNet::V6(net) if net.prefix_len() == 128 => return single(net.addr().into(), shown, reach),
            IpNet::V6(_) => return Err(RangeError::Ipv6Network(shown)),
        }
    } else {
        return single(address(text).ok_or_else(syntax)?, shown, reach);
    };
    check(span, shown, reach).map(Parsed::V4)
}

/// An address; an IPv4 address written as IPv6 (`::ffff:192.0.2.1`) is that IPv4 address and judged as such.
fn address(text: &str) -> Option<IpAddr> {
    text.trim().parse::<IpAddr>().ok().map(|address| address.to_canonical())
}

/// A network without its network and broadcast address, where it has them (RFC 3021).
fn hosts(net: ipnet::Ipv4Net) -> Span {
    let edge = u32::from(net.prefix_len() < 31);
    Span { first: u32::from(net.network()) + edge, last: u32::from(net.broadcast()) - edge }
}

fn single(address: IpAddr, shown: String, reach: &Reach) -> Result<Parsed, RangeError> {
    match address.to_canonical() {
        IpAddr::V4(address) => {
            let number = u32::from(address);
            if reach.is_edge(address) {
                return Err(RangeError::NotUnicast(shown));
            }
            check(Span { first: number, last: number }, shown, reach).map(Parsed::V4)
        }
        IpAddr::V6(address) if address.is_multicast() || address.is_unspecified() => Err(RangeError::NotUnicast(shown)),
        IpAddr::V6(address) if reach.permits_v6(address) => Ok(Parsed::V6(address)),
        IpAddr::V6(_) => Err(RangeError::NotPermitted(shown)),
    }
}

fn check(span: Span, shown: String, reach: &Reach) -> Result<Span, RangeError> {
    /// The first address after 127.0.0.0/8 that is not unicast is 224.0.0.0; from there nothing is.
    const MULTICAST: u32 = u32::from_be_bytes([224, 0, 0, 0]);
    const ONE: u32 = u32::from_be_bytes([1, 0, 0, 0]);
    if span.last < span.first {
        Err(RangeError::Reversed(shown))
    } else if span.first < ONE || span.last >= MULTICAST {
        Err(RangeError::NotUnicast(shown))
    } else if !reach.permits_v4(Ipv4Addr::from(span.first), Ipv4Addr::from(span.last)) {
        Err(RangeError::NotPermitted(shown))
    } else {
        Ok(span)
    }
}
