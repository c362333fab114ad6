//! Whether a call with a session cookie was made by the portal: it carries a value that follows from the
//! session's secret, which no page of another site can read.

use axum::http::{HeaderMap, StatusCode};
use bailiwick_access::sessions::csrf_token;
use secrecy::SecretString;
use subtle::ConstantTimeEq as _;

use crate::edge::Problem;

const HEADER: &str = "x-csrf-token";

pub(super) fn check(secret: &SecretString, headers: &HeaderMap) -> Result<(), Problem> {
    let sent = headers.get(HEADER).map_or(&[][..], |v| v.as_bytes());
    if csrf_token(secret).as_bytes().ct_eq(sent).into() {
        Ok(())
    } else {
        Err(Problem::new(
            StatusCode::FORBIDDEN,
            "csrf",
            "Send the csrf value of GET /api/v1/session in the header X-CSRF-Token.",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_session_s_own_value_passes() {
        let (mine, other) = (SecretString::from("a"), SecretString::from("b"));
        let with = |value: &str| -> HeaderMap {
            [(HEADER.parse::<axum::http::HeaderName>().expect("name"), value.parse().expect("value"))]
                .into_iter()
                .collect()
        };
        assert!(check(&mine, &with(&csrf_token(&mine))).is_ok());
        assert!(check(&mine, &with(&csrf_token(&other))).is_err());
        assert!(check(&mine, &with("")).is_err());
        assert!(check(&mine, &HeaderMap::new()).is_err());
    }
}
