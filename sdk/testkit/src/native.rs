//! A driver without a sandbox: under the host's checks of asks and effects, or with nothing around it.

use bailiwick_contract::{
    check::Checker,
    exchange::{Answer, Context, End, Failure, Input, Round, Transcript},
    manifest::Manifest,
    policy::Permitted,
};
use bailiwick_runtime::Answers;
use bailiwick_sdk::{self as sdk, Driver, Step, native::Exchange};

use crate::{KitError, wire};

/// Runs one exchange natively. Asks that are not permitted are answered `denied` and never reach
/// `answers`; the outcome is checked against the manifest and narrowed to what is permitted.
///
/// # Errors
/// [`KitError::Violation`] where the driver breaks its manifest, [`KitError::Endless`] where it
/// steps without end.
pub async fn record<D: Driver>(
    manifest: &Manifest,
    permitted: &Permitted,
    context: &Context,
    input: &Input,
    answers: &dyn Answers,
) -> Result<Transcript, KitError> {
    let checker = Checker::new(manifest, permitted);
    let mut exchange = Exchange::new::<D>(wire::context(context), wire::input(input));
    let (mut rounds, mut given) = (Vec::new(), Vec::new());
    for _ in 0..manifest.limits.steps {
        let end = match exchange.step(std::mem::take(&mut given)) {
            Step::Asks(asks) => {
                let asks: Vec<_> = asks.into_iter().map(wire::ask).collect();
                let mut round = Vec::with_capacity(asks.len());
                for ask in &asks {
                    round.push(match checker.ask(input, ask) {
                        Ok(()) => answers.answer(ask.clone()).await,
                        Err(_) => Answer::Failed(Failure::Denied),
                    });
                }
                given = round.iter().map(wire::answer).collect();
                rounds.push(Round { asks, answers: round });
                continue;
            }
            Step::Done(outcome) => End::Done(checker.effects(input, wire::outcome(outcome))?.into_parts().0),
            Step::Refused(refusal) => End::Refused(checker.refusal(wire::refusal(refusal))?),
        };
        return Ok(Transcript { context: context.clone(), input: input.clone(), rounds, end });
    }
    Err(KitError::Endless(manifest.limits.steps))
}

/// A recording in the driver's own types: stepped through with no checks and no conversion on the
/// way, a bench or a profiler sees the driver alone.
#[derive(Debug, Clone)]
pub struct Playback {
    context: sdk::Context,
    input: sdk::Input,
    rounds: Vec<Vec<sdk::Answer>>,
}

impl Playback {
    /// Converts a recording, once.
    #[must_use]
    pub fn new(recording: &Transcript) -> Self {
        let rounds = recording.rounds.iter().map(|round| round.answers.iter().map(wire::answer).collect());
        Self {
            context: wire::context(&recording.context),
            input: wire::input(&recording.input),
            rounds: rounds.collect(),
        }
    }

    /// Steps a driver through all of it, and answers what its last step gave.
    #[must_use]
    pub fn run<D: Driver>(self) -> Step {
        let mut exchange = Exchange::new::<D>(self.context, self.input);
        let mut step = exchange.step(Vec::new());
        for answers in self.rounds {
            step = exchange.step(answers);
        }
        step
    }
}
