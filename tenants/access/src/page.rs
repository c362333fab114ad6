//! Keyset pages of lists that are ordered by name.

use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

use crate::error::AccessError;

/// A page of a list.
#[derive(Debug, Clone)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Where the next page goes on; `None` on the last.
    pub next: Option<Cursor>,
}

/// The last row of a page by what the list is ordered by. As text it is opaque to clients.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    pub(crate) name: String,
    pub(crate) id: Uuid,
}

impl<T> Page<T> {
    /// Cuts a page of `limit` out of up to `limit + 1` rows.
    pub(crate) fn cut(mut items: Vec<T>, limit: u16, key: impl Fn(&T) -> Cursor) -> Self {
        let more = items.len() > usize::from(limit);
        items.truncate(usize::from(limit));
        let next = items.last().filter(|_| more).map(key);
        Self { items, next }
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", URL_SAFE_NO_PAD.encode([self.id.as_bytes(), self.name.as_bytes()].concat()))
    }
}

impl FromStr for Cursor {
    type Err = AccessError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let read = || {
            let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
            let (id, name) = bytes.split_first_chunk::<16>()?;
            let name = String::from_utf8(name.to_vec()).ok().filter(|name| !name.chars().any(char::is_control))?;
            Some(Self { id: Uuid::from_bytes(*id), name })
        };
        read().ok_or(AccessError::Invalid { field: "cursor", detail: "is not one that was given out" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_and_one_that_no_name_gives_does_not() {
        let cursor = Cursor { name: "Büro 3".into(), id: Uuid::from_u128(9) };
        assert_eq!(cursor.to_string().parse::<Cursor>().unwrap(), cursor);
        let nul = Cursor { name: "a\0b".into(), id: Uuid::nil() };
        for text in ["", "zzz", "ä", &nul.to_string()] {
            assert!(text.parse::<Cursor>().is_err(), "{text}");
        }
    }
}
