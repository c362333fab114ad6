//! What a call came from, as far as its browser tells (`User-Agent`, RFC 9110, 10.1.5): coarse on purpose, for its owner
//! to know it again in the list of sessions, and believed for nothing else.

use std::convert::Infallible;

use axum::{extract::FromRequestParts, http::header, http::request::Parts};

/// Browsers by what only they say of themselves; the first that is found counts, since most say they are several.
const BROWSERS: [(&str, &str); 7] = [
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("CriOS/", "Chrome"),
];

/// Systems likewise.
const SYSTEMS: [(&str, &str); 8] = [
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
    ("FreeBSD", "FreeBSD"),
];

/// A browser and its system, `Firefox, Linux`; nothing where neither is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device(pub Option<String>);

impl Device {
    /// Of a header's value.
    #[must_use]
    pub fn of(agent: &str) -> Self {
        let find =
            |known: &[(&str, &'static str)]| known.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name);
        // whatever else runs on Apple's engine says Safari too
        let safari = || agent.contains("Safari/").then_some("Safari");
        let parts: Vec<&str> = find(&BROWSERS).or_else(safari).into_iter().chain(find(&SYSTEMS)).collect();
        Self((!parts.is_empty()).then(|| parts.join(", ")))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Device {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let agent = parts.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
        Ok(Self::of(agent.unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_known_again_and_no_more() {
        for (agent, device) in [
            ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", Some("Firefox, Linux")),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 \
                 Safari/537.36 Edg/140.0.0.0",
                Some("Edge, Windows"),
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
                 Version/18.0 Mobile/15E148 Safari/604.1",
                Some("Safari, iPhone"),
            ),
            (
                "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile \
                 Safari/537.36",
                Some("Chrome, Android"),
            ),
            ("curl/8.5.0", None),
            ("", None),
        ] {
            assert_eq!(Device::of(agent).0.as_deref(), device, "{agent}");
        }
    }
}
