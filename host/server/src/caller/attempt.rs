//! The cookie of a browser that is at a sign-in provider: HttpOnly, SameSite=Strict, good for the sign-in's own paths and
//! for ten minutes. Strict is enough, since the provider leads back to a page of the portal, which then calls.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use bailiwick_access::sso::ATTEMPT_LIFETIME;
use secrecy::SecretString;

/// With HTTPS under a prefix by which browsers refuse one that a neighbouring domain set without it (RFC 6265bis).
fn name(secure: bool) -> &'static str {
    if secure { "__Secure-bailiwick-sso" } else { "bailiwick-sso" }
}

/// The browser's secret.
#[must_use]
pub fn read(headers: &HeaderMap, secure: bool) -> Option<SecretString> {
    CookieJar::from_headers(headers).get(name(secure)).map(|cookie| SecretString::from(cookie.value()))
}

/// `Set-Cookie` for a sign-in that begins.
#[must_use]
pub fn set(secret: &str, secure: bool) -> Option<(HeaderName, HeaderValue)> {
    super::cookie::written(cookie(secret.to_owned(), secure))
}

/// `Set-Cookie` that removes it.
#[must_use]
pub fn clear(secure: bool) -> Option<(HeaderName, HeaderValue)> {
    let mut cookie = cookie(String::new(), secure);
    cookie.make_removal();
    super::cookie::written(cookie)
}

fn cookie(value: String, secure: bool) -> Cookie<'static> {
    let mut cookie = Cookie::build((name(secure), value))
        .path("/api/v1/session/sso")
        .http_only(true)
        .same_site(SameSite::Strict)
        .secure(secure)
        .build();
    cookie.set_max_age(ATTEMPT_LIFETIME.unsigned_abs().try_into().ok());
    cookie
}
