//! One value against its declared type.

use bailiwick_text::line;

use super::ViolationCode;
use crate::{manifest::Kind, value::Scalar};

/// The last instant of the year 9999, which every calendar and database column can hold.
pub(super) const MAX_TIME: u64 = 253_402_300_799_999;
/// Most characters of a value that matches a pattern.
pub(crate) const MAX_TOKEN: usize = 64;
/// Most characters that are looked at of a free text: more than any attribute may declare.
const MAX_FREE: usize = u16::MAX as usize;
/// Most characters of a version.
const MAX_VERSION: usize = 32;
/// Most letters of a version: a word such as `snapshot`, or a build's.
const MAX_VERSION_LETTERS: usize = 8;

/// Whether `value` is of this type and within its bounds.
pub(super) fn check(kind: &Kind, value: &Scalar) -> Result<(), ViolationCode> {
    use ViolationCode::{
        BadText, BadTime, BadVersion, NotFinite, OutOfBounds, PatternMismatch, TextTooLong, UnknownEnumValue, WrongType,
    };
    let must = |holds: bool, code| if holds { Ok(()) } else { Err(code) };
    match (kind, value) {
        (Kind::Flag, Scalar::Flag(_)) => Ok(()),
        (Kind::Integer { min, max }, Scalar::Integer(n)) => must((*min..=*max).contains(n), OutOfBounds),
        (Kind::Real { min, max }, Scalar::Real(n)) => {
            must(n.is_finite(), NotFinite)?;
            must((*min..=*max).contains(n), OutOfBounds)
        }
        (Kind::Time, Scalar::Time(at)) => must(*at <= MAX_TIME, BadTime),
        (Kind::Enum { values }, Scalar::Token(token)) => must(values.contains_key(token), UnknownEnumValue),
        (Kind::Version, Scalar::Token(token)) => must(is_version(token), BadVersion),
        (Kind::Pattern { pattern }, Scalar::Token(token)) => {
            must(is_line(token, MAX_TOKEN) && pattern.matches(token), PatternMismatch)
        }
        (Kind::Text { max }, Scalar::Text(text)) => {
            must(text.chars().count() <= usize::from(*max), TextTooLong)?;
            must(is_line(text, usize::from(*max)), BadText)
        }
        _ => Err(WrongType),
    }
}

/// Whether a value is of a type and within its bounds.
pub(crate) fn fits(kind: &Kind, value: &Scalar) -> bool {
    check(kind, value).is_ok()
}

/// At most `max` characters, all of which can be shown: such a text stays in its line and reads as it stands wherever it
/// goes, in the portal, in mails and in spreadsheets.
pub(crate) fn is_line(text: &str, max: usize) -> bool {
    text.len() <= max.saturating_mul(4) && text.chars().count() <= max && line::check(text).is_ok()
}

/// A free text is what somebody entered on the device: what cannot be shown of it is left out. Were it refused, a device
/// could hide by its own name.
pub(super) fn readable(value: Scalar) -> Scalar {
    match value {
        Scalar::Text(text) if line::check(&text).is_err() => {
            Scalar::Text(line::cleaned(&text, MAX_FREE).unwrap_or_default())
        }
        other => other,
    }
}

/// `[A-Za-z0-9._:-]{1,64}`.
pub(super) fn is_timer_key(key: &str) -> bool {
    (1..=64).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_alphanumeric() || b"._:-".contains(&b))
}

/// `[0-9A-Za-z][0-9A-Za-z.+_-]{0,31}` with few letters: a version is no way around consent to free text.
fn is_version(text: &str) -> bool {
    text.len() <= MAX_VERSION
        && text.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b".+_-".contains(&b))
        && text.bytes().filter(|b| b.is_ascii_alphabetic() && !b.is_ascii_hexdigit()).count() <= MAX_VERSION_LETTERS
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::Pattern;

    #[test]
    fn what_cannot_be_shown_of_a_free_text_is_left_out() {
        for (text, kept) in [
            ("Büro 3", "Büro 3"),
            ("", ""),
            ("a\u{202e}b", "ab"),
            (" a\u{200b}\nb\u{ffff}", "a b"),
            ("Mu\u{308}ller\u{e000}", "Müller"),
            ("\u{301}", ""),
        ] {
            let value = readable(Scalar::Text(text.to_owned()));
            assert_eq!(value, Scalar::Text(kept.to_owned()));
            assert_eq!(check(&Kind::Text { max: 9 }, &value), Ok(()));
        }
        let token = Scalar::Token("a\u{202e}b".to_owned());
        assert_eq!(readable(token.clone()), token);
    }

    #[test]
    fn each_type_takes_its_own_values_and_no_others() {
        use ViolationCode::*;
        let pattern = Kind::Pattern { pattern: Pattern::try_from("[0-9a-f]{0,80}".to_owned()).unwrap() };
        let token = |t: &str| Scalar::Token(t.to_owned());
        let text = |t: &str| Scalar::Text(t.to_owned());
        for (kind, value, expected) in [
            (&Kind::Flag, Scalar::Flag(true), Ok(())),
            (&Kind::Flag, Scalar::Integer(1), Err(WrongType)),
            (&Kind::Integer { min: 0, max: 9 }, Scalar::Integer(9), Ok(())),
            (&Kind::Integer { min: 0, max: 9 }, Scalar::Integer(10), Err(OutOfBounds)),
            (&Kind::Integer { min: 0, max: 9 }, Scalar::Real(3.0), Err(WrongType)),
            (&Kind::Real { min: 0.0, max: 1.0 }, Scalar::Real(f64::NAN), Err(NotFinite)),
            (&Kind::Real { min: 0.0, max: 1.0 }, Scalar::Real(f64::INFINITY), Err(NotFinite)),
            (&Kind::Real { min: 0.0, max: 1.0 }, Scalar::Real(-0.1), Err(OutOfBounds)),
            (&Kind::Time, Scalar::Time(MAX_TIME), Ok(())),
            (&Kind::Time, Scalar::Time(MAX_TIME + 1), Err(BadTime)),
            (&Kind::Enum { values: [].into() }, token("idle"), Err(UnknownEnumValue)),
            (&Kind::Version, token("16.4_b+1"), Ok(())),
            (&Kind::Version, token(""), Err(BadVersion)),
            (&Kind::Version, token(".1"), Err(BadVersion)),
            (&Kind::Version, token("1 2"), Err(BadVersion)),
            (&Kind::Version, token("2.0.0-snapshot+fed"), Ok(())),
            (&Kind::Version, token("Erika.Mustermann+49171234"), Err(BadVersion)),
            (&pattern, token("00ff"), Ok(())),
            (&pattern, token("00ff\n"), Err(PatternMismatch)),
            (&pattern, token(&"0".repeat(65)), Err(PatternMismatch)),
            (&pattern, text("00ff"), Err(WrongType)),
            (&Kind::Text { max: 4 }, text("Büro"), Ok(())),
            (&Kind::Text { max: 4 }, text("Büros"), Err(TextTooLong)),
            (&Kind::Text { max: 4 }, text("a\0"), Err(BadText)),
            (&Kind::Text { max: 4 }, text("a\u{202e}b"), Err(BadText)),
            (&Kind::Text { max: 4 }, text("a\u{200b}b"), Err(BadText)),
            (&Kind::Text { max: 4 }, text("\u{301}"), Err(BadText)),
            (&Kind::Text { max: 4 }, text("\u{ffff}"), Err(BadText)),
            (&Kind::Text { max: 4 }, token("a"), Err(WrongType)),
        ] {
            assert_eq!(check(kind, &value), expected, "{kind:?} {value:?}");
        }
    }

    #[test]
    fn a_timer_key_is_short_and_plain() {
        assert!(is_timer_key("1.3") && is_timer_key("a-Z_9:x.y") && is_timer_key(&"k".repeat(64)));
        for bad in ["", "a b", "a/b", "ä", "a\n", &"k".repeat(65)] {
            assert!(!is_timer_key(bad), "{bad:?}");
        }
    }
}
