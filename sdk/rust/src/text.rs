//! Texts of devices, made fit to be kept.

/// What a device gave as a text: UTF-8 or else Latin-1, up to the first NUL, white space collapsed, without control
/// characters and without what is not seen or turns the direction of reading (the host leaves those out), cut after `most`
/// characters. Nothing where nothing is left.
#[must_use]
pub fn readable(octets: &[u8], most: usize) -> Option<String> {
    let octets = octets.split(|octet| *octet == 0).next().unwrap_or_default();
    let decoded = match std::str::from_utf8(octets) {
        Ok(text) => text.to_owned(),
        Err(_) => octets.iter().map(|octet| char::from(*octet)).collect(),
    };
    let mut clean = String::with_capacity(decoded.len());
    for word in decoded.split(|c: char| c.is_whitespace() || c.is_control()) {
        let mut word = word.chars().filter(|c| !misleads(*c)).peekable();
        if word.peek().is_some() && !clean.is_empty() {
            clean.push(' ');
        }
        clean.extend(word);
    }
    let clean: String = clean.chars().take(most).collect();
    let clean = clean.trim_end();
    (!clean.is_empty()).then(|| clean.to_owned())
}

/// Shows nothing, or turns the direction of what follows.
const fn misleads(character: char) -> bool {
    matches!(character,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::readable;

    #[test]
    fn a_text_is_cleaned_whatever_its_encoding() {
        for (octets, clean) in [
            (b"  HP  LaserJet\t4 \0junk".as_slice(), Some("HP LaserJet 4")),
            (b"B\xfcro", Some("Büro")),
            ("Büro".as_bytes(), Some("Büro")),
            ("a\u{202e}b \u{200b} c\u{ad}".as_bytes(), Some("ab c")),
            (b"four words are cut", Some("four words")),
            (b"\0\0\0", None),
            (b" \r\n ", None),
            ("\u{200b}".as_bytes(), None),
        ] {
            let most = if octets.starts_with(b"four") { 11 } else { 64 };
            assert_eq!(readable(octets, most).as_deref(), clean, "{octets:?}");
        }
    }
}
