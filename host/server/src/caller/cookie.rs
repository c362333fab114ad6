//! The session cookie: HttpOnly, SameSite=Strict, for the whole host; with HTTPS `Secure` and under the
//! `__Host-` prefix, by which browsers refuse one that a neighbouring domain set (RFC 6265bis).

use axum::http::{HeaderMap, HeaderValue, header};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use secrecy::SecretString;

fn name(secure: bool) -> &'static str {
    if secure { "__Host-bailiwick" } else { "bailiwick" }
}

/// The session's secret, where the call has one.
pub(super) fn read(headers: &HeaderMap, secure: bool) -> Option<SecretString> {
    let jar = CookieJar::from_headers(headers);
    jar.get(name(secure)).map(|cookie| SecretString::from(cookie.value()))
}

/// `Set-Cookie` for a new session. It ends with the browser or with the session, whichever is first.
#[must_use]
pub fn set(secret: &str, secure: bool) -> Option<(header::HeaderName, HeaderValue)> {
    written(cookie(secret.to_owned(), secure))
}

/// `Set-Cookie` that removes it.
#[must_use]
pub fn clear(secure: bool) -> Option<(header::HeaderName, HeaderValue)> {
    let mut cookie = cookie(String::new(), secure);
    cookie.make_removal();
    written(cookie)
}

fn cookie(value: String, secure: bool) -> Cookie<'static> {
    Cookie::build((name(secure), value)).path("/").http_only(true).same_site(SameSite::Strict).secure(secure).build()
}

fn written(cookie: Cookie<'_>) -> Option<(header::HeaderName, HeaderValue)> {
    HeaderValue::from_str(&cookie.to_string()).ok().map(|value| (header::SET_COOKIE, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_is_kept_from_scripts_and_other_sites() {
        let (_, secure) = set("s", true).expect("writes");
        let text = secure.to_str().expect("ASCII");
        for part in ["__Host-bailiwick=s", "HttpOnly", "SameSite=Strict", "Secure", "Path=/"] {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert!(!text.contains("Domain"));
        let (_, plain) = set("s", false).expect("writes");
        assert!(!plain.to_str().expect("ASCII").contains("Secure"));
    }

    #[test]
    fn only_the_name_for_this_transport_is_read() {
        let headers: HeaderMap = [(header::COOKIE, HeaderValue::from_static("bailiwick=a"))].into_iter().collect();
        assert!(read(&headers, true).is_none());
        assert!(read(&headers, false).is_some());
    }
}
