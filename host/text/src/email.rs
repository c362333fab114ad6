//! E-mail addresses. They are compared without regard to case: nobody means two people by `Ann@x.org` and
//! `ann@x.org`, and a second account for the other spelling would be a way to deceive.

use crate::host;

/// The most characters of an address (RFC 5321, section 4.5.3.1.3, without the angle brackets).
pub const MOST: usize = 254;
/// The most characters before the `@` (RFC 5321, section 4.5.3.1.1).
const MOST_LOCAL: usize = 64;

/// A text that is no e-mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be an e-mail address such as ann@example.com")]
pub struct EmailError;

impl EmailError {
    /// What the text must be, as a part of a sentence about its field.
    #[must_use]
    pub const fn detail(self) -> &'static str {
        "must be an e-mail address such as ann@example.com"
    }
}

/// An e-mail address: kept as written with its domain in ASCII, compared in lower case.
#[derive(Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Email {
    written: String,
    key: String,
}

impl Email {
    /// As written, without blanks around it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.written
    }

    /// As compared.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The text itself.
    #[must_use]
    pub fn into_string(self) -> String {
        self.written
    }
}

/// `atext` of RFC 5322 without what means something in a `mailto:` link (RFC 6068): such an address cannot bring a
/// subject or a text of its own.
const fn is_atom(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'!' | b'$' | b'\'' | b'*' | b'+' | b'-' | b'/' | b'=' | b'^' | b'_' | b'{' | b'|' | b'}' | b'~'
        )
}

impl std::str::FromStr for Email {
    type Err = EmailError;
    /// Reads a `dot-atom` in ASCII, an `@`, and a host name.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (local, domain) = text.trim().split_once('@').ok_or(EmailError)?;
        let domain_in_ascii = host::name(domain).ok_or(EmailError)?;
        let atom = |part: &str| !part.is_empty() && part.bytes().all(is_atom);
        if local.len() > MOST_LOCAL || !local.split('.').all(atom) {
            return Err(EmailError);
        }
        // a domain in ASCII keeps the case that it was written in
        let written = if domain.is_ascii() && domain.eq_ignore_ascii_case(&domain_in_ascii) {
            format!("{local}@{domain}")
        } else {
            format!("{local}@{domain_in_ascii}")
        };
        if written.len() > MOST {
            return Err(EmailError);
        }
        let key = written.to_ascii_lowercase();
        Ok(Self { written, key })
    }
}

impl std::fmt::Debug for Email {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Email(…)")
    }
}

crate::checked_text!(Email, EmailError, {
    utoipa::openapi::schema::ObjectBuilder::new()
        .min_length(Some(3))
        .max_length(Some(MOST))
        .pattern(Some("^[A-Za-z0-9!$'*+/=^_{|}~.-]{1,64}@[^\\s@%?#/\\\\]+$"))
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_blanks_around_do_not_matter() {
        let a: Email = " Ann@Example.org ".parse().unwrap();
        let b: Email = "ann@example.ORG".parse().unwrap();
        assert_eq!(a.key(), b.key());
        assert_eq!(a.as_str(), "Ann@Example.org");
        assert_eq!("o'neil+x@bücher.example".parse::<Email>().unwrap().as_str(), "o'neil+x@xn--bcher-kva.example");
    }

    #[test]
    fn mistakes_and_tricks_are_refused() {
        for text in [
            "",
            "ann",
            "@x.org",
            "ann@",
            "a@b@c",
            "a b@x.org",
            "a@x..org",
            "a@x.org\n.",
            ".a@x.org",
            "a..b@x.org",
            "\"a b\"@x.org",
            "a@[10.0.0.1]",
            "a@10.0.0.1",
            "help@x.org?subject=pay",
            "help?subject=pay@x.org",
            "help%3fsubject=pay@x.org",
            "\u{202e}nna@x.org",
            "ann\u{200b}@x.org",
            "ann@x\u{202e}.org",
            "\u{430}nn@x.org",
            "a\u{301}@x.org",
            &format!("{}@x.org", "a".repeat(65)),
            &format!("a@{}.org", "b.".repeat(130)),
        ] {
            assert!(text.parse::<Email>().is_err(), "{text:?}");
        }
        assert!("root@localhost".parse::<Email>().is_ok());
    }
}
