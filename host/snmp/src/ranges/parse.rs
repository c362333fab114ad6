//! One range as it is written, checked against what may be reached. Its forms and what is unicast are the
//! contract's ([`bailiwick_contract::ranges::Range`]), so that server and collector read a range alike.

use std::net::{IpAddr, Ipv6Addr};

use bailiwick_contract::ranges::{self, Range};

use super::{RangeError, Span, reach::Reach};

pub(super) enum Parsed {
    V4(Span),
    V6(Ipv6Addr),
}

pub(super) fn range(text: &str, reach: &Reach) -> Result<Parsed, RangeError> {
    let range: Range = text.parse()?;
    // What is refused is repeated in a message: not more of it than can be a range.
    let shown: String = text.trim().chars().take(96).collect();
    match (range.first(), range.last()) {
        (IpAddr::V4(only), IpAddr::V4(last)) if only == last && reach.is_edge(only) => {
            Err(ranges::RangeError::NotUnicast(shown).into())
        }
        (IpAddr::V4(first), IpAddr::V4(last)) if reach.permits_v4(first, last) => {
            Ok(Parsed::V4(Span { first: first.into(), last: last.into() }))
        }
        (IpAddr::V6(first), IpAddr::V6(last)) if first != last => Err(RangeError::Ipv6Network(shown)),
        (IpAddr::V6(address), _) if reach.permits_v6(address) => Ok(Parsed::V6(address)),
        _ => Err(RangeError::NotPermitted(shown)),
    }
}
