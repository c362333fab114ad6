//! Reads exact names: in as few requests as the agent's messages allow, each name with a value or the reason for none.

use std::collections::VecDeque;

use bailiwick_contract::value::{Binding, Oid, SnmpValue};
use tokio::time::Instant;

use super::{PollError, Session};
use crate::{reply::Reply, request::Operation};

/// Error statuses (RFC 3416 section 3).
pub(super) mod status {
    pub(in crate::poll) const NO_ERROR: i64 = 0;
    pub(in crate::poll) const TOO_BIG: i64 = 1;
    pub(in crate::poll) const NO_SUCH_NAME: i64 = 2;
    pub(in crate::poll) const GEN_ERR: i64 = 5;
    pub(in crate::poll) const NO_ACCESS: i64 = 6;
    pub(in crate::poll) const AUTHORIZATION_ERROR: i64 = 16;
}

/// What an error status means for a call.
pub(super) fn failure(status: i64) -> PollError {
    match status {
        status::NO_ACCESS | status::AUTHORIZATION_ERROR => PollError::Refused { status },
        status::TOO_BIG => PollError::Oversized,
        status => PollError::Agent { status },
    }
}

impl Session {
    /// The values of these names, one a name, in order. A name that the agent does not have gets
    /// [`SnmpValue::NoSuchObject`] or [`SnmpValue::NoSuchInstance`], over SNMPv1 too.
    ///
    /// Names that do not fit into one answer are asked for in several requests. A name at which an agent fails with
    /// genErr counts as `NoSuchInstance`, so that it does not hide the others.
    ///
    /// # Errors
    /// [`PollError`]; nothing is returned in part.
    pub async fn get(&mut self, names: &[Oid]) -> Result<Vec<Binding>, PollError> {
        let end = Instant::now() + self.limits.total;
        let mut values: Vec<Option<SnmpValue>> = vec![None; names.len()];
        let places: Vec<usize> = (0..names.len()).collect();
        let mut waiting: VecDeque<Vec<usize>> =
            places.chunks(self.limits.names.max(1)).map(<[usize]>::to_vec).collect();
        while let Some(batch) = waiting.pop_front() {
            let asked: Vec<Oid> = batch.iter().filter_map(|place| names.get(*place)).cloned().collect();
            let fits = |reply: &Reply| reply.error_status != status::NO_ERROR || answers(reply, &asked);
            let reply = self.exchange(Operation::Get, &asked, end, fits).await?.reply;
            let at_fault = usize::try_from(reply.error_index).ok().and_then(|index| index.checked_sub(1));
            match (reply.error_status, at_fault.filter(|at| *at < batch.len())) {
                (status::NO_ERROR, _) => {
                    for (place, binding) in batch.iter().zip(reply.bindings) {
                        if let Some(value) = values.get_mut(*place) {
                            *value = Some(binding.value);
                        }
                    }
                }
                (status @ (status::NO_SUCH_NAME | status::GEN_ERR), Some(at)) => {
                    let mut rest = batch;
                    let place = rest.remove(at);
                    if let Some(value) = values.get_mut(place) {
                        *value = Some(missing(status));
                    }
                    if !rest.is_empty() {
                        waiting.push_front(rest);
                    }
                }
                // The agent does not say which name it means: ask for fewer at once.
                (status::TOO_BIG | status::NO_SUCH_NAME | status::GEN_ERR, _) if batch.len() > 1 => {
                    let (left, right) = batch.split_at_checked(batch.len() / 2).unwrap_or((&batch, &[]));
                    waiting.push_front(right.to_vec());
                    waiting.push_front(left.to_vec());
                }
                (status @ (status::NO_SUCH_NAME | status::GEN_ERR), None) => {
                    for place in batch {
                        if let Some(value) = values.get_mut(place) {
                            *value = Some(missing(status));
                        }
                    }
                }
                (status, _) => return Err(failure(status)),
            }
        }
        let value = |value: Option<SnmpValue>| value.unwrap_or(SnmpValue::NoSuchInstance);
        Ok(names.iter().cloned().zip(values).map(|(oid, found)| Binding { oid, value: value(found) }).collect())
    }
}

/// An agent may answer only what was asked: names in the order of the request.
fn answers(reply: &Reply, asked: &[Oid]) -> bool {
    reply.bindings.len() == asked.len() && reply.bindings.iter().zip(asked).all(|(binding, name)| binding.oid == *name)
}

fn missing(status: i64) -> SnmpValue {
    if status == status::NO_SUCH_NAME { SnmpValue::NoSuchObject } else { SnmpValue::NoSuchInstance }
}
