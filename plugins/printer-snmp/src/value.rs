//! What devices answer, made plausible: numbers of any SNMP type, texts of any encoding.

use bailiwick_sdk::{SnmpValue, readable};

/// The most characters of a text that the manifest lets through.
pub const LABEL: usize = 64;

/// A number, whichever type the agent chose for it; digits in a string count too.
pub fn integer(value: &SnmpValue) -> Option<i64> {
    match value {
        SnmpValue::Integer(n) => Some((*n).into()),
        SnmpValue::Counter32(n) | SnmpValue::Gauge32(n) | SnmpValue::TimeTicks(n) => Some((*n).into()),
        SnmpValue::Counter64(n) => i64::try_from(*n).ok(),
        SnmpValue::Octets(octets) => std::str::from_utf8(octets).ok()?.trim().parse().ok(),
        _ => None,
    }
}

/// Octets as the agent gave them.
pub fn octets(value: &SnmpValue) -> Option<&[u8]> {
    if let SnmpValue::Octets(octets) = value { Some(octets) } else { None }
}

/// A text as [`readable`] cleans it.
pub fn text(value: &SnmpValue) -> Option<String> {
    readable(octets(value)?, usize::MAX)
}

/// A text as the manifest's labels permit: at most 64 printable characters of Latin scripts. Others
/// are left out.
pub fn label(text: &str) -> Option<String> {
    let kept: String =
        text.chars().filter(|c| matches!(c, ' '..='~' | '\u{a1}'..='\u{ac}' | '\u{ae}'..='\u{24f}')).collect();
    let kept: String = kept.trim().chars().take(LABEL).collect();
    let kept = kept.trim_end();
    (!kept.is_empty()).then(|| kept.to_owned())
}

/// Whether a text says that somebody did not fill it in.
pub fn is_filler(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let mut signs = lower.chars().filter(|c| c.is_alphanumeric());
    let first = signs.next();
    first.is_none()
        || signs.all(|c| Some(c) == first)
        || [
            "unknown",
            "none",
            "n/a",
            "na",
            "null",
            "default",
            "not set",
            "serialnumber",
            "serial number",
            "1234567890",
            "0123456789",
        ]
        .contains(&lower.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cleaned_and_labels_cut() {
        assert_eq!(text(&SnmpValue::Octets(b"B\xfcro".to_vec())), Some("Büro".into()));
        assert_eq!(text(&SnmpValue::Integer(3)), None);
        assert_eq!(label(&"x".repeat(80)).map(|l| l.len()), Some(64));
        assert_eq!(label("漢字"), None);
        assert_eq!(label("a\u{ad}b"), Some("ab".into()));
    }

    #[test]
    fn numbers_come_in_any_type() {
        assert_eq!(integer(&SnmpValue::Counter32(u32::MAX)), Some(4_294_967_295));
        assert_eq!(integer(&SnmpValue::Integer(-3)), Some(-3));
        assert_eq!(integer(&SnmpValue::Octets(b" 12 ".to_vec())), Some(12));
        assert_eq!(integer(&SnmpValue::Octets(b"12 pages".to_vec())), None);
        assert_eq!(integer(&SnmpValue::Counter64(u64::MAX)), None);
        assert_eq!(integer(&SnmpValue::NoSuchInstance), None);
    }

    #[test]
    fn fillers_are_told_from_values() {
        for filler in ["XXXXXXXX", "0000000", "unknown", "N/A", "---", "1"] {
            assert!(is_filler(filler), "{filler}");
        }
        for value in ["VNCRC48198", "U64641E7J131463", "10"] {
            assert!(!is_filler(value), "{value}");
        }
    }
}
