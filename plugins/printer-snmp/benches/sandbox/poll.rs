//! One poll, with its answers ready.

use std::{
    collections::VecDeque,
    fmt,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use bailiwick_contract::{
    exchange::{Answer, Ask, Context, End, Failure, Input, Ownership, Transcript},
    manifest::Manifest,
    policy::{Grant, Permitted, Policy},
};
use bailiwick_runtime::{AccountTag, Answers, Driver, ExchangeError};
use bailiwick_sdk::Step;
use bailiwick_testkit::{
    SnmprecTarget,
    native::{self, Playback},
};
use printer_snmp::PrinterSnmp;
use uuid::Uuid;

const WALK: &str = include_str!("../../fixtures/color-laser.snmprec");
const MANIFEST: &str = include_str!("../../driver.toml");
const ACCOUNT: AccountTag = AccountTag(Uuid::from_u128(1));

/// The poll that every measure runs, recorded once.
pub struct Poll {
    manifest: Manifest,
    permitted: Permitted,
    recording: Transcript,
    playback: Playback,
    effects: usize,
}

/// The answers of one exchange, in the order in which it asks for them; each is handed over once.
pub struct Given(Mutex<VecDeque<Answer>>);

#[async_trait]
impl Answers for Given {
    async fn answer(&self, _: Ask) -> Answer {
        let mut answers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        answers.pop_front().unwrap_or(Answer::Failed(Failure::Unavailable))
    }

    async fn answer_all(&self, asks: Vec<Ask>) -> Vec<Answer> {
        let mut answers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let most = asks.len().min(answers.len());
        answers.drain(..most).collect()
    }
}

impl Poll {
    pub fn new() -> Self {
        let manifest = Manifest::parse(MANIFEST).unwrap();
        let grant = Grant::all_of(&manifest);
        let permitted = Permitted::new(&manifest, &grant, &Policy::everything(), Ownership::Company);
        let walk = SnmprecTarget::parse(WALK).unwrap();
        let (context, input) = bailiwick_testkit::poll("192.0.2.7", &walk);
        let tokio = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let recorded = native::record::<PrinterSnmp>(&manifest, &permitted, &context, &input, &walk);
        let recording = tokio.block_on(recorded).unwrap();
        let playback = Playback::new(&recording);
        let effects = if let End::Done(outcome) = &recording.end { outcome.effects.len() } else { 0 };
        let played = Self::play(playback.clone());
        assert!(
            matches!(played, Step::Done(outcome) if outcome.effects.len() == effects),
            "it ends as it was recorded"
        );
        Self { manifest, permitted, recording, playback, effects }
    }

    pub fn given(&self) -> Given {
        let answers = self.recording.rounds.iter().flat_map(|round| &round.answers).cloned();
        Given(Mutex::new(answers.collect()))
    }

    pub fn playback(&self) -> Playback {
        self.playback.clone()
    }

    /// The driver alone.
    pub fn play(playback: Playback) -> Step {
        playback.run::<PrinterSnmp>()
    }

    /// The driver natively, its asks and effects checked as the host does.
    pub async fn checked(&self, given: Given) {
        let (context, input) = (&self.recording.context, &self.recording.input);
        let done = native::record::<PrinterSnmp>(&self.manifest, &self.permitted, context, input, &given).await;
        assert!(matches!(done.unwrap().end, End::Done(outcome) if outcome.effects.len() == self.effects));
    }

    /// The whole exchange in the sandbox; the CPU time of its steps.
    pub async fn exchange(&self, driver: &Driver, given: Given) -> Duration {
        let (context, input) = (self.recording.context.clone(), self.recording.input.clone());
        let done = driver.exchange(ACCOUNT, &self.permitted, context, input, &given).await.unwrap();
        assert_eq!(done.outcome.effects.len(), self.effects);
        done.figures.busy
    }

    /// An exchange of one step: an input that this driver does not serve.
    pub async fn refused(&self, driver: &Driver) {
        let (context, input) = (Context::default(), Input::Frame(Vec::new()));
        let done = driver.exchange(ACCOUNT, &self.permitted, context, input, &Given(Mutex::default())).await;
        assert!(matches!(done, Err(ExchangeError::Refused(refusal)) if refusal.code == "not_supported"));
    }
}

impl fmt::Display for Poll {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rounds = &self.recording.rounds;
        let asks: usize = rounds.iter().map(|round| round.asks.len()).sum();
        let values = |answer: &Answer| if let Answer::Bindings(bindings) = answer { bindings.len() } else { 0 };
        let values: usize = rounds.iter().flat_map(|round| &round.answers).map(values).sum();
        write!(f, "one poll: {} rounds, {asks} asks, {values} values of a walk of {} bytes", rounds.len(), WALK.len())
    }
}
