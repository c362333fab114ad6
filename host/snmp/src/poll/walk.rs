//! Reads all objects below a name, by GETBULK (SNMPv2c) or GETNEXT (SNMPv1).

use bailiwick_contract::value::{Binding, Oid, SnmpValue};
use tokio::time::Instant;

use super::{
    PollError, Session,
    get::{failure, status},
};
use crate::{credentials::Version, request::Operation};

impl Session {
    /// All objects below `prefix`, in the agent's order, which is strictly increasing. None is an empty list.
    ///
    /// # Errors
    /// [`PollError`]: [`PollError::Loop`] for an agent that goes back, [`PollError::TooMany`] beyond the limits.
    /// Nothing is returned in part.
    pub async fn walk(&mut self, prefix: &Oid) -> Result<Vec<Binding>, PollError> {
        let end = Instant::now() + self.limits.total;
        let mut rows: Vec<Binding> = Vec::new();
        let mut octets = 0;
        let mut last = prefix.clone();
        let mut step = match self.credentials.version() {
            Version::V1 => Operation::GetNext,
            Version::V2c => Operation::GetBulk { max_repetitions: self.limits.repetitions.max(1) },
        };
        loop {
            let asked = [last.clone()];
            let fits =
                |reply: &crate::reply::Reply| reply.error_status != status::NO_ERROR || !reply.bindings.is_empty();
            let answer = self.exchange(step, &asked, end, fits).await?;
            octets += answer.octets;
            match answer.reply.error_status {
                status::NO_ERROR => {}
                // SNMPv1's way to say that there is nothing more.
                status::NO_SUCH_NAME => return Ok(rows),
                status @ (status::TOO_BIG | status::GEN_ERR) => {
                    step = smaller(step).ok_or_else(|| failure(status))?;
                    continue;
                }
                status => return Err(failure(status)),
            }
            for row in answer.reply.bindings {
                if row.value == SnmpValue::EndOfMibView || !prefix.contains(&row.oid) {
                    return Ok(rows);
                }
                if row.oid <= last {
                    return Err(PollError::Loop);
                }
                if rows.len() >= self.limits.rows || octets > self.limits.octets {
                    return Err(PollError::TooMany);
                }
                last.clone_from(&row.oid);
                rows.push(row);
            }
        }
    }
}

/// The next gentler way to step, for agents that stumble over GETBULK.
fn smaller(step: Operation) -> Option<Operation> {
    match step {
        Operation::GetBulk { max_repetitions: 2.. } => Some(Operation::GetBulk { max_repetitions: 1 }),
        Operation::GetBulk { .. } => Some(Operation::GetNext),
        Operation::Get | Operation::GetNext => None,
    }
}
