//! Address ranges of a site: `10.0.0.0/24`, `10.0.0.5-10.0.0.9` or one address.
//!
//! Parsing and membership only, so that the collector that sweeps and the server that judges a
//! report's address decide by the same rules. Whether a range may be *asked* on this machine
//! (interfaces, the site's own allowance) is the sweep's to decide.
//!
//! A [`Range`] is unicast by construction: multicast, broadcast, unspecified and reserved addresses
//! are refused when it is parsed, and a network's own and broadcast address are never a member.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    str::FromStr,
};

use serde::{Deserialize, Serialize};

/// Unicast addresses from first to last, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Range {
    first: IpAddr,
    last: IpAddr,
}

/// Why a text is no range; [`RangeError::code`] is stable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RangeError {
    /// It is none of the three forms.
    #[error("'{0}' is not a range: write 10.0.0.0/24, 10.0.0.5-10.0.0.9 or 10.0.0.5")]
    Syntax(String),
    /// The last address is below the first, or of the other family.
    #[error("'{0}' ends before it starts")]
    Backwards(String),
    /// Some address in it is multicast, broadcast, unspecified or reserved.
    #[error("'{0}' is not unicast throughout")]
    NotUnicast(String),
    /// It holds more than [`Range::MAX_ADDRESSES`].
    #[error("'{0}' holds more than {max} addresses", max = Range::MAX_ADDRESSES)]
    TooLarge(String),
}

impl RangeError {
    /// A stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Syntax(_) => "range_syntax",
            Self::Backwards(_) => "range_backwards",
            Self::NotUnicast(_) => "range_not_unicast",
            Self::TooLarge(_) => "range_too_large",
        }
    }
}

impl Range {
    /// The most addresses of one range.
    pub const MAX_ADDRESSES: u128 = 1 << 20;

    /// # Errors
    /// [`RangeError`] unless every address from first to last is unicast and there are at most
    /// [`Self::MAX_ADDRESSES`].
    pub fn new(first: IpAddr, last: IpAddr) -> Result<Self, RangeError> {
        let (first, last) = (first.to_canonical(), last.to_canonical());
        let told = || format!("{first}-{last}");
        if first.is_ipv4() != last.is_ipv4() || last < first {
            return Err(RangeError::Backwards(told()));
        }
        let range = Self { first, last };
        if RESERVED.iter().any(|(from, to)| range.overlaps(*from, *to)) {
            return Err(RangeError::NotUnicast(told()));
        }
        if range.addresses() > Self::MAX_ADDRESSES {
            return Err(RangeError::TooLarge(told()));
        }
        Ok(range)
    }

    /// The lowest address.
    #[must_use]
    pub fn first(&self) -> IpAddr {
        self.first
    }

    /// The highest address.
    #[must_use]
    pub fn last(&self) -> IpAddr {
        self.last
    }

    /// How many addresses it holds; at least one.
    #[must_use]
    pub fn addresses(&self) -> u128 {
        number(self.last).saturating_sub(number(self.first)).saturating_add(1)
    }

    /// Whether the address is a member; an IPv4-mapped IPv6 address counts as its IPv4 address.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        address.is_ipv4() == self.first.is_ipv4() && self.first <= address && address <= self.last
    }

    /// Its addresses, rising.
    pub fn iter(&self) -> impl Iterator<Item = IpAddr> + use<> {
        let v4 = self.first.is_ipv4();
        (number(self.first)..=number(self.last)).map(move |n| address(n, v4))
    }

    fn overlaps(&self, from: IpAddr, to: IpAddr) -> bool {
        from.is_ipv4() == self.first.is_ipv4() && self.first <= to && from <= self.last
    }
}

/// What is no unicast address of a host (RFC 1122 section 3.2.1.3, RFC 5771, RFC 4291).
const RESERVED: [(IpAddr, IpAddr); 4] = [
    (IpAddr::V4(Ipv4Addr::new(0, 0, 0, 0)), IpAddr::V4(Ipv4Addr::new(0, 255, 255, 255))),
    (IpAddr::V4(Ipv4Addr::new(224, 0, 0, 0)), IpAddr::V4(Ipv4Addr::BROADCAST)),
    (IpAddr::V6(Ipv6Addr::UNSPECIFIED), IpAddr::V6(Ipv6Addr::UNSPECIFIED)),
    (
        IpAddr::V6(Ipv6Addr::new(0xff00, 0, 0, 0, 0, 0, 0, 0)),
        IpAddr::V6(Ipv6Addr::new(0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff)),
    ),
];

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => u128::from(v4.to_bits()),
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

fn address(number: u128, v4: bool) -> IpAddr {
    match u32::try_from(number) {
        Ok(bits) if v4 => IpAddr::V4(Ipv4Addr::from_bits(bits)),
        _ => IpAddr::V6(Ipv6Addr::from_bits(number)),
    }
}

impl FromStr for Range {
    type Err = RangeError;

    fn from_str(text: &str) -> Result<Self, RangeError> {
        let text = text.trim();
        let syntax = || RangeError::Syntax(text.chars().take(100).collect());
        if text.contains('/') {
            let net: ipnet::IpNet = text.parse().map_err(|_| syntax())?;
            let (mut first, mut last) = (net.network(), net.broadcast());
            let hosts = net.max_prefix_len().saturating_sub(net.prefix_len());
            if net.addr().is_ipv4() && hosts > 1 {
                // The network's own address and its broadcast address are not hosts.
                first = address(number(first).saturating_add(1), true);
                last = address(number(last).saturating_sub(1), true);
            }
            return Self::new(first, last);
        }
        match text.split_once('-') {
            Some((a, b)) => Self::new(a.trim().parse().map_err(|_| syntax())?, b.trim().parse().map_err(|_| syntax())?),
            None => {
                let one = text.parse().map_err(|_| syntax())?;
                Self::new(one, one)
            }
        }
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.first == self.last { write!(f, "{}", self.first) } else { write!(f, "{}-{}", self.first, self.last) }
    }
}

impl TryFrom<String> for Range {
    type Error = RangeError;

    fn try_from(text: String) -> Result<Self, RangeError> {
        text.parse()
    }
}

impl From<Range> for String {
    fn from(range: Range) -> Self {
        range.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(text: &str) -> Range {
        text.parse().unwrap()
    }

    #[test]
    fn the_three_forms_hold_what_they_say() {
        let cidr = range("10.1.2.0/24");
        assert_eq!((cidr.addresses(), cidr.to_string().as_str()), (254, "10.1.2.1-10.1.2.254"));
        assert!(!cidr.contains("10.1.2.0".parse().unwrap()), "the network's own address");
        assert!(!cidr.contains("10.1.2.255".parse().unwrap()), "the broadcast address");
        assert!(cidr.contains("10.1.2.7".parse().unwrap()));
        assert!(cidr.contains("::ffff:10.1.2.7".parse().unwrap()), "the same host");
        assert_eq!(range("10.0.0.4/31").addresses(), 2, "RFC 3021: both are hosts");
        assert_eq!(range("10.0.0.5-10.0.0.9").iter().count(), 5);
        assert_eq!(range(" 10.0.0.5 ").addresses(), 1);
        assert_eq!(range("fd00::1").addresses(), 1);
        assert_eq!(range("fd00::/120").addresses(), 256);
    }

    #[test]
    fn what_is_no_unicast_range_is_refused_with_its_code() {
        for (text, code) in [
            ("", "range_syntax"),
            ("printer", "range_syntax"),
            ("10.0.0.0/33", "range_syntax"),
            ("10.0.0.1-", "range_syntax"),
            ("10.0.0.9-10.0.0.5", "range_backwards"),
            ("10.0.0.9-fd00::1", "range_backwards"),
            ("0.0.0.0/16", "range_not_unicast"),
            ("224.0.0.1", "range_not_unicast"),
            ("255.255.255.255", "range_not_unicast"),
            ("223.255.255.250-224.0.0.1", "range_not_unicast"),
            ("::", "range_not_unicast"),
            ("ff02::1", "range_not_unicast"),
            ("10.0.0.0/8", "range_too_large"),
            ("fd00::/64", "range_too_large"),
        ] {
            assert_eq!(text.parse::<Range>().map_err(|e| e.code()), Err(code), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_the_parser_panic(text in "[0-9a-f.:/ -]{0,40}") {
            if let Ok(range) = text.parse::<Range>() {
                assert!(range.contains(range.first()) && range.contains(range.last()));
                assert_eq!(range.to_string().parse::<Range>(), Ok(range));
            }
        }
    }
}
