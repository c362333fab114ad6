//! Where this site's collector may look: private, link-local and loopback networks, those that it is in itself, and
//! what the site's own configuration file allows besides. A server cannot widen it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use super::Span;

/// RFC 1918, RFC 3927 and loopback.
const ALWAYS: [Ipv4Net; 5] = [
    Ipv4Net::new_assert(Ipv4Addr::new(10, 0, 0, 0), 8),
    Ipv4Net::new_assert(Ipv4Addr::new(172, 16, 0, 0), 12),
    Ipv4Net::new_assert(Ipv4Addr::new(192, 168, 0, 0), 16),
    Ipv4Net::new_assert(Ipv4Addr::new(169, 254, 0, 0), 16),
    Ipv4Net::new_assert(Ipv4Addr::new(127, 0, 0, 0), 8),
];

/// RFC 4193. Link-local IPv6 addresses need an interface, which a range cannot name.
const UNIQUE_LOCAL: Ipv6Net = Ipv6Net::new_assert(Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0), 7);

/// Networks that the site's own configuration allows besides. Empty by default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Allowance(Vec<IpNet>);

impl Allowance {
    /// Allows these networks.
    #[must_use]
    pub fn new(networks: impl Into<Vec<IpNet>>) -> Self {
        Self(networks.into())
    }
}

/// The networks that this machine's interfaces are in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OnLink(Vec<IpNet>);

impl OnLink {
    /// Asks the system for its interfaces' networks.
    ///
    /// # Errors
    /// When the system does not tell.
    pub fn of_this_machine() -> std::io::Result<Self> {
        let networks = nix::ifaddrs::getifaddrs()?.filter_map(|interface| {
            let (address, mask) = (interface.address?, interface.netmask?);
            if let (Some(address), Some(mask)) = (address.as_sockaddr_in(), mask.as_sockaddr_in()) {
                return IpNet::with_netmask(address.ip().into(), mask.ip().into()).ok();
            }
            let (address, mask) = (address.as_sockaddr_in6()?, mask.as_sockaddr_in6()?);
            IpNet::with_netmask(address.ip().into(), mask.ip().into()).ok()
        });
        Ok(Self(networks.map(|network| network.trunc()).collect()))
    }

    /// These networks, for tests and tools.
    #[must_use]
    pub fn new(networks: impl Into<Vec<IpNet>>) -> Self {
        Self(networks.into())
    }
}

/// Everything that decides where a range may lie.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reach {
    /// Networks of this machine.
    pub on_link: OnLink,
    /// What the site allows besides.
    pub allowance: Allowance,
}

impl Reach {
    /// A range lies wholly within one permitted network.
    pub(super) fn permits_v4(&self, first: Ipv4Addr, last: Ipv4Addr) -> bool {
        let within = |net: &Ipv4Net| net.contains(&first) && net.contains(&last);
        ALWAYS.iter().any(within) || self.v4_networks().chain(v4(&self.allowance.0)).any(|net| within(&net))
    }

    pub(super) fn permits_v6(&self, address: Ipv6Addr) -> bool {
        let address_in = |net: &IpNet| net.contains(&IpAddr::V6(address));
        let link_local = address.is_unicast_link_local();
        address.is_loopback()
            || UNIQUE_LOCAL.contains(&address)
            || !link_local && self.on_link.0.iter().chain(&self.allowance.0).any(address_in)
    }

    /// The network or broadcast address of one of this machine's networks.
    pub(super) fn is_edge(&self, address: Ipv4Addr) -> bool {
        self.edges().any(|edge| edge == u32::from(address))
    }

    /// What is left of a span without such addresses.
    pub(super) fn without_edges(&self, span: Span) -> Vec<Span> {
        let mut cuts: Vec<_> = self.edges().filter(|edge| (span.first..=span.last).contains(edge)).collect();
        cuts.sort_unstable();
        span.without(&cuts)
    }

    fn edges(&self) -> impl Iterator<Item = u32> {
        self.v4_networks()
            .filter(|net| net.prefix_len() < 31)
            .flat_map(|net| [u32::from(net.network()), u32::from(net.broadcast())])
    }

    fn v4_networks(&self) -> impl Iterator<Item = Ipv4Net> {
        v4(&self.on_link.0)
    }
}

fn v4(networks: &[IpNet]) -> impl Iterator<Item = Ipv4Net> {
    networks.iter().filter_map(|network| match network {
        IpNet::V4(network) => Some(network.trunc()),
        IpNet::V6(_) => None,
    })
}
