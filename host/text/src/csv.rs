//! Cells of CSV files. Names come from strangers, and a spreadsheet runs a text as a formula by its first character.

use std::borrow::Cow;

use icu_normalizer::ComposingNormalizerBorrowed;

/// The text as a cell that no spreadsheet runs: one that begins like a formula gets an apostrophe before it.
///
/// That is OWASP's rule against CSV injection, and goes beyond it where spreadsheets do: they skip blanks and what
/// cannot be seen, and take full-width signs for the plain ones.
#[must_use]
pub fn cell(text: &str) -> Cow<'_, str> {
    let mut rest = text.chars();
    let begins = text.starts_with(['\t', '\r', '\n']);
    if begins || rest.find(|character| !is_skipped(*character)).is_some_and(is_operator) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

fn is_skipped(character: char) -> bool {
    character.is_whitespace() || crate::line::check(character.encode_utf8(&mut [0; 4])).is_err()
}

/// `=`, `+`, `-` and `@`, and whatever is another form of one (NFKC), or a minus.
fn is_operator(character: char) -> bool {
    let mut bytes = [0; 4];
    let plain = ComposingNormalizerBorrowed::new_nfkc().normalize(character.encode_utf8(&mut bytes));
    plain.starts_with(['=', '+', '-', '@', '\u{2212}', '\u{2010}'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_spreadsheet_would_run_is_a_text() {
        for text in [
            "=1+1",
            "+1",
            "-1",
            "@sum(a1)",
            "\t=1",
            "\rx",
            "\nx",
            "  =1",
            "\u{a0}=1",
            "\u{200b}=1",
            "\u{feff}@x",
            "\u{202e}=1",
            "\u{301}=1",
            "＝1",
            "＋1",
            "－1",
            "＠x",
            "﹦1",
            "﹣1",
            "⁺1",
            "−1",
            " \u{3000}＝1",
        ] {
            assert_eq!(cell(text), format!("'{text}"), "{text:?}");
        }
        for text in ["", " ", "1=1", "Müller & Söhne", "'=1", "a+b", "é", "¡=1"] {
            assert_eq!(cell(text), text);
        }
    }
}
