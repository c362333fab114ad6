//! The latest point of each meter, kept on the enrollment: a counter that fell is seen without reading the
//! time series.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::readings::Latest;

/// Meters and rows that are remembered; beyond it the ones that were silent longest go.
const MOST: usize = 512;
/// A row that was silent for longer is gone, and nothing is lost with it.
const FRESH_MS: i64 = 86_400_000;

/// Meter to row (`""` where it has none) to (unix ms, value).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Meters {
    last: BTreeMap<String, BTreeMap<String, (i64, f64)>>,
    /// Rows that had to go although they were heard within [`FRESH_MS`].
    #[serde(skip)]
    pushed_out: usize,
}

/// What a point means beside the one before it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Step {
    /// There was none before, or it is not newer.
    Apart,
    /// It rose, or stayed.
    Rose {
        /// By how much.
        by: f64,
        /// Within how many milliseconds.
        within: i64,
    },
    /// It fell.
    Fell,
}

impl Meters {
    /// What does not parse is as if there had been no point.
    pub(crate) fn read(stored: Value) -> Self {
        serde_json::from_value(stored).unwrap_or_default()
    }

    pub(crate) fn write(&self) -> Value {
        serde_json::to_value(self).unwrap_or_else(|_| Value::Object(serde_json::Map::new()))
    }

    /// Takes a point over where it is newer, and says what it means.
    pub(crate) fn point(&mut self, meter: &str, row: &str, at: i64, value: f64) -> Step {
        let last = self.last.get_mut(meter).and_then(|rows| rows.get_mut(row));
        let Some(last) = last else {
            self.last.entry(meter.to_owned()).or_default().insert(row.to_owned(), (at, value));
            self.bound(at);
            return Step::Apart;
        };
        if at <= last.0 {
            return Step::Apart;
        }
        let (by, within) = (value - last.1, at.saturating_sub(last.0));
        *last = (at, value);
        if by < 0.0 { Step::Fell } else { Step::Rose { by, within } }
    }

    /// The latest value.
    pub(crate) fn last(&self, meter: &str, row: &str) -> Option<f64> {
        self.last.get(meter)?.get(row).map(|(_, value)| *value)
    }

    /// How many rows had to go since this was asked last although they are heard: their meters' steps are not seen.
    pub(crate) fn take_pushed_out(&mut self) -> usize {
        std::mem::take(&mut self.pushed_out)
    }

    fn bound(&mut self, now: i64) {
        let count: usize = self.last.values().map(BTreeMap::len).sum();
        if count <= MOST {
            return;
        }
        let oldest = self
            .last
            .iter()
            .flat_map(|(meter, rows)| rows.iter().map(move |(row, (at, _))| (*at, meter.clone(), row.clone())))
            .min();
        if let Some((at, meter, row)) = oldest
            && let Some(rows) = self.last.get_mut(&meter)
        {
            rows.remove(&row);
            if now.saturating_sub(at) < FRESH_MS {
                self.pushed_out += 1;
            }
        }
    }

    pub(crate) fn latest(&self) -> Vec<Latest> {
        let each = self.last.iter().flat_map(|(meter, rows)| {
            rows.iter().map(move |(row, (at, value))| Latest {
                meter: meter.clone(),
                row: Some(row.clone()).filter(|row| !row.is_empty()),
                at: *at,
                value: *value,
            })
        });
        each.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_rises_falls_or_stands_apart() {
        let mut meters = Meters::default();
        assert_eq!(meters.point("pages", "", 10, 100.0), Step::Apart);
        assert_eq!(meters.point("pages", "", 20, 130.0), Step::Rose { by: 30.0, within: 10 });
        assert_eq!(meters.point("pages", "", 15, 90.0), Step::Apart);
        assert_eq!(meters.point("pages", "", 20, 90.0), Step::Apart);
        assert_eq!(meters.point("pages", "", 30, 5.0), Step::Fell);
        assert_eq!(meters.point("pages", "a", 30, 5.0), Step::Apart);
        assert_eq!(Meters::read(meters.write()), meters);
        assert_eq!(meters.latest().len(), 2);
        assert_eq!(Meters::read(Value::Null), Meters::default());
    }

    #[test]
    fn rows_that_were_silent_longest_go_first() {
        let mut meters = Meters::default();
        for at in 0..600_i64 {
            meters.point("level", &at.to_string(), at, 1.0);
        }
        let rows = meters.latest();
        assert_eq!(rows.len(), MOST);
        assert!(rows.iter().all(|row| row.at >= 88));
        assert_eq!((meters.take_pushed_out(), meters.take_pushed_out()), (88, 0), "told, since they are still heard");
        meters.point("level", "much later", 2 * FRESH_MS, 1.0);
        assert_eq!(meters.take_pushed_out(), 0, "one that was silent for days is no loss");
    }
}
