//! Redis: the atomic script of the limits, and wake-ups by publish and subscribe.
//!
//! One task connects, listens, sends and says so when it cannot; it tries again twice a second. While there is no
//! connection nobody waits for one, and a call waits for an answer at most as long as [`ANSWER`], once.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use arc_swap::ArcSwapOption;
use futures::{FutureExt as _, StreamExt as _};
use redis::{
    AsyncConnectionConfig, Client, RedisError, Script,
    aio::{MultiplexedConnection, PubSub},
};
use serde::{Deserialize, Serialize};
use tokio::{
    sync::{Notify, mpsc},
    time::{interval, timeout},
};
use uuid::Uuid;

use super::{Charge, Exceeded, Inner, Left, RedisAddress, Wake};

/// The channel of all processes; a Redis is of one platform.
const CHANNEL: &str = "bailiwick:wakes";
/// How long a call waits for an answer.
const ANSWER: Duration = Duration::from_millis(250);
/// How long connecting may take.
const CONNECT: Duration = Duration::from_secs(2);
/// How soon it is tried again.
const AGAIN: Duration = Duration::from_millis(500);
/// How often a process says how many wake-ups it told. Its own word must come back too.
const BEAT: Duration = Duration::from_secs(1);
/// A process of which nothing was heard for so long has ended.
const GONE: Duration = Duration::from_secs(60);
/// Wake-ups that may wait to be sent.
const WAITING: usize = 4096;

/// A process's word: a wake-up, or with none, how many there were.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Word {
    from: Uuid,
    number: u64,
    wake: Option<Wake>,
}

/// Words on their way to the other processes.
pub(super) type Outgoing = mpsc::Receiver<Word>;

#[derive(Debug)]
pub(super) struct Redis {
    client: Client,
    take: Script,
    give_back: Script,
    commands: ArcSwapOption<MultiplexedConnection>,
    broke: Notify,
    /// Whether the log says already that it is away.
    said: AtomicBool,
    me: Uuid,
    /// How many wake-ups were told, sent or not; the lock keeps words in the order of their numbers.
    told: Mutex<u64>,
    outgoing: mpsc::Sender<Word>,
}

impl Redis {
    /// None for an address that is none, which the settings do not let through.
    pub(super) fn open(address: &RedisAddress) -> Option<(Self, Outgoing)> {
        let client = address.client()?;
        let (outgoing, receiver) = mpsc::channel(WAITING);
        let redis = Self {
            client,
            take: Script::new(include_str!("take.lua")),
            give_back: Script::new(include_str!("give_back.lua")),
            commands: ArcSwapOption::empty(),
            broke: Notify::new(),
            said: AtomicBool::new(false),
            me: Uuid::new_v4(),
            told: Mutex::new(0),
            outgoing,
        };
        Some((redis, receiver))
    }

    pub(super) fn answers(&self) -> bool {
        self.commands.load().is_some()
    }

    /// Gives one call back, where it answers.
    pub(super) async fn give_back(&self, charge: &Charge) {
        let Some(used) = self.commands.load_full() else { return };
        let mut connection = used.as_ref().clone();
        let mut call = self.give_back.prepare_invoke();
        call.key(limit_key(charge)).arg(charge.quota.interval());
        // a call that is counted too many is no harm; who notices that Redis is away is who charges the next
        let _ = call.invoke_async::<()>(&mut connection).await;
    }

    /// None where it does not answer.
    pub(super) async fn charge(&self, charges: &[Charge]) -> Option<Result<Vec<Left>, Exceeded>> {
        let used = self.commands.load_full()?;
        let mut connection = used.as_ref().clone();
        let mut call = self.take.prepare_invoke();
        for charge in charges {
            call.key(limit_key(charge));
            call.arg(charge.quota.interval()).arg(charge.quota.calls());
        }
        match call.invoke_async::<Vec<u64>>(&mut connection).await {
            Ok(reply) => read(charges, &reply),
            Err(_) => {
                // unless there is another by now
                if self.commands.load().as_ref().is_some_and(|now| Arc::ptr_eq(now, &used)) {
                    self.commands.store(None);
                    self.broke.notify_one();
                }
                None
            }
        }
    }

    /// Numbers the wake-up and has it sent. One that cannot be sent leaves a gap, which the others notice.
    pub(super) fn tell(&self, wake: &Wake) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        *told = told.wrapping_add(1);
        let _ = self.outgoing.try_send(Word { from: self.me, number: *told, wake: Some(wake.clone()) });
    }

    /// How many it told, and nothing else. Nothing where words wait: they say it themselves.
    fn beat(&self) -> Option<Word> {
        let told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let idle = self.outgoing.capacity() == self.outgoing.max_capacity();
        idle.then_some(Word { from: self.me, number: *told, wake: None })
    }
}

fn limit_key(charge: &Charge) -> String {
    format!("bailiwick:limit:{}", charge.key)
}

fn read(charges: &[Charge], reply: &[u64]) -> Option<Result<Vec<Left>, Exceeded>> {
    let (refused, rest) = reply.split_first()?;
    let (wait, left) = rest.split_first()?;
    if let Some(at) = refused.checked_sub(1) {
        let quota = charges.get(usize::try_from(at).ok()?)?.quota;
        return Some(Err(Exceeded { quota, wait_micros: *wait }));
    }
    let left = charges.iter().zip(left.chunks_exact(2)).filter_map(|(charge, pair)| {
        let [remaining, reset_micros] = pair else { return None };
        let remaining = u32::try_from(*remaining).unwrap_or(u32::MAX);
        Some(Left { quota: charge.quota, remaining, reset_micros: *reset_micros })
    });
    Some(Ok(left.collect()))
}

/// Why there is no connection any more.
#[derive(Debug, thiserror::Error)]
enum Broken {
    #[error(transparent)]
    Redis(#[from] RedisError),
    #[error("it does not answer in time")]
    Late(#[from] tokio::time::error::Elapsed),
    #[error("a command was not answered")]
    Command,
    #[error("this process does not hear its own messages")]
    Deaf,
    #[error("the connection was closed")]
    Closed,
}

/// Connects again and again, as long as somebody uses it.
pub(super) async fn keep(shared: Weak<Inner>, mut outgoing: Outgoing) {
    while let Some(inner) = shared.upgrade() {
        let Some(redis) = &inner.redis else { return };
        let broken = connect(&inner, redis).await;
        drop(inner);
        let broken = match broken {
            Ok((commands, listening)) => serve(&shared, commands, listening, &mut outgoing).await,
            Err(broken) => Some(broken),
        };
        let (Some(broken), Some(inner)) = (broken, shared.upgrade()) else { return };
        away(&inner, &broken);
        drop(inner);
        tokio::time::sleep(AGAIN).await;
        // what waited is numbered: the others notice the gap
        while outgoing.try_recv().is_ok() {}
    }
}

fn away(inner: &Inner, broken: &Broken) {
    let Some(redis) = &inner.redis else { return };
    redis.commands.store(None);
    // as long as it is away nobody is believed without a look; before, a word may have been missed
    inner.hear(&Wake::Lost);
    inner.count("away");
    if !redis.said.swap(true, Ordering::Relaxed) {
        // the address is a secret, and an error of the address itself is not shown here
        tracing::warn!(%broken, "Redis is away: limits are counted by each process alone until it is back");
    }
}

async fn connect(inner: &Inner, redis: &Redis) -> Result<(MultiplexedConnection, PubSub), Broken> {
    let config = AsyncConnectionConfig::new().set_connection_timeout(Some(CONNECT)).set_response_timeout(Some(ANSWER));
    let connected = redis.client.get_multiplexed_async_connection_with_config(&config);
    let commands = timeout(CONNECT, connected).await??;
    let mut listening = timeout(CONNECT, redis.client.get_async_pubsub()).await??;
    timeout(CONNECT, listening.subscribe(CHANNEL)).await??;
    // of the connection before this one
    let _ = redis.broke.notified().now_or_never();
    redis.commands.store(Some(Arc::new(commands.clone())));
    if redis.said.swap(false, Ordering::Relaxed) {
        tracing::info!("Redis is back");
    }
    // what was said before this moment was not heard
    inner.hear(&Wake::Lost);
    Ok((commands, listening))
}

/// Listens and speaks until something breaks; nothing where nobody uses it any more.
async fn serve(
    shared: &Weak<Inner>,
    mut commands: MultiplexedConnection,
    listening: PubSub,
    outgoing: &mut Outgoing,
) -> Option<Broken> {
    let mut heard = Heard::default();
    let mut words = listening.into_on_message();
    let mut beats = interval(BEAT);
    loop {
        let said = tokio::select! {
            word = words.next() => match word {
                Some(word) => {
                    let inner = shared.upgrade()?;
                    let word = serde_json::from_slice(word.get_payload_bytes());
                    // a word of another version may be anything
                    heard.take(&inner, word.unwrap_or(Word { from: Uuid::nil(), number: 0, wake: Some(Wake::Lost) }));
                    None
                }
                None => return Some(Broken::Closed),
            },
            word = outgoing.recv() => Some(word?),
            _ = beats.tick() => {
                let inner = shared.upgrade()?;
                if heard.own.elapsed() > BEAT * 3 {
                    return Some(Broken::Deaf);
                }
                heard.others.retain(|_, (_, at)| at.elapsed() < GONE);
                inner.redis.as_ref()?.beat()
            }
            () = broke(shared) => return Some(Broken::Command),
        };
        if let Some(word) = said {
            let text = serde_json::to_string(&word).unwrap_or_default();
            let sent = redis::cmd("PUBLISH").arg(CHANNEL).arg(text).query_async::<()>(&mut commands).await;
            if let Err(error) = sent {
                return Some(error.into());
            }
        }
    }
}

/// Until a command was not answered. Does not keep what it belongs to alive.
async fn broke(shared: &Weak<Inner>) {
    loop {
        let Some(inner) = shared.upgrade() else { return };
        let Some(redis) = &inner.redis else { return };
        if timeout(BEAT, redis.broke.notified()).await.is_ok() {
            return;
        }
    }
}

/// How far each process was heard.
struct Heard {
    others: HashMap<Uuid, (u64, Instant)>,
    own: Instant,
}

impl Default for Heard {
    fn default() -> Self {
        Self { others: HashMap::new(), own: Instant::now() }
    }
}

impl Heard {
    fn take(&mut self, inner: &Inner, word: Word) {
        if inner.redis.as_ref().is_some_and(|redis| redis.me == word.from) {
            self.own = Instant::now();
            return;
        }
        let expected = |last: u64| if word.wake.is_some() { last.wrapping_add(1) } else { last };
        let before = self.others.insert(word.from, (word.number, Instant::now()));
        // of one that was not heard before nothing can be missing: listening began with reading everything again
        if before.is_some_and(|(last, _)| expected(last) != word.number) {
            inner.count("lost");
            inner.hear(&Wake::Lost);
        }
        if let Some(wake) = word.wake {
            inner.hear(&wake);
        }
    }
}
