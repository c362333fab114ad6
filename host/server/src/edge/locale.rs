//! The language of titles: the best of `Accept-Language` among the platform's four.

use axum::{extract::FromRequestParts, http::header, http::request::Parts};

use super::Problem;

/// `en`, `de`, `nl` or `fr`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Locale(pub &'static str);

/// Those that the platform speaks.
pub const LOCALES: [&str; 4] = ["en", "de", "nl", "fr"];

impl Locale {
    /// The best match of a header like `de-AT, fr;q=0.8` (RFC 9110, section 12.5.4).
    #[must_use]
    pub fn of(header: &str) -> Self {
        let mut best = (0_u16, "en");
        for part in header.split(',').take(16) {
            let mut pieces = part.split(';');
            let tag = pieces.next().unwrap_or_default().trim();
            let weight = pieces
                .find_map(|p| p.trim().strip_prefix("q="))
                .map_or(Some(1000), |q| q.parse::<f32>().ok().map(|q| (q.clamp(0.0, 1.0) * 1000.0) as u16));
            let language = tag.split('-').next().unwrap_or_default();
            let known = LOCALES.into_iter().find(|l| l.eq_ignore_ascii_case(language));
            if let (Some(weight), Some(known)) = (weight, known)
                && weight > best.0
            {
                best = (weight, known);
            }
        }
        Self(best.1)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Locale {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let header = parts.headers.get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok());
        Ok(Self::of(header.unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_known_language_wins() {
        for (header, want) in [
            ("", "en"),
            ("de", "de"),
            ("de-AT,en;q=0.5", "de"),
            ("es, fr;q=0.4, nl;q=0.9", "nl"),
            ("*;q=0.1", "en"),
            ("fr;q=zero, nl;q=0.2", "nl"),
            ("DE-de", "de"),
        ] {
            assert_eq!(Locale::of(header).0, want, "{header}");
        }
    }
}
