//! What the measures run: an exchange, with its answers ready.

use std::{
    collections::VecDeque,
    fmt,
    marker::PhantomData,
    path::Path,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use bailiwick_contract::{
    exchange::{Answer, Ask, Context, End, Failure, Input, Ownership, Request, Transcript},
    manifest::Manifest,
    policy::{Grant, Permitted, Policy},
};
use bailiwick_runtime::{AccountTag, Answers, Driver};
use bailiwick_sdk::Step;
use bailiwick_testkit::{
    SnmprecTarget,
    native::{self, Playback},
};
use checkin_driver::Checkin;
use printer_snmp::PrinterSnmp;
use uuid::Uuid;

const WALK: &str = include_str!("../../../../plugins/printer-snmp/fixtures/color-laser.snmprec");
const REPORT: &[u8] = include_bytes!("../../checkin/report.plist");
const ACCOUNT: AccountTag = AccountTag(Uuid::from_u128(1));

/// An exchange of a driver that every measure repeats, recorded once.
pub struct Work<D> {
    pub name: &'static str,
    /// The driver's folder.
    pub folder: &'static str,
    manifest: Manifest,
    permitted: Permitted,
    recording: Transcript,
    playback: Playback,
    effects: usize,
    input_bytes: usize,
    driver: PhantomData<fn() -> D>,
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

/// A device reports 2 kB by one call: one step, no asks.
pub fn checkin() -> Work<Checkin> {
    let context = Context { now: 1_750_000_000_000, seed: (0..32).collect(), ..Context::default() };
    let input = Input::Request(Request {
        route: "report".into(),
        method: "PUT".into(),
        parameters: vec![],
        content_type: Some("application/xml".into()),
        body: REPORT.to_vec(),
    });
    let nothing = Given(Mutex::default());
    Work::new("check-in", "tests/sandbox/checkin", &context, &input, &nothing, REPORT.len())
}

/// A printer is polled: its walk of 2 kB comes as answers, in three steps.
pub fn poll() -> Work<PrinterSnmp> {
    let walk = SnmprecTarget::parse(WALK).unwrap();
    let (context, input) = bailiwick_testkit::poll("192.0.2.7", &walk);
    Work::new("poll", "plugins/printer-snmp", &context, &input, &walk, WALK.len())
}

/// A folder of the workspace.
pub fn folder(path: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

impl<D: bailiwick_sdk::Driver> Work<D> {
    fn new(
        name: &'static str,
        folder_: &'static str,
        context: &Context,
        input: &Input,
        answers: &dyn Answers,
        input_bytes: usize,
    ) -> Self {
        let manifest = std::fs::read_to_string(folder(folder_).join("driver.toml")).unwrap();
        let manifest = Manifest::parse(&manifest).unwrap();
        let permitted = Permitted::new(&manifest, &Grant::all_of(&manifest), &Policy::everything(), Ownership::Company);
        let tokio = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let recorded = native::record::<D>(&manifest, &permitted, context, input, answers);
        let recording = tokio.block_on(recorded).unwrap();
        let playback = Playback::new(&recording);
        let End::Done(outcome) = &recording.end else { panic!("{name} is refused") };
        let effects = outcome.effects.len();
        let played = Self::play(playback.clone());
        assert!(
            matches!(played, Step::Done(outcome) if outcome.effects.len() == effects),
            "it ends as it was recorded"
        );
        Self {
            name,
            folder: folder_,
            manifest,
            permitted,
            recording,
            playback,
            effects,
            input_bytes,
            driver: PhantomData,
        }
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
        playback.run::<D>()
    }

    /// The driver natively, its asks and effects checked as the host does.
    pub async fn checked(&self, given: Given) {
        let (context, input) = (&self.recording.context, &self.recording.input);
        let done = native::record::<D>(&self.manifest, &self.permitted, context, input, &given).await;
        assert!(matches!(done.unwrap().end, End::Done(outcome) if outcome.effects.len() == self.effects));
    }

    /// The whole exchange in the sandbox; the CPU time of its steps.
    pub async fn exchange(&self, driver: &Driver, given: Given) -> Duration {
        let (context, input) = (self.recording.context.clone(), self.recording.input.clone());
        let done = driver.exchange(ACCOUNT, &self.permitted, context, input, &given).await.unwrap();
        assert_eq!(done.outcome.effects.len(), self.effects);
        done.figures.busy
    }
}

impl<D> fmt::Display for Work<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rounds = &self.recording.rounds;
        let asks: usize = rounds.iter().map(|round| round.asks.len()).sum();
        let values = |answer: &Answer| if let Answer::Bindings(bindings) = answer { bindings.len() } else { 0 };
        let values: usize = rounds.iter().flat_map(|round| &round.answers).map(values).sum();
        let (name, bytes, steps) = (self.name, self.input_bytes, rounds.len() + 1);
        write!(f, "{name}: {bytes} bytes in, {steps} steps, {asks} asks, {values} values")
    }
}
