//! Who answers a driver's asks, and what of an answer reaches it.

use async_trait::async_trait;
use bailiwick_contract::{
    exchange::{Answer, Ask, Command, Failure},
    manifest::Limits,
    value::{Binding, SnmpValue},
};
use futures::StreamExt as _;

/// How many asks of one round are under way at a time, unless a host batches them itself.
const AT_ONCE: usize = 8;

/// Answers what a driver asks. Every ask that arrives here was declared in the manifest and granted.
///
/// An answer of another kind than its ask's reaches the driver as [`Failure::Unavailable`], one over
/// the driver's limits as [`Failure::TooLarge`]; objects of SNMP that were not asked for are left out.
#[async_trait]
pub trait Answers: Send + Sync {
    /// The answer to one ask.
    async fn answer(&self, ask: Ask) -> Answer;

    /// The answers to one round's asks, in their order. A host that can fetch many at once overrides it.
    async fn answer_all(&self, asks: Vec<Ask>) -> Vec<Answer> {
        futures::stream::iter(asks).map(|ask| self.answer(ask)).buffered(AT_ONCE).collect().await
    }
}

/// What is left of an exchange's limits on answers.
pub(crate) struct Allowance {
    bytes: usize,
    walk_rows: usize,
}

impl Allowance {
    pub(crate) fn new(limits: &Limits) -> Self {
        let size = |n| usize::try_from(n).unwrap_or(usize::MAX);
        Self { bytes: size(limits.answer_bytes), walk_rows: size(limits.walk_rows) }
    }

    /// The answer as the driver gets it.
    pub(crate) fn admit(&mut self, ask: &Ask, answer: Answer) -> Answer {
        let answer = match (ask, answer) {
            (_, Answer::Failed(failure)) => return Answer::Failed(failure),
            (Ask::SnmpGet(oids), Answer::Bindings(bindings))
                if bindings.len() == oids.len() && bindings.iter().zip(oids).all(|(b, oid)| b.oid == *oid) =>
            {
                Answer::Bindings(bindings)
            }
            (Ask::SnmpWalk(prefix), Answer::Bindings(mut bindings)) => {
                bindings.retain(|binding| prefix.contains(&binding.oid));
                if bindings.len() > self.walk_rows {
                    return Answer::Failed(Failure::TooLarge);
                }
                Answer::Bindings(bindings)
            }
            (Ask::State(_), answer @ Answer::State(_))
            | (Ask::NextCommand(_), answer @ Answer::Command(_))
            | (Ask::Members(_) | Ask::People(_), answer @ Answer::People(_))
            | (Ask::Objects(_), answer @ Answer::Objects(_))
            | (Ask::Http(_), answer @ Answer::Http(_)) => answer,
            _ => return Answer::Failed(Failure::Unavailable),
        };
        match self.bytes.checked_sub(weight(&answer)) {
            Some(left) => {
                self.bytes = left;
                answer
            }
            None => Answer::Failed(Failure::TooLarge),
        }
    }
}

/// About as many bytes as the answer takes in the guest's memory.
fn weight(answer: &Answer) -> usize {
    /// A list's element, a text's header, a small value.
    const ITEM: usize = 16;
    let binding = |b: &Binding| {
        let value = match &b.value {
            SnmpValue::Octets(bytes) | SnmpValue::Opaque(bytes) => bytes.len(),
            SnmpValue::Oid(oid) => oid.arcs().len().saturating_mul(4),
            _ => 0,
        };
        ITEM.saturating_add(b.oid.arcs().len().saturating_mul(4)).saturating_add(value)
    };
    let command = |c: &Command| c.id.len().saturating_add(c.key.len()).saturating_add(c.arguments.len());
    match answer {
        Answer::Bindings(bindings) => bindings.iter().map(binding).sum(),
        Answer::State(entries) => {
            entries.iter().map(|e| ITEM + e.key.len() + e.value.as_ref().map_or(0, |value| value.0.len())).sum()
        }
        Answer::Command(next) => next.as_ref().map_or(ITEM, command),
        Answer::People(people) => people.iter().map(|p| ITEM + p.id.len() + p.display_name.len()).sum(),
        Answer::Objects(objects) => objects.iter().map(|(id, _, body)| ITEM + id.len() + body.len()).sum(),
        Answer::Http(http) => ITEM.saturating_add(http.body.len()),
        Answer::Failed(_) => ITEM,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bound(oid: &str, value: SnmpValue) -> Binding {
        Binding { oid: oid.parse().unwrap(), value }
    }

    #[test]
    fn only_what_was_asked_for_reaches_the_driver() {
        let mut allowance = Allowance::new(&Limits::default());
        let walk = Ask::SnmpWalk("1.3.6.1.2.1.43".parse().unwrap());
        let (inside, outside) =
            (bound("1.3.6.1.2.1.43.5", SnmpValue::Null), bound("1.3.6.1.2.1.1.1.0", SnmpValue::Null));
        let answer = allowance.admit(&walk, Answer::Bindings(vec![inside.clone(), outside.clone()]));
        assert_eq!(answer, Answer::Bindings(vec![inside.clone()]));
        let get = Ask::SnmpGet(vec![inside.oid.clone()]);
        let unavailable = Answer::Failed(Failure::Unavailable);
        assert_eq!(allowance.admit(&get, Answer::Bindings(vec![outside])), unavailable);
        assert_eq!(allowance.admit(&get, Answer::Bindings(vec![])), unavailable);
        assert_eq!(allowance.admit(&get, Answer::Command(None)), unavailable);
        assert_eq!(allowance.admit(&get, Answer::Bindings(vec![inside.clone()])), Answer::Bindings(vec![inside]));
    }

    #[test]
    fn rows_and_bytes_are_bounded_over_the_whole_exchange() {
        let limits = Limits { walk_rows: 2, answer_bytes: 100, ..Limits::default() };
        let mut allowance = Allowance::new(&limits);
        let walk = Ask::SnmpWalk("1.3".parse().unwrap());
        let too_large = Answer::Failed(Failure::TooLarge);
        let rows = |n: u32| Answer::Bindings((0..n).map(|i| bound(&format!("1.3.{i}"), SnmpValue::Null)).collect());
        assert_eq!(allowance.admit(&walk, rows(3)), too_large);
        assert_eq!(allowance.admit(&walk, rows(2)), rows(2));
        let octets = Answer::Bindings(vec![bound("1.3.1", SnmpValue::Octets(vec![0; 20]))]);
        assert_eq!(allowance.admit(&walk, octets), too_large, "56 of 100 bytes were taken");
    }
}
