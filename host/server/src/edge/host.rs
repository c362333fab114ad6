//! Under which name the server was called: the authority of the call's URI (`:authority` of HTTP/2, absolute form of
//! HTTP/1.1) or its `Host`.
//!
//! Both must say the same, and HTTP/1.1 must say it exactly once (RFC 9112, 3.2; RFC 9113, 8.3.1): where a proxy and this
//! server could understand two names, the call is refused. What the name says picks something that is set up, a portal
//! with its brand and passkeys, and is believed for nothing else.

use axum::{
    extract::{FromRequestParts, Request},
    http::{HeaderMap, StatusCode, Uri, Version, header, request::Parts, uri::Authority},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use bailiwick_access::branding::HostName;

use super::Problem;

/// The name; nothing where it is an address or of a single label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host(pub Option<HostName>);

impl<S: Send + Sync> FromRequestParts<S> for Host {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get().cloned().ok_or_else(Problem::not_found)
    }
}

/// Puts the [`Host`] into the request, or refuses the call.
pub async fn establish(mut request: Request, next: Next) -> Response {
    match authority(request.version(), request.uri(), request.headers()) {
        Ok(authority) => {
            let host = authority.and_then(|authority| HostName::of_header(authority.as_str()));
            request.extensions_mut().insert(Host(host));
            next.run(request).await
        }
        Err(why) => Problem::new(StatusCode::BAD_REQUEST, "bad_host", why).into_response(),
    }
}

/// The authority that a call names, or what is wrong with it.
fn authority(version: Version, uri: &Uri, headers: &HeaderMap) -> Result<Option<Authority>, &'static str> {
    let mut given = headers.get_all(header::HOST).iter();
    let host = match (given.next(), given.next()) {
        (None, _) => None,
        (Some(one), None) => {
            let text = one.to_str().ok().filter(|text| !text.contains('@'));
            Some(text.and_then(|text| text.parse().ok()).ok_or("The Host header is no host.")?)
        }
        (Some(_), Some(_)) => return Err("The call has more than one Host header."),
    };
    match (uri.authority(), host) {
        (None, None) if version == Version::HTTP_10 => Ok(None),
        (None, None) => Err("The call does not say for which host it is."),
        (Some(target), _) if target.as_str().contains('@') => Err("The call's target is no host."),
        // HTTP/2 and later have the name in the target, and need no Host beside it
        (Some(_), None) if version < Version::HTTP_2 => Err("The call has no Host header."),
        (Some(target), Some(host)) if !same(uri, target, &host) => Err("The Host header is not the call's target."),
        (Some(target), _) => Ok(Some(target.clone())),
        (None, Some(host)) => Ok(Some(host)),
    }
}

/// Names do not differ by case, nor by whether the scheme's own port is written.
fn same(uri: &Uri, one: &Authority, other: &Authority) -> bool {
    let usual = match uri.scheme_str() {
        Some("https") => Some(443),
        Some("http") => Some(80),
        _ => None,
    };
    one.host().eq_ignore_ascii_case(other.host()) && one.port_u16().or(usual) == other.port_u16().or(usual)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(version: Version, uri: &'static str, hosts: &[&'static str]) -> Result<Option<String>, &'static str> {
        let hosts = hosts.iter().map(|host| (header::HOST, host.parse().expect("a value")));
        let headers = hosts.collect::<Vec<_>>().into_iter().fold(HeaderMap::new(), |mut headers, (name, value)| {
            headers.append(name, value);
            headers
        });
        authority(version, &Uri::from_static(uri), &headers).map(|found| found.map(|found| found.to_string()))
    }

    #[test]
    fn either_version_names_its_host() {
        let named = Ok(Some("a.example".to_owned()));
        assert_eq!(of(Version::HTTP_11, "/x", &["a.example"]), named);
        assert_eq!(of(Version::HTTP_2, "https://a.example/x", &[]), named);
        assert_eq!(of(Version::HTTP_2, "/x", &["a.example"]), named);
        assert_eq!(of(Version::HTTP_11, "http://a.example/x", &["A.example:80"]), named);
        assert_eq!(of(Version::HTTP_10, "/x", &[]), Ok(None));
    }

    #[test]
    fn no_two_names_and_none_at_all_are_refused() {
        for (version, uri, hosts) in [
            (Version::HTTP_11, "/x", vec![]),
            (Version::HTTP_2, "/x", vec![]),
            (Version::HTTP_11, "http://a.example/x", vec![]),
            (Version::HTTP_11, "/x", vec!["a.example", "b.example"]),
            (Version::HTTP_11, "/x", vec!["a.example", "a.example"]),
            (Version::HTTP_11, "http://a.example/x", vec!["b.example"]),
            (Version::HTTP_11, "http://a.example/x", vec!["a.example:81"]),
            (Version::HTTP_2, "https://a.example/x", vec!["b.example"]),
            (Version::HTTP_2, "https://a.example/x", vec!["a.example:8443"]),
            (Version::HTTP_11, "/x", vec![""]),
            (Version::HTTP_11, "/x", vec!["a b"]),
            (Version::HTTP_11, "/x", vec!["user@a.example"]),
            (Version::HTTP_11, "/x", vec!["a.example/y"]),
        ] {
            assert!(of(version, uri, &hosts).is_err(), "{version:?} {uri} {hosts:?}");
        }
    }
}
