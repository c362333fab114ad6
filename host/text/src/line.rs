//! Names, reasons and other texts of one line. Whoever reads one sees all of it, in the order in which it was written:
//! nothing turns the direction, nothing hides between the letters, nothing stands for a sign that no font has.
//!
//! The rule is that of the `FreeformClass` of PRECIS (RFC 8264, section 4.3), which also permits joiners only where a
//! script needs them (RFC 5892, appendix A), and besides it emoji with their joiners and selectors. Texts are composed
//! (NFC), so that one name has one spelling.

use icu_normalizer::ComposingNormalizerBorrowed;
use icu_properties::props::{
    BidiControl, BinaryProperty as _, CanonicalCombiningClass, DefaultIgnorableCodePoint, Emoji, EmojiModifier,
    EnumeratedProperty as _, ExtendedPictographic, GeneralCategory, Ideographic, JoiningType, Script,
    VariationSelector,
};

/// The most accents on one letter. Scripts in use need no more than four or five; a tower of them covers other lines.
const MOST_MARKS: usize = 6;

/// What is wrong with a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct LineError(&'static str);

impl LineError {
    /// What the text must be, as a part of a sentence about its field.
    #[must_use]
    pub const fn detail(self) -> &'static str {
        self.0
    }
}

const CONTROL: LineError = LineError("must stand on one line, without control characters");
const DIRECTION: LineError = LineError("must not hold characters that turn the direction of writing");
const INVISIBLE: LineError = LineError("must not hold invisible characters");
const UNKNOWN: LineError = LineError("must not hold characters without a meaning in Unicode");
const MARK: LineError = LineError("must not hold accents without a letter, nor more than 6 on one");

/// Whether each character of a text can be shown; the text may be empty. For texts that are kept as they came, such as
/// what a device says.
///
/// # Errors
/// The first fault.
pub fn check(text: &str) -> Result<(), LineError> {
    if text.is_ascii() {
        return if text.bytes().any(|byte| byte.is_ascii_control()) { Err(CONTROL) } else { Ok(()) };
    }
    let characters: Vec<char> = text.chars().collect();
    (0..characters.len()).try_for_each(|at| judge(&characters, at))
}

/// The text composed, without what [`check`] refuses, blanks collapsed, cut after `most` characters; nothing where
/// nothing is left. For texts of others that are shown and cannot be refused.
#[must_use]
pub fn cleaned(text: &str, most: usize) -> Option<String> {
    let composed = nfc(text);
    let mut kept: Vec<char> = Vec::new();
    let given: Vec<char> = composed.chars().collect();
    for (at, character) in given.iter().enumerate() {
        if character.is_whitespace() {
            if kept.last().is_some_and(|last| *last != ' ') {
                kept.push(' ');
            }
            continue;
        }
        // judged where it stands and again where it comes to stand
        if judge(&given, at).is_ok() {
            kept.push(*character);
            if judge(&kept, kept.len().saturating_sub(1)).is_err() && !is_joiner(*character) {
                kept.pop();
            }
        }
    }
    kept.truncate(most);
    let mut text: String = kept.into_iter().collect::<String>().trim().to_owned();
    // a joiner may have lost its neighbours
    if check(&text).is_err() {
        text.retain(|character| !is_joiner(character) && !VariationSelector::for_char(character));
    }
    let text = nfc(&text).trim().to_owned();
    (!text.is_empty() && check(&text).is_ok()).then_some(text)
}

fn nfc(text: &str) -> std::borrow::Cow<'_, str> {
    ComposingNormalizerBorrowed::new_nfc().normalize(text)
}

const fn is_joiner(character: char) -> bool {
    matches!(character, '\u{200c}' | '\u{200d}')
}

fn judge(text: &[char], at: usize) -> Result<(), LineError> {
    let Some(&character) = text.get(at) else { return Ok(()) };
    let before = at.checked_sub(1).and_then(|at| text.get(at)).copied();
    let must = |holds: bool, or: LineError| if holds { Ok(()) } else { Err(or) };
    if BidiControl::for_char(character) {
        return Err(DIRECTION);
    }
    if is_joiner(character) {
        return must(joins(text, at), INVISIBLE);
    }
    if VariationSelector::for_char(character) {
        return must(
            before.is_some_and(|before| selects(before, character, text.get(at.saturating_add(1)))),
            INVISIBLE,
        );
    }
    // shown as nothing though of a visible category: the blank of Braille, the empty note, what stands for an object
    if DefaultIgnorableCodePoint::for_char(character) || matches!(character, '\u{2800}' | '\u{1d159}' | '\u{fffc}') {
        return Err(INVISIBLE);
    }
    use GeneralCategory as Is;
    match Is::for_char(character) {
        Is::Control | Is::LineSeparator | Is::ParagraphSeparator => Err(CONTROL),
        Is::PrivateUse | Is::Unassigned | Is::Surrogate => Err(UNKNOWN),
        Is::Format => Err(INVISIBLE),
        Is::NonspacingMark | Is::SpacingMark | Is::EnclosingMark => {
            let marks = text.iter().take(at).rev().take(MOST_MARKS).take_while(|one| is_mark(**one)).count();
            must(before.is_some_and(carries) && marks < MOST_MARKS, MARK)
        }
        _ => Ok(()),
    }
}

/// A mark, or what selects the form of the letter below it.
fn is_mark(character: char) -> bool {
    use GeneralCategory as Is;
    matches!(Is::for_char(character), Is::NonspacingMark | Is::SpacingMark | Is::EnclosingMark)
}

/// Whether an accent may follow.
fn carries(character: char) -> bool {
    use GeneralCategory as Is;
    let category = Is::for_char(character);
    let blank = matches!(category, Is::SpaceSeparator | Is::Control | Is::LineSeparator | Is::ParagraphSeparator);
    let dot = matches!(
        category,
        Is::DashPunctuation
            | Is::OpenPunctuation
            | Is::ClosePunctuation
            | Is::ConnectorPunctuation
            | Is::InitialPunctuation
            | Is::FinalPunctuation
            | Is::OtherPunctuation
    );
    // the signs of keys, such as #️⃣
    !blank && (!dot || matches!(character, '#' | '*'))
}

/// Whether a joiner stands where a script or an emoji needs it: RFC 5892, appendices A.1 and A.2; UTS 51, ED-16.
fn joins(text: &[char], at: usize) -> bool {
    let left = || text.iter().take(at).rev().copied();
    let right = || text.iter().skip(at.saturating_add(1)).copied();
    let virama = left()
        .next()
        .is_some_and(|before| CanonicalCombiningClass::for_char(before) == CanonicalCombiningClass::Virama);
    if virama {
        return true;
    }
    if text.get(at) == Some(&'\u{200d}') {
        let dressed = |one: &char| *one == '\u{fe0f}' || EmojiModifier::for_char(*one);
        return left().find(|one| !dressed(one)).is_some_and(ExtendedPictographic::for_char)
            && right().next().is_some_and(ExtendedPictographic::for_char);
    }
    let transparent = |one: &char| JoiningType::for_char(*one) == JoiningType::Transparent;
    let joining = |one: Option<char>, way: JoiningType| {
        one.map(JoiningType::for_char).is_some_and(|kind| kind == way || kind == JoiningType::DualJoining)
    };
    joining(left().find(|one| !transparent(one)), JoiningType::LeftJoining)
        && joining(right().find(|one| !transparent(one)), JoiningType::RightJoining)
}

/// Whether a variation selector has a form to select: of an emoji, an ideograph or a Mongolian letter.
fn selects(base: char, selector: char, after: Option<&char>) -> bool {
    match selector {
        '\u{fe0e}' | '\u{fe0f}' if base.is_ascii() => Emoji::for_char(base) && after == Some(&'\u{20e3}'),
        '\u{fe0e}' | '\u{fe0f}' => Emoji::for_char(base),
        '\u{180b}'..='\u{180f}' => Script::for_char(base) == Script::Mongolian,
        _ => Ideographic::for_char(base),
    }
}

/// Composed and without blanks around it, 1 to `most` characters, all of them to be seen.
fn parsed(text: &str, most: usize, length: LineError) -> Result<String, LineError> {
    // what is far too long is not worth the work
    if text.len() > most.saturating_mul(16) {
        return Err(length);
    }
    let text = nfc(text).trim().to_owned();
    if text.is_empty() || text.chars().count() > most {
        return Err(length);
    }
    check(&text)?;
    Ok(text)
}

/// What no text of one line holds, as a pattern of ECMA-262: less than what [`check`] refuses, in what validators of
/// every language read.
pub const PATTERN: &str = "^[^\\u0000-\\u001f\\u007f-\\u009f\\u00ad\\u061c\\u115f\\u1160\\u200b\\u200e\\u200f\\u2028-\\u202e\
    \\u2060-\\u206f\\u2800\\u3164\\ue000-\\uf8ff\\ufdd0-\\ufdef\\ufeff\\uffa0\\ufff0-\\ufffc\\ufffe\\uffff]+$";

macro_rules! line {
    ($(#[$doc:meta])* $name:ident, $most:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The most characters.
            pub const MOST: usize = $most;

            /// As it is kept and shown.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The text itself.
            #[must_use]
            pub fn into_string(self) -> String {
                self.0
            }

            /// What can be shown of a text that is somebody else's and cannot be refused.
            #[must_use]
            pub fn cleaned(text: &str) -> Option<Self> {
                cleaned(text, Self::MOST).and_then(|text| text.parse().ok())
            }
        }

        impl std::str::FromStr for $name {
            type Err = LineError;
            fn from_str(text: &str) -> Result<Self, LineError> {
                const LENGTH: LineError = LineError(concat!("must be 1 to ", $most, " characters on one line"));
                parsed(text, Self::MOST, LENGTH).map(Self)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        crate::checked_text!($name, LineError, {
            let schema = utoipa::openapi::schema::ObjectBuilder::new().pattern(Some(PATTERN));
            schema.min_length(Some(1)).max_length(Some($most))
        });
    };
}

line!(
    /// What people call a thing, an account or themselves.
    Name, 200
);
line!(
    /// What people call a thing whose name has little room: a passkey, a brand.
    ShortName, 60
);
line!(
    /// Why somebody does what must be justified.
    Reason, 500
);
line!(
    /// Where a site is, as people write it.
    Address, 500
);

#[cfg(test)]
mod tests;
