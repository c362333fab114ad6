//! Names of hosts (RFC 1123, section 2.1): what is compared, connected to and shown. One beyond ASCII is kept in its
//! ASCII form (RFC 5891), so that no letter of another script passes for one that it resembles.

/// The most characters of a host name.
pub const MOST: usize = 253;

/// A host name in lower case and in its ASCII form; nothing for an address, or for what is no name.
#[must_use]
pub fn name(text: &str) -> Option<String> {
    // `url` decodes percent signs, which nobody writes in a name
    if text.len() > 1_024 || text.contains('%') {
        return None;
    }
    let url::Host::Domain(name) = url::Host::parse(text).ok()? else { return None };
    let name = name.strip_suffix('.').unwrap_or(&name).to_owned();
    let legal = name.len() <= MOST && name.split('.').all(is_label);
    legal.then_some(name)
}

/// A host name of at least two labels, the last of which is no number.
#[must_use]
pub fn public_name(text: &str) -> Option<String> {
    name(text).filter(|name| {
        name.rsplit_once('.').is_some_and(|(_, last)| last.bytes().any(|byte| byte.is_ascii_alphabetic()))
    })
}

fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_kept_in_lower_case_and_in_ascii() {
        assert_eq!(public_name("Portal.Example.COM.").as_deref(), Some("portal.example.com"));
        assert_eq!(public_name("bücher.example").as_deref(), Some("xn--bcher-kva.example"));
        assert_eq!(name("localhost").as_deref(), Some("localhost"));
    }

    #[test]
    fn nothing_else_is_a_name() {
        let long = format!("{}.de", "a".repeat(64));
        for text in [
            "",
            "10.0.0.1",
            "1.2.3",
            "0x7f.1",
            "-a.example",
            "a-.example",
            "a..b",
            "a b.c",
            "a.b/c",
            "[::1]",
            "a_b.c",
            &long,
        ] {
            assert_eq!(name(text), None, "{text}");
        }
        for text in ["x.org?subject=y", "x%2eorg", "x.org:80", "a@b.c", "x.\u{202e}gro", "localhost", "example.7"] {
            assert_eq!(public_name(text), None, "{text}");
        }
    }
}
