//! Who calls, as an address: the peer, or what a trusted proxy says of it.
//!
//! `X-Forwarded-For` is read from the right and only as far as trusted proxies wrote it, so a caller
//! cannot choose its own address. Behind proxies every other peer is refused, and so is a call that
//! reached the proxy without TLS: plain HTTP ends at loopback.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::{
    extract::{ConnectInfo, FromRequestParts, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, request::Parts},
    middleware::Next,
    response::{IntoResponse as _, Response},
};

use super::Problem;
use crate::{App, config::Transport};

/// The caller's address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Source(pub IpAddr);

impl Source {
    /// What rate limits count by: an IPv6 caller has a whole /64.
    #[must_use]
    pub fn network(self) -> IpAddr {
        match self.0.to_canonical() {
            IpAddr::V4(v4) => IpAddr::V4(v4),
            IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX))),
        }
    }
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Source {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get().copied().ok_or_else(Problem::not_found)
    }
}

/// Puts the [`Source`] into the request, or refuses the call.
pub async fn establish(
    State(app): State<App>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    mut request: Request,
    next: Next,
) -> Response {
    match source(&app.config().transport, peer.ip().to_canonical(), request.headers()) {
        Ok(source) => {
            request.extensions_mut().insert(source);
            next.run(request).await
        }
        Err(problem) => problem.into_response(),
    }
}

fn source(transport: &Transport, peer: IpAddr, headers: &HeaderMap) -> Result<Source, Problem> {
    let Transport::Proxied(proxies) = transport else { return Ok(Source(peer)) };
    let trusted = |ip: &IpAddr| proxies.iter().any(|net| net.contains(ip));
    if !trusted(&peer) {
        return Err(Problem::new(StatusCode::FORBIDDEN, "proxy_required", "Call through the proxy that speaks TLS."));
    }
    // one that a caller sent along may stand before the proxy's own: all must say so
    let mut protocols = headers.get_all("x-forwarded-proto").iter().peekable();
    let says_https = |value: &HeaderValue| value.as_bytes().trim_ascii().eq_ignore_ascii_case(b"https");
    if protocols.peek().is_none() || !protocols.all(says_https) {
        return Err(Problem::new(StatusCode::FORBIDDEN, "https_required", "Use https."));
    }
    let hops: Vec<&str> =
        headers.get_all("x-forwarded-for").iter().filter_map(|v| v.to_str().ok()).flat_map(|v| v.split(',')).collect();
    let mut nearest = peer;
    for hop in hops.iter().rev() {
        let Some(ip) = address(hop.trim()) else { break };
        nearest = ip.to_canonical();
        if !trusted(&nearest) {
            break;
        }
    }
    Ok(Source(nearest))
}

/// An address, with or without brackets and a port, as some proxies write it.
fn address(hop: &str) -> Option<IpAddr> {
    let bare = hop.trim_start_matches('[').trim_end_matches(']');
    bare.parse().ok().or_else(|| hop.parse::<SocketAddr>().ok().map(|address| address.ip()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(k, v)| (axum::http::HeaderName::from_static(k), v.parse().expect("value"))).collect()
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn a_direct_caller_cannot_choose_its_address() {
        let headers = headers(&[("x-forwarded-for", "1.2.3.4")]);
        assert_eq!(source(&Transport::Loopback, ip("127.0.0.1"), &headers).expect("ok"), Source(ip("127.0.0.1")));
    }

    #[test]
    fn a_proxy_is_believed_as_far_as_proxies_wrote() {
        let transport = Transport::Proxied(vec!["10.0.0.0/8".parse().expect("net")]);
        let headers = headers(&[("x-forwarded-proto", "https"), ("x-forwarded-for", "6.6.6.6, 203.0.113.9, 10.0.0.2")]);
        assert_eq!(source(&transport, ip("10.0.0.1"), &headers).expect("ok"), Source(ip("203.0.113.9")));
    }

    #[test]
    fn strangers_and_plain_http_are_refused_behind_a_proxy() {
        let transport = Transport::Proxied(vec!["10.0.0.0/8".parse().expect("net")]);
        let https = headers(&[("x-forwarded-proto", "https")]);
        let http = headers(&[("x-forwarded-proto", "http")]);
        assert_eq!(source(&transport, ip("192.0.2.1"), &https).expect_err("refused").code(), "proxy_required");
        assert_eq!(source(&transport, ip("10.0.0.1"), &http).expect_err("refused").code(), "https_required");
        assert_eq!(
            source(&transport, ip("10.0.0.1"), &HeaderMap::new()).expect_err("refused").code(),
            "https_required"
        );
    }

    #[test]
    fn a_protocol_that_a_caller_sent_along_is_not_the_proxy_s() {
        let transport = Transport::Proxied(vec!["10.0.0.0/8".parse().expect("net")]);
        let mut both = headers(&[("x-forwarded-proto", "https")]);
        both.append("x-forwarded-proto", "http".parse().expect("value"));
        assert_eq!(source(&transport, ip("10.0.0.1"), &both).expect_err("refused").code(), "https_required");
    }

    #[test]
    fn an_address_may_come_with_its_port() {
        let transport = Transport::Proxied(vec!["10.0.0.0/8".parse().expect("net")]);
        for (written, address) in [
            ("203.0.113.9:4711", "203.0.113.9"),
            ("[2001:db8::1]:4711", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
        ] {
            let headers = headers(&[("x-forwarded-proto", "https"), ("x-forwarded-for", written)]);
            assert_eq!(source(&transport, ip("10.0.0.1"), &headers).expect("ok"), Source(ip(address)));
        }
    }

    #[test]
    fn an_ipv6_caller_counts_as_its_network() {
        assert_eq!(Source(ip("2001:db8::1:2:3:4")).network(), Source(ip("2001:db8::9:9:9:9")).network());
        assert_eq!(Source(ip("::ffff:192.0.2.1")).network(), ip("192.0.2.1"));
    }
}
