//! Letters: what is said, in which language, as plain text and as HTML.
//!
//! Names in a letter come from strangers: one rule says how they stand there (`names.rs`), and in HTML they are text and
//! nothing else. A link is made of the platform's own address, or of a portal's that the platform gave.

pub(crate) mod names;
mod texts;

use bailiwick_text::{Email, Link};
use secrecy::{ExposeSecret as _, SecretString};

/// The languages that letters are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// English.
    #[default]
    En,
    /// German.
    De,
    /// Dutch.
    Nl,
    /// French.
    Fr,
}

impl Language {
    /// Every language.
    pub const ALL: [Self; 4] = [Self::En, Self::De, Self::Nl, Self::Fr];

    /// The language of a locale such as `de-AT`; English where it is another.
    #[must_use]
    pub fn of(locale: &str) -> Self {
        let language = locale.split('-').next().unwrap_or_default();
        Self::ALL.into_iter().find(|known| known.code().eq_ignore_ascii_case(language)).unwrap_or_default()
    }

    /// Its code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::De => "de",
            Self::Nl => "nl",
            Self::Fr => "fr",
        }
    }
}

/// What a letter says.
#[derive(Debug, Clone)]
pub enum Content {
    /// An offer of a role.
    Invitation {
        /// The account's name.
        account: String,
        /// Who invites; `None` where it is no person.
        by: Option<String>,
        /// Where it is accepted.
        link: SecretString,
    },
    /// A forgotten password.
    PasswordReset {
        /// Where a new one is set.
        link: SecretString,
    },
    /// A password that was changed by such a link.
    PasswordChanged,
}

/// What a letter wears: that of the account that it is about. What is absent is the platform's own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Brand {
    /// What the product is called.
    pub name: Option<String>,
    /// The colour of the button, `#rrggbb`; white text can be read on it.
    pub accent: Option<String>,
    /// Where people get help by mail.
    pub support_email: Option<String>,
    /// Where people get help in the browser.
    pub support_url: Option<String>,
    /// The logo, a PNG; it travels with the letter, so that reading it reaches nobody.
    pub logo: Option<Vec<u8>>,
}

/// A letter to one person.
#[derive(Debug, Clone)]
pub struct Letter {
    /// The address.
    pub to: String,
    /// The person's name, where it is known.
    pub name: Option<String>,
    /// In which language.
    pub language: Language,
    /// What it says.
    pub content: Content,
    /// What it wears.
    pub brand: Brand,
}

/// A letter as it is read.
#[derive(Clone)]
pub(crate) struct Written {
    pub(crate) subject: String,
    pub(crate) text: String,
    pub(crate) html: String,
}

/// The parts of a letter before they are set.
struct Parts {
    subject: String,
    lead: String,
    action: Option<(&'static str, SecretString)>,
    rest: String,
}

/// By which the HTML names the logo that travels with it (RFC 2392).
pub(crate) const LOGO: &str = "logo";
/// The colour of buttons where the brand has none.
const ACCENT: &str = "#1d4ed8";

impl Letter {
    /// `product` is the platform's own name.
    pub(crate) fn written(&self, product: &str) -> Written {
        let product = &names::shown(self.brand.name.as_deref().unwrap_or(product));
        let parts = texts::parts(self.language, &self.content, product);
        let name = self.name.as_deref().map(names::shown).filter(|name| !name.is_empty());
        let greeting = texts::greeting(self.language, name.as_deref());
        let Parts { subject, lead, action, rest } = parts;
        let link = action.as_ref().map(|(_, link)| format!("{}\r\n\r\n", link.expose_secret())).unwrap_or_default();
        let help = self.help();
        let text_help: String =
            help.iter().map(|(_, shown)| format!("{}: {shown}\r\n", texts::help(self.language))).collect();
        let text = format!("{greeting}\r\n\r\n{lead}\r\n\r\n{link}{rest}\r\n\r\n{product}\r\n{text_help}");
        let accent = self.brand.accent.as_deref().unwrap_or(ACCENT);
        let button = action.map(|(label, link)| {
            let link = escaped(link.expose_secret());
            format!(
                "<p style=\"margin:24px 0\"><a href=\"{link}\" style=\"background:{};color:#ffffff;\
                 padding:10px 18px;border-radius:6px;text-decoration:none\">{}</a></p>\
                 <p style=\"color:#52525b;font-size:13px;word-break:break-all\">{link}</p>",
                escaped(accent),
                escaped(label)
            )
        });
        let logo = self.brand.logo.as_ref().map(|_| {
            let name = escaped(product);
            format!("<p style=\"margin:0 0 24px\"><img src=\"cid:{LOGO}\" alt=\"{name}\" height=\"40\"></p>")
        });
        let html_help: String = help
            .iter()
            .map(|(to, shown)| {
                let label = texts::help(self.language);
                format!("<br>{label}: <a href=\"{}\" style=\"color:#52525b\">{}</a>", escaped(to), escaped(shown))
            })
            .collect();
        let html = format!(
            "<!doctype html><html lang=\"{}\"><head><meta charset=\"utf-8\"><title>{}</title></head>\
             <body style=\"font-family:system-ui,sans-serif;color:#18181b;max-width:560px;margin:0 auto;padding:24px\">\
             {}<p>{}</p><p>{}</p>{}<p style=\"color:#52525b\">{}</p><p style=\"color:#52525b\">{}{html_help}</p>\
             </body></html>",
            self.language.code(),
            escaped(&subject),
            logo.unwrap_or_default(),
            escaped(&greeting),
            escaped(&lead),
            button.unwrap_or_default(),
            escaped(&rest),
            escaped(product),
        );
        Written { subject, text, html }
    }

    /// Where people get help: the address of each link, and what is shown of it.
    fn help(&self) -> Vec<(String, String)> {
        let Brand { support_url, support_email, .. } = &self.brand;
        let url = support_url.as_deref().and_then(|url| url.parse::<Link>().ok()).map(Link::into_string);
        let url = url.map(|url| (url.clone(), url));
        let email = support_email.as_deref().and_then(|email| email.parse::<Email>().ok()).map(Email::into_string);
        let email = email.map(|email| (format!("mailto:{email}"), email));
        url.into_iter().chain(email).collect()
    }
}

fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    fn invitation(language: Language, account: &str, by: Option<&str>, name: Option<&str>) -> Written {
        let link = SecretString::from("https://x.example/invitation#token=bwi_1");
        let content = Content::Invitation { account: account.into(), by: by.map(Into::into), link };
        let letter =
            Letter { to: "a@b.c".into(), name: name.map(Into::into), language, content, brand: Brand::default() };
        letter.written("Bailiwick")
    }

    #[test]
    fn every_letter_is_written_in_every_language() {
        let link = || SecretString::from("https://x.example/reset-password#token=bwp_1");
        let mut subjects = Vec::new();
        for language in Language::ALL {
            for content in [
                Content::Invitation { account: "Praxis Nord".into(), by: Some("Ann".into()), link: link() },
                Content::Invitation { account: "Praxis Nord".into(), by: None, link: link() },
                Content::PasswordReset { link: link() },
                Content::PasswordChanged,
            ] {
                let has_link = !matches!(content, Content::PasswordChanged);
                let brand = Brand::default();
                let letter = Letter { to: "a@b.c".into(), name: Some("Bo".into()), language, content, brand };
                let written = letter.written("Bailiwick");
                assert!(written.text.contains("Bo") && written.text.contains("Bailiwick"), "{}", written.text);
                assert_eq!(written.text.contains(link().expose_secret()), has_link);
                assert_eq!(written.html.matches(link().expose_secret()).count(), if has_link { 2 } else { 0 });
                assert!(!written.text.contains('{') && !written.subject.contains('\n'));
                subjects.push(written.subject);
            }
        }
        subjects.sort();
        subjects.dedup();
        assert_eq!(subjects.len(), 12, "one subject for each language and kind: {subjects:#?}");
    }

    #[test]
    fn a_name_is_text_and_stays_on_its_line() {
        let evil = "<img src=x onerror=alert(1)>\r\nBcc: all@x.example";
        let written = invitation(Language::De, evil, Some(evil), Some(evil));
        assert!(!written.html.contains("<img"), "{}", written.html);
        for text in [&written.subject, &written.text, &written.html] {
            assert!(!text.contains("\nBcc"), "{text}");
        }
        assert!(!written.subject.contains(['\r', '\n']));
    }

    #[test]
    fn a_brand_is_worn_and_is_text_too() {
        let brand = Brand {
            name: Some("Rhein IT <b>\r\nBcc: all@x.example".into()),
            accent: Some("#aa2200".into()),
            support_email: Some("help@rhein-it.example".into()),
            support_url: Some("https://help.rhein-it.example/\"><script>".into()),
            logo: Some(vec![1, 2, 3]),
        };
        let content = Content::PasswordReset { link: "https://x.example/reset-password#token=bwp_1".into() };
        let letter = Letter { to: "a@b.c".into(), name: None, language: Language::De, content, brand };
        let written = letter.written("Bailiwick");
        for (what, text) in [("subject", &written.subject), ("text", &written.text), ("html", &written.html)] {
            assert!(text.contains("Rhein IT") && !text.contains("Bailiwick"), "{what}: {text}");
            assert!(!text.contains("\nBcc"), "{what}: {text}");
        }
        assert!(written.text.contains("Hilfe: help@rhein-it.example"), "{}", written.text);
        assert!(written.html.contains("background:#aa2200") && written.html.contains("cid:logo"), "{}", written.html);
        assert!(written.html.contains("mailto:help@rhein-it.example"), "{}", written.html);
        assert!(!written.html.contains("<script") && !written.html.contains("<b>"), "{}", written.html);
    }

    #[test]
    fn a_locale_has_a_language() {
        for (locale, language) in [
            ("de-AT", Language::De),
            ("fr", Language::Fr),
            ("NL", Language::Nl),
            ("es", Language::En),
            ("", Language::En),
        ] {
            assert_eq!(Language::of(locale), language, "{locale}");
        }
    }
}
