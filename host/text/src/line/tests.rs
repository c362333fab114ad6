//! What a line of text may hold, as examples and as properties of any text.

use proptest::prelude::*;

use super::*;

/// Of each kind of character that no name holds, some.
const REFUSED: &[char] = &[
    '\0',
    '\n',
    '\t',
    '\u{7f}',
    '\u{85}',
    '\u{2028}',
    '\u{2029}', // control, and other lines
    '\u{200e}',
    '\u{200f}',
    '\u{202a}',
    '\u{202e}',
    '\u{2066}',
    '\u{2069}',
    '\u{61c}', // turn the direction
    '\u{ad}',
    '\u{34f}',
    '\u{115f}',
    '\u{180e}',
    '\u{200b}',
    '\u{2060}',
    '\u{2064}',
    '\u{206a}',
    '\u{feff}',
    '\u{3164}',
    '\u{ffa0}',
    '\u{fff9}',
    '\u{2800}',
    '\u{1d159}',
    '\u{1d173}',
    '\u{e0001}',
    '\u{e0041}',
    '\u{fffc}', // not seen
    '\u{e000}',
    '\u{f8ff}',
    '\u{f0000}',
    '\u{10fffd}', // private
    '\u{fdd0}',
    '\u{ffff}',
    '\u{fffe}',
    '\u{1ffff}',
    '\u{10ffff}',
    '\u{378}', // no characters
];

#[test]
fn names_of_all_scripts_stand_as_they_are() {
    for name in [
        "x",
        "Müller & Söhne",
        "Łódź Ørsted Çelik",
        "نام\u{200c}ها",
        "क\u{94d}\u{200d}ष",
        "ශ\u{dca}\u{200d}රී",
        "שָׁלוֹם",
        "東京 営業所",
        "葛\u{e0100}城市",
        "ᠠ\u{180b}",
        "👩\u{200d}💻 🏳\u{fe0f}\u{200d}🌈 👩🏽\u{200d}🚒",
        "#\u{fe0f}\u{20e3} ❤\u{fe0f}",
        "Tiếng Việt",
        "ภาษาไทย",
        "C++ / 50% (a_b)",
    ] {
        assert_eq!(name.parse::<Name>().as_ref().map(Name::as_str), Ok(name));
    }
}

#[test]
fn a_name_is_seen_and_reads_as_it_stands() {
    for name in [
        "",
        "  ",
        "\u{3000}",
        "\u{200b}",
        "\u{301}",
        " \u{301}",
        "a \u{301}",
        "-\u{301}",
        "\u{20e3}",
        "\u{200d}",
        "Adm\u{200c}in",
        "Adm\u{200d}in",
        "a\u{fe0f}",
        "1\u{fe0f}",
        "a\u{e0100}",
        "a\u{1ab0}\u{1ab0}\u{1ab0}\u{1ab0}\u{1ab0}\u{1ab0}\u{1ab0}",
        &"x".repeat(201),
        &"x".repeat(10_000),
    ] {
        assert!(name.parse::<Name>().is_err(), "{name:?}");
    }
    for refused in REFUSED {
        let name = format!("a{refused}b");
        assert!(name.parse::<Name>().is_err() && check(&name).is_err(), "{name:?}");
        assert_eq!(
            Name::cleaned(&name).as_ref().map(Name::as_str).map(|name| name.replace(' ', "")),
            Some("ab".into())
        );
    }
}

#[test]
fn one_name_has_one_spelling() {
    assert_eq!("  Mu\u{308}ller ".parse::<Name>(), "Müller".parse::<Name>());
    assert_eq!(Name::cleaned(" \u{202e}Mu\u{308}ller \t GmbH\0").map(Name::into_string), Some("Müller GmbH".into()));
    assert_eq!(Name::cleaned("\u{202e}\u{301} "), None);
    assert_eq!(Name::cleaned(&"ä".repeat(900)).map(|name| name.as_str().chars().count()), Some(200));
}

#[test]
fn a_text_of_a_device_may_be_empty_and_is_judged_alike() {
    for text in ["", " ", "Büro 3", "نام\u{200c}ها"] {
        assert_eq!(check(text), Ok(()));
    }
    for text in ["a\nb", "a\u{202e}b", "\u{301}", "\u{e000}"] {
        assert!(check(text).is_err(), "{text:?}");
    }
}

#[test]
fn json_is_judged_too() {
    assert_eq!(serde_json::from_str::<Name>("\" Key \"").unwrap().as_str(), "Key");
    let error = serde_json::from_str::<ShortName>(&format!("\"{}\"", "x".repeat(61))).unwrap_err();
    assert!(error.to_string().starts_with("must be 1 to 60 characters on one line"), "{error}");
    assert!(serde_json::from_str::<Reason>("\"a\u{202e}b\"").is_err());
}

proptest! {
    #[test]
    fn what_was_parsed_parses_to_itself(text in any::<String>()) {
        if let Ok(name) = text.parse::<Name>() {
            prop_assert_eq!(name.as_str().parse::<Name>(), Ok(name.clone()));
            prop_assert!(name.as_str().chars().count() <= Name::MOST);
            prop_assert_eq!(check(name.as_str()), Ok(()));
        }
        if let Some(name) = Name::cleaned(&text) {
            prop_assert_eq!(name.as_str().parse::<Name>(), Ok(name.clone()));
        }
    }

    #[test]
    fn nothing_that_is_refused_passes_anywhere_in_a_name(
        before in "[a-zäß ا-يक-ह東]{0,20}", at in 0..REFUSED.len(), after in "[a-zäß ا-يक-ह東]{0,20}",
    ) {
        let name = format!("x{before}{}{after}x", REFUSED[at]);
        prop_assert!(name.parse::<Name>().is_err());
        prop_assert!(name.parse::<Reason>().is_err());
        prop_assert!(name.parse::<crate::Email>().is_err());
        let link = format!("https://help.example.com/{name}");
        prop_assert!(link.parse::<crate::Link>().is_err());
        let cell = crate::csv::cell(&format!("{}=1", REFUSED[at])).into_owned();
        prop_assert!(cell.starts_with('\''));
    }
}
