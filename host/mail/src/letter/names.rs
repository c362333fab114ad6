//! The one rule by which names stand in letters: of senders, accounts, brands and readers alike.
//!
//! A letter goes to strangers in the platform's name, and its names are chosen by others. So a name stands on one line, in
//! the order that it reads in (`bailiwick_text::line`), is short, and is no address: mail programs make a link of whatever
//! looks like one.

use bailiwick_text::line;

/// What is shown of a name, at most.
const LONGEST: usize = 80;

/// A name as a letter shows it.
pub(crate) fn shown(name: &str) -> String {
    // one that was kept before there was a rule is cleaned by it
    let clean = line::cleaned(name, name.len()).unwrap_or_default();
    let mut plain = String::with_capacity(clean.len());
    let mut characters = clean.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '@' | '＠' | '﹫' => plain.push_str(" (at) "),
            _ if joins(character) && characters.peek().is_some_and(|next| !next.is_whitespace()) => {
                plain.push(character);
                plain.push(' ');
            }
            _ => plain.push(character),
        }
    }
    let plain = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    match plain.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", plain.get(..end).unwrap_or_default().trim_end()),
        None => plain,
    }
}

/// Joins the labels of a host name, or a scheme and what follows: with a blank behind it, neither is one. The wide dots are
/// those that browsers read as one (UTS 46, 2.3).
const fn joins(character: char) -> bool {
    matches!(character, '.' | ':' | '/' | '\\' | '。' | '．' | '｡' | '：' | '／')
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn a_name_that_people_have_stays_as_it_is() {
        for name in
            ["Müller & Söhne", "Praxis Dr. Nord", "نام\u{200c}ها", "👩\u{200d}💻", "O'Neill, Ann", "Nord GmbH (Bau)"]
        {
            assert_eq!(shown(name), name);
        }
    }

    #[test]
    fn a_name_is_no_link_and_no_address() {
        for (name, read) in [
            ("https://evil.example/a", "https: / / evil. example/ a"),
            ("visit evil.example now", "visit evil. example now"),
            ("evil。example", "evil。 example"),
            ("evil．example", "evil． example"),
            ("ann@evil.example", "ann (at) evil. example"),
            ("evil\u{ad}.example", "evil. example"),
            ("mailto:ann", "mailto: ann"),
        ] {
            assert_eq!(shown(name), read);
        }
    }

    #[test]
    fn a_name_stands_on_one_line_in_the_order_that_it_reads_in() {
        for (name, read) in [
            ("Ann\r\nBcc: x", "Ann Bcc: x"),
            ("Ann\u{2028}Bo\u{2029}Cy\u{85}Di", "Ann Bo Cy Di"),
            ("\u{202e}gnp.exe\u{2066}", "gnp. exe"),
            ("A\u{a0}\u{3000}  B", "A B"),
            ("\u{200b}\u{feff}", ""),
        ] {
            assert_eq!(shown(name), read);
        }
        assert_eq!(shown(&"x".repeat(200)), format!("{}…", "x".repeat(80)));
        assert_eq!(shown(&"é".repeat(80)), "é".repeat(80));
    }
}
