//! Where a driver panicked.
//!
//! A log event has no text, so the SDK tells a file as forty bits of a hash. The names of its source files stand in the
//! component: they are the author's, and the same in every exchange. So the host looks among them for the one of that
//! hash. A name that is not in the component cannot be told.

use std::fmt;

use bailiwick_contract::exchange::LogEvent;

/// The longest file name that is looked for.
const MAX_NAME: usize = 128;
/// The most file names of a component.
const MAX_NAMES: usize = 4_096;
/// How a source file ends.
const ENDING: &[u8] = b".rs";

/// A place in a driver's source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// As the compiler was given it; nothing where the component does not hold it.
    pub file: Option<String>,
    /// Counts from 1.
    pub line: u32,
    /// Counts from 1.
    pub column: u32,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file.as_deref().unwrap_or("an unknown file"), self.line, self.column)
    }
}

/// What may be file names in a component: each ends as one, and may have other text before it.
#[derive(Debug, Default)]
pub(crate) struct Places(Vec<String>);

impl Places {
    pub(crate) fn of(component: &[u8]) -> Self {
        let mut names: Vec<String> = component
            .windows(ENDING.len())
            .enumerate()
            .filter(|(_, window)| *window == ENDING)
            .take(MAX_NAMES)
            .filter_map(|(at, _)| {
                let end = at.saturating_add(ENDING.len());
                let before = component.get(end.saturating_sub(MAX_NAME)..end)?;
                let start = before.iter().rposition(|b| !is_of_a_name(*b)).map_or(0, |last| last.saturating_add(1));
                String::from_utf8(before.get(start..)?.to_vec()).ok()
            })
            .collect();
        names.sort();
        names.dedup();
        Self(names)
    }

    /// The place that the SDK's panic event tells, where the event is one.
    pub(crate) fn panic(&self, code: u32, numbers: &[i64]) -> Option<Place> {
        let [line, column, high, low] = numbers else { return None };
        let number = |n: &i64| u32::try_from(*n).ok();
        let (line, column, high, low) = (number(line)?, number(column)?, number(high)?, number(low)?);
        let hash = (u64::from(high) << 20) | u64::from(low);
        (code == LogEvent::PANIC).then(|| Place { file: self.find(hash), line, column })
    }

    fn find(&self, hash: u64) -> Option<String> {
        let mut ends = self.0.iter().flat_map(|name| (0..name.len()).filter_map(|start| name.get(start..)));
        ends.find(|name| file_hash(name) == hash).map(str::to_owned)
    }
}

fn is_of_a_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"/._-+@".contains(&byte)
}

/// As the SDK's `file_code`: the lowest forty bits of FNV-1a.
fn file_hash(name: &str) -> u64 {
    let hash = name
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    hash & 0xff_ffff_ffff
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(name: &str) -> [i64; 4] {
        let hash = file_hash(name);
        let part = |bits: u64| i64::try_from(bits & 0xf_ffff).unwrap();
        [12, 5, part(hash >> 20), part(hash)]
    }

    #[test]
    fn a_file_is_found_among_the_texts_of_the_component() {
        let places = Places::of(b"\0asm called `unwrap()`src/lib.rssrc/poll.rs\0other");
        for name in ["src/lib.rs", "src/poll.rs"] {
            let place = places.panic(LogEvent::PANIC, &event(name)).unwrap();
            assert_eq!(place, Place { file: Some(name.to_owned()), line: 12, column: 5 });
            assert_eq!(place.to_string(), format!("{name}:12:5"));
        }
    }

    #[test]
    fn what_is_not_in_the_component_cannot_be_told() {
        let places = Places::of(b"src/lib.rs");
        let told = places.panic(LogEvent::PANIC, &event("Erika Mustermann.rs")).unwrap();
        assert_eq!(told.to_string(), "an unknown file:12:5");
        assert_eq!(places.panic(7, &event("src/lib.rs")), None);
        assert_eq!(places.panic(LogEvent::PANIC, &[1, 2]), None);
        assert_eq!(places.panic(LogEvent::PANIC, &[-1, 2, 3, 4]), None);
    }
}
