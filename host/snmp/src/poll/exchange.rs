//! One request and its answer: repeated while nothing comes, patient with what is no answer.

use std::{io::ErrorKind, time::Duration};

use bailiwick_contract::value::Oid;
use tokio::time::{Instant, timeout_at};

use super::{PollError, Session};
use crate::{
    reply::{Envelope, Ignored, Reply},
    request::{Operation, Request, RequestId},
};

/// A pause before a port that was closed is tried again.
const REFUSED_PAUSE: Duration = Duration::from_millis(100);

/// An answer and how many octets it had.
pub(super) struct Answer {
    pub(super) reply: Reply,
    pub(super) octets: usize,
}

/// The worst that came instead of an answer, so that the error says more than 'timeout'.
#[derive(Default)]
struct Seen {
    ids: Vec<RequestId>,
    ignored: u32,
    malformed: bool,
    oversized: bool,
    refused: Option<std::io::Error>,
}

impl Seen {
    fn ignore(&mut self, why: Ignored) {
        self.ignored += 1;
        match why {
            Ignored::Malformed => self.malformed = true,
            Ignored::Oversized => self.oversized = true,
            Ignored::UnknownSource | Ignored::WrongId | Ignored::WrongCommunity => {}
        }
    }

    fn into_error(self) -> PollError {
        match self {
            Self { oversized: true, .. } => PollError::Oversized,
            Self { malformed: true, .. } => PollError::Malformed,
            Self { refused: Some(error), .. } => PollError::Unreachable(error),
            _ => PollError::Timeout,
        }
    }
}

impl Session {
    /// Asks until there is an answer that `fits`, the attempts are used up or `end` has come.
    pub(super) async fn exchange(
        &mut self,
        operation: Operation,
        names: &[Oid],
        end: Instant,
        fits: impl Fn(&Reply) -> bool,
    ) -> Result<Answer, PollError> {
        self.drain();
        let mut seen = Seen::default();
        let blank = RequestId::from_bits(0);
        let mut request = Request::new(&self.credentials, operation, blank, names);
        for _ in 0..=self.limits.retries {
            if Instant::now() >= end {
                break;
            }
            // A new id each time; an answer to an earlier attempt is an answer too.
            let id = RequestId::random().map_err(PollError::Randomness)?;
            request.set_id(id);
            seen.ids.push(id);
            self.traffic.sent += 1;
            let until = (Instant::now() + self.limits.attempt).min(end);
            match self.socket.send(request.octets()).await {
                Ok(_) => {}
                Err(error) if is_unreachable(error.kind()) => {
                    seen.refused = Some(error);
                    tokio::time::sleep_until(until.min(Instant::now() + REFUSED_PAUSE)).await;
                    continue;
                }
                Err(error) => return Err(PollError::Socket(error)),
            }
            if let Some(answer) = self.wait(until, &mut seen, &fits).await? {
                return Ok(answer);
            }
        }
        Err(seen.into_error())
    }

    /// Throws away what came after the last call, so that an agent that repeats itself does not fill the receive buffer
    /// to where its next answer is lost.
    fn drain(&mut self) {
        for _ in 0..self.limits.ignored {
            // An error here is seen again by the next send or receive, or has passed.
            if self.socket.try_recv(&mut self.room).is_err() {
                return;
            }
            self.traffic.ignore(Ignored::WrongId);
        }
    }

    /// Waits for an answer to any of the ids.
    async fn wait(
        &mut self,
        until: Instant,
        seen: &mut Seen,
        fits: &impl Fn(&Reply) -> bool,
    ) -> Result<Option<Answer>, PollError> {
        loop {
            let octets = match timeout_at(until, self.socket.recv(&mut self.room)).await {
                Err(_) => return Ok(None),
                Ok(Ok(octets)) => octets,
                Ok(Err(error)) if is_unreachable(error.kind()) => {
                    seen.refused = Some(error);
                    tokio::time::sleep_until(until.min(Instant::now() + REFUSED_PAUSE)).await;
                    return Ok(None);
                }
                Ok(Err(error)) => return Err(PollError::Socket(error)),
            };
            match self.read(octets, &seen.ids, fits) {
                Ok(reply) => {
                    self.traffic.answers += 1;
                    return Ok(Some(Answer { reply, octets }));
                }
                Err(why) => {
                    self.traffic.ignore(why);
                    seen.ignore(why);
                    if seen.ignored > self.limits.ignored {
                        return Err(PollError::Flood);
                    }
                    // A socket that always has more must not keep the deadline from being looked at.
                    if Instant::now() >= until {
                        return Ok(None);
                    }
                }
            }
        }
    }

    fn read(&self, length: usize, ids: &[RequestId], fits: &impl Fn(&Reply) -> bool) -> Result<Reply, Ignored> {
        let octets =
            self.room.get(..length).filter(|octets| octets.len() < self.room.len()).ok_or(Ignored::Oversized)?;
        let envelope = Envelope::open(octets, &self.credentials)?;
        if !ids.iter().any(|id| i64::from(id.number()) == envelope.request_id()) {
            return Err(Ignored::WrongId);
        }
        envelope.reply().and_then(|reply| if fits(&reply) { Ok(reply) } else { Err(Ignored::Malformed) })
    }
}

fn is_unreachable(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::ConnectionRefused | ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable)
}
