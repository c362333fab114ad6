//! E-mail addresses as names of operators. They are compared without regard to case: nobody means two people by
//! `Ann@x.org` and `ann@x.org`, and a second account for the other spelling would be a way to deceive.

/// A text that is no e-mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an e-mail address")]
pub struct EmailError;

/// An e-mail address: kept as written, compared in lower case.
#[derive(Clone, PartialEq, Eq)]
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
}

impl std::str::FromStr for Email {
    type Err = EmailError;
    /// Checks what a mistake would violate, not RFC 5321: one `@`, something on both sides, a dot-free or dotted
    /// domain without empty labels, no blanks or control characters, 254 bytes at most.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let written = text.trim();
        let (name, domain) = written.split_once('@').ok_or(EmailError)?;
        let blank = |character: char| character.is_whitespace() || character.is_control();
        let legal = !name.is_empty()
            && !domain.contains('@')
            && domain.split('.').all(|label| !label.is_empty())
            && written.len() <= 254
            && !written.contains(blank);
        let key = written.to_lowercase();
        if legal { Ok(Self { written: written.to_owned(), key }) } else { Err(EmailError) }
    }
}

impl std::fmt::Debug for Email {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Email(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_blanks_around_do_not_matter() {
        let a: Email = " Ann@Example.org ".parse().unwrap();
        let b: Email = "ann@example.ORG".parse().unwrap();
        assert_eq!(a.key(), b.key());
        assert_eq!(a.as_str(), "Ann@Example.org");
    }

    #[test]
    fn mistakes_are_refused() {
        for text in [
            "",
            "ann",
            "@x.org",
            "ann@",
            "a@b@c",
            "a b@x.org",
            "a@x..org",
            "a@x.org\n.",
            &format!("{}@x.org", "a".repeat(250)),
        ] {
            assert!(text.parse::<Email>().is_err(), "{text:?}");
        }
        assert!("root@localhost".parse::<Email>().is_ok());
    }
}
