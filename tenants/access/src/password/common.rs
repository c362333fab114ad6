//! Passwords that a guesser tries first, without asking anybody: what leaked lists have in common is kept here as
//! some 2,500 words, with the ways in which people dress them up.
//!
//! A guesser's rules are the model: one to three common words, capitals and `p@ssw0rd` spellings, up to eight digits
//! and signs around them; one short piece over and over; a walk over the keyboard. Nothing else is refused:
//! composition rules make passwords worse.

use std::collections::HashSet;
use std::sync::LazyLock;

/// One a line, in lower case.
const WORDS: &str = include_str!("common.txt");
static COMMON: LazyLock<HashSet<&'static str>> = LazyLock::new(|| WORDS.lines().collect());

/// The longest dress around a word that leaves it guessable.
const DRESS: usize = 8;
/// The most words that make no phrase.
const MOST_WORDS: usize = 3;
/// The shortest word that counts as one of several.
const SHORTEST_WORD: usize = 4;
/// The longest piece that makes no password by being repeated.
const LONGEST_PIECE: usize = 6;
/// The shortest part of a keyboard walk, and what may stand beside such parts.
const SHORTEST_WALK: usize = 3;
const BESIDE_WALKS: usize = 3;

/// Rows and columns of keyboards (US, German, French), the alphabet, and digits as people count.
const PATHS: [&str; 22] = [
    "1234567890",
    "0123456789",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "qwertzuiopü",
    "asdfghjklöä",
    "yxcvbnm",
    "azertyuiop",
    "qsdfghjklm",
    "wxcvbn",
    "1qaz",
    "2wsx",
    "3edc",
    "4rfv",
    "5tgb",
    "6yhn",
    "7ujm",
    "1qay",
    "147258369",
    "159357",
];

/// Whether it is among the first that are guessed. `known` are words that a guesser of this very password would try as
/// well: names of the operator and of the account.
pub(super) fn is_common(password: &str, known: &[&str]) -> bool {
    let lower = password.to_lowercase();
    let known: Vec<String> = known
        .iter()
        .flat_map(|name| name.split(|c: char| !c.is_alphanumeric()).chain([*name]))
        .map(|word| letters_and_digits(&word.to_lowercase()))
        .filter(|word| word.chars().count() >= SHORTEST_WORD)
        .collect();
    let is_word = |word: &str| COMMON.contains(word) || known.iter().any(|name| name == word);
    let bare = undressed(&lower);
    let spellings = [bare.to_owned(), plain(bare, 'i'), plain(bare, 'l')];
    is_repeated(&lower)
        || is_walk(&lower)
        || is_word(&letters_and_digits(&lower))
        || spellings.iter().map(|spelling| letters_and_digits(spelling)).any(|core| {
            let dress = lower.chars().count().saturating_sub(bare.chars().count());
            dress <= DRESS && !core.is_empty() && (is_word(&core) || is_words(&core, MOST_WORDS, &is_word))
        })
}

/// Without digits and signs on both ends.
fn undressed(text: &str) -> &str {
    text.trim_matches(|c: char| !c.is_alphabetic() && c != '@' && c != '$').trim_end_matches(['@', '$'])
}

fn letters_and_digits(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

/// As if written with letters only; what looks like a one is `one`.
fn plain(text: &str, one: char) -> String {
    let letter = |c: char| match c {
        '0' => 'o',
        '1' | '!' | '|' => one,
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        other => other,
    };
    text.chars().map(letter).collect()
}

/// Whether it falls into at most so many words.
fn is_words(text: &str, most: usize, is_word: &dyn Fn(&str) -> bool) -> bool {
    let ends = || text.char_indices().map(|(at, _)| at).skip(SHORTEST_WORD).chain([text.len()]);
    ends().any(|end| match text.split_at_checked(end) {
        Some((word, "")) => is_word(word),
        Some((word, rest)) => most > 1 && is_word(word) && is_words(rest, most - 1, is_word),
        None => false,
    })
}

/// Whether it is one short piece over and over, the last of them perhaps cut off.
fn is_repeated(text: &str) -> bool {
    let characters: Vec<char> = text.chars().collect();
    (1..=LONGEST_PIECE.min(characters.len() / 2))
        .any(|piece| characters.iter().zip(characters.iter().skip(piece)).all(|(here, next)| here == next))
}

/// Whether it is little else than parts of [`PATHS`], forwards or backwards, or one key held down.
fn is_walk(text: &str) -> bool {
    let keys: Vec<char> = text.chars().map(unshifted).collect();
    let mut beside = 0;
    let mut at = 0;
    while at < keys.len() {
        let rest = keys.get(at..).unwrap_or_default();
        match longest_walk(rest) {
            length if length >= SHORTEST_WALK => at += length,
            _ => {
                beside += 1;
                at += 1;
            }
        }
    }
    beside <= BESIDE_WALKS
}

fn longest_walk(keys: &[char]) -> usize {
    let held = keys.iter().take_while(|key| keys.first() == Some(*key)).count();
    let along = |path: &mut dyn Iterator<Item = char>| {
        let first = keys.first().copied();
        let path = path.skip_while(|key| Some(*key) != first);
        path.zip(keys).take_while(|(path, key)| path == *key).count()
    };
    let walks = PATHS.iter().flat_map(|path| [along(&mut path.chars()), along(&mut path.chars().rev())]);
    walks.chain([held]).max().unwrap_or(0)
}

/// The key below a sign, as on a US keyboard.
fn unshifted(c: char) -> char {
    "!@#$%^&*()".chars().zip("1234567890".chars()).find(|(sign, _)| *sign == c).map_or(c, |(_, digit)| digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_guessed_first_is_known() {
        for text in [
            "Password123456",
            "P@ssw0rd2024!!",
            "passwordpassword",
            "Welcome2026!!!",
            "qwertyuiop123",
            "1qaz2wsx3edc4rfv",
            "!QAZ@WSX#EDC",
            "0987654321qwerty",
            "abcabcabcabc",
            "iloveyouforever",
            "Bailiwick2026!",
            "b4il1w1ck-2026",
            "SunshinePrincess1",
            "summer summer 2025",
            "1q2w3e4r5t6y",
            "Administrator1",
            "correcthorsebatterystaple",
            "aaaaaaaaaaaab",
            "123456789012",
            "Willkommen2025",
        ] {
            assert!(is_common(text, &[]), "{text}");
        }
    }

    #[test]
    fn phrases_and_random_ones_pass() {
        for text in [
            "correct horse battery",
            "a long enough password",
            "another long one",
            "chosen by the attacker",
            "x7Kq-92mPz-vTr4",
            "the red kettle sings at noon",
            "elevenchars!",
            "üüüüüüüüüüüu kettle",
            "3f9a2c7hq1xx0b8d",
            "wobbly lantern 57",
        ] {
            assert!(!is_common(text, &[]), "{text}");
        }
    }

    #[test]
    fn names_that_a_guesser_knows_are_words_to_it() {
        let known = ["Ann Oakshott", "ann.oakshott", "Praxis Norderney"];
        for text in ["oakshott2026!!", "Ann.Oakshott1", "PraxisNorderney1", "norderney-2025", "Oakshott-Praxis"] {
            assert!(is_common(text, &known), "{text}");
            assert!(!is_common(text, &[]), "{text} without them");
        }
    }

    #[test]
    fn the_list_is_small_and_in_order() {
        assert!(WORDS.len() < 100_000 && COMMON.len() > 2_000);
        assert!(WORDS.lines().zip(WORDS.lines().skip(1)).all(|(a, b)| a < b));
        assert!(WORDS.lines().all(|word| word == word.to_lowercase()));
    }
}
