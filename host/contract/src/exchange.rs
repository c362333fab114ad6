//! One exchange as data: what the host gives, what the driver asks, what it wants done.
//!
//! The shapes are those of `sdk/wit/0.1.0`; `host/runtime` translates between them and the sandbox.
//! A [`Transcript`] is a whole exchange and the recording format of the test kit: the same context,
//! input and answers give the same outcome.

use serde::{Deserialize, Serialize};

use crate::value::{Binding, Condition, Fact, Identity, Instant, Oid, Point, Table, octets};

/// Whose device it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ownership {
    /// Bought and given out by the customer.
    #[default]
    Company,
    /// Its user's own (BYOD).
    Personal,
}

/// Whom the host authenticated, or which target it polls.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Subject {
    /// Stable for this enrollment and driver; absent for a target that is not enrolled yet.
    pub enrollment: Option<String>,
    /// Whose device it is.
    pub ownership: Ownership,
    /// The device's channel, where the route or socket has one.
    pub channel: Option<String>,
}

/// Something operators edit for a driver.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Object {
    /// One of the manifest's object kinds.
    pub kind: String,
    /// Its id.
    pub id: String,
    /// Counts its changes.
    pub version: u64,
    /// JSON that matches the kind's schema.
    pub body: String,
}

/// What an exchange knows before it asks.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Context {
    /// The host's time.
    pub now: Instant,
    /// 32 bytes, different in each exchange.
    #[serde(with = "octets")]
    pub seed: Vec<u8>,
    /// Whom it is about.
    pub subject: Subject,
    /// Preloaded scalar facts.
    pub facts: Vec<Fact>,
    /// Preloaded tables.
    pub tables: Vec<Table>,
    /// Objects assigned to the subject.
    pub objects: Vec<Object>,
}

/// An order to a device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Command {
    /// Its id.
    pub id: String,
    /// One of the manifest's commands.
    pub key: String,
    /// JSON that matches the command's schema.
    pub arguments: String,
    /// How often it was deferred.
    pub deferrals: u32,
}

/// A polled target and what the sweep already read of it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Target {
    /// Its address as text, without a port.
    pub address: String,
    /// `sysObjectID.0` (1.3.6.1.2.1.1.2.0).
    pub sys_object_id: Option<Oid>,
    /// `sysDescr.0` (1.3.6.1.2.1.1.1.0).
    pub sys_descr: Option<String>,
}

/// An authenticated device's HTTP call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The manifest's route key.
    pub route: String,
    /// The method, upper case.
    pub method: String,
    /// Path parameters, then the query, in order.
    pub parameters: Vec<(String, String)>,
    /// The media type.
    pub content_type: Option<String>,
    /// The body.
    #[serde(with = "octets")]
    pub body: Vec<u8>,
}

/// Make the enrollment document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// Where the device calls.
    pub url: String,
    /// The credential that the document carries.
    pub credential: String,
    /// A push topic, where the driver has one.
    pub topic: Option<String>,
    /// Whose name the person sees.
    pub brand: Option<String>,
}

/// Render a page of platform widgets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageRequest {
    /// The manifest's page key.
    pub page: String,
    /// The query, in order.
    pub parameters: Vec<(String, String)>,
    /// A submitted form as JSON.
    pub form: Option<String>,
    /// `en`, `de`, `nl` or `fr`.
    pub locale: String,
}

/// Why the host starts an exchange.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Input {
    /// Read this target.
    Poll(Target),
    /// An authenticated device's HTTP call.
    Request(Request),
    /// An application message of a live socket.
    Frame(#[serde(with = "octets")] Vec<u8>),
    /// A timer that this driver set came due.
    Timer(String),
    /// May this command be queued, and what is its wire form?
    Admit(Command),
    /// Make the enrollment document.
    Offer(Offer),
    /// Render a page.
    Page(PageRequest),
}

impl Input {
    /// Every [`Self::kind`].
    pub const KINDS: [&'static str; 7] = ["poll", "request", "frame", "timer", "admit", "offer", "page"];

    /// A stable name for figures and traces.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Poll(_) => "poll",
            Self::Request(_) => "request",
            Self::Frame(_) => "frame",
            Self::Timer(_) => "timer",
            Self::Admit(_) => "admit",
            Self::Offer(_) => "offer",
            Self::Page(_) => "page",
        }
    }
}

/// An HTTP call that the host makes for the driver.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HttpRequest {
    /// A credential that the host holds.
    pub credential: Option<String>,
    /// The method, upper case.
    pub method: String,
    /// `https://host/path`, the host one of the manifest's.
    pub url: String,
    /// The media type.
    pub content_type: Option<String>,
    /// The body.
    #[serde(with = "octets")]
    pub body: Vec<u8>,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HttpResponse {
    /// The status.
    pub status: u16,
    /// The media type.
    pub content_type: Option<String>,
    /// The body.
    #[serde(with = "octets")]
    pub body: Vec<u8>,
}

/// What a driver wants to know.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ask {
    /// Exact objects of the polled target.
    SnmpGet(Vec<Oid>),
    /// All objects under a prefix of the polled target.
    SnmpWalk(Oid),
    /// Own state by key.
    State(Vec<String>),
    /// The subject's next command; `true` to take a deferred one too.
    NextCommand(bool),
    /// Members of a channel of this account.
    Members(String),
    /// People of this account by id.
    People(Vec<String>),
    /// All objects of a kind that apply to the subject.
    Objects(String),
    /// An HTTP call.
    Http(HttpRequest),
}

impl Ask {
    /// A stable name for figures, traces and refusals.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::SnmpGet(_) => "snmp_get",
            Self::SnmpWalk(_) => "snmp_walk",
            Self::State(_) => "state",
            Self::NextCommand(_) => "next_command",
            Self::Members(_) => "members",
            Self::People(_) => "people",
            Self::Objects(_) => "objects",
            Self::Http(_) => "http",
        }
    }
}

/// Why an ask has no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Failure {
    /// Not declared in the manifest, or not granted.
    Denied,
    /// No answer in time.
    Timeout,
    /// The peer cannot be reached.
    Unreachable,
    /// The peer's answer does not parse.
    Malformed,
    /// Over a limit of rows or bytes.
    TooLarge,
    /// The host cannot answer now.
    Unavailable,
}

/// A state key and its value, where there is one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StateEntry {
    /// The key.
    pub key: String,
    /// The bytes, base64 in JSON.
    pub value: Option<StateValue>,
}

/// State bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StateValue(#[serde(with = "octets")] pub Vec<u8>);

/// A person of the account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Its id.
    pub id: String,
    /// What others see.
    pub display_name: String,
}

/// The host's answer to one ask.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// To `snmp_get` (one a requested OID, in order) and `snmp_walk` (in the agent's order).
    Bindings(Vec<Binding>),
    /// To `state`.
    State(Vec<StateEntry>),
    /// To `next_command`.
    Command(Option<Command>),
    /// To `members` and `people`.
    People(Vec<Person>),
    /// To `objects`: id, version, body.
    Objects(Vec<(String, u64, String)>),
    /// To `http`.
    Http(HttpResponse),
    /// There is no answer.
    Failed(Failure),
}

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CommandOutcome {
    /// The device did it.
    Done,
    /// The device could not.
    Failed,
    /// The device would not.
    Refused,
}

/// A command's end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finish {
    /// The command's id.
    pub command: String,
    /// How it ended.
    pub outcome: CommandOutcome,
    /// Declared results; they apply like facts.
    pub tables: Vec<Table>,
    /// Goes to the caller once and is never stored.
    pub raw: Option<StateValue>,
}

/// Keep this under a declared key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatePut {
    /// A declared state key.
    pub key: String,
    /// The bytes.
    pub value: StateValue,
    /// When to forget it, at the latest.
    pub expires: Option<Instant>,
}

/// Wake this driver for the subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timer {
    /// The driver's name for it; the same name replaces.
    pub key: String,
    /// When.
    pub at: Instant,
}

/// Who is in a channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    /// The channel.
    pub channel: String,
    /// People or devices that join.
    pub join: Vec<String>,
    /// Those that leave.
    pub leave: Vec<String>,
}

/// A byte range of the input, to a channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Post {
    /// The channel.
    pub channel: String,
    /// Only when this is the channel's epoch.
    pub expect: Option<u64>,
    /// Whether the epoch rises by one.
    pub advance: bool,
    /// First byte of the input.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// Permit one upload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upload {
    /// The driver's name for it.
    pub key: String,
    /// At most this many bytes.
    pub bytes: u64,
}

/// What a driver wants the host to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// The only effect that names a device: the host matches, merges or refuses.
    Identify(Vec<Identity>),
    /// Scalar attributes.
    Facts(Vec<Fact>),
    /// A table attribute.
    Table(Table),
    /// Points of meters.
    Readings(Vec<Point>),
    /// The whole set that holds now.
    Conditions(Vec<Condition>),
    /// The device is gone for good.
    Retire,
    /// The command went out.
    Sent(String),
    /// The command ended.
    Finish(Finish),
    /// The device will take the command later.
    Defer(String),
    /// Keep state.
    StatePut(StatePut),
    /// Forget state.
    StateDelete(String),
    /// A push address; the host seals it.
    Reachable(#[serde(with = "octets")] Vec<u8>),
    /// Push without content.
    Wake,
    /// Set a timer.
    Timer(Timer),
    /// Change a channel's members.
    Membership(Membership),
    /// Post to a channel.
    Post(Post),
    /// Permit an upload.
    GrantUpload(Upload),
}

impl Effect {
    /// A stable name for figures, traces and refusals.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Identify(_) => "identify",
            Self::Facts(_) => "facts",
            Self::Table(_) => "table",
            Self::Readings(_) => "readings",
            Self::Conditions(_) => "conditions",
            Self::Retire => "retire",
            Self::Sent(_) => "sent",
            Self::Finish(_) => "finish",
            Self::Defer(_) => "defer",
            Self::StatePut(_) => "state_put",
            Self::StateDelete(_) => "state_delete",
            Self::Reachable(_) => "reachable",
            Self::Wake => "wake",
            Self::Timer(_) => "timer",
            Self::Membership(_) => "membership",
            Self::Post(_) => "post",
            Self::GrantUpload(_) => "grant_upload",
        }
    }
}

/// What the caller of a request gets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The media type.
    pub content_type: String,
    /// The body.
    #[serde(with = "octets")]
    pub body: Vec<u8>,
    /// Whether the host signs it.
    pub sign: bool,
}

/// A finished exchange.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Outcome {
    /// For `offer`, `page` and `admit` always, for `request` and `frame` where there is something to say.
    pub reply: Option<Reply>,
    /// What is to be done, in order.
    pub effects: Vec<Effect>,
}

/// Why a driver would not: a code and a number, never a text.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Refusal {
    /// `[a-z][a-z0-9_]{0,63}`.
    pub code: String,
    /// Says more for some codes: 0 to [`Refusal::MAX_NUMBER`].
    pub number: i64,
}

impl Refusal {
    /// The greatest number of a refusal: a status or an index fits, a text does not.
    pub const MAX_NUMBER: i64 = 65_535;
    /// Codes that every driver may refuse with; the SDK makes them. Others stand in the manifest.
    pub const STANDARD: [&'static str; 10] = [
        "not_supported",
        "already_ended",
        "wrong_answers",
        "waits_for_nothing",
        "ask_denied",
        "ask_timeout",
        "ask_unreachable",
        "ask_malformed",
        "ask_too_large",
        "ask_unavailable",
    ];
}

/// What a driver may tell the log: a code and numbers, both too small to hold a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogEvent;

impl LogEvent {
    /// The greatest code that an author chooses.
    pub const MAX_CODE: u32 = 0xffff;
    /// The SDK's code of a panic: line, column, and the file as two numbers of twenty bits.
    pub const PANIC: u32 = 0xffff_0000;
    /// The most numbers of an event.
    pub const MAX_NUMBERS: usize = 8;
    /// The greatest amount of a number, 2^20 - 1: a count, an index or a line.
    pub const MAX_NUMBER: i64 = 0xf_ffff;

    /// The event's numbers cut to these bounds; nothing for a code that no event has.
    #[must_use]
    pub fn bounded(code: u32, numbers: &[i64]) -> Option<Vec<i64>> {
        if code > Self::MAX_CODE && code != Self::PANIC {
            return None;
        }
        let numbers = numbers.iter().take(Self::MAX_NUMBERS);
        Some(numbers.map(|number| (*number).clamp(-Self::MAX_NUMBER, Self::MAX_NUMBER)).collect())
    }
}

/// What a step gives.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Fetch these and step again with one answer each, in order.
    Asks(Vec<Ask>),
    /// Finished.
    Done(Outcome),
    /// The driver would not.
    Refused(Refusal),
}

/// One round: what was asked, and the answers in the same order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Round {
    /// What the driver asked.
    pub asks: Vec<Ask>,
    /// What the host answered.
    pub answers: Vec<Answer>,
}

/// How an exchange ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// With an outcome.
    Done(Outcome),
    /// With a refusal.
    Refused(Refusal),
}

/// A whole exchange as data: the recording format.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Transcript {
    /// What it knew.
    pub context: Context,
    /// Why it started.
    pub input: Input,
    /// What it asked.
    pub rounds: Vec<Round>,
    /// How it ended.
    pub end: End,
}

#[cfg(test)]
mod tests {
    use super::LogEvent;

    #[test]
    fn no_text_fits_into_a_log_event() {
        assert_eq!(LogEvent::bounded(7, &[0, 1_048_575, -12]), Some(vec![0, 1_048_575, -12]));
        assert_eq!(LogEvent::bounded(7, &[49_171_234_567, i64::MIN]), Some(vec![1_048_575, -1_048_575]));
        assert_eq!(LogEvent::bounded(LogEvent::PANIC, &[1; 40]), Some(vec![1; 8]));
        assert_eq!(LogEvent::bounded(u32::from_be_bytes(*b"Ada "), &[]), None);
    }
}
