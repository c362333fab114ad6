//! The session cookie: HttpOnly, SameSite=Strict, for the whole host; with HTTPS `Secure` and under the
//! `__Host-` prefix, by which browsers refuse one that a neighbouring domain set (RFC 6265bis). Likewise the cookie by
//! which a browser is known again between a passkey's challenge and its answer, before anybody has signed in.

use axum::http::{HeaderMap, HeaderValue, header};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use secrecy::SecretString;

fn name(secure: bool) -> &'static str {
    if secure { "__Host-bailiwick" } else { "bailiwick" }
}

fn browser_name(secure: bool) -> &'static str {
    if secure { "__Host-bailiwick-browser" } else { "bailiwick-browser" }
}

fn value(headers: &HeaderMap, name: &str) -> Option<SecretString> {
    CookieJar::from_headers(headers).get(name).map(|cookie| SecretString::from(cookie.value()))
}

/// The session's secret, where the call has one.
pub(super) fn read(headers: &HeaderMap, secure: bool) -> Option<SecretString> {
    value(headers, name(secure))
}

/// The browser's secret, where the call has one.
pub(super) fn read_browser(headers: &HeaderMap, secure: bool) -> Option<SecretString> {
    value(headers, browser_name(secure))
}

/// `Set-Cookie` for a new session. It ends with the browser or with the session, whichever is first.
#[must_use]
pub fn set(secret: &str, secure: bool) -> Option<(header::HeaderName, HeaderValue)> {
    written(cookie(name(secure), secret.to_owned(), secure))
}

/// `Set-Cookie` for a browser in which nobody has signed in yet. It ends with the browser.
#[must_use]
pub fn set_browser(secret: &str, secure: bool) -> Option<(header::HeaderName, HeaderValue)> {
    written(cookie(browser_name(secure), secret.to_owned(), secure))
}

/// `Set-Cookie` that removes it.
#[must_use]
pub fn clear(secure: bool) -> Option<(header::HeaderName, HeaderValue)> {
    let mut cookie = cookie(name(secure), String::new(), secure);
    cookie.make_removal();
    written(cookie)
}

fn cookie(name: &'static str, value: String, secure: bool) -> Cookie<'static> {
    Cookie::build((name, value)).path("/").http_only(true).same_site(SameSite::Strict).secure(secure).build()
}

pub(super) fn written(cookie: Cookie<'_>) -> Option<(header::HeaderName, HeaderValue)> {
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
