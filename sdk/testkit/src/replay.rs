//! A driver held to a recording: the same asks in the same rounds, and the same end.

use async_trait::async_trait;
use bailiwick_contract::{
    exchange::{Answer, Ask, Failure, Transcript},
    manifest::Manifest,
    policy::Permitted,
};
use bailiwick_runtime::Answers;
use bailiwick_sdk::Driver;

use crate::{KitError, native};

/// Answers as the recording does; an ask that it does not have is `unavailable`.
struct Recorded<'a>(&'a Transcript);

#[async_trait]
impl Answers for Recorded<'_> {
    async fn answer(&self, ask: Ask) -> Answer {
        let rounds = self.0.rounds.iter();
        let found = rounds.flat_map(|r| r.asks.iter().zip(&r.answers)).find(|(asked, _)| **asked == ask);
        found.map_or(Answer::Failed(Failure::Unavailable), |(_, answer)| answer.clone())
    }
}

/// Steps a driver through a recording.
///
/// # Errors
/// [`KitError::Differ`] with the first round in which it strays, or its end.
pub async fn replay<D: Driver>(
    manifest: &Manifest,
    permitted: &Permitted,
    recording: &Transcript,
) -> Result<(), KitError> {
    let (context, input) = (&recording.context, &recording.input);
    let now = native::record::<D>(manifest, permitted, context, input, &Recorded(recording)).await?;
    same(("the recording", recording), ("the driver", &now))
}

/// That two transcripts of one exchange are the same.
pub(crate) fn same(left: (&'static str, &Transcript), right: (&'static str, &Transcript)) -> Result<(), KitError> {
    let ((left, a), (right, b)) = (left, right);
    let differ = |what: String| Err(KitError::Differ { left, right, what });
    for (n, (x, y)) in a.rounds.iter().zip(&b.rounds).enumerate() {
        if x.asks != y.asks {
            return differ(format!("the asks of round {}: {:?} or {:?}", n + 1, x.asks, y.asks));
        }
        if x.answers != y.answers {
            return differ(format!("the answers of round {}", n + 1));
        }
    }
    if a.rounds.len() != b.rounds.len() {
        return differ(format!("the number of rounds: {} or {}", a.rounds.len(), b.rounds.len()));
    }
    if a.end != b.end {
        return differ(format!("the end: {:?} or {:?}", a.end, b.end));
    }
    Ok(())
}
