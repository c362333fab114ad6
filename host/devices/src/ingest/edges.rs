//! From levels to edges: what a batch raises and what it clears.

use std::collections::HashMap;

use bailiwick_contract::{manifest::Severity, value::Condition};
use bailiwick_store::{DeviceId, EnrollmentId};
use jiff::{SignedDuration, Timestamp};

/// A condition that comes back this soon reopens its alert.
pub(super) const FLAP: SignedDuration = SignedDuration::from_mins(10);

/// A condition of an enrollment.
pub(super) type Key = (EnrollmentId, Condition);

/// Whom an alert is about, and how bad it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct About {
    pub(super) device: DeviceId,
    pub(super) driver: String,
    pub(super) severity: Severity,
    /// What the condition's row is called.
    pub(super) row_name: Option<String>,
}

/// What happens to a condition's alert within a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Edge {
    /// It was open, and is cleared.
    Clear { at: Timestamp },
    /// It is raised, and perhaps cleared in the same batch.
    Raise { about: About, at: Timestamp, cleared: Option<Timestamp>, flaps: i32 },
}

/// The edges of a batch, in order.
#[derive(Debug, Default)]
pub(super) struct Edges {
    settled: Vec<(Key, Edge)>,
    latest: HashMap<Key, Edge>,
}

impl Edges {
    /// The condition began to hold.
    pub(super) fn raise(&mut self, key: Key, about: About, at: Timestamp) {
        match self.latest.remove(&key) {
            // it came back at once: as if it had never ceased
            Some(Edge::Clear { at: cleared }) if at.duration_since(cleared) <= FLAP => {}
            Some(Edge::Raise { about, at: since, cleared: Some(cleared), flaps })
                if at.duration_since(cleared) <= FLAP =>
            {
                let flaps = flaps.saturating_add(1);
                self.latest.insert(key, Edge::Raise { about, at: since, cleared: None, flaps });
            }
            former => {
                if let Some(former) = former {
                    self.settled.push((key.clone(), former));
                }
                self.latest.insert(key, Edge::Raise { about, at, cleared: None, flaps: 0 });
            }
        }
    }

    /// The condition ceased.
    pub(super) fn clear(&mut self, key: Key, at: Timestamp) {
        let edge = match self.latest.remove(&key) {
            Some(Edge::Raise { about, at: since, flaps, .. }) => {
                Edge::Raise { about, at: since, cleared: Some(at), flaps }
            }
            Some(Edge::Clear { .. }) | None => Edge::Clear { at },
        };
        self.latest.insert(key, edge);
    }

    /// All edges; of one condition in the order of time.
    pub(super) fn into_ordered(self) -> Vec<(Key, Edge)> {
        let mut all = self.settled;
        let mut latest: Vec<_> = self.latest.into_iter().collect();
        latest.sort_by(|a, b| a.0.cmp(&b.0));
        all.append(&mut latest);
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn about() -> About {
        About {
            device: DeviceId::from(uuid::Uuid::nil()),
            driver: "d".into(),
            severity: Severity::Warning,
            row_name: None,
        }
    }

    fn key() -> Key {
        (EnrollmentId::from(uuid::Uuid::nil()), Condition { key: "jam".into(), row: None })
    }

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(minute * 60).unwrap()
    }

    #[test]
    fn a_condition_that_comes_and_goes_in_one_batch_is_raised_and_cleared_once() {
        let mut edges = Edges::default();
        edges.raise(key(), about(), at(0));
        edges.clear(key(), at(1));
        edges.raise(key(), about(), at(2));
        edges.clear(key(), at(3));
        let all = edges.into_ordered();
        assert_eq!(all, [(key(), Edge::Raise { about: about(), at: at(0), cleared: Some(at(3)), flaps: 1 })]);
    }

    #[test]
    fn one_that_comes_back_late_is_raised_anew() {
        let mut edges = Edges::default();
        edges.clear(key(), at(0));
        edges.raise(key(), about(), at(11));
        let all = edges.into_ordered();
        assert_eq!(all.len(), 2);
        assert_eq!(all[0].1, Edge::Clear { at: at(0) });
        assert!(matches!(all[1].1, Edge::Raise { cleared: None, flaps: 0, .. }));
    }

    #[test]
    fn one_that_was_open_and_comes_back_at_once_stays_as_it_is() {
        let mut edges = Edges::default();
        edges.clear(key(), at(0));
        edges.raise(key(), about(), at(10));
        assert!(edges.into_ordered().is_empty());
    }
}
