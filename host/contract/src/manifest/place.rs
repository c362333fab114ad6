//! Where in `driver.toml` something stands, so that each fault is told with its line.

use toml::de::{DeTable, DeValue};

use super::Pattern;

/// The text of a manifest with the place of each of its values.
pub(super) struct Source<'a> {
    text: &'a str,
    root: Option<DeValue<'a>>,
}

impl<'a> Source<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let root = DeTable::parse(text).ok().map(|table| DeValue::Table(table.into_inner()));
        Self { text, root }
    }

    /// `table[0].column[1].min: what is wrong`, with the line of the value, or of what it is missing from.
    pub(super) fn with_line(&self, fault: &str) -> String {
        let path = fault.split(": ").next().unwrap_or_default();
        match self.offset(path) {
            Some(offset) => format!("{fault} (line {})", self.line(offset)),
            None => fault.to_owned(),
        }
    }

    /// Lines count from 1.
    pub(super) fn line(&self, offset: usize) -> usize {
        let before = self.text.get(..offset).unwrap_or(self.text);
        before.bytes().filter(|byte| *byte == b'\n').count().saturating_add(1)
    }

    /// The key that is set in the line at this offset, where one is.
    pub(super) fn key_at(&self, offset: usize) -> Option<&'a str> {
        let start = self.text.get(..offset)?.rfind('\n').map_or(0, |newline| newline.saturating_add(1));
        let line = self.text.get(start..)?.lines().next()?;
        let key = line.split('=').next()?.trim();
        (key.len() < line.trim().len() && !key.is_empty()).then_some(key)
    }

    /// Where an entry that begins at this offset cannot be read: its path, with `pattern` and its offset where that is what
    /// is wrong. An attribute's type is read together with its entry, so its errors tell where the entry begins.
    pub(super) fn entry_at(&self, offset: usize) -> Option<(String, usize)> {
        let (path, entry) = self.root.as_ref().and_then(|root| entry_at(root, "", offset))?;
        let pattern = entry.get("pattern").filter(|pattern| {
            pattern.get_ref().as_str().is_some_and(|source| Pattern::try_from(source.to_owned()).is_err())
        });
        Some(match pattern {
            Some(pattern) => (format!("{path}.pattern"), pattern.span().start),
            None => (path, offset),
        })
    }

    /// Goes down the path as far as it leads.
    fn offset(&self, path: &str) -> Option<usize> {
        let mut value = self.root.as_ref()?;
        let mut offset = None;
        for part in path.split('.') {
            let (key, indices) = part.split_once('[').map_or((part, ""), |(key, rest)| (key, rest));
            let Some(found) = value.get(key) else { break };
            (value, offset) = (found.get_ref(), Some(found.span().start));
            for index in indices.split(['[', ']']).filter_map(|index| index.parse::<usize>().ok()) {
                let Some(found) = value.get(index) else { break };
                (value, offset) = (found.get_ref(), Some(found.span().start));
            }
        }
        offset
    }
}

/// The innermost entry of a list of tables that begins at this offset.
fn entry_at<'r, 'i>(value: &'r DeValue<'i>, path: &str, offset: usize) -> Option<(String, &'r DeValue<'i>)> {
    let table = value.as_table()?;
    for (key, member) in table.iter() {
        let Some(entries) = member.get_ref().as_array() else { continue };
        for (i, entry) in entries.iter().enumerate().filter(|(_, entry)| entry.get_ref().is_table()) {
            let dot = if path.is_empty() { "" } else { "." };
            let at = format!("{path}{dot}{}[{i}]", key.get_ref());
            if let Some(found) = entry_at(entry.get_ref(), &at, offset) {
                return Some(found);
            }
            if entry.span().start == offset {
                return Some((at, entry.get_ref()));
            }
        }
    }
    None
}
