//! What server processes share and may lose: rate limits, the word that something changed, and with it how long a
//! proof of identity is believed.
//!
//! One interface, with Redis or without. Without, this process is alone. With, limits are counted in Redis by one
//! atomic script, and wake-ups go through it to all processes. A Redis that is away stops nothing: limits are then
//! counted here, proofs are looked up each time, and since every process numbers its wake-ups and says the number at
//! each heartbeat, whoever missed one knows, and reads everything again.

mod address;
mod known;
mod process;
mod proven;
mod quota;
mod redis;

use std::sync::Arc;

use bailiwick_access::Principal;
use jiff::Timestamp;
use prometheus::IntCounterVec;
use serde::{Deserialize, Serialize};

pub use address::{RedisAddress, RedisAddressError};
pub use known::{Standing, Stranger};
pub use proven::{Epoch, Print};
pub use quota::{Charge, Exceeded, Left, Quota};

use crate::events::{Concern, Ears, Poke};
use known::Known;
use process::Counters;
use proven::Proven;
use redis::Redis;

/// What a process tells the others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Wake {
    /// Something changed in an account.
    Changed(Poke),
    /// Somebody may do more or less than before, or is signed out.
    Access {
        /// Whose.
        concern: Concern,
    },
    /// Wake-ups were lost: anything may have changed. Not sent, but told by whoever notices.
    Lost,
}

/// The interface; a cheap clone. What it runs ends with the last one.
#[derive(Debug, Clone)]
pub struct Shared(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    counters: Counters,
    proven: Proven,
    known: Known,
    ears: Ears,
    redis: Option<Redis>,
    troubles: IntCounterVec,
}

impl Shared {
    /// With the Redis of this address, or alone. To be called within a tokio runtime. `troubles` counts what goes wrong
    /// with Redis: `away`, `unshared` (a limit was counted alone) and `lost` (wake-ups). `ears` hear what is told.
    #[must_use]
    pub fn open(address: Option<&RedisAddress>, troubles: IntCounterVec, ears: Ears) -> Self {
        let (redis, outgoing) = address.and_then(Redis::open).unzip();
        let (counters, proven, known) = (Counters::default(), Proven::default(), Known::default());
        let inner = Inner { counters, proven, known, ears, redis, troubles };
        let shared = Self(Arc::new(inner));
        if let Some(outgoing) = outgoing {
            tokio::spawn(redis::keep(Arc::downgrade(&shared.0), outgoing));
        }
        shared
    }

    /// Charges a call to all of these keys, or to none where one is used up.
    ///
    /// # Errors
    /// The quota that is used up.
    pub async fn charge(&self, charges: &[Charge]) -> Result<Vec<Left>, Exceeded> {
        if let Some(redis) = &self.0.redis {
            if let Some(done) = redis.charge(charges).await {
                return done;
            }
            self.0.count("unshared");
        }
        self.0.counters.charge(charges)
    }

    /// Takes back what a call was charged, as far as it is still known.
    pub async fn give_back(&self, charge: &Charge) {
        if let Some(redis) = &self.0.redis {
            redis.give_back(charge).await;
        }
        // it may have been counted here while Redis was away
        self.0.counters.give_back(charge);
    }

    /// Whether every word of forgetting arrives here.
    #[must_use]
    pub fn hears_all(&self) -> bool {
        self.0.redis.as_ref().is_none_or(Redis::answers)
    }

    /// Who proved to be whom by this credential a moment ago.
    ///
    /// # Errors
    /// Nobody: what [`Self::keep_proof`] is to be told, once the proof is made.
    pub fn proof(&self, print: &Print, now: Timestamp) -> Result<Principal, Epoch> {
        if self.hears_all() { self.0.proven.find(print, now) } else { Err(self.0.proven.epoch()) }
    }

    /// What [`Self::keep_proof`] is to be told of a proof that is made now.
    #[must_use]
    pub fn epoch(&self) -> Epoch {
        self.0.proven.epoch()
    }

    /// Keeps a proof for a moment.
    pub fn keep_proof(&self, print: Print, since: Epoch, principal: Principal, now: Timestamp) {
        if self.hears_all() {
            self.0.proven.keep(print, since, principal, now);
        }
    }

    /// What is known of a credential beyond a moment: what its calls are charged to, or that there is none such.
    #[must_use]
    pub fn standing(&self, print: &Print) -> Option<Standing> {
        self.0.known.find(print)
    }

    /// Remembers what calls with a credential that proved good are charged to.
    pub fn remember(&self, print: Print, charges: Vec<Charge>) {
        self.0.known.remember(print, charges);
    }

    /// Remembers for a while that there is no such credential, nor will be: it is for those that are random and were
    /// not found, or were ended.
    pub fn remember_stranger(&self, print: Print, stranger: Stranger) {
        self.0.known.remember_stranger(print, stranger);
    }

    /// Somebody may do more or less than before: whom it concerns is not believed any more without a look.
    pub fn access_changed(&self, concern: Concern) {
        self.wake(Wake::Access { concern });
    }

    /// Tells whom it concerns, in every process.
    pub fn wake(&self, wake: Wake) {
        if let Some(redis) = &self.0.redis {
            redis.tell(&wake);
        }
        self.0.hear(&wake);
    }

    /// Lets go of what is over.
    pub fn forget_idle(&self) {
        self.0.counters.forget_idle();
        self.0.proven.forget_idle();
        self.0.known.forget_idle();
    }
}

impl Inner {
    fn count(&self, trouble: &str) {
        self.troubles.with_label_values(&[trouble]).inc();
    }

    /// Tells the listeners of this process.
    fn hear(&self, wake: &Wake) {
        match wake {
            Wake::Changed(_) => {}
            Wake::Access { concern } => self.proven.forget(concern),
            Wake::Lost => self.proven.forget(&Concern::Everyone),
        }
        self.ears.hear(wake);
    }
}
