//! Codes: six digits of the moment, or a recovery code.

use bailiwick_store::OperatorId;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

/// 32 characters that are not mistaken for each other (Crockford's base32).
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const RECOVERY: usize = 16;
const DIGITS: usize = 6;

/// A code as it was typed.
pub(super) enum Code {
    /// Six digits.
    Moment(SecretString),
    /// A recovery code, as it is hashed.
    Recovery(SecretString),
}

impl Code {
    /// `None` where it can be neither. Blanks, dashes and case are of no account, nor which of two alike characters.
    pub(super) fn read(typed: &SecretString) -> Option<Self> {
        let plain = |c: char| match c.to_ascii_lowercase() {
            'o' => '0',
            'i' | 'l' => '1',
            other => other,
        };
        let text: String =
            typed.expose_secret().chars().filter(|c| !c.is_whitespace() && *c != '-').map(plain).take(64).collect();
        if text.len() == DIGITS && text.bytes().all(|byte| byte.is_ascii_digit()) {
            Some(Self::Moment(text.into()))
        } else if text.len() == RECOVERY && text.bytes().all(|byte| ALPHABET.contains(&byte)) {
            Some(Self::Recovery(text.into()))
        } else {
            None
        }
    }
}

/// A fresh recovery code of 80 random bits, in four groups, and what to store of it.
pub(super) fn recovery(operator: OperatorId) -> Result<(SecretString, [u8; 32]), getrandom::Error> {
    let mut bytes = [0_u8; RECOVERY];
    getrandom::fill(&mut bytes)?;
    // 256 is a multiple of 32: each is as likely
    let characters = bytes.iter().filter_map(|byte| ALPHABET.get(usize::from(byte % 32)));
    let text: String = characters.map(|character| char::from(*character)).collect();
    let hash = hash(operator, &text);
    let mut shown = String::with_capacity(RECOVERY + 3);
    for (at, character) in text.chars().enumerate() {
        if at > 0 && at % 4 == 0 {
            shown.push('-');
        }
        shown.push(character);
    }
    Ok((shown.into(), hash))
}

/// What is stored of an operator's recovery code.
pub(super) fn hash(operator: OperatorId, text: &str) -> [u8; 32] {
    let digest = Sha256::new().chain_update("bailiwick recovery 1\0").chain_update(operator.get().as_bytes());
    digest.chain_update(text).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        let typed = |text: &str| Code::read(&text.into());
        assert!(matches!(typed(" 123 456 "), Some(Code::Moment(code)) if code.expose_secret() == "123456"));
        assert!(matches!(typed("l23456"), Some(Code::Moment(code)) if code.expose_secret() == "123456"));
        let recovery = "ABCD-efgh-0o1l-9999";
        assert!(matches!(typed(recovery), Some(Code::Recovery(code)) if code.expose_secret() == "abcdefgh00119999"));
        for text in
            ["", "12345", "1234567", "١٢٣٤٥٦", "abcd-efgh-0o1l-999", "abcd-efgh-0o1l-999!", "uuuu-uuuu-uuuu-uuuu"]
        {
            assert!(typed(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_recovery_code_is_its_operators_own() {
        let (ann, ben) = (OperatorId::new(), OperatorId::new());
        let (shown, stored) = recovery(ann).unwrap();
        assert_eq!(shown.expose_secret().len(), 19);
        let Some(Code::Recovery(read)) = Code::read(&shown) else { panic!("{shown:?}") };
        assert_eq!(hash(ann, read.expose_secret()), stored);
        assert_ne!(hash(ben, read.expose_secret()), stored);
    }
}
