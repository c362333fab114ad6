//! Which addresses a collector may send to. [`Ranges`] can only be made by [`Ranges::parse`], so that everything that
//! sends has been checked: unicast only, within what the site permits, and no more than [`Ranges::MAX`] addresses.

mod parse;
mod reach;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

pub use reach::{Allowance, OnLink, Reach};

/// Why a range is refused. Messages repeat the range as it was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RangeError {
    /// It is no range, or not unicast.
    #[error(transparent)]
    Written(#[from] bailiwick_contract::ranges::RangeError),
    /// IPv6 networks cannot be swept.
    #[error("`{0}`: for IPv6 only single addresses can be given")]
    Ipv6Network(String),
    /// Neither private, link-local, loopback nor on-link, and the site's own configuration does not allow it.
    #[error(
        "`{0}` is not a private, link-local, loopback or on-link range; only the site's own configuration can allow it"
    )]
    NotPermitted(String),
    /// More than [`Ranges::MAX`] addresses.
    #[error("the ranges hold more than {} addresses", Ranges::MAX)]
    TooMany,
    /// No address remains.
    #[error("the ranges hold no address")]
    Empty,
}

impl RangeError {
    /// A stable name for scripts and the API.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Written(error) => error.code(),
            Self::Ipv6Network(_) => "range_ipv6_network",
            Self::NotPermitted(_) => "range_not_permitted",
            Self::TooMany => "range_too_many",
            Self::Empty => "range_empty",
        }
    }
}

/// A run of IPv4 addresses, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Span {
    first: u32,
    last: u32,
}

impl Span {
    fn len(self) -> u64 {
        u64::from(self.last - self.first) + 1
    }

    /// What is left of it without these addresses, which are sorted.
    fn without(self, cuts: &[u32]) -> Vec<Self> {
        let mut left = Vec::new();
        let mut first = u64::from(self.first);
        for cut in cuts.iter().copied().filter(|cut| (self.first..=self.last).contains(cut)) {
            left.extend(Self::between(first, u64::from(cut)));
            first = u64::from(cut) + 1;
        }
        left.extend(Self::between(first, u64::from(self.last) + 1));
        left
    }

    /// From `first` up to but without `end`, if that is anything.
    fn between(first: u64, end: u64) -> Option<Self> {
        let (first, last) = (u32::try_from(first).ok()?, u32::try_from(end.checked_sub(1)?).ok()?);
        (first <= last).then_some(Self { first, last })
    }
}

/// Checked addresses: sorted, each once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ranges {
    spans: Vec<Span>,
    /// The place of each span's first address among all.
    starts: Vec<usize>,
    v6: Vec<Ipv6Addr>,
}

impl Ranges {
    /// The most addresses that can be given at once.
    pub const MAX: usize = 1 << 20;

    /// Reads ranges (`CIDR`, `A-B` or `A`) and checks them against what may be reached.
    ///
    /// A CIDR's network and broadcast address are left out, and so are those of every network that this machine is in.
    ///
    /// # Errors
    /// The first [`RangeError`] in the order given.
    pub fn parse<T: AsRef<str>>(texts: impl IntoIterator<Item = T>, reach: &Reach) -> Result<Self, RangeError> {
        let mut spans = Vec::new();
        let mut v6 = Vec::new();
        for text in texts {
            match parse::range(text.as_ref(), reach)? {
                parse::Parsed::V4(span) => spans.extend(reach.without_edges(span)),
                parse::Parsed::V6(address) => v6.push(address),
            }
        }
        Self::from_parts(spans, v6)
    }

    fn from_parts(mut spans: Vec<Span>, mut v6: Vec<Ipv6Addr>) -> Result<Self, RangeError> {
        spans.sort_by_key(|span| span.first);
        spans.dedup_by(|next, kept| {
            let touches = u64::from(next.first) <= u64::from(kept.last) + 1;
            if touches {
                kept.last = kept.last.max(next.last);
            }
            touches
        });
        v6.sort_unstable();
        v6.dedup();
        let mut starts = Vec::with_capacity(spans.len());
        let mut total: u64 = 0;
        for span in &spans {
            starts.push(usize::try_from(total).map_err(|_| RangeError::TooMany)?);
            total = total.saturating_add(span.len());
        }
        match usize::try_from(total).map(|v4| v4.saturating_add(v6.len())) {
            Ok(0) => Err(RangeError::Empty),
            Ok(1..=Self::MAX) => Ok(Self { spans, starts, v6 }),
            _ => Err(RangeError::TooMany),
        }
    }

    /// These addresses but for some that are never to be asked.
    #[must_use]
    pub fn without(&self, excluded: &[IpAddr]) -> Self {
        let mut cuts: Vec<u32> = excluded
            .iter()
            .filter_map(|address| match address.to_canonical() {
                IpAddr::V4(address) => Some(u32::from(address)),
                IpAddr::V6(_) => None,
            })
            .collect();
        cuts.sort_unstable();
        cuts.dedup();
        let spans = self.spans.iter().flat_map(|span| span.without(&cuts)).collect();
        let v6 = self.v6.iter().copied().filter(|address| !excluded.contains(&IpAddr::V6(*address))).collect();
        Self::from_parts(spans, v6).unwrap_or_default()
    }

    /// How many addresses there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.v4_len() + self.v6.len()
    }

    /// True without addresses; parsing never gives that.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether the address is among them.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        match address {
            IpAddr::V4(address) => self.place_of(address).is_some(),
            IpAddr::V6(address) => self.v6.binary_search(&address).is_ok(),
        }
    }

    /// All addresses in order, IPv4 first.
    pub fn iter(&self) -> impl Iterator<Item = IpAddr> {
        let v4 = self.v4().map(|(_, address)| IpAddr::V4(address));
        v4.chain(self.v6.iter().copied().map(IpAddr::V6))
    }

    pub(crate) fn v4_len(&self) -> usize {
        match (self.starts.last(), self.spans.last()) {
            (Some(start), Some(span)) => start + usize::try_from(span.len()).unwrap_or(usize::MAX),
            _ => 0,
        }
    }

    /// The IPv4 addresses and their places.
    pub(crate) fn v4(&self) -> impl Iterator<Item = (usize, Ipv4Addr)> {
        self.spans.iter().flat_map(|span| span.first..=span.last).map(Ipv4Addr::from).enumerate()
    }

    pub(crate) fn v6(&self) -> &[Ipv6Addr] {
        &self.v6
    }

    /// The place of an IPv4 address among [`Self::v4`].
    pub(crate) fn place_of(&self, address: Ipv4Addr) -> Option<usize> {
        let number = u32::from(address);
        let at = self.spans.partition_point(|span| span.last < number);
        let (span, start) = (self.spans.get(at)?, self.starts.get(at)?);
        (span.first <= number).then(|| start + (number - span.first) as usize)
    }
}

#[cfg(test)]
mod tests;
