//! One value against its declared type.

use super::ViolationCode;
use crate::{manifest::Kind, value::Scalar};

/// The last instant of the year 9999, which every calendar and database column can hold.
pub(super) const MAX_TIME: u64 = 253_402_300_799_999;
/// Most characters of a value that matches a pattern.
pub(crate) const MAX_TOKEN: usize = 64;
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

/// At most `max` characters, none of them a control character or one that is not seen: such a text stays in its line
/// and reads as it stands, and a database takes it (PostgreSQL's text has no NUL).
pub(crate) fn is_line(text: &str, max: usize) -> bool {
    text.len() <= max.saturating_mul(4)
        && text.chars().count() <= max
        && !text.chars().any(|c| c.is_control() || misleads(c))
}

/// Shows nothing, or turns the direction of what follows, so that a text can look like another.
const fn misleads(character: char) -> bool {
    matches!(character,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
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
