//! Links that people give and others follow.

use url::Url;

use crate::host;

/// The most characters of a link.
pub const MOST: usize = 500;

/// A text that is no such link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a link such as https://help.example.com/contact")]
pub struct LinkError;

impl LinkError {
    /// What the text must be, as a part of a sentence about its field.
    #[must_use]
    pub const fn detail(self) -> &'static str {
        "must be a link such as https://help.example.com/contact"
    }
}

/// A link to a public host over `https`, kept as written: ASCII, without blanks, quotes, a user name or a password.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Link(String);

impl Link {
    /// As written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text itself.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }
}

impl std::str::FromStr for Link {
    type Err = LinkError;
    fn from_str(text: &str) -> Result<Self, LinkError> {
        let text = text.trim();
        let url = https(text)?;
        url.domain().and_then(host::public_name).ok_or(LinkError)?;
        Ok(Self(text.to_owned()))
    }
}

/// An address that begins with `https://`, to whatever host, by the same rule otherwise.
///
/// # Errors
/// [`LinkError`] for anything else.
pub fn https(text: &str) -> Result<Url, LinkError> {
    let rest = text.strip_prefix("https://").ok_or(LinkError)?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if text.len() > MOST || authority.is_empty() || authority.contains('@') || !text.bytes().all(is_plain) {
        return Err(LinkError);
    }
    Url::parse(text).map_err(|_| LinkError)
}

/// Whether a text is a path of this portal, so that nobody is led elsewhere: one slash first, and neither another nor
/// what browsers take for one.
#[must_use]
pub fn is_path(text: &str) -> bool {
    text.len() <= MOST && text.starts_with('/') && !text.starts_with("//") && text.bytes().all(is_plain)
}

/// What neither ends a link in a text nor an attribute in HTML.
const fn is_plain(byte: u8) -> bool {
    byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\'' | b'<' | b'>' | b'\\' | b'`')
}

crate::checked_text!(Link, LinkError, {
    utoipa::openapi::schema::ObjectBuilder::new()
        .min_length(Some(9))
        .max_length(Some(MOST))
        .pattern(Some("^https://[A-Za-z0-9.-]+(:[0-9]{1,5})?([/?#][!#-&(-;=?-\\[\\]^_a-~]*)?$"))
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_plain_https_to_a_public_host() {
        for link in
            ["https://help.example.com/de?q=1#x", "https://help.example.com", "https://xn--bcher-kva.example:8443/"]
        {
            assert_eq!(link.parse::<Link>().as_ref().map(Link::as_str), Ok(link));
        }
        for wrong in [
            "http://help.example.com",
            "HTTPS://help.example.com",
            "javascript:alert(1)",
            "https://",
            "https://user@help.example.com/",
            "https://user:secret@help.example.com/",
            "https://10.0.0.1/",
            "https://0x7f.1/",
            "https://localhost/",
            "https://help.example.com:99999/",
            "https://help.example.com/\"onclick=x",
            "https://help.example.com/ a",
            "https://help.example.com/\u{202e}gpj",
            "https://hеlp.example.com/",
            "https://help.example.com\\@evil.example/",
        ] {
            assert!(wrong.parse::<Link>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_path_leads_nowhere_else() {
        for path in ["/", "/accounts/1?q=%C3%BC#x", "/a//b"] {
            assert!(is_path(path), "{path}");
        }
        for elsewhere in [
            "",
            "accounts",
            "//evil.example",
            "/\\evil.example",
            "\\/evil.example",
            "https://evil.example/",
            "javascript:alert(1)",
            "/\t/evil.example",
            "/a\r\nLocation: x",
            "/a\\b",
            "/\u{202e}",
            &format!("/{}", "a".repeat(500)),
        ] {
            assert!(!is_path(elsewhere), "{elsewhere:?}");
        }
    }
}
