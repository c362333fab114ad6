//! Bytes that never change while the server runs: compressed once, when they are first asked for, and known by a tag of
//! their content.

use std::{
    io::Write as _,
    sync::{Arc, OnceLock},
};

use axum::{
    body::{Body, Bytes},
    http::{Extensions, HeaderMap, HeaderValue, StatusCode, Version, header},
    response::{IntoResponse as _, Response},
};
use flate2::{Compression, write::GzEncoder};
use sha2::{Digest as _, Sha256};

use super::Problem;

/// The bytes and what was made of them.
#[derive(Debug, Clone)]
pub struct Fixed(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    bytes: Bytes,
    made: OnceLock<Made>,
}

#[derive(Debug)]
struct Made {
    hash: String,
    /// Nothing where it would be no smaller.
    gzip: Option<Bytes>,
}

/// Marks a reply that is not to be compressed any more.
#[derive(Debug, Clone, Copy)]
struct Done;

impl Fixed {
    /// Nothing is compressed yet.
    #[must_use]
    pub fn new(bytes: Bytes) -> Self {
        Self(Arc::new(Inner { bytes, made: OnceLock::new() }))
    }

    /// A condition for compressing replies one by one: that they are no fixed bytes.
    #[must_use]
    pub fn is_other(_: StatusCode, _: Version, _: &HeaderMap, extensions: &Extensions) -> bool {
        extensions.get::<Done>().is_none()
    }

    /// The reply to a call with these headers: compressed where the caller takes that, empty where it has it already.
    pub async fn reply(&self, request: &HeaderMap, mime: String, caching: &'static str) -> Response {
        let inner = Arc::clone(&self.0);
        if inner.made.get().is_none() {
            let work = Arc::clone(&inner);
            // a large file takes some milliseconds of a processor
            let done = tokio::task::spawn_blocking(move || {
                work.made.get_or_init(|| made(&work.bytes));
            });
            if let Err(error) = done.await {
                return Problem::internal(&error).into_response();
            }
        }
        let made = inner.made.get_or_init(|| made(&inner.bytes));
        let gzip = made.gzip.as_ref().filter(|_| takes_gzip(request));
        let etag = format!("\"{}{}\"", made.hash, if gzip.is_some() { "-gzip" } else { "" });
        let mut response = if is_known(request, &etag) {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            ([(header::CONTENT_TYPE, mime)], Body::from(gzip.unwrap_or(&inner.bytes).clone())).into_response()
        };
        let headers = response.headers_mut();
        if let Ok(etag) = etag.parse() {
            headers.insert(header::ETAG, etag);
        }
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
        if made.gzip.is_some() {
            headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        }
        if gzip.is_some() && response.status() == StatusCode::OK {
            response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        response.extensions_mut().insert(Done);
        response
    }
}

fn made(bytes: &Bytes) -> Made {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    let gzip = encoder.write_all(bytes).and_then(|()| encoder.finish());
    // writing to memory does not fail; if it did, the bytes themselves would do
    let gzip = gzip.ok().filter(|gzip| gzip.len() < bytes.len()).map(Bytes::from);
    Made { hash: hex::encode(Sha256::digest(bytes)), gzip }
}

/// Whether a caller takes gzip (RFC 9110, 12.5.3).
fn takes_gzip(headers: &HeaderMap) -> bool {
    let weight = |name: &str| {
        let values = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
        values.flat_map(|value| value.split(',')).find_map(|coding| {
            let mut parts = coding.split(';').map(str::trim);
            let is = parts.next().is_some_and(|coding| coding.eq_ignore_ascii_case(name));
            let weight = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
            is.then(|| weight.map_or(Some(1.0), |weight| weight.parse::<f32>().ok()).unwrap_or(0.0))
        })
    };
    weight("gzip").or_else(|| weight("*")).is_some_and(|weight| weight > 0.0)
}

/// Whether a caller has it (RFC 9110, 13.1.2).
fn is_known(headers: &HeaderMap, etag: &str) -> bool {
    let values = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    values
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .any(|tag| tag == "*" || tag.trim_start_matches("W/") == etag)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: header::HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, value.parse().expect("a value"))])
    }

    async fn body(response: Response) -> Bytes {
        axum::body::to_bytes(response.into_body(), usize::MAX).await.expect("bytes")
    }

    #[tokio::test]
    async fn it_is_compressed_once_whoever_asks() {
        let fixed = Fixed::new(Bytes::from("the same again and again ".repeat(1_000)));
        let ask = || fixed.reply(&ACCEPT, "text/plain".to_owned(), "no-cache");
        static ACCEPT: std::sync::LazyLock<HeaderMap> =
            std::sync::LazyLock::new(|| headers(header::ACCEPT_ENCODING, "br, gzip;q=0.8"));
        let first = ask().await;
        assert_eq!(
            (&first.headers()["content-encoding"], &first.headers()["vary"]),
            (&"gzip".parse().expect("a value"), &"accept-encoding".parse().expect("a value"))
        );
        assert!(!Fixed::is_other(StatusCode::OK, Version::HTTP_11, first.headers(), first.extensions()));
        let (first, again) = (body(first).await, body(ask().await).await);
        assert!(first.len() < 1_000 && first.as_ptr() == again.as_ptr(), "the very same bytes");
        let plain = fixed.reply(&HeaderMap::new(), "text/plain".to_owned(), "no-cache").await;
        assert!(!plain.headers().contains_key("content-encoding"));
        assert_eq!(body(plain).await.as_ptr(), fixed.0.bytes.as_ptr());
    }

    #[tokio::test]
    async fn each_form_has_its_own_tag() {
        let fixed = Fixed::new(Bytes::from("x".repeat(1_000)));
        let gzip = headers(header::ACCEPT_ENCODING, "gzip");
        let tag = async |headers: &HeaderMap| {
            fixed.reply(headers, "text/plain".to_owned(), "no-cache").await.headers()["etag"].clone()
        };
        let (plain, compressed) = (tag(&HeaderMap::new()).await, tag(&gzip).await);
        assert_ne!(plain, compressed);
        let mut known = gzip.clone();
        known.insert(header::IF_NONE_MATCH, compressed);
        let response = fixed.reply(&known, "text/plain".to_owned(), "no-cache").await;
        assert_eq!(response.status(), StatusCode::NOT_MODIFIED);
        assert!(!response.headers().contains_key("content-encoding") && body(response).await.is_empty());
        known.insert(header::IF_NONE_MATCH, plain);
        assert_eq!(fixed.reply(&known, "text/plain".to_owned(), "no-cache").await.status(), StatusCode::OK);
    }

    #[test]
    fn gzip_is_for_who_takes_it() {
        for (value, takes) in [
            ("gzip", true),
            ("GZIP;q=0.1", true),
            ("*", true),
            ("br, *;q=0.5", true),
            ("gzip;q=0, *", false),
            ("br", false),
            ("", false),
        ] {
            assert_eq!(takes_gzip(&headers(header::ACCEPT_ENCODING, value)), takes, "{value}");
        }
        assert!(!takes_gzip(&HeaderMap::new()));
    }
}
