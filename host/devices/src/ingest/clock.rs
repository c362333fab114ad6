//! Times of a collector in the server's time, and within bounds.
//!
//! A collector's clock may be wrong by any amount; it tells by how much it differed when it last heard the
//! server. What still lies in the future, or further back than readings are taken, is of no use.

use bailiwick_contract::value::Instant;
use jiff::{SignedDuration, Timestamp};

/// A report may be this much ahead.
const AHEAD: SignedDuration = SignedDuration::from_mins(5);
/// A report may be this old.
const BEHIND: SignedDuration = SignedDuration::from_hours(90 * 24);

/// Corrects a collector's times.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Correction {
    now: Timestamp,
    offset_ms: i64,
}

/// A time that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unusable;

impl Correction {
    /// Where a report has no offset of its own, the batch's clock tells what it is now.
    pub(crate) fn new(now: Timestamp, batch_clock: Instant, report_offset_ms: Option<i64>) -> Self {
        let offset_ms = report_offset_ms
            .or_else(|| i64::try_from(batch_clock).ok().map(|theirs| now.as_millisecond().saturating_sub(theirs)))
            .unwrap_or_default();
        Self { now, offset_ms }
    }

    /// A time of the collector's in the server's; one slightly ahead becomes now.
    pub(crate) fn time(&self, theirs: Instant) -> Result<Timestamp, Unusable> {
        let millis = i64::try_from(theirs).ok().and_then(|ms| ms.checked_add(self.offset_ms)).ok_or(Unusable)?;
        let at = Timestamp::from_millisecond(millis).map_err(|_| Unusable)?;
        let ahead = at.duration_since(self.now);
        if ahead > AHEAD || ahead < -BEHIND {
            return Err(Unusable);
        }
        Ok(at.min(self.now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_800_000_000_000;

    fn time(theirs: i64, offset: Option<i64>, clock: i64) -> Option<i64> {
        let now = Timestamp::from_millisecond(NOW).unwrap();
        let correction = Correction::new(now, u64::try_from(clock).unwrap(), offset);
        correction.time(u64::try_from(theirs).unwrap()).ok().map(|at| at.as_millisecond())
    }

    #[test]
    fn a_wrong_clock_is_corrected_and_an_unusable_time_refused() {
        assert_eq!(time(NOW - 1_000, Some(0), NOW), Some(NOW - 1_000));
        // an hour behind, by its own account and by the batch's clock
        assert_eq!(time(NOW - 3_601_000, Some(3_600_000), NOW), Some(NOW - 1_000));
        assert_eq!(time(NOW - 3_601_000, None, NOW - 3_600_000), Some(NOW - 1_000));
        assert_eq!(time(NOW + 299_000, Some(0), NOW), Some(NOW));
        assert_eq!(time(NOW + 301_000, Some(0), NOW), None);
        assert_eq!(time(NOW - 90 * 86_400_000, Some(0), NOW), Some(NOW - 90 * 86_400_000));
        assert_eq!(time(NOW - 90 * 86_400_000 - 1, Some(0), NOW), None);
        assert_eq!(time(NOW, Some(i64::MAX), NOW), None);
        assert_eq!(time(i64::MAX, Some(1), NOW), None);
    }
}
