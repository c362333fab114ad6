//! Keyset pages: a page starts after the last row of the one before it, so rows that come and go in between
//! neither repeat nor hide others, and page 1,000 costs what page 1 does.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The place of a row in its list's order. Opaque to callers: base64url of JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cursor {
    /// The value that the list is sorted by.
    pub(crate) key: Key,
    /// Breaks ties.
    pub(crate) id: Uuid,
}

/// A sort value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Key {
    #[serde(rename = "t")]
    Text(String),
    #[serde(rename = "n")]
    Integer(i64),
}

/// A text that is no cursor of this list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the cursor is not one of this list")]
pub struct CursorError;

impl std::str::FromStr for Cursor {
    type Err = CursorError;

    fn from_str(text: &str) -> Result<Self, CursorError> {
        // names are at most 256 characters, so no cursor of ours is longer
        if text.len() > 2_048 {
            return Err(CursorError);
        }
        let json = URL_SAFE_NO_PAD.decode(text).map_err(|_| CursorError)?;
        serde_json::from_slice(&json).map_err(|_| CursorError)
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let json = serde_json::to_vec(self).map_err(|_| std::fmt::Error)?;
        f.write_str(&URL_SAFE_NO_PAD.encode(json))
    }
}

/// Which page.
#[derive(Debug, Clone, PartialEq)]
pub struct PageRequest {
    limit: u32,
    after: Option<Cursor>,
}

impl PageRequest {
    /// The most rows of a page.
    pub const MAX: u32 = 500;

    /// Of `limit` rows (made to lie within 1 and [`Self::MAX`]), after a cursor.
    #[must_use]
    pub fn new(limit: u32, after: Option<Cursor>) -> Self {
        Self { limit: limit.clamp(1, Self::MAX), after }
    }

    pub(crate) fn after(&self) -> Option<&Cursor> {
        self.after.as_ref()
    }

    /// One row more than asked tells whether there is a next page.
    pub(crate) fn probe(&self) -> i64 {
        i64::from(self.limit) + 1
    }

    /// Cuts the probing row off again.
    pub(crate) fn page<T>(&self, mut rows: Vec<T>, cursor: impl FnOnce(&T) -> Cursor) -> Page<T> {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| more).map(cursor);
        Page { items: rows, next }
    }
}

impl Default for PageRequest {
    fn default() -> Self {
        Self::new(50, None)
    }
}

/// A part of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Where the next page starts; absent on the last.
    pub next: Option<Cursor>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_and_nothing_else_does() {
        for key in [Key::Text("Büro 3".into()), Key::Integer(-7)] {
            let cursor = Cursor { key, id: Uuid::from_u128(9) };
            assert_eq!(cursor.to_string().parse(), Ok(cursor));
        }
        for bad in ["", "e30", "ä", "AAAA", &"A".repeat(4_000)] {
            assert_eq!(bad.parse::<Cursor>(), Err(CursorError), "{bad}");
        }
    }

    #[test]
    fn only_a_full_page_with_a_row_beyond_it_has_a_next_one() {
        let place = |n: &i64| Cursor { key: Key::Integer(*n), id: Uuid::nil() };
        let request = PageRequest::new(2, None);
        assert_eq!(request.page(vec![1, 2], place).next, None);
        let page = request.page(vec![1, 2, 3], place);
        assert_eq!(page.items, [1, 2]);
        assert_eq!(page.next, Some(place(&2)));
        assert_eq!(PageRequest::new(0, None).probe(), 2);
        assert_eq!(PageRequest::new(9_999, None).probe(), 501);
    }
}
