//! Which addresses are public. What is not is refused after a name was resolved, whatever the name says.
//!
//! The list follows the special-purpose registries of IANA (RFC 6890 and its updates); an address that carries an IPv4
//! address in it (mapped, compatible, NAT64, 6to4, Teredo) is refused as a whole, since it would be a second spelling.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

/// Networks beside the public ones that may be reached: an own mail relay, an own sign-in service.
#[derive(Debug, Clone, Default)]
pub struct PrivateNetworks(Vec<IpNet>);

impl PrivateNetworks {
    /// These.
    #[must_use]
    pub fn new(networks: Vec<IpNet>) -> Self {
        Self(networks)
    }

    /// Whether the address lies in one of them, as it is written: `::ffff:10.0.0.1` does not lie in `10.0.0.0/8`.
    #[must_use]
    pub fn contain(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }

    /// Whether the address may be reached.
    #[must_use]
    pub fn permit(&self, address: IpAddr) -> bool {
        is_public(address) || self.contain(address)
    }
}

/// Whether the address is one of the public Internet.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, d] = address.octets();
    let special = match (a, b, c) {
        // this network; private; carrier-NAT (with the metadata address 100.100.100.200); loopback
        (0 | 10 | 127, ..) => true,
        (100, 64..=127, _) => true,
        // link-local, with the metadata address 169.254.169.254; private
        (169, 254, _) | (172, 16..=31, _) | (192, 168, _) => true,
        // protocol assignments; documentation; 6to4 relays; AS112; benchmarks
        (192, 0, 0 | 2) | (192, 88, 99) | (192, 31, 196) | (192, 52, 193) | (192, 175, 48) => true,
        (198, 18 | 19, _) | (198, 51, 100) | (203, 0, 113) => true,
        // the metadata address of one provider lies in public space
        (168, 63, 129) => d == 16,
        // multicast, reserved, broadcast
        (224.., ..) => true,
        _ => false,
    };
    !special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, ..] = address.segments();
    // only 2000::/3 is global unicast: this leaves out ::, ::1, mapped and compatible IPv4, NAT64, unique-local,
    // link-local, site-local and multicast
    let global = a & 0xe000 == 0x2000;
    let special = match (a, b) {
        // protocol assignments with Teredo and ORCHID; documentation
        (0x2001, 0x0000..=0x01ff | 0x0db8) => true,
        // 6to4, which carries an IPv4 address; documentation
        (0x2002, _) | (0x3fff, 0x0000..=0x0fff) => true,
        _ => false,
    };
    global && !special
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn what_is_not_public_is_refused() {
        for text in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "100.100.100.200",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.255.254",
            "168.63.129.16",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.192",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:8.8.8.8",
            "::ffff:127.0.0.1",
            "::127.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "3fff::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!is_public(ip(text)), "{text}");
            assert!(!PrivateNetworks::default().permit(ip(text)), "{text}");
        }
    }

    #[test]
    fn what_is_public_passes() {
        for text in [
            "1.1.1.1",
            "100.63.255.255",
            "100.128.0.1",
            "172.15.0.1",
            "172.32.0.1",
            "192.0.1.1",
            "223.255.255.254",
            "2606:4700::1111",
            "2a00:1450::1",
        ] {
            assert!(is_public(ip(text)), "{text}");
        }
    }

    #[test]
    fn a_named_network_opens_itself_and_no_other_spelling() {
        let own = PrivateNetworks::new(vec!["10.1.0.0/16".parse().unwrap(), "::1/128".parse().unwrap()]);
        assert!(own.permit(ip("10.1.2.3")) && own.permit(ip("::1")));
        for text in ["10.2.0.1", "::ffff:10.1.2.3", "127.0.0.1", "::2"] {
            assert!(!own.permit(ip(text)), "{text}");
        }
    }
}
