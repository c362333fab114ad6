//! Texts that people give things: names and reasons. What is shown to others is to be seen, and to read as it stands.

/// Turns the direction of what follows, so that a name can look like another.
const fn turns(character: char) -> bool {
    matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{61c}')
}

/// Shows nothing on the screen, and stands in some words all the same: Default_Ignorable_Code_Point of Unicode 16, and the
/// blank of Braille.
const fn is_invisible(character: char) -> bool {
    matches!(character,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Something to see, at most so many characters, on one line, in the order that it is read in.
#[must_use]
pub fn is_line(text: &str, most: usize) -> bool {
    let seen = text.chars().any(|character| !is_invisible(character) && !character.is_whitespace());
    seen && text.chars().count() <= most && !text.chars().any(|character| character.is_control() || turns(character))
}

#[cfg(test)]
mod tests {
    use super::is_line;

    #[test]
    fn a_line_is_seen_and_reads_as_it_stands() {
        for text in ["Müller & Söhne", "نام\u{200c}ها", "👩\u{200d}💻", "x"] {
            assert!(is_line(text, 20), "{text:?}");
        }
        for text in ["", " ", "\u{3164}", "\u{200b}\u{2800}", "\u{202e}gnp.exe", "a\u{2066}b", "a\nb", "four!"] {
            assert!(!is_line(text, 4), "{text:?}");
        }
    }
}
