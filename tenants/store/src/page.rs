//! Keyset pages: a page starts after the last row of the one before it, so rows that come and go in between
//! neither repeat nor hide others, and page 1,000 costs what page 1 does. Every list of the platform pages by this.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::time::At;

/// The place of a row in its list's order. Opaque to callers: base64url of JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// The value that the list is sorted by.
    pub key: Key,
    /// Breaks ties.
    pub id: Uuid,
}

/// A sort value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Key {
    /// A text, compared by its bytes.
    #[serde(rename = "t")]
    Text(String),
    /// A number, or a time in microseconds.
    #[serde(rename = "n")]
    Integer(i64),
}

/// A text that is no cursor of this list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the cursor is not one of this list")]
pub struct CursorError;

impl Cursor {
    /// The longest that one is as a text: names are at most 256 characters.
    pub const MOST: usize = 2_048;

    /// In a list sorted by a text.
    #[must_use]
    pub fn text(key: impl Into<String>, id: Uuid) -> Self {
        Self { key: Key::Text(key.into()), id }
    }

    /// In a list sorted by a time.
    #[must_use]
    pub fn time(at: Timestamp, id: Uuid) -> Self {
        Self { key: Key::Integer(at.as_microsecond()), id }
    }
}

impl std::str::FromStr for Cursor {
    type Err = CursorError;

    fn from_str(text: &str) -> Result<Self, CursorError> {
        if text.len() > Self::MOST {
            return Err(CursorError);
        }
        let json = URL_SAFE_NO_PAD.decode(text).map_err(|_| CursorError)?;
        let cursor: Self = serde_json::from_slice(&json).map_err(|_| CursorError)?;
        match &cursor.key {
            // what no database takes is in no list
            Key::Text(text) if text.contains('\0') => Err(CursorError),
            _ => Ok(cursor),
        }
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let json = serde_json::to_vec(self).map_err(|_| std::fmt::Error)?;
        f.write_str(&URL_SAFE_NO_PAD.encode(json))
    }
}

/// Which page.
#[derive(Debug, Clone, PartialEq, Eq)]
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

    /// The row after which the page begins.
    #[must_use]
    pub fn after(&self) -> Option<&Cursor> {
        self.after.as_ref()
    }

    /// Where the page begins in a list sorted by a text: the key and what breaks ties, to be bound.
    ///
    /// # Errors
    /// [`CursorError`] for a cursor of another order.
    pub fn after_text(&self) -> Result<(Option<&str>, Option<Uuid>), CursorError> {
        match &self.after {
            None => Ok((None, None)),
            Some(Cursor { key: Key::Text(key), id }) => Ok((Some(key), Some(*id))),
            Some(_) => Err(CursorError),
        }
    }

    /// As [`Self::after_text`], in a list sorted by a time.
    ///
    /// # Errors
    /// [`CursorError`] for a cursor of another order, or a time that is none.
    pub fn after_time(&self) -> Result<(Option<At>, Option<Uuid>), CursorError> {
        match &self.after {
            None => Ok((None, None)),
            Some(Cursor { key: Key::Integer(micros), id }) => {
                let at = Timestamp::from_microsecond(*micros).map_err(|_| CursorError)?;
                Ok((Some(At(at)), Some(*id)))
            }
            Some(_) => Err(CursorError),
        }
    }

    /// One row more than asked tells whether there is a next page.
    #[must_use]
    pub fn probe(&self) -> i64 {
        i64::from(self.limit) + 1
    }

    /// Cuts the probing row off again.
    pub fn page<T>(&self, mut rows: Vec<T>, cursor: impl FnOnce(&T) -> Cursor) -> Page<T> {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| more).map(cursor);
        Page { items: rows, next }
    }

    /// A page of a list that is whole in memory, which it is put in the order of its cursors for.
    pub fn of<T>(&self, mut rows: Vec<T>, cursor: impl Fn(&T) -> Cursor) -> Page<T> {
        let place = |row: &T| {
            let Cursor { key, id } = cursor(row);
            (key, id)
        };
        rows.sort_by_cached_key(place);
        if let Some(Cursor { key, id }) = &self.after {
            rows.retain(|row| {
                let (own, own_id) = place(row);
                (&own, &own_id) > (key, id)
            });
        }
        self.page(rows, cursor)
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

impl<T> Page<T> {
    /// The same page of what is made of its rows; those of which nothing is made are left out.
    #[must_use]
    pub fn filter_map<U>(self, make: impl FnMut(T) -> Option<U>) -> Page<U> {
        Page { items: self.items.into_iter().filter_map(make).collect(), next: self.next }
    }

    /// The same page of what is made of its rows.
    #[must_use]
    pub fn map<U>(self, make: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(make).collect(), next: self.next }
    }
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
        let nul = Cursor::text("a\0b", Uuid::nil()).to_string();
        for bad in ["", "e30", "ä", "AAAA", &"A".repeat(4_000), &nul] {
            assert_eq!(bad.parse::<Cursor>(), Err(CursorError), "{bad}");
        }
    }

    #[test]
    fn a_cursor_of_another_order_is_refused() {
        let after = |cursor| PageRequest::new(1, Some(cursor));
        let (text, time) = (Cursor::text("x", Uuid::nil()), Cursor::time(Timestamp::UNIX_EPOCH, Uuid::nil()));
        assert!(after(text.clone()).after_text().is_ok() && after(text).after_time().is_err());
        assert!(after(time.clone()).after_time().is_ok() && after(time).after_text().is_err());
        let never = Cursor { key: Key::Integer(i64::MAX), id: Uuid::nil() };
        assert!(after(never).after_time().is_err());
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

    #[test]
    fn pages_of_a_list_in_memory_give_each_row_once() {
        let place = |n: &u128| Cursor::text(if n.is_multiple_of(2) { "even" } else { "odd" }, Uuid::from_u128(*n));
        let (mut after, mut seen) = (None, Vec::new());
        loop {
            let page = PageRequest::new(2, after).of((0..7).rev().collect(), place);
            seen.extend(page.items);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen, [0, 2, 4, 6, 1, 3, 5]);
    }
}
