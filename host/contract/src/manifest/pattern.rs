//! Regular expressions of a manifest, and how much text each of them lets through.
//!
//! A pattern is parsed by itself before it is anchored, so it cannot close the group that the host puts around it. What
//! is compiled is the parsed form, printed again: comments and flags are gone, and the language that was judged is the
//! language that is matched.
//!
//! A pattern is no way around consent to free text. It admits printable ASCII only, it has a longest text, and it has
//! few *free letters*: places at which a letter beyond a–f may stand, but need not. Digits, hexadecimal digits,
//! punctuation and fixed words cost nothing. See [`Pattern::FREE_LETTERS`].

use regex_syntax::hir::{Class, Hir, HirKind};
use serde::{Deserialize, Serialize};

use crate::policy::Category;

/// Most bytes of a compiled pattern.
const MAX_COMPILED: usize = 1 << 16;

/// A regular expression that a whole text has to match, compiled once.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Pattern {
    source: String,
    compiled: regex_lite::Regex,
    longest: usize,
    free_letters: usize,
    shape: Shape,
}

/// What the characters of a pattern's texts can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Shape {
    empty: bool,
    space: bool,
}

/// Why a text is no pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// It does not parse by itself.
    #[error("is not a regular expression by itself: {0}")]
    Syntax(String),
    /// It has anchors or word boundaries.
    #[error("must do without ^, $ and \\b: the host matches the whole text")]
    Anchors,
    /// It admits what can look like something else.
    #[error(
        "admits more than printable ASCII (do not use '.', \\d, \\w, \\s or [^…]): what can be any character is text"
    )]
    Characters,
    /// A repetition has no end.
    #[error("has no longest text: give each repetition an end, such as {{0,31}}")]
    Endless,
    /// It takes too much memory.
    #[error("is larger than any pattern may be")]
    TooLarge,
}

impl Pattern {
    /// The most free letters of a pattern. A word fits; a name with a number does not.
    pub const FREE_LETTERS: usize = 8;
    /// The most free letters where the category itself says that it tells who: a serial number or an account name fits.
    pub const FREE_LETTERS_IDENTIFYING: usize = 24;

    /// The most free letters of a pattern whose values are of this category.
    #[must_use]
    pub fn most_free_letters(category: Category) -> usize {
        match category {
            Category::Identifier | Category::Network | Category::Telecom => Self::FREE_LETTERS_IDENTIFYING,
            Category::Device
            | Category::Software
            | Category::Security
            | Category::Usage
            | Category::Health
            | Category::Location
            | Category::Communication => Self::FREE_LETTERS,
        }
    }

    /// As it stands in the manifest.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Whether the whole text matches.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        self.compiled.is_match(text)
    }

    /// Characters of the longest text that matches.
    #[must_use]
    pub fn longest(&self) -> usize {
        self.longest
    }

    /// Places at which a letter beyond a–f may stand, but need not.
    #[must_use]
    pub fn free_letters(&self) -> usize {
        self.free_letters
    }

    /// Whether the empty text matches.
    #[must_use]
    pub fn admits_empty(&self) -> bool {
        self.shape.empty
    }

    /// Whether a text with a space matches.
    #[must_use]
    pub fn admits_space(&self) -> bool {
        self.shape.space
    }
}

impl TryFrom<String> for Pattern {
    type Error = PatternError;

    fn try_from(source: String) -> Result<Self, PatternError> {
        let parsed = regex_syntax::parse(&source).map_err(|e| PatternError::Syntax(last_line(&e)))?;
        if !parsed.properties().look_set().is_empty() {
            return Err(PatternError::Anchors);
        }
        let room = Room::of(&parsed).ok_or(PatternError::Characters)?;
        let longest = parsed.properties().maximum_len().ok_or(PatternError::Endless)?;
        let compiled = regex_lite::RegexBuilder::new(&format!("\\A(?:{parsed})\\z"))
            .size_limit(MAX_COMPILED)
            .build()
            .map_err(|_| PatternError::TooLarge)?;
        let shape = Shape { empty: parsed.properties().minimum_len() == Some(0), space: room.space };
        Ok(Self { source, compiled, longest, free_letters: room.free, shape })
    }
}

/// The parser draws the place over several lines and ends with what is wrong.
fn last_line(error: &regex_syntax::Error) -> String {
    let text = error.to_string();
    let last = text.lines().last().unwrap_or_default();
    last.strip_prefix("error: ").unwrap_or(last).chars().take(160).collect()
}

impl From<Pattern> for String {
    fn from(pattern: Pattern) -> Self {
        pattern.source
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

impl Eq for Pattern {}

/// What one part of a pattern lets through.
#[derive(Debug, Clone, Copy, Default)]
struct Room {
    /// Places at which a letter beyond a–f can stand.
    letters: usize,
    /// Those of them at which it need not.
    free: usize,
    /// Whether it matches more than one text.
    varies: bool,
    space: bool,
}

impl Room {
    /// Nothing where it admits a character beyond printable ASCII.
    fn of(part: &Hir) -> Option<Self> {
        Some(match part.kind() {
            HirKind::Empty | HirKind::Look(_) => Self::default(),
            HirKind::Literal(literal) => {
                let printable = literal.0.iter().all(|b| is_printable(*b));
                let letters = literal.0.iter().filter(|b| is_letter(**b)).count();
                printable.then_some(Self { letters, space: literal.0.contains(&b' '), ..Self::default() })?
            }
            HirKind::Class(class) => Self::of_class(class)?,
            HirKind::Capture(capture) => Self::of(&capture.sub)?,
            HirKind::Repetition(repetition) => {
                let times = usize::try_from(repetition.max.unwrap_or(u32::MAX)).unwrap_or(usize::MAX);
                let one = Self::of(&repetition.sub)?;
                let optional = repetition.max != Some(repetition.min);
                let free = if optional || (one.varies && times > 1) { one.letters.max(one.free) } else { one.free };
                Self {
                    letters: one.letters.saturating_mul(times),
                    free: free.saturating_mul(times),
                    varies: one.varies || optional,
                    space: one.space && times > 0,
                }
            }
            HirKind::Concat(parts) => parts.iter().map(Self::of).try_fold(Self::default(), |all, part| {
                let part = part?;
                Some(Self {
                    letters: all.letters.saturating_add(part.letters),
                    free: all.free.saturating_add(part.free),
                    varies: all.varies || part.varies,
                    space: all.space || part.space,
                })
            })?,
            HirKind::Alternation(parts) => {
                let start = Self { varies: true, ..Self::default() };
                // One of some fixed words is no free text; branches that vary, or may be left out, could spell it together.
                let optional = parts.iter().any(|part| part.properties().minimum_len() == Some(0));
                parts.iter().map(Self::of).try_fold(start, |all, part| {
                    let part = part?;
                    let free = if part.varies || optional { part.letters.max(part.free) } else { 0 };
                    Some(Self {
                        letters: all.letters.max(part.letters),
                        free: all.free.max(free),
                        varies: true,
                        space: all.space || part.space,
                    })
                })?
            }
        })
    }

    fn of_class(class: &Class) -> Option<Self> {
        let ranges: Vec<(u32, u32)> = match class {
            Class::Unicode(class) => class.ranges().iter().map(|r| (r.start().into(), r.end().into())).collect(),
            Class::Bytes(class) => class.ranges().iter().map(|r| (r.start().into(), r.end().into())).collect(),
        };
        let mut room = Self { varies: true, ..Self::default() };
        for (start, end) in ranges {
            let (start, end) = (u8::try_from(start).ok()?, u8::try_from(end).ok()?);
            (is_printable(start) && is_printable(end)).then_some(())?;
            for byte in start..=end {
                room.space |= byte == b' ';
                room.letters |= usize::from(is_letter(byte));
            }
        }
        room.free = room.letters;
        Some(room)
    }
}

fn is_printable(byte: u8) -> bool {
    matches!(byte, b' '..=b'~')
}

/// A letter that is no hexadecimal digit.
fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphabetic() && !byte.is_ascii_hexdigit()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(source: &str) -> Result<Pattern, PatternError> {
        Pattern::try_from(source.to_owned())
    }

    #[test]
    fn a_pattern_matches_whole_texts_only() {
        for (source, whole, part) in [
            ("a|b", "a", "ab"),
            ("[0-9]{4}", "1234", "12345"),
            ("(?:x|y){2}", "xy", "xyx"),
            ("(?i)ab", "aB", "aBc"),
            ("(?x) a b # a comment", "ab", "a b"),
        ] {
            let pattern = pattern(source).unwrap();
            assert!(pattern.matches(whole) && !pattern.matches(part) && !pattern.matches(""), "{source}");
        }
    }

    #[test]
    fn what_is_matched_is_what_was_judged() {
        for byte in b' '..=b'~' {
            let character = char::from(byte);
            let escaped = pattern(&regex_syntax::escape(&character.to_string())).unwrap();
            assert!(escaped.matches(&character.to_string()), "{character}");
            assert!(!escaped.matches("\u{7f}"), "{character}");
            let class = pattern(&format!("[{}]{{2}}", regex_syntax::escape(&character.to_string()))).unwrap();
            assert!(class.matches(&format!("{character}{character}")), "{character}");
        }
    }

    #[test]
    fn what_breaks_its_anchor_or_has_no_bound_is_no_pattern() {
        use PatternError::*;
        for (source, why) in [
            ("[0-9]{4})|(?:", "syntax"),
            ("a)(", "syntax"),
            ("a)|(b", "syntax"),
            ("[", "syntax"),
            ("(?x)a #)\n)|(", "syntax"),
            ("^a$", "anchors"),
            ("a\\z|.{64}", "anchors"),
            ("\\bword", "anchors"),
            ("(?m)^a", "anchors"),
            (".{1,8}", "characters"),
            (".*", "characters"),
            ("[^,]{1,8}", "characters"),
            ("\\w{1,8}", "characters"),
            ("\\d{1,8}", "characters"),
            ("\\s", "characters"),
            ("[!-~¡-ɏ][ -~¡-ɏ]{0,63}", "characters"),
            ("a\u{202e}b", "characters"),
            ("[a\u{200b}]", "characters"),
            ("(?i)k", "characters"),
            ("\\x00", "characters"),
            ("a\nb", "characters"),
            ("[0-9]*", "endless"),
            ("[0-9]+", "endless"),
            ("(?:ab){2,}", "endless"),
            ("(((0{100}){100}){100})", "size"),
        ] {
            let found = match pattern(source).unwrap_err() {
                Syntax(_) => "syntax",
                Anchors => "anchors",
                Characters => "characters",
                Endless => "endless",
                TooLarge => "size",
            };
            assert_eq!(found, why, "{source:?}");
        }
    }

    /// The examples of docs/manifest.md, and attempts to spell a text with parts that are cheap by themselves.
    #[test]
    fn letters_that_may_stand_but_need_not_are_counted() {
        for (source, longest, free) in [
            ("[0-9]{1,15}", 15, 0),
            ("[0-9a-f]{12}", 12, 0),
            ("[0-9A-Fa-f.:]{2,45}", 45, 0),
            ("SN-[0-9]{8}", 11, 0),
            ("HP|Konica Minolta|Kyocera", 14, 0),
            ("(?:rev ){1}[0-9]", 5, 0),
            ("[A-Z0-9]{4,24}", 24, 24),
            ("[A-Za-z0-9][A-Za-z0-9 ._/-]{2,63}", 64, 64),
            ("(?:SN)?[0-9]{8}", 10, 2),
            ("[0-9x]{4}", 4, 4),
            ("(?:[g-n]1?|[o-v]1?|[w-z]1?){1,40}", 80, 40),
            ("(?:g1?|h1?|i1?|j1?){1,40}", 80, 40),
            ("(?:gg|hi|jk){1,30}", 60, 60),
            ("g?h?i?j?k?l?", 6, 6),
            ("(?:g|)(?:h|)(?:i|)", 3, 3),
            ("((g|h){5}){10}", 50, 50),
            ("(?:g1?|h1?)(?:g1?|h1?)", 4, 2),
        ] {
            let pattern = pattern(source).unwrap();
            assert_eq!((pattern.longest(), pattern.free_letters()), (longest, free), "{source}");
        }
    }

    #[test]
    fn what_identifies_may_have_more_letters_than_what_describes() {
        let most = |category| Pattern::most_free_letters(category);
        assert_eq!((most(Category::Identifier), most(Category::Network), most(Category::Telecom)), (24, 24, 24));
        assert_eq!((most(Category::Device), most(Category::Health), most(Category::Software)), (8, 8, 8));
    }
}
