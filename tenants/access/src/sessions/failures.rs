//! Sign-ins that failed, in the audit of the operator's own account: few entries, whoever guesses how often.
//!
//! Failures are counted by operator and hour, and an entry is written at the first, the tenth, the hundredth and so on,
//! each with the count so far. Counting is in memory, and entries are written after the answer, so that neither tells a
//! stranger whether there is an operator of an address. Each process counts for itself.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use bailiwick_audit::{Entry, Object, record};
use bailiwick_store::{Actor, OperatorId};
use serde_json::json;

use crate::access::Access;
use crate::error::AccessError;

/// Operators whose failures are counted at once. Of more in one hour the rest is not told; the server's figures and log
/// count every failure.
const MOST: usize = 10_000;
const HOUR: i64 = 3_600;

/// How often signing in failed, by operator.
#[derive(Debug, Default)]
pub(crate) struct Failures(Mutex<HashMap<OperatorId, Count>>);

#[derive(Debug, Clone, Copy)]
struct Count {
    hour: i64,
    failures: u64,
}

impl Failures {
    /// Counts one failure; gives how many there were this hour, where that is to be written down.
    fn count(&self, operator: OperatorId, hour: i64) -> Option<u64> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= MOST && !counts.contains_key(&operator) {
            counts.retain(|_, count| count.hour == hour);
            if counts.len() >= MOST {
                return None;
            }
        }
        let count = counts.entry(operator).or_insert(Count { hour, failures: 0 });
        if count.hour != hour {
            *count = Count { hour, failures: 0 };
        }
        count.failures = count.failures.saturating_add(1);
        is_power_of_ten(count.failures).then_some(count.failures)
    }
}

fn is_power_of_ten(count: u64) -> bool {
    count.checked_ilog10().and_then(|exponent| 10_u64.checked_pow(exponent)) == Some(count)
}

impl Access {
    /// Counts that somebody failed to show that it is this operator, from `source`. Whoever waits for the answer does not
    /// wait for the audit.
    pub(crate) fn note_failure(&self, operator: OperatorId, source: Option<String>) {
        let hour = self.store.now().as_second().div_euclid(HOUR);
        let Some(failures) = self.failures.count(operator, hour) else { return };
        let access = self.clone();
        tokio::spawn(async move {
            if let Err(error) = access.tell_failure(operator, failures, source).await {
                tracing::error!(%operator, failures, error = &error as &dyn std::error::Error, "failed sign-ins are not in the audit");
            }
        });
    }

    async fn tell_failure(
        &self,
        operator: OperatorId,
        failures: u64,
        source: Option<String>,
    ) -> Result<(), AccessError> {
        let home = self.home(operator).await?;
        let mut scope = self.store.scope(&Actor::system("sign-in"), home).await?;
        scope.set_source(source);
        let entry = Entry::new("operator.sign_in_failed", Object::new("operator", operator))
            .after(json!({ "failures_this_hour": failures }));
        record(&mut scope, entry).await?;
        Ok(scope.commit().await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guesser_writes_few_entries_an_hour() {
        let failures = Failures::default();
        let (ann, ben) = (OperatorId::new(), OperatorId::new());
        let told: Vec<u64> = (0..1_000).filter_map(|_| failures.count(ann, 7)).collect();
        assert_eq!(told, [1, 10, 100, 1_000]);
        assert_eq!(failures.count(ben, 7), Some(1), "another operator is counted apart");
        assert_eq!(failures.count(ann, 8), Some(1), "and so is another hour");
    }

    #[test]
    fn counts_do_not_grow_without_bound() {
        let failures = Failures::default();
        let told = (0..MOST + 5).filter_map(|_| failures.count(OperatorId::new(), 1)).count();
        assert_eq!(told, MOST);
        assert_eq!(failures.count(OperatorId::new(), 2), Some(1), "what was counted an hour ago makes room");
    }
}
